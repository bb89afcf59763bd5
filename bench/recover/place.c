// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/place.h"
#include "lib/grow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define WORD 64U

static const unsigned char zeros[STATE_PAGE];

/* ---- memory ---- */

static int open_nvdimm(struct place *p, unsigned int i, struct err *e)
{
	uint64_t size = p->range[i].size;
	void *map;

	p->fd[i] = memfd_create("daxbench-nvdimm", MFD_CLOEXEC);
	if (p->fd[i] < 0)
		return err_sys(e, -errno, "NVDIMM", "memfd_create");
	if (ftruncate(p->fd[i], (off_t)size))
		return err_sys(e, -errno, "NVDIMM", "size");
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd[i], 0);
	if (map == MAP_FAILED)
		return err_sys(e, -errno, "NVDIMM", "map");
	p->map[i] = map;
	return 0;
}

int place_open(struct place *p, const struct dx_trace_range range[PLACE_NVDIMMS], struct err *e)
{
	uint64_t longest = 0;
	int r = 0;

	*p = (struct place){ .fd = { -1, -1 } };
	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++) {
		p->range[i] = range[i];
		longest = range[i].size > longest ? range[i].size : longest;
	}
	p->pages = calloc(longest / STATE_PAGE / WORD + 1, sizeof(*p->pages));
	if (!p->pages)
		r = err_sys(e, -ENOMEM, "NVDIMM", "map");
	for (unsigned int i = 0; !r && i < PLACE_NVDIMMS; i++)
		r = open_nvdimm(p, i, e);
	if (r)
		place_release(p);
	return r;
}

void place_release(struct place *p)
{
	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++) {
		if (p->map[i])
			munmap(p->map[i], p->range[i].size);
		if (p->fd[i] >= 0)
			close(p->fd[i]);
		p->map[i] = NULL;
		p->fd[i] = -1;
	}
	free(p->pages);
	free(p->differs);
	p->pages = p->differs = NULL;
	p->n_differs = p->room = 0;
}

void place_forget(struct place *p)
{
	p->compared = false;
}

/* ---- which range is which ---- */

/* Of the medium; -1: none. */
static int range_of(const struct state_medium *m, uint64_t addr)
{
	for (uint32_t i = 0; i < m->ranges; i++)
		if (addr - m->range[i].base < m->range[i].size) /* wraps below the base */
			return (int)i;
	return -1;
}

/* What must be at @addr, a page: NULL: zeros, as the medium has no such place. */
static const unsigned char *wanted_at(const struct state_medium *m, uint64_t addr)
{
	int i = range_of(m, addr);

	return i < 0 ? zeros : m->content[i] + (addr - m->range[i].base);
}

static unsigned char *here_at(const struct place *p, uint64_t addr)
{
	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++)
		if (addr - p->range[i].base < p->range[i].size)
			return p->map[i] + (addr - p->range[i].base);
	return NULL;
}

/* Each range of it is an NVDIMM of ours, from its beginning to its end. */
static int check_ranges(const struct place *p, const struct state_medium *m, struct err *e)
{
	for (uint32_t k = 0; k < m->ranges; k++) {
		bool found = false;

		for (unsigned int i = 0; i < PLACE_NVDIMMS; i++)
			found |= m->range[k].base == p->range[i].base &&
				 m->range[k].size == p->range[i].size;
		if (!found)
			return err_set(e, -EINVAL, "crash state",
				       "the medium at %#" PRIx64 " of %" PRIu64
				       " bytes is no NVDIMM of the guest",
				       m->range[k].base, m->range[k].size);
	}
	return 0;
}

/* ---- comparing ---- */

static bool is_marked(const struct place *p, uint64_t page)
{
	return p->pages[page / WORD] >> (page % WORD) & 1;
}

/*
 * Marks the pages that the file has memory for. Only those that are not marked yet are
 * asked for: a medium is touched in many pieces, each of which would be two calls.
 */
static int mark_allocated(struct place *p, unsigned int nvdimm, struct err *e)
{
	uint64_t pages = p->range[nvdimm].size / STATE_PAGE, page = 0;

	for (;;) {
		off_t data, hole;

		while (page < pages && is_marked(p, page))
			page++;
		if (page >= pages)
			return 0;
		data = lseek(p->fd[nvdimm], (off_t)(page * STATE_PAGE), SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			return 0;
		page = (uint64_t)data / STATE_PAGE;
		if (data >= 0 && is_marked(p, page))
			continue;
		hole = data < 0 ? -1 : lseek(p->fd[nvdimm], data, SEEK_HOLE);
		if (hole < 0)
			return err_sys(e, -errno, "NVDIMM", "find what is allocated");
		for (; page * STATE_PAGE < (uint64_t)hole && page < pages; page++)
			p->pages[page / WORD] |= 1ULL << (page % WORD);
	}
}

static int mark_pages(struct place *p, const struct state_medium *m, unsigned int nvdimm,
		      struct err *e)
{
	size_t words = (p->range[nvdimm].size / STATE_PAGE + WORD - 1) / WORD;
	int i = range_of(m, p->range[nvdimm].base);

	if (i >= 0)
		memcpy(p->pages, m->touched[i], words * sizeof(*p->pages));
	else
		memset(p->pages, 0, words * sizeof(*p->pages));
	return mark_allocated(p, nvdimm, e);
}

static int note_difference(struct place *p, uint64_t addr)
{
	uint64_t *longer = grow(p->differs, p->n_differs, &p->room, sizeof(*longer));

	if (!longer)
		return -ENOMEM;
	p->differs = longer;
	longer[p->n_differs++] = addr;
	return 0;
}

static int compare_nvdimm(struct place *p, const struct state_medium *m, unsigned int nvdimm)
{
	const struct dx_trace_range *range = &p->range[nvdimm];
	size_t pages = range->size / STATE_PAGE;
	int k = range_of(m, range->base), r = 0;

	for (size_t w = 0; !r && w * WORD < pages; w++)
		for (uint64_t left = p->pages[w]; !r && left; left &= left - 1) {
			uint64_t at = (w * WORD + (unsigned int)__builtin_ctzll(left)) * STATE_PAGE;

			if (at < range->size &&
			    memcmp(p->map[nvdimm] + at, k < 0 ? zeros : m->content[k] + at,
				   STATE_PAGE) != 0)
				r = note_difference(p, range->base + at);
		}
	return r;
}

int place_compare(struct place *p, const struct state_medium *m, struct err *e)
{
	int r = check_ranges(p, m, e);

	p->compared = false;
	p->n_differs = 0;
	for (unsigned int i = 0; !r && i < PLACE_NVDIMMS; i++) {
		r = mark_pages(p, m, i, e);
		if (!r && compare_nvdimm(p, m, i))
			r = err_sys(e, -ENOMEM, "NVDIMM", "compare");
	}
	p->compared = !r;
	return r;
}

/* ---- putting ---- */

int place_put(struct place *p, const struct state_medium *m, const struct state *s,
	      size_t *ret_pages, struct err *e)
{
	int r = p->compared ? 0 : place_compare(p, m, e);

	if (r)
		return r;
	p->compared = false;
	for (size_t i = 0; i < p->n_differs; i++)
		memcpy(here_at(p, p->differs[i]), wanted_at(m, p->differs[i]), STATE_PAGE);
	if (ret_pages)
		*ret_pages = p->n_differs;
	for (size_t i = 0; i < s->n_lines; i++) {
		const struct state_line *line = &s->lines[i];

		if (range_of(m, line->addr) < 0 || line->addr % DX_TRACE_LINE)
			return err_set(e, -EINVAL, "crash state",
				       "its line at %#" PRIx64 " is not on the medium", line->addr);
		memcpy(here_at(p, line->addr), line->data, DX_TRACE_LINE);
	}
	return 0;
}

/* ---- hashes ---- */

/* The same content at another place is another number; zeros are none, wherever. */
static uint64_t hash_page(uint64_t addr, const unsigned char *page)
{
	return memcmp(page, zeros, STATE_PAGE) ? XXH3_64bits_withSeed(page, STATE_PAGE, addr) : 0;
}

/* @journal (may be NULL): is left out. */
static uint64_t hash_range(const struct state_medium *m, uint32_t i, uint64_t bytes,
			   const struct journal *journal)
{
	uint64_t sum = 0;

	for (size_t w = 0; w * WORD * STATE_PAGE < bytes; w++)
		for (uint64_t left = m->touched[i][w]; left; left &= left - 1) {
			uint64_t at = (w * WORD + (unsigned int)__builtin_ctzll(left)) * STATE_PAGE;

			if (at < bytes && !(journal && journal_holds(journal, at, at + STATE_PAGE)))
				sum += hash_page(m->range[i].base + at, m->content[i] + at);
		}
	return sum;
}

uint64_t place_hash_head(const struct state_medium *m, uint64_t bytes)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < m->ranges; i++)
		sum += hash_range(m, i, bytes < m->range[i].size ? bytes : m->range[i].size, NULL);
	return sum;
}

void place_hash_begin(struct place_hash *h, const struct state_medium *m)
{
	h->medium = 0;
	for (uint32_t i = 0; i < m->ranges; i++) {
		journal_find(&h->journal[i], m->content[i], m->range[i].size);
		h->medium += hash_range(m, i, m->range[i].size, &h->journal[i]);
	}
}

uint64_t place_hash(const struct place *p, const struct state_medium *m, const struct place_hash *h)
{
	uint64_t sum = h->medium;

	for (size_t k = 0; k < p->n_differs; k++) {
		uint64_t addr = p->differs[k];
		int i = range_of(m, addr);
		uint64_t at = i < 0 ? 0 : addr - m->range[i].base;

		if (i < 0 || !journal_holds(&h->journal[i], at, at + STATE_PAGE))
			sum += hash_page(addr, here_at(p, addr)) -
			       hash_page(addr, wanted_at(m, addr));
	}
	return sum;
}
