// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of earlier runs, beside the figures of this one. */
#include "bench/cmd/cmd_run.h"
#include "bench/results/last.h"
#include "bench/cmd/say.h"
#include "bench/report/table.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int run_read_baseline(struct run *run, struct err *e)
{
	if (run->save_baseline && run->session.kernels[0] && run->session.kernels[1]) {
		err_set(e, -EINVAL, "--save-baseline", "a baseline is of one kernel");
		return err_hint(e, "run once for each kernel, with a name for each");
	}
	if (run->save_baseline && baseline_check_name(run->save_baseline, e))
		return e->code;
	return run->baseline ? baseline_read(run->output.dir, run->baseline, &run->held_against, e)
			     : 0;
}

#define WIDE 100 /* columns that have room for earlier figures, too */

/* Is @word this option, or what getopt takes for it: a beginning that no other has? */
static bool is_option(const char *word, const char *option, size_t least)
{
	size_t len = strcspn(word, "=");

	return len >= least && !strncmp(word, option, len);
}

int run_strip_baselines(struct run *run, struct err *e)
{
	size_t n = 0;

	while (run->argv[n])
		n++;
	run->guest_argv = calloc(n + 1, sizeof(*run->guest_argv));
	if (!run->guest_argv)
		return err_sys(e, -ENOMEM, "guest", "make its command line");
	n = 0;
	for (size_t i = 0; run->argv[i]; i++) {
		const char *word = run->argv[i];

		if (!is_option(word, "--baseline", strlen("--b")) &&
		    !is_option(word, "--save-baseline", strlen("--sav")))
			run->guest_argv[n++] = run->argv[i];
		else if (!strchr(word, '=') && run->argv[i + 1])
			i++;
	}
	return 0;
}

static int find_last(const struct run *run, const json_t *document, struct last *ret)
{
	struct err e;

	if (run->baseline)
		return last_in_baseline(&run->held_against, document, ret, &e);
	return last_find(run->output.dir, document, ret, &e);
}

/* A text for each result of the run; false: no column. */
static bool make_column(const struct run *run, const struct last *l, struct table_column *ret)
{
	unsigned int width = say_width(stdout);
	bool brief = width && width < WIDE;

	if (!run->baseline && !last_any(l))
		return false;
	ret->title = run->baseline ? "BASELINE" : "LAST";
	ret->text = calloc(l->now.n_cells + 1, sizeof(*ret->text));
	for (size_t i = 0; ret->text && i < l->now.n_cells; i++)
		last_format(l, i, brief, ret->text[i], sizeof(ret->text[i]));
	return ret->text;
}

void run_print_table(const struct run *run, const json_t *document)
{
	struct table_column column = { 0 };
	struct last last = { 0 };
	bool any = !find_last(run, document, &last) && make_column(run, &last, &column);

	table_print_run(stdout, document, any ? &column : NULL, say_width(stdout),
			say_color(stdout));
	free(column.text);
	last_release(&last);
}

int run_keep_baseline(const struct run *run, const json_t *document, struct err *e)
{
	int r = run->save_baseline ? baseline_save(run->output.dir, run->save_baseline, document, e)
				   : 0;

	if (!r && run->save_baseline)
		say_note(0, "baseline: %s/baselines/%s", run->output.dir, run->save_baseline);
	return r;
}
