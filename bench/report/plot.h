/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep as lines to draw: one for each file system, kernel and setting of the
 * other parameters; along x the parameter that has most values, along y what an operation
 * takes, with its 95 % interval. What draws them is plot_script.h's concern.
 */
#ifndef BENCH_REPORT_PLOT_H
#define BENCH_REPORT_PLOT_H

#include "bench/results/results_read.h"

#define PLOT_MAX_LINES 16 /* that can be told apart */

struct plot_point {
	double x, y, low, high; /* y in ns or instructions */
};

/* Texts hold what a file said: any character. */
struct plot_line {
	char name[160]; /* "ext4", "xfs 6.1.0 size=4K" */
	struct plot_point *points;
	size_t n;
	const struct results_file *file;
	const struct results_cell *first; /* others have its file system and parameters but x */
};

struct plot {
	const char *workload, *op, *unit; /* of a cell */
	const char *x;			  /* the parameter's name */
	const char *x_unit; /* "bytes", "pages"; "" where the workload is not known here */
	bool log_x, log_y;
	struct plot_line lines[PLOT_MAX_LINES];
	size_t n_lines;
	size_t left_out; /* cells that did not pass, and have no place */
};

/*
 * What the @files have of @workload. They must live as long as @ret. -ENODATA: no
 * parameter of it has several values; -EINVAL: units that cannot be drawn
 * together, or more lines than PLOT_MAX_LINES.
 */
int plot_make(const struct results_file *files, size_t n_files, const char *workload,
	      struct plot *ret, struct err *e);

/* Zeroed is fine. */
void plot_release(struct plot *p);

#endif
