/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Crash states of a log of dm-log-writes (logwrites.h). What its order says, by
 * drivers/md/dm-log-writes.c: a write enters the log with the first FLUSH that is sent after
 * it completed, in front of that; a FUA write and a mark when they complete, and so overtake
 * normal writes.
 *
 * So: durable at a place of the log are all writes before the last FLUSH, and FUA writes
 * before the place. In flight while a FLUSH is under way are the writes in front of it, and
 * while a write with FUA is, that write. Of normal writes against FUA writes between two
 * FLUSHes the order is unknown: that a write was lost which a FUA write has overtaken is a
 * state of its FLUSH; that it was kept and the FUA write was lost may be none, and is not tried.
 *
 * Crash points are before each FLUSH that has something in front of it, before the end of
 * each FUA write, and at the end. What a unit is, is as for stores (state_units.h): blocks of
 * the atomicity. What was discarded stays as it was: a device may do that, too.
 *
 * A log says nothing of files: states are judged by what needs no history (recovery,
 * consistency, link counts).
 */
#ifndef CHECKER_STATES_EXPLORE_LOG_H
#define CHECKER_STATES_EXPLORE_LOG_H

#include "checker/blocks/logwrites_read.h"
#include "checker/states/visit.h"

/* Writes in flight at a time, beyond which the oldest are taken to be durable: bytes. */
#define EXPLORE_LOG_WINDOW (64ULL << 20)

struct explore_log_options {
	struct logwrites_limits limits;
	uint64_t from,
		to;	 /* entries between which there are crash points; before: all is durable */
	uint32_t atomic; /* 4096, 512 or 8 (here a line) */
	uint64_t budget, total, seed;
	/* Guest-physical, as those who recover have them; the device begins @offset into the first.
	 */
	struct dx_trace_range range[DX_TRACE_RANGES];
	uint32_t ranges;
	uint64_t offset;
	const void *head; /* of the first range, before the device: @offset bytes */
	struct recovery recovery;
	void (*on_point)(void *data, uint64_t point, uint64_t points); /* may be NULL */
	void *data;
};

struct explore_log_counts {
	uint64_t entries, writes, flushes, fuas, discards;
	uint64_t unknown;	  /* FUA writes that may have overtaken others: order unknown */
	uint64_t window_left_out; /* bytes that were taken to be durable for want of room */
};

struct explore_log;

/*
 * The points' seq is the number of the entry that was under way. What was found until then
 * is in @ret after an error, too (it may be NULL). -EFBIG: the device has no room in its range.
 */
int explore_log_run(struct explore_log **ret, const char *path, const struct explore_log_options *o,
		    struct err *e);

size_t explore_log_violations(const struct explore_log *x, const struct explore_violation **ret);
const struct explore_counts *explore_log_counts(const struct explore_log *x);
const struct explore_log_counts *explore_log_entries(const struct explore_log *x);
void explore_log_close(struct explore_log *x);

#endif
