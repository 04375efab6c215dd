// SPDX-License-Identifier: GPL-2.0-only
#include "base/wrapped.h"

#include <string.h>

#include "base/utf8.h"

enum { WORD_BYTES = 1024 }; /* of a longer one the rest is left out */

void wrapped_print(FILE *out, size_t columns, size_t column, size_t indent, const char *words)
{
	char raw[WORD_BYTES], word[WORD_BYTES];

	while (*words) {
		size_t len = strcspn(words, " ");
		size_t width;

		snprintf(raw, sizeof(raw), "%.*s", (int)len, words);
		utf8_printable(raw, word, sizeof(word));
		width = utf8_columns(word);
		if (column > indent && column + 1 + width > columns) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fputs(word, out);
		column += width;
		words += len;
		words += strspn(words, " ");
	}
	fputc('\n', out);
}
