// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/persist/persist_medium.h"

#include <errno.h>
#include <sys/mman.h>

static const char *wrong_range(const struct dx_trace_range *range, uint32_t i)
{
	const struct dx_trace_range *r = &range[i];

	if (!r->size || r->base % DX_TRACE_LINE || r->size % DX_TRACE_LINE ||
	    r->base > UINT64_MAX - r->size)
		return "a range that is not of whole lines, or beyond all memory";
	for (uint32_t j = 0; j < i; j++)
		if (r->base < range[j].base + range[j].size && range[j].base < r->base + r->size)
			return "ranges that overlap";
	return NULL;
}

int medium_init(struct medium *m, const struct dx_trace_range *range, uint32_t ranges,
		struct err *e)
{
	const char *wrong = ranges && ranges <= DX_TRACE_RANGES ? NULL : "no range, or too many";

	*m = (struct medium){ 0 };
	for (uint32_t i = 0; !wrong && i < ranges; i++)
		wrong = wrong_range(range, i);
	if (wrong)
		return err_set(e, -EINVAL, "persistence model", "%s", wrong);
	/* A page of it takes memory once it is not zero. */
	for (uint32_t i = 0; i < ranges; i++) {
		void *map = mmap(NULL, range[i].size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (map == MAP_FAILED)
			return err_sys(e, -errno, "persistence model", "map the medium");
		m->map[i] = map;
		m->range[i] = range[i];
		m->ranges = i + 1;
	}
	return 0;
}

unsigned char *medium_at(const struct medium *m, uint64_t addr)
{
	for (uint32_t i = 0; i < m->ranges; i++) {
		uint64_t at = addr - m->range[i].base; /* wraps below the base */

		if (at < m->range[i].size)
			return m->map[i] + at;
	}
	return NULL;
}

void medium_release(struct medium *m)
{
	for (uint32_t i = 0; i < m->ranges; i++)
		munmap(m->map[i], m->range[i].size);
	m->ranges = 0;
}
