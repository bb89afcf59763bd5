// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/target_kind.h"

#include <stddef.h>
#include <string.h>

#include "daxbench/workload.h"

static const struct {
	unsigned int needs; /* any of these */
	const char *name;
	uint64_t align;
} kinds[TARGET_KINDS] = {
	[TARGET_FS] = { .needs = DX_NEED_DAX | DX_NEED_MAP_SYNC | DX_NEED_FS | DX_NEED_OWN_FS },
	[TARGET_RAW] = { DX_NEED_RAW, "raw", 0 },
	[TARGET_DEVDAX] = { DX_NEED_DEVDAX, "devdax", DX_PMD },
	[TARGET_DEVDAX_4K] = { DX_NEED_DEVDAX_4K, "devdax-4k", DX_PAGE },
};

enum target_kind target_kind_of(unsigned int needs)
{
	enum target_kind kind = TARGET_KINDS;

	while (--kind > TARGET_NONE && !(needs & kinds[kind].needs))
		;
	return kind;
}

const char *target_kind_name(enum target_kind kind)
{
	return kinds[kind].name;
}

enum target_kind target_kind_named(const char *name)
{
	for (unsigned int kind = TARGET_RAW; kind < TARGET_KINDS; kind++)
		if (!strcmp(name, kinds[kind].name))
			return (enum target_kind)kind;
	return !strcmp(name, TARGET_RAW_DAX_NAME) ? TARGET_RAW : TARGET_FS;
}

uint64_t target_kind_align(enum target_kind kind)
{
	return kinds[kind].align;
}
