// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs of lines that a guest says were read: any bytes. What is taken is ascending and apart, has
 * its own lines and not those beside them, and can be joined with its own half.
 */
#include "checker/states/read_set.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void check(const struct read_set *s)
{
	const struct dx_trace_range *run;
	size_t n = read_set_runs(s, &run);

	for (size_t i = 0; i < n; i++) {
		uint64_t end = run[i].base + run[i].size;

		expect(run[i].size && end > run[i].base);
		expect(!i || run[i - 1].base + run[i - 1].size < run[i].base);
		expect(read_set_has(s, run[i].base) && read_set_has(s, end - DX_TRACE_LINE));
		expect(!read_set_has(s, end));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size / sizeof(struct dx_trace_range);
	struct dx_trace_range *run = malloc(n * sizeof(*run) + 1);
	struct read_set *whole = NULL, *half = NULL, *both;
	struct err e = { 0 };
	int r;

	expect(run != NULL);
	memcpy(run, data, n * sizeof(*run));
	r = read_set_make(&whole, run, n, &e);
	expect(!r || (r == -EBADMSG && e.what[0]));
	if (!r) {
		check(whole);
		expect(!read_set_make(&half, run, n / 2, &e));
		both = read_set_join(whole, half);
		expect(both != NULL);
		check(both);
		read_set_free(both);
	}
	read_set_free(half);
	read_set_free(whole);
	free(run);
	return 0;
}
