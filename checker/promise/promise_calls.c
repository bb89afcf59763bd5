// SPDX-License-Identifier: GPL-2.0-or-later
/* Which bytes a call promises: the table of docs/promises.md, row by row. */
#include "checker/promise/promise_state.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>

static void promise_file(struct tree_file *f, uint64_t offset, uint64_t length, uint64_t began,
			 const struct content_change *also)
{
	/* Without a name it is gone in a crash, synced or not. */
	if (f->names)
		content_promise(f->content, offset, length, began, also);
}

/* The same by a sync of the file: where its blocks are is durable, too. */
static void promise_synced(struct tree_file *f, uint64_t offset, uint64_t length, uint64_t began,
			   const struct content_change *also)
{
	promise_file(f, offset, length, began, also);
	moves_settle(&f->moves, began);
}

static void promise_all(struct promise *p, uint64_t began)
{
	for (struct tree_file *f = tree_files(p->tree); f; f = f->next)
		promise_synced(f, 0, PROMISE_ALL, began, NULL);
}

static bool promise_range(const struct promise *p, struct worker *w, const struct oplog_op *op)
{
	const struct handle *m = promise_handle(p, op->rec->handle);
	uint64_t from = arg(op, 0) & ~(CONTENT_PAGE - 1), end = page_end(arg(op, 0) + arg(op, 1));

	if (!m || !m->file || !(arg(op, 2) & MS_SYNC))
		return false;
	if (m->is_read_only) {
		promise_file(m->file, m->offset + from, end - from, w->began, NULL);
		return true;
	}
	promise_synced(m->file, m->offset + from, end - from, w->began, NULL);
	w->settled = m->file;
	return true;
}

static bool is_synchronous(const struct handle *h, const struct oplog_op *op)
{
	return h->flags & O_DSYNC || arg(op, 2) & (RWF_DSYNC | RWF_SYNC);
}

static bool promise_write(const struct promise *p, struct worker *w, const struct oplog_op *op)
{
	const struct handle *h = promise_handle(p, op->rec->handle);

	if (!h || !h->file || op->rec->result <= 0 || !is_synchronous(h, op))
		return false;
	promise_synced(h->file, arg(op, 0), (uint64_t)op->rec->result, w->began,
		       w->change[CHANGE_DATA]);
	w->settled = h->file;
	return true;
}

/* Lines that the worker wrote back or stored past the caches: kept until it drains. */
int promise_note_flushed(const struct promise *p, struct worker *w, const struct oplog_op *op,
			 uint64_t began)
{
	const struct handle *m = promise_handle(p, op->rec->handle);
	uint64_t line = DX_TRACE_LINE, from = arg(op, 0), end = from + arg(op, 1);
	struct flushed *more;

	if (!m || !m->file)
		return 0;
	if (!(m->flags & DX_MAP_SYNC) && !promise_is_devdax(p))
		return 0; /* who moves the file's blocks is not bound by a flush */
	if (op->rec->op == DX_OP_FLUSH) {
		from &= ~(line - 1);
		end = (end + line - 1) & ~(line - 1);
	}
	more = grow(w->flushed, w->n_flushed, &w->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	w->flushed = more;
	w->flushed[w->n_flushed++] = (struct flushed){ m->file, m->offset + from, end - from,
						       began };
	return 0;
}

static bool promise_flushed(struct worker *w)
{
	bool any = w->n_flushed;

	for (size_t i = 0; i < w->n_flushed; i++) {
		const struct flushed *f = &w->flushed[i];

		promise_file(f->file, f->offset, f->length, f->began, NULL);
	}
	w->n_flushed = 0;
	return any;
}

/* What the application says that it has made durable by itself. */
static bool promise_relied(const struct promise *p, const struct worker *w,
			   const struct oplog_op *op)
{
	const struct handle *m = promise_handle(p, op->rec->handle);

	if (!m || !m->file)
		return false;
	promise_file(m->file, m->offset + arg(op, 0), arg(op, 1), w->began, NULL);
	return true;
}

/* Device-dax syncs nothing, and no file system that could be synced has a device's bytes. */
static bool is_bound(const struct promise *p, const struct oplog_op *op)
{
	if (promise_is_applications(op) || !p->target)
		return true;
	if (promise_is_devdax(p))
		return false;
	return op->rec->op != DX_OP_SYNCFS && op->rec->op != DX_OP_ENV_REMOUNT &&
	       op->rec->op != DX_OP_ENV_UMOUNT;
}

bool promise_make(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = promise_file_by(p, op->rec->handle);

	if (!is_bound(p, op))
		return false;
	switch (op->rec->op) {
	case DX_OP_FSYNC:
	case DX_OP_FDATASYNC:
		if (f)
			promise_synced(f, 0, PROMISE_ALL, w->began, NULL);
		return f;
	case DX_OP_ENV_REMOUNT:
		if (!arg(op, 0))
			return false;
		/* fall through */
	case DX_OP_SYNC:
	case DX_OP_SYNCFS:
	case DX_OP_ENV_UMOUNT:
		promise_all(p, w->began);
		return true;
	case DX_OP_MSYNC:
		return promise_range(p, w, op);
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		return promise_write(p, w, op);
	case DX_OP_DRAIN:
		return promise_flushed(w);
	case DX_OP_RELY:
		return promise_relied(p, w, op);
	default:
		return false;
	}
}

bool promise_is_applications(const struct oplog_op *op)
{
	return op->rec->op == DX_OP_DRAIN || op->rec->op == DX_OP_RELY;
}

bool promise_is_read_only(const struct promise *p, const struct oplog_op *op)
{
	const struct handle *m = promise_handle(p, op->rec->handle);

	return op->rec->op == DX_OP_MSYNC && m && m->is_read_only;
}

bool promise_is_map_sync(const struct promise *p, const struct oplog_op *op)
{
	const struct handle *m = promise_handle(p, op->rec->handle);

	return op->kind->object == OPLOG_MAP && m && m->is_map && m->flags & DX_MAP_SYNC;
}
