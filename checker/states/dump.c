// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two passes over the records: the first believes nothing and counts, the second makes
 * entries of what is sound. Texts stay where they are in the dump, which has a zero
 * behind each (its padding, or one that is put there).
 */
#include "checker/states/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define ENTRIES_MAX (1U << 20)

struct dump {
	unsigned char *bytes;
	size_t len;
	struct dump_entry *entry;
	struct dump_page *page;
	struct dump_xattr *xattr;
	size_t n_entries, n_pages, n_xattrs;
	struct dump_outcome step[DUMP_STEPS];
	const char *log;
	uint64_t hash;
};

static const char *const step_names[DUMP_STEPS] = {
	[DUMP_MOUNT] = "mount",	  [DUMP_WALK] = "read",	  [DUMP_UMOUNT] = "unmount",
	[DUMP_FSCK] = "fsck",	  [DUMP_WRITE] = "write", [DUMP_DIED] = "survive",
	[DUMP_REPAIR] = "repair",
};

bool dump_is_repaired(int64_t status)
{
	return !(status & ~3LL);
}

const char *dump_step_name(enum dump_step step)
{
	return step_names[step];
}

static uint64_t padded(uint64_t length)
{
	return (length + 8) & ~7ULL; /* at least one zero: the end of a text */
}

/* ---- what can be believed ---- */

static int refuse(struct err *e, uint64_t at, const char *why)
{
	return err_set(e, -EBADMSG, "dump", "record at byte %" PRIu64 ": %s", at, why);
}

/* NULL, or what is wrong with it by itself. */
static const char *wrong_record(const struct dump_rec *rec, const unsigned char *payload)
{
	switch (rec->kind) {
	case DUMP_STEP:
		return rec->value[0] && rec->value[0] < DUMP_STEPS ? NULL : "of no step";
	case DUMP_ENTRY:
	case DUMP_TARGET:
		return rec->length && !memchr(payload, '\0', rec->length) ? NULL
									  : "a name with a zero";
	case DUMP_PAGE:
		return rec->length == DUMP_PAGE_BYTES ? NULL : "not a whole page";
	case DUMP_LOG:
		return NULL;
	case DUMP_XATTR:
		return rec->length && *payload && memchr(payload, '\0', rec->length)
			       ? NULL
			       : "an attribute without a name";
	case DUMP_END:
		return rec->length ? "an end with something in it" : NULL;
	default:
		return "of no kind that there is";
	}
}

/* What records of the last entry there were. */
struct behind {
	const struct dump_rec *entry; /* NULL: no entry yet */
	uint64_t next_page;
	const char *xattr; /* NULL: none yet */
};

static const char *wrong_page(const struct dump_rec *rec, struct behind *b)
{
	if (!S_ISREG((uint32_t)b->entry->value[0]) || rec->value[0] < b->next_page ||
	    rec->value[0] > UINT64_MAX / DUMP_PAGE_BYTES - 1 ||
	    rec->value[0] * DUMP_PAGE_BYTES >= b->entry->value[2])
		return "a page outside its file, or out of order";
	b->next_page = rec->value[0] + 1;
	return NULL;
}

static const char *wrong_xattr(const unsigned char *payload, struct behind *b)
{
	uint32_t mode = (uint32_t)b->entry->value[0];
	const char *name = (const char *)payload;

	if (!S_ISREG(mode) && !S_ISDIR(mode))
		return "an attribute of neither file nor directory";
	if (b->xattr && strcmp(b->xattr, name) >= 0)
		return "an attribute out of order";
	b->xattr = name;
	return NULL;
}

/* What must have come before it. */
static const char *wrong_order(const struct dump_rec *rec, const unsigned char *payload,
			       struct behind *b)
{
	switch (rec->kind) {
	case DUMP_ENTRY:
		*b = (struct behind){ .entry = rec };
		return NULL;
	case DUMP_PAGE:
		return b->entry ? wrong_page(rec, b) : "of no file";
	case DUMP_XATTR:
		return b->entry ? wrong_xattr(payload, b) : "of no file";
	case DUMP_TARGET:
		if (!b->entry)
			return "of no file";
		return S_ISLNK((uint32_t)b->entry->value[0]) ? NULL
							     : "a target of no symbolic link";
	default:
		return NULL;
	}
}

static const struct dump_rec *record_at(const struct dump *d, size_t at)
{
	return (const struct dump_rec *)(const void *)(d->bytes + at);
}

static int check_records(struct dump *d, struct err *e)
{
	size_t at = sizeof(struct dump_header);
	struct behind behind = { 0 };

	for (;;) {
		const unsigned char *payload = d->bytes + at + sizeof(struct dump_rec);
		const struct dump_rec *rec = record_at(d, at);
		const char *wrong;

		if (d->len - at < sizeof(*rec))
			return refuse(e, at, "cut off");
		if (d->len - at - sizeof(*rec) < padded(rec->length))
			return refuse(e, at, "longer than the dump");
		wrong = wrong_record(rec, payload);
		if (!wrong)
			wrong = wrong_order(rec, payload, &behind);
		if (wrong)
			return refuse(e, at, wrong);
		d->n_entries += rec->kind == DUMP_ENTRY;
		d->n_pages += rec->kind == DUMP_PAGE;
		d->n_xattrs += rec->kind == DUMP_XATTR;
		if (d->n_entries > ENTRIES_MAX)
			return refuse(e, at, "too many files");
		at += sizeof(*rec) + padded(rec->length);
		if (rec->kind == DUMP_END)
			return at == d->len ? 0 : refuse(e, at, "something behind the end");
	}
}

/* ---- entries ---- */

static struct dump_xattr xattr_of(const unsigned char *payload, size_t length)
{
	size_t name = strlen((const char *)payload) + 1;

	return (struct dump_xattr){ (const char *)payload, payload + name, length - name };
}

static void take_record(struct dump *d, const struct dump_rec *rec, unsigned char *payload)
{
	/* The last one; what belongs to one has come behind it, as was checked. */
	struct dump_entry *entry = d->entry + (d->n_entries ? d->n_entries - 1 : 0);

	memset(payload + rec->length, 0, padded(rec->length) - rec->length);
	switch (rec->kind) {
	case DUMP_STEP:
		d->step[rec->value[0]] = (struct dump_outcome){ true, (int64_t)rec->value[1],
								(const char *)payload };
		return;
	case DUMP_ENTRY:
		d->entry[d->n_entries++] = (struct dump_entry){
			.path = (const char *)payload,
			.mode = (uint32_t)rec->value[0],
			.nlink = rec->value[1],
			.size = rec->value[2],
			.inode = rec->value[3],
			.error = (uint32_t)rec->value[4],
			.page = d->page + d->n_pages,
			.xattr = d->xattr + d->n_xattrs,
		};
		return;
	case DUMP_TARGET:
		entry->target = (const char *)payload;
		return;
	case DUMP_PAGE:
		d->page[d->n_pages++] = (struct dump_page){ rec->value[0], payload };
		entry->n_pages++;
		return;
	case DUMP_XATTR:
		d->xattr[d->n_xattrs++] = xattr_of(payload, rec->length);
		entry->n_xattrs++;
		return;
	case DUMP_LOG:
		d->log = (const char *)payload;
		return;
	default:
		return;
	}
}

static int by_path(const void *a, const void *b)
{
	const struct dump_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int take_records(struct dump *d, struct err *e)
{
	size_t at = sizeof(struct dump_header), entries = d->n_entries;

	d->entry = calloc(entries + 1, sizeof(*d->entry));
	d->page = calloc(d->n_pages + 1, sizeof(*d->page));
	d->xattr = calloc(d->n_xattrs + 1, sizeof(*d->xattr));
	if (!d->entry || !d->page || !d->xattr)
		return err_sys(e, -ENOMEM, "dump", "read");
	d->n_entries = d->n_pages = d->n_xattrs = 0;
	while (at < d->len) {
		const struct dump_rec *rec = record_at(d, at);

		take_record(d, rec, d->bytes + at + sizeof(*rec));
		at += sizeof(*rec) + padded(rec->length);
	}
	qsort(d->entry, entries, sizeof(*d->entry), by_path);
	for (size_t i = 1; i < entries; i++)
		if (!strcmp(d->entry[i - 1].path, d->entry[i].path))
			return err_set(e, -EBADMSG, "dump", "has one name twice");
	return 0;
}

int dump_parse(struct dump **ret, void *bytes, size_t len, struct err *e)
{
	struct dump *d = calloc(1, sizeof(*d));
	const struct dump_header *h = bytes;
	int r = 0;

	if (!d) {
		free(bytes);
		return err_sys(e, -ENOMEM, "dump", "read");
	}
	d->bytes = bytes;
	d->len = len;
	d->log = "";
	for (int i = 0; i < DUMP_STEPS; i++)
		d->step[i].text = "";
	if (len < sizeof(*h) || len > DUMP_MAX || h->magic != DUMP_MAGIC ||
	    h->version != DUMP_VERSION)
		r = err_set(e, -EBADMSG, "dump", "is none of version %u", DUMP_VERSION);
	if (!r)
		r = check_records(d, e);
	if (!r)
		r = take_records(d, e);
	if (r) {
		dump_free(d);
		return r;
	}
	d->hash = XXH3_64bits(bytes, len);
	*ret = d;
	return 0;
}

/* ---- what is in it ---- */

size_t dump_entries(const struct dump *d, const struct dump_entry **ret)
{
	*ret = d->entry;
	return d->n_entries;
}

const struct dump_entry *dump_find(const struct dump *d, const char *path)
{
	const struct dump_entry key = { .path = path };

	return d->n_entries ? bsearch(&key, d->entry, d->n_entries, sizeof(key), by_path) : NULL;
}

const struct dump_outcome *dump_step(const struct dump *d, enum dump_step step)
{
	return &d->step[step];
}

const char *dump_log(const struct dump *d)
{
	return d->log;
}

uint64_t dump_hash(const struct dump *d)
{
	return d->hash;
}

size_t dump_size(const struct dump *d)
{
	return d->len + d->n_entries * sizeof(*d->entry) + d->n_pages * sizeof(*d->page) +
	       d->n_xattrs * sizeof(*d->xattr);
}

void dump_free(struct dump *d)
{
	if (!d)
		return;
	free(d->bytes);
	free(d->entry);
	free(d->page);
	free(d->xattr);
	free(d);
}

/* ---- one of another ---- */

#define RECORD_ROOM(text) (sizeof(struct dump_rec) + padded(strlen(text)))

static void add_both_logs(struct dump_out *o, const char *first, const char *second)
{
	size_t len = strlen(first) + strlen(second);
	char *both = malloc(len + 1);

	if (!both) {
		o->failed = true;
		return;
	}
	snprintf(both, len + 1, "%s%s", first, second);
	dump_out_add(o, DUMP_LOG, NULL, both, len);
	free(both);
}

static size_t room_for(const struct dump *d, const struct dump *more)
{
	size_t room = d->len + RECORD_ROOM(d->log) + RECORD_ROOM(more->log);

	for (int i = 0; i < DUMP_STEPS; i++)
		room += RECORD_ROOM(more->step[i].text);
	return room;
}

int dump_extend(struct dump **d, const struct dump *more, struct err *e)
{
	size_t room = room_for(*d, more);
	struct dump_out o = { .at = malloc(room), .room = room };
	struct dump *longer;
	int r;

	if (!o.at)
		return err_sys(e, -ENOMEM, "dump", "extend");
	o.used = (*d)->len - RECORD_ROOM(""); /* without its end */
	memcpy(o.at, (*d)->bytes, o.used);
	for (int i = 0; i < DUMP_STEPS; i++)
		if (more->step[i].done)
			dump_out_step(&o, (enum dump_step)i, more->step[i].result,
				      more->step[i].text);
	if (more->log[0])
		add_both_logs(&o, (*d)->log, more->log);
	if (!dump_out_end(&o)) {
		free(o.at);
		return err_sys(e, -ENOMEM, "dump", "extend");
	}
	r = dump_parse(&longer, o.at, o.used, e);
	if (r)
		return r;
	dump_free(*d);
	*d = longer;
	return 0;
}

int dump_of_step(struct dump **ret, enum dump_step step, int64_t result, const char *text,
		 struct err *e)
{
	size_t room = sizeof(struct dump_header) + RECORD_ROOM(text) + RECORD_ROOM("");
	void *memory = malloc(room);
	struct dump_out o;

	if (!memory)
		return err_sys(e, -ENOMEM, "dump", "make");
	dump_out_begin(&o, memory, room);
	dump_out_step(&o, step, result, text);
	return dump_parse(ret, memory, dump_out_end(&o), e);
}

/* ---- writing ---- */

static void out_bytes(struct dump_out *o, const void *bytes, size_t len)
{
	if (o->failed || len > o->room - o->used) {
		o->failed = true;
		return;
	}
	if (len)
		memcpy(o->at + o->used, bytes, len);
	o->used += len;
}

void dump_out_begin(struct dump_out *o, void *memory, size_t room)
{
	const struct dump_header h = { .magic = DUMP_MAGIC, .version = DUMP_VERSION };

	*o = (struct dump_out){ .at = memory, .room = room };
	out_bytes(o, &h, sizeof(h));
}

void dump_out_add(struct dump_out *o, enum dump_kind kind, const uint64_t value[5],
		  const void *payload, size_t len)
{
	static const unsigned char zeros[8];
	struct dump_rec rec = { .kind = kind, .length = (uint32_t)len };

	if (value)
		memcpy(rec.value, value, sizeof(rec.value));
	out_bytes(o, &rec, sizeof(rec));
	out_bytes(o, payload, len);
	out_bytes(o, zeros, padded(len) - len);
}

void dump_out_step(struct dump_out *o, enum dump_step step, int64_t result, const char *text)
{
	const uint64_t value[5] = { step, (uint64_t)result };

	dump_out_add(o, DUMP_STEP, value, text, strlen(text));
}

size_t dump_out_end(struct dump_out *o)
{
	dump_out_add(o, DUMP_END, NULL, NULL, 0);
	return o->failed ? 0 : o->used;
}
