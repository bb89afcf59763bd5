/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our exit codes (bench/cmd/say.h) in the words of other harnesses. */
#ifndef BENCH_COMPARE_EXIT_STYLE_H
#define BENCH_COMPARE_EXIT_STYLE_H

#include <stdbool.h>

bool exit_style_known(const char *style);

/*
 * @style NULL: unchanged. Signals (over 128) are passed on in every style.
 *	kselftest	0 pass, 1 fail (also: could not run), 4 skip
 *	automake	0 pass, 1 fail, 77 skip, 99 could not run or usage
 *	bisect		0 good, 1 bad, 125 cannot tell, 128 usage: stops git bisect run
 */
int exit_style_map(const char *style, int code);

#endif
