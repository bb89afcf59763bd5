/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a cell, in the JSON of its results. */
#ifndef BENCH_RESULTS_CELL_STATUS_H
#define BENCH_RESULTS_CELL_STATUS_H

#include <jansson.h>

/* Its "status", and a text as its "reason". */
void cell_set_status(json_t *cell, const char *status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
