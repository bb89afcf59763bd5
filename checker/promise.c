// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operation by operation. At its BEGIN a change of content begins, and what it
 * frees or moves is promised no more or lies nobody knows where; at its END the
 * change has ended, the names are as the call left them, and a sync call has
 * promised. What a call came to is in the log already when it begins: one that
 * failed changes no name, and frees nothing.
 */
#include "checker/promise.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "daxbench/workload.h"

#define MAX_SEGMENTS 64
#define ALL	     (UINT64_MAX / 2)

/* An open description or a mapping, by its handle. */
struct handle {
	struct tree_file *file; /* NULL: not open, or a private mapping */
	uint32_t id;		/* of the description that the bytes stored name */
	uint64_t offset;	/* of a mapping */
	uint64_t flags;		/* open flags, or enum dx_map_flag */
	bool is_map;
	bool is_read_only; /* a mapping of a description that cannot write */
};

/* What a program wrote back itself, and is durable once it drains. */
struct flushed {
	struct tree_file *file;
	uint64_t offset, length, began;
};

struct worker {
	const struct oplog_op **ops; /* by the number of their record */
	uint64_t n_ops;
	const struct oplog_op *current;
	uint64_t began;
	struct content_change *change[2]; /* that the current operation makes */
	struct tree_file *changed;	  /* the file of change[0] */
	struct handle handles[DX_LOG_HANDLES];
	struct flushed *flushed;
	size_t n_flushed, room;
};

/* A piece of a device in physical memory. */
struct segment {
	uint64_t device, offset, physical, length;
};

struct promise {
	const struct oplog *log;
	uint64_t seed;
	struct tree *tree;
	struct places *places;
	struct segment segment[MAX_SEGMENTS];
	size_t n_segments;
	uint64_t count;
	bool over;
	struct worker *worker[DX_LOG_WORKERS];
};

/* ---- operations and handles ---- */

static uint64_t arg(const struct oplog_op *op, int i)
{
	return op->rec->arg[i];
}

static bool failed(const struct oplog_op *op)
{
	return op->returned && op->rec->result < 0;
}

static struct handle *find_handle(const struct promise *p, uint64_t id)
{
	uint64_t owner = id >> DX_HANDLE_BITS;

	if (owner >= DX_LOG_WORKERS || !p->worker[owner])
		return NULL;
	return &p->worker[owner]->handles[id % DX_LOG_HANDLES];
}

static struct tree_file *file_of(const struct promise *p, uint64_t id)
{
	const struct handle *h = find_handle(p, id);

	return h ? h->file : NULL;
}

/* ---- places ---- */

static void lose_places(struct promise *p, const struct tree_file *f, uint64_t offset, uint64_t end)
{
	for (struct content_page *page = content_next_page(f->content, offset / CONTENT_PAGE);
	     page && page->index * CONTENT_PAGE < end;
	     page = content_next_page(f->content, page->index + 1))
		places_clear(p->places, page, CONTENT_NOWHERE);
}

/* Of the pages that lie whole in the range. */
static void lose_whole_places(struct promise *p, const struct tree_file *f, uint64_t offset,
			      uint64_t end)
{
	uint64_t from = (offset + CONTENT_PAGE - 1) & ~(CONTENT_PAGE - 1);

	lose_places(p, f, from, end < ALL ? end & ~(CONTENT_PAGE - 1) : end);
}

static bool find_physical(const struct promise *p, uint64_t device, uint64_t offset, uint64_t *ret)
{
	for (size_t i = 0; i < p->n_segments; i++) {
		const struct segment *s = &p->segment[i];

		if (s->device == device && offset >= s->offset &&
		    offset - s->offset <= s->length - CONTENT_PAGE) {
			*ret = s->physical + (offset - s->offset);
			return *ret % CONTENT_PAGE == 0;
		}
	}
	return false;
}

/*
 * Whose place is taken to be what an operation found? What a sync call brought onto
 * the medium it brought there with all of the file's extents. A program's own flush
 * did so with the pages that it flushed, and elsewhere the medium may still have an
 * older tree of extents.
 */
static bool takes_place(const struct content_page *page, bool due_only)
{
	return !due_only || page->due;
}

static int place_extent(struct promise *p, const struct tree_file *f, const struct dx_rec *x,
			bool due_only)
{
	uint64_t offset = x->arg[0], device = x->arg[3] & DX_EXTENT_REALTIME ? 1 : 0;
	uint64_t end = offset + x->arg[2], physical;
	uint32_t flags = (uint32_t)x->arg[3];

	if (flags & FIEMAP_EXTENT_UNWRITTEN)
		return 0;
	for (struct content_page *page = content_next_page(f->content, offset / CONTENT_PAGE);
	     page && page->index * CONTENT_PAGE < end;
	     page = content_next_page(f->content, page->index + 1)) {
		uint64_t at = page->index * CONTENT_PAGE;
		bool whole = at >= offset && end - at >= CONTENT_PAGE;

		if (!takes_place(page, due_only))
			continue;
		if (!whole || flags & (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_NOT_ALIGNED) ||
		    !find_physical(p, device, x->arg[1] + (at - offset), &physical))
			places_clear(p->places, page, CONTENT_NOWHERE);
		else if (places_set(p->places, page, physical))
			return -ENOMEM;
	}
	return 0;
}

/* Pages that no extent of the list covers are holes; they keep their place until all is read. */
static void place_holes(struct promise *p, const struct tree_file *f, const struct dx_rec *x,
			size_t n, bool due_only)
{
	for (struct content_page *page = content_next_page(f->content, 0); page;
	     page = content_next_page(f->content, page->index + 1)) {
		uint64_t at = page->index * CONTENT_PAGE;
		bool found = false;

		for (size_t i = 0; i < n && !found; i++)
			found = at >= x[i].arg[0] && at - x[i].arg[0] < x[i].arg[2] &&
				!(x[i].arg[3] & FIEMAP_EXTENT_UNWRITTEN);
		if (!found && takes_place(page, due_only))
			places_clear(p->places, page, CONTENT_HOLE);
	}
}

/* Extents of one file: the @n records from @x on. */
static int place_file(struct promise *p, const struct dx_rec *x, size_t n, bool due_only)
{
	const struct tree_file *f = file_of(p, x->handle);
	int r = 0;

	if (!f)
		return 0;
	if (x->result < 0) {
		if (x->result != -EBADF)
			lose_places(p, f, 0, ALL);
		return 0;
	}
	place_holes(p, f, x, n, due_only);
	for (size_t i = 0; !r && i < n; i++)
		r = place_extent(p, f, &x[i], due_only);
	return r;
}

/* A promise of some bytes, that leaves open what the medium has of the rest of the file. */
static bool covers_range_only(const struct promise *p, const struct oplog_op *op)
{
	return promise_is_applications(op) || promise_is_read_only(p, op);
}

static int take_extents(struct promise *p, const struct oplog_op *op)
{
	bool due_only = covers_range_only(p, op);
	int r = 0;

	for (size_t i = 0, n; !r && i < op->n_extents; i += n) {
		for (n = 1; i + n < op->n_extents && op->extents[i + n].result > 0; n++)
			;
		r = place_file(p, &op->extents[i], n, due_only);
	}
	return r;
}

/* Where there was a hole there will be a block, nobody knows which. */
static void fill_holes(struct promise *p, const struct tree_file *f, uint64_t offset, uint64_t end)
{
	for (struct content_page *page = content_next_page(f->content, offset / CONTENT_PAGE);
	     page && page->index * CONTENT_PAGE < end;
	     page = content_next_page(f->content, page->index + 1))
		if (page->place == CONTENT_HOLE)
			places_clear(p->places, page, CONTENT_NOWHERE);
}

/* ---- changes ---- */

static int begin_change(struct promise *p, struct worker *w, int which, struct tree_file *f,
			const struct content_change *like, uint64_t offset, uint64_t length)
{
	w->changed = f;
	if (f->shared)
		lose_places(p, f, offset, offset + length);
	else
		fill_holes(p, f, offset, offset + length);
	return content_begin(f->content, like, offset, length, &w->change[which]);
}

static int begin_zeros(struct promise *p, struct worker *w, struct tree_file *f, uint64_t offset,
		       uint64_t end)
{
	struct content_change like = { .kind = CONTENT_ZERO, .op = w->current };

	return offset < end ? begin_change(p, w, 1, f, &like, offset, end - offset) : 0;
}

static uint64_t page_end(uint64_t offset)
{
	return (offset + CONTENT_PAGE - 1) & ~(CONTENT_PAGE - 1);
}

/* Bytes that name their origin: by a write through handle @id, or a store. */
static int begin_pattern(struct promise *p, struct worker *w, struct tree_file *f, uint32_t id,
			 uint64_t offset, uint64_t length)
{
	struct content_change like = {
		.kind = CONTENT_PATTERN,
		.op = w->current,
		.file = id,
		.generation = arg(w->current, 3),
		.seed = p->seed,
	};

	return length ? begin_change(p, w, 0, f, &like, offset, length) : 0;
}

static int begin_write(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = file_of(p, op->rec->handle);
	uint64_t size, offset = arg(op, 0), end;
	int r;

	if (!f)
		return 0;
	/* A gap behind the old end reads as zeros, whatever stores put there. */
	size = content_size(f->content);
	end = offset < page_end(size) ? offset : page_end(size);
	r = failed(op) ? 0 : begin_zeros(p, w, f, size, end);
	return r ? r : begin_pattern(p, w, f, op->rec->handle, offset, arg(op, 1));
}

static int begin_store(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	const struct handle *m = find_handle(p, op->rec->handle);

	if (!m || !m->file)
		return 0;
	return begin_pattern(p, w, m->file, m->id, m->offset + arg(op, 0), arg(op, 1));
}

static int begin_truncate(struct promise *p, struct worker *w, struct tree_file *f, uint64_t length)
{
	uint64_t size = content_size(f->content), from = length < size ? length : size;

	content_forget(f->content, from, ALL);
	lose_whole_places(p, f, from, ALL);
	return begin_zeros(p, w, f, from, page_end(from));
}

/* Both share blocks from now on: a store to either can move what is stored to. */
static int begin_reflink(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *to = file_of(p, op->rec->handle), *from = file_of(p, arg(op, 0));
	struct content_change like = { .kind = CONTENT_LITERAL, .op = op };
	uint64_t length = arg(op, 3);
	int r;

	if (!to || !from || failed(op) || !length)
		return 0;
	if (length > content_size(from->content))
		return 0; /* no such call succeeds */
	like.literal = malloc(length);
	if (!like.literal)
		return -ENOMEM;
	content_read(from->content, arg(op, 1), length, like.literal);
	lose_places(p, to, arg(op, 2), arg(op, 2) + length);
	to->shared = from->shared = true;
	r = begin_change(p, w, 0, to, &like, arg(op, 2), length);
	free(like.literal);
	return r;
}

/* All from @from on moves to @to; what lies between them is freed, or zero. */
static int begin_shift(struct promise *p, struct worker *w, struct tree_file *f, uint64_t from,
		       uint64_t to)
{
	uint64_t size = content_size(f->content), length = size > from ? size - from : 0;
	struct content_change like = { .kind = CONTENT_LITERAL, .op = w->current };
	int r;

	like.literal = malloc(length ? length : 1);
	if (!like.literal)
		return -ENOMEM;
	content_read(f->content, from, length, like.literal);
	lose_places(p, f, from < to ? from : to, ALL);
	r = length ? begin_change(p, w, 0, f, &like, to, length) : 0;
	free(like.literal);
	if (!r && to > from)
		r = begin_zeros(p, w, f, from, to);
	return r;
}

static int begin_fallocate(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = file_of(p, op->rec->handle);
	uint64_t mode = arg(op, 0), offset = arg(op, 1), length = arg(op, 2);
	uint64_t end = offset + length;

	if (!f || failed(op))
		return 0;
	if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		content_release(f->content, content_size(f->content) - length, ALL);
		return begin_shift(p, w, f, end, offset);
	}
	if (mode & FALLOC_FL_INSERT_RANGE)
		return begin_shift(p, w, f, offset, end);
	if (mode & FALLOC_FL_PUNCH_HOLE)
		content_forget(f->content, offset, length);
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
		lose_whole_places(p, f, offset, end);
		return begin_zeros(p, w, f, offset, end);
	}
	if (mode & FALLOC_FL_UNSHARE_RANGE)
		lose_places(p, f, offset, end);
	return 0;
}

/* The last name of a file goes: a crash may find it gone, so nothing is promised of it. */
static void lose_name(const struct promise *p, const char *name)
{
	struct tree_file *f = name ? tree_find(p->tree, name) : NULL;

	if (f && f->names == 1)
		content_release(f->content, 0, ALL);
}

static int begin_open(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = tree_find(p->tree, op->text[0]);

	if (!f || failed(op) || !(arg(op, 0) & O_TRUNC))
		return 0;
	return begin_truncate(p, w, f, 0);
}

static int begin(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f;

	switch (op->rec->op) {
	case DX_OP_OPEN:
		return op->text[0] ? begin_open(p, w, op) : 0;
	case DX_OP_CLOSE:
		return take_extents(p, op);
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		return begin_write(p, w, op);
	case DX_OP_REFLINK:
		return begin_reflink(p, w, op);
	case DX_OP_STORE:
	case DX_OP_STORE_BYTES:
	case DX_OP_STORE_UNALIGNED:
	case DX_OP_FILL:
	case DX_OP_COPY:
	case DX_OP_COPY_NT:
		return begin_store(p, w, op);
	case DX_OP_TRUNCATE:
		f = file_of(p, op->rec->handle);
		return f && !failed(op) ? begin_truncate(p, w, f, arg(op, 0)) : 0;
	case DX_OP_FALLOCATE:
		return begin_fallocate(p, w, op);
	case DX_OP_UNLINK:
	case DX_OP_RENAME:
		if (!failed(op) && !(op->rec->op == DX_OP_RENAME && arg(op, 0) & RENAME_EXCHANGE))
			lose_name(p, op->text[op->rec->op == DX_OP_RENAME]);
		return 0;
	default:
		return 0;
	}
}

/* ---- what a call has done ---- */

static int end_open(struct promise *p, const struct oplog_op *op)
{
	struct handle *h = find_handle(p, op->rec->handle);
	struct tree_file *f = tree_find(p->tree, op->text[0]);
	bool made = !f && arg(op, 0) & O_CREAT;

	if (!h)
		return -EBADMSG;
	if (!f)
		f = tree_create(p->tree, op->text[0], made);
	if (!f)
		return -ENOMEM;
	if (arg(op, 0) & O_TRUNC)
		content_set_size(f->content, 0);
	*h = (struct handle){ .file = f, .id = op->rec->handle, .flags = arg(op, 0) };
	f->handles++;
	return 0;
}

static int end_map(struct promise *p, const struct oplog_op *op)
{
	struct handle *m = find_handle(p, op->rec->handle);
	const struct handle *h = find_handle(p, arg(op, 0));

	if (!m || !h)
		return -EBADMSG;
	*m = (struct handle){
		.file = arg(op, 3) & DX_MAP_PRIVATE ? NULL : h->file,
		.id = h->id,
		.offset = arg(op, 1),
		.flags = arg(op, 3),
		.is_map = true,
		.is_read_only = (h->flags & O_ACCMODE) == O_RDONLY,
	};
	if (m->file)
		m->file->handles++;
	return 0;
}

static void end_close(struct promise *p, const struct oplog_op *op)
{
	struct handle *h = find_handle(p, op->rec->handle);

	if (h && h->file)
		h->file->handles--;
	if (h)
		h->file = NULL;
}

static void grow_to(struct tree_file *f, uint64_t end)
{
	if (end > content_size(f->content))
		content_set_size(f->content, end);
}

static void end_fallocate(struct promise *p, const struct oplog_op *op)
{
	struct tree_file *f = file_of(p, op->rec->handle);
	uint64_t mode = arg(op, 0), end = arg(op, 1) + arg(op, 2), size;

	if (!f)
		return;
	size = content_size(f->content);
	if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		content_set_size(f->content, size - arg(op, 2));
		content_forget(f->content, size - arg(op, 2), ALL);
	} else if (mode & FALLOC_FL_INSERT_RANGE) {
		content_set_size(f->content, size + arg(op, 2));
	} else if (!(mode & FALLOC_FL_KEEP_SIZE)) {
		grow_to(f, end);
	}
}

static int end_names(struct promise *p, const struct oplog_op *op)
{
	switch (op->rec->op) {
	case DX_OP_UNLINK:
		tree_unlink(p->tree, op->text[0]);
		return 0;
	case DX_OP_RENAME:
		return tree_rename(p->tree, op->text[0], op->text[1], (unsigned int)arg(op, 0));
	case DX_OP_LINK:
		return tree_link(p->tree, op->text[0], op->text[1]);
	case DX_OP_SYMLINK:
		return tree_symlink(p->tree, op->text[0], op->text[1]);
	default:
		return 0;
	}
}

static int end_effect(struct promise *p, const struct oplog_op *op)
{
	struct tree_file *f = file_of(p, op->rec->handle);

	switch (op->rec->op) {
	case DX_OP_OPEN:
		return end_open(p, op);
	case DX_OP_CLOSE:
		end_close(p, op);
		return 0;
	case DX_OP_MAP:
		return end_map(p, op);
	case DX_OP_UNMAP:
		end_close(p, op);
		return 0;
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		if (f)
			grow_to(f, arg(op, 0) + (uint64_t)op->rec->result);
		return 0;
	case DX_OP_REFLINK:
		if (f)
			grow_to(f, arg(op, 2) + arg(op, 3));
		return 0;
	case DX_OP_TRUNCATE:
		if (f)
			content_set_size(f->content, arg(op, 0));
		return 0;
	case DX_OP_FALLOCATE:
		end_fallocate(p, op);
		return 0;
	case DX_OP_ENV_MKFS:
		for (f = tree_files(p->tree); f; f = f->next) {
			content_release(f->content, 0, ALL);
			lose_places(p, f, 0, ALL);
		}
		tree_clear(p->tree);
		return 0;
	case DX_OP_PHASE:
		p->over |= arg(op, 0) == 2;
		return 0;
	default:
		return end_names(p, op);
	}
}

/* ---- promises ---- */

static void promise_file(struct tree_file *f, uint64_t offset, uint64_t length, uint64_t began,
			 const struct content_change *also)
{
	/* Without a name it is gone in a crash, synced or not. */
	if (f->names)
		content_promise(f->content, offset, length, began, also);
}

static void promise_all(struct promise *p, uint64_t began)
{
	for (struct tree_file *f = tree_files(p->tree); f; f = f->next)
		promise_file(f, 0, ALL, began, NULL);
}

/* It brings all of the file's extents onto the medium: elsewhere too, what is there must be legal.
 */
static void promise_part(struct tree_file *f, uint64_t offset, uint64_t length, uint64_t began,
			 const struct content_change *also)
{
	promise_file(f, offset, length, began, also);
	if (f->names)
		content_set_due(f->content, 0, ALL);
}

static bool promise_range(const struct promise *p, const struct worker *w,
			  const struct oplog_op *op)
{
	const struct handle *m = find_handle(p, op->rec->handle);
	uint64_t from = arg(op, 0) & ~(CONTENT_PAGE - 1), end = page_end(arg(op, 0) + arg(op, 1));

	if (!m || !m->file || !(arg(op, 2) & MS_SYNC))
		return false;
	if (m->is_read_only)
		promise_file(m->file, m->offset + from, end - from, w->began, NULL);
	else
		promise_part(m->file, m->offset + from, end - from, w->began, NULL);
	return true;
}

static bool is_synchronous(const struct handle *h, const struct oplog_op *op)
{
	return h->flags & O_DSYNC || arg(op, 2) & (RWF_DSYNC | RWF_SYNC);
}

static bool promise_write(const struct promise *p, const struct worker *w,
			  const struct oplog_op *op)
{
	const struct handle *h = find_handle(p, op->rec->handle);

	if (!h || !h->file || op->rec->result <= 0 || !is_synchronous(h, op))
		return false;
	promise_part(h->file, arg(op, 0), (uint64_t)op->rec->result, w->began, w->change[0]);
	return true;
}

/* Lines that the worker wrote back or stored past the caches: kept until it drains. */
static int note_flushed(const struct promise *p, struct worker *w, const struct oplog_op *op,
			uint64_t began)
{
	const struct handle *m = find_handle(p, op->rec->handle);
	uint64_t line = DX_TRACE_LINE, from = arg(op, 0), end = from + arg(op, 1);

	if (!m || !m->file || !(m->flags & DX_MAP_SYNC))
		return 0; /* who moves the file's blocks is not bound by a flush */
	if (op->rec->op == DX_OP_FLUSH) {
		from &= ~(line - 1);
		end = (end + line - 1) & ~(line - 1);
	}
	if (w->n_flushed == w->room) {
		size_t room = w->room ? w->room * 2 : 16;
		struct flushed *more = realloc(w->flushed, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->flushed = more;
		w->room = room;
	}
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
	const struct handle *m = find_handle(p, op->rec->handle);

	if (!m || !m->file)
		return false;
	promise_file(m->file, m->offset + arg(op, 0), arg(op, 1), w->began, NULL);
	return true;
}

static bool make_promises(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = file_of(p, op->rec->handle);

	switch (op->rec->op) {
	case DX_OP_FSYNC:
	case DX_OP_FDATASYNC:
		if (f)
			promise_file(f, 0, ALL, w->began, NULL);
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
	const struct handle *m = find_handle(p, op->rec->handle);

	return op->rec->op == DX_OP_MSYNC && m && m->is_read_only;
}

bool promise_is_map_sync(const struct promise *p, const struct oplog_op *op)
{
	const struct handle *m = find_handle(p, op->rec->handle);

	return op->kind->object == OPLOG_MAP && m && m->is_map && m->flags & DX_MAP_SYNC;
}

/* ---- marks ---- */

/* How much of what it was about to do an operation has done, for content_end(). */
static uint64_t amount_done(const struct oplog_op *op, const struct content_change *change)
{
	if (failed(op))
		return 0;
	if (op->kind->result == OPLOG_COUNT && change->kind == CONTENT_PATTERN)
		return (uint64_t)op->rec->result;
	return change->length;
}

static int end_changes(struct worker *w, const struct oplog_op *op, uint64_t seq)
{
	int r = 0;

	for (int i = 0; !r && i < 2; i++)
		if (w->change[i])
			r = content_end(w->changed->content, w->change[i],
					amount_done(op, w->change[i]), seq);
	return r;
}

static int end(struct promise *p, struct worker *w, const struct oplog_op *op, uint64_t seq,
	       bool *ret_promised)
{
	int r = end_changes(w, op, seq);

	if (r || failed(op))
		return r;
	r = end_effect(p, op);
	if (!r && op->rec->op == DX_OP_FLUSH)
		r = note_flushed(p, w, op, w->began);
	if (!r && op->rec->op == DX_OP_COPY_NT)
		r = note_flushed(p, w, op, seq);
	if (r)
		return r;
	*ret_promised = make_promises(p, w, op);
	p->count += *ret_promised;
	return op->rec->op == DX_OP_CLOSE ? 0 : take_extents(p, op);
}

static int mark_begin(struct promise *p, struct worker *w, const struct oplog_op *op, uint64_t seq,
		      struct err *e)
{
	int r;

	w->current = op;
	w->began = seq;
	w->change[0] = w->change[1] = NULL;
	r = begin(p, w, op);
	return r ? err_sys(e, r, op->kind->name, "follow what it does to its file") : 0;
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
	return r ? err_sys(e, r, op->kind->name, "follow what it has done") : 0;
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

/* Where the devices lie: said before anything is done. */
static void read_devices(struct promise *p)
{
	for (size_t i = 0; i < oplog_count(p->log) && p->n_segments < MAX_SEGMENTS; i++) {
		const struct oplog_op *op = oplog_at(p->log, i);

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

const struct places *promise_places(const struct promise *p)
{
	return p->places;
}

uint64_t promise_count(const struct promise *p)
{
	return p->count;
}
