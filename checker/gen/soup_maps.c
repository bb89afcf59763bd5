// SPDX-License-Identifier: GPL-2.0-or-later
/* The acts that go through mappings. Nothing is touched that is not in the file: SIGBUS. */
#include "checker/gen/soup_model.h"

static uint64_t up_to_page(uint64_t n)
{
	return (n + DX_PAGE - 1) & ~(DX_PAGE - 1);
}

/* ---- mapping ---- */

/* Where and how much of a file of @limit bytes: pages, or 2 MiB where there is room. */
static void choose_range(struct soup *s, uint64_t limit, bool huge, struct soup_map *m)
{
	uint64_t unit = huge ? DX_PMD : DX_PAGE, units = limit / unit;
	uint64_t most;

	m->offset = soup_chance(s, 40) ? 0 : soup_pick(s, units) * unit;
	most = units - m->offset / unit;
	m->length = (soup_chance(s, 40) ? most : 1 + soup_pick(s, most)) * unit;
}

static unsigned int choose_flags(struct soup *s, const struct soup_file *f, bool huge)
{
	unsigned int flags = DX_MAP_READ;

	if (huge)
		flags |= DX_MAP_PMD;
	else if (soup_chance(s, 60))
		flags |= DX_MAP_PTE;
	else if (soup_chance(s, 30))
		flags |= DX_MAP_PMD; /* of what is no 2 MiB: the kernel falls back */
	if (f->can_write && soup_chance(s, 90))
		flags |= DX_MAP_WRITE;
	if (soup_chance(s, 5))
		flags |= DX_MAP_PRIVATE;
	else if (s->o->features & SOUP_MAP_SYNC && soup_chance(s, 35))
		flags |= DX_MAP_SYNC;
	return flags;
}

bool soup_map_act(struct soup *s)
{
	int file = soup_pick_open(s, soup_chance(s, 85) ? SOUP_READ_WRITE : SOUP_READ);
	struct soup_map *maps = soup_maps(s), m = { 0 };
	const struct soup_inode *inode;
	unsigned int slot = 0;
	bool huge;

	while (slot < soup_slots(s) && maps[slot].flags)
		slot++;
	if (file < 0 || slot == soup_slots(s))
		return false;
	inode = soup_inode_of(s, (unsigned int)file);
	huge = inode->limit >= DX_PMD && soup_chance(s, 60);
	choose_range(s, inode->limit, huge, &m);
	m.flags = choose_flags(s, &soup_files(s)[file], huge);
	m.file = (unsigned int)file;
	m.inode = soup_files(s)[file].inode;
	/* Only what is there can be faulted in. */
	if (m.offset + m.length <= up_to_page(inode->size) && soup_chance(s, 15))
		m.flags |= DX_MAP_POPULATE;
	maps[slot] = m;
	soup_files(s)[file].maps++;
	SOUP_EMIT(s, .op = DX_OP_MAP, .slot = slot, .arg = { m.file, m.offset, m.length, m.flags });
	return true;
}

bool soup_unmap_act(struct soup *s)
{
	int slot = soup_pick_map(s);

	if (slot < 0)
		return false;
	SOUP_EMIT(s, .op = DX_OP_UNMAP, .slot = (uint32_t)slot);
	soup_unmap(s, (unsigned int)slot);
	return true;
}

/* ---- stores and loads ---- */

/* A mapping of which @least bytes can be touched; -1: none was found. */
static int pick_reaching(struct soup *s, bool write, uint64_t least, uint64_t *ret_reach)
{
	for (int tries = 0; tries < 4; tries++) {
		int slot = soup_pick_map(s);

		if (slot < 0)
			return -1;
		*ret_reach = soup_reach(s, &soup_maps(s)[slot]);
		if (*ret_reach >= least && (!write || soup_maps(s)[slot].flags & DX_MAP_WRITE))
			return slot;
	}
	return -1;
}

static bool emit_store(struct soup *s, enum dx_log_op op, int slot, uint64_t off, uint64_t len)
{
	s->stored = (struct dx_list_op){ .op = (uint16_t)op,
					 .worker = (uint16_t)s->turn,
					 .slot = (uint32_t)slot,
					 .arg = { off, len } };
	soup_emit(s, s->stored);
	return true;
}

bool soup_store(struct soup *s)
{
	uint64_t len = 1ULL << soup_pick(s, 4), reach;
	int slot = pick_reaching(s, true, len, &reach);

	return slot >= 0 &&
	       emit_store(s, DX_OP_STORE, slot, soup_offset(s, reach - len) & ~(len - 1), len);
}

/* Often across the edge of a line: its last bytes, or its first. */
bool soup_store_bytes(struct soup *s)
{
	uint64_t len = 1 + soup_pick(s, DX_MAX_BYTES), reach, off;
	int slot = pick_reaching(s, true, len, &reach);

	if (slot < 0)
		return false;
	off = soup_offset(s, reach - len);
	if (soup_chance(s, 50) && (off | 63) - 2 <= reach - len)
		off = (off | 63) - 2;
	return emit_store(s, DX_OP_STORE_BYTES, slot, off, len);
}

bool soup_store_unaligned(struct soup *s)
{
	uint64_t reach, off;
	int slot = pick_reaching(s, true, 16, &reach);

	if (slot < 0)
		return false;
	off = soup_offset(s, reach - 8);
	if (off % 8 == 0)
		off += off + 8 < reach - 8 ? 1 + soup_pick(s, 7) : 0;
	return emit_store(s, DX_OP_STORE_UNALIGNED, slot, off, 8);
}

/* Stores of whole words. */
static bool store_words(struct soup *s, enum dx_log_op op)
{
	uint64_t reach, len;
	int slot = pick_reaching(s, true, 8, &reach);

	if (slot < 0)
		return false;
	len = (soup_length(s, reach) + 7) & ~7ULL;
	if (len > reach)
		len -= 8;
	return len && emit_store(s, op, slot, soup_offset(s, reach - len) & ~7ULL, len);
}

bool soup_fill(struct soup *s)
{
	return store_words(s, DX_OP_FILL);
}

bool soup_copy_nt(struct soup *s)
{
	return store_words(s, DX_OP_COPY_NT);
}

bool soup_copy(struct soup *s)
{
	uint64_t reach, len;
	int slot = pick_reaching(s, true, 1, &reach);

	if (slot < 0)
		return false;
	len = soup_length(s, reach);
	return emit_store(s, DX_OP_COPY, slot, soup_offset(s, reach - len), len);
}

bool soup_load(struct soup *s)
{
	uint64_t reach;
	int slot = pick_reaching(s, false, 8, &reach);

	if (slot < 0)
		return false;
	SOUP_EMIT(s, .op = DX_OP_LOAD, .slot = (uint32_t)slot,
		  .arg = { soup_offset(s, reach - 8) & ~7ULL, 8 });
	return true;
}

/* A page, or as far as 16: each can get a block, and be zeroed. */
bool soup_populate(struct soup *s)
{
	bool write = soup_chance(s, 60);
	uint64_t reach, pages, off;
	int slot = pick_reaching(s, write, DX_PAGE, &reach);

	if (slot < 0)
		return false;
	pages = 1 + soup_pick(s, reach / DX_PAGE < 16 ? reach / DX_PAGE : 16);
	off = soup_offset(s, (reach & ~(DX_PAGE - 1)) - pages * DX_PAGE) & ~(DX_PAGE - 1);
	SOUP_EMIT(s, .op = DX_OP_POPULATE, .slot = (uint32_t)slot,
		  .arg = { off, pages * DX_PAGE, write });
	return true;
}

/* ---- promises ---- */

/*
 * Not of a mapping whose descriptor cannot write: Linux then syncs nothing
 * (docs/findings/msync-read-only.md), and each list would find just that.
 */
bool soup_msync(struct soup *s)
{
	int slot = soup_pick_map(s);
	uint64_t length, off, len;

	if (slot < 0 || !soup_files(s)[soup_maps(s)[slot].file].can_write)
		return false;
	length = soup_maps(s)[slot].length;
	off = soup_offset(s, length - DX_PAGE) & ~(DX_PAGE - 1);
	len = soup_chance(s, 40)   ? DX_PAGE
	      : soup_chance(s, 50) ? length - off
				   : 1 + soup_pick(s, length - off);
	SOUP_EMIT(s, .op = DX_OP_MSYNC, .slot = (uint32_t)slot,
		  .arg = { off, len, soup_chance(s, 80) ? MS_SYNC : MS_ASYNC });
	return true;
}

/* Can what was stored last be flushed, by who stored it? */
static bool is_last_store_there(struct soup *s)
{
	const struct soup_map *m = &soup_maps(s)[s->stored.slot];

	return s->stored.op && s->stored.worker == s->turn && m->flags &&
	       s->stored.arg[0] + s->stored.arg[1] <= soup_reach(s, m);
}

static uint64_t flush_kind(struct soup *s)
{
	static const uint64_t kinds[] = { DX_CLWB, DX_CLWB, DX_CLFLUSHOPT, DX_CLFLUSH };

	return kinds[soup_pick(s, sizeof(kinds) / sizeof(kinds[0]))];
}

bool soup_flush(struct soup *s)
{
	uint64_t kind = flush_kind(s), reach, len;
	int slot;

	if (is_last_store_there(s) && soup_chance(s, 70)) {
		SOUP_EMIT(s, .op = DX_OP_FLUSH, .slot = s->stored.slot,
			  .arg = { s->stored.arg[0], s->stored.arg[1], kind });
		return true;
	}
	slot = pick_reaching(s, false, 1, &reach);
	if (slot < 0)
		return false;
	len = soup_length(s, reach);
	SOUP_EMIT(s, .op = DX_OP_FLUSH, .slot = (uint32_t)slot,
		  .arg = { soup_offset(s, reach - len), len, kind });
	return true;
}

bool soup_drain(struct soup *s)
{
	SOUP_EMIT(s, .op = DX_OP_DRAIN);
	return true;
}

/* What a program does that needs no sync call: flush, drain, and go on as if it were there. */
bool soup_persist(struct soup *s)
{
	const struct dx_list_op *st = &s->stored;

	if (!is_last_store_there(s) || !(soup_maps(s)[st->slot].flags & DX_MAP_SYNC))
		return false;
	SOUP_EMIT(s, .op = DX_OP_FLUSH, .slot = st->slot,
		  .arg = { st->arg[0], st->arg[1], flush_kind(s) });
	SOUP_EMIT(s, .op = DX_OP_DRAIN);
	SOUP_EMIT(s, .op = DX_OP_RELY, .slot = st->slot, .arg = { st->arg[0], st->arg[1] });
	return true;
}
