/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A piece of work in a process of its own: what it does to itself (SIGBUS, a
 * hang, a leak) ends there, and so do the workers that it started.
 */
#ifndef BENCH_ISOLATE_H
#define BENCH_ISOLATE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* In the child: works, and writes what is to be known of it to @out. Its exit status. */
typedef int (*isolate_fn)(void *data, int out);

/* What became of it. */
struct isolated {
	char *said; /* all that came through @out, and a NUL; NULL where it was ended by us */
	size_t len;
	int status; /* as proc_wait() has it: 128 + n for signal n */
};

/*
 * Forks, lets the child do @fn, and waits for its end. -ETIMEDOUT: it took more
 * than @timeout_ms and was killed. -EINTR: we were told to stop, and it was
 * killed. Other errors: it could not be started or listened to. @name is whom
 * an error is about. @ret is filled on success; the caller frees @ret->said.
 */
int isolate_run(isolate_fn fn, void *data, uint64_t timeout_ms, const char *name,
		struct isolated *ret, struct err *e);

#endif
