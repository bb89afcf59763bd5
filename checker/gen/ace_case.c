// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/ace_case.h"
#include "checker/gen/ace_model.h"
#include "checker/gen/soup.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "daxbench/workload.h"

/* A file ends in the middle of a page and of a word: behind what is looked at, and 2 MiB. */
#define SMALL_SIZE (4 * DX_PAGE + 2500)
#define HUGE_SIZE  (DX_PMD + 2500)
#define SMALL_MAP  (5 * DX_PAGE)
#define UP_SIZE	   40000ULL
#define FILE_BYTES 5000ULL /* in a file of which the name matters */

#define MAX_OPS	  96
#define MAX_TEXTS 96
#define NO_SLOT	  ACE_SLOTS

struct range {
	uint64_t offset, length;
};

struct maker {
	struct ace_model model;
	uint64_t number;
	struct dx_list_op op[MAX_OPS];
	char text[MAX_TEXTS][ACE_NAME];
	size_t n, n_texts;
	bool is_act; /* what is put next is the act, not what it needs */
	bool refused, fault;
	unsigned int step, owner[ACE_SLOTS]; /* owner: step + 1 that opened the file */
	/* Of this step: slots. */
	unsigned int plain, via;    /* mappings: an ordinary one; what the act stores through */
	unsigned int file, written; /* descriptors: for calls that sync; of O_DSYNC, or the same */
	struct range stored;
	int parent; /* of what it changed the name of: whose name that is */
};

/* ---- operations ---- */

static void put(struct maker *k, struct dx_list_op op)
{
	int r;

	if (k->refused || k->fault)
		return;
	r = k->n < MAX_OPS ? ace_model_do(&k->model, &op) : -ENOBUFS;
	if (r != ACE_CHANGED) {
		k->refused = k->is_act && r != -ENOBUFS && r != -ENOSYS;
		k->fault = !k->refused;
		return;
	}
	k->op[k->n++] = op;
}

#define PUT(k, ...) put(k, (struct dx_list_op){ __VA_ARGS__ })

/* The case's own name for @base, which is @base but for its beginning. */
static const char *name_of(struct maker *k, const char *base)
{
	char *text = k->text[k->n_texts % MAX_TEXTS];

	if (!strcmp(base, "."))
		return ".";
	if (k->n_texts++ >= MAX_TEXTS)
		k->fault = true;
	snprintf(text, ACE_NAME, "c%" PRIu64 "-%s", k->number, base);
	return text;
}

static enum ace_type type_of(struct maker *k, const char *base)
{
	return ace_model_type(&k->model, name_of(k, base));
}

static const struct ace_inode *inode_of(const struct maker *k, unsigned int slot)
{
	return &k->model.inode[k->model.file[slot].inode];
}

/* ---- names and descriptors ---- */

static void need_dir(struct maker *k, const char *base)
{
	if (type_of(k, base) == ACE_ABSENT)
		PUT(k, .op = DX_OP_MKDIR, .text = { name_of(k, base) });
}

static void need_parents(struct maker *k, const char *base)
{
	char dir[ACE_NAME];

	for (const char *slash = strchr(base, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - base), base);
		need_dir(k, dir);
	}
}

static unsigned int open_name(struct maker *k, const char *base, int flags)
{
	unsigned int slot = 0;

	while (slot < ACE_SLOTS && k->model.file[slot].open)
		slot++;
	PUT(k, .op = DX_OP_OPEN, .slot = slot, .arg = { (uint64_t)flags, 0644 },
	    .text = { name_of(k, base) });
	if (slot < ACE_SLOTS)
		k->owner[slot] = k->step + 1;
	return slot < ACE_SLOTS ? slot : 0;
}

static void need_absent(struct maker *k, const char *base)
{
	if (type_of(k, base) != ACE_ABSENT)
		PUT(k, .op = DX_OP_UNLINK, .text = { name_of(k, base) });
}

/* A descriptor of the file that this step has already, or NO_SLOT. */
static unsigned int find_open(struct maker *k, const char *base)
{
	const struct ace_inode *i = ace_model_find(&k->model, name_of(k, base));

	for (unsigned int slot = 0; slot < ACE_SLOTS; slot++)
		if (k->model.file[slot].open && k->owner[slot] == k->step + 1 &&
		    inode_of(k, slot) == i && k->model.file[slot].flags == O_RDWR)
			return slot;
	return NO_SLOT;
}

/* A descriptor of this step's, of a file that is there or is made; *@ret_new: is it? */
static unsigned int need_open(struct maker *k, const char *base, bool *ret_new)
{
	unsigned int slot;

	if (type_of(k, base) == ACE_SYMLINK)
		need_absent(k, base);
	*ret_new = type_of(k, base) == ACE_ABSENT;
	slot = *ret_new ? NO_SLOT : find_open(k, base);
	if (slot != NO_SLOT)
		return slot;
	need_parents(k, base);
	return open_name(k, base, *ret_new ? O_RDWR | O_CREAT | O_EXCL : O_RDWR);
}

/* A file with something in it, or nothing could be lost with its name. */
static unsigned int need_file(struct maker *k, const char *base)
{
	bool is_new;
	unsigned int slot = need_open(k, base, &is_new);

	if (is_new)
		PUT(k, .op = DX_OP_WRITE, .slot = slot, .arg = { 0, FILE_BYTES });
	return slot;
}

/* ---- what an act is done to ---- */

static unsigned int map_file(struct maker *k, unsigned int flags, bool huge)
{
	unsigned int slot = 0;

	while (slot < ACE_SLOTS && k->model.map[slot].length)
		slot++;
	PUT(k, .op = DX_OP_MAP, .slot = slot,
	    .arg = { k->file, 0, huge ? DX_PMD : SMALL_MAP,
		     flags | DX_MAP_READ | DX_MAP_WRITE | (huge ? DX_MAP_PMD : DX_MAP_PTE) });
	return slot;
}

static void need_plain(struct maker *k, bool huge)
{
	if (k->plain == NO_SLOT)
		k->plain = map_file(k, 0, huge);
}

static bool pages_are(const struct maker *k, const struct range *r, unsigned int mask,
		      unsigned int want)
{
	return ace_model_pages_are(inode_of(k, k->file), r->offset, r->length, mask, want);
}

static void allocate(struct maker *k, int mode, uint64_t off, uint64_t len)
{
	PUT(k, .op = DX_OP_FALLOCATE, .slot = k->file, .arg = { (uint64_t)mode, off, len });
}

static void need_hole(struct maker *k, const struct range *r)
{
	if (!pages_are(k, r, ACE_KIND, ACE_HOLE))
		allocate(k, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, r->offset, r->length);
}

static void need_unwritten(struct maker *k, const struct range *r)
{
	if (pages_are(k, r, ACE_KIND, ACE_UNWRITTEN))
		return;
	need_hole(k, r);
	allocate(k, FALLOC_FL_KEEP_SIZE, r->offset, r->length);
}

static void write_range(struct maker *k, const struct range *r)
{
	PUT(k, .op = DX_OP_WRITE, .slot = k->file, .arg = { r->offset, r->length });
}

static void need_synced(struct maker *k, const struct range *r)
{
	if (!pages_are(k, r, ACE_KIND | ACE_SHARED, ACE_WRITTEN))
		write_range(k, r);
	if (!pages_are(k, r, ACE_UNSYNCED, 0))
		PUT(k, .op = DX_OP_FSYNC, .slot = k->file);
}

static void need_dirty(struct maker *k, const struct range *r)
{
	if (pages_are(k, r, ACE_KIND | ACE_SHARED | ACE_STORED, ACE_WRITTEN | ACE_STORED))
		return;
	need_plain(k, r->length == DX_PMD);
	PUT(k, .op = DX_OP_FILL, .slot = k->plain, .arg = { r->offset, r->length });
}

static void need_shared(struct maker *k, const struct range *r)
{
	unsigned int clone;
	bool is_new;

	if (pages_are(k, r, ACE_KIND | ACE_SHARED, ACE_WRITTEN | ACE_SHARED))
		return;
	if (!pages_are(k, r, ACE_KIND, ACE_WRITTEN))
		write_range(k, r);
	clone = need_open(k, "clone", &is_new);
	PUT(k, .op = DX_OP_REFLINK, .slot = clone,
	    .arg = { k->file, r->offset, r->offset, r->length });
}

static void need_target(struct maker *k, int target, const struct range *r)
{
	static void (*const needs[ACE_TARGETS])(struct maker *, const struct range *) = {
		need_hole, need_unwritten, need_synced, need_dirty, need_shared
	};

	needs[target](k, r);
}

static void resize(struct maker *k, uint64_t size)
{
	PUT(k, .op = DX_OP_TRUNCATE, .slot = k->file, .arg = { size });
}

/* ---- data ---- */

/* In the second page, but for what is larger. */
static const struct range stores[ACE_STORES] = { { DX_PAGE + 63, 1 },  { DX_PAGE + 128, 8 },
						 { DX_PAGE + 56, 24 }, { DX_PAGE + 61, 6 },
						 { DX_PAGE, DX_PAGE }, { 0, DX_PMD } };

/* Pages 1 to 3, so that an odd range has whole pages in it. */
static const struct range small_range = { DX_PAGE, 3 * DX_PAGE }, huge_range = { 0, DX_PMD };

static void open_way(struct maker *k, const struct ace_act *a, enum ace_persist p)
{
	bool huge = a->store == ACE_2_MIB;

	if (a->op == ACE_MMAP || a->op == ACE_MMAP_SECOND)
		need_plain(k, huge);
	k->via = k->plain;
	if (a->op == ACE_MMAP_SYNC) {
		k->via = map_file(k, DX_MAP_SYNC, huge);
	} else if (a->op == ACE_MMAP_SECOND) {
		/* The first knows the page: its entry is there before the other's. */
		PUT(k, .op = DX_OP_LOAD, .slot = k->plain, .arg = { DX_PAGE, 8 });
		k->via = map_file(k, 0, huge);
	}
	if (p == ACE_DSYNC)
		k->written = open_name(k, ace_where_name(ACE_FOO), O_RDWR | O_DSYNC);
	if (!ace_maps(a) && (p == ACE_MSYNC || p == ACE_MSYNC_PART))
		need_plain(k, huge);
}

static uint16_t store_op(const struct ace_act *a, enum ace_persist p)
{
	if (p == ACE_NT)
		return DX_OP_COPY_NT;
	if (a->store == ACE_6_BYTES)
		return DX_OP_STORE_BYTES;
	return a->store <= ACE_8_BYTES ? DX_OP_STORE : DX_OP_FILL;
}

static void do_data(struct maker *k, const struct ace_act *a, enum ace_persist p)
{
	bool huge = a->store == ACE_2_MIB, is_new;
	uint64_t size = huge ? HUGE_SIZE : SMALL_SIZE;
	const struct range *r = &stores[a->store];

	k->file = k->written = need_open(k, ace_where_name(ACE_FOO), &is_new);
	if (inode_of(k, k->file)->size < size)
		resize(k, size);
	need_target(k, a->target, huge ? &huge_range : &small_range);
	open_way(k, a, p);
	k->stored = *r;
	k->is_act = true;
	if (ace_maps(a))
		PUT(k, .op = store_op(a, p), .slot = k->via, .arg = { r->offset, r->length });
	else
		PUT(k, .op = a->op == ACE_PWRITE ? DX_OP_WRITE : DX_OP_WRITEV, .slot = k->written,
		    .arg = { r->offset, r->length });
	k->is_act = false;
}

/* ---- size and space ---- */

static void change_size(struct maker *k, int op)
{
	/* 16 KiB from the third page on, beyond the end; two pages, or parts of three, before it.
	 */
	const uint64_t beyond = 2 * DX_PAGE, more = 4 * DX_PAGE, within = DX_PAGE,
		       two = 2 * DX_PAGE;

	switch (op) {
	case ACE_TRUNCATE_0:
		return resize(k, 0);
	case ACE_TRUNCATE_2500:
		return resize(k, 2500);
	case ACE_TRUNCATE_UP:
		return resize(k, UP_SIZE);
	case ACE_ALLOCATE:
	case ACE_ALLOCATE_1:
		return allocate(k, 0, beyond + (op == ACE_ALLOCATE_1), more);
	case ACE_KEEP:
	case ACE_KEEP_1:
		return allocate(k, FALLOC_FL_KEEP_SIZE, beyond + (op == ACE_KEEP_1), more);
	case ACE_ZERO:
	case ACE_ZERO_1:
		return allocate(k, FALLOC_FL_ZERO_RANGE, within + (op == ACE_ZERO_1), two);
	case ACE_PUNCH:
	case ACE_PUNCH_1:
		return allocate(k, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				within + (op == ACE_PUNCH_1), two);
	case ACE_UNSHARE:
	case ACE_UNSHARE_1:
		return allocate(k, FALLOC_FL_UNSHARE_RANGE, within + (op == ACE_UNSHARE_1), two);
	case ACE_COLLAPSE:
		return allocate(k, FALLOC_FL_COLLAPSE_RANGE, within, DX_PAGE);
	default:
		return allocate(k, FALLOC_FL_INSERT_RANGE, within, DX_PAGE);
	}
}

static void do_size(struct maker *k, const struct ace_act *a)
{
	bool is_new;

	k->file = need_open(k, ace_where_name(ACE_FOO), &is_new);
	if (inode_of(k, k->file)->size != SMALL_SIZE)
		resize(k, SMALL_SIZE);
	need_target(k, a->target, &small_range);
	k->is_act = true;
	change_size(k, a->op);
	k->is_act = false;
}

/* ---- names ---- */

static void rename_to(struct maker *k, const char *from, const char *to, uint64_t flags)
{
	const char *old = name_of(k, from);

	k->is_act = true;
	PUT(k, .op = DX_OP_RENAME, .arg = { flags }, .text = { old, name_of(k, to) });
}

/* Another file than @from, whose links may have come to be there. */
static void need_other(struct maker *k, const char *from, const char *to)
{
	if (ace_model_find(&k->model, name_of(k, from)) ==
	    ace_model_find(&k->model, name_of(k, to)))
		need_absent(k, to);
	need_file(k, to);
}

static void rename_dir(struct maker *k, const char *from, const char *to)
{
	char inside[ACE_NAME];

	snprintf(inside, sizeof(inside), "%s/foo", from);
	need_parents(k, to);
	k->file = need_file(k, inside);
	rename_to(k, from, to, RENAME_NOREPLACE);
}

static void creat_file(struct maker *k, const char *to)
{
	need_absent(k, to);
	need_parents(k, to);
	k->is_act = true;
	k->file = open_name(k, to, O_RDWR | O_CREAT | O_EXCL);
	PUT(k, .op = DX_OP_WRITE, .slot = k->file, .arg = { 0, FILE_BYTES });
}

/* From one name to another, of which the file is open, or has not come to be. */
static void from_to(struct maker *k, const struct ace_act *a, const char *from, const char *to)
{
	const char *old;

	if (a->op == ACE_RENAME_DIR)
		return rename_dir(k, from, to);
	if (*from)
		k->file = need_file(k, from);
	need_parents(k, to);
	if (a->op == ACE_RENAME_OVER)
		need_other(k, from, to);
	else
		need_absent(k, to);
	old = name_of(k, *from ? from : ace_where_name(ACE_FOO));
	if (a->op == ACE_RENAME || a->op == ACE_RENAME_OVER)
		return rename_to(k, from, to, 0);
	k->is_act = true;
	PUT(k, .op = a->op == ACE_LINK ? DX_OP_LINK : DX_OP_SYMLINK,
	    .text = { old, name_of(k, to) });
}

static void do_name(struct maker *k, const struct ace_act *a)
{
	const char *from = ace_where_name(a->from), *to = ace_where_name(a->to);

	switch (a->op) {
	case ACE_CREAT:
		creat_file(k, to);
		break;
	case ACE_MKDIR:
		k->is_act = true;
		PUT(k, .op = DX_OP_MKDIR, .text = { name_of(k, to) });
		break;
	case ACE_UNLINK:
		k->file = need_file(k, from);
		k->is_act = true;
		PUT(k, .op = DX_OP_UNLINK, .text = { name_of(k, from) });
		break;
	default:
		from_to(k, a, from, to);
	}
	k->is_act = false;
	k->parent = *to ? a->to : a->from;
}

/* ---- what makes it durable ---- */

static unsigned int open_parent(struct maker *k)
{
	const char *base = ace_where_name(k->parent), *slash = strrchr(base, '/');
	char dir[ACE_NAME] = ".";

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - base), base);
	return open_name(k, dir, O_RDONLY | O_DIRECTORY);
}

static void msync_stored(struct maker *k, bool part)
{
	uint64_t first = k->stored.offset & ~(DX_PAGE - 1);
	uint64_t end = (k->stored.offset + k->stored.length + DX_PAGE - 1) & ~(DX_PAGE - 1);
	uint64_t length = end - first;

	if (part)
		length = length > DX_PAGE ? length / 2 : 1;
	PUT(k, .op = DX_OP_MSYNC, .slot = k->plain != NO_SLOT ? k->plain : k->via,
	    .arg = { first, length, MS_SYNC });
}

/* The drain, and that the program takes it as durable, where it may. */
static void drain_stored(struct maker *k, bool rely)
{
	PUT(k, .op = DX_OP_DRAIN);
	if (rely)
		PUT(k, .op = DX_OP_RELY, .slot = k->via,
		    .arg = { k->stored.offset, k->stored.length });
}

static void persist(struct maker *k, const struct ace_act *a, enum ace_persist p)
{
	switch (p) {
	case ACE_FSYNC:
		PUT(k, .op = DX_OP_FSYNC, .slot = k->file);
		break;
	case ACE_FDATASYNC:
		PUT(k, .op = DX_OP_FDATASYNC, .slot = k->file);
		break;
	case ACE_SYNC:
		PUT(k, .op = DX_OP_SYNC);
		break;
	case ACE_SYNCFS:
		PUT(k, .op = DX_OP_SYNCFS, .slot = k->file != NO_SLOT ? k->file : open_parent(k));
		break;
	case ACE_FSYNC_PARENT:
		PUT(k, .op = DX_OP_FSYNC, .slot = open_parent(k));
		break;
	case ACE_MSYNC:
	case ACE_MSYNC_PART:
		msync_stored(k, p == ACE_MSYNC_PART);
		break;
	case ACE_CLWB:
		PUT(k, .op = DX_OP_FLUSH, .slot = k->via,
		    .arg = { k->stored.offset, k->stored.length, DX_CLWB });
		drain_stored(k, a->op == ACE_MMAP_SYNC);
		break;
	case ACE_NT:
		drain_stored(k, a->op == ACE_MMAP_SYNC);
		break;
	default:
		break;
	}
}

static void do_step(struct maker *k, const struct ace_step *s)
{
	size_t n;
	const struct ace_act *a = &ace_acts(&n)[s->act];
	enum ace_persist p = (enum ace_persist)s->persist;

	k->plain = k->via = k->file = k->written = NO_SLOT;
	if (ace_step_needs(a, p) & ~k->model.features)
		k->refused = true;
	else if (ace_is_data(a))
		do_data(k, a, p);
	else if (ace_is_size(a))
		do_size(k, a);
	else
		do_name(k, a);
	persist(k, a, p);
}

/* ---- the end ---- */

/* The name that is deepest: a directory comes after what is in it. */
static const struct ace_name *last_name(const struct maker *k)
{
	const struct ace_name *found = NULL;

	for (unsigned int i = 0; i < ACE_NAMES; i++) {
		const struct ace_name *n = &k->model.name[i];

		if (n->name[0] && strcmp(n->name, ".") != 0 &&
		    (!found || strlen(n->name) > strlen(found->name)))
			found = n;
	}
	return found;
}

static void take_away(struct maker *k)
{
	const struct ace_name *n;

	for (unsigned int i = 0; i < ACE_SLOTS; i++)
		if (k->model.map[i].length)
			PUT(k, .op = DX_OP_UNMAP, .slot = i);
	for (unsigned int i = 0; i < ACE_SLOTS; i++)
		if (k->model.file[i].open)
			PUT(k, .op = DX_OP_CLOSE, .slot = i);
	while (!k->fault && (n = last_name(k))) {
		bool dir = k->model.inode[n->inode].type == ACE_DIR;

		PUT(k, .op = dir ? DX_OP_RMDIR : DX_OP_UNLINK,
		    .text = { name_of(k, strchr(n->name, '-') + 1) });
	}
}

int ace_case_make(struct oplist *list, const struct ace_case *c, uint64_t number,
		  unsigned int features)
{
	AUTO_FREE struct maker *k = calloc(1, sizeof(*k));
	int r = 0;

	if (!k)
		return -ENOMEM;
	k->number = number;
	ace_model_init(&k->model, features);
	for (; k->step < c->length && !k->refused && !k->fault; k->step++)
		do_step(k, &c->step[k->step]);
	if (!k->refused)
		take_away(k);
	if (k->refused || k->fault)
		return k->refused ? ACE_REFUSED : -EPROTO;
	for (size_t i = 0; list && !r && i < k->n; i++)
		r = oplist_add(list, &k->op[i]);
	return r;
}
