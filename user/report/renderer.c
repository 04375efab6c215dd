// SPDX-License-Identifier: GPL-2.0-only
#include "report/renderer.h"

const struct renderer *renderer_for(enum format format)
{
	static const struct renderer *const renderers[] = {
		[FORMAT_TEXT] = &text_renderer, [FORMAT_JSON] = &json_renderer,
		[FORMAT_HTML] = &html_renderer, [FORMAT_PCAPNG] = &pcapng_renderer,
		[FORMAT_PROM] = &prom_renderer,
	};

	return renderers[format];
}
