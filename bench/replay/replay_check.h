/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that looks at what was replayed so far. */
#ifndef BENCH_REPLAY_REPLAY_CHECK_H
#define BENCH_REPLAY_REPLAY_CHECK_H

#include "bench/replay/replay_out.h"

#define REPLAY_CHECK_ARGS 64

struct replay_check {
	char *text;			   /* the words, each ended */
	char *argv[REPLAY_CHECK_ARGS + 1]; /* into text; behind them one is free for the path */
	size_t n;
	bool shell;
};

/*
 * Splits @command at blanks: there is no shell, and no quotes. -EINVAL: no word, or more
 * than fit. An ended, empty check is released too.
 */
int replay_check_parse(struct replay_check *c, const char *command, struct err *e);

/*
 * The same for a shell: "/bin/sh -c @command", without the path. It may write what it
 * looks at, as under replay-log.
 */
int replay_check_shell(struct replay_check *c, const char *command, struct err *e);

/*
 * Runs it on what @o holds, with the path of that as its last argument and as
 * DAXBENCH_IMAGE; it prints to our standard error. 0, or the exit status (128 + n: signal n) as
 * @ret_status; -EINTR where we were interrupted; -EBUSY: it wrote to the image.
 */
int replay_check_run(struct replay_check *c, struct replay_out *o, int *ret_status, struct err *e);

void replay_check_release(struct replay_check *c);

#endif
