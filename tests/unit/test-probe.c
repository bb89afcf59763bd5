// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a probe that fails on a machine that has nothing, and facts read wrongly. */
#include "bench/probe.h"

#include <criterion/criterion.h>
#include <string.h>

static struct err e;

Test(probe, mount_options)
{
	cr_assert(json_is_true(probe_mount_dax("rw,relatime,dax=always")));
	cr_assert(json_is_true(probe_mount_dax("rw,dax,relatime")));
	cr_assert(json_is_false(probe_mount_dax("rw,dax=never")));
	cr_assert(json_is_null(probe_mount_dax("rw,dax=inode")));
	cr_assert(json_is_null(probe_mount_dax("rw,relatime")));
	cr_assert(json_is_null(probe_mount_dax("rw,nodax,daxbench=1")));
	cr_assert(json_is_null(probe_mount_dax(NULL)));
}

Test(probe, best_flush_instruction)
{
	cr_assert_str_eq(probe_flush("flags\t: fpu clflush clflushopt clwb avx\n"), "clwb");
	cr_assert_str_eq(probe_flush("fpu clflush clflushopt\n"), "clflushopt");
	cr_assert_str_eq(probe_flush("clflush fpu"), "clflush");
	cr_assert_str_eq(probe_flush("fpu clwb\n"), "clwb", "the last on its line");
	cr_assert_str_eq(probe_flush("fpu xclwb clwbx clflushoptimal"), "none");
	cr_assert_str_eq(probe_flush(""), "none");
}

Test(probe, what_a_program_exports)
{
	/* The linker's own table of this program holds criterion's names, whole. */
	cr_assert(probe_exports("/proc/self/exe", "criterion_initialize") ||
		  probe_exports("/proc/self/exe", "__libc_start_main"));
	cr_assert_not(probe_exports("/bin/sh", "qemu_plugin_read_register"));
	cr_assert_not(probe_exports("/nothing/here", "main"));
	cr_assert_not(probe_exports("/dev/null", "main"));
	cr_assert_not(probe_exports("/tmp", "main"));
}

Test(probe, answers_on_any_machine)
{
	static const char *const members[] = { "schema", "regions", "filesystems", "mounts",
					       "claims", "kvm",	    "qemu",	   "guest_kernels",
					       "cpu",	 "missing", "choice" };
	json_t *probe = NULL;

	cr_assert_eq(probe_machine(&probe, &e), 0, "%s", e.what);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		cr_assert_not_null(json_object_get(probe, members[i]), "%s", members[i]);
	cr_assert_eq(json_object_size(probe), sizeof(members) / sizeof(members[0]));
	cr_assert_str_eq(
		json_string_value(json_object_get(json_object_get(probe, "choice"), "target")),
		"emulate");
	json_decref(probe);
}
