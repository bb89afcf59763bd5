// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operations do to files. At its BEGIN a change of content begins, and what the
 * operation frees or moves is promised no more or lies nobody knows where; at its END
 * what it freed is forgotten, and names, sizes and handles are as it left them.
 */
#include "checker/promise/promise_state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bytes that a write fault reaches and nobody changes: where there was a hole there will
 * be blocks, and what is shared is copied to others.
 */
static void begin_write_fault(struct promise *p, const struct tree_file *f, uint64_t offset,
			      uint64_t end)
{
	if (f->shared)
		promise_lose_places(p, f, offset, end);
	else
		promise_fill_holes(p, f, offset, end);
}

static int begin_change(struct promise *p, struct worker *w, int which, struct tree_file *f,
			const struct content_change *like, uint64_t offset, uint64_t length)
{
	struct content_change now = *like;
	int r;

	now.op = w->current;
	now.began = w->began;
	w->changed = f;
	begin_write_fault(p, f, offset, offset + length);
	r = content_begin(f->content, &now, offset, length, &w->change[which]);
	/* Refused for where it was to go, maybe: it has changed nothing. */
	return r == -E2BIG && oplog_op_failed(w->current) ? 0 : r;
}

/* What is written now, at the place that its blocks had before a move: as if it had been there
 * just before that, and failed. */
static int begin_unmoved(void *data, const struct move_piece *piece)
{
	struct content *c = data;
	struct content_change like = { .kind = CONTENT_LITERAL,
				       .perhaps = true,
				       .began = piece->undone->began - 1 },
			      *change;
	int r;

	if (piece->length > CONTENT_MAX_BYTES)
		return 0;
	like.literal = malloc(piece->length);
	if (!like.literal)
		return -ENOMEM;
	content_read(c, piece->now, piece->length, CONTENT_ANY, like.literal);
	r = content_begin(c, &like, piece->before, piece->length, &change);
	if (!r)
		r = content_end(c, change, 0, piece->undone->began);
	free(like.literal);
	return r == -E2BIG ? 0 : r; /* no file has been so long */
}

/* The same, of what goes to blocks that the file has. */
static int begin_in_place(struct promise *p, struct worker *w, int which, struct tree_file *f,
			  const struct content_change *like, uint64_t offset, uint64_t length)
{
	int r = begin_change(p, w, which, f, like, offset, length);

	if (r || !w->change[which])
		return r;
	return moves_each(&f->moves, offset, offset + length, begin_unmoved, f->content);
}

static int begin_zeros(struct promise *p, struct worker *w, struct tree_file *f, uint64_t offset,
		       uint64_t end)
{
	struct content_change like = { .kind = CONTENT_ZERO };

	return offset < end ? begin_in_place(p, w, CHANGE_ZEROS, f, &like, offset, end - offset)
			    : 0;
}

/*
 * The file grows to @end by a call that may leave the rest of its last page as stores
 * behind the old end left it, or clear it (as XFS does: xfs_setattr_size()).
 */
static int begin_growth(struct promise *p, struct worker *w, struct tree_file *f, uint64_t end)
{
	struct content_change like = { .kind = CONTENT_ZERO, .perhaps = true };
	uint64_t size = content_size(f->content), last = page_end(size);

	if (end <= size || size == last)
		return 0;
	return begin_in_place(p, w, CHANGE_GROWTH, f, &like, size, last - size);
}

/* Bytes that name their origin: by a write through handle @id, or a store. */
static int begin_pattern(struct promise *p, struct worker *w, struct tree_file *f, uint32_t id,
			 uint64_t offset, uint64_t length)
{
	struct content_change like = {
		.kind = CONTENT_PATTERN,
		.file = id,
		.generation = arg(w->current, 3),
		.seed = p->seed,
	};

	return length ? begin_in_place(p, w, CHANGE_DATA, f, &like, offset, length) : 0;
}

static int begin_write(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = promise_file_by(p, op->rec->handle);
	uint64_t size, offset = arg(op, 0), end;
	int r;

	if (!f)
		return 0;
	/* A gap behind the old end reads as zeros, whatever stores put there. */
	size = content_size(f->content);
	end = offset < page_end(size) ? offset : page_end(size);
	r = oplog_op_failed(op) || !content_size_is_known(f->content)
		    ? 0
		    : begin_zeros(p, w, f, size, end);
	return r ? r : begin_pattern(p, w, f, op->rec->handle, offset, arg(op, 1));
}

static void begin_populate(struct promise *p, const struct dx_rec *rec)
{
	const struct handle *m = promise_handle(p, rec->handle);

	if (m && m->file && rec->arg[2])
		begin_write_fault(p, m->file, m->offset + rec->arg[0],
				  m->offset + rec->arg[0] + rec->arg[1]);
}

/* mmap() itself populates a shared mapping by read faults; without huge pages it is advised to. */
static void begin_map(struct promise *p, const struct dx_rec *rec)
{
	const unsigned int writes = DX_MAP_WRITE | DX_MAP_POPULATE | DX_MAP_PTE;
	const struct tree_file *f = promise_file_by(p, rec->arg[0]);

	if (f && (rec->arg[3] & writes) == writes && !(rec->arg[3] & DX_MAP_PRIVATE))
		begin_write_fault(p, f, rec->arg[1], rec->arg[1] + rec->arg[2]);
}

static int begin_store(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	const struct handle *m = promise_handle(p, op->rec->handle);

	if (!m || !m->file)
		return 0;
	return begin_pattern(p, w, m->file, m->id, m->offset + arg(op, 0), arg(op, 1));
}

/* From now on nothing is promised of these bytes. */
static void begin_freeing(struct promise *p, struct worker *w, struct tree_file *f, uint64_t from,
			  uint64_t end)
{
	content_begin_freeing(f->content, from, end - from);
	promise_lose_whole_places(p, f, from, end);
	w->freed = f;
	w->freed_from = from;
	w->freed_end = end;
}

/* A sync beside it may have found them where they were: that place is lost once more. */
void promise_end_freeing(struct promise *p, struct worker *w, uint64_t seq)
{
	if (!w->freed)
		return;
	content_end_freeing(w->freed->content, w->freed_from, w->freed_end - w->freed_from,
			    w->began, seq);
	promise_lose_whole_places(p, w->freed, w->freed_from, w->freed_end);
}

static int begin_truncate(struct promise *p, struct worker *w, struct tree_file *f, uint64_t length)
{
	uint64_t size = content_size(f->content), from = length;
	int r;

	/* Of a file that was there before nobody knows whether it grows. */
	if (from > size && content_size_is_known(f->content))
		from = size;
	r = begin_zeros(p, w, f, from, page_end(from));
	begin_freeing(p, w, f, from, PROMISE_ALL);
	return r;
}

/*
 * What is moved or shared is what the medium holds: not the newest stores to it, if nothing has
 * made these durable. So it may be older values, until somebody promises the new ones: as
 * if each had been written just before, and failed.
 */
#define OLDER_MAX 4

static int begin_older(struct promise *p, struct worker *w, struct tree_file *from, uint64_t offset,
		       uint64_t length, struct tree_file *to, uint64_t target)
{
	struct content_change like = { .kind = CONTENT_LITERAL };
	int r = 0;

	like.literal = malloc(length);
	if (!like.literal)
		return -ENOMEM;
	for (unsigned int depth = OLDER_MAX; !r && depth > 0; depth--) {
		struct content_change **change = &w->change[CHANGE_PERHAPS];

		if (!content_read_older(from->content, offset, length, depth, like.literal))
			continue;
		r = begin_change(p, w, CHANGE_PERHAPS, to, &like, target, length);
		if (!r && *change)
			r = content_end(to->content, *change, 0, w->began);
		*change = NULL;
	}
	free(like.literal);
	return r;
}

/*
 * The bytes of @from at @offset become those of @to at @target. Where a write failed or
 * goes on, they may be the ones before it or what it was about to write.
 */
static int begin_copy(struct promise *p, struct worker *w, struct tree_file *from, uint64_t offset,
		      uint64_t length, struct tree_file *to, uint64_t target)
{
	struct content_change like = { .kind = CONTENT_LITERAL };
	unsigned char *perhaps;
	int r;

	if (!length)
		return 0;
	if (length > CONTENT_MAX_BYTES)
		return -E2BIG;
	like.literal = malloc(2 * length);
	if (!like.literal)
		return -ENOMEM;
	perhaps = like.literal + length;
	content_read(from->content, offset, length, CONTENT_ENDED, like.literal);
	content_read(from->content, offset, length, CONTENT_ANY, perhaps);
	r = begin_older(p, w, from, offset, length, to, target);
	if (!r)
		r = begin_change(p, w, CHANGE_DATA, to, &like, target, length);
	if (!r && memcmp(like.literal, perhaps, length) != 0)
		r = begin_change(p, w, CHANGE_PERHAPS, to,
				 &(struct content_change){ .kind = CONTENT_LITERAL,
							   .literal = perhaps,
							   .perhaps = true },
				 target, length);
	free(like.literal);
	return r;
}

/* Both share blocks from now on: a store to either can move what is stored to. */
static int begin_reflink(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *to = promise_file_by(p, op->rec->handle),
			 *from = promise_file_by(p, arg(op, 0));
	uint64_t target = arg(op, 2), length = arg(op, 3);
	int r;

	if (!to || !from || oplog_op_failed(op) || !length)
		return 0;
	if (length > content_size(from->content))
		return 0; /* no such call succeeds */
	to->shared = from->shared = true;
	r = begin_growth(p, w, to, target + length);
	return r ? r : begin_copy(p, w, from, arg(op, 1), length, to, target);
}

/* All from @from on moves to @to; what lies between them is freed, or zero. */
static int begin_shift(struct promise *p, struct worker *w, struct tree_file *f, uint64_t from,
		       uint64_t to)
{
	uint64_t size = content_size(f->content), length = size > from ? size - from : 0;
	int r;

	promise_lose_places(p, f, from < to ? from : to, PROMISE_ALL);
	r = begin_copy(p, w, f, from, length, f, to);
	if (!r)
		r = begin_zeros(p, w, f, from, to);
	moves_begin(&f->moves, from, to, w->began);
	return r;
}

/* Of those that do not the file grows to the end of the range, if that is behind its own. */
#define KEEPS_SIZE (FALLOC_FL_KEEP_SIZE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)

static int begin_fallocate(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = promise_file_by(p, op->rec->handle);
	uint64_t mode = arg(op, 0), offset = arg(op, 1), length = arg(op, 2);
	uint64_t end = offset + length, size;
	int r = 0;

	if (!f || oplog_op_failed(op))
		return 0;
	size = content_size(f->content);
	if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		if (length > size)
			return 0; /* no such call succeeds */
		r = begin_shift(p, w, f, end, offset);
		begin_freeing(p, w, f, size - length, PROMISE_ALL);
	} else if (mode & FALLOC_FL_INSERT_RANGE) {
		r = begin_shift(p, w, f, offset, end);
	} else if (mode & FALLOC_FL_PUNCH_HOLE) {
		r = begin_zeros(p, w, f, offset, end);
		begin_freeing(p, w, f, offset, end);
	} else if (mode & FALLOC_FL_ZERO_RANGE) {
		promise_lose_whole_places(p, f, offset, end);
		r = begin_zeros(p, w, f, offset, end);
	} else if (mode & FALLOC_FL_UNSHARE_RANGE) {
		promise_lose_places(p, f, offset, end);
	}
	if (!r && !(mode & KEEPS_SIZE))
		r = begin_growth(p, w, f, end);
	return r;
}

/* The last name of a file goes: a crash may find it gone, so nothing is promised of it. */
static void lose_name(const struct promise *p, const char *name)
{
	struct tree_file *f = tree_file_named(p->tree, name);

	if (f && f->names == 1)
		content_release(f->content, 0, PROMISE_ALL);
}

/* A new name over an old one. Of two names of one file, or one name twice, nothing goes. */
static void lose_target(const struct promise *p, const struct oplog_op *op)
{
	const char *from = op->text[0], *to = op->text[1];

	if (!(arg(op, 0) & RENAME_EXCHANGE) &&
	    tree_file_named(p->tree, from) != tree_file_named(p->tree, to))
		lose_name(p, to);
}

static int begin_open(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f = tree_find(p->tree, op->text[0]);

	if (!f || oplog_op_failed(op) || !(arg(op, 0) & O_TRUNC))
		return 0;
	return begin_truncate(p, w, f, 0);
}

int promise_begin(struct promise *p, struct worker *w, const struct oplog_op *op)
{
	struct tree_file *f;

	if (oplog_op_lacks_names(op))
		return 0;
	switch (op->rec->op) {
	case DX_OP_OPEN:
		return begin_open(p, w, op);
	case DX_OP_CLOSE:
		return promise_take_extents(p, op);
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
	case DX_OP_POPULATE:
		begin_populate(p, op->rec);
		return 0;
	case DX_OP_MAP:
		begin_map(p, op->rec);
		return 0;
	case DX_OP_TRUNCATE:
		f = promise_file_by(p, op->rec->handle);
		return f && !oplog_op_failed(op) ? begin_truncate(p, w, f, arg(op, 0)) : 0;
	case DX_OP_FALLOCATE:
		return begin_fallocate(p, w, op);
	case DX_OP_UNLINK:
		if (!oplog_op_failed(op))
			lose_name(p, op->text[0]);
		return 0;
	case DX_OP_RENAME:
		if (!oplog_op_failed(op))
			lose_target(p, op);
		return 0;
	default:
		return 0;
	}
}

/* ---- what it has done ---- */

/* The file that a call has opened: made, if it was not there. NULL: no memory. */
static struct tree_file *opened_file(const struct promise *p, const struct oplog_op *op)
{
	uint64_t flags = arg(op, 0);
	struct tree_file *f;

	if ((flags & O_TMPFILE) == O_TMPFILE) /* the name is of its directory */
		return tree_create(p->tree, NULL, true);
	f = tree_find(p->tree, op->text[0]);
	return f ? f : tree_create(p->tree, op->text[0], flags & O_CREAT);
}

static int end_open(struct promise *p, const struct oplog_op *op)
{
	struct handle *h = promise_handle(p, op->rec->handle);
	struct tree_file *f;

	if (!h)
		return -EBADMSG;
	f = opened_file(p, op);
	if (!f)
		return -ENOMEM;
	if (p->target)
		content_set_size(f->content, p->target->arg[1]);
	else if (arg(op, 0) & O_TRUNC)
		content_set_size(f->content, 0);
	*h = (struct handle){ .file = f, .id = op->rec->handle, .flags = arg(op, 0) };
	f->handles++;
	return 0;
}

static int end_map(struct promise *p, const struct oplog_op *op)
{
	struct handle *m = promise_handle(p, op->rec->handle);
	const struct handle *h = promise_handle(p, arg(op, 0));

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
	struct handle *h = promise_handle(p, op->rec->handle);

	if (h && h->file)
		h->file->handles--;
	if (h)
		h->file = NULL;
}

static void end_fallocate(struct promise *p, const struct oplog_op *op)
{
	struct tree_file *f = promise_file_by(p, op->rec->handle);
	uint64_t mode = arg(op, 0), end = arg(op, 1) + arg(op, 2), size;

	if (!f)
		return;
	size = content_size(f->content);
	if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		content_set_size(f->content, arg(op, 2) < size ? size - arg(op, 2) : 0);
	} else if (mode & FALLOC_FL_INSERT_RANGE) {
		content_set_size(f->content, size + arg(op, 2));
	} else if (!(mode & FALLOC_FL_KEEP_SIZE)) {
		content_grow(f->content, end);
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

int promise_end_effect(struct promise *p, const struct oplog_op *op)
{
	struct tree_file *f = promise_file_by(p, op->rec->handle);

	if (oplog_op_lacks_names(op))
		return 0;
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
			content_grow(f->content, arg(op, 0) + (uint64_t)op->rec->result);
		return 0;
	case DX_OP_REFLINK:
		if (f)
			content_grow(f->content, arg(op, 2) + arg(op, 3));
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
			content_release(f->content, 0, PROMISE_ALL);
			promise_lose_places(p, f, 0, PROMISE_ALL);
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
