// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A list in memory: grown, judged, printed. The judge goes through the list as
 * if each operation succeeded and keeps what is in the slots. A list may come
 * from a stranger, and is run by a program that writes where it says: so no
 * access leaves its mapping, and no name the directory of the cell.
 */
#include "checker/list/oplist.h"
#include "checker/list/oplist_form.h"
#include "daxbench/workload.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

void oplist_release(struct oplist *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free((char *)list->op[i].text[0]);
		free((char *)list->op[i].text[1]);
	}
	free(list->op);
	*list = (struct oplist){ 0 };
}

static int grow(struct oplist *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct dx_list_op *longer;

	if (list->n == DX_LIST_MAX_OPS)
		return -E2BIG;
	if (list->n < list->room)
		return 0;
	longer = realloc(list->op, room * sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	list->op = longer;
	list->room = room;
	return 0;
}

int oplist_add(struct oplist *list, const struct dx_list_op *op)
{
	struct dx_list_op copy = *op;
	int r = grow(list);

	if (r)
		return r;
	for (size_t i = 0; i < 2; i++) {
		copy.text[i] = op->text[i] ? strdup(op->text[i]) : NULL;
		if (op->text[i] && !copy.text[i]) {
			if (i)
				free((char *)copy.text[0]);
			return -ENOMEM;
		}
	}
	list->op[list->n++] = copy;
	return 0;
}

int oplist_copy(struct oplist *ret, const struct oplist *list)
{
	struct oplist copy = { 0 };
	int r = 0;

	for (size_t i = 0; !r && i < list->n; i++)
		r = oplist_add(&copy, &list->op[i]);
	if (r)
		oplist_release(&copy);
	else
		*ret = copy;
	return r;
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_same_op(const struct dx_list_op *a, const struct dx_list_op *b)
{
	return a->op == b->op && a->worker == b->worker && a->slot == b->slot &&
	       !memcmp(a->arg, b->arg, sizeof(a->arg)) && is_same_text(a->text[0], b->text[0]) &&
	       is_same_text(a->text[1], b->text[1]);
}

bool oplist_is_same(const struct oplist *a, const struct oplist *b)
{
	size_t i = 0;

	while (i < a->n && i < b->n && is_same_op(&a->op[i], &b->op[i]))
		i++;
	return i == a->n && i == b->n;
}

/* ---- the form of an operation ---- */

const struct oplog_kind *oplist_kind(unsigned int op)
{
	switch (op) {
	case DX_OP_BASELINE:
	case DX_OP_PHASE:
	case DX_OP_SPAWN:
	case DX_OP_BARRIER:
	case DX_OP_JOIN:
	case DX_OP_DEVICE:
	case DX_OP_ENV_POISON:
	case DX_OP_TARGET:
	case DX_OP_ENV_UNBIND:
	case DX_OP_ENV_BIND:
		return NULL; /* the harness's, what a list says with @worker, ends it, or needs a
				device */
	default:
		return oplog_kind(op);
	}
}

bool oplist_arg_is_written(const struct oplog_arg *arg)
{
	return arg->name && arg->type != OPLOG_GENERATION && arg->type != OPLOG_MODE;
}

bool oplist_arg_default(unsigned int op, enum oplog_arg_type type, uint64_t *ret)
{
	if (type != OPLOG_RWF_FLAGS && type != OPLOG_RENAME_FLAGS && type != OPLOG_MSYNC_FLAGS)
		return false;
	*ret = op == DX_OP_MSYNC ? MS_SYNC : 0;
	return true;
}

/* ---- checked ---- */

/* What is in a worker's slots. */
struct slots {
	bool open[DX_LIST_SLOTS];
	struct {
		uint64_t length; /* 0: nothing is mapped */
		uint64_t flags;
	} map[DX_LIST_SLOTS];
};

static bool is_aligned(uint64_t off, uint64_t size)
{
	return !(off & (size - 1));
}

/* What an access to a mapping must be, beside lying inside it. */
static const char *wrong_access(const struct dx_list_op *op)
{
	uint64_t off = op->arg[0], len = op->arg[1];

	switch (op->op) {
	case DX_OP_STORE:
		if (len != 1 && len != 2 && len != 4 && len != 8)
			return "a store is of 1, 2, 4 or 8 bytes";
		return is_aligned(off, len) ? NULL : "its offset is no multiple of its size";
	case DX_OP_LOAD:
		return len == 8 && is_aligned(off, 8) ? NULL : "a load is of 8 aligned bytes";
	case DX_OP_STORE_UNALIGNED:
		return len == 8 ? NULL : "it is of 8 bytes";
	case DX_OP_STORE_BYTES:
		return len && len <= DX_MAX_BYTES ? NULL : "it is of 1 to 64 bytes";
	case DX_OP_FILL:
	case DX_OP_COPY_NT:
		return is_aligned(off | len, 8) ? NULL : "it is of whole words of 8 bytes";
	case DX_OP_COPY:
		return len <= DX_LIST_MAX_BYTES ? NULL : "it is of 2 MiB at most";
	case DX_OP_POPULATE:
		return len && is_aligned(off | len, DX_PAGE) ? NULL : "it is of whole pages";
	default:
		return NULL;
	}
}

static bool is_store(const struct dx_list_op *op)
{
	if (op->op == DX_OP_POPULATE)
		return op->arg[2];
	return op->op != DX_OP_LOAD && op->op != DX_OP_FLUSH && op->op != DX_OP_RELY;
}

static const char *check_access(const struct dx_list_op *op, const struct slots *s)
{
	uint64_t needs = is_store(op) ? DX_MAP_WRITE : DX_MAP_READ | DX_MAP_WRITE;
	uint64_t length = s->map[op->slot].length;

	if (op->arg[0] > length || op->arg[1] > length - op->arg[0])
		return "lies outside its mapping";
	if (!(s->map[op->slot].flags & needs))
		return "the mapping does not allow it";
	return wrong_access(op);
}

static const char *check_map(const struct dx_list_op *op, struct slots *s)
{
	uint64_t file = op->arg[0], off = op->arg[1], len = op->arg[2];

	if (s->map[op->slot].length)
		return "the mapping's slot is in use";
	if (file >= DX_LIST_SLOTS || !s->open[file])
		return "the file is not open";
	if (!len || !is_aligned(off | len, DX_PAGE))
		return "offset and length are multiples of 4096";
	if (off > DX_LOG_FILE_MAX || len > DX_LOG_FILE_MAX)
		return "is beyond the 2 GiB that a log can name";
	s->map[op->slot].length = len;
	s->map[op->slot].flags = op->arg[3];
	return NULL;
}

/* NULL, too, for what is done to no attribute. */
static const char *wrong_attribute(const struct dx_list_op *op)
{
	switch (op->op) {
	case DX_OP_CHMOD:
		return op->arg[0] <= 0777 ? NULL : "a mode is 0 to 0777";
	case DX_OP_SETXATTR:
		if (!op->arg[1] || op->arg[1] > DX_XATTR_MAX)
			return "it is of 1 to 3840 bytes";
		/* fall through */
	case DX_OP_REMOVEXATTR:
		return op->arg[0] < DX_XATTRS ? NULL : "attributes are 0 to 7";
	default:
		return NULL;
	}
}

static const char *check_file(const struct dx_list_op *op, struct slots *s)
{
	bool *open = &s->open[op->slot];

	if (op->op == DX_OP_OPEN) {
		if (*open)
			return "the file's slot is in use";
		*open = true;
		return op->arg[0] & O_APPEND ? "O_APPEND: a list names the offset" : NULL;
	}
	if (!*open)
		return "the file is not open";
	switch (op->op) {
	case DX_OP_CLOSE:
		*open = false;
		return NULL;
	case DX_OP_READ:
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		if (op->arg[2] & RWF_APPEND)
			return "RWF_APPEND: a list names the offset";
		return op->arg[1] <= DX_LIST_MAX_BYTES ? NULL : "it is of 2 MiB at most";
	case DX_OP_REFLINK:
		return op->arg[0] < DX_LIST_SLOTS && s->open[op->arg[0]]
			       ? NULL
			       : "the other file is not open";
	default:
		return wrong_attribute(op);
	}
}

static const char *check_mapping(const struct dx_list_op *op, struct slots *s)
{
	if (op->op == DX_OP_MAP)
		return check_map(op, s);
	if (!s->map[op->slot].length)
		return "nothing is mapped there";
	if (op->op == DX_OP_UNMAP)
		s->map[op->slot].length = 0;
	else if (op->op != DX_OP_MSYNC) /* the kernel judges a range that is not there */
		return check_access(op, s);
	return NULL;
}

/* No name leads out of the cell's directory, and no symbolic link does. */
static const char *check_name(const char *name)
{
	if (!name)
		return "its name is missing";
	if (name[0] == '/')
		return "names are relative to the directory of the workload";
	if (strlen(name) >= DX_LOG_MAX_TEXT)
		return "a name that is too long";
	for (const char *p = name; *p; p += strspn(p, "/")) {
		size_t len = strcspn(p, "/");

		if (len == 2 && !strncmp(p, "..", 2))
			return "names do not lead out of the directory of the workload";
		p += len;
	}
	return NULL;
}

static const char *check_args(const struct dx_list_op *op, const struct oplog_kind *k)
{
	for (size_t i = 0; i < 4; i++) {
		switch (k->arg[i].type) {
		case OPLOG_FLUSH_KIND:
			if (op->arg[i] > DX_CLFLUSH)
				return "no such instruction";
			break;
		case OPLOG_ACCESS:
			if (op->arg[i] > 1)
				return "neither rw nor ro";
			break;
		case OPLOG_NUMBER:
		case OPLOG_BYTES:
			break;
		default:
			if (op->arg[i] > INT_MAX)
				return "no such flags";
		}
	}
	return NULL;
}

static const char *check_op(const struct dx_list_op *op, struct slots *all)
{
	const struct oplog_kind *k = oplist_kind(op->op);
	struct slots *s = &all[op->worker];
	const char *what;

	if (!k)
		return "no operation of a list";
	if (op->worker >= DX_LIST_WORKERS)
		return "no such worker";
	if (op->slot >= DX_LIST_SLOTS)
		return "no such slot";
	what = check_args(op, k);
	for (unsigned int i = 0; !what && i < k->texts; i++)
		what = check_name(op->text[i]);
	if (what || k->object == OPLOG_NO_OBJECT)
		return what;
	return k->object == OPLOG_MAP ? check_mapping(op, s) : check_file(op, s);
}

int oplist_check(const struct oplist *list, const char *name, size_t *ret_at, struct err *e)
{
	AUTO_FREE struct slots *slots = calloc(DX_LIST_WORKERS, sizeof(*slots));

	if (!slots)
		return err_sys(e, -ENOMEM, name, "check the list");
	for (size_t i = 0; i < list->n; i++) {
		const struct dx_list_op *op = &list->op[i];
		const char *what = check_op(op, slots);

		if (!what)
			continue;
		if (ret_at)
			*ret_at = i;
		return err_set(e, -EINVAL, name, "operation %zu: %s: %s", i + 1,
			       oplist_kind(op->op) ? oplist_kind(op->op)->name : "?", what);
	}
	return 0;
}

/* ---- printed ---- */

static void print_name(const char *name, FILE *out)
{
	fputs(" \"", out);
	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c >= 0x20 && *c < 0x7f)
			fputc(*c, out);
		else
			fprintf(out, "\\x%02x", *c);
	}
	fputc('"', out);
}

static void print_arg(const struct dx_list_op *op, const struct oplog_arg *arg, uint64_t value,
		      FILE *out)
{
	char buf[256];
	uint64_t def;

	if (!oplist_arg_is_written(arg) ||
	    (oplist_arg_default(op->op, arg->type, &def) && value == def))
		return;
	if (arg->type == OPLOG_HANDLE)
		fprintf(out, " f%u", (unsigned int)value);
	else
		fprintf(out, " %s", oplog_arg_format(arg->type, value, buf, sizeof(buf)));
}

void oplist_print_op(const struct dx_list_op *op, FILE *out)
{
	const struct oplog_kind *k = oplist_kind(op->op);

	if (!k)
		return;
	if (op->worker)
		fprintf(out, "@%u ", op->worker);
	fputs(k->name, out);
	if (k->object != OPLOG_NO_OBJECT)
		fprintf(out, " %c%u", k->object == OPLOG_MAP ? 'm' : 'f', op->slot);
	for (unsigned int i = 0; i < k->texts; i++)
		print_name(op->text[i] ? op->text[i] : "", out);
	for (size_t i = 0; i < 4; i++)
		print_arg(op, &k->arg[i], op->arg[i], out);
}

int oplist_print(const struct oplist *list, FILE *out)
{
	for (size_t i = 0; i < list->n; i++) {
		oplist_print_op(&list->op[i], out);
		fputc('\n', out);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
