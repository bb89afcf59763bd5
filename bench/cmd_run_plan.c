// SPDX-License-Identifier: GPL-2.0-or-later
/* What is to be run, and what is said when it was: the same here and for a guest. */
#include "bench/cmd_run.h"
#include "bench/command.h"
#include "bench/interrupt.h"
#include "bench/say.h"
#include "bench/table.h"

#include <errno.h>

static void plan_file_systems(struct run *run)
{
	static const char *const usual[] = { "ext4", "xfs", NULL };
	size_t n = 0;

	if (run->session.fs[0])
		for (; run->session.fs[n]; n++)
			run->fs[n] = run->session.fs[n];
	else if (!run->session.target)
		for (; usual[n]; n++)
			run->fs[n] = usual[n];
	run->fs[n] = NULL;
}

size_t run_count_fs(const struct run *run)
{
	size_t n = 0;

	while (run->fs[n])
		n++;
	return n ? n : 1;
}

int run_make_plan(struct run *run, struct err *e)
{
	size_t file_systems;
	int r = session_check(&run->session, e);

	if (!r)
		r = select_words(LENS_BENCH, run->words, run->n_words, &run->selections,
				 &run->n_selections, e);
	if (r)
		return r;
	plan_file_systems(run);
	file_systems = run_count_fs(run);
	if (run->session.target && file_systems > 1)
		return err_set(e, -EINVAL, "--fs", "a directory is on one file system");
	for (size_t i = 0; i < run->n_selections; i++)
		run->planned += select_needs_fs(&run->selections[i]) ? file_systems : 1;
	return 0;
}

void run_print_plan(const struct run *run)
{
	char params[256];

	for (size_t i = 0; i < run->n_selections; i++) {
		const struct selection *s = &run->selections[i];

		select_format_params(s, params, sizeof(params));
		printf("%s%s%s", s->workload->name, params[0] ? ":" : "", params);
		for (size_t f = 0; select_needs_fs(s) && run->fs[f]; f++)
			printf(" %s", run->fs[f]);
		putchar('\n');
	}
	printf("%zu cells %s\n", run->planned,
	       session_is_emulated(&run->session) ? "for each kernel, in a guest" : "here");
}

json_t *run_command_line(const struct run *run)
{
	json_t *list = json_array();

	/* argp was told "daxbench run", so that it says so; it was typed as two words. */
	json_array_append_new(list, json_string("daxbench"));
	json_array_append_new(list, json_string("run"));
	for (size_t i = 1; run->argv[i]; i++)
		json_array_append_new(list, json_string(run->argv[i]));
	return list;
}

int run_conclude(struct run *run, struct results *results, bool cut_short)
{
	struct err e;
	int code;

	say_progress_done();
	code = results_exit_code(results_document(results));
	if (run->json && !json_dumpf(results_document(results), stdout,
				     JSON_INDENT(2) | JSON_REAL_PRECISION(17)))
		putchar('\n');
	else if (!run->json)
		table_print_run(stdout, results_document(results), say_width(stdout),
				say_color(stdout));
	fflush(stdout); /* before what is said on the other stream */
	if (results_finish(results, cut_short, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (results_path(results))
		say_note(0, "results: %s", results_path(results));
	if (cut_short && code != EXIT_FOUND)
		code = EXIT_NO_RUN;
	return interrupted ? 128 + interrupted : code;
}
