// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the bytes of files lie: the extents of the log, and what makes them unknown. */
#include "checker/promise/promise_state.h"

#include <errno.h>
#include <linux/fiemap.h>

void promise_lose_places(struct promise *p, const struct tree_file *f, uint64_t offset,
			 uint64_t end)
{
	for (struct content_page *page = content_next_page(f->content, offset / CONTENT_PAGE);
	     page && page->index * CONTENT_PAGE < end;
	     page = content_next_page(f->content, page->index + 1))
		places_clear(p->places, page, CONTENT_NOWHERE);
}

void promise_lose_whole_places(struct promise *p, const struct tree_file *f, uint64_t offset,
			       uint64_t end)
{
	uint64_t from = (offset + CONTENT_PAGE - 1) & ~(CONTENT_PAGE - 1);

	promise_lose_places(p, f, from, end < PROMISE_ALL ? end & ~(CONTENT_PAGE - 1) : end);
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
	return !due_only || page->is_due;
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
	const struct tree_file *f = promise_file_by(p, x->handle);
	int r = 0;

	if (!f)
		return 0;
	if (x->result < 0) {
		if (x->result != -EBADF)
			promise_lose_places(p, f, 0, PROMISE_ALL);
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

int promise_take_extents(struct promise *p, const struct oplog_op *op)
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

void promise_fill_holes(struct promise *p, const struct tree_file *f, uint64_t offset, uint64_t end)
{
	for (struct content_page *page = content_next_page(f->content, offset / CONTENT_PAGE);
	     page && page->index * CONTENT_PAGE < end;
	     page = content_next_page(f->content, page->index + 1))
		if (page->place == CONTENT_HOLE)
			places_clear(p->places, page, CONTENT_NOWHERE);
}
