// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

#define MAX_FILES 512

/* Whose call makes all of them durable. */
enum { BY_SYNC, BY_SYNCFS };

struct state {
	struct names names; /* first: drop_names() takes it for all */
	struct dx_file file[MAX_FILES];
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_names(dx, w, n * dx_param(dx, "files"));
}

/* They stay open until they are synced: where a page cache holds them, they lie nowhere before. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t files = dx_param(dx, "files"), by = dx_param(dx, "by");
	struct state *s = dx_priv(dx);
	char name[16];
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		for (uint64_t k = 0; !r && k < files; k++)
			r = make_named(w, &s->file[k], name_of(name, "many", i * files + k),
				       1 + 997 * (k % 7));
		if (!r)
			r = by == BY_SYNC ? dx_sync(w) : dx_syncfs(w, &s->file[0]);
		for (uint64_t k = 0; k < files; k++)
			dx_close(w, &s->file[k]);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "many" }, 1);
}

DX_WORKLOAD(create_files_sync)
= {
	.name = "create-files-sync",
	.title = "Create many files of odd sizes, then sync or syncfs",
	.op = "files+sync",
	.groups = "names,sync",
	.needs = DX_NEED_FS | DX_NEED_OWN_FS,
	.max_ops = 16,
	.check_ops = 2,
	.priv_size = sizeof(struct state),
	.params = { { "files", "files", 16, 1, MAX_FILES, "made before each sync" },
		    { "by", "kind", 0, 0, 1, "0 sync, 1 syncfs" } },
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
