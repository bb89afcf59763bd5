// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/lines/unflushed.h"
#include "checker/log/oplog_marks.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct list {
	struct unflushed *item;
	size_t n, room;
};

static bool is_end(const struct oplog_marks *marks, const struct dx_trace_rec *rec)
{
	const struct oplog_op *op;

	if (rec->kind != DX_TRACE_MARK || rec->detail != DX_MARK_BEGIN ||
	    rec->length >= DX_LOG_WORKERS)
		return false;
	op = oplog_marks_find(marks, rec->length, rec->addr);
	return op && op->rec->op == DX_OP_PHASE && op->rec->arg[0] == 2;
}

static int run_to_end(struct persist *p, struct trace *t, const struct oplog_marks *marks,
		      struct err *e)
{
	struct trace_record rec;
	int r = trace_rewind(t, e), n = 0;

	while (!r && (n = trace_next(t, &rec, e)) > 0 && !is_end(marks, rec.rec))
		r = persist_apply(p, rec.rec, rec.data, e);
	return r ? r : n < 0 ? n : 0;
}

static struct unflushed *get(struct list *list, uint64_t ip, bool written_back)
{
	struct unflushed *more;

	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].ip == ip && list->item[i].written_back == written_back)
			return &list->item[i];
	more = grow(list->item, list->n, &list->room, sizeof(*more));
	if (!more)
		return NULL;
	list->item = more;
	more[list->n] =
		(struct unflushed){ .ip = ip, .written_back = written_back, .seq = UINT64_MAX };
	return &more[list->n++];
}

/* What stands over it in the same bytes is the later store's: it alone is what would be lost. */
static uint64_t bytes_left(const struct persist_piece *piece)
{
	uint64_t bytes = piece->bytes;

	for (const struct persist_piece *later = piece->next; later; later = later->next)
		bytes &= ~later->bytes;
	return bytes;
}

static int add_line(struct list *list, const struct persist_line *line)
{
	for (const struct persist_piece *p = line->first; p; p = p->next) {
		uint64_t bytes = bytes_left(p);
		struct unflushed *u;

		if (!(p->flags & DX_TRACE_USER) || !bytes)
			continue;
		u = get(list, p->ip, p->pending);
		if (!u)
			return -ENOMEM;
		if (p->seq < u->seq) {
			u->seq = p->seq;
			u->addr = line->addr;
		}
		u->lines++;
		u->bytes += (uint64_t)__builtin_popcountll(bytes);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct unflushed *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int collect(const struct persist *p, struct list *list)
{
	const struct persist_line *line = NULL;
	int r = 0;

	while (!r && (line = persist_next(p, line)))
		r = add_line(list, line);
	if (list->n)
		qsort(list->item, list->n, sizeof(*list->item), compare);
	return r;
}

int unflushed_find(struct trace *t, const struct oplog *log, enum persist_mode rules,
		   struct unflushed **ret, size_t *ret_n, struct err *e)
{
	const struct dx_trace_header *header = trace_header(t);
	struct persist_options how = { .mode = rules, .ranges = header->ranges };
	struct oplog_marks *marks = NULL;
	struct persist *p = NULL;
	struct list list = { 0 };
	int r;

	memcpy(how.range, header->range, sizeof(how.range));
	r = oplog_marks_new(&marks, log);
	if (r)
		err_sys(e, r, "operation log", "find its marks");
	if (!r)
		r = persist_open(&p, &how, e);
	if (!r)
		r = run_to_end(p, t, marks, e);
	if (!r && (r = collect(p, &list)))
		err_sys(e, r, "store trace", "find what was not flushed");
	persist_close(p);
	oplog_marks_free(marks);
	if (r) {
		free(list.item);
		return r;
	}
	*ret = list.item;
	*ret_n = list.n;
	return 0;
}
