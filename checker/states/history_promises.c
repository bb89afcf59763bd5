// SPDX-License-Identifier: GPL-2.0-or-later
/* Which call promises what: the table of history.h; and whose the bytes are. */
#include "checker/states/history_state.h"
#include "daxbench/workload.h"
#include "lib/grow.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

/* A call that promises: what was over at @began, and what it did itself. */
struct call {
	const struct oplog_op *op;
	uint64_t began;
	bool writes; /* what it does itself is promised, too */
};

const char *history_below(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(path, prefix, len) && path[len] == '/' ? path + len : NULL;
}

/* ---- names ---- */

/* The newest version that was over; with or without what the rename of a directory above did. */
static size_t newest_over(const struct history_name *n, const struct call *c, bool also_moved)
{
	size_t i = n->n - 1;

	while (i && (n->version[i].over > c->began || (!also_moved && n->version[i].moved)))
		i--;
	return i;
}

/* The newest that made or ended a name of @o, by a call on that name; 0: none. */
static size_t newest_of(const struct history_name *n, const struct call *c,
			const struct history_object *o)
{
	size_t i = n->n - 1;

	while (i && (n->version[i].over > c->began || n->version[i].moved ||
		     (n->version[i].object != o && n->version[i - 1].object != o)))
		i--;
	return i;
}

static void set_floor(struct history_name *n, enum history_rule rule, size_t floor,
		      const struct call *c)
{
	if (floor <= n->floor[rule])
		return;
	n->floor[rule] = floor;
	n->promise[rule] = c->op;
}

static void set_floors(struct history_name *n, size_t floor, const struct call *c)
{
	for (int rule = 0; rule < HISTORY_RULES; rule++)
		set_floor(n, rule, floor, c);
}

/* By fsync: the names that it has or had. */
static void promise_names_of(const struct history *h, const struct history_object *o,
			     const struct call *c)
{
	for (size_t i = 0; i < h->n_names; i++)
		set_floor(h->name[i], HISTORY_STRICT, newest_of(h->name[i], c, o), c);
}

/* From now on some name of @o is there. */
static void set_reach(struct history_object *o, const struct call *c)
{
	if (!o->reach_promise)
		o->reach_promise = c->op;
}

/* If it has one that was over before the call began, and has not ended since. */
static void promise_reach(const struct history *h, struct history_object *o, const struct call *c)
{
	for (size_t i = 0; i < h->n_names; i++) {
		const struct history_name *n = h->name[i];

		if (n->version[newest_over(n, c, true)].object == o && history_object_of(n) == o) {
			set_reach(o, c);
			return;
		}
	}
}

bool history_is_in(const char *path, const char *directory)
{
	const char *rest = *directory ? history_below(path, directory) : path;

	if (*directory && rest)
		rest++;
	return rest && !strchr(rest, '/');
}

static void promise_entry(struct history_name *n, const struct call *c)
{
	size_t floor = newest_over(n, c, false);
	struct history_object *o = n->version[floor].object;

	set_floors(n, floor, c);
	if (o && o == history_object_of(n))
		set_reach(o, c);
}

static void promise_directory(const struct history *h, const struct history_object *d,
			      const struct call *c)
{
	const char *path = d == h->root ? "" : history_path(h, d);

	if (d != h->root && !d->names)
		return; /* it was removed, and nothing is in it */
	for (size_t i = 0; i < h->n_names; i++)
		if (history_is_in(h->name[i]->path, path))
			promise_entry(h->name[i], c);
}

/* ---- what has no journal ---- */

static struct history_object *directory_of(const struct history *h, const struct history_name *n)
{
	for (size_t i = 0; i < h->n_names; i++)
		if (history_object_of(h->name[i]) && history_is_in(n->path, h->name[i]->path))
			return history_object_of(h->name[i]);
	return NULL; /* the workload's */
}

/* The only name that it has, if it was added, and that was over; NULL: it is another case. */
static struct history_name *only_added_name(const struct history *h, const struct history_object *o,
					    const struct call *c)
{
	for (size_t i = 0; o->names == 1 && i < h->n_names; i++) {
		struct history_name *n = h->name[i];
		const struct history_version *v = &n->version[n->n - 1];

		if (v->object == o)
			return v->over <= c->began && !v->moved && !v[-1].object ? n : NULL;
	}
	return NULL;
}

/*
 * fs/ext4/fsync.c, ext4_sync_parent(): a file to which a name was added has its directory
 * written, that one the directory above if it is as fresh, and so on.
 */
static void promise_added(const struct history *h, struct history_object *o, const struct call *c)
{
	while (o && o->is_added) {
		struct history_name *n = only_added_name(h, o, c);

		o->is_added = false;
		if (!n)
			return;
		set_floor(n, HISTORY_ADDED, n->n - 1, c);
		o = directory_of(h, n);
		if (o)
			o->is_kept = true;
	}
}

static void settle(const struct history *h, struct history_object *o, const struct call *c)
{
	o->is_kept = true;
	o->synced = c->began;
	promise_added(h, o, c);
}

/* ---- sizes ---- */

static bool is_covered(const struct history_size *s, const struct call *c)
{
	return s->over <= c->began || (c->writes && s->began == c->began);
}

static void promise_size(struct history_object *o, const struct call *c)
{
	size_t i = o->n_sizes - 1;

	while (i && !is_covered(&o->size[i], c))
		i--;
	if (!o->size_promise || i > o->size_floor) {
		o->size_floor = i;
		o->size_promise = c->op;
	}
}

/* ---- data: promise.h knows what is promised, here is by whom ---- */

/* A file without a name is gone in a crash: nothing is promised of it. */
static int add_promise(struct history_object *o, const struct oplog_op *op, uint64_t offset,
		       uint64_t end, uint64_t covers)
{
	struct history_promise *more;

	if (o->type != HISTORY_FILE || !o->names)
		return 0;
	more = grow(o->promise, o->n_promises, &o->promises_room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	o->promise = more;
	o->promise[o->n_promises++] = (struct history_promise){ op, offset, end, covers };
	return 0;
}

const struct oplog_op *history_promised_by(const struct history_object *o, uint64_t offset,
					   uint64_t ended)
{
	const struct oplog_op *last = NULL;

	for (size_t i = 0; i < o->n_promises; i++) {
		const struct history_promise *p = &o->promise[i];

		if (offset < p->offset || offset >= p->end)
			continue;
		last = p->op;
		if (p->covers >= ended)
			break;
	}
	return last;
}

/* ---- calls ---- */

static int promise_file(const struct history *h, struct history_object *o, const struct call *c)
{
	if (!o)
		return 0;
	settle(h, o, c);
	if (c->op->rec->op == DX_OP_FSYNC)
		history_attributes_promise(o, c->op, c->began);
	if (o->type == HISTORY_DIRECTORY) {
		promise_directory(h, o, c);
		return 0;
	}
	promise_size(o, c);
	promise_reach(h, o, c);
	if (c->op->rec->op == DX_OP_FSYNC)
		promise_names_of(h, o, c);
	return add_promise(o, c->op, 0, UINT64_MAX, c->began);
}

static int promise_all(const struct history *h, const struct call *c)
{
	int r = 0;

	for (size_t i = 0; i < h->n_names; i++) {
		size_t floor = newest_over(h->name[i], c, true);
		struct history_object *o = h->name[i]->version[floor].object;

		set_floors(h->name[i], floor, c);
		if (o)
			o->is_kept = true;
	}
	for (struct history_object *o = h->objects; !r && o; o = o->next) {
		o->synced = c->began;
		promise_size(o, c);
		promise_reach(h, o, c);
		history_attributes_promise(o, c->op, c->began);
		r = add_promise(o, c->op, 0, UINT64_MAX, c->began);
	}
	return r;
}

static int promise_pages(const struct history *h, const struct history_handle *m,
			 const struct call *c)
{
	uint64_t from = arg(c->op, 0) & ~(DX_PAGE - 1);
	uint64_t end = (arg(c->op, 0) + arg(c->op, 1) + DX_PAGE - 1) & ~(DX_PAGE - 1);

	if (!m->object || !(arg(c->op, 2) & MS_SYNC))
		return 0;
	settle(h, m->object, c);
	promise_size(m->object, c);
	promise_reach(h, m->object, c);
	return add_promise(m->object, c->op, m->offset + from, m->offset + end, c->began);
}

bool history_is_synced_write(const struct history_handle *file, const struct oplog_op *op)
{
	return file && (op->rec->op == DX_OP_WRITE || op->rec->op == DX_OP_WRITEV) &&
	       op->rec->result > 0 &&
	       (file->flags & O_DSYNC || arg(op, 2) & (RWF_DSYNC | RWF_SYNC));
}

static int promise_write(const struct history *h, const struct history_handle *file, struct call *c,
			 uint64_t seq)
{
	uint64_t flags = arg(c->op, 2), offset = arg(c->op, 0);

	if (!file->object || !history_is_synced_write(file, c->op))
		return 0;
	c->writes = true;
	settle(h, file->object, c);
	promise_size(file->object, c);
	promise_reach(h, file->object, c);
	if ((file->flags & O_SYNC) == O_SYNC || flags & RWF_SYNC) {
		promise_names_of(h, file->object, c);
		history_attributes_promise(file->object, c->op, c->began);
	}
	return add_promise(file->object, c->op, offset, offset + (uint64_t)c->op->rec->result, seq);
}

/* A worker's own write-back, or stores past the caches, through a mapping that it may so sync. */
static int note_flushed(struct history *h, const struct history_handle *m, const struct call *c,
			uint64_t covers)
{
	struct history_flushes *f = &h->flushed[c->op->worker];
	uint64_t line = DX_TRACE_LINE, from = arg(c->op, 0), end = from + arg(c->op, 1);
	struct history_flush *more;

	if (!m->object || !(m->flags & DX_MAP_SYNC))
		return 0;
	if (c->op->rec->op == DX_OP_FLUSH) {
		from &= ~(line - 1);
		end = (end + line - 1) & ~(line - 1);
	}
	more = grow(f->list, f->n, &f->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	f->list = more;
	f->list[f->n++] = (struct history_flush){ m->object, m->offset + from, m->offset + end,
						  covers };
	return 0;
}

static int promise_flushed(struct history_flushes *f, const struct oplog_op *op)
{
	int r = 0;

	for (size_t i = 0; !r && i < f->n; i++)
		r = add_promise(f->list[i].object, op, f->list[i].offset, f->list[i].end,
				f->list[i].covers);
	f->n = 0;
	return r;
}

static int promise_relied(const struct history_handle *m, const struct call *c)
{
	uint64_t from = m->offset + arg(c->op, 0);

	return m->object ? add_promise(m->object, c->op, from, from + arg(c->op, 1), c->began) : 0;
}

int history_promise(struct history *h, const struct oplog_op *op, uint64_t began, uint64_t seq)
{
	static const struct history_handle none;
	const struct history_handle *handle = history_handle(h, op->rec->handle);
	struct call c = { op, began, false };

	if (!handle)
		handle = &none;
	switch (op->rec->op) {
	case DX_OP_FSYNC:
	case DX_OP_FDATASYNC:
		return promise_file(h, handle->object, &c);
	case DX_OP_MSYNC:
		return promise_pages(h, handle, &c);
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		return promise_write(h, handle, &c, seq);
	case DX_OP_ENV_REMOUNT:
		return arg(op, 0) ? promise_all(h, &c) : 0;
	case DX_OP_SYNC:
	case DX_OP_SYNCFS:
	case DX_OP_ENV_UMOUNT:
		return promise_all(h, &c);
	case DX_OP_FLUSH:
		return note_flushed(h, handle, &c, began);
	case DX_OP_COPY_NT:
		return note_flushed(h, handle, &c, seq);
	case DX_OP_DRAIN:
		return promise_flushed(&h->flushed[op->worker], op);
	case DX_OP_RELY:
		return promise_relied(handle, &c);
	default:
		return 0;
	}
}
