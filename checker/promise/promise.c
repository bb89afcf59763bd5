// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operation by operation. At its BEGIN a change of content begins, and what it
 * frees or moves is promised no more or lies nobody knows where; at its END the
 * change has ended, the names are as the call left them, and a sync call has
 * promised. What a call came to is in the log already when it begins: one that
 * failed changes no name, and frees nothing.
 */
#include "checker/promise/promise_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- marks ---- */

/* How much of what it was about to do an operation has done, for content_end(). */
static uint64_t amount_done(const struct oplog_op *op, const struct content_change *change)
{
	if (oplog_op_failed(op))
		return 0;
	if (op->kind->result == OPLOG_COUNT && change->kind == CONTENT_PATTERN)
		return (uint64_t)op->rec->result;
	return change->length;
}

static int end_changes(struct worker *w, const struct oplog_op *op, uint64_t seq)
{
	int r = 0;

	for (int i = 0; !r && i < CHANGES; i++)
		if (w->change[i])
			r = content_end(w->changed->content, w->change[i],
					amount_done(op, w->change[i]), seq);
	return r;
}

static int end(struct promise *p, struct worker *w, const struct oplog_op *op, uint64_t seq,
	       bool *ret_promised)
{
	int r = end_changes(w, op, seq);

	promise_end_freeing(p, w, seq);
	if (w->changed)
		moves_end(&w->changed->moves, w->began, seq);
	if (r || oplog_op_failed(op))
		return r;
	r = promise_end_effect(p, op);
	if (!r && op->rec->op == DX_OP_FLUSH)
		r = promise_note_flushed(p, w, op, w->began);
	if (!r && op->rec->op == DX_OP_COPY_NT)
		r = promise_note_flushed(p, w, op, seq);
	if (r)
		return r;
	*ret_promised = promise_make(p, w, op);
	p->count += *ret_promised;
	r = op->rec->op == DX_OP_CLOSE ? 0 : promise_take_extents(p, op);
	if (w->settled && w->settled->names)
		content_moved_are_due(w->settled->content);
	return r;
}

/* strerror() has other things in mind that are too big. */
static int cannot_follow(struct err *e, int r, const struct oplog_op *op, const char *what)
{
	if (r == -E2BIG)
		return err_set(e, r, op->kind->name,
			       "%s: only %llu MiB of a file are followed, and they must lie in "
			       "its first 4 GiB",
			       what, CONTENT_MAX_BYTES >> 20);
	return err_sys(e, r, op->kind->name, what);
}

static int mark_begin(struct promise *p, struct worker *w, const struct oplog_op *op, uint64_t seq,
		      struct err *e)
{
	int r;

	w->current = op;
	w->began = seq;
	p->over |= oplog_is_last_of_cut(p->log, op);
	memset(w->change, 0, sizeof(w->change));
	w->changed = w->freed = w->settled = NULL;
	r = promise_begin(p, w, op);
	return r ? cannot_follow(e, r, op, "follow what it does to its file") : 0;
}

int promise_mark(struct promise *p, uint32_t worker, uint64_t number, enum dx_log_mark what,
		 uint64_t seq, const struct oplog_op **ret, struct err *e)
{
	struct worker *w = worker < DX_LOG_WORKERS ? p->worker[worker] : NULL;
	const struct oplog_op *op = w && number < w->n_ops ? w->ops[number] : NULL;
	bool promised = false;
	int r;

	*ret = NULL;
	if (!op || (what == DX_MARK_END) != (w->current == op) ||
	    (w->current && w->current != op)) {
		err_set(e, -EBADMSG, "operation log",
			"has no record %" PRIu64 " of worker %" PRIu32 " where the trace has one",
			number, worker);
		return err_hint(e, "log and trace must be of one run");
	}
	if (what == DX_MARK_BEGIN)
		return mark_begin(p, w, op, seq, e);
	r = op->returned ? end(p, w, op, seq, &promised) : 0;
	w->current = NULL;
	if (promised)
		*ret = op;
	return r ? cannot_follow(e, r, op, "follow what it has done") : 0;
}

/* ---- begin and end ---- */

static int add_worker(struct promise *p, const struct oplog_op *op)
{
	struct worker *w = p->worker[op->worker];

	if (!w) {
		w = p->worker[op->worker] = calloc(1, sizeof(*w));
		if (!w)
			return -ENOMEM;
	}
	if (op->number >= w->n_ops)
		w->n_ops = op->number + 1;
	return 0;
}

static int index_ops(struct promise *p)
{
	int r = 0;

	for (size_t i = 0; !r && i < oplog_count(p->log); i++)
		r = add_worker(p, oplog_at(p->log, i));
	for (size_t i = 0; !r && i < DX_LOG_WORKERS; i++) {
		struct worker *w = p->worker[i];

		if (w)
			w->ops = calloc(w->n_ops, sizeof(struct oplog_op *));
		if (w && !w->ops)
			r = -ENOMEM;
	}
	for (size_t i = 0; !r && i < oplog_count(p->log); i++) {
		const struct oplog_op *op = oplog_at(p->log, i);

		p->worker[op->worker]->ops[op->number] = op;
	}
	return r;
}

/* What is a device, and where devices lie: said before anything is done. */
static void read_devices(struct promise *p)
{
	for (size_t i = 0; i < oplog_count(p->log) && p->n_segments < PROMISE_SEGMENTS; i++) {
		const struct oplog_op *op = oplog_at(p->log, i);

		if (op->rec->op == DX_OP_TARGET)
			p->target = op->rec;
		if (op->rec->op == DX_OP_DEVICE && arg(op, 3) >= CONTENT_PAGE)
			p->segment[p->n_segments++] = (struct segment){ arg(op, 0), arg(op, 1),
									arg(op, 2), arg(op, 3) };
	}
}

int promise_open(struct promise **ret, const struct oplog *log, struct err *e)
{
	struct promise *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return err_sys(e, -ENOMEM, "promises", "follow the log");
	p->log = log;
	p->seed = oplog_header(log)->seed;
	p->tree = tree_new();
	p->places = places_new();
	r = p->tree && p->places ? index_ops(p) : -ENOMEM;
	if (r) {
		promise_close(p);
		return err_sys(e, r, "promises", "follow the log");
	}
	read_devices(p);
	*ret = p;
	return 0;
}

void promise_close(struct promise *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < DX_LOG_WORKERS; i++) {
		if (!p->worker[i])
			continue;
		free(p->worker[i]->ops);
		free(p->worker[i]->flushed);
		free(p->worker[i]);
	}
	places_free(p->places);
	tree_free(p->tree);
	free(p);
}

bool promise_is_over(const struct promise *p)
{
	return p->over;
}

const struct oplog_op *promise_current(const struct promise *p, uint32_t worker)
{
	return worker < DX_LOG_WORKERS && p->worker[worker] ? p->worker[worker]->current : NULL;
}

struct tree_file *promise_files(const struct promise *p)
{
	return tree_files(p->tree);
}

const struct tree_file *promise_file_of(const struct promise *p, const struct content *c)
{
	const struct tree_file *f = tree_files(p->tree);

	while (f && f->content != c)
		f = f->next;
	return f;
}

const struct tree_file *promise_file_behind(const struct promise *p, uint64_t handle)
{
	return promise_file_by(p, handle);
}

const struct places *promise_places(const struct promise *p)
{
	return p->places;
}

uint64_t promise_count(const struct promise *p)
{
	return p->count;
}
