// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/plan.h"
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

void plan_repeat_soups(struct plan *p, uint64_t rounds)
{
	p->cells = 0;
	for (size_t i = 0; i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		p->cells += (select_needs_fs(s) ? count_fs(p) : 1) *
			    (s->workload->list == DX_LIST_SOUP ? rounds : 1);
	}
}

int plan_make(struct plan *p, const struct session *s, enum lens lens, char *const words[],
	      size_t n_words, struct err *e)
{
	int r = session_check(s, e);

	if (!r)
		r = select_words(lens, words, n_words, &p->selections, &p->n_selections, e);
	if (r)
		return r;
	choose_file_systems(p, s);
	if (s->target && count_fs(p) > 1)
		return err_set(e, -EINVAL, "--fs", "a directory is on one file system");
	plan_repeat_soups(p, 1);
	return 0;
}

void plan_print(const struct plan *p, bool emulated)
{
	char params[256];

	for (size_t i = 0; i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		select_format_params(s, params, sizeof(params));
		printf("%s%s%s", s->workload->name, params[0] ? ":" : "", params);
		for (size_t f = 0; select_needs_fs(s) && p->fs[f]; f++)
			printf(" %s", p->fs[f]);
		putchar('\n');
	}
	printf("%zu cells %s\n", p->cells, emulated ? "for each kernel, in a guest" : "here");
}

static int walk_cells(const struct plan *p, struct target *t, const char *fs, bool with_fs,
		      const struct err *no_target, plan_cell_fn fn, void *data, struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && i < p->n_selections; i++) {
		const struct selection *s = &p->selections[i];

		if (interrupted)
			return err_set(e, -EINTR, s->workload->name, "interrupted");
		if (select_needs_fs(s) == with_fs)
			r = fn(data, s, t, fs, no_target, e);
	}
	return r;
}

static bool any_needs_fs(const struct plan *p)
{
	for (size_t i = 0; i < p->n_selections; i++)
		if (select_needs_fs(&p->selections[i]))
			return true;
	return false;
}

int plan_walk(const struct plan *p, const struct session *s, plan_cell_fn fn, void *data,
	      struct err *e)
{
	int r = walk_cells(p, NULL, NULL, false, NULL, fn, data, e);

	for (size_t f = 0; !r && any_needs_fs(p) && f < count_fs(p); f++) {
		struct target_claims claims;
		struct target *t = NULL;
		struct err no_target;

		if (session_open_target(s, p->fs[f], 0, &claims, &t, &no_target)) {
			r = walk_cells(p, NULL, p->fs[f], true, &no_target, fn, data, e);
			continue;
		}
		r = walk_cells(p, t, p->fs[f], true, NULL, fn, data, e);
		target_close(t);
		session_release_claims(&claims);
	}
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
