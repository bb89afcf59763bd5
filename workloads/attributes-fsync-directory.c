// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/attributes.h"

/* Its name first: a directory's own fsync does not promise that, and without it all may be gone. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = dx_param(dx, "size");
	char name[16];
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file dir = { 0 };

		r = dx_mkdir(w, name_of(name, "dir", i));
		if (!r)
			r = sync_directory(w);
		if (!r)
			r = dx_open(w, &dir, name, O_RDONLY | O_DIRECTORY);
		if (!r)
			r = change_attributes(w, &dir, size);
		dx_close(w, &dir);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	const struct names *s = dx_priv(dx);
	char name[16];

	for (uint64_t i = 0; i < s->made; i++)
		dx_rmdir(w, name_of(name, "dir", i));
}

DX_WORKLOAD(attributes_fsync_directory)
= {
	.name = "attributes-fsync-directory",
	.title = "Change a directory's mode and extended attributes, fsync each time",
	.op = "4 changes+fsyncs",
	.groups = "names",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.params = { ATTRIBUTE_PARAM },
	.prepare = prepare_attributes,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
