// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/coverage.h"

#include <sys/mman.h>

/* What tells operations of a kind apart: a few bits of their flags. */
static unsigned int letter_of(const struct dx_list_op *op)
{
	unsigned int variant = 0;

	switch (op->op) {
	case DX_OP_FALLOCATE:
		/* KEEP_SIZE does not change what is done: the other bits, 1 << 1 to 1 << 6 */
		for (uint64_t bits = op->arg[0] >> 1; bits; bits >>= 1)
			variant++;
		return variant ? DX_OP_COUNT + variant % 8 : DX_OP_FALLOCATE;
	case DX_OP_RENAME:
		return op->arg[0] ? DX_OP_COUNT + 8 + (unsigned int)op->arg[0] % 8 : DX_OP_RENAME;
	case DX_OP_MSYNC:
		return op->arg[2] == MS_ASYNC ? DX_OP_COUNT + 16 : DX_OP_MSYNC;
	default:
		return op->op;
	}
}

void coverage_add(struct coverage *c, const struct oplist *list)
{
	unsigned int last = 0;

	c->lists++;
	c->operations += list->n;
	for (size_t i = 0; i < list->n; i++) {
		unsigned int letter = letter_of(&list->op[i]);

		c->occurs[letter] = true;
		if (i)
			c->follows[last][letter] = true;
		last = letter;
	}
}

void coverage_count(const struct coverage *c, size_t *ret_seen, size_t *ret_possible)
{
	size_t letters = 0, seen = 0;

	for (unsigned int a = 0; a < COVERAGE_LETTERS; a++) {
		letters += c->occurs[a];
		for (unsigned int b = 0; b < COVERAGE_LETTERS; b++)
			seen += c->follows[a][b];
	}
	*ret_seen = seen;
	*ret_possible = letters * letters;
}
