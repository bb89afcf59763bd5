// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model. Stores take effect in the order of the trace. What of them survives
 * a power cut is decided line by line of 64 bytes; between lines nothing is
 * ordered, except by a drain.
 *
 * Write-back stores. Those of at most 8 aligned bytes to one line persist in the
 * order in which they took effect: a prefix of them. What is wider, unaligned, or
 * stored by one string instruction or one vector store is one step of that order,
 * whose aligned 8-byte words persist in any subset; a later step implies it whole.
 *
 * Non-temporal stores bypass the caches and that order: any subset of their
 * aligned 8-byte words persists, until they are drained. One word keeps its
 * order: where a later store to it is durable, an earlier one is not seen.
 *
 * CLWB and CLFLUSHOPT take the line as it is: all write-back stores to it so far
 * are durable once the CPU that executed them drains. A store after it is in
 * flight again. CLFLUSH is ordered with the stores of its CPU: when any later one
 * takes effect the line is durable, so here it is so at once.
 *
 * A drain makes durable what its own CPU had written back, and that CPU's
 * non-temporal stores. SFENCE and MFENCE drain. LOCK, XCHG with memory, and
 * serialising and I/O instructions drain on all hardware so far (mode sdm), but
 * not by contract (mode strict). With eADR, caches are within the persistence
 * domain: a write-back store is durable when it took effect, a non-temporal one
 * still waits for the fence.
 *
 * Sources: Intel SDM volume 1, 10.4.6.2 and 11.4.4 (non-temporal stores, SFENCE),
 * volume 2 (CLWB, CLFLUSHOPT, CLFLUSH), volume 3, 8.2 and 11.3 (ordering,
 * write combining); Raad, Wickerson, Neiger, Vafeiadis, "Persistency semantics of
 * the Intel-x86 architecture", POPL 2020; Raad, Maranget, Vafeiadis, "Extending
 * Intel-x86 consistency and persistency", POPL 2022.
 */
#include "checker/persist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE	   DX_TRACE_LINE
#define FIRST_ROOM 1024U

/* A CPU wrote the line back: its pieces below @serial are durable once that CPU drains. */
struct snapshot {
	uint8_t vcpu;
	uint64_t serial;
};

/* A line that has something in flight. */
struct line {
	uint64_t addr;
	struct persist_piece *pieces; /* oldest first */
	size_t n_pieces, room;
	struct snapshot *snapshots;
	size_t n_snapshots, snapshot_room;
	uint64_t waits_for; /* vCPUs, by bit, in whose pending list it is */
	bool was_written_back;
	struct persist_origin write_back;
	struct line *next;
};

/* Lines that a vCPU's drain has something to do with. */
struct pending {
	uint64_t *addr;
	size_t n, room;
};

struct medium {
	struct dx_trace_range range;
	unsigned char *durable; /* sparse: untouched pages cost nothing */
};

struct persist {
	enum persist_mode mode;
	struct medium medium[DX_TRACE_RANGES];
	unsigned int media;
	struct line **bucket;
	size_t buckets, lines, peak;
	struct line *spare; /* emptied ones, kept for the next */
	struct pending pending[DX_TRACE_VCPUS];
	uint64_t serial;
	bool had_fence;
	struct persist_origin fence;
};

/* ---- lines ---- */

static size_t bucket_of(const struct persist *p, uint64_t addr)
{
	return (size_t)((addr / LINE * 0x9e3779b97f4a7c15ULL) >> 32) & (p->buckets - 1);
}

static struct line *find_line(const struct persist *p, uint64_t addr)
{
	struct line *l = p->bucket[bucket_of(p, addr)];

	while (l && l->addr != addr)
		l = l->next;
	return l;
}

static int grow(struct persist *p)
{
	struct line **old = p->bucket;
	size_t n = p->buckets;

	p->bucket = calloc(n * 2, sizeof(struct line *));
	if (!p->bucket) {
		p->bucket = old;
		return -ENOMEM;
	}
	p->buckets = n * 2;
	for (size_t i = 0; i < n; i++)
		for (struct line *l = old[i], *next; l; l = next) {
			struct line **at = &p->bucket[bucket_of(p, l->addr)];

			next = l->next;
			l->next = *at;
			*at = l;
		}
	free(old);
	return 0;
}

static struct line *make_line(struct persist *p, uint64_t addr)
{
	struct line *l = p->spare, **at;

	if (p->lines == p->buckets && grow(p))
		return NULL;
	if (l)
		p->spare = l->next;
	else
		l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->addr = addr;
	l->n_pieces = l->n_snapshots = 0;
	l->waits_for = 0;
	l->was_written_back = false;
	at = &p->bucket[bucket_of(p, addr)];
	l->next = *at;
	*at = l;
	if (++p->lines > p->peak)
		p->peak = p->lines;
	return l;
}

static void drop_line(struct persist *p, struct line *line)
{
	struct line **at = &p->bucket[bucket_of(p, line->addr)];

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	line->next = p->spare;
	p->spare = line;
	p->lines--;
}

static unsigned char *durable_at(const struct persist *p, uint64_t addr)
{
	for (unsigned int i = 0; i < p->media; i++)
		if (addr - p->medium[i].range.base < p->medium[i].range.size)
			return p->medium[i].durable + (addr - p->medium[i].range.base);
	return NULL;
}

/* ---- what becomes durable ---- */

static void put_bytes(unsigned char *to, const unsigned char *from, uint64_t bytes)
{
	if (bytes == ~0ULL) {
		memcpy(to, from, LINE);
		return;
	}
	for (; bytes; bytes &= bytes - 1) {
		int i = __builtin_ctzll(bytes);

		to[i] = from[i];
	}
}

/* A later piece is durable: in its bytes the @n older ones can be seen no more. */
static void overtake(struct persist_piece *older, size_t n, uint64_t bytes)
{
	for (size_t i = 0; i < n; i++)
		older[i].bytes &= ~bytes;
}

static void drop_overtaken(struct persist *p, struct line *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_pieces; i++)
		if (l->pieces[i].bytes)
			l->pieces[kept++] = l->pieces[i];
	l->n_pieces = kept;
	if (!kept)
		drop_line(p, l);
}

/* Write-back stores below @serial, and the non-temporal ones of @vcpu (-1: of nobody). */
static void settle_below(struct persist *p, struct line *l, uint64_t serial, int vcpu)
{
	unsigned char *durable = durable_at(p, l->addr);
	size_t kept = 0;

	for (size_t i = 0; i < l->n_pieces; i++) {
		const struct persist_piece *piece = &l->pieces[i];

		if (piece->nt ? piece->origin.vcpu == vcpu : piece->serial < serial) {
			put_bytes(durable, piece->values, piece->bytes);
			overtake(l->pieces, kept, piece->bytes);
		} else {
			l->pieces[kept++] = *piece;
		}
	}
	l->n_pieces = kept;
	drop_overtaken(p, l);
}

/* The highest serial that @vcpu has written back; the snapshots are used up. */
static uint64_t take_snapshots(struct line *l, unsigned int vcpu)
{
	uint64_t serial = 0;
	size_t kept = 0;

	for (size_t i = 0; i < l->n_snapshots; i++) {
		const struct snapshot *s = &l->snapshots[i];

		if (s->vcpu != vcpu)
			l->snapshots[kept++] = *s;
		else if (s->serial > serial)
			serial = s->serial;
	}
	l->n_snapshots = kept;
	return serial;
}

static void drain(struct persist *p, unsigned int vcpu)
{
	struct pending *pending = &p->pending[vcpu];

	for (size_t i = 0; i < pending->n; i++) {
		struct line *l = find_line(p, pending->addr[i]);

		if (!l || !(l->waits_for >> vcpu & 1))
			continue;
		l->waits_for &= ~(1ULL << vcpu);
		settle_below(p, l, take_snapshots(l, vcpu), (int)vcpu);
	}
	pending->n = 0;
}

static int wait_for_drain(struct persist *p, struct line *l, unsigned int vcpu)
{
	struct pending *pending = &p->pending[vcpu];

	if (l->waits_for >> vcpu & 1)
		return 0;
	if (pending->n == pending->room) {
		size_t room = pending->room ? pending->room * 2 : 64;
		uint64_t *more = realloc(pending->addr, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		pending->addr = more;
		pending->room = room;
	}
	pending->addr[pending->n++] = l->addr;
	l->waits_for |= 1ULL << vcpu;
	return 0;
}

/* ---- stores ---- */

static struct persist_piece *add_piece(struct line *l)
{
	if (l->n_pieces == l->room) {
		size_t room = l->room ? l->room * 2 : 2;
		struct persist_piece *more = realloc(l->pieces, room * sizeof(*more));

		if (!more)
			return NULL;
		l->pieces = more;
		l->room = room;
	}
	return &l->pieces[l->n_pieces++];
}

static struct persist_origin origin_of(const struct dx_trace_rec *rec)
{
	return (struct persist_origin){
		.seq = rec->seq,
		.ip = rec->ip,
		.stack = rec->stack,
		.vcpu = rec->vcpu,
		.user = rec->flags & DX_TRACE_USER,
	};
}

/* Its stores are no single aligned words: they persist in any order among themselves. */
static bool is_any_order(const struct dx_trace_rec *rec)
{
	uint64_t size = 1ULL << rec->detail;

	return rec->flags & (DX_TRACE_STRING | DX_TRACE_WIDE) || size > 8 || rec->addr % size;
}

/* With eADR: durable as soon as it took effect, over what is still past the caches. */
static void store_durable(struct persist *p, uint64_t line, unsigned int at, size_t len,
			  const unsigned char *data)
{
	uint64_t bytes = (~0ULL >> (LINE - len)) << at;
	struct line *l = find_line(p, line);

	memcpy(durable_at(p, line) + at, data, len);
	if (!l)
		return;
	overtake(l->pieces, l->n_pieces, bytes);
	drop_overtaken(p, l);
}

/* The part of a run that lies in one line. */
static int store_line(struct persist *p, const struct dx_trace_rec *rec, uint64_t addr, size_t len,
		      const unsigned char *data)
{
	uint64_t line = addr & ~(LINE - 1);
	unsigned int at = (unsigned int)(addr - line);
	bool nt = rec->flags & DX_TRACE_NT;
	struct persist_piece *piece;
	struct line *l;

	if (p->mode == PERSIST_EADR && !nt) {
		store_durable(p, line, at, len, data);
		return 0;
	}
	l = find_line(p, line);
	if (!l)
		l = make_line(p, line);
	piece = l ? add_piece(l) : NULL;
	if (!piece)
		return -ENOMEM;
	piece->origin = origin_of(rec);
	piece->serial = ++p->serial;
	piece->bytes = (~0ULL >> (LINE - len)) << at;
	memcpy(piece->values + at, data, len);
	piece->element = (uint8_t)(1U << rec->detail);
	piece->any_order = is_any_order(rec);
	piece->nt = piece->pending = nt;
	return nt ? wait_for_drain(p, l, rec->vcpu) : 0;
}

static int store(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data)
{
	uint64_t addr = rec->addr, end = addr + rec->length;
	int r = 0;

	while (!r && addr < end) {
		uint64_t stop = (addr & ~(LINE - 1)) + LINE;
		size_t len = (size_t)((stop < end ? stop : end) - addr);

		r = store_line(p, rec, addr, len, data);
		addr += len;
		data += len;
	}
	return r;
}

/* ---- write-backs ---- */

/* All that a write-back would take waits for a drain already? */
static bool is_pending(const struct line *l)
{
	for (size_t i = 0; i < l->n_pieces; i++)
		if (!l->pieces[i].pending)
			return false;
	return true;
}

static bool has_write_back_stores(const struct line *l)
{
	for (size_t i = 0; i < l->n_pieces; i++)
		if (!l->pieces[i].nt)
			return true;
	return false;
}

static int take_snapshot(struct persist *p, struct line *l, const struct dx_trace_rec *rec)
{
	if (l->n_snapshots == l->snapshot_room) {
		size_t room = l->snapshot_room ? l->snapshot_room * 2 : 2;
		struct snapshot *more = realloc(l->snapshots, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->snapshots = more;
		l->snapshot_room = room;
	}
	l->snapshots[l->n_snapshots++] = (struct snapshot){ rec->vcpu, p->serial + 1 };
	for (size_t i = 0; i < l->n_pieces; i++)
		l->pieces[i].pending = true;
	return wait_for_drain(p, l, rec->vcpu);
}

static int write_back_line(struct persist *p, const struct dx_trace_rec *rec, uint64_t addr,
			   uint64_t nth, struct persist_facts *facts)
{
	struct line *l = find_line(p, addr);

	if (!l || !has_write_back_stores(l)) {
		facts->clean++;
		return 0;
	}
	facts->twice += is_pending(l);
	l->was_written_back = true;
	l->write_back = origin_of(rec);
	l->write_back.seq += nth;
	if (rec->detail != DX_TRACE_CLFLUSH)
		return take_snapshot(p, l, rec);
	settle_below(p, l, UINT64_MAX, -1);
	return 0;
}

static int write_back(struct persist *p, const struct dx_trace_rec *rec,
		      struct persist_facts *facts)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < rec->count; i++)
		r = write_back_line(p, rec, rec->addr + i * LINE, i, facts);
	return r;
}

static void fence(struct persist *p, const struct dx_trace_rec *rec, struct persist_facts *facts)
{
	if (rec->detail > DX_TRACE_MFENCE && p->mode != PERSIST_SDM)
		return;
	facts->idle = !p->pending[rec->vcpu].n;
	p->had_fence = true;
	p->fence = origin_of(rec);
	drain(p, rec->vcpu);
}

int persist_apply(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		  struct persist_facts *facts)
{
	switch (rec->kind) {
	case DX_TRACE_STORE:
		return store(p, rec, data);
	case DX_TRACE_WRITE_BACK:
		return write_back(p, rec, facts);
	case DX_TRACE_FENCE:
		fence(p, rec, facts);
		return 0;
	case DX_TRACE_IMAGE:
		memcpy(durable_at(p, rec->addr), data, rec->length);
		return 0;
	default:
		return 0;
	}
}

/* ---- questions ---- */

const unsigned char *persist_durable(const struct persist *p, uint64_t addr)
{
	return durable_at(p, addr);
}

size_t persist_in_flight(const struct persist *p, uint64_t addr, const struct persist_piece **ret)
{
	const struct line *l = find_line(p, addr);

	*ret = l ? l->pieces : NULL;
	return l ? l->n_pieces : 0;
}

bool persist_newest(const struct persist *p, uint64_t addr, unsigned int byte,
		    struct persist_piece *ret)
{
	const struct line *l = find_line(p, addr);

	for (size_t i = l ? l->n_pieces : 0; i-- > 0;)
		if (l->pieces[i].bytes >> byte & 1) {
			*ret = l->pieces[i];
			return true;
		}
	return false;
}

bool persist_last_write_back(const struct persist *p, uint64_t addr, struct persist_origin *ret)
{
	const struct line *l = find_line(p, addr);

	if (!l || !l->was_written_back)
		return false;
	*ret = l->write_back;
	return true;
}

bool persist_last_fence(const struct persist *p, struct persist_origin *ret)
{
	*ret = p->fence;
	return p->had_fence;
}

size_t persist_lines_in_flight(const struct persist *p, size_t *ret_peak)
{
	if (ret_peak)
		*ret_peak = p->peak;
	return p->lines;
}

/* ---- begin and end ---- */

static int map_media(struct persist *p, const struct persist_options *o)
{
	for (; p->media < o->ranges && p->media < DX_TRACE_RANGES; p->media++) {
		struct medium *m = &p->medium[p->media];
		void *at = mmap(NULL, o->range[p->media].size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (at == MAP_FAILED)
			return -errno;
		m->range = o->range[p->media];
		m->durable = at;
	}
	return 0;
}

int persist_open(struct persist **ret, const struct persist_options *o, struct err *e)
{
	struct persist *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return err_sys(e, -ENOMEM, "persistence model", "begin");
	p->mode = o->mode;
	p->buckets = FIRST_ROOM;
	p->bucket = calloc(p->buckets, sizeof(struct line *));
	r = p->bucket ? map_media(p, o) : -ENOMEM;
	if (r) {
		persist_close(p);
		return err_sys(e, r, "persistence model", "begin");
	}
	*ret = p;
	return 0;
}

static void free_lines(struct line *l)
{
	while (l) {
		struct line *next = l->next;

		free(l->pieces);
		free(l->snapshots);
		free(l);
		l = next;
	}
}

void persist_close(struct persist *p)
{
	if (!p)
		return;
	for (size_t i = 0; p->bucket && i < p->buckets; i++)
		free_lines(p->bucket[i]);
	free_lines(p->spare);
	for (unsigned int i = 0; i < DX_TRACE_VCPUS; i++)
		free(p->pending[i].addr);
	for (unsigned int i = 0; i < p->media; i++)
		munmap(p->medium[i].durable, p->medium[i].range.size);
	free(p->bucket);
	free(p);
}
