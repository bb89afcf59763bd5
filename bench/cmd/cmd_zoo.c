// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench zoo: would it be seen? Each bug of the zoo's kernel is put back, one at a time, and
 * what is to catch it runs: on that kernel, and on the same one without a bug.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/output_argp.h"
#include "bench/cmd/say.h"
#include "bench/compare/exit_style.h"
#include "bench/interrupt.h"
#include "bench/report/zoo_print.h"
#include "bench/results/results.h"
#include "bench/zoo/zoo_result.h"
#include "bench/zoo/zoo_run.h"
#include "lib/cleanup.h"
#include "lib/monotonic.h"

#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ZOO_FILE "zoo.json"

enum { OPT_JSON = 0x100, OPT_KERNEL, OPT_MUTANTS, OPT_GENERAL, OPT_DRY_RUN };

/* What a command has found on the kernel without a bug: it is asked once. */
struct known_good {
	const struct mutant_command *command;
	struct zoo_findings found;
};

struct zoo {
	struct output_args output;
	const char *kernel, *file;
	bool json, by_general, dry_run;
	char **words;
	size_t n_words;
	struct mutants mutants, general;
	struct zoo_row *row;
	size_t n_rows, done; /* done: of them */
	uint64_t began;
	struct known_good *good;
	size_t n_good;
	struct zoo_run run;
};

static const struct argp_option options[] = {
	{ "kernel", OPT_KERNEL, "K", 0, "the kernel that has the bugs (zoo)", 20 },
	{ "mutants", OPT_MUTANTS, "FILE", 0, "the list of them (" MUTANTS_FILE ")", 20 },
	{ "general", OPT_GENERAL, NULL, 0,
	  "not by what is made to catch each, but by what knows of none", 20 },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "only say what would be run", 20 },
	{ NULL, 0, NULL, 0, "What you see:", OUTPUT_GROUP },
	{ "json", OPT_JSON, NULL, 0, "print the matrix as JSON", OUTPUT_GROUP },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct zoo *z = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &z->output;
		return 0;
	case OPT_KERNEL:
		z->kernel = arg;
		return 0;
	case OPT_MUTANTS:
		z->file = arg;
		return 0;
	case OPT_GENERAL:
		z->by_general = true;
		return 0;
	case OPT_DRY_RUN:
		z->dry_run = true;
		return 0;
	case OPT_JSON:
		z->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		z->words = state->argv + state->next;
		z->n_words = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &output_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[MUTANT]...",
	.doc = "Puts bugs that the kernel's DAX code has had back, one at a time, and says who "
	       "catches them: by name or number, all without any.\v"
	       "\"daxbench help zoo\" has more. Exit status 1: one is not caught, or something is "
	       "where there is no bug.",
	.children = children,
};

/* ---- which ---- */

static bool is_asked_for(const struct zoo *z, const struct mutant *m)
{
	for (size_t i = 0; i < z->n_words; i++)
		if (mutants_find(&z->mutants, z->words[i]) == m)
			return true;
	return !z->n_words;
}

static struct zoo_row row_of(const struct zoo *z, const struct mutant *m)
{
	return (struct zoo_row){ .mutant = m, .general = z->by_general || m->general };
}

static int choose(struct zoo *z, struct err *e)
{
	for (size_t i = 0; i < z->n_words; i++)
		if (!mutants_find(&z->mutants, z->words[i])) {
			err_set(e, -EINVAL, z->words[i], "no such mutant");
			return err_hint(e, "\"daxbench zoo --dry-run\" has them");
		}
	z->row = calloc(z->mutants.n + 1, sizeof(*z->row));
	z->good = calloc(z->mutants.n + z->general.n_general + 1, sizeof(*z->good));
	if (!z->row || !z->good)
		return err_sys(e, -ENOMEM, z->file, "choose of it");
	for (size_t i = 0; i < z->mutants.n; i++)
		if (is_asked_for(z, &z->mutants.mutant[i]))
			z->row[z->n_rows++] = row_of(z, &z->mutants.mutant[i]);
	return 0;
}

/* Its commands. */
static const struct mutant_command *commands_of(const struct zoo *z, const struct zoo_row *row,
						size_t *ret_n)
{
	*ret_n = row->general ? z->general.n_general : 1;
	return row->general ? z->general.general : &row->mutant->trigger;
}

static void print_plan(const struct zoo *z)
{
	for (size_t i = 0; i < z->n_rows; i++) {
		const struct mutant *m = z->row[i].mutant;
		const struct mutant_command *c;
		size_t n;

		assert(m); /* choose() */
		c = commands_of(z, &z->row[i], &n);
		for (size_t k = 0; k < n; k++)
			printf("%4u %-20s %-10s daxbench %s\n", m->number, m->name,
			       mutant_expected(m), c[k].text);
	}
}

/* ---- runs ---- */

static const struct zoo_findings *find_good(const struct zoo *z, const struct mutant_command *c)
{
	for (size_t i = 0; i < z->n_good; i++)
		if (!strcmp(z->good[i].command->text, c->text))
			return &z->good[i].found;
	return NULL;
}

static int run_without(struct zoo *z, const struct mutant_command *c, struct zoo_row *row,
		       struct err *e)
{
	const struct zoo_findings *found = find_good(z, c);
	struct known_good *good = &z->good[z->n_good];
	double seconds;
	char name[32];
	int r = 0;

	if (!found) {
		snprintf(name, sizeof(name), "0-%zu", z->n_good + 1);
		r = zoo_run(&z->run, c, 0, name, &good->found, &seconds, e);
		if (r)
			return r;
		good->command = c;
		z->n_good++;
		found = &good->found;
	}
	zoo_add(&row->without, found);
	return 0;
}

static int run_with(struct zoo *z, const struct mutant_command *c, size_t number,
		    struct zoo_row *row, struct err *e)
{
	struct zoo_findings found;
	double seconds = 0;
	char name[96];
	int r;

	if (row->general)
		snprintf(name, sizeof(name), "%u-general-%zu", row->mutant->number, number + 1);
	else
		snprintf(name, sizeof(name), "%u-%.60s", row->mutant->number, row->mutant->name);
	r = zoo_run(&z->run, c, row->mutant->number, name, &found, &seconds, e);
	row->seconds += seconds;
	if (!r)
		zoo_add(&row->with, &found);
	return r;
}

static int run_row(struct zoo *z, struct zoo_row *row, struct err *e)
{
	const struct mutant_command *c;
	size_t n;
	int r = 0;

	c = commands_of(z, row, &n);
	for (size_t i = 0; !r && i < n && !zoo_found(&row->with); i++) {
		r = run_with(z, &c[i], i, row, e);
		if (!r)
			r = run_without(z, &c[i], row, e);
	}
	return r;
}

/* Of all rows that are done: hours of them are not lost with the next. */
static int keep(const struct zoo *z, json_t **ret, struct err *e)
{
	double seconds = (double)(monotonic_ms() - z->began) / 1e3;

	*ret = zoo_document(z->row, z->done, z->kernel, seconds);
	return *ret ? results_put_document(z->run.dir, ZOO_FILE, *ret, e)
		    : err_sys(e, -ENOMEM, ZOO_FILE, "make it");
}

static int run_all(struct zoo *z, json_t **ret, struct err *e)
{
	int r = keep(z, ret, e);

	while (!r && z->done < z->n_rows) {
		assert(z->row[z->done].mutant); /* choose() */
		say_progress(z->done, z->n_rows, z->row[z->done].mutant->name);
		r = run_row(z, &z->row[z->done], e);
		if (r)
			break;
		z->done++;
		json_decref(*ret);
		r = keep(z, ret, e);
	}
	say_progress_done();
	return r;
}

/* ---- what came of it ---- */

static void print(const struct zoo *z, const json_t *document)
{
	if (!z->json)
		zoo_print(stdout, document, z->output.verbosity > 0);
	else
		say_json(document);
	fflush(stdout);
}

static int conclude(const struct zoo *z, const json_t *document, int failed)
{
	int code = zoo_exit_code(z->row, z->done);

	if (document)
		print(z, document);
	say_note(0, "results: %s", z->run.dir);
	if (failed)
		code = say_worse_exit(code, EXIT_NO_RUN);
	return interrupted ? 128 + interrupted : code;
}

static int zoo(struct zoo *z)
{
	json_t *document = NULL;
	struct err e;
	int r = mutants_read(&z->mutants, z->file, &e);

	if (!r)
		r = mutants_read(&z->general, MUTANTS_GENERAL, &e);
	if (!r)
		r = choose(z, &e);
	if (r) {
		say_error(&e);
		return say_exit_code(&e);
	}
	if (z->dry_run) {
		print_plan(z);
		return EXIT_OK;
	}
	z->run = (struct zoo_run){ .kernel = z->kernel,
				   .dir = z->output.dir,
				   .verbose = z->output.verbosity > 0 };
	z->began = monotonic_ms();
	r = run_all(z, &document, &e);
	if (r && r != -ECANCELED)
		say_error(&e);
	r = conclude(z, document, r);
	json_decref(document);
	return r;
}

int cmd_zoo(int argc, char **argv)
{
	struct zoo z = { .kernel = "zoo", .file = MUTANTS_FILE, .output.dir = "results/zoo" };
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, &z);
	say_init(z.output.verbosity, z.output.color);
	code = zoo(&z);
	mutants_release(&z.mutants);
	mutants_release(&z.general);
	free(z.row);
	free(z.good);
	return exit_style_map(z.output.exit_style, code);
}
