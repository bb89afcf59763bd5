/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that come and go by name. Each operation has a file of its own, so that a crash
 * can tell them apart; finish() removes what is there.
 */
#ifndef WORKLOADS_NAMES_H
#define WORKLOADS_NAMES_H

#include "workloads/common.h"

#define NAMES_MAX_OPS 256

/* No page and no line: what a tear or an off-by-one in a last line would show with. */
#define NAMES_ODD_BYTES 5003

struct names {
	uint64_t made; /* operations that may have left files */
};

static inline const char *name_of(char buf[16], const char *what, uint64_t i)
{
	snprintf(buf, 16, "%.8s-%u", what, (unsigned int)i % 100000U);
	return buf;
}

static inline int prepare_names(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct names *s = dx_priv(dx);

	s->made = n;
	return dx_sync(w);
}

/* A new file with @bytes in it, open. */
static inline int make_named(struct dx_worker *w, struct dx_file *f, const char *name,
			     uint64_t bytes)
{
	int r = dx_open(w, f, name, O_RDWR | O_CREAT | O_EXCL);

	return r || !bytes ? r : dx_write(w, f, 0, bytes);
}

/* One after the other, of names by their number. */
DX_INLINE int do_each(struct dx_worker *w, uint64_t n, int (*one)(struct dx_worker *w, uint64_t i))
{
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = one(w, i);
	return r;
}

/* Opens the directory of the cell and has its names made durable. */
static inline int sync_directory(struct dx_worker *w)
{
	struct dx_file dir = { 0 };
	int r = dx_open(w, &dir, ".", O_RDONLY | O_DIRECTORY), s;

	if (r)
		return r;
	r = dx_fsync(w, &dir);
	s = dx_close(w, &dir);
	return r ? r : s;
}

/* Names that are not there any more are no matter. */
static inline void drop_names(struct dx *dx, struct dx_worker *w, const char *const *what, size_t n)
{
	const struct names *s = dx_priv(dx);
	char name[16];

	for (uint64_t i = 0; i < s->made; i++)
		for (size_t k = 0; k < n; k++)
			dx_unlink(w, name_of(name, what[k], i));
}

/*
 * write(2) leaves no entries, and nothing is mapped. Ends that are no multiple of 8 are written
 * back (__memcpy_flushcache(), arch/x86/lib/usercopy_64.c).
 */
static inline void expect_no_faults(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
	c->lines_written_back = DX_ANY;
}

#endif
