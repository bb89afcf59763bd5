// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench list: the workloads. */
#include "bench/cmd/command.h"
#include "bench/group.h"
#include "bench/report/list_print.h"
#include "bench/cmd/say.h"
#include "bench/select.h"

#include <argp.h>
#include <stdlib.h>

struct list {
	bool json, verbose;
	enum lens lens;
	char **words;
	size_t n_words;
};

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "as JSON", 0 },
	{ "record", 'r', NULL, 0, "those that \"daxbench record\" takes", 0 },
	{ "verbose", 'v', NULL, 0, "with parameters, operation and groups", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct list *list = state->input;

	(void)arg;
	switch (key) {
	case 'j':
		list->json = true;
		return 0;
	case 'r':
		list->lens = LENS_CHECK;
		return 0;
	case 'v':
		list->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		list->words = state->argv + state->next;
		list->n_words = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[NAME | GLOB | GROUP]...",
	.doc = "Lists the workloads by theme; without words: all.\v"
	       "The groups quick, default and full hold workloads of several themes.",
};

static json_t *describe_needs(unsigned int needs)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ DX_NEED_DAX, "dax" },		{ DX_NEED_MAP_SYNC, "map_sync" },
		{ DX_NEED_FS, "fs" },		{ DX_NEED_OWN_FS, "own_fs" },
		{ DX_NEED_THREADS, "threads" }, { DX_NEED_RAW, "raw" },
		{ DX_NEED_DEVDAX, "devdax" },	{ DX_NEED_DEVDAX_4K, "devdax_4k" },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (needs & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *describe(const struct dx_workload *w)
{
	json_t *params = json_array();

	for (size_t i = 0; i < select_param_count(w); i++) {
		const struct dx_param *p = &w->params[i];

		json_array_append_new(params,
				      json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "name", p->name,
						"unit", p->unit, "default", (json_int_t)p->def,
						"min", (json_int_t)p->min, "max",
						(json_int_t)p->max, "help", p->help));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "name", w->name, "title", w->title,
			 "op", w->op, "group", w->groups, "theme", group_theme(w), "needs",
			 describe_needs(w->needs), "params", params);
}

int cmd_list(int argc, char **argv)
{
	static char *everything[] = { (char *)"*", (char *)"fio:*" };
	struct list list = { .lens = LENS_BENCH };
	struct selection *selections;
	struct err e;
	json_t *j;
	size_t n;

	argp_parse(&argp, argc, argv, 0, NULL, &list);
	if (!list.n_words) {
		list.words = everything;
		list.n_words = list.lens == LENS_BENCH ? 2 : 1;
	}
	if (select_words(list.lens, list.words, list.n_words, &selections, &n, &e)) {
		say_error(&e);
		return say_exit_code(&e);
	}
	j = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(j, describe(selections[i].workload));
	if (list.json) {
		say_json(j);
	} else {
		list_print(stdout, j, say_width(stdout), list.verbose);
	}
	json_decref(j);
	free(selections);
	return EXIT_OK;
}
