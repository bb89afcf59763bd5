// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attributes of files and directories. A chmod or setxattr is done or not: nothing in between
 * is legal, so a version has one value.
 */
#include "checker/states/history_state.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>

int history_attributes_init(struct history_object *o, uint64_t mode)
{
	for (int i = 0; i < HISTORY_ATTRIBUTES; i++) {
		struct history_attribute *a = &o->attribute[i];

		a->value = calloc(1, sizeof(*a->value)); /* the first version: there is none */
		if (!a->value)
			return -ENOMEM;
		a->n = a->room = 1;
	}
	o->attribute[HISTORY_MODE].value->mode = mode;
	return 0;
}

void history_attributes_release(struct history_object *o)
{
	for (int i = 0; i < HISTORY_ATTRIBUTES; i++)
		free(o->attribute[i].value);
}

static int add_version(struct history_attribute *a, const struct history_value *v)
{
	struct history_value *more = grow(a->value, a->n, &a->room, sizeof(*more));

	if (!more)
		return -ENOMEM;
	a->value = more;
	a->value[a->n++] = *v;
	return 0;
}

int history_attributes_lose(struct history_object *o, uint64_t seq)
{
	const struct history_value any = { .began = seq,
					   .over = HISTORY_NEVER,
					   .is_unknown = true };
	int r = 0;

	for (int i = 0; !r && i < HISTORY_ATTRIBUTES; i++)
		r = add_version(&o->attribute[i], &any);
	return r;
}

int history_attributes_begin(struct history_object *o, const struct oplog_op *op, uint64_t seq)
{
	struct history_value v = { .began = seq, .over = HISTORY_NEVER, .op = op };

	if (op->rec->op == DX_OP_CHMOD) {
		v.mode = arg(op, 0);
		return add_version(&o->attribute[HISTORY_MODE], &v);
	}
	v.size = op->rec->op == DX_OP_SETXATTR ? arg(op, 1) : 0;
	return add_version(&o->attribute[HISTORY_XATTRS + arg(op, 0)], &v);
}

void history_attributes_end(struct history_object *o, uint64_t began, uint64_t seq)
{
	for (int i = 0; i < HISTORY_ATTRIBUTES; i++) {
		struct history_attribute *a = &o->attribute[i];

		for (size_t v = a->n; v-- > 1 && a->value[v].began >= began;)
			if (a->value[v].began == began)
				a->value[v].over = seq;
	}
}

void history_attributes_promise(struct history_object *o, const struct oplog_op *op, uint64_t began)
{
	for (int i = 0; i < HISTORY_ATTRIBUTES; i++) {
		struct history_attribute *a = &o->attribute[i];
		size_t v = a->n - 1;

		while (v && a->value[v].over > began)
			v--;
		if (a->promise && v <= a->floor)
			continue;
		a->floor = v;
		a->promise = op;
	}
}

bool history_may_be_set(const struct history_attribute *a, size_t i)
{
	return i >= a->floor || (i && a->value[i].over > a->value[a->floor].began);
}
