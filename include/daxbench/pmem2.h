/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpmem2's way to make bytes durable, to be compared with one's own. Needs the
 * library when daxbench is built (libpmem2-dev): without it a workload that has
 * DX_LACKS_PMEM2 as its .lacks is skipped, and these calls do nothing.
 *
 * The library picks its instructions when the program starts, from what the CPU has:
 * CLWB, else CLFLUSHOPT, else CLFLUSH; and non-temporal stores for what is larger
 * than some hundred bytes. The log has what its calls mean: a copy, a flush, a drain.
 */
#ifndef DAXBENCH_PMEM2_H
#define DAXBENCH_PMEM2_H

#include "daxbench/workload.h"

#ifdef DX_HAVE_PMEM2

#include <libpmem2.h>

#define DX_LACKS_PMEM2 NULL

/* The library's view of a mapping. Zeroed before dx_pmem2_open(). */
struct dx_pmem2 {
	struct pmem2_map *map;
	pmem2_persist_fn persist;
	pmem2_memcpy_fn memcpy;
	enum dx_flush_kind kind; /* what it flushes with */
};

static inline int dx_pmem2_open(struct dx_pmem2 *p, const struct dx_map *m, const struct dx_file *f)
{
	struct pmem2_source *source;
	int r = pmem2_source_from_fd(&source, f->fd);

	if (r)
		return -EIO;
	r = pmem2_map_from_existing(&p->map, source, m->base, m->length,
				    PMEM2_GRANULARITY_CACHE_LINE);
	pmem2_source_delete(&source);
	if (r)
		return -EIO;
	p->persist = pmem2_get_persist_fn(p->map);
	p->memcpy = pmem2_get_memcpy_fn(p->map);
	p->kind = dx_cpu_has_flush(DX_CLWB)	    ? DX_CLWB
		  : dx_cpu_has_flush(DX_CLFLUSHOPT) ? DX_CLFLUSHOPT
						    : DX_CLFLUSH;
	return 0;
}

/* Before the mapping is unmapped. Of one never opened: nothing. */
static inline void dx_pmem2_close(struct dx_pmem2 *p)
{
	if (p->map)
		pmem2_map_delete(&p->map);
}

/* The library has drained already: what it promised is logged as promised now. */
DX_INLINE void dx_pmem2_drained(struct dx_worker *w)
{
	(void)w;
	DX_BEGIN(w, DX_OP_DRAIN, 0, 0, 0, 0, 0);
	DX_END(w, 0);
	DX_DRAIN_EXTENTS(w);
}

/* pmem2_persist_fn: what was stored to the range is durable. */
DX_INLINE void dx_pmem2_persist(struct dx_worker *w, const struct dx_pmem2 *p,
				const struct dx_map *m, uint64_t off, uint64_t len)
{
	DX_BEGIN(w, DX_OP_FLUSH, m->id, off, len, p->kind, 0);
	DX_FAULT_IN(m->base + off, m->base + off + len);
	p->persist(m->base + off, len);
	DX_END(w, 0);
	dx_pmem2_drained(w);
}

/* pmem2_memcpy_fn without flags: copies at most w->buf_size bytes, durable when it returns. */
DX_INLINE void dx_pmem2_memcpy(struct dx_worker *w, const struct dx_pmem2 *p,
			       const struct dx_map *m, uint64_t off, uint64_t len)
{
	DX_GENERATION(w);
	DX_PATTERN(w, m->file, m->offset + off, w->buf, len);
	{
		DX_BEGIN(w, DX_OP_COPY, m->id, off, len, 0, DX_GEN);
		p->memcpy(m->base + off, w->buf, len, 0);
		DX_END(w, 0);
	}
	{
		DX_BEGIN(w, DX_OP_FLUSH, m->id, off, len, p->kind, 0);
		DX_END(w, 0);
	}
	dx_pmem2_drained(w);
}

#else

#define DX_LACKS_PMEM2 "libpmem2: install libpmem2-dev and build again"

struct dx_pmem2 {
	int none;
};

static inline int dx_pmem2_open(struct dx_pmem2 *p, const struct dx_map *m, const struct dx_file *f)
{
	(void)p;
	(void)m;
	(void)f;
	return -EOPNOTSUPP;
}

static inline void dx_pmem2_close(struct dx_pmem2 *p)
{
	(void)p;
}

DX_INLINE void dx_pmem2_persist(struct dx_worker *w, const struct dx_pmem2 *p,
				const struct dx_map *m, uint64_t off, uint64_t len)
{
	(void)w;
	(void)p;
	(void)m;
	(void)off;
	(void)len;
}

DX_INLINE void dx_pmem2_memcpy(struct dx_worker *w, const struct dx_pmem2 *p,
			       const struct dx_map *m, uint64_t off, uint64_t len)
{
	dx_pmem2_persist(w, p, m, off, len);
}

#endif

#endif
