// SPDX-License-Identifier: GPL-2.0-only
#include "record/lines.h"

const struct line_type *line_at(size_t index)
{
	static const struct line_set *const sets[] = {
		&window_lines, &change_lines, &removal_lines, &reset_lines, &summary_lines,
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (index < sets[i]->count)
			return &sets[i]->rows[index];
		index -= sets[i]->count;
	}
	return NULL;
}
