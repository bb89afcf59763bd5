// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/exit_style.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *style;
	int code[5]; /* for our 0 to 4 */
} styles[] = {
	{ "kselftest", { 0, 1, 1, 1, 4 } },
	{ "automake", { 0, 1, 99, 99, 77 } },
	{ "bisect", { 0, 1, 128, 125, 125 } },
};

#define STYLES (sizeof(styles) / sizeof(styles[0]))

bool exit_style_known(const char *style)
{
	for (size_t i = 0; i < STYLES; i++)
		if (!strcmp(styles[i].style, style))
			return true;
	return false;
}

int exit_style_map(const char *style, int code)
{
	for (size_t i = 0; style && i < STYLES; i++)
		if (!strcmp(styles[i].style, style) && code >= 0 && code < 5)
			return styles[i].code[code];
	return code;
}
