/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results that a user gave a name, to hold later ones against:
 * BASE/baselines/NAME/run.json, the document of a whole run as it was kept.
 */
#ifndef BENCH_RESULTS_BASELINE_H
#define BENCH_RESULTS_BASELINE_H

#include "bench/results/results_read.h"

/* A name that can be a directory's: [A-Za-z0-9._+-]+, no dot first, at most 64. -EINVAL: no. */
int baseline_check_name(const char *name, struct err *e);

/*
 * Reads the baseline @name under @base. -EINVAL: there is none, and the hint names
 * those that there are. Other errors as results_read() has them.
 */
int baseline_read(const char *base, const char *name, struct results_file *ret, struct err *e);

/*
 * Makes or replaces it: the old one stands until the new one is whole. -ENODATA:
 * cells of @document are missing, or none has a figure.
 */
int baseline_save(const char *base, const char *name, const json_t *document, struct err *e);

#endif
