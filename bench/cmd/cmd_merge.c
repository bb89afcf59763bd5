// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench merge: shards of a check put together, kept and told as the check would have. */
#include "bench/check/merge.h"
#include "bench/check/verdict.h"
#include "bench/cmd/command.h"
#include "bench/cmd/output_argp.h"
#include "bench/cmd/say.h"
#include "bench/compare/exit_style.h"
#include "bench/results/results.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

enum { OPT_JSON = 0x100, OPT_PARTIAL };

struct merge {
	struct output_args output;
	bool json, partial;
	char **words;
	size_t n_words;
	struct results_file *files;
};

static const struct argp_option options[] = {
	{ "partial", OPT_PARTIAL, NULL, 0, "even if some are missing, or were interrupted", 20 },
	{ NULL, 0, NULL, 0, "What you see:", OUTPUT_GROUP },
	{ "json", OPT_JSON, NULL, 0, "print the results as JSON instead of a table", OUTPUT_GROUP },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct merge *m = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &m->output;
		return 0;
	case OPT_JSON:
		m->json = true;
		return 0;
	case OPT_PARTIAL:
		m->partial = true;
		return 0;
	case ARGP_KEY_ARGS:
		m->words = state->argv + state->next;
		m->n_words = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which results? those of daxbench check --shard");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &output_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "RESULT...",
	.doc = "Puts the results of all shards of a check together: they become those that the "
	       "check without --shard would have had.\v"
	       "A result is a run.json, its directory, or that one's name under DIR. \"daxbench "
	       "help merge\" has examples. Exit status 3: shards are missing.",
	.children = children,
};

static int read_all(struct merge *m, struct err *e)
{
	char path[PATH_MAX];
	int r = 0;

	m->files = calloc(m->n_words, sizeof(*m->files));
	if (!m->files)
		return err_sys(e, -ENOMEM, "results", "read");
	for (size_t i = 0; !r && i < m->n_words; i++) {
		r = results_find(m->output.dir, m->words[i], path, e);
		if (!r)
			r = results_read(path, &m->files[i], e);
	}
	return r;
}

static void print(const struct merge *m, const json_t *document)
{
	const struct verdict_view view = { .verbose = m->output.verbosity > 0,
					   .color = say_color(stdout) };

	if (!m->json)
		verdict_print(stdout, document, &view);
	else
		say_json(document);
	fflush(stdout);
}

/* As the check would have kept it. */
static int keep(const struct merge *m, const struct merged *merged, struct results *results,
		struct err *e)
{
	const json_t *cell;
	size_t i;
	int r;

	results_note(results, "merged", json_incref(merged->note));
	json_array_foreach(merged->cells, i, cell) {
		r = results_add_json(results, cell, e);
		if (r)
			return r;
	}
	print(m, results_document(results));
	return results_finish(results, false, e);
}

static int merge(struct merge *m, int *ret_code, struct err *e)
{
	struct merged merged = { 0 };
	struct results *results = NULL;
	const struct results_file *first;
	json_t *environment;
	int r = read_all(m, e);

	if (!r)
		r = merge_shards(m->files, m->n_words, m->partial, &merged, e);
	if (r)
		return r;
	first = &m->files[0];
	environment = json_object_get(first->document, "environment");
	r = results_open(&results, m->output.dir, -1,
			 first->n_cells ? first->cells[0].kernel : "merged", merged.command,
			 json_is_object(environment) ? environment : NULL, (uint64_t)first->seed,
			 json_array_size(merged.cells), e);
	if (!r)
		r = keep(m, &merged, results, e);
	if (!r && results_path(results))
		say_note(0, "results: %s", results_path(results));
	if (results)
		*ret_code = results_exit_code(results_document(results));
	results_close(results);
	merged_release(&merged);
	return r;
}

int cmd_merge(int argc, char **argv)
{
	struct merge m = { .output.dir = "results" };
	struct err e;
	int code = EXIT_OK, r;

	argp_parse(&argp, argc, argv, 0, NULL, &m);
	say_init(m.output.verbosity, m.output.color);
	r = merge(&m, &code, &e);
	if (r) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : say_exit_code(&e);
	}
	for (size_t i = 0; m.files && i < m.n_words; i++)
		results_file_release(&m.files[i]);
	free(m.files);
	return exit_style_map(m.output.exit_style, code);
}
