/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What most workloads share: one file, mapped once, in a known state.
 *
 * Each sample begins with a file made anew, because the kernel keeps an entry
 * in the file's page cache tree for each page that was ever faulted: neither
 * unmapping nor syncing removes it. write(2) to a DAX file leaves no entry.
 */
#ifndef WORKLOADS_COMMON_H
#define WORKLOADS_COMMON_H

#include "daxbench/workload.h"

#define RW_PTE (DX_MAP_READ | DX_MAP_WRITE | DX_MAP_PTE)
#define RW_PMD (DX_MAP_READ | DX_MAP_WRITE | DX_MAP_PMD)

struct mapped {
	struct dx_file file;
	struct dx_map map;
};

/* An empty file. */
static inline int make_file(struct dx_worker *w, struct dx_file *f, const char *name)
{
	return dx_open(w, f, name, O_RDWR | O_CREAT | O_TRUNC);
}

/*
 * A file of @size bytes without blocks. The fsync commits its creation and the
 * removal of the last sample's file: else the journal would carry both into run().
 */
static inline int make_hole(struct dx_worker *w, struct dx_file *f, const char *name, uint64_t size)
{
	int r = make_file(w, f, name);

	if (!r)
		r = dx_truncate(w, f, size);
	return r ? r : dx_fsync(w, f);
}

/* A write that ends early, for want of room or not: its last page, written alone, tells. */
static inline int write_whole(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len)
{
	int r = dx_write(w, f, off, len);

	if (r == -EIO && len > DX_PAGE)
		r = dx_write(w, f, off + len - DX_PAGE, DX_PAGE) == -ENOSPC ? -ENOSPC : r;
	return r;
}

/* Writes the first @size bytes of an open file, and syncs. */
static inline int fill_file(struct dx_worker *w, struct dx_file *f, uint64_t size)
{
	int r = 0;

	for (uint64_t off = 0; !r && off < size; off += w->buf_size)
		r = write_whole(w, f, off, size - off < w->buf_size ? size - off : w->buf_size);
	return r ? r : dx_fsync(w, f);
}

/*
 * A file of @size bytes, written and synced, of which no page was ever faulted.
 * -ENOSPC: the device is too small for it.
 */
static inline int make_written(struct dx_worker *w, struct dx_file *f, const char *name,
			       uint64_t size)
{
	int r = make_file(w, f, name);

	return r ? r : fill_file(w, f, size);
}

/*
 * For prepare(): where blocks come in larger units, a small allocation in a hole goes
 * wrong on all kernels so far: docs/findings/xfs-rt-fault-takes-all.md.
 */
static inline int refuse_large_units(struct dx *dx, const struct dx_file *f)
{
	uint64_t unit = 0;
	int r = dx_file_unit(f, &unit);

	return r || unit <= DX_PAGE
		       ? r
		       : dx_refuse(dx, -EOPNOTSUPP,
				   "a small allocation takes the whole realtime device");
}

/* make_hole(), or make_written(), of the file "data", and all of it mapped. */
static inline int map_hole(struct dx_worker *w, struct mapped *s, uint64_t size, unsigned int flags)
{
	int r = make_hole(w, &s->file, "data", size);

	return r ? r : dx_map(w, &s->map, &s->file, 0, size, flags);
}

static inline int map_written(struct dx_worker *w, struct mapped *s, uint64_t size,
			      unsigned int flags)
{
	int r = make_written(w, &s->file, "data", size);

	return r ? r : dx_map(w, &s->map, &s->file, 0, size, flags);
}

/* Loads once from each page of the mapping, which is of pages of one size. */
static inline void load_each(struct dx_worker *w, const struct dx_map *m)
{
	uint64_t page = m->flags & DX_MAP_PMD ? DX_PMD : DX_PAGE;

	for (uint64_t off = 0; off < m->length; off += page)
		dx_load64(w, m, off);
}

/*
 * Stores once to every @page bytes of the mapping, then syncs: the entries are
 * there and clean, and what is mapped is write-protected.
 */
static inline int touch_and_sync(struct dx_worker *w, const struct dx_map *m, uint64_t page)
{
	for (uint64_t off = 0; off < m->length; off += page)
		dx_store64(w, m, off);
	return dx_msync(w, m, 0, m->length, MS_SYNC);
}

/* map_written(), touch_and_sync(). @flags say PTE or PMD. */
static inline int make_clean(struct dx_worker *w, struct mapped *s, uint64_t size,
			     unsigned int flags)
{
	int r = map_written(w, s, size, flags);

	return r ? r : touch_and_sync(w, &s->map, flags & DX_MAP_PMD ? DX_PMD : DX_PAGE);
}

/*
 * Undoes any of the above, however far it came. The blocks are freed by
 * truncating: XFS frees those of an unlinked file later, from a kernel thread,
 * and that would fall into the next sample.
 */
static inline void drop_file(struct dx_worker *w, struct mapped *s, const char *name)
{
	dx_unmap(w, &s->map);
	if (!s->file.id)
		return;
	dx_truncate(w, &s->file, 0);
	dx_close(w, &s->file);
	dx_unlink(w, name);
}

/* finish() of a workload whose private state is a struct mapped of the file "data". */
static inline void drop_data(struct dx *dx, struct dx_worker *w)
{
	drop_file(w, dx_priv(dx), "data");
}

/*
 * So many faults and entries written back, no 2 MiB fault turned down, no MAP_SYNC. Of
 * an entry each line is written back (fs/dax.c, dax_writeback_one()): a workload with
 * entries of both sizes, or that makes lines durable otherwise, says how many itself.
 */
static inline void set_counts(struct dx_counts *c, uint64_t pte, uint64_t pmd,
			      uint64_t written_back)
{
	c->pte_faults = (int64_t)pte;
	c->pmd_faults = (int64_t)pmd;
	c->pmd_fallbacks = 0;
	c->sync_faults = 0;
	c->entries_written_back = (int64_t)written_back;
	c->lines_written_back = (int64_t)(written_back * ((pmd ? DX_PMD : DX_PAGE) / 64));
}

/* expect() where each operation takes one fault, of 4 KiB or of 2 MiB, and writes back nothing, */
static inline void expect_pte_each(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
}

static inline void expect_pmd_each(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 0, n, 0);
}

/* or one fault of 4 KiB, whose page it writes back. */
static inline void expect_synced_each(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, n);
}

#endif
