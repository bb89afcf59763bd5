// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/select.h"
#include "bench/fio/fio_jobs.h"
#include "bench/fio/fio_own.h"
#include "bench/group.h"
#include "bench/sweep.h"
#include "lib/cleanup.h"
#include "lib/nearest.h"
#include "lib/units.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 500 /* that a mistyped word is held against */

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

size_t select_param_count(const struct dx_workload *w)
{
	size_t n = 0;

	while (n < DX_MAX_PARAMS && w->params[n].name)
		n++;
	return n;
}

/* ---- words ---- */

/* The name of a workload or group that @word is near to, or NULL. */
static const char *nearest_name(enum lens lens, const char *word)
{
	size_t n, n_names = 0;
	const struct dx_workload *const *all = select_all(lens, &n);
	const char *names[NAMES_MAX];

	for (size_t i = 0; i < n && n_names < NAMES_MAX; i++)
		names[n_names++] = all[i]->name;
	for (const struct group *g = groups; g->name && n_names < NAMES_MAX; g++)
		names[n_names++] = g->name;
	return nearest(word, names, n_names);
}

static int no_workload(enum lens lens, const char *word, struct err *e)
{
	const char *near = nearest_name(lens, word + (word[0] == '@'));

	err_set(e, -EINVAL, word, "no such workload or group");
	if (near)
		return err_hint(e, "did you mean %s?", near);
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

/* What a word chooses for each parameter of a workload: values to combine. */
struct choice {
	struct selection first; /* the first of each; the path */
	uint64_t *values[DX_MAX_PARAMS];
	size_t n[DX_MAX_PARAMS]; /* 0: not chosen, the default */
};

static void release_choice(struct choice *c)
{
	for (size_t i = 0; i < DX_MAX_PARAMS; i++)
		free(c->values[i]);
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

/* "pages=1..100*10" into @c; of the same parameter twice the last counts. */
static int choose_param(struct choice *c, char *assignment, struct err *e)
{
	const struct dx_workload *w = c->first.workload;
	char *value = strchr(assignment, '=');
	size_t i, n = select_param_count(w);
	int r;

	if (!value) {
		err_set(e, -EINVAL, w->name, "\"%s\" sets nothing", assignment);
		return err_hint(e, "want NAME:param=value,param=value");
	}
	*value++ = '\0';
	for (i = 0; i < n && strcmp(w->params[i].name, assignment) != 0; i++)
		;
	if (i == n)
		return unknown_param(w, assignment, e);
	free(c->values[i]);
	c->values[i] = NULL;
	r = sweep_parse(w->name, &w->params[i], value, &c->values[i], &c->n[i], e);
	if (!r)
		c->first.values[i] = c->values[i][0];
	return r;
}

/* "pages=10,size=2M" into @c; @text is cut up, and is a copy of @params. */
static int choose_params(struct choice *c, const char *params, char *text, struct err *e)
{
	char *start = text, *assignment;
	int r = 0;

	while (!r && text && !take_path(&c->first, params + (text - start)) &&
	       (assignment = strsep(&text, ",")))
		r = choose_param(c, assignment, e);
	return r;
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

static int add_selection(struct list *list, const struct selection *s, struct err *e)
{
	struct selection *longer;

	for (size_t i = 0; i < list->n; i++)
		if (is_same(&list->items[i], s))
			return 0;
	if (list->n == SELECT_MAX) {
		err_set(e, -EINVAL, s->workload->name, "more than %d workloads and values",
			SELECT_MAX);
		return err_hint(e, "each combination of values is measured: take fewer");
	}
	longer = realloc(list->items, (list->n + 1) * sizeof(*longer));
	if (!longer)
		return err_sys(e, -ENOMEM, s->workload->name, "select");
	list->items = longer;
	list->items[list->n++] = *s;
	return 0;
}

/* The next combination: the last parameter changes fastest. False after the last one. */
static bool advance(const struct choice *c, size_t at[DX_MAX_PARAMS], struct selection *s)
{
	for (size_t i = DX_MAX_PARAMS; i-- > 0;) {
		if (!c->n[i])
			continue;
		at[i] = at[i] + 1 < c->n[i] ? at[i] + 1 : 0;
		s->values[i] = c->values[i][at[i]];
		if (at[i])
			return true;
	}
	return false;
}

static int add_combinations(struct list *list, const struct choice *c, struct err *e)
{
	size_t at[DX_MAX_PARAMS] = { 0 };
	struct selection s = c->first;
	int r;

	do
		r = add_selection(list, &s, e);
	while (!r && advance(c, at, &s));
	return r;
}

static int add_workload(struct list *list, const struct dx_workload *w, const char *params,
			struct err *e)
{
	AUTO_FREE char *copy = params ? strdup(params) : NULL;
	struct choice c = { .first = { .workload = w } };
	int r = 0;

	for (size_t i = 0; i < select_param_count(w); i++)
		c.first.values[i] = w->params[i].def;
	if (params && !copy)
		return err_sys(e, -ENOMEM, w->name, "select");
	if (params)
		r = choose_params(&c, params, copy, e);
	if (!r)
		r = add_combinations(list, &c, e);
	release_choice(&c);
	return r;
}

/*
 * Does @name (of a word) mean @w? A name that is a workload's means no group; a
 * glob means jobs of fio only if it says so ("fio:*").
 */
static bool means(enum lens lens, const char *name, const struct dx_workload *w)
{
	if (name[0] == '@')
		return group_has(name + 1, w);
	if (!fnmatch(name, w->name, 0))
		return !w->job || fio_jobs_are_meant(name);
	return !select_find(lens, name) && group_has(name, w);
}

/* What cannot run without a path, and what is many lists: a name means them, a glob does not. */
static bool is_left_out(const struct dx_workload *w, const char *name, const char *params)
{
	return (path_param(w) || w->list == DX_LIST_ACE) && !params && strcmp(w->name, name) != 0;
}

/* A job of fio that is a file of the user's. */
static int add_file(enum lens lens, struct list *list, const char *word, struct err *e)
{
	const struct dx_workload *w;
	int r;

	if (lens == LENS_CHECK)
		return unknown_name(lens, word, e);
	r = fio_own_load(fio_own_path(word), &w, e);
	return r ? r : add_workload(list, w, NULL, e);
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
		r = add_workload(list, all[i], params ? params + 1 : NULL, e);
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
