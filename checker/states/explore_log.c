// SPDX-License-Identifier: GPL-2.0-or-later
/* As explore.c: a first pass counts the crash points, the second stops at each. */
#include "checker/states/explore_log.h"
#include "lib/grow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define RULES (1U << ORACLE_RECOVERS | 1U << ORACLE_CONSISTENT | 1U << ORACLE_LINKS)

/* A write in flight: bytes of the device. */
struct write {
	uint64_t offset, length;
	unsigned char *data;
	uint64_t entry;
};

struct explore_log {
	const struct explore_log_options *options;
	const char *path;
	unsigned char *memory[DX_TRACE_RANGES]; /* what is durable */
	struct image *image;
	struct visitor *visitor; /* NULL in the first pass */
	struct visit_options how;
	struct write *write; /* the window */
	size_t n, room;
	uint64_t window_bytes;
	struct units units;
	uint64_t points;
	bool fua_since; /* a FUA write has come since the last FLUSH, and no normal one behind it */
	struct explore_log_counts counts;
};

/* ---- what is durable ---- */

static void make_durable(struct explore_log *x, const struct write *w)
{
	uint64_t base = x->options->range[0].base, at = x->options->offset + w->offset;

	if (!x->visitor)
		return;
	memcpy(x->memory[0] + at, w->data, w->length);
	for (uint64_t page = at & ~(STATE_PAGE - 1); page < at + w->length; page += STATE_PAGE)
		image_touch(x->image, base + page);
	for (uint64_t line = at & ~(DX_TRACE_LINE - 1); line < at + w->length;
	     line += DX_TRACE_LINE)
		image_refresh(x->image, base + line);
}

static void drop_first(struct explore_log *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		x->window_bytes -= x->write[i].length;
		free(x->write[i].data);
	}
	memmove(x->write, x->write + n, (x->n - n) * sizeof(*x->write));
	x->n -= n;
}

static void drain(struct explore_log *x)
{
	for (size_t i = 0; i < x->n; i++)
		make_durable(x, &x->write[i]);
	if (x->n)
		drop_first(x, x->n);
}

/* The oldest that are too many at a time. */
static void limit_window(struct explore_log *x)
{
	while (x->n > 1 && x->window_bytes > EXPLORE_LOG_WINDOW) {
		if (x->write[x->n - 1].entry >= x->options->from)
			x->counts.window_left_out += x->write[0].length;
		make_durable(x, &x->write[0]);
		drop_first(x, 1);
	}
}

/* ---- what is in flight ---- */

static int add_part(struct units *u, uint64_t addr, const unsigned char *line)
{
	struct unit_part *more = grow(u->part, u->n_parts, &u->parts_room, sizeof(*more));

	if (!more)
		return -ENOMEM;
	u->part = more;
	more = &u->part[u->n_parts++];
	*more = (struct unit_part){ .addr = addr, .bytes = ~0ULL };
	memcpy(more->data, line, DX_TRACE_LINE);
	return 0;
}

/* A block of a write: @length bytes at @data, whole lines as sectors are. */
static int add_unit(struct units *u, uint64_t addr, const unsigned char *data, uint64_t length,
		    uint64_t seq)
{
	struct unit *more = grow(u->unit, u->n, &u->room, sizeof(*more));
	int r = 0;

	if (!more)
		return -ENOMEM;
	u->unit = more;
	u->unit[u->n++] = (struct unit){ .addr = addr,
					 .size = (uint32_t)length,
					 .seq = seq,
					 .first_part = (uint32_t)u->n_parts,
					 .n_parts = (uint32_t)(length / DX_TRACE_LINE) };
	for (uint64_t at = 0; !r && at < length; at += DX_TRACE_LINE)
		r = add_part(u, addr + at, data + at);
	return r;
}

/* In blocks of the atomicity, as they are aligned on the device. */
static int add_units(struct explore_log *x, const struct write *w)
{
	uint64_t block = x->options->atomic < DX_TRACE_LINE ? DX_TRACE_LINE : x->options->atomic;
	uint64_t addr = x->options->range[0].base + x->options->offset + w->offset, at = 0;
	int r = 0;

	while (!r && at < w->length) {
		uint64_t length = block - (addr + at) % block;

		if (length > w->length - at)
			length = w->length - at;
		r = add_unit(&x->units, addr + at, w->data + at, length, w->entry);
		at += length;
	}
	return r;
}

static int visit(struct explore_log *x, uint64_t entry, struct err *e)
{
	const struct explore_point point = { .seq = entry };
	int r = 0;

	if (entry < x->options->from || !x->n)
		return 0;
	if (!x->visitor) {
		x->points++;
		return 0;
	}
	x->units.n = x->units.n_parts = 0;
	for (size_t i = 0; !r && i < x->n; i++)
		r = add_units(x, &x->write[i]);
	return r ? err_sys(e, r, x->path, "find what is in flight")
		 : visitor_visit(x->visitor, &x->units, &point, e);
}

/* ---- entries ---- */

/* Reads the payload of @item behind those in flight. */
static int take_payload(struct explore_log *x, struct logwrites_reader *l,
			const struct logwrites_item *item, struct err *e)
{
	struct write *more = grow(x->write, x->n, &x->room, sizeof(*more));
	struct write w = { item->offset, 0, malloc(item->payload + 1), item->number };
	const void *piece;
	size_t len;
	int r;

	if (more)
		x->write = more;
	if (!more || !w.data) {
		free(w.data);
		return err_sys(e, -ENOMEM, x->path, "keep a write in flight");
	}
	while ((r = logwrites_data(l, &piece, &len, e)) > 0) {
		memcpy(w.data + w.length, piece, len);
		w.length += len;
	}
	if (r || !w.length) {
		free(w.data);
		return r;
	}
	x->write[x->n++] = w;
	x->window_bytes += w.length;
	return 0;
}

/* It fits the range, so that no line of it lies elsewhere. */
static int check_place(const struct explore_log *x, const struct logwrites_item *item,
		       struct err *e)
{
	uint64_t room = x->options->range[0].size - x->options->offset;

	if (item->offset <= room && item->length <= room - item->offset)
		return 0;
	err_set(e, -EFBIG, x->path,
		"entry %" PRIu64 " writes up to byte %" PRIu64 " of a device that has %" PRIu64,
		item->number, item->offset + item->length, room);
	return err_hint(e, "give the size of the device that was logged: --device-size");
}

static int take_fua(struct explore_log *x, uint64_t entry, struct err *e)
{
	int r = visit(x, entry, e);

	x->counts.fuas++;
	x->fua_since = true;
	drain(x);
	return r;
}

static int take_entry(struct explore_log *x, struct logwrites_reader *l,
		      const struct logwrites_item *item, struct err *e)
{
	int r = 0;

	x->counts.entries++;
	if (item->number == x->options->from)
		drain(x);
	if (item->mark)
		return 0;
	if (item->flags & LOGWRITES_FLUSH) {
		r = visit(x, item->number, e);
		drain(x);
		x->counts.flushes++;
		x->fua_since = false;
	}
	if (item->flags & LOGWRITES_DISCARD) {
		x->counts.discards++;
		return r;
	}
	if (r || !item->payload)
		return r;
	r = check_place(x, item, e);
	if (!r)
		r = take_payload(x, l, item, e);
	if (r)
		return r;
	x->counts.writes++;
	if (item->flags & LOGWRITES_FUA)
		return take_fua(x, item->number, e);
	x->counts.unknown += x->fua_since;
	x->fua_since = false;
	limit_window(x);
	return 0;
}

static int pass(struct explore_log *x, struct err *e)
{
	struct logwrites_item item = { 0 };
	struct logwrites_reader *l;
	int r = logwrites_open(&l, x->path, &x->options->limits, e), n = 0;

	if (r)
		return r;
	x->counts = (struct explore_log_counts){ 0 };
	x->fua_since = false;
	while (!r && (n = logwrites_next(l, &item, e)) > 0 && item.number <= x->options->to)
		r = take_entry(x, l, &item, e);
	if (!r && n >= 0)
		r = visit(x, item.number, e);
	if (x->n)
		drop_first(x, x->n);
	logwrites_reader_close(l);
	return r ? r : n < 0 ? n : 0;
}

/* ---- begin and end ---- */

static int open_medium(struct explore_log *x, struct err *e)
{
	const struct explore_log_options *o = x->options;
	const unsigned char *content[DX_TRACE_RANGES];

	for (uint32_t i = 0; i < o->ranges; i++) {
		void *at = mmap(NULL, o->range[i].size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (at == MAP_FAILED)
			return err_sys(e, -errno, x->path, "make its medium");
		content[i] = x->memory[i] = at;
	}
	if (o->ranges && o->offset)
		memcpy(x->memory[0], o->head, o->offset);
	x->image = image_open(o->range, content, o->ranges);
	if (!x->image)
		return err_sys(e, -ENOMEM, x->path, "make its medium");
	for (uint64_t at = 0; at < o->offset; at += DX_TRACE_LINE) {
		image_touch(x->image, o->range[0].base + at);
		image_refresh(x->image, o->range[0].base + at);
	}
	return 0;
}

static int open_visitor(struct explore_log *x, struct err *e)
{
	const struct explore_log_options *o = x->options;
	int r = open_medium(x, e);

	if (r)
		return r;
	x->how = (struct visit_options){
		.budget = o->budget,
		.total = o->total,
		.seed = o->seed,
		.rules = RULES,
		.recovery = o->recovery,
		.on_point = o->on_point,
		.data = o->data,
	};
	x->visitor = visitor_open(&x->how, x->image);
	if (!x->visitor)
		return err_sys(e, -ENOMEM, x->path, "explore");
	visitor_expect(x->visitor, x->points, 0);
	return 0;
}

int explore_log_run(struct explore_log **ret, const char *path, const struct explore_log_options *o,
		    struct err *e)
{
	struct explore_log *x = calloc(1, sizeof(*x));
	int r;

	*ret = NULL;
	if (!x)
		return err_sys(e, -ENOMEM, path, "explore");
	x->options = o;
	x->path = path;
	r = pass(x, e);
	if (!r)
		r = open_visitor(x, e);
	if (!r)
		r = pass(x, e);
	if (x->visitor)
		*ret = x;
	else
		explore_log_close(x);
	return r;
}

size_t explore_log_violations(const struct explore_log *x, const struct explore_violation **ret)
{
	return visitor_violations(x->visitor, ret);
}

const struct explore_counts *explore_log_counts(const struct explore_log *x)
{
	return visitor_counts(x->visitor);
}

const struct explore_log_counts *explore_log_entries(const struct explore_log *x)
{
	return &x->counts;
}

void explore_log_close(struct explore_log *x)
{
	if (!x)
		return;
	visitor_close(x->visitor);
	image_close(x->image);
	for (uint32_t i = 0; i < DX_TRACE_RANGES; i++)
		if (x->memory[i])
			munmap(x->memory[i], x->options->range[i].size);
	if (x->n)
		drop_first(x, x->n);
	units_release(&x->units);
	free(x->write);
	free(x);
}
