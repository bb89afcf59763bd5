// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/err.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(err, one_line)
{
	struct err e;
	char buf[256], tiny[8];

	cr_assert_eq(err_set(&e, -EBUSY, "/dev/pmem0", "mkfs: mounted on %s", "/mnt"), -EBUSY);
	cr_assert_str_eq(err_format(&e, buf, sizeof(buf)), "/dev/pmem0: mkfs: mounted on /mnt");
	cr_assert_eq(err_hint(&e, "unmount it"), -EBUSY);
	cr_assert_str_eq(err_format(&e, buf, sizeof(buf)),
			 "/dev/pmem0: mkfs: mounted on /mnt; unmount it");
	cr_assert_str_eq(err_format(&e, tiny, sizeof(tiny)), "/dev/pm");
}

Test(err, a_new_error_has_no_old_hint)
{
	struct err e;
	char buf[256];

	err_set(&e, -EIO, "a", "b");
	err_hint(&e, "c");
	err_sys(&e, -ENOENT, "x", "open");
	cr_assert_str_eq(err_format(&e, buf, sizeof(buf)), "x: open: No such file or directory");
}

Test(err, nobody_asked)
{
	cr_assert_eq(err_set(NULL, -EIO, "a", "b"), -EIO);
	cr_assert_eq(err_hint(NULL, "c"), -EIO);
}
