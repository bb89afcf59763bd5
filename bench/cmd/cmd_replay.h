/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What daxbench replay and replay-log share: a file each (cmd_replay*.c). */
#ifndef BENCH_CMD_CMD_REPLAY_H
#define BENCH_CMD_CMD_REPLAY_H

#include "bench/cmd/states_argp.h"
#include "bench/replay/replay.h"
#include "bench/replay/replay_check.h"

/* What was asked for: cmd_replay.c. */
struct replay_options {
	const char *log, *image, *device, *check;
	bool info, list, json, hash, range_given;
	struct logwrites_limits limits;
	struct replay_range range;
	enum replay_every every;
	uint64_t number;
	bool no_discard;
	struct states_args states;
	const char *fs, *kernel;
};

/* The replay: 0, or a negative errno with @e filled; @ret_found: the check failed. */
int replay_onto(const struct replay_options *o, bool *ret_found, struct err *e);

/* Crash states of the log, recovered in guests; printed. As replay_onto(). */
int replay_states(const struct replay_options *o, bool *ret_found, struct err *e);

/*
 * Each prints to stdout and returns 0, or a negative errno with @e filled; of a log
 * that is damaged they show first what was read before.
 */
int replay_show_info(struct logwrites_reader *l, bool hash, bool json, struct err *e);
int replay_show_list(struct logwrites_reader *l, uint64_t from, uint64_t to, bool json,
		     struct err *e);

/* "FUA|METADATA", or "NONE", as replay-log has it. Returns @buf. */
char *replay_flags_text(uint64_t flags, char *buf, size_t len);

/* The exit code for a failed call: a signal's, or what say_exit_code() gives. */
int replay_exit_code(const struct err *e);

#endif
