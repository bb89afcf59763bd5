/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many files of one clean mapped page each: what sync(2) and syncfs(2) have to go through. */
#ifndef WORKLOADS_FILES_H
#define WORKLOADS_FILES_H

#include "workloads/common.h"

#define MAX_FILES 512

struct files {
	struct mapped file[MAX_FILES];
};

#define FILES_PARAM                                                                                \
	{                                                                                          \
		"files", "files", 16, 1, MAX_FILES, "files stored to before each sync"             \
	}

static inline const char *file_name(char *buf, size_t len, uint64_t i)
{
	snprintf(buf, len, "file-%03u", (unsigned int)i);
	return buf;
}

static inline int prepare_files(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t files = dx_param(dx, "files");
	struct files *s = dx_priv(dx);
	char name[16];
	int r = 0;

	(void)n;
	for (uint64_t i = 0; !r && i < files; i++) {
		struct mapped *m = &s->file[i];

		r = make_file(w, &m->file, file_name(name, sizeof(name), i));
		if (!r)
			r = dx_write(w, &m->file, 0, DX_PAGE);
		if (!r)
			r = dx_map(w, &m->map, &m->file, 0, DX_PAGE, RW_PTE);
		if (!r)
			dx_store64(w, &m->map, 0);
	}
	return r ? r : dx_syncfs(w, &s->file[0].file);
}

static inline void drop_files(struct dx *dx, struct dx_worker *w)
{
	struct files *s = dx_priv(dx);
	char name[16];

	for (uint64_t i = 0; i < MAX_FILES; i++)
		drop_file(w, &s->file[i], file_name(name, sizeof(name), i));
}

/* The sync before left each page write-protected, so each store faults. */
static inline void expect_files(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t files = dx_param(dx, "files");

	set_counts(c, n * files, 0, n * files);
}

#endif
