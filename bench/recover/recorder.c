// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/recorder.h"
#include "bench/interrupt.h"
#include "bench/recover/booted.h"
#include "emulate/rundir.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BOOT_MS	  240000
#define ANSWER_MS 120000
#define LOOK_NS	  1000000

struct recorder {
	struct emulate_job job;
	struct rundir dir;
	struct booted guest;
	uint64_t head;	 /* what its namespaces were when it was booted */
	char trace[128]; /* the last one; "": none */
};

int recorder_open(struct recorder **ret, const struct emulate_job *job, struct err *e)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int s;

	if (!r)
		return err_sys(e, -ENOMEM, "recorder", "open");
	r->job = *job;
	s = rundir_make(&r->dir, e);
	if (s) {
		free(r);
		return s;
	}
	r->job.trace_dir = r->dir.path;
	r->job.trace_alone = true;
	r->job.reads = false;
	s = booted_open(&r->guest, &r->job, e);
	if (s) {
		rundir_release(&r->dir);
		free(r);
		return s;
	}
	*ret = r;
	return 0;
}

void recorder_close(struct recorder *r)
{
	if (!r)
		return;
	booted_close(&r->guest);
	rundir_release(&r->dir);
	free(r);
}

/* ---- waiting ---- */

static int wait_until_ready(struct recorder *r, uint64_t ms, struct err *e)
{
	static const struct timespec look = { .tv_nsec = LOOK_NS };
	uint64_t until = monotonic_ms() + ms;

	for (;;) {
		enum booted_state state = booted_look(&r->guest);

		if (state == BOOTED_READY)
			return 0;
		if (interrupted)
			return err_set(e, -EINTR, "crash states", "interrupted");
		if (state == BOOTED_GONE || monotonic_ms() > until)
			return booted_give_up(&r->guest, "guest that records", "does not answer",
					      e);
		nanosleep(&look, NULL);
	}
}

/* ---- a state ---- */

static int boot(struct recorder *r, uint64_t head, struct err *e)
{
	int s;

	if (r->guest.pid && r->head == head)
		return 0;
	booted_stop(&r->guest, true);
	r->head = head;
	s = booted_start(&r->guest, e);
	return s ? s : wait_until_ready(r, BOOT_MS, e);
}

static int put(struct recorder *r, const struct state_medium *m, const struct state *s,
	       struct err *e)
{
	place_forget(&r->guest.place);
	return place_put(&r->guest.place, m, s, NULL, e);
}

/* It recovered once: that it does so again is no finding but what must be. */
static int check_answer(const struct recorder *r, struct err *e)
{
	const struct dump_outcome *mounted, *unmounted;
	struct dump *dump;
	int s = booted_answer(&r->guest, &dump, e);

	if (s)
		return s;
	mounted = dump_step(dump, DUMP_MOUNT);
	unmounted = dump_step(dump, DUMP_UMOUNT);
	if (!mounted->done || mounted->result || !unmounted->done || unmounted->result)
		s = err_set(e, -EIO, "guest that records",
			    "cannot recover a state that was recovered before");
	dump_free(dump);
	return s;
}

int recorder_record(struct recorder *r, const struct state_medium *m, const struct state *s,
		    const struct recorder_job *job, const char **ret, struct err *e)
{
	int f = put(r, m, s, e);

	if (!f)
		f = boot(r, job->head, e);
	if (f)
		return f;
	if (r->trace[0])
		unlink(r->trace);
	r->guest.mailbox->no_barriers = job->no_barriers;
	booted_ask(&r->guest, MAILBOX_RECORD, job->fs, ".");
	snprintf(r->trace, sizeof(r->trace), "%s/%016llx.trace", r->dir.path,
		 (unsigned long long)r->guest.mailbox->asked);
	f = wait_until_ready(r, ANSWER_MS, e);
	if (!f)
		f = check_answer(r, e);
	if (f)
		booted_stop(&r->guest, false);
	*ret = r->trace;
	return f;
}
