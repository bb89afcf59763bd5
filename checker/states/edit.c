// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/edit.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const edit_kind_names[EDIT_KINDS] = { "flush", "fua", "block", "move", "swap" };

const char *const edit_reason_names[EDIT_REASONS] = {
	[EDIT_UNEXPLAINED] = "not noticed",
	[EDIT_NO_PROMISE] = "no promise followed",
	[EDIT_IN_TIME] = "made up for before a call returned",
	[EDIT_REWRITTEN] = "written anew before the next flush",
	[EDIT_EQUAL] = "the same bytes",
	[EDIT_QUIET] = "nothing before the next flush",
};

struct edit_stream {
	struct trace *trace;
	const struct edit *edit;
	const struct drain_rules *rules;
	uint64_t number; /* of the next record of the trace */
	/* MOVE: the records, and their payload one behind the other. */
	struct dx_trace_rec *held;
	size_t n_held, room, given;
	uint32_t used;
	unsigned char bytes[2][EDIT_BLOCK_BYTES]; /* MOVE: of those; SWAP: of span and other */
	unsigned char data[EDIT_BLOCK_BYTES];	  /* of the record that was given last */
};

bool edit_may_harm(const struct edit *edit, const struct tree_file *file)
{
	if (!edit->of[0])
		return true;
	return file && (!strcmp(edit->of[0]->first_name, file->first_name) ||
			!strcmp(edit->of[1]->first_name, file->first_name));
}

static bool is_in(const struct edit_span *span, uint64_t number)
{
	return number >= span->first && number <= span->last;
}

/* Of all that lies in a span these are what it is of. */
static bool is_write(const struct edit_span *span, uint64_t number, const struct dx_trace_rec *rec)
{
	return is_in(span, number) && rec->kind == DX_TRACE_STORE;
}

static bool is_of_flush(const struct edit_stream *s, uint64_t number,
			const struct dx_trace_rec *rec)
{
	return is_in(&s->edit->span, number) && rec->kind == DX_TRACE_FENCE &&
	       drains(s->rules, rec);
}

/* ---- MOVE ---- */

static int hold(struct edit_stream *s, const struct trace_record *t, struct err *e)
{
	struct dx_trace_rec *more = grow(s->held, s->n_held, &s->room, sizeof(*more));

	if (!more)
		return err_sys(e, -ENOMEM, "crash states", "keep a block");
	s->held = more;
	if (t->rec->length > EDIT_BLOCK_BYTES - s->used)
		return err_set(e, -EINVAL, "crash states", "a write of more than a block");
	memcpy(s->bytes[0] + s->used, t->data, t->rec->length);
	s->used += t->rec->length;
	s->held[s->n_held++] = *t->rec;
	return 0;
}

static void give_held(struct edit_stream *s, struct trace_record *ret)
{
	const struct dx_trace_rec *rec = &s->held[s->given];

	if (!s->given)
		s->used = 0;
	ret->rec = rec;
	ret->data = s->bytes[0] + s->used;
	s->used += rec->length;
	s->given++;
}

/* ---- SWAP ---- */

static void swap_bytes(struct edit_stream *s, uint64_t number, struct trace_record *t)
{
	bool is_first = is_write(&s->edit->span, number, t->rec);
	const struct edit_span *span = is_first ? &s->edit->span : &s->edit->other;

	if (!is_write(span, number, t->rec))
		return;
	memcpy(s->data, s->bytes[is_first] + (t->rec->addr - span->addr), t->rec->length);
	t->data = s->data;
}

static void keep_bytes(struct edit_stream *s, uint64_t number, const struct trace_record *t)
{
	const struct edit_span *const span[2] = { &s->edit->span, &s->edit->other };

	for (int i = 0; i < 2; i++)
		if (is_write(span[i], number, t->rec))
			memcpy(s->bytes[i] + (t->rec->addr - span[i]->addr), t->data,
			       t->rec->length);
}

static int read_bytes(struct edit_stream *s, struct err *e)
{
	struct trace_record t;
	uint64_t number = 0;
	int r = 1;

	while (number <= s->edit->other.last && (r = trace_next(s->trace, &t, e)) > 0)
		keep_bytes(s, number++, &t);
	return r < 0 ? r : trace_rewind(s->trace, e);
}

/* ---- the stream ---- */

/* Is it to be passed over, for now or for ever? -errno. */
static int take(struct edit_stream *s, uint64_t number, struct trace_record *t, struct err *e)
{
	const struct edit *edit = s->edit;
	int r;

	switch (edit->kind) {
	case EDIT_FLUSH:
	case EDIT_FUA:
		return is_of_flush(s, number, t->rec);
	case EDIT_DROP:
		return is_write(&edit->span, number, t->rec);
	case EDIT_MOVE:
		if (!is_write(&edit->span, number, t->rec))
			return 0;
		r = hold(s, t, e);
		return r ? r : 1;
	case EDIT_SWAP:
		swap_bytes(s, number, t);
		return 0;
	default:
		return 0;
	}
}

int edit_stream_next(struct edit_stream *s, struct trace_record *ret, struct err *e)
{
	int n, passed;

	if (s->edit && s->edit->kind == EDIT_MOVE && s->number > s->edit->after &&
	    s->given < s->n_held) {
		give_held(s, ret);
		return 1;
	}
	do {
		n = trace_next(s->trace, ret, e);
		passed = n > 0 && s->edit ? take(s, s->number++, ret, e) : 0;
	} while (passed > 0);
	return passed < 0 ? passed : n;
}

int edit_stream_open(struct edit_stream **ret, struct trace *t, const struct edit *edit,
		     const struct drain_rules *rules, struct err *e)
{
	struct edit_stream *s = calloc(1, sizeof(*s));
	int r;

	*ret = NULL;
	if (!s)
		return err_sys(e, -ENOMEM, "crash states", "follow the trace");
	s->trace = t;
	s->edit = edit;
	s->rules = rules;
	r = trace_rewind(t, e);
	if (!r && edit && edit->kind == EDIT_SWAP)
		r = read_bytes(s, e);
	if (r)
		edit_stream_close(s);
	else
		*ret = s;
	return r;
}

void edit_stream_close(struct edit_stream *s)
{
	if (!s)
		return;
	free(s->held);
	free(s);
}
