// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a knob that is written to outside of /sys, and words that name none. */
#include "bench/sysfs.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(sysfs, is_a_file_and_a_value)
{
	static const char *const good[] = { "a=1", "module/kernel/parameters/daxzoo=0",
					    "block/pmem0/dax/write_cache=a=b", "a/..b/c.=1" };
	static const char *const bad[] = { "",	     "a",      "a=",	   "=1",    "/a=1", "a/=1",
					   "a//b=1", "../a=1", "a/../b=1", "./a=1", "a/.=1" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_expect_eq(sysfs_check(good[i]), 0, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(sysfs_check(bad[i]), -EINVAL, "%s", bad[i]);
}

Test(sysfs, is_no_longer_than_a_path)
{
	char text[5000];

	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 3, "=1", 3);
	cr_expect_eq(sysfs_check(text), -EINVAL);
}

/* Nothing is written here: the file is not there. */
Test(sysfs, tells_of_a_file_that_is_not_there)
{
	struct err e = { 0 };

	cr_expect_eq(sysfs_set("kernel/no-such-file-of-daxbench=1", &e), -ENOENT);
	cr_expect_str_eq(e.object, "/sys/kernel/no-such-file-of-daxbench");
	cr_expect_eq(sysfs_set("../etc/passwd=1", &e), -EINVAL);
}
