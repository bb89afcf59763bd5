/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell: a workload with its parameters on one target, through one lens.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include "bench/clock.h"
#include "bench/faults.h"
#include "bench/target/log_device.h"
#include "bench/machine_counts.h"
#include "bench/results/result.h"
#include "bench/target/target.h"

struct runner_options {
	uint64_t seed;
	bool deterministic;
	bool latency; /* a pass with a histogram per operation */
	enum clock_unit unit;
	unsigned int min_samples; /* default 30; 3 when deterministic */
	double precision;	  /* half width of the interval / median that is enough: 0.02 */
	uint64_t cell_ms;	  /* stop sampling after this long, on the wall; default 1000 */
	uint64_t sample_ns;	  /* length that n is calibrated to; default 2 ms */
	uint64_t timeout_ms;	  /* a cell that takes longer is ended: status error */
	struct machine_counts *counts; /* what an emulator counts; NULL: not asked for */
	struct faults
		*faults; /* for the proving pass, made before the first cell; NULL: no proof */
};

void runner_defaults(struct runner_options *o);

/*
 * Runs @s on @t in a child process, so that a crash of a workload is a result
 * and not our end. Always fills @ret (a failure is a status, not a return);
 * returns non-zero only where not even that was possible.
 */
int runner_cell(const struct selection *s, struct target *t, const struct runner_options *o,
		struct cell_result *ret, struct err *e);

/*
 * The check lens: one prepare() and run() of check_ops operations into the log
 * @where. In an emulator whose plugin records, the store trace of the same run
 * is made; both carry @ret_run (may be NULL), which names the run.
 */
int runner_record(const struct selection *s, struct target *t, uint64_t seed,
		  const struct log_device *where, uint64_t *ret_run, struct err *e);

#endif
