// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A name is found by going through the list of all: a workload has tens of them, and
 * where it has thousands (sync of many files) a look costs less than the operation did.
 */
#include "checker/states/history_state.h"
#include "daxbench/workload.h"
#include "lib/grow.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- objects, handles ---- */

static void free_object(struct history_object *o)
{
	history_attributes_release(o);
	free(o->size);
	free(o->promise);
	free(o);
}

static struct history_object *add_object(struct history *h, enum history_type type, uint64_t mode)
{
	struct history_object *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->size = calloc(1, sizeof(*o->size)); /* the first version: empty */
	if (!o->size || history_attributes_init(o, mode)) {
		free_object(o);
		return NULL;
	}
	o->n_sizes = o->room = 1;
	o->type = type;
	o->next = h->objects;
	h->objects = o;
	return o;
}

struct history *history_new(void)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->root = add_object(h, HISTORY_DIRECTORY, 0);
	if (!h->root) {
		free(h);
		return NULL;
	}
	h->root->attribute[HISTORY_MODE].value->is_unknown = true; /* the harness has made it */
	return h;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n_names; i++) {
		free(h->name[i]->path);
		free(h->name[i]->version);
		free(h->name[i]);
	}
	for (struct history_object *o = h->objects, *next; o; o = next) {
		next = o->next;
		free_object(o);
	}
	for (size_t i = 0; i < DX_LOG_WORKERS; i++) {
		free(h->handles[i]);
		free(h->flushed[i].list);
	}
	free(h->name);
	free(h);
}

static struct history_handle *make_handle(struct history *h, uint64_t id)
{
	uint64_t owner = id >> DX_HANDLE_BITS;

	if (owner >= DX_LOG_WORKERS)
		return NULL;
	if (!h->handles[owner])
		h->handles[owner] = calloc(DX_LOG_HANDLES, sizeof(struct history_handle));
	return h->handles[owner] ? &h->handles[owner][id % DX_LOG_HANDLES] : NULL;
}

static struct history_object *object_by(const struct history *h, uint64_t id)
{
	const struct history_handle *handle = history_handle(h, id);

	return handle ? handle->object : NULL;
}

static int set_handle(struct history *h, uint64_t id, struct history_object *o, uint64_t flags,
		      uint64_t offset)
{
	struct history_handle *handle = make_handle(h, id);

	if (!handle)
		return -ENOMEM;
	*handle = (struct history_handle){ o, flags, offset };
	return 0;
}

/* ---- names ---- */

static const char *plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

static struct history_name *find_name(const struct history *h, const char *path)
{
	path = plain(path);
	for (size_t i = 0; i < h->n_names; i++)
		if (!strcmp(h->name[i]->path, path))
			return h->name[i];
	return NULL;
}

static struct history_name *add_name(struct history *h, const char *path)
{
	struct history_name **more = grow(h->name, h->n_names, &h->room,
					  sizeof(struct history_name *));
	struct history_name *n = more ? calloc(1, sizeof(*n)) : NULL;

	if (more)
		h->name = more;
	if (!n)
		return NULL;
	n->path = strdup(plain(path));
	n->version = calloc(1, sizeof(*n->version)); /* the first one: nothing */
	if (!n->path || !n->version) {
		free(n->path);
		free(n->version);
		free(n);
		return NULL;
	}
	n->n = n->room = 1;
	h->name[h->n_names++] = n;
	return n;
}

static struct history_object *object_of(const struct history_name *n)
{
	return n ? history_object_of(n) : NULL;
}

/* What a path leads to; a symbolic link is followed once. */
static struct history_object *look_up(const struct history *h, const char *path)
{
	struct history_object *o;

	if (!strcmp(plain(path), ".") || !*plain(path))
		return h->root;
	o = object_of(find_name(h, path));
	return o && o->type == HISTORY_LINK ? object_of(find_name(h, o->target)) : o;
}

/* How a name changes: from event @seq on it may be @object (NULL: nothing). */
static int change(struct history *h, const char *path, const struct history_version *to)
{
	struct history_name *n = find_name(h, path);
	struct history_object *before = object_of(n);
	struct history_version *more;

	if (!n)
		n = add_name(h, path);
	more = n ? grow(n->version, n->n, &n->room, sizeof(*more)) : NULL;
	if (!more)
		return -ENOMEM;
	n->version = more;
	n->version[n->n++] = *to;
	if (to->object) {
		to->object->names++;
		to->object->is_added |= !before && !to->moved;
	}
	if (before)
		before->names--;
	return 0;
}

static int change_name(struct history *h, const char *path, struct history_object *o, uint64_t seq)
{
	return change(h, path, &(struct history_version){ seq, HISTORY_NEVER, o, false });
}

static int move_name(struct history *h, const char *path, struct history_object *o, uint64_t seq)
{
	return change(h, path, &(struct history_version){ seq, HISTORY_NEVER, o, true });
}

/* All names below @from are now below @to. */
static int move_names_below(struct history *h, const char *from, const char *to, uint64_t seq)
{
	size_t n = h->n_names;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		struct history_name *name = h->name[i];
		const char *rest = history_below(name->path, plain(from));
		struct history_object *o = object_of(name);
		char *path;

		if (!rest || !o)
			continue;
		if (asprintf(&path, "%s%s", plain(to), rest) < 0)
			return -ENOMEM;
		r = move_name(h, path, o, seq);
		if (!r)
			r = move_name(h, name->path, NULL, seq);
		free(path);
	}
	return r;
}

static int rename_one(struct history *h, const char *from, const char *to, struct history_object *o,
		      uint64_t seq)
{
	int r = change_name(h, to, o, seq);

	return r || !o || o->type != HISTORY_DIRECTORY ? r : move_names_below(h, from, to, seq);
}

/* Of an exchange the names below either are not followed: no workload has such. */
static int begin_rename(struct history *h, const struct oplog_op *op, uint64_t seq)
{
	struct history_object *from = object_of(find_name(h, op->text[0])),
			      *to = object_of(find_name(h, op->text[1]));
	bool exchange = arg(op, 0) & RENAME_EXCHANGE;
	int r;

	if (!from || from == to)
		return 0; /* of two names of one file nothing changes: rename(2) */
	r = rename_one(h, op->text[0], op->text[1], from, seq);
	return r ? r : change_name(h, op->text[0], exchange ? to : NULL, seq);
}

/* ---- sizes ---- */

static uint64_t size_now(const struct history_object *o)
{
	return o->size[o->n_sizes - 1].final;
}

/* From event @seq on: any size in between, and @final in the end. */
static int change_size(struct history_object *o, uint64_t final, bool gradual, uint64_t seq)
{
	struct history_size *more = grow(o->size, o->n_sizes, &o->room, sizeof(*more));
	uint64_t now;

	if (!more)
		return -ENOMEM;
	o->size = more;
	now = size_now(o);
	o->size[o->n_sizes++] = (struct history_size){
		.began = seq,
		.over = HISTORY_NEVER,
		.low = gradual && now < final ? now : final,
		.high = gradual && now > final ? now : final,
		.final = final,
	};
	return 0;
}

static int grow_size(struct history_object *o, uint64_t end, uint64_t seq)
{
	return o && end > size_now(o) ? change_size(o, end, true, seq) : 0;
}

static int begin_write(struct history *h, const struct oplog_op *op, uint64_t seq)
{
	uint64_t length = op->returned ? (uint64_t)op->rec->result : arg(op, 1);

	return length ? grow_size(object_by(h, op->rec->handle), arg(op, 0) + length, seq) : 0;
}

static int begin_fallocate(struct history *h, const struct oplog_op *op, uint64_t seq)
{
	struct history_object *o = object_by(h, op->rec->handle);
	uint64_t mode = arg(op, 0), end = arg(op, 1) + arg(op, 2), size;

	if (!o)
		return 0;
	size = size_now(o);
	if (mode & FALLOC_FL_COLLAPSE_RANGE)
		return change_size(o, size > arg(op, 2) ? size - arg(op, 2) : 0, false, seq);
	if (mode & FALLOC_FL_INSERT_RANGE)
		return change_size(o, size + arg(op, 2), false, seq);
	return mode & FALLOC_FL_KEEP_SIZE ? 0 : grow_size(o, end, seq);
}

/* ---- blocks ---- */

/* Whose blocks @op may move; a store through MAP_SYNC has had them written. NULL: none. */
static struct history_object *changed_by(const struct history *h, const struct oplog_op *op)
{
	const struct history_handle *handle = history_handle(h, op->rec->handle);
	struct history_object *o;

	switch (op->rec->op) {
	case DX_OP_OPEN:
		o = arg(op, 0) & O_TRUNC ? look_up(h, op->text[0]) : NULL;
		return o && o->type == HISTORY_FILE ? o : NULL;
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
	case DX_OP_TRUNCATE:
	case DX_OP_FALLOCATE:
	case DX_OP_REFLINK:
		return handle ? handle->object : NULL;
	case DX_OP_STORE:
	case DX_OP_STORE_BYTES:
	case DX_OP_STORE_UNALIGNED:
	case DX_OP_FILL:
	case DX_OP_COPY:
	case DX_OP_COPY_NT:
	case DX_OP_POPULATE:
		return handle && !(handle->flags & DX_MAP_SYNC) ? handle->object : NULL;
	default:
		return NULL;
	}
}

/* What a synchronous write did is synced with it. */
static void end_change_of(const struct history *h, const struct oplog_op *op, uint64_t seq)
{
	struct history_object *o = changed_by(h, op);

	if (!o || !o->changing)
		return;
	o->changing--;
	if (!history_is_synced_write(history_handle(h, op->rec->handle), op))
		o->changed = seq;
}

/* ---- operations ---- */

static int begin_open(struct history *h, const struct oplog_op *op, uint64_t seq)
{
	uint64_t flags = arg(op, 0);
	struct history_object *o = look_up(h, op->text[0]);

	if ((flags & O_TMPFILE) == O_TMPFILE)
		return 0;
	if (!o && flags & O_CREAT) {
		o = add_object(h, HISTORY_FILE, arg(op, 1));
		return o ? change_name(h, op->text[0], o, seq) : -ENOMEM;
	}
	return o && o->type == HISTORY_FILE && flags & O_TRUNC && size_now(o)
		       ? change_size(o, 0, false, seq)
		       : 0;
}

/* A directory has the mode that dx_mkdir() gives it; nobody looks at a symbolic link's. */
static int begin_new(struct history *h, const struct oplog_op *op, enum history_type type,
		     const char *path, uint64_t seq)
{
	struct history_object *o = add_object(h, type, 0755);

	if (!o)
		return -ENOMEM;
	o->target = type == HISTORY_LINK ? op->text[0] : NULL;
	return change_name(h, path, o, seq);
}

/* A new file system: what was in the old one may be there, or nothing, until it is said. */
static int begin_mkfs(struct history *h, uint64_t seq)
{
	int r = history_attributes_lose(h->root, seq);

	for (size_t i = 0; !r && i < h->n_names; i++)
		if (object_of(h->name[i]))
			r = change_name(h, h->name[i]->path, NULL, seq);
	return r;
}

int history_begin(struct history *h, const struct oplog_op *op, uint64_t seq)
{
	struct history_object *o;

	if (oplog_op_failed(op) || oplog_op_lacks_names(op))
		return 0;
	o = changed_by(h, op);
	if (o)
		o->changing++;
	switch (op->rec->op) {
	case DX_OP_OPEN:
		return begin_open(h, op, seq);
	case DX_OP_MKDIR:
		return begin_new(h, op, HISTORY_DIRECTORY, op->text[0], seq);
	case DX_OP_SYMLINK:
		return begin_new(h, op, HISTORY_LINK, op->text[1], seq);
	case DX_OP_LINK:
		/* Of a symbolic link, not of what it leads to: linkat(2). */
		o = object_of(find_name(h, op->text[0]));
		return o ? change_name(h, op->text[1], o, seq) : 0;
	case DX_OP_RENAME:
		return begin_rename(h, op, seq);
	case DX_OP_UNLINK:
	case DX_OP_RMDIR:
		return change_name(h, op->text[0], NULL, seq);
	case DX_OP_TRUNCATE:
		o = object_by(h, op->rec->handle);
		return o && arg(op, 0) != size_now(o) ? change_size(o, arg(op, 0), false, seq) : 0;
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		return begin_write(h, op, seq);
	case DX_OP_REFLINK:
		return grow_size(object_by(h, op->rec->handle), arg(op, 2) + arg(op, 3), seq);
	case DX_OP_FALLOCATE:
		return begin_fallocate(h, op, seq);
	case DX_OP_CHMOD:
	case DX_OP_SETXATTR:
	case DX_OP_REMOVEXATTR:
		o = object_by(h, op->rec->handle);
		return o ? history_attributes_begin(o, op, seq) : 0;
	case DX_OP_ENV_MKFS:
		return begin_mkfs(h, seq);
	default:
		return 0;
	}
}

/* What the operation that began at @began changed is changed. */
static void end_changes(struct history *h, uint64_t began, uint64_t seq)
{
	for (size_t i = 0; i < h->n_names; i++)
		for (size_t v = h->name[i]->n; v-- > 0 && h->name[i]->version[v].began >= began;)
			if (h->name[i]->version[v].began == began)
				h->name[i]->version[v].over = seq;
	for (struct history_object *o = h->objects; o; o = o->next) {
		for (size_t v = o->n_sizes; v-- > 0 && o->size[v].began >= began;)
			if (o->size[v].began == began && v)
				o->size[v].over = seq;
		history_attributes_end(o, began, seq);
	}
}

static int end_open(struct history *h, const struct promise *p, const struct oplog_op *op)
{
	struct history_object *o;

	if ((arg(op, 0) & O_TMPFILE) == O_TMPFILE)
		o = add_object(h, HISTORY_FILE, arg(op, 1));
	else
		o = look_up(h, op->text[0]);
	if (!o)
		return 0;
	if (o->type == HISTORY_FILE && !o->file)
		o->file = promise_file_behind(p, op->rec->handle);
	return set_handle(h, op->rec->handle, o, arg(op, 0), 0);
}

/* What is stored through a private mapping is not the file's. */
static int end_map(struct history *h, const struct oplog_op *op)
{
	struct history_object *o = arg(op, 3) & DX_MAP_PRIVATE ? NULL : object_by(h, arg(op, 0));

	return set_handle(h, op->rec->handle, o, arg(op, 3), arg(op, 1));
}

int history_end(struct history *h, const struct promise *p, const struct oplog_op *op,
		uint64_t began, uint64_t seq)
{
	int r = 0;

	if (oplog_op_failed(op) || oplog_op_lacks_names(op))
		return 0;
	end_changes(h, began, seq);
	end_change_of(h, op, seq);
	if (op->rec->op == DX_OP_OPEN)
		r = end_open(h, p, op);
	else if (op->rec->op == DX_OP_MAP)
		r = end_map(h, op);
	else if (op->rec->op == DX_OP_CLOSE || op->rec->op == DX_OP_UNMAP)
		r = set_handle(h, op->rec->handle, NULL, 0, 0);
	return r ? r : history_promise(h, op, began, seq);
}

/* ---- questions ---- */

const struct history_name *history_find(const struct history *h, const char *path)
{
	return find_name(h, path);
}

size_t history_names(const struct history *h, const struct history_name *const **ret)
{
	*ret = (const struct history_name *const *)h->name;
	return h->n_names;
}

const struct history_object *history_objects(const struct history *h)
{
	return h->objects;
}

const struct history_object *history_root(const struct history *h)
{
	return h->root;
}

bool history_may_be(const struct history_name *n, size_t i, enum history_rule rule)
{
	size_t floor = n->floor[rule];

	return i >= floor || (i && n->version[i].over > n->version[floor].began);
}

bool history_may_have(const struct history_object *o, uint64_t size)
{
	const struct history_size *floor = &o->size[o->size_floor];

	if (size == floor->final)
		return true;
	for (size_t i = 0; i < o->n_sizes; i++) {
		const struct history_size *s = &o->size[i];

		if (i <= o->size_floor && (!i || s->over <= floor->began || i == o->size_floor))
			continue;
		if (size == s->final || (size >= s->low && size <= s->high))
			return true;
	}
	return false;
}

/* Until when that version was what the name stood for. */
static uint64_t version_end(const struct history_name *n, size_t i)
{
	return i + 1 < n->n ? n->version[i + 1].began : HISTORY_NEVER;
}

bool history_may_share(const struct history_name *a, const struct history_name *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->version[i].object && a->version[i].object == b->version[k].object &&
			    a->version[i].began < version_end(b, k) &&
			    b->version[k].began < version_end(a, i))
				return true;
	return false;
}

const char *history_path(const struct history *h, const struct history_object *o)
{
	for (size_t i = 0; i < h->n_names; i++)
		if (object_of(h->name[i]) == o)
			return h->name[i]->path;
	return "";
}
