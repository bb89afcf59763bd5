/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of what ace could make was run, by the logs of the runs: of each file
 * system and length the cases, and of length 2 the pairs of values.
 */
#ifndef BENCH_CHECK_ACE_REPORT_H
#define BENCH_CHECK_ACE_REPORT_H

#include <jansson.h>

#include "checker/gen/ace.h"
#include "checker/log/oplog.h"

struct ace_report_row {
	char fs[sizeof(((struct dx_log_header *)NULL)->fs)];
	struct ace_seen seen;
};

/* Zeroed: nothing was run. */
struct ace_report {
	struct ace_report_row *row;
	size_t n, room;
};

/* A log of another workload, and one that is no list, count for nothing. 0 or -ENOMEM. */
int ace_report_add(struct ace_report *r, const struct oplog *log);

/*
 * "ace" of the document (results/daxbench-result-1.schema.json), or NULL: nothing was
 * run. What is possible is reckoned from what the cases that ran needed: of a single
 * shard it can be too few.
 */
json_t *ace_report_to_json(const struct ace_report *r);
void ace_report_release(struct ace_report *r);

#endif
