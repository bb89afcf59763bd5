// SPDX-License-Identifier: GPL-2.0-or-later
/* A log of dm-log-writes replayed, and looked at on the way. */
#include "bench/cmd/cmd_replay.h"
#include "bench/cmd/say.h"

#include <errno.h>
#include <inttypes.h>

struct replay {
	const struct replay_options *o;
	struct replay_out out;
	struct replay_check check;
	uint64_t end; /* byte of the log */
	bool found;   /* the check failed */
};

static void show_progress(void *data, const struct logwrites_item *item, bool left_out)
{
	struct replay *r = data;

	(void)left_out;
	say_progress_bytes(item->at, r->end, r->out.path);
}

/* -ECANCELED: it failed, which is what was looked for. */
static int check_here(void *data, const struct logwrites_item *item, struct err *e)
{
	struct replay *replay = data;
	int status = 0, r = replay_check_run(&replay->check, &replay->out, &status, e);

	if (r || !status)
		return r;
	if (status == 127)
		return err_set(e, -ENOEXEC, replay->check.argv[0], "could not be run");
	replay->found = true;
	return err_set(e, -ECANCELED, replay->out.path,
		       "after entry %" PRIu64 " at byte %" PRIu64 " of %s: %s: exit status %d",
		       item->number, item->at, replay->o->log, replay->check.argv[0], status);
}

static void print_counts(const struct replay *replay, const struct replay_counts *n)
{
	printf("%s: %" PRIu64 " entries", replay->out.path, n->entries);
	if (n->entries)
		printf(", the last is %" PRIu64, n->last);
	printf("; %" PRIu64 " writes of %" PRIu64 " bytes, %" PRIu64 " discards", n->writes,
	       n->bytes, n->discards);
	if (replay->o->check)
		printf("; %" PRIu64 " checks", n->checks);
	putchar('\n');
}

static int replay_entries(struct replay *replay, const struct replay_job *job, struct err *e)
{
	const struct replay_options *o = replay->o;
	struct logwrites_item last = { 0 };
	struct replay_counts n;
	struct logwrites_reader *l;
	int r = logwrites_open(&l, o->log, &o->limits, e);

	if (r)
		return r;
	r = replay_run(l, &replay->out, job, &n, e);
	if (!r && o->check && !o->every) {
		last.number = n.last;
		last.at = replay->end;
		n.checks++;
		r = check_here(replay, &last, e);
	}
	if (!r)
		r = replay_out_sync(&replay->out, e);
	say_progress_done();
	if (!r || replay->found)
		print_counts(replay, &n);
	logwrites_reader_close(l);
	return r;
}

static int replay_log(struct replay *replay, struct err *e)
{
	const struct replay_options *o = replay->o;
	struct replay_job job = { .last_sector = UINT64_MAX,
				  .no_discard = o->no_discard,
				  .every = o->every,
				  .number = o->number,
				  .each = show_progress,
				  .check = check_here,
				  .data = replay };
	struct logwrites_limits limits = o->limits;
	int r = o->check ? replay_check_parse(&replay->check, o->check, e) : 0;

	if (!r && o->device)
		r = replay_out_device(&replay->out, o->device, o->log, e);
	if (!r && o->device && (!limits.device || limits.device > replay->out.size))
		limits.device = replay->out.size;
	/* Nothing is written before the log was seen to be whole. */
	if (!r)
		r = replay_resolve(o->log, &limits, &o->range, &job, &replay->end, e);
	if (!r && o->image)
		r = replay_out_image(&replay->out, o->image, o->log, e);
	return r ? r : replay_entries(replay, &job, e);
}

int replay_onto(const struct replay_options *o, bool *ret_found, struct err *e)
{
	struct replay replay = { .o = o, .out = REPLAY_OUT_NONE };
	int r = replay_log(&replay, e);

	*ret_found = replay.found;
	replay_out_close(&replay.out);
	replay_check_release(&replay.check);
	return r;
}
