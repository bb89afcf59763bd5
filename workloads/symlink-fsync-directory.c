// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/* Long enough that it lies in a block of its own (ext4: 60 bytes fit the inode). */
#define TARGET                                                                                     \
	"a/path/that/leads/nowhere/and/is/longer/than/what/an/inode/has/room/for/so/that/it/"      \
	"takes/a/block"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	char name[16];
	int r = 0;

	(void)dx;
	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_symlink(w, i % 2 ? TARGET : "short", name_of(name, "link", i));
		if (!r)
			r = sync_directory(w);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "link" }, 1);
}

DX_WORKLOAD(symlink_fsync_directory)
= {
	.name = "symlink-fsync-directory",
	.title = "Make a symbolic link, short or long, then fsync its directory",
	.op = "symlink+fsync",
	.groups = "names",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 4,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
