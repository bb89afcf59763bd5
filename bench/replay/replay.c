// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/replay/replay.h"
#include "bench/interrupt.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int stopped(const struct logwrites_reader *l, uint64_t number, struct err *e)
{
	return err_set(e, -EINTR, logwrites_path(l), "interrupted at entry %" PRIu64, number);
}

/* ---- which entries ---- */

struct finding {
	const struct replay_range *range;
	struct replay_job *job;
	bool begun; /* from_mark was passed, or there is none */
};

/* Takes an entry in; true: it is the last. */
static bool is_last(struct finding *f, const struct logwrites_item *item)
{
	if (!f->begun) {
		if (item->mark && !strcmp(item->mark, f->range->from_mark)) {
			f->begun = true;
			f->job->from = item->number + 1;
		}
		return false;
	}
	return item->number == f->range->to ||
	       (f->range->to_mark && item->mark && !strcmp(item->mark, f->range->to_mark));
}

static int no_mark(const struct logwrites_reader *l, const char *mark, const char *where,
		   struct err *e)
{
	err_set(e, -EINVAL, logwrites_path(l), "has no mark \"%s\"%s", mark, where);
	return err_hint(e, "\"daxbench replay LOG --info\" shows the marks");
}

static int not_found(const struct logwrites_reader *l, const struct finding *f, uint64_t entries,
		     struct err *e)
{
	const struct replay_range *range = f->range;

	if (!f->begun)
		return no_mark(l, range->from_mark, "", e);
	if (range->to_mark)
		return no_mark(l, range->to_mark, range->from_mark ? " behind the first" : "", e);
	if (range->to != UINT64_MAX || (range->from && range->from >= entries))
		return err_set(e, -EINVAL, logwrites_path(l),
			       "has no entry %" PRIu64 ": it has %" PRIu64 ", from 0 on",
			       range->to != UINT64_MAX ? range->to : range->from, entries);
	return 0;
}

int replay_resolve(const char *log, const struct logwrites_limits *limits,
		   const struct replay_range *range, struct replay_job *job, uint64_t *ret_end,
		   struct err *e)
{
	struct finding f = { .range = range, .job = job, .begun = !range->from_mark };
	struct logwrites_item item = { 0 };
	struct logwrites_reader *l;
	bool last = false;
	uint64_t n = 0;
	int r;

	job->from = range->from;
	job->to = UINT64_MAX;
	r = logwrites_open(&l, log, limits, e);
	if (r)
		return r;
	while (!last && (r = logwrites_next(l, &item, e)) > 0) {
		n = item.number + 1;
		last = is_last(&f, &item);
		if (interrupted) {
			r = stopped(l, item.number, e);
			break;
		}
	}
	if (last && r > 0)
		job->to = item.number;
	else if (!r)
		r = not_found(l, &f, n, e);
	*ret_end = n ? item.next : 0;
	logwrites_reader_close(l);
	return r < 0 ? r : 0;
}

/* ---- replay ---- */

static int write_payload(struct logwrites_reader *l, struct replay_out *o,
			 const struct logwrites_item *item, struct err *e)
{
	uint64_t offset = item->offset;
	const void *data;
	size_t len;
	int r;

	while ((r = logwrites_data(l, &data, &len, e)) > 0) {
		r = interrupted ? stopped(l, item->number, e)
				: replay_out_write(o, offset, data, len, e);
		if (r)
			return r;
		offset += len;
	}
	return r;
}

static int apply(struct logwrites_reader *l, struct replay_out *o, const struct replay_job *job,
		 const struct logwrites_item *item, struct replay_counts *n, struct err *e)
{
	if (item->flags & LOGWRITES_DISCARD) {
		if (job->no_discard || !item->length)
			return 0;
		n->discards++;
		return replay_out_discard(o, item->offset, item->length, e);
	}
	n->writes += item->payload != 0;
	n->bytes += item->payload;
	return write_payload(l, o, item, e);
}

static bool left_out(const struct replay_job *job, const struct logwrites_item *item)
{
	return item->nr_sectors && (item->sector + item->nr_sectors <= job->first_sector ||
				    item->sector > job->last_sector);
}

static bool is_due(const struct replay_job *job, const struct logwrites_item *item, uint64_t n)
{
	switch (job->every) {
	case REPLAY_FLUSH:
		return item->flags & LOGWRITES_FLUSH;
	case REPLAY_FUA:
		return item->flags & LOGWRITES_FUA;
	case REPLAY_DISCARD:
		return item->flags & LOGWRITES_DISCARD;
	case REPLAY_NUMBER:
		return !(n % job->number);
	default:
		return false;
	}
}

static int take(struct logwrites_reader *l, struct replay_out *o, const struct replay_job *job,
		const struct logwrites_item *item, struct replay_counts *n, struct err *e)
{
	bool out = left_out(job, item);
	int r = 0;

	if (job->each)
		job->each(job->data, item, out);
	if (!out)
		r = apply(l, o, job, item, n, e);
	n->entries++;
	n->last = item->number;
	if (r || !is_due(job, item, n->entries))
		return r;
	n->checks++;
	return job->check(job->data, item, e);
}

int replay_run(struct logwrites_reader *l, struct replay_out *o, const struct replay_job *job,
	       struct replay_counts *ret, struct err *e)
{
	struct logwrites_item item;
	int r = 1;

	*ret = (struct replay_counts){ 0 };
	do {
		if (interrupted)
			return stopped(l, ret->last, e);
		r = logwrites_next(l, &item, e);
		if (r <= 0)
			return r;
		r = item.number < job->from ? 0 : take(l, o, job, &item, ret, e);
	} while (!r && item.number < job->to);
	return r;
}
