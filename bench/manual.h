/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual, the pages of docs/man, as it was when this program was built
 * (scripts/embed-manual.sh). */
#ifndef BENCH_MANUAL_H
#define BENCH_MANUAL_H

struct manual_page {
	const char *name; /* "daxbench", "daxbench-run" */
	const char *text; /* Markdown that reads well as it is */
};

extern const struct manual_page manual_pages[]; /* ends with a NULL name */

#endif
