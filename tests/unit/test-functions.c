// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches instructions that are counted for another function, twice, or for none, and a
 * count that was cut short and is taken for whole.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "bench/functions.h"
#include "bench/results/json_get.h"

#define ROOM 16

static const char kallsyms[] = "ffffffff81000000 T first\n"
			       "ffffffff81000040 t second\n"
			       "ffffffff81000080 t twice\n"
			       "ffffffff81001000 t twice\n"
			       "ffffffff81001040 t second.isra.0.cold\n";

static struct {
	struct dx_trace_profile head;
	struct dx_trace_executed at[ROOM];
} profile;

static void execute(uint64_t addr, uint64_t times)
{
	profile.at[profile.head.n++] = (struct dx_trace_executed){ addr, times };
}

static int describe(json_t **ret, struct err *e)
{
	struct symbols *names;
	int r;

	cr_assert_eq(symbols_parse(&names, kallsyms, strlen(kallsyms), "test", e), 0);
	r = functions_describe(&profile.head, ROOM, 4, names, ret, e);
	symbols_close(names);
	return r;
}

static json_int_t of(const json_t *j, const char *name)
{
	return number_of(json_object_get(j, "kernel"), name);
}

Test(functions, addresses_become_functions)
{
	struct err e;
	json_t *j;

	execute(0xffffffff81000004, 10);
	execute(0xffffffff81000044, 1);
	execute(0xffffffff81000000, 5);
	execute(0xffffffff8100007f, 2);
	execute(0, 100);
	cr_assert_eq(describe(&j, &e), 0, "%s", e.what);
	cr_assert_eq(of(j, "first"), 15);
	cr_assert_eq(of(j, "second"), 3);
	cr_assert_eq(number_of(j, "user"), 100);
	cr_assert_eq(number_of(j, "of_ops"), 4);
	cr_assert_eq(json_object_size(json_object_get(j, "kernel")), 2);
	json_decref(j);
}

Test(functions, two_of_one_name_are_one)
{
	struct err e;
	json_t *j;

	execute(0xffffffff81000080, 7);
	execute(0xffffffff81001004, 8);
	cr_assert_eq(describe(&j, &e), 0, "%s", e.what);
	cr_assert_eq(of(j, "twice"), 15);
	json_decref(j);
}

/* Two kernels need not have the same copies of a function. */
Test(functions, copies_of_the_compiler_are_the_function)
{
	struct err e;
	json_t *j;

	execute(0xffffffff81000040, 1);
	execute(0xffffffff81001048, 2);
	cr_assert_eq(describe(&j, &e), 0, "%s", e.what);
	cr_assert_eq(of(j, "second"), 3);
	cr_assert_eq(json_object_size(json_object_get(j, "kernel")), 1);
	json_decref(j);
}

Test(functions, nothing_is_lost)
{
	struct err e;
	json_t *j;

	execute(0xffff888000001000, 3); /* before the first symbol */
	execute(DX_TRACE_PROFILE_REST, 4);
	cr_assert_eq(describe(&j, &e), 0, "%s", e.what);
	cr_assert_eq(of(j, "?"), 7);
	json_decref(j);
}

Test(functions, in_the_order_of_names)
{
	struct err e;
	json_t *j;

	execute(0xffffffff81000080, 1);
	execute(0xffffffff81000000, 1);
	cr_assert_eq(describe(&j, &e), 0, "%s", e.what);
	cr_assert_str_eq(json_object_iter_key(json_object_iter(json_object_get(j, "kernel"))),
			 "first");
	json_decref(j);
}

Test(functions, cut_short_is_an_error)
{
	struct err e;
	json_t *j;

	profile.head.n = ROOM + 1;
	cr_assert_eq(describe(&j, &e), -ENOSPC);
}
