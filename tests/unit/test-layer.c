// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a layer that is made on what the guard refuses. What it does to a device is
 * seen in a guest (tests/more/check-targets.sh).
 */
#include "bench/target/layer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct err e;

Test(layer, each_name_is_a_kind)
{
	enum layer_kind kind;

	cr_expect(layer_find("partition", &kind) && kind == LAYER_PARTITION);
	cr_expect(layer_find("linear", &kind) && kind == LAYER_LINEAR);
	cr_expect(layer_find("span", &kind) && kind == LAYER_SPAN);
	cr_expect(layer_find("sector", &kind) && kind == LAYER_SECTOR);
	cr_expect(layer_is_device(LAYER_LINEAR) && layer_is_device(LAYER_PARTITION));
	cr_expect_not(layer_is_device(LAYER_SECTOR));
	cr_expect_not(layer_is_device(LAYER_NONE));
	cr_expect_eq(layer_width(LAYER_NONE), 1);
	cr_expect_eq(layer_width(LAYER_SPAN), 2);
	kind = LAYER_SPAN;
	cr_expect_not(layer_find("raid", &kind));
	cr_expect_not(layer_find("", &kind));
	cr_expect_eq(kind, LAYER_SPAN, "untouched");
}

Test(layer, nothing_is_made_on_what_the_guard_refuses)
{
	static const char *const character[] = { "/dev/null" };
	static const char *const absent[] = { "/dev/no-such-device", "/dev/null" };
	struct layer *l = NULL;

	cr_expect_eq(layer_make(LAYER_LINEAR, character, &l, &e), -ENOTBLK);
	cr_expect(!strcmp(e.object, "/dev/null"), "%s", e.object);
	cr_expect_eq(layer_make(LAYER_SPAN, absent, &l, &e), -ENOENT);
	cr_expect_null(l);
	layer_remove(NULL);
}
