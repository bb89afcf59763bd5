// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/state_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define LINES_OF_PAGE (STATE_PAGE / DX_TRACE_LINE)

struct image {
	struct state_medium medium;
	uint64_t *touched[DX_TRACE_RANGES];
	uint64_t *hashes[DX_TRACE_RANGES]; /* of each line, as they are in @hash; sparse */
	uint64_t hash;
};

uint64_t image_line_hash(uint64_t addr, const unsigned char data[DX_TRACE_LINE])
{
	static const unsigned char zeros[DX_TRACE_LINE];

	if (!memcmp(data, zeros, DX_TRACE_LINE))
		return 0;
	return XXH3_64bits_withSeed(data, DX_TRACE_LINE, addr);
}

/* Zeros, for so many bytes, which cost memory once they are touched. NULL: none left. */
static void *sparse(uint64_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static uint64_t touched_bytes(uint64_t size)
{
	return (size / STATE_PAGE + 63) / 64 * 8;
}

static uint64_t hashes_bytes(uint64_t size)
{
	return size / DX_TRACE_LINE * sizeof(uint64_t);
}

struct image *image_open(const struct dx_trace_range *range, const unsigned char *const *content,
			 uint32_t ranges)
{
	struct image *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->medium.ranges = ranges;
	for (uint32_t k = 0; k < ranges; k++) {
		i->medium.range[k] = range[k];
		i->medium.content[k] = content[k];
		i->touched[k] = sparse(touched_bytes(range[k].size));
		i->hashes[k] = sparse(hashes_bytes(range[k].size));
		i->medium.touched[k] = i->touched[k];
		if (!i->touched[k] || !i->hashes[k]) {
			image_close(i);
			return NULL;
		}
	}
	return i;
}

/* Which range @addr is in; false: in none. */
static bool find_range(const struct image *i, uint64_t addr, uint32_t *ret)
{
	for (*ret = 0; *ret < i->medium.ranges; (*ret)++)
		if (addr - i->medium.range[*ret].base < i->medium.range[*ret].size)
			return true;
	return false;
}

void image_refresh(struct image *i, uint64_t addr)
{
	uint64_t *hash, now, at;
	uint32_t range;

	if (!find_range(i, addr, &range))
		return;
	at = (addr - i->medium.range[range].base) & ~(DX_TRACE_LINE - 1);
	hash = &i->hashes[range][at / DX_TRACE_LINE];
	now = image_line_hash(i->medium.range[range].base + at, i->medium.content[range] + at);
	if (now == *hash)
		return;
	i->hash += now - *hash;
	*hash = now;
}

struct image *image_of_model(const struct persist *p, const struct dx_trace_header *header)
{
	const unsigned char *content[DX_TRACE_RANGES];

	for (uint32_t i = 0; i < header->ranges; i++)
		content[i] = persist_durable(p, header->range[i].base);
	return image_open(header->range, content, header->ranges);
}

void image_touch(struct image *i, uint64_t addr)
{
	uint32_t range;
	uint64_t page;

	if (!find_range(i, addr, &range))
		return;
	page = (addr - i->medium.range[range].base) / STATE_PAGE;
	i->touched[range][page / 64] |= 1ULL << page % 64;
}

void image_follow(struct image *i, const struct persist *p, const struct dx_trace_rec *rec)
{
	const struct persist_effect *effect = persist_effect(p);
	uint64_t page = rec->addr & ~(STATE_PAGE - 1);

	if (rec->kind == DX_TRACE_STORE || rec->kind == DX_TRACE_IMAGE)
		image_touch(i, rec->addr);
	if (rec->kind == DX_TRACE_IMAGE)
		for (uint64_t l = 0; l < LINES_OF_PAGE; l++)
			image_refresh(i, page + l * DX_TRACE_LINE);
	for (size_t k = 0; k < effect->n_changed; k++)
		image_refresh(i, effect->changed[k]);
}

const struct state_medium *image_medium(const struct image *i)
{
	return &i->medium;
}

uint64_t image_hash(const struct image *i, const struct state_line *lines, size_t n)
{
	uint64_t hash = i->hash;
	uint32_t range;

	for (size_t k = 0; k < n; k++) {
		if (!find_range(i, lines[k].addr, &range))
			continue;
		hash += image_line_hash(lines[k].addr, lines[k].data) -
			i->hashes[range]
				 [(lines[k].addr - i->medium.range[range].base) / DX_TRACE_LINE];
	}
	return hash;
}

void image_close(struct image *i)
{
	if (!i)
		return;
	for (uint32_t k = 0; k < i->medium.ranges; k++) {
		if (i->touched[k])
			munmap(i->touched[k], touched_bytes(i->medium.range[k].size));
		if (i->hashes[k])
			munmap(i->hashes[k], hashes_bytes(i->medium.range[k].size));
	}
	free(i);
}
