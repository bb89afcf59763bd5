/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs an operation list (daxbench/oplist.h), call by call. What fails is in the
 * log, and the run goes on: what a failure means, who judges the log knows.
 *
 * Each worker goes through the whole list and does what is its own. Where the
 * next operation is another's, all meet at a barrier: so one works at a time,
 * in the order of the list. Workers beside 0 close what they have open only
 * once finish() has begun: that is no part of the list.
 */
#ifndef WORKLOADS_OPLIST_RUN_H
#define WORKLOADS_OPLIST_RUN_H

#include "daxbench/oplist.h"
#include "daxbench/workload.h"

struct list_slots {
	struct dx_file file[DX_LIST_SLOTS];
	struct dx_map map[DX_LIST_SLOTS];
};

/* The private state of a workload that runs a list. */
struct list_state {
	bool has_flush[DX_CLFLUSH + 1];
	struct list_slots of[DX_LIST_WORKERS];
};

/* ---- one operation; its arguments are those of the log's record ---- */

static inline void list_do_file(struct dx_worker *w, const struct dx_list_op *op,
				struct list_slots *s)
{
	struct dx_file *f = &s->file[op->slot];
	const uint64_t *arg = op->arg;

	if (!f->id)
		return; /* its open failed */
	switch (op->op) {
	case DX_OP_CLOSE:
		dx_close(w, f);
		break;
	case DX_OP_TRUNCATE:
		dx_truncate(w, f, arg[0]);
		break;
	case DX_OP_FALLOCATE:
		dx_fallocate(w, f, (int)arg[0], arg[1], arg[2]);
		break;
	case DX_OP_WRITE:
		if (arg[2])
			dx_write_flags(w, f, arg[0], arg[1], (int)arg[2]);
		else
			dx_write(w, f, arg[0], arg[1]);
		break;
	case DX_OP_WRITEV:
		dx_writev(w, f, arg[0], arg[1], (int)arg[2]);
		break;
	case DX_OP_READ:
		dx_read(w, f, arg[0], arg[1]);
		break;
	case DX_OP_REFLINK:
		if (s->file[arg[0]].id)
			dx_reflink(w, f, &s->file[arg[0]], arg[1], arg[2], arg[3]);
		break;
	case DX_OP_FSYNC:
		dx_fsync(w, f);
		break;
	case DX_OP_FDATASYNC:
		dx_fdatasync(w, f);
		break;
	case DX_OP_SYNC_FILE_RANGE:
		dx_sync_file_range(w, f, arg[0], arg[1], (unsigned int)arg[2]);
		break;
	case DX_OP_SYNCFS:
		dx_syncfs(w, f);
		break;
	case DX_OP_CHMOD:
		dx_chmod(w, f, (unsigned int)arg[0]);
		break;
	case DX_OP_SETXATTR:
		dx_setxattr(w, f, arg[0], arg[1]);
		break;
	case DX_OP_REMOVEXATTR:
		dx_removexattr(w, f, arg[0]);
		break;
	default:
		break;
	}
}

static inline void list_do_store(struct dx_worker *w, const struct dx_list_op *op,
				 const struct dx_map *m)
{
	if (op->arg[1] == 8)
		dx_store64(w, m, op->arg[0]);
	else if (op->arg[1] == 4)
		dx_store32(w, m, op->arg[0]);
	else if (op->arg[1] == 2)
		dx_store16(w, m, op->arg[0]);
	else
		dx_store8(w, m, op->arg[0]);
}

/* With the instruction that the list names, if there is one: each CPU has CLFLUSH. */
static inline void list_do_flush(struct dx_worker *w, const struct dx_list_op *op,
				 const struct dx_map *m)
{
	const struct list_state *s = dx_priv(w->dx);
	enum dx_flush_kind kind = (enum dx_flush_kind)op->arg[2];

	dx_flush(w, m, op->arg[0], op->arg[1], s->has_flush[kind] ? kind : DX_CLFLUSH);
}

static inline void list_do_map(struct dx_worker *w, const struct dx_list_op *op, struct dx_map *m)
{
	const uint64_t *arg = op->arg;

	if (!m->id)
		return; /* its map failed */
	switch (op->op) {
	case DX_OP_UNMAP:
		dx_unmap(w, m);
		break;
	case DX_OP_STORE:
		list_do_store(w, op, m);
		break;
	case DX_OP_STORE_BYTES:
		dx_store_bytes(w, m, arg[0], arg[1]);
		break;
	case DX_OP_STORE_UNALIGNED:
		dx_store_unaligned(w, m, arg[0]);
		break;
	case DX_OP_FILL:
		dx_fill(w, m, arg[0], arg[1]);
		break;
	case DX_OP_COPY:
		dx_copy(w, m, arg[0], arg[1]);
		break;
	case DX_OP_COPY_NT:
		dx_copy_nt(w, m, arg[0], arg[1]);
		break;
	case DX_OP_LOAD:
		dx_load64(w, m, arg[0]);
		break;
	case DX_OP_POPULATE:
		dx_populate(w, m, arg[0], arg[1], arg[2]);
		break;
	case DX_OP_MSYNC:
		dx_msync(w, m, arg[0], arg[1], (int)arg[2]);
		break;
	case DX_OP_FLUSH:
		list_do_flush(w, op, m);
		break;
	case DX_OP_RELY:
		dx_rely(w, m, arg[0], arg[1]);
		break;
	default:
		break;
	}
}

static inline void list_do_name(struct dx_worker *w, const struct dx_list_op *op)
{
	switch (op->op) {
	case DX_OP_UNLINK:
		dx_unlink(w, op->text[0]);
		break;
	case DX_OP_RENAME:
		dx_rename(w, op->text[0], op->text[1], (unsigned int)op->arg[0]);
		break;
	case DX_OP_LINK:
		dx_link(w, op->text[0], op->text[1]);
		break;
	case DX_OP_SYMLINK:
		dx_symlink(w, op->text[0], op->text[1]);
		break;
	case DX_OP_MKDIR:
		dx_mkdir(w, op->text[0]);
		break;
	case DX_OP_RMDIR:
		dx_rmdir(w, op->text[0]);
		break;
	default:
		break;
	}
}

/* What is done to no file: to all, or to the file system. */
static inline void list_do_whole(struct dx_worker *w, const struct dx_list_op *op)
{
	switch (op->op) {
	case DX_OP_SYNC:
		dx_sync(w);
		break;
	case DX_OP_DRAIN:
		dx_drain(w);
		break;
	case DX_OP_ENV_UMOUNT:
		dx_env_umount(w);
		break;
	case DX_OP_ENV_MOUNT:
		dx_env_mount(w);
		break;
	case DX_OP_ENV_REMOUNT:
		dx_env_remount(w, op->arg[0]);
		break;
	case DX_OP_ENV_MKFS:
		dx_env_mkfs(w);
		break;
	case DX_OP_ENV_DROP_CACHES:
		dx_env_drop_caches(w);
		break;
	case DX_OP_ENV_PASS_TIME:
		dx_env_pass_time(w, op->arg[0]);
		break;
	default:
		break;
	}
}

/* Of the groups one knows the operation; the others pass over it. */
static inline void list_do(struct dx_worker *w, const struct dx_list_op *op)
{
	struct list_slots *s = &((struct list_state *)dx_priv(w->dx))->of[w->id];

	if (op->op == DX_OP_OPEN) {
		dx_open(w, &s->file[op->slot], op->text[0], (int)op->arg[0]);
	} else if (op->op == DX_OP_MAP) {
		if (s->file[op->arg[0]].id)
			dx_map(w, &s->map[op->slot], &s->file[op->arg[0]], op->arg[1], op->arg[2],
			       (unsigned int)op->arg[3]);
	} else {
		list_do_file(w, op, s);
		list_do_map(w, op, &s->map[op->slot]);
		list_do_name(w, op);
		list_do_whole(w, op);
	}
}

/* ---- the list ---- */

static inline int list_go(struct dx *dx, struct dx_worker *w)
{
	uint32_t turn = 0;
	int r = 0;

	for (uint64_t i = 0; !r && i < dx->n_list; i++) {
		const struct dx_list_op *op = &dx->list[i];

		if (op->worker != turn)
			r = dx_barrier(w);
		turn = op->worker;
		if (!r && op->worker == w->id)
			list_do(w, op);
	}
	return r || dx->workers == 1 ? r : dx_barrier(w);
}

static inline void list_close(struct dx_worker *w)
{
	struct list_slots *s = &((struct list_state *)dx_priv(w->dx))->of[w->id];

	for (uint32_t i = 0; i < DX_LIST_SLOTS; i++)
		dx_unmap(w, &s->map[i]);
	for (uint32_t i = 0; i < DX_LIST_SLOTS; i++)
		dx_close(w, &s->file[i]);
}

/* A worker beside worker 0. */
static inline int list_work(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = list_go(dx, w);

	(void)n;
	if (!r)
		r = dx_barrier(w); /* finish() has begun */
	list_close(w);
	return r;
}

static inline int list_prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct list_state *s = dx_priv(dx);
	uint32_t others = 0;

	(void)w;
	(void)n;
	for (int kind = DX_CLWB; kind <= DX_CLFLUSH; kind++)
		s->has_flush[kind] = dx_cpu_has_flush((enum dx_flush_kind)kind);
	for (uint64_t i = 0; i < dx->n_list; i++)
		others = dx->list[i].worker > others ? dx->list[i].worker : others;
	return others ? dx_spawn(dx, others, DX_PROCESS, list_work) : 0;
}

static inline int list_run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return list_go(dx, w);
}

static inline void list_finish(struct dx *dx, struct dx_worker *w)
{
	if (dx->team) {
		dx_barrier(w);
		dx_join(dx);
	}
	list_close(w);
}

#endif
