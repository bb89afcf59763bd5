// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/list/oplist_cut.h"
#include "checker/list/oplist_form.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX

enum { FILES, MAPS, KINDS };

/* What an operation needs: the operation that filled the slot, NONE where it needs none. */
struct needs {
	size_t self, other; /* for what it is done to, and for the file among its arguments */
};

static bool is_map(const struct dx_list_op *op)
{
	return oplist_kind(op->op)->object == OPLOG_MAP;
}

static bool has_slot(const struct dx_list_op *op)
{
	return oplist_kind(op->op)->object != OPLOG_NO_OBJECT;
}

static bool is_maker(const struct dx_list_op *op)
{
	return op->op == DX_OP_OPEN || op->op == DX_OP_MAP;
}

static bool is_ender(const struct dx_list_op *op)
{
	return op->op == DX_OP_CLOSE || op->op == DX_OP_UNMAP;
}

/* The argument that is another file's slot; -1: none. */
static int file_arg(const struct dx_list_op *op)
{
	for (int i = 0; i < 4; i++)
		if (oplist_kind(op->op)->arg[i].type == OPLOG_HANDLE)
			return i;
	return -1;
}

typedef size_t makers[KINDS][DX_LIST_SLOTS];

/* Who needs whom, in an array that the caller frees; NULL: no memory. */
static struct needs *find_needs(const struct oplist *list)
{
	AUTO_FREE makers *made = malloc(DX_LIST_WORKERS * sizeof(*made));
	struct needs *needs = malloc((list->n + 1) * sizeof(*needs));

	if (!made || !needs) {
		free(needs);
		return NULL;
	}
	memset(made, 0xff, DX_LIST_WORKERS * sizeof(*made));
	for (size_t i = 0; i < list->n; i++) {
		const struct dx_list_op *op = &list->op[i];
		size_t *slot = &made[op->worker][is_map(op)][op->slot];
		int arg = file_arg(op);

		needs[i].self = has_slot(op) && !is_maker(op) ? *slot : NONE;
		needs[i].other = arg < 0 ? NONE : made[op->worker][FILES][op->arg[arg]];
		if (is_maker(op))
			*slot = i;
	}
	return needs;
}

/* ---- a part ---- */

struct cutter {
	const struct oplist *list;
	const struct needs *needs;
	bool (*used)[KINDS][DX_LIST_SLOTS]; /* by worker */
	uint32_t *slot;			    /* that an open or a map got, by its place in the list;
					     * UINT32_MAX: it fell */
};

static bool is_there(const struct cutter *c, size_t maker)
{
	return maker == NONE || c->slot[maker] != UINT32_MAX;
}

static int take_slot(struct cutter *c, size_t i)
{
	const struct dx_list_op *op = &c->list->op[i];
	bool *used = c->used[op->worker][is_map(op)];
	uint32_t slot = 0;

	while (slot < DX_LIST_SLOTS && used[slot])
		slot++;
	if (slot == DX_LIST_SLOTS)
		return -E2BIG;
	used[slot] = true;
	c->slot[i] = slot;
	return 0;
}

static int add(struct cutter *c, size_t i, struct oplist *ret)
{
	struct dx_list_op op = c->list->op[i];
	const struct needs *n = &c->needs[i];
	int arg = file_arg(&op), r = 0;

	if (n->other != NONE)
		op.arg[arg] = c->slot[n->other];
	if (is_maker(&op))
		r = take_slot(c, i);
	if (r)
		return r;
	if (has_slot(&op))
		op.slot = c->slot[is_maker(&op) ? i : n->self];
	if (is_ender(&op))
		c->used[op.worker][is_map(&op)][op.slot] = false;
	return oplist_add(ret, &op);
}

static int cut(struct cutter *c, const bool *keep, struct oplist *ret)
{
	int r = 0;

	for (size_t i = 0; !r && i < c->list->n; i++) {
		c->slot[i] = UINT32_MAX;
		if (keep[i] && is_there(c, c->needs[i].self) && is_there(c, c->needs[i].other))
			r = add(c, i, ret);
	}
	return r;
}

int oplist_cut(struct oplist *ret, const struct oplist *list, const bool *keep)
{
	AUTO_FREE struct needs *needs = find_needs(list);
	AUTO_FREE uint32_t *slot = malloc((list->n + 1) * sizeof(*slot));
	AUTO_FREE void *used = calloc(DX_LIST_WORKERS, KINDS * DX_LIST_SLOTS);
	struct cutter c = { .list = list, .needs = needs, .used = used, .slot = slot };
	struct oplist part = { 0 };
	int r = needs && slot && used ? cut(&c, keep, &part) : -ENOMEM;

	if (r)
		oplist_release(&part);
	else
		*ret = part;
	return r;
}

/* ---- what concerns a file ---- */

struct names {
	const char **name;
	size_t n;
};

/* The same, or a directory above it. */
static bool leads_to(const char *name, const char *to)
{
	size_t len = strlen(name);

	return !strncmp(name, to, len) && (!to[len] || to[len] == '/');
}

static bool concerns(const struct names *names, const char *name)
{
	for (size_t i = 0; name && i < names->n; i++)
		if (leads_to(name, names->name[i]) || leads_to(names->name[i], name))
			return true;
	return false;
}

/* All names of the file, and of what is moved along with it: until no more are found. */
static void find_names(const struct oplist *list, struct names *names)
{
	size_t before;

	do {
		before = names->n;
		for (size_t i = 0; i < list->n; i++) {
			const char *const *text = list->op[i].text;

			if (!text[0] || !text[1])
				continue;
			if (concerns(names, text[0]) && !concerns(names, text[1]))
				names->name[names->n++] = text[1];
			else if (concerns(names, text[1]) && !concerns(names, text[0]))
				names->name[names->n++] = text[0];
		}
	} while (names->n > before);
}

/* By the name that it has, or by that of what it is done to. */
static bool is_about(const struct oplist *list, const struct needs *needs, size_t i,
		     const struct names *names)
{
	const struct dx_list_op *op = &list->op[i];

	if (op->text[0])
		return concerns(names, op->text[0]) || concerns(names, op->text[1]);
	if (op->op == DX_OP_MAP)
		return is_about(list, needs, needs[i].other, names);
	return needs[i].self == NONE || is_about(list, needs, needs[i].self, names);
}

/* The makers of what is kept are kept. */
static void keep_needed(const struct oplist *list, const struct needs *needs, bool *keep)
{
	for (size_t i = list->n; i-- > 0;) {
		if (!keep[i])
			continue;
		if (needs[i].self != NONE)
			keep[needs[i].self] = true;
		if (needs[i].other != NONE)
			keep[needs[i].other] = true;
	}
}

int oplist_cut_to_file(const struct oplist *list, const char *name, size_t last, bool *keep)
{
	AUTO_FREE struct needs *needs = find_needs(list);
	AUTO_FREE const char **room = calloc(2 * list->n + 1, sizeof(*room));
	struct names names = { room, 1 };

	if (!needs || !room)
		return -ENOMEM;
	room[0] = name;
	find_names(list, &names);
	for (size_t i = 0; i < list->n; i++)
		keep[i] &= i == last || is_about(list, needs, i, &names);
	keep_needed(list, needs, keep);
	return 0;
}
