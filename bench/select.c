// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/select.h"
#include "bench/fio_jobs.h"
#include "bench/fio_own.h"
#include "lib/cleanup.h"
#include "lib/units.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker makes these: first and last of each lens' section (include/daxbench/workload.h). */
extern const struct dx_workload *const __start_dx_bench[] __attribute__((weak));
extern const struct dx_workload *const __stop_dx_bench[] __attribute__((weak));
extern const struct dx_workload *const __start_dx_check[] __attribute__((weak));
extern const struct dx_workload *const __stop_dx_check[] __attribute__((weak));

static int by_name(const void *a, const void *b)
{
	const struct dx_workload *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* The section is in link order and read-only; the jobs of fio are in no section. */
static const struct dx_workload **sorted_copy(enum lens lens, size_t *ret_n)
{
	const struct dx_workload *const *first = lens == LENS_BENCH ? __start_dx_bench
								    : __start_dx_check;
	const struct dx_workload *const *last = lens == LENS_BENCH ? __stop_dx_bench
								   : __stop_dx_check;
	size_t own = (size_t)(last - first), jobs = 0;
	const struct dx_workload *const *job = lens == LENS_BENCH ? fio_jobs_all(&jobs) : NULL;
	const struct dx_workload **copy = malloc((own + jobs + 1) * sizeof(*copy));

	*ret_n = copy ? own + jobs : 0;
	if (!copy)
		return NULL;
	if (own) /* a program may have none */
		memcpy(copy, first, own * sizeof(*copy));
	if (jobs)
		memcpy(copy + own, job, jobs * sizeof(*copy));
	qsort(copy, own + jobs, sizeof(*copy), by_name);
	return copy;
}

const struct dx_workload *const *select_all(enum lens lens, size_t *ret_n)
{
	static const struct dx_workload **sorted[2];
	static size_t n[2];

	if (!sorted[lens])
		sorted[lens] = sorted_copy(lens, &n[lens]);
	*ret_n = n[lens];
	return sorted[lens];
}

const struct dx_workload *select_find(enum lens lens, const char *name)
{
	size_t n;
	const struct dx_workload *const *all = select_all(lens, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}

bool select_in_group(const struct dx_workload *w, const char *group)
{
	size_t len = strlen(group);

	for (const char *p = w->groups; p && *p; p += strcspn(p, ",") + 1) {
		if (strcspn(p, ",") == len && !strncmp(p, group, len))
			return true;
		if (!p[strcspn(p, ",")])
			break;
	}
	return false;
}

bool select_needs_fs(const struct selection *s)
{
	return s->workload->needs & (DX_NEED_DAX | DX_NEED_MAP_SYNC | DX_NEED_FS | DX_NEED_OWN_FS);
}

size_t select_param_count(const struct dx_workload *w)
{
	size_t n = 0;

	while (n < DX_MAX_PARAMS && w->params[n].name)
		n++;
	return n;
}

/* ---- near misses ---- */

/* Levenshtein with transpositions (optimal string alignment), over words of at most 63 letters. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][64];
	size_t la = strlen(a), lb = strlen(b);

	if (la > 63 || lb > 63)
		return 64;
	for (unsigned int k = 0; k <= lb; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *now = rows[i % 3], *before = rows[(i - 1) % 3];
		unsigned int *two_before = rows[(i + 1) % 3];

		now[0] = (unsigned int)i;
		for (size_t k = 1; k <= lb; k++) {
			unsigned int best = before[k - 1] + (a[i - 1] != b[k - 1]);

			if (before[k] + 1 < best)
				best = before[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    two_before[k - 2] + 1 < best)
				best = two_before[k - 2] + 1;
			now[k] = best;
		}
	}
	return rows[la % 3][lb];
}

const char *select_nearest(const char *word, const char *const names[], size_t n)
{
	unsigned int least = (unsigned int)strlen(word) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = distance(word, names[i]);

		if (d < least) {
			least = d;
			nearest = names[i];
		}
	}
	return nearest;
}

/* ---- words ---- */

static int no_workload(enum lens lens, const char *word, struct err *e)
{
	size_t n;
	const struct dx_workload *const *all = select_all(lens, &n);
	AUTO_FREE const char **names = calloc(n + 1, sizeof(*names));
	const char *nearest;

	err_set(e, -EINVAL, word, "no such workload or group");
	for (size_t i = 0; names && i < n; i++)
		names[i] = all[i]->name;
	nearest = names ? select_nearest(word, names, n) : NULL;
	if (nearest)
		return err_hint(e, "did you mean %s?", nearest);
	return err_hint(e, "\"daxbench list\" shows what there is");
}

static int unknown_name(enum lens lens, const char *word, struct err *e)
{
	if (lens == LENS_BENCH || (!fio_jobs_are_meant(word) && strcmp(word, "fio") != 0))
		return no_workload(lens, word, e);
	err_set(e, -EINVAL, word, "fio writes no operation log: nothing can be checked");
	return err_hint(e, "\"daxbench run %s\" measures it", word);
}

static int unknown_param(const struct dx_workload *w, const char *name, struct err *e)
{
	char all[200] = "";

	err_set(e, -EINVAL, w->name, "has no parameter \"%s\"", name);
	for (size_t i = 0; i < select_param_count(w); i++) {
		size_t used = strlen(all);

		snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "",
			 w->params[i].name);
	}
	return err_hint(e, "it has %s", all[0] ? all : "none");
}

static int set_value(const struct dx_workload *w, const struct dx_param *p, const char *text,
		     uint64_t *ret, struct err *e)
{
	bool bytes = !strcmp(p->unit, "bytes");
	int r = bytes ? units_parse_size(text, ret) : units_parse_count(text, ret);
	char min[32], max[32];

	if (!r && *ret >= p->min && *ret <= p->max)
		return 0;
	if (bytes) {
		units_format_size(p->min, min, sizeof(min));
		units_format_size(p->max, max, sizeof(max));
	} else {
		snprintf(min, sizeof(min), "%llu", (unsigned long long)p->min);
		snprintf(max, sizeof(max), "%llu", (unsigned long long)p->max);
	}
	err_set(e, -EINVAL, w->name, "%s=%s: %s", p->name, text,
		r == -EINVAL ? "is not a number" : "is out of range");
	return err_hint(e, "want %s to %s %s", min, max, p->unit);
}

bool select_is_path(const struct dx_param *p)
{
	return !strcmp(p->unit, "path");
}

/* The parameter of @w that is a path, its last; or NULL. */
static const struct dx_param *path_param(const struct dx_workload *w)
{
	size_t n = select_param_count(w);

	return n && select_is_path(&w->params[n - 1]) ? &w->params[n - 1] : NULL;
}

/* A path is all that is left of @params, commas too, which is the word's and stays. */
static bool take_path(struct selection *s, const char *params)
{
	const struct dx_param *p = path_param(s->workload);
	size_t len = p ? strlen(p->name) : 0;

	if (!p || strncmp(params, p->name, len) != 0 || params[len] != '=')
		return false;
	s->path = params + len + 1;
	return true;
}

/* "pages=10,size=2M" into @s; @text is cut up, and is a copy of @params. */
static int set_params(struct selection *s, const char *params, char *text, struct err *e)
{
	char *start = text, *assignment;

	while (text && !take_path(s, params + (text - start)) &&
	       (assignment = strsep(&text, ","))) {
		char *value = strchr(assignment, '=');
		size_t i, n = select_param_count(s->workload);
		int r;

		if (!value) {
			err_set(e, -EINVAL, s->workload->name, "\"%s\" sets nothing", assignment);
			return err_hint(e, "want NAME:param=value,param=value");
		}
		*value++ = '\0';
		for (i = 0; i < n && strcmp(s->workload->params[i].name, assignment) != 0; i++)
			;
		if (i == n)
			return unknown_param(s->workload, assignment, e);
		r = set_value(s->workload, &s->workload->params[i], value, &s->values[i], e);
		if (r)
			return r;
	}
	return 0;
}

struct list {
	struct selection *items;
	size_t n;
};

static bool is_same(const struct selection *a, const struct selection *b)
{
	return a->workload == b->workload && !memcmp(a->values, b->values, sizeof(a->values)) &&
	       (a->path == b->path || (a->path && b->path && !strcmp(a->path, b->path)));
}

static int add_selection(struct list *list, const struct dx_workload *w, const char *params,
			 struct err *e)
{
	AUTO_FREE char *copy = NULL;
	struct selection s = { .workload = w }, *longer;
	int r;

	for (size_t i = 0; i < select_param_count(w); i++)
		s.values[i] = w->params[i].def;
	if (params) {
		copy = strdup(params);
		r = copy ? set_params(&s, params, copy, e) : err_sys(e, -ENOMEM, w->name, "select");
		if (r)
			return r;
	}
	for (size_t i = 0; i < list->n; i++)
		if (is_same(&list->items[i], &s))
			return 0;
	longer = realloc(list->items, (list->n + 1) * sizeof(*longer));
	if (!longer)
		return err_sys(e, -ENOMEM, w->name, "select");
	list->items = longer;
	list->items[list->n++] = s;
	return 0;
}

/*
 * Does @name (of a word) mean @w? A name that is a workload's means no group; a
 * glob means jobs of fio only if it says so ("fio:*").
 */
static bool means(enum lens lens, const char *name, const struct dx_workload *w)
{
	if (name[0] == '@')
		return select_in_group(w, name + 1);
	if (!fnmatch(name, w->name, 0))
		return !w->job || fio_jobs_are_meant(name);
	return !select_find(lens, name) && select_in_group(w, name);
}

/* A glob or a group leaves out what cannot run without a path; a name does not. */
static bool is_left_out(const struct dx_workload *w, const char *name, const char *params)
{
	return path_param(w) && !params && strcmp(w->name, name) != 0;
}

/* A job of fio that is a file of the user's. */
static int add_file(enum lens lens, struct list *list, const char *word, struct err *e)
{
	const struct dx_workload *w;
	int r;

	if (lens == LENS_CHECK)
		return unknown_name(lens, word, e);
	r = fio_own_load(fio_own_path(word), &w, e);
	return r ? r : add_selection(list, w, NULL, e);
}

static int add_word(enum lens lens, struct list *list, const char *word, struct err *e)
{
	const char *params = strchr(fio_jobs_are_meant(word) ? word + strlen(FIO_PREFIX) : word,
				    ':');
	AUTO_FREE char *name = strndup(word, params ? (size_t)(params - word) : strlen(word));
	size_t n, found = 0;
	const struct dx_workload *const *all = select_all(lens, &n);
	int r = 0;

	if (!name)
		return err_sys(e, -ENOMEM, word, "select");
	for (size_t i = 0; !r && i < n; i++) {
		if (!means(lens, name, all[i]) || is_left_out(all[i], name, params))
			continue;
		r = add_selection(list, all[i], params ? params + 1 : NULL, e);
		found++;
	}
	return r || found ? r : unknown_name(lens, name, e);
}

int select_words(enum lens lens, char *const words[], size_t n, struct selection **ret,
		 size_t *ret_n, struct err *e)
{
	struct list list = { 0 };
	int r = 0;

	if (!n)
		r = add_word(lens, &list, "@default", e);
	for (size_t i = 0; !r && i < n; i++)
		r = fio_own_path(words[i]) ? add_file(lens, &list, words[i], e)
					   : add_word(lens, &list, words[i], e);
	if (r) {
		free(list.items);
		return r;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

static void format_value(const struct selection *s, const struct dx_param *p, uint64_t value,
			 char *buf, size_t len)
{
	if (p == path_param(s->workload))
		snprintf(buf, len, "%s", s->path ? s->path : "");
	else if (!strcmp(p->unit, "bytes"))
		units_format_size(value, buf, len);
	else
		snprintf(buf, len, "%llu", (unsigned long long)value);
}

char *select_format_params(const struct selection *s, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < select_param_count(s->workload) && used < len; i++) {
		const struct dx_param *p = &s->workload->params[i];

		used += (size_t)snprintf(buf + used, len - used, "%s%s=", used ? "," : "", p->name);
		if (used >= len)
			break;
		format_value(s, p, s->values[i], buf + used, len - used);
		used += strlen(buf + used);
	}
	return buf;
}
