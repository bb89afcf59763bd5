/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that recovers, seen from the host: a child of ours that boots it and waits for its
 * end, the memory that both have, and the questions. Its NVDIMMs are memory files: nothing
 * of them is left, however we end.
 */
#ifndef BENCH_RECOVER_BOOTED_H
#define BENCH_RECOVER_BOOTED_H

#include <stdbool.h>
#include <sys/types.h>

#include "bench/recover/mailbox.h"
#include "bench/recover/place.h"
#include "checker/states/dump.h"
#include "checker/states/read_set.h"
#include "emulate/emulate.h"

struct booted_end; /* how it ended: shared with the child */

struct booted {
	const struct emulate_job *job; /* the caller's: kernel, modules, sizes */
	struct place place;
	struct booted_end *end;
	struct mailbox *mailbox;
	int memory_fd;
	uint64_t memory_bytes;
	pid_t pid; /* 0: there is no guest */
};

enum booted_state {
	BOOTED_BUSY,  /* it boots, or works on a question */
	BOOTED_READY, /* listens; what was asked is answered */
	BOOTED_GONE,  /* booted_why() says how it ended */
};

/* Makes the memory; boots nothing. @job stays the caller's, and must stay. */
int booted_open(struct booted *b, const struct emulate_job *job, struct err *e);

/* Boots. What is on the NVDIMMs stays. */
int booted_start(struct booted *b, struct err *e);

enum booted_state booted_look(struct booted *b);

/* Of a guest that is ready. */
void booted_ask(struct booted *b, enum mailbox_what what, const char *fs, const char *dir);

/* Its answer. -EBADMSG: it is none, or had no room. */
int booted_answer(const struct booted *b, struct dump **ret, struct err *e);

/*
 * What of its other NVDIMMs the answer depends on. *@ret: NULL: nobody knows, as there is no
 * plugin, or as it was too much. 0 or -ENOMEM.
 */
int booted_reads(const struct booted *b, struct read_set **ret, struct err *e);

/*
 * Ends it: asks first if @politely and it listens, and waits shortly. Afterwards it can be
 * started again.
 */
void booted_stop(struct booted *b, bool politely);

/* Of one that is gone or was stopped: why (err of emulate_run()), and the end of its console. */
const struct err *booted_why(const struct booted *b);
const char *booted_console(const struct booted *b);

/*
 * Ends one that is of no use and gives why it ended; where it has not said so: -EIO, that @object
 * @what.
 */
int booted_give_up(struct booted *b, const char *object, const char *what, struct err *e);

/* Of what booted_open() left, failed or not. */
void booted_close(struct booted *b);

#endif
