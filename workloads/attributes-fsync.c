// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/attributes.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = dx_param(dx, "size");
	char name[16];
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, name_of(name, "file", i), 100);
		if (!r)
			r = change_attributes(w, &f, size);
		dx_close(w, &f);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "file" }, 1);
}

DX_WORKLOAD(attributes_fsync)
= {
	.name = "attributes-fsync",
	.title = "Change a file's mode and extended attributes, fsync each time",
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
