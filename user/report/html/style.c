// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the page looks (style.css): light, dark and printed, from a phone's width to a
 * wall's. Colour never says alone what a word does not say too. No "<" and no "&": it is
 * XML as it stands. Where there is no room for columns, each row of a table is a card.
 */
#include "report/html/private.h"

/* clang-format off */
__asm__(".pushsection .rodata\n"
	".globl html_style\n"
	"html_style:\n"
	".incbin \"user/report/html/style.css\"\n"
	".byte 0\n"
	".popsection\n");
/* clang-format on */
