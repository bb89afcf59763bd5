// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which cells there are, and in which order. Caught is a cell that is silently left
 * out, a device's that is run once for each file system, and one without a target
 * that does not say why.
 */
#include "bench/plan.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DX_WORKLOAD(of_none)
= { .name = "a-none", .groups = "all" };
DX_WORKLOAD(of_raw)
= { .name = "b-raw", .groups = "all", .needs = DX_NEED_RAW };
DX_WORKLOAD(of_files)
= { .name = "c-files", .groups = "all", .needs = DX_NEED_FS };
DX_WORKLOAD(of_devdax_4k)
= { .name = "d-devdax-4k", .groups = "all", .needs = DX_NEED_DEVDAX_4K };
DX_WORKLOAD(of_devdax)
= { .name = "e-devdax", .groups = "all", .needs = DX_NEED_DEVDAX };

static char dir[] = "/tmp/test-plan-XXXXXX";
static struct session session;
static struct plan plan;
static struct err e;
static char *all[] = { (char *)"all" };

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static void drop(void)
{
	plan_release(&plan);
	rmdir(dir);
}

TestSuite(plan, .init = make_dir, .fini = drop);

static void make(void)
{
	cr_assert_eq(plan_make(&plan, &session, LENS_BENCH, all, 1, &e), 0, "%s", e.what);
}

Test(plan, a_device_is_one_cell)
{
	session.fs[0] = (char *)"ext4";
	session.fs[1] = (char *)"xfs";
	session.fs[2] = (char *)"xfs-rt";
	make();
	cr_expect_eq(plan.n_selections, 5);
	cr_expect_eq(plan.cells, 1 + 3 + 1 + 1 + 1);
}

/* It need not be one that words can mean. */
Test(plan, of_one_workload)
{
	static const struct dx_workload mine = { .name = "mine", .needs = DX_NEED_FS };
	const struct selection one = { .workload = &mine };

	cr_assert_eq(plan_make_of(&plan, &session, &one, &e), 0, "%s", e.what);
	cr_expect_eq(plan.n_selections, 1);
	cr_expect_eq(plan.cells, 2);
	cr_expect_eq(plan.selections[0].workload, &mine);
}

struct seen {
	char text[256];
	int stop_at; /* -1: never */
	int n;
};

static int see(void *data, const struct selection *s, struct target *t, const char *fs,
	       const struct err *no_target, struct err *why)
{
	struct seen *seen = data;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%s %s %s\n", s->workload->name,
		 fs ? fs : "-",
		 t	     ? "target"
		 : no_target ? "no target"
			     : "none");
	if (no_target) {
		cr_expect_eq(no_target->code, -EOPNOTSUPP);
		cr_expect(strstr(no_target->what, "directory"), "%s", no_target->what);
		cr_expect(strstr(no_target->hint, "--device"), "%s", no_target->hint);
	}
	return seen->n++ == seen->stop_at ? err_set(why, -EIO, "test", "stopped") : 0;
}

/* A directory has no device to give, and says so for each of its cells. */
Test(plan, the_order_of_cells)
{
	struct seen seen = { .stop_at = -1 };

	session.target = dir;
	make();
	cr_assert_eq(plan_walk(&plan, &session, see, &seen, &e), 0, "%s", e.what);
	cr_expect_str_eq(seen.text, "a-none - none\n"
				    "c-files - target\n"
				    "b-raw raw no target\n"
				    "e-devdax devdax no target\n"
				    "d-devdax-4k devdax-4k no target\n");
	cr_expect_eq((size_t)seen.n, plan.cells);
}

Test(plan, a_failure_ends_it)
{
	struct seen seen = { .stop_at = 2 };

	session.target = dir;
	make();
	cr_expect_eq(plan_walk(&plan, &session, see, &seen, &e), -EIO);
	cr_expect_eq(seen.n, 3);
}
