// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an operation log to the list that does the same again.
 *
 * Run-time handles become slots, always the lowest that is free: the list of a
 * log that ran a list with its slots given out so is that list again. What a
 * worker uses and has not made in the part of the log that is taken (a file of
 * prepare(), or of another worker) it opens or maps anew, just before, by the
 * name that it was opened by.
 *
 * Left out is what a list has no words for or no need of: the harness's own
 * records, barriers (a list has one order anyway), and opens and maps that were
 * refused, for they changed nothing.
 */
#include "checker/list/oplist.h"
#include "checker/list/oplist_form.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define HANDLES (DX_LOG_WORKERS * DX_LOG_HANDLES)

struct converter {
	struct oplist list;
	const struct oplog_op *made[HANDLES];	     /* the open or map that succeeded, by handle */
	uint16_t slot[DX_LOG_WORKERS][HANDLES];	     /* + 1; 0: none */
	bool used[DX_LOG_WORKERS][2][DX_LIST_SLOTS]; /* files, mappings */
	const char *name;
	struct err *e;
};

static bool is_maker(const struct oplog_op *op)
{
	return op->rec->op == DX_OP_OPEN || op->rec->op == DX_OP_MAP;
}

static bool is_ender(const struct oplog_op *op)
{
	return op->rec->op == DX_OP_CLOSE || op->rec->op == DX_OP_UNMAP;
}

static int add(struct converter *c, const struct dx_list_op *op)
{
	int r = oplist_add(&c->list, op);

	return r ? err_sys(c->e, r, c->name, "write as a list") : 0;
}

/* The lowest free slot for @handle, which the worker does not have yet. */
static int take_slot(struct converter *c, uint32_t worker, uint32_t handle, bool is_map,
		     uint32_t *ret)
{
	bool *used = c->used[worker][is_map];

	for (uint32_t i = 0; i < DX_LIST_SLOTS; i++) {
		if (used[i])
			continue;
		used[i] = true;
		c->slot[worker][handle] = (uint16_t)(i + 1);
		*ret = i;
		return 0;
	}
	return err_set(c->e, -E2BIG, c->name,
		       "worker %u has more than %u files or mappings at once: no list holds them",
		       worker, DX_LIST_SLOTS);
}

static void give_slot(struct converter *c, uint32_t worker, uint32_t handle, bool is_map)
{
	uint16_t slot = c->slot[worker][handle];

	if (slot)
		c->used[worker][is_map][slot - 1] = false;
	c->slot[worker][handle] = 0;
}

static int slot_of(struct converter *c, uint32_t worker, uint32_t handle, enum dx_log_op maker,
		   uint32_t *ret);

/* What another made of @handle, once more for this worker. */
static int make_anew(struct converter *c, uint32_t worker, uint32_t handle, enum dx_log_op maker,
		     uint32_t *ret)
{
	const struct oplog_op *made = c->made[handle];
	struct dx_list_op op;
	uint32_t file = 0;
	int r;

	if (!made || made->rec->op != maker)
		return err_set(c->e, -EBADMSG, c->name, "worker %u uses handle %u, which is no %s",
			       worker, handle, maker == DX_OP_MAP ? "mapping" : "open file");
	op = (struct dx_list_op){ .op = made->rec->op,
				  .worker = (uint16_t)worker,
				  .text = { made->text[0] } };
	memcpy(op.arg, made->rec->arg, sizeof(op.arg));
	if (maker == DX_OP_MAP) {
		r = slot_of(c, worker, (uint32_t)made->rec->arg[0], DX_OP_OPEN, &file);
		if (r)
			return r;
		op.arg[0] = file;
	} else {
		op.arg[0] &= ~(uint64_t)(O_EXCL | O_TRUNC);
	}
	r = take_slot(c, worker, handle, maker == DX_OP_MAP, &op.slot);
	*ret = op.slot;
	return r ? r : add(c, &op);
}

/* @maker: what makes such a handle, an open or a map. */
static int slot_of(struct converter *c, uint32_t worker, uint32_t handle, enum dx_log_op maker,
		   uint32_t *ret)
{
	if (!c->slot[worker][handle])
		return make_anew(c, worker, handle, maker, ret);
	*ret = c->slot[worker][handle] - 1U;
	return 0;
}

/* The slot that @op is done to. */
static int find_slot(struct converter *c, const struct oplog_op *op, uint32_t *ret)
{
	uint32_t handle = op->rec->handle;
	int r;

	if (op->kind->object == OPLOG_NO_OBJECT)
		return 0;
	if (is_maker(op))
		return take_slot(c, op->worker, handle, op->rec->op == DX_OP_MAP, ret);
	r = slot_of(c, op->worker, handle, op->kind->object == OPLOG_MAP ? DX_OP_MAP : DX_OP_OPEN,
		    ret);
	if (!r && is_ender(op))
		give_slot(c, op->worker, handle, op->rec->op == DX_OP_UNMAP);
	return r;
}

static int convert(struct converter *c, const struct oplog_op *from)
{
	struct dx_list_op op = { .op = from->rec->op,
				 .worker = (uint16_t)from->worker,
				 .text = { from->text[0], from->text[1] } };
	uint32_t file = 0;
	int r = 0;

	for (size_t i = 0; !r && i < 4; i++) {
		const struct oplog_arg *arg = &from->kind->arg[i];

		op.arg[i] = arg->type == OPLOG_GENERATION ? 0 : from->rec->arg[i];
		if (arg->type != OPLOG_HANDLE)
			continue;
		r = slot_of(c, from->worker, (uint32_t)from->rec->arg[i], DX_OP_OPEN, &file);
		op.arg[i] = file;
	}
	if (!r)
		r = find_slot(c, from, &op.slot);
	return r ? r : add(c, &op);
}

/* Has @op a place in a list, and all that it needs there? */
static bool is_listed(const struct oplog_op *op)
{
	if (!oplist_kind(op->rec->op) || (is_maker(op) && op->rec->result < 0))
		return false;
	for (unsigned int i = 0; i < op->kind->texts; i++)
		if (!op->text[i])
			return false; /* its worker was killed before it was written */
	return op->rec->handle || op->kind->object != OPLOG_FILE_OR_NONE; /* else the harness's */
}

/* All, or what is done when @last is; NULL: all. */
static int convert_all(struct converter *c, const struct oplog *log, bool prepare,
		       const struct oplog_op *last)
{
	bool taken = false;
	int r = 0;

	for (size_t i = 0; !r && i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		if (op->rec->op == DX_OP_TARGET)
			return err_set(c->e, -EOPNOTSUPP, c->name,
				       "has a device and no files: a list has files");
		if (op->rec->op == DX_OP_PHASE)
			taken = op->rec->arg[0] == 1 || (op->rec->arg[0] == 0 && prepare);
		if (!is_listed(op))
			continue;
		if (is_maker(op))
			c->made[op->rec->handle] = op;
		if (taken)
			r = convert(c, op);
		if (op == last)
			break;
	}
	return r;
}

static int make_list(struct oplist *ret, const struct oplog *log, bool prepare,
		     const struct oplog_op *last, struct err *e)
{
	AUTO_FREE struct converter *c = calloc(1, sizeof(*c));
	const char *name = oplog_header(log)->workload;
	int r;

	if (!c)
		return err_sys(e, -ENOMEM, name, "write as a list");
	c->name = name;
	c->e = e;
	r = convert_all(c, log, prepare, last);
	if (!r)
		r = oplist_check(&c->list, name, NULL, e);
	if (r)
		oplist_release(&c->list);
	else
		*ret = c->list;
	return r;
}

int oplist_from_log(struct oplist *ret, const struct oplog *log, bool prepare, struct err *e)
{
	return make_list(ret, log, prepare, NULL, e);
}

int oplist_log_length(const struct oplog *log, bool prepare, const struct oplog_op *last,
		      size_t *ret, struct err *e)
{
	struct oplist list;
	int r = make_list(&list, log, prepare, last, e);

	if (r)
		return r;
	*ret = list.n;
	oplist_release(&list);
	return 0;
}
