// SPDX-License-Identifier: GPL-2.0-or-later
/* As explore.c, without files: a first pass counts the crash points, the second visits them. */
#include "checker/states/recrash.h"
#include "checker/states/state_image.h"
#include "checker/states/state_units.h"
#include "checker/trace/trace.h"
#include "lib/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct recrash {
	const struct recrash_options *options;
	struct persist *persist;
	struct image *image;
	struct visitor *visitor; /* NULL in the first pass */
	struct units units;
	bool pending;  /* something waits for a fence: a recovery has one vCPU */
	uint64_t next; /* event */
	uint64_t points;
};

/* Before event @seq, where something in flight would be drained, or would have had to be. */
static int crash_before(struct recrash *x, uint64_t seq, struct err *e)
{
	const struct explore_point point = { .seq = seq };

	if (!x->pending)
		return 0;
	x->pending = false;
	if (!x->visitor) {
		x->points++;
		return 0;
	}
	if (units_gather(&x->units, x->persist, x->options->atomic))
		return err_sys(e, -ENOMEM, "crash states", "find what is in flight");
	return visitor_visit(x->visitor, &x->units, &point, e);
}

static int take_record(struct recrash *x, const struct trace_record *t, struct err *e)
{
	const struct dx_trace_rec *rec = t->rec;
	int r = 0;

	x->next = rec->seq + rec->count;
	if (rec->kind == DX_TRACE_MARK)
		return 0;
	if (rec->kind == DX_TRACE_FENCE && !drains(&x->options->drains, rec))
		return 0;
	if (rec->kind == DX_TRACE_FENCE)
		r = crash_before(x, rec->seq, e);
	x->pending |= drains_later(rec);
	if (r || !x->visitor)
		return r;
	r = persist_apply(x->persist, rec, t->data, e);
	if (!r)
		image_follow(x->image, x->persist, rec);
	return r;
}

static int pass(struct recrash *x, struct trace *t, struct err *e)
{
	struct trace_record rec;
	int r = trace_rewind(t, e), n = 0;

	x->pending = false;
	while (!r && (n = trace_next(t, &rec, e)) > 0)
		r = take_record(x, &rec, e);
	if (!r && !n)
		r = crash_before(x, x->next, e);
	return r ? r : n;
}

static int open_models(struct recrash *x, const struct dx_trace_header *header, struct err *e)
{
	struct persist_options how = { .mode = x->options->drains.mode, .ranges = header->ranges };
	int r;

	memcpy(how.range, header->range, sizeof(how.range));
	r = persist_open(&x->persist, &how, e);
	if (r)
		return r;
	x->image = image_of_model(x->persist, header);
	return x->image ? 0 : err_sys(e, -ENOMEM, "crash states", "follow a recovery");
}

static int visit_points(struct recrash *x, struct trace *t, const struct visit_options *how,
			struct err *e)
{
	int r = open_models(x, trace_header(t), e);

	if (r)
		return r;
	x->visitor = visitor_open(how, x->image);
	if (!x->visitor)
		return err_sys(e, -ENOMEM, "crash states", "explore a recovery");
	visitor_expect(x->visitor, x->points, 0);
	return pass(x, t, e);
}

static int explore_trace(struct visitor **ret, struct trace *t, const struct recrash_options *o,
			 const struct visit_options *how, struct err *e)
{
	struct recrash x = { .options = o };
	int r = pass(&x, t, e);

	if (!r)
		r = visit_points(&x, t, how, e);
	*ret = x.visitor;
	units_release(&x.units);
	image_close(x.image);
	persist_close(x.persist);
	return r;
}

/* ---- which recovery ---- */

static bool is_recovered(const struct dump *dump)
{
	const struct dump_outcome *end = dump ? dump_step(dump, DUMP_UMOUNT) : NULL;

	return end && end->done && !end->result;
}

/* -1: there is none. */
static ssize_t choose_state(const struct fates_job *job, const struct fates *found, uint64_t seed)
{
	size_t i = found->n ? random_next(&seed) % found->n : 0;

	for (size_t k = 0; k < found->n; k++, i = (i + 1) % found->n)
		if (is_recovered(outcomes_find(job->outcomes, found->list[i].state)))
			return (ssize_t)i;
	return -1;
}

static int record(const struct fates_job *job, const struct fates *found, size_t i,
		  struct trace **ret, struct err *e)
{
	const struct recovery *how = job->recovery;
	const char *path;
	struct state s;
	int r;

	if (fates_state(job, found, i, &s))
		return err_sys(e, -ENOMEM, "crash states", "make");
	r = how->record(how->data, image_medium(job->image), &s, &path, e);
	state_release(&s);
	return r ? r : trace_open(ret, path, e);
}

int recrash_point(struct visitor **ret, size_t *ret_which, const struct recrash_options *o,
		  const struct visit_options *how, const struct fates_job *job,
		  const struct fates *found, struct err *e)
{
	ssize_t i = choose_state(job, found, how->seed);
	struct trace *t;
	int r;

	*ret = NULL;
	if (i < 0)
		return 0;
	*ret_which = (size_t)i;
	r = record(job, found, (size_t)i, &t, e);
	if (r)
		return r;
	r = explore_trace(ret, t, o, how, e);
	trace_close(t);
	return r;
}
