// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a target is refused for, without a device to make one of. Caught is a device
 * that is taken for one of another kind: it would be written in a way that it is not.
 */
#include "bench/target/target.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err e;

/* A device that the guard would have said yes to: of no such kind as is asked for. */
static struct target_claims claims_of(bool character)
{
	struct target_claims c = { .data.lock_fd = -1, .rt.lock_fd = -1 };

	c.data.id.character = character;
	snprintf(c.data.id.path, sizeof(c.data.id.path), "%s",
		 character ? "/dev/dax9.0" : "/dev/pmem9");
	return c;
}

static void expect_unsupported(enum target_kind kind, bool character, const char *says)
{
	const struct target_claims claims = claims_of(character);
	struct target_spec spec = { .kind = kind, .device = claims.data.id.path, .fs = "ext4" };
	struct target *t = NULL;

	cr_assert_eq(target_open(&spec, &claims, 0, &t, &e), -EOPNOTSUPP, "kind %d: %s", kind,
		     e.what);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
	cr_expect(e.hint[0], "says what to give");
	cr_expect_null(t);
}

Test(target, of_another_kind)
{
	expect_unsupported(TARGET_RAW, true, "device-dax");
	expect_unsupported(TARGET_FS, true, "holds no file system");
	expect_unsupported(TARGET_DEVDAX, false, "a block device");
	expect_unsupported(TARGET_DEVDAX_4K, false, "a block device");
}

Test(target, nothing_is_none)
{
	cr_expect_str_eq(target_mode(NULL), "none");
}

/* A directory: its cells are empty ones in it, and no device. */
Test(target, a_directory)
{
	char dir[] = "/tmp/test-target-XXXXXX", path[64];
	struct target_spec spec = { .kind = TARGET_FS, .dir = mkdtemp(dir) };
	struct target *t;
	int cell;

	cr_assert(spec.dir);
	cr_assert_eq(target_open(&spec, NULL, 0, &t, &e), 0, "%s", e.what);
	cr_expect_eq(target_as_device(t).size, 0);
	cr_expect_eq(target_which(t), TARGET_FS);
	cr_expect(!strcmp(target_mode(t), "pagecache") || target_is_dax(t));
	cr_assert_eq(target_cell(t, "w", &cell, &e), 0, "%s", e.what);
	cr_expect_neq(faccessat(cell, DX_DEVICE, F_OK, 0), 0);
	close(cell);
	target_cell_done(t, "w");
	snprintf(path, sizeof(path), "%s/daxbench-w", dir);
	cr_expect_neq(access(path, F_OK), 0);
	target_close(t);
	cr_expect_eq(rmdir(dir), 0);
}

Test(target, not_a_directory)
{
	struct target_spec spec = { .kind = TARGET_FS, .dir = "/etc/passwd" };
	struct target *t;

	cr_expect_eq(target_open(&spec, NULL, 0, &t, &e), -ENOTDIR);
	spec.dir = "/no/such/directory";
	cr_expect_eq(target_open(&spec, NULL, 0, &t, &e), -ENOENT);
}
