// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Name by name: which versions of it are legal now, and is what the dump has one of them? A
 * file that was found is held against each object that its name may stand for; if none fits, what
 * is wrong with the newest is told.
 */
#include "checker/states/oracle.h"
#include "checker/states/oracle_attributes.h"
#include "checker/states/settled.h"
#include "lib/grow.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const oracle_rule_names[ORACLE_RULES] = {
	[ORACLE_RECOVERS] = "recovers", [ORACLE_CONSISTENT] = "consistent",
	[ORACLE_NAME] = "name",		[ORACLE_STRICT_NAME] = "strict-name",
	[ORACLE_REACHED] = "reached",	[ORACLE_SIZE] = "size",
	[ORACLE_DATA] = "data",		[ORACLE_FOREIGN] = "foreign",
	[ORACLE_TARGET] = "target",	[ORACLE_MODE] = "mode",
	[ORACLE_XATTR] = "xattr",	[ORACLE_LINKS] = "links",
};

struct oracle {
	const struct dump *dump;
	const struct history *history;
	unsigned int rules;
	struct oracle_findings *ret;
	bool failed; /* no memory */
};

static bool applies(const struct oracle *o, enum oracle_rule rule)
{
	return o->rules >> rule & 1;
}

/* The finding that was added, or NULL: that rule is left out, or no memory. */
static struct oracle_finding *__attribute__((format(printf, 5, 6)))
find(struct oracle *o, enum oracle_rule rule, const char *path, const struct oplog_op *promise,
     const char *fmt, ...)
{
	struct oracle_finding *more, *f;
	va_list ap;

	if (!applies(o, rule))
		return NULL;
	more = grow(o->ret->list, o->ret->n, &o->ret->room, sizeof(*more));
	if (!more) {
		o->failed = true;
		return NULL;
	}
	o->ret->list = more;
	f = &o->ret->list[o->ret->n++];
	*f = (struct oracle_finding){ .rule = rule, .path = path, .promise = promise };
	va_start(ap, fmt);
	vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
	return f;
}

/* ---- the file system itself ---- */

static void judge_step(struct oracle *o, enum dump_step step, enum oracle_rule rule)
{
	const struct dump_outcome *s = dump_step(o->dump, step);

	if (!s->done || !s->result)
		return;
	if (step == DUMP_REPAIR && dump_is_repaired(s->result))
		return;
	if (step == DUMP_FSCK || step == DUMP_REPAIR)
		find(o, rule, "", NULL, "fsck: exit status %" PRId64 "%s%s", s->result,
		     *s->text ? ": " : "", s->text);
	else
		find(o, rule, "", NULL, "%s: %s", dump_step_name(step),
		     *s->text ? s->text : strerror((int)(s->result < 0 ? -s->result : s->result)));
}

/* Of what was not looked at nothing is known: that is no clean state. */
static void judge_missing_step(struct oracle *o)
{
	const struct dump_outcome *mount = dump_step(o->dump, DUMP_MOUNT);

	if (!mount->done)
		find(o, ORACLE_RECOVERS, "", NULL, "nobody tried to mount it");
	else if (!mount->result && !dump_step(o->dump, DUMP_WALK)->done)
		find(o, ORACLE_RECOVERS, "", NULL, "nobody read it to the end");
}

static void judge_steps(struct oracle *o)
{
	const struct dump_outcome *died = dump_step(o->dump, DUMP_DIED);

	if (died->done)
		find(o, ORACLE_RECOVERS, "", NULL, "the kernel that recovers it dies or hangs: %s",
		     died->text);
	else
		judge_missing_step(o);
	judge_step(o, DUMP_REPAIR, ORACLE_RECOVERS);
	judge_step(o, DUMP_MOUNT, ORACLE_RECOVERS);
	judge_step(o, DUMP_WALK, ORACLE_RECOVERS);
	judge_step(o, DUMP_UMOUNT, ORACLE_RECOVERS);
	judge_step(o, DUMP_FSCK, ORACLE_CONSISTENT);
	judge_step(o, DUMP_WRITE, ORACLE_CONSISTENT);
	if (*dump_log(o->dump))
		find(o, ORACLE_RECOVERS, "", NULL, "the kernel's log: %s", dump_log(o->dump));
}

static bool can_be_read(const struct oracle *o)
{
	const struct dump_outcome *mount = dump_step(o->dump, DUMP_MOUNT);

	return !dump_step(o->dump, DUMP_DIED)->done && mount->done && !mount->result;
}

/* ---- data ---- */

static const unsigned char *page_of(const struct dump_entry *entry, uint64_t index)
{
	static const unsigned char zeros[DUMP_PAGE_BYTES];
	size_t low = 0, high = entry->n_pages;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (entry->page[mid].index == index)
			return entry->page[mid].data;
		if (entry->page[mid].index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return zeros;
}

/* Bytes of the line at @at that lie before the end of a file of @size. */
static uint64_t before_end(uint64_t at, uint64_t size)
{
	if (at >= size)
		return 0;
	return size - at >= DX_TRACE_LINE ? ~0ULL : (1ULL << (size - at)) - 1;
}

/* What is wrong with the bytes of one kind so far. */
struct wrong {
	uint64_t first, bytes;
	unsigned char found[8];
	const struct content_change *owner;
};

static void add_wrong(struct wrong *w, const struct content_page *page, uint64_t at,
		      const unsigned char *values, uint64_t bad)
{
	unsigned int first;

	if (!bad)
		return;
	first = (unsigned int)__builtin_ctzll(bad);
	if (!w->bytes) {
		w->first = at + first;
		memcpy(w->found, values + (first & ~7U), sizeof(w->found));
		if (page)
			w->owner = content_owner(page, (unsigned int)((at + first) % CONTENT_PAGE));
	}
	w->bytes += (uint64_t)__builtin_popcountll(bad);
}

static void tell_wrong(struct oracle *o, enum oracle_rule rule, const struct history_name *name,
		       const struct history_object *object, const struct wrong *w)
{
	struct oracle_finding *f;
	char found[2 * sizeof(w->found) + 1], by[64] = "";

	if (!w->bytes)
		return;
	for (size_t i = 0; i < sizeof(w->found); i++)
		snprintf(found + 2 * i, 3, "%02x", w->found[i]);
	if (w->owner)
		snprintf(by, sizeof(by), "%s #%" PRIu64, w->owner->op->kind->name,
			 w->owner->op->number);
	f = rule == ORACLE_DATA
		    ? find(o, rule, name->path,
			   history_promised_by(object, w->first, w->owner ? w->owner->ended : 0),
			   "%" PRIu64 " promised bytes from offset %" PRIu64 " are not what %s%s "
			   "left; the first ones are %s",
			   w->bytes, w->first, *by ? by : "nobody", *by ? "" : " wrote and", found)
		    : find(o, rule, name->path, NULL,
			   "%" PRIu64 " bytes from offset %" PRIu64 " are what nobody wrote there: "
			   "%s",
			   w->bytes, w->first, found);
	if (!f)
		return;
	f->file = object->file;
	f->offset = w->first;
	f->bytes = w->bytes;
}

static void judge_known_pages(const struct history_object *object, const struct dump_entry *entry,
			      struct wrong *data, struct wrong *foreign)
{
	const struct content *c = object->file->content;

	for (const struct content_page *p = content_next_page(c, 0); p;
	     p = content_next_page(c, p->index + 1)) {
		const unsigned char *values = page_of(entry, p->index);

		for (unsigned int l = 0; l < CONTENT_LINES; l++, values += DX_TRACE_LINE) {
			uint64_t at = p->index * CONTENT_PAGE + l * DX_TRACE_LINE;
			uint64_t mask = before_end(at, entry->size);

			if (!mask)
				break;
			add_wrong(data, p, at, values, content_illegal(p, l, values, mask));
			if (!object->file->shared)
				add_wrong(foreign, NULL, at, values,
					  content_foreign(p, l, values, mask));
		}
	}
}

/* Where nothing was ever done to the file there must be zeros. */
static void judge_unknown_pages(const struct history_object *object, const struct dump_entry *entry,
				struct wrong *foreign)
{
	const struct content *c = object->file->content;

	for (size_t i = 0; i < entry->n_pages; i++) {
		const struct dump_page *page = &entry->page[i];

		if (content_page(c, page->index))
			continue;
		for (unsigned int l = 0; l < CONTENT_LINES; l++) {
			uint64_t at = page->index * CONTENT_PAGE + l * DX_TRACE_LINE, bad = 0;
			const unsigned char *values = page->data + l * DX_TRACE_LINE;

			for (unsigned int k = 0; k < DX_TRACE_LINE; k++)
				bad |= (uint64_t)(values[k] != 0) << k;
			add_wrong(foreign, NULL, at, values, bad & before_end(at, entry->size));
		}
	}
}

static void judge_data(struct oracle *o, const struct history_name *name,
		       const struct history_object *object, const struct dump_entry *entry)
{
	struct wrong data = { 0 }, foreign = { 0 };

	if (!object->file) {
		/* It was never opened: what it may hold is nothing. */
		if (entry->n_pages)
			find(o, ORACLE_FOREIGN, name->path, NULL, "holds what nobody wrote");
		return;
	}
	judge_known_pages(object, entry, &data, &foreign);
	if (!object->file->shared)
		judge_unknown_pages(object, entry, &foreign);
	tell_wrong(o, ORACLE_DATA, name, object, &data);
	tell_wrong(o, ORACLE_FOREIGN, name, object, &foreign);
}

/* ---- objects ---- */

static void judge_size(struct oracle *o, const struct history_name *name,
		       const struct history_object *object, const struct dump_entry *entry)
{
	if (history_may_have(object, entry->size))
		return;
	find(o, ORACLE_SIZE, name->path, object->size_promise,
	     "has %" PRIu64 " bytes, promised were %" PRIu64 "%s", entry->size,
	     object->size[object->size_floor].final,
	     object->size_floor + 1 < object->n_sizes ? " or what came later" : "");
}

static void judge_link(struct oracle *o, const struct history_name *name,
		       const struct history_object *object, const struct dump_entry *entry)
{
	if (object->target && entry->target && !strcmp(object->target, entry->target))
		return;
	find(o, ORACLE_TARGET, name->path, NULL, "leads to \"%.80s\", not to \"%.80s\"",
	     entry->target ? entry->target : "", object->target ? object->target : "");
}

static void judge_attributes(struct oracle *o, const char *path,
			     const struct history_object *object, const struct dump_entry *entry)
{
	char words[ORACLE_WORDS];

	for (unsigned int i = 0; i < HISTORY_ATTRIBUTES; i++)
		if (!oracle_attribute_may_be(object, i, entry, words))
			find(o, i == HISTORY_MODE ? ORACLE_MODE : ORACLE_XATTR, path,
			     object->attribute[i].promise, "%s", words);
	if (!oracle_attributes_are_ours(entry, words))
		find(o, ORACLE_XATTR, path, NULL, "%s", words);
}

static void judge_as(struct oracle *o, const struct history_name *name,
		     const struct history_object *object, const struct dump_entry *entry)
{
	bool is_settled = !(o->rules & ORACLE_SETTLED) || settled_content(object);

	if (object->type == HISTORY_LINK)
		judge_link(o, name, object, entry);
	else if (is_settled)
		judge_attributes(o, name->path, object, entry);
	if (object->type != HISTORY_FILE || !is_settled)
		return;
	judge_size(o, name, object, entry);
	judge_data(o, name, object, entry);
}

static bool is_of_type(const struct history_object *object, const struct dump_entry *entry)
{
	switch (object->type) {
	case HISTORY_FILE:
		return S_ISREG(entry->mode);
	case HISTORY_DIRECTORY:
		return S_ISDIR(entry->mode);
	default:
		return S_ISLNK(entry->mode);
	}
}

static enum history_rule rule_of(const struct oracle *o)
{
	if (applies(o, ORACLE_STRICT_NAME))
		return HISTORY_STRICT;
	return o->rules & ORACLE_ADDED ? HISTORY_ADDED : HISTORY_POSIX;
}

/* Is it looked at? Without a journal a name that changes may be anything: settled.h. */
static bool is_settled(const struct oracle *o, const struct history_name *name)
{
	return !(o->rules & ORACLE_SETTLED) || settled_name(o->history, name, rule_of(o));
}

static bool may_be_there(const struct history_name *name, const struct dump_entry *entry,
			 enum history_rule rule)
{
	for (size_t i = 0; i < name->n; i++) {
		const struct history_object *object = name->version[i].object;

		if (object && is_of_type(object, entry) && history_may_be(name, i, rule))
			return true;
	}
	return false;
}

static bool may_be_missing(const struct history_name *name, enum history_rule rule)
{
	for (size_t i = 0; i < name->n; i++)
		if (!name->version[i].object && history_may_be(name, i, rule))
			return true;
	return false;
}

/* @by_posix: it is illegal only because the fsync of a file says so. */
static void tell_name(struct oracle *o, const struct history_name *name, bool by_posix,
		      const char *what)
{
	bool has_strict = rule_of(o) == HISTORY_STRICT, strict = has_strict && by_posix;
	enum history_rule rule = has_strict && !strict ? HISTORY_POSIX : rule_of(o);

	find(o, strict ? ORACLE_STRICT_NAME : ORACLE_NAME, name->path, name->promise[rule], "%s",
	     what);
}

/*
 * Is what was found @object? What is wrong with it is in @o's findings from *@from on, unless an
 * object before it was right.
 */
static bool fits(struct oracle *o, const struct history_name *name,
		 const struct history_object *object, const struct dump_entry *entry, size_t from)
{
	o->ret->n = from;
	judge_as(o, name, object, entry);
	return o->ret->n == from;
}

/* The name is there: as one of its legal versions? */
static void judge_present(struct oracle *o, const struct history_name *name,
			  const struct dump_entry *entry)
{
	size_t from = o->ret->n;

	if (!may_be_there(name, entry, rule_of(o))) {
		tell_name(o, name, may_be_there(name, entry, HISTORY_POSIX),
			  "is there, and must not be");
		return;
	}
	/* Oldest first: if none fits, what is told is of the newest. */
	for (size_t i = 0; i < name->n; i++) {
		const struct history_object *object = name->version[i].object;

		if (object && history_may_be(name, i, rule_of(o)) && is_of_type(object, entry) &&
		    fits(o, name, object, entry, from))
			return;
	}
}

static void judge_absent(struct oracle *o, const struct history_name *name)
{
	if (!may_be_missing(name, rule_of(o)))
		tell_name(o, name, may_be_missing(name, HISTORY_POSIX), "is not there");
}

static void judge_names(struct oracle *o)
{
	const struct history_name *const *names;
	size_t n = history_names(o->history, &names);

	for (size_t i = 0; i < n; i++) {
		const struct dump_entry *entry = dump_find(o->dump, names[i]->path);

		if (!is_settled(o, names[i]))
			continue;
		if (!entry)
			judge_absent(o, names[i]);
		else if (!entry->error)
			judge_present(o, names[i], entry);
	}
}

/* The workload's directory. */
static void judge_root(struct oracle *o)
{
	const struct dump_entry *entry = dump_find(o->dump, ".");

	if (entry && !entry->error)
		judge_attributes(o, entry->path, history_root(o->history), entry);
}

/* ---- between names ---- */

static const struct history_name *name_of(const struct oracle *o, const char *path)
{
	const struct history_name *const *names;
	size_t n = history_names(o->history, &names);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i]->path, path))
			return names[i];
	return NULL;
}

/*
 * May there be names in its directory that nobody gave? Without a journal in one that changes,
 * whose blocks may be what another directory left.
 */
static bool may_be_stray(const struct oracle *o, const struct dump_entry *entry)
{
	char directory[PATH_MAX];
	const char *end = strrchr(entry->path, '/');

	if (!(o->rules & ORACLE_SETTLED))
		return false;
	snprintf(directory, sizeof(directory), "%.*s", end ? (int)(end - entry->path) : 0,
		 entry->path);
	return !settled_directory(o->history, directory, rule_of(o));
}

/* A name that nobody ever gave (whose history is not known, gave any), and what cannot be looked
 * at. */
static void judge_entries(struct oracle *o)
{
	const struct dump_entry *entry;
	size_t n = dump_entries(o->dump, &entry);

	for (size_t i = 0; i < n; i++) {
		if (entry[i].error)
			find(o, ORACLE_RECOVERS, entry[i].path, NULL, "cannot be read: %s",
			     strerror((int)entry[i].error));
		if (o->history && strcmp(entry[i].path, ".") != 0 && !name_of(o, entry[i].path) &&
		    !may_be_stray(o, &entry[i]))
			find(o, ORACLE_NAME, entry[i].path, NULL, "is there, and nobody made it");
	}
}

/* As fits(), and nothing is told. */
static bool could_be(struct oracle *o, const struct history_name *name,
		     const struct history_object *object, const struct dump_entry *entry)
{
	size_t from = o->ret->n;
	bool fit = fits(o, name, object, entry, from);

	o->ret->n = from;
	return fit;
}

/* Is what was found another file that may have that name? */
static bool is_another(struct oracle *o, const struct history_name *name,
		       const struct history_object *object, const struct dump_entry *entry)
{
	for (size_t i = 0; i < name->n; i++) {
		const struct history_object *other = name->version[i].object;

		if (other && other != object && is_of_type(other, entry) &&
		    history_may_be(name, i, rule_of(o)) && could_be(o, name, other, entry))
			return true;
	}
	return false;
}

/* May that name lead to it, by what was found there? */
static bool leads_to(struct oracle *o, const struct history_name *name,
		     const struct history_object *object, const struct dump_entry *entry)
{
	for (size_t i = 0; i < name->n; i++) {
		if (name->version[i].object != object || !history_may_be(name, i, rule_of(o)))
			continue;
		if (entry->error)
			return true; /* that is told already */
		return is_of_type(object, entry) &&
		       (!is_another(o, name, object, entry) || could_be(o, name, object, entry));
	}
	return false;
}

/* Is any of its names there, and may be it? */
static bool is_reached(struct oracle *o, const struct history_object *object)
{
	const struct history_name *const *names;
	size_t n = history_names(o->history, &names);

	for (size_t i = 0; i < n; i++) {
		const struct dump_entry *entry = dump_find(o->dump, names[i]->path);

		if (entry && leads_to(o, names[i], object, entry))
			return true;
	}
	return false;
}

static void judge_reach(struct oracle *o)
{
	for (const struct history_object *object = history_objects(o->history); object;
	     object = object->next)
		if (object->reach_promise && object->names && !is_reached(o, object))
			find(o, ORACLE_REACHED, history_path(o->history, object),
			     object->reach_promise, "no name leads to it any more");
}

static bool is_same_file(const struct dump_entry *a, const struct dump_entry *b)
{
	return S_ISREG(a->mode) && S_ISREG(b->mode) && a->inode == b->inode;
}

/* One file by two names that were never one file's at the same time: not even during a rename. */
static void judge_shared(struct oracle *o, const struct dump_entry *entry, size_t at)
{
	const struct history_name *name, *other;

	name = o->history ? name_of(o, entry[at].path) : NULL;
	for (size_t i = 0; name && i < at; i++) {
		other = is_same_file(&entry[i], &entry[at]) ? name_of(o, entry[i].path) : NULL;
		if (!other || history_may_share(name, other) || !is_settled(o, name) ||
		    !is_settled(o, other))
			continue;
		find(o, ORACLE_LINKS, entry[at].path, NULL,
		     "is the same file as \"%.80s\", which it never was", entry[i].path);
		return;
	}
}

/* Names of files in the dump that are the same inode are as many as it says that it has. */
static void judge_links(struct oracle *o)
{
	const struct dump_entry *entry;
	size_t n = dump_entries(o->dump, &entry);

	for (size_t i = 0; i < n; i++) {
		uint64_t same = 0;

		if (!S_ISREG(entry[i].mode) || entry[i].error)
			continue;
		for (size_t k = 0; k < n; k++)
			same += is_same_file(&entry[k], &entry[i]);
		if (same != entry[i].nlink)
			find(o, ORACLE_LINKS, entry[i].path, NULL,
			     "has %" PRIu64 " names, and says that it has %" PRIu64, same,
			     entry[i].nlink);
		judge_shared(o, entry, i);
	}
}

int oracle_judge(const struct dump *dump, const struct history *history, unsigned int rules,
		 struct oracle_findings *ret)
{
	struct oracle o = { dump, history, rules, ret, false };

	judge_steps(&o);
	if (can_be_read(&o)) {
		if (history) {
			judge_root(&o);
			judge_names(&o);
		}
		judge_entries(&o);
		if (history)
			judge_reach(&o);
		judge_links(&o);
	}
	return o.failed ? -ENOMEM : 0;
}

void oracle_release(struct oracle_findings *f)
{
	free(f->list);
	*f = (struct oracle_findings){ 0 };
}
