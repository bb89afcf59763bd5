// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/read_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct read_set {
	size_t n;
	struct dx_trace_range run[];
};

static struct read_set *make_room(size_t n)
{
	struct read_set *s = calloc(1, sizeof(*s) + n * sizeof(s->run[0]));

	if (s)
		s->n = n;
	return s;
}

int read_set_make(struct read_set **ret, const struct dx_trace_range *run, size_t n, struct err *e)
{
	uint64_t end = 0;
	struct read_set *s;

	for (size_t i = 0; i < n; i++) {
		if (run[i].base % DX_TRACE_LINE || run[i].size % DX_TRACE_LINE || !run[i].size ||
		    run[i].base + run[i].size < run[i].base || (i && run[i].base <= end))
			return err_set(e, -EBADMSG, "what was read", "run %zu cannot be", i);
		end = run[i].base + run[i].size;
	}
	s = make_room(n);
	if (!s)
		return err_sys(e, -ENOMEM, "what was read", "keep");
	if (n)
		memcpy(s->run, run, n * sizeof(*run));
	*ret = s;
	return 0;
}

/* Behind what is in @s, or as part of its last run. */
static void append(struct read_set *s, const struct dx_trace_range *run)
{
	struct dx_trace_range *last = s->n ? &s->run[s->n - 1] : NULL;
	uint64_t end = run->base + run->size;

	if (!last || run->base > last->base + last->size)
		s->run[s->n++] = *run;
	else if (end > last->base + last->size)
		last->size = end - last->base;
}

struct read_set *read_set_join(const struct read_set *a, const struct read_set *b)
{
	struct read_set *s = make_room(a->n + b->n);
	size_t i = 0, k = 0;

	if (!s)
		return NULL;
	s->n = 0;
	while (i < a->n || k < b->n)
		if (k == b->n || (i < a->n && a->run[i].base < b->run[k].base))
			append(s, &a->run[i++]);
		else
			append(s, &b->run[k++]);
	return s;
}

bool read_set_has(const struct read_set *s, uint64_t addr)
{
	size_t from = 0, to = s->n; /* the last run that begins at @addr or below */

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (s->run[middle].base <= addr)
			from = middle + 1;
		else
			to = middle;
	}
	return from && addr - s->run[from - 1].base < s->run[from - 1].size;
}

size_t read_set_runs(const struct read_set *s, const struct dx_trace_range **ret)
{
	*ret = s->run;
	return s->n;
}

void read_set_free(struct read_set *s)
{
	free(s);
}
