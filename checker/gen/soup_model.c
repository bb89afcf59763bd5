// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/soup_model.h"
#include "lib/random.h"

#include <string.h>

/* ---- chance ---- */

uint64_t soup_pick(struct soup *s, uint64_t n)
{
	return random_next(&s->random) % n;
}

bool soup_chance(struct soup *s, unsigned int percent)
{
	return soup_pick(s, 100) < percent;
}

uint64_t soup_length(struct soup *s, uint64_t max)
{
	static const uint64_t up_to[] = { 64, 64, 64, 64, 4096, 4096, 4096, 65536, DX_PMD };
	uint64_t most = up_to[soup_pick(s, sizeof(up_to) / sizeof(up_to[0]))];
	uint64_t len;

	if (most > DX_PAGE && s->budget < most)
		most = DX_PAGE;
	/* All of a class now and then: whole lines, whole pages, whole 2 MiB. */
	len = soup_chance(s, 25) ? most : 1 + soup_pick(s, most);
	if (len > max)
		len = max;
	if (len > DX_PAGE)
		s->budget -= len < s->budget ? len : s->budget;
	return len;
}

uint64_t soup_offset(struct soup *s, uint64_t max)
{
	static const uint64_t edges[] = { 64, DX_PAGE, DX_PAGE, DX_PMD };
	uint64_t edge = edges[soup_pick(s, sizeof(edges) / sizeof(edges[0]))];
	uint64_t off;

	if (soup_chance(s, 15))
		return 0;
	if (soup_chance(s, 15))
		return max;
	off = soup_pick(s, max + 1);
	if (soup_chance(s, 60)) {
		off -= off % edge;
		off += soup_chance(s, 50) ? soup_pick(s, 8) : 0;
		off -= off && soup_chance(s, 30) ? soup_pick(s, off < 8 ? off : 8) : 0;
	}
	return off < max ? off : max;
}

/* ---- names ---- */

/* The last four in directories. */
#define IN_DIRS (SOUP_NAMES - 4)

static const char *const names[SOUP_NAMES] = {
	"a", "b", "c", "d", "e", "f",	"g",   "h",   "i",
	"j", "k", "l", "m", "n", "x/a", "x/b", "y/a", "y/b"
};
static const char *const dirs[SOUP_DIRS] = { "x", "y" };

const char *soup_name(unsigned int name)
{
	return names[name];
}

const char *soup_dir(unsigned int dir)
{
	return dirs[dir];
}

bool soup_has_place(const struct soup *s, unsigned int name)
{
	return name < IN_DIRS || s->dir[(name - IN_DIRS) / 2];
}

bool soup_is_empty(const struct soup *s, unsigned int dir)
{
	return s->entry[IN_DIRS + 2 * dir] == SOUP_FREE &&
	       s->entry[IN_DIRS + 2 * dir + 1] == SOUP_FREE;
}

enum wanted { WANT_FREE, WANT_TAKEN, WANT_FILE };

static bool is_wanted(const struct soup *s, unsigned int name, enum wanted want)
{
	switch (want) {
	case WANT_FREE:
		return s->entry[name] == SOUP_FREE && soup_has_place(s, name);
	case WANT_TAKEN:
		return s->entry[name] != SOUP_FREE;
	default:
		return s->entry[name] > 0;
	}
}

static bool pick_name(struct soup *s, enum wanted want, unsigned int *ret)
{
	unsigned int first = (unsigned int)soup_pick(s, SOUP_NAMES);

	for (unsigned int i = 0; i < SOUP_NAMES; i++) {
		*ret = (first + i) % SOUP_NAMES;
		if (is_wanted(s, *ret, want))
			return true;
	}
	return false;
}

bool soup_pick_free(struct soup *s, unsigned int *ret)
{
	return pick_name(s, WANT_FREE, ret);
}

bool soup_pick_taken(struct soup *s, unsigned int *ret)
{
	return pick_name(s, WANT_TAKEN, ret);
}

bool soup_pick_file(struct soup *s, unsigned int *ret)
{
	return pick_name(s, WANT_FILE, ret);
}

/* An inode that nothing leads to any more is gone. */
static void put_inode(struct soup *s, unsigned int inode)
{
	struct soup_inode *i = &s->inode[inode];

	if (!i->links && !i->opens)
		memset(i, 0, sizeof(*i));
}

void soup_drop_name(struct soup *s, unsigned int name)
{
	int was = s->entry[name];

	s->entry[name] = SOUP_FREE;
	if (was <= 0)
		return;
	s->inode[was - 1].links--;
	put_inode(s, (unsigned int)was - 1);
}

/* ---- files and mappings ---- */

struct soup_file *soup_files(struct soup *s)
{
	return s->worker[s->turn].file;
}

struct soup_map *soup_maps(struct soup *s)
{
	return s->worker[s->turn].map;
}

unsigned int soup_slots(const struct soup *s)
{
	return s->turn ? SOUP_SLOTS / 2 : SOUP_SLOTS;
}

int soup_new_inode(struct soup *s)
{
	static const uint64_t limits[] = { 16 * DX_PAGE,  16 * DX_PAGE,	 16 * DX_PAGE, 64 * DX_PAGE,
					   256 * DX_PAGE, SOUP_FILE_MAX, SOUP_FILE_MAX };

	for (int i = 0; i < SOUP_INODES; i++) {
		if (s->inode[i].used)
			continue;
		s->inode[i].used = true;
		s->inode[i].limit = limits[soup_pick(s, sizeof(limits) / sizeof(limits[0]))];
		return i;
	}
	return -1;
}

static bool allows(const struct soup_file *f, enum soup_access access)
{
	return f->open && (access == SOUP_ANY || access == SOUP_WRITE || f->can_read) &&
	       (access == SOUP_ANY || access == SOUP_READ || f->can_write);
}

int soup_pick_open(struct soup *s, enum soup_access access)
{
	unsigned int slots = soup_slots(s), first = (unsigned int)soup_pick(s, slots);

	for (unsigned int i = 0; i < slots; i++)
		if (allows(&soup_files(s)[(first + i) % slots], access))
			return (int)((first + i) % slots);
	return -1;
}

int soup_pick_map(struct soup *s)
{
	unsigned int slots = soup_slots(s), first = (unsigned int)soup_pick(s, slots);

	for (unsigned int i = 0; i < slots; i++)
		if (soup_maps(s)[(first + i) % slots].flags)
			return (int)((first + i) % slots);
	return -1;
}

uint64_t soup_reach(const struct soup *s, const struct soup_map *m)
{
	uint64_t size = s->inode[m->inode].size;

	if (size <= m->offset)
		return 0;
	return size - m->offset < m->length ? size - m->offset : m->length;
}

struct soup_inode *soup_inode_of(struct soup *s, unsigned int file_slot)
{
	return &s->inode[soup_files(s)[file_slot].inode];
}

void soup_grow_to(struct soup *s, unsigned int file_slot, uint64_t end)
{
	struct soup_inode *i = soup_inode_of(s, file_slot);

	if (i->size < end)
		i->size = end;
}

void soup_close(struct soup *s, unsigned int slot)
{
	struct soup_file *f = &soup_files(s)[slot];

	f->open = false;
	s->inode[f->inode].opens--;
	put_inode(s, f->inode);
}

void soup_unmap(struct soup *s, unsigned int slot)
{
	struct soup_map *m = &soup_maps(s)[slot];

	soup_files(s)[m->file].maps--;
	m->flags = 0;
}

/* ---- the list ---- */

void soup_emit(struct soup *s, struct dx_list_op op)
{
	op.worker = (uint16_t)s->turn;
	if (!s->failed && s->list.n < s->o->ops)
		s->failed = oplist_add(&s->list, &op);
}
