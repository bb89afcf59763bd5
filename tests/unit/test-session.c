// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options that do not go together, and what no device is needed to refuse. Caught is a
 * contradiction that is passed over: the run would not be of what was asked for.
 */
#include "bench/session.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct err e;

static void expect_refused(const struct session *s, const char *option)
{
	cr_assert_eq(session_check(s, &e), -EINVAL, "%s", option);
	cr_expect_str_eq(e.object, option);
}

Test(session, what_a_guest_alone_has)
{
	expect_refused(&(struct session){ .target = "/tmp", .legacy_pmem = true }, "--pmem");
	expect_refused(&(struct session){ .device = "/dev/pmem0", .cpu_cache_persists = true },
		       "--persistence");
	expect_refused(&(struct session){ .target = "/tmp", .flush = EMULATE_CLFLUSH }, "--flush");
	expect_refused(&(struct session){ .target = "/tmp", .layer = LAYER_SECTOR }, "--layer");
	expect_refused(&(struct session){ .target = "/tmp", .sysfs = { "a=1" } }, "--sysfs");
	cr_expect_eq(session_check(&(struct session){ .legacy_pmem = true }, &e), 0);
	cr_expect_eq(session_check(&(struct session){ .layer = LAYER_SECTOR }, &e), 0);
}

Test(session, one_place_only)
{
	expect_refused(&(struct session){ .target = "/tmp", .device = "/dev/pmem0" }, "--target");
	expect_refused(&(struct session){ .target = "/tmp", .emulate = true }, "--emulate");
	expect_refused(&(struct session){ .target = "/tmp", .rt = "/dev/pmem1" }, "--rt");
}

/* Each kind of device is asked of it, and is skipped for the reason that is told. */
Test(session, a_directory_has_no_device)
{
	const struct session s = { .target = "/tmp" };

	for (unsigned int kind = TARGET_RAW; kind < TARGET_KINDS; kind++) {
		struct target_claims claims;
		struct target *t = NULL;

		cr_expect_eq(
			session_open_target(&s, (enum target_kind)kind, NULL, 0, &claims, &t, &e),
			-EOPNOTSUPP);
		cr_expect_str_eq(e.object, "/tmp");
		cr_expect(strstr(e.hint, "--device"));
		cr_expect_null(t);
	}
}
