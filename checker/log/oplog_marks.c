// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/log/oplog_marks.h"

#include <errno.h>
#include <stdlib.h>

struct oplog_marks {
	size_t n;
	const struct oplog_op *op[]; /* by worker, then by number */
};

static int compare(const struct oplog_op *op, uint32_t worker, uint64_t number)
{
	if (op->worker != worker)
		return op->worker < worker ? -1 : 1;
	return op->number < number ? -1 : op->number > number;
}

static int compare_ops(const void *a, const void *b)
{
	const struct oplog_op *const *x = a, *const *y = b;

	return compare(*x, (*y)->worker, (*y)->number);
}

int oplog_marks_new(struct oplog_marks **ret, const struct oplog *log)
{
	size_t n = oplog_count(log);
	struct oplog_marks *m = malloc(sizeof(*m) + n * sizeof(m->op[0]));

	if (!m)
		return -ENOMEM;
	m->n = n;
	for (size_t i = 0; i < n; i++)
		m->op[i] = oplog_at(log, i);
	qsort(m->op, n, sizeof(m->op[0]), compare_ops);
	*ret = m;
	return 0;
}

const struct oplog_op *oplog_marks_find(const struct oplog_marks *m, uint32_t worker,
					uint64_t number)
{
	size_t low = 0, high = m ? m->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(m->op[middle], worker, number);

		if (!order)
			return m->op[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void oplog_marks_free(struct oplog_marks *m)
{
	free(m);
}
