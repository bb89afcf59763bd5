/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plot in the words of gnuplot, which runs whatever a script says. So no text of a file
 * goes into it but what plot_script_quote() lets through, and figures are printed as
 * numbers, not copied.
 */
#ifndef BENCH_REPORT_PLOT_SCRIPT_H
#define BENCH_REPORT_PLOT_SCRIPT_H

#include "bench/report/plot.h"

enum plot_kind {
	PLOT_TEXT, /* of PLOT_COLUMNS by PLOT_ROWS characters of ASCII */
	PLOT_SVG,
};

#define PLOT_COLUMNS 79
#define PLOT_ROWS    24

/* A script that prints the picture on standard output. malloc'ed; NULL without memory. */
char *plot_script(const struct plot *p, enum plot_kind kind);

/*
 * @text between single quotes, in which gnuplot expands nothing; what is no letter,
 * digit, space or one of .,:;+-=_/()%*<>#! becomes '?'. Returns @buf.
 */
char *plot_script_quote(const char *text, char *buf, size_t len);

/* Runs gnuplot with @script. @ret is what it printed, malloc'ed. -ENOENT: it is not installed. */
int plot_draw(const char *script, char **ret, size_t *ret_len, struct err *e);

/* Takes from a text picture what is only space: at line ends, at the top and at the bottom. */
void plot_text_trim(char *picture);

#endif
