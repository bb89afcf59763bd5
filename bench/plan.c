// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/plan.h"
#include "bench/check/ace_source.h"
#include "bench/interrupt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void choose_file_systems(struct plan *p, const struct session *s)
{
	static const char *const usual[] = { "ext4", "xfs", NULL };
	size_t n = 0;

	if (s->fs[0])
		for (; s->fs[n]; n++)
			p->fs[n] = s->fs[n];
	else if (!s->target)
		for (; usual[n]; n++)
			p->fs[n] = usual[n];
	p->fs[n] = NULL;
}

/* At least 1: a directory without --fs counts as one. */
static size_t count_fs(const struct plan *p)
{
	size_t n = 0;

	while (p->fs[n])
		n++;
	return n ? n : 1;
}

static enum target_kind kind_of(const struct selection *s)
{
	return target_kind_of(s->workload->needs);
}

void plan_repeat_soups(struct plan *p, uint64_t rounds)
{
	p->cells = 0;
	for (size_t i = 0; i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		p->cells += (kind_of(s) == TARGET_FS ? count_fs(p) : 1) *
			    (s->workload->list == DX_LIST_SOUP ? rounds : 1);
	}
}

static int choose(struct plan *p, const struct session *s, struct err *e)
{
	choose_file_systems(p, s);
	if (s->target && count_fs(p) > 1)
		return err_set(e, -EINVAL, "--fs", "a directory is on one file system");
	plan_repeat_soups(p, 1);
	return 0;
}

int plan_make_of(struct plan *p, const struct session *s, const struct selection *one,
		 struct err *e)
{
	int r = session_check(s, e);

	if (r)
		return r;
	p->selections = malloc(sizeof(*p->selections));
	if (!p->selections)
		return err_sys(e, -ENOMEM, one->workload->name, "plan");
	p->selections[0] = *one;
	p->n_selections = 1;
	return choose(p, s, e);
}

int plan_make(struct plan *p, const struct session *s, enum lens lens, char *const words[],
	      size_t n_words, struct err *e)
{
	int r = session_check(s, e);

	if (!r)
		r = select_words(lens, words, n_words, &p->selections, &p->n_selections, e);
	if (!r)
		r = ace_source_spread(&p->selections, &p->n_selections, e);
	return r ? r : choose(p, s, e);
}

void plan_print(const struct plan *p, bool emulated)
{
	char params[256];

	for (size_t i = 0; i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		const char *device = target_kind_name(kind_of(s));

		select_format_params(s, params, sizeof(params));
		printf("%s%s%s", s->workload->name, params[0] ? ":" : "", params);
		for (size_t f = 0; kind_of(s) == TARGET_FS && p->fs[f]; f++)
			printf(" %s", p->fs[f]);
		printf("%s%s\n", device ? " " : "", device ? device : "");
	}
	printf("%zu cells %s\n", p->cells, emulated ? "for each kernel, in a guest" : "here");
}

/* What walk_cells() does with each cell. */
struct walk {
	const struct plan *plan;
	const struct session *session;
	plan_cell_fn fn;
	void *data;
};

static int walk_cells(const struct walk *w, enum target_kind kind, struct target *t, const char *fs,
		      const struct err *no_target, struct err *e)
{
	const struct plan *p = w->plan;
	int r = 0;

	for (size_t i = 0; !r && i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		if (interrupted)
			return err_set(e, -EINTR, s->workload->name, "interrupted");
		if (kind_of(s) == kind)
			r = w->fn(w->data, s, t, fs, no_target, e);
	}
	return r;
}

static bool any_is_of(const struct plan *p, enum target_kind kind)
{
	for (size_t i = 0; i < p->n_selections; i++)
		if (kind_of(&p->selections[i]) == kind)
			return true;
	return false;
}

/* The cells of a target, or of one that cannot be had. */
static int walk_target(const struct walk *w, enum target_kind kind, const char *fs, struct err *e)
{
	struct target_claims claims;
	struct target *t = NULL;
	struct err no_target;
	int r;

	if (session_open_target(w->session, kind, fs, 0, &claims, &t, &no_target))
		return walk_cells(w, kind, NULL, fs, &no_target, e);
	r = walk_cells(w, kind, t, fs, NULL, e);
	target_close(t);
	session_release_claims(&claims);
	return r;
}

int plan_walk(const struct plan *p, const struct session *s, plan_cell_fn fn, void *data,
	      struct err *e)
{
	const struct walk w = { p, s, fn, data };
	int r = walk_cells(&w, TARGET_NONE, NULL, NULL, NULL, e);

	for (size_t f = 0; !r && any_is_of(p, TARGET_FS) && f < count_fs(p); f++)
		r = walk_target(&w, TARGET_FS, p->fs[f], e);
	for (unsigned int kind = TARGET_RAW; !r && kind < TARGET_KINDS; kind++)
		if (any_is_of(p, (enum target_kind)kind))
			r = walk_target(&w, (enum target_kind)kind,
					target_kind_name((enum target_kind)kind), e);
	return r;
}

json_t *plan_command_line(const char *command, char *const argv[])
{
	json_t *list = json_array();

	/* argp was told "daxbench run", so that it says so; it was typed as two words. */
	json_array_append_new(list, json_string("daxbench"));
	json_array_append_new(list, json_string(command));
	for (size_t i = 1; argv[i]; i++)
		json_array_append_new(list, json_string(argv[i]));
	return list;
}

void plan_release(struct plan *p)
{
	free(p->selections);
	p->selections = NULL;
}
