// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/merge.h"
#include "bench/check/merge_states.h"
#include "bench/results/json_get.h"
#include "bench/results/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A file, and which shard of what it is. */
struct part {
	const struct results_file *file;
	struct shard shard;
	bool by_points;
	uint64_t first, cells; /* by cells: the first of this kernel, and how many it has */
	json_t *command;       /* without --shard and --output */
};

struct merge {
	struct part *part; /* by number */
	size_t n;
	bool partial;
};

/* ---- command lines ---- */

/* Is @word that option, maybe abbreviated to @least characters? *@ret_alone: its value is in it. */
static bool is_option(const char *word, const char *option, size_t least, bool *ret_alone)
{
	size_t len = strcspn(word, "=");

	*ret_alone = word[len] == '=';
	return len >= least && len <= strlen(option) && !strncmp(word, option, len);
}

/* What differs between shards: which they are, and where their results go. */
static bool is_of_shard(const char *word, bool *ret_alone)
{
	if (!strncmp(word, "-o", 2)) {
		*ret_alone = word[2];
		return true;
	}
	return is_option(word, "--shard", strlen("--sh"), ret_alone) ||
	       is_option(word, "--output", strlen("--ou"), ret_alone);
}

static json_t *strip_command(const json_t *command)
{
	json_t *list = json_array();
	bool options = true;

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *word = json_string_value(json_array_get(command, i));
		bool alone;

		options = options && word && strcmp(word, "--") != 0;
		if (!options || !is_of_shard(word, &alone))
			json_array_append(list, json_array_get(command, i));
		else if (!alone)
			i++;
	}
	return list;
}

/* ---- parts ---- */

static int refuse(const struct part *p, int code, const char *why, struct err *e)
{
	return err_set(e, code, p->file->path, "%s", why);
}

/* A number of the document's that is at most @max, or -1. */
static int64_t number_up_to(const json_t *object, const char *member, int64_t max)
{
	int64_t n = number_of(object, member);

	return json_is_integer(json_object_get(object, member)) && n >= 0 && n <= max ? n : -1;
}

static int read_part(const struct results_file *file, struct part *p, struct err *e)
{
	const json_t *shard = json_object_get(file->document, "shard");
	int64_t of = number_up_to(shard, "of", SHARD_MAX);
	int64_t number = number_up_to(shard, "number", of), first, cells;
	const char *by = text_of(shard, "by");

	p->file = file;
	if (!json_is_object(shard)) {
		refuse(p, -EINVAL, "is no shard", e);
		return err_hint(e, "want results of daxbench check --shard");
	}
	p->by_points = !strcmp(by, "points");
	first = p->by_points ? 0 : number_up_to(shard, "first", INT32_MAX);
	cells = p->by_points ? 1 : number_up_to(shard, "cells", INT32_MAX);
	if (of < 1 || number < 1 || first < 0 || cells < 1 ||
	    (!p->by_points && strcmp(by, "cells") != 0))
		return refuse(p, -EBADMSG, "does not say which shard it is", e);
	p->shard = (struct shard){ (uint32_t)number, (uint32_t)of };
	p->first = (uint64_t)first;
	p->cells = (uint64_t)cells;
	p->command = strip_command(json_object_get(file->document, "command"));
	return p->command ? 0 : err_sys(e, -ENOMEM, file->path, "merge");
}

/* Of what shard K of the same check has, the number in this kernel's plan of its first cell. */
static struct shard local(const struct part *p, uint32_t number)
{
	return shard_from(&(struct shard){ number, p->shard.of }, p->first);
}

/* How many cells it would have, were it whole. */
static uint64_t wanted_of(const struct part *p, uint32_t number)
{
	const struct shard s = local(p, number);

	return p->by_points ? 1 : shard_count(&s, p->cells);
}

static int check_cells(const struct part *p, struct err *e)
{
	uint64_t want = wanted_of(p, p->shard.number), has = p->file->n_cells;

	if (has == want || (has < want && p->file->interrupted))
		return 0;
	return err_set(e, -EBADMSG, p->file->path,
		       "has %" PRIu64 " cells, a shard of its number has %" PRIu64, has, want);
}

static const char *kernel_of(const struct part *p)
{
	return p->file->n_cells ? p->file->cells[0].kernel : "";
}

/* What @p differs in from the first; NULL: nothing. */
static const char *difference(const struct part *a, const struct part *p)
{
	if (a->shard.of != p->shard.of)
		return "is a shard of another number of shards than the first one";
	if (a->by_points != p->by_points || a->first != p->first || a->cells != p->cells)
		return "is a shard of something else than the first one";
	if (!json_equal(a->command, p->command))
		return "comes of another command line than the first one";
	if (a->file->seed != p->file->seed)
		return "is of another seed than the first one";
	for (size_t i = 0; *kernel_of(a) && i < p->file->n_cells; i++)
		if (strcmp(p->file->cells[i].kernel, kernel_of(a)) != 0)
			return "is of another kernel than the first one";
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (x->shard.number > y->shard.number) - (x->shard.number < y->shard.number);
}

static int read_parts(struct merge *m, const struct results_file *files, size_t n, struct err *e)
{
	int r;

	for (size_t i = 0; i < n; i++) {
		struct part *p = &m->part[m->n++];
		const char *why;

		r = read_part(&files[i], p, e);
		if (!r)
			r = check_cells(p, e);
		if (r)
			return r;
		why = difference(&m->part[0], p);
		if (why)
			return refuse(p, -EINVAL, why, e);
	}
	qsort(m->part, m->n, sizeof(*m->part), by_number);
	for (size_t i = 1; i < m->n; i++)
		if (m->part[i].shard.number == m->part[i - 1].shard.number)
			return err_set(e, -EINVAL, m->part[i].file->path, "is shard %u, as %s is",
				       m->part[i].shard.number, m->part[i - 1].file->path);
	return 0;
}

/* ---- what is missing ---- */

static json_t *find_missing(const struct merge *m)
{
	json_t *list = json_array();
	size_t next = 0;

	for (uint32_t k = 1; k <= m->part[0].shard.of; k++) {
		bool whole = false;

		if (next < m->n && m->part[next].shard.number == k)
			whole = !m->part[next++].file->interrupted;
		if (!whole && wanted_of(&m->part[0], k))
			json_array_append_new(list, json_integer(k));
	}
	return list;
}

static int tell_missing(const struct merge *m, const json_t *missing, struct err *e)
{
	char text[128] = "";
	size_t n = json_array_size(missing), len = 0;

	for (size_t i = 0; i < n && len < sizeof(text) - 16; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%lld", i ? ", " : "",
					(long long)json_integer_value(json_array_get(missing, i)));
	err_set(e, -ENODATA, "shards", "of %u there are missing, or not whole: %s%s",
		m->part[0].shard.of, text, n > 1 && len >= sizeof(text) - 16 ? ", ..." : "");
	return err_hint(e, "--partial merges what there is");
}

static json_t *describe(const struct merge *m, json_t *missing)
{
	json_t *numbers = json_array();

	for (size_t i = 0; i < m->n; i++)
		json_array_append_new(numbers, json_integer(m->part[i].shard.number));
	return json_pack("{s:i, s:s, s:o, s:o}", "of", (int)m->part[0].shard.of, "by",
			 m->part[0].by_points ? "points" : "cells", "numbers", numbers, "missing",
			 missing);
}

/* ---- together ---- */

struct placed {
	uint64_t at; /* in the plan */
	const json_t *cell;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* What a shard has saved stays with it: there is nothing of that beside the merged results. */
static json_t *copy_cell(const json_t *from)
{
	json_t *cell = json_deep_copy(from), *v;
	size_t i;

	json_array_foreach(json_object_get(cell, "violations"), i, v)
		json_object_del(v, "saved");
	return cell;
}

static int merge_cells(const struct merge *m, json_t *ret, struct err *e)
{
	struct placed *all;
	size_t n = 0, room = 1;

	for (size_t i = 0; i < m->n; i++)
		room += m->part[i].file->n_cells;
	all = calloc(room, sizeof(*all));
	if (!all)
		return err_sys(e, -ENOMEM, "shards", "merge");
	for (size_t i = 0; i < m->n; i++) {
		const struct part *p = &m->part[i];
		const struct shard s = local(p, p->shard.number);

		for (size_t k = 0; k < p->file->n_cells; k++)
			all[n++] = (struct placed){ s.number - 1 + k * s.of,
						    p->file->cells[k].json };
	}
	qsort(all, n, sizeof(*all), by_place);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(ret, copy_cell(all[i].cell));
	free(all);
	return 0;
}

static int merge_points(const struct merge *m, json_t *ret, struct err *e)
{
	const json_t **cells = calloc(m->n, sizeof(*cells));
	json_t *cell;
	size_t n = 0;
	int r = cells ? 0 : err_sys(e, -ENOMEM, "shards", "merge");

	for (size_t i = 0; cells && i < m->n; i++)
		if (m->part[i].file->n_cells)
			cells[n++] = m->part[i].file->cells[0].json;
	if (!r && n)
		r = merge_states(cells, n, &cell, e);
	if (!r && n)
		json_array_append_new(ret, cell);
	free(cells);
	return r;
}

static int merge_parts(const struct merge *m, struct merged *ret, struct err *e)
{
	json_t *missing = find_missing(m);

	if (json_array_size(missing) && !m->partial) {
		tell_missing(m, missing, e);
		json_decref(missing);
		return e->code;
	}
	*ret = (struct merged){ .cells = json_array(),
				.command = json_incref(m->part[0].command),
				.note = describe(m, missing) };
	if (!ret->cells || !ret->note)
		return err_sys(e, -ENOMEM, "shards", "merge");
	return m->part[0].by_points ? merge_points(m, ret->cells, e)
				    : merge_cells(m, ret->cells, e);
}

int merge_shards(const struct results_file *files, size_t n, bool partial, struct merged *ret,
		 struct err *e)
{
	struct merge m = { .part = calloc(n, sizeof(*m.part)), .partial = partial };
	int r;

	*ret = (struct merged){ 0 };
	if (!m.part)
		return err_sys(e, -ENOMEM, "shards", "merge");
	r = read_parts(&m, files, n, e);
	if (!r)
		r = merge_parts(&m, ret, e);
	if (r)
		merged_release(ret);
	for (size_t i = 0; i < m.n; i++)
		json_decref(m.part[i].command);
	free(m.part);
	return r;
}

void merged_release(struct merged *m)
{
	json_decref(m->cells);
	json_decref(m->command);
	json_decref(m->note);
	*m = (struct merged){ 0 };
}
