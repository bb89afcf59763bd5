// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench plot: sweeps of kept results, in the terminal and as SVG beside the results. */
#include "bench/cmd/command.h"
#include "bench/compare/compare_words.h"
#include "bench/report/plot.h"
#include "bench/report/plot_script.h"
#include "bench/results/results.h"
#include "bench/cmd/say.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 8

struct plotter {
	const char *base; /* directory of results */
	int verbosity;
	char **words;
	size_t n_words;
	struct results_file files[MAX_FILES];
	size_t n_files;
	struct compare_filter filter; /* of the words that are no results */
	size_t drawn;
};

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "where results are kept (results)", 0 },
	{ "verbose", 'v', NULL, 0, "say more", 0 },
	{ "quiet", 'q', NULL, 0, "say only errors", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct plotter *p = state->input;

	switch (key) {
	case 'o':
		p->base = arg;
		return 0;
	case 'v':
		p->verbosity = 1;
		return 0;
	case 'q':
		p->verbosity = -1;
		return 0;
	case ARGP_KEY_ARGS:
		p->words = state->argv + state->next;
		p->n_words = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RESULT]... [NAME | GLOB | GROUP]...",
	.doc = "Draws sweeps; without words: all of results/latest.\v"
	       "\"daxbench help plot\" has examples.",
};

/* ---- what is drawn ---- */

static int read_file(struct plotter *p, const char *word, struct err *e)
{
	char path[PATH_MAX];
	int r;

	if (p->n_files == MAX_FILES)
		return err_set(e, -EINVAL, word, "more than %d results at once", MAX_FILES);
	r = results_find(p->base, word, path, e);
	if (!r)
		r = results_read(path, &p->files[p->n_files], e);
	if (!r)
		p->n_files++;
	return r;
}

/* Results first, then workloads; without results the latest. */
static int read_words(struct plotter *p, struct err *e)
{
	size_t i = 0;
	int r = 0;

	for (; !r && i < p->n_words; i++) {
		if (compare_word_kind(p->base, p->words[i]) == COMPARE_WORD_WORKLOAD)
			break;
		r = read_file(p, p->words[i], e);
	}
	p->filter = (struct compare_filter){ p->words + i, p->n_words - i };
	for (; !r && i < p->n_words; i++)
		if (strchr(p->words[i], ':') && !strchr(p->words[i], '*')) {
			err_set(e, -EINVAL, p->words[i], "is more than a workload's name");
			r = err_hint(e,
				     "all of its values are drawn: leave out what is behind \":\"");
		}
	return r || p->n_files ? r : read_file(p, "latest", e);
}

/* Beside the run.json: plots/, made if need be. */
static int open_directory(const struct results_file *f, char path[PATH_MAX], struct err *e)
{
	const char *end = strrchr(f->path, '/');
	int fd, r;

	if (snprintf(path, PATH_MAX, "%.*splots", end ? (int)(end - f->path + 1) : 0, f->path) >=
	    PATH_MAX)
		return err_sys(e, -ENAMETOOLONG, f->path, "keep plots beside it");
	r = file_mkdirs(path, 0777);
	if (r)
		return err_sys(e, r, path, "make the directory of plots");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, -errno, path, "open") : fd;
}

static int draw(const struct plot *plot, enum plot_kind kind, char **ret, size_t *ret_len,
		struct err *e)
{
	AUTO_FREE char *script = plot_script(plot, kind);

	return script ? plot_draw(script, ret, ret_len, e)
		      : err_sys(e, -ENOMEM, plot->workload, "plot");
}

static int draw_text(const struct plot *plot, struct err *e)
{
	AUTO_FREE char *picture = NULL;
	size_t len;
	int r = draw(plot, PLOT_TEXT, &picture, &len, e);

	if (r)
		return r;
	plot_text_trim(picture);
	fputs(picture, stdout);
	fflush(stdout);
	return 0;
}

static int keep_svg(const struct plotter *p, const struct plot *plot, struct err *e)
{
	AUTO_FREE char *picture = NULL;
	char path[PATH_MAX], name[128];
	AUTO_CLOSE int dir = -1;
	size_t len;
	int r = draw(plot, PLOT_SVG, &picture, &len, e);

	if (r)
		return r;
	dir = open_directory(&p->files[0], path, e);
	if (dir < 0)
		return dir;
	snprintf(name, sizeof(name), "%.100s.svg", plot->workload);
	r = results_put_at(dir, name, picture, len, e);
	if (!r)
		say_note(0, "plot: %s/%s", path, name);
	return r;
}

static int plot_workload(struct plotter *p, const char *workload, struct err *e)
{
	struct plot plot;
	int r = plot_make(p->files, p->n_files, workload, &plot, e);

	if (r)
		return r;
	if (plot.left_out)
		say_note(0, "note: %s: %zu cell%s did not pass and %s no point", workload,
			 plot.left_out, plot.left_out == 1 ? "" : "s",
			 plot.left_out == 1 ? "has" : "have");
	r = draw_text(&plot, e);
	if (!r)
		r = keep_svg(p, &plot, e);
	plot_release(&plot);
	p->drawn++;
	return r;
}

/* Is it the first cell of its workload that is asked for? */
static bool is_first(struct plotter *p, size_t f, size_t i)
{
	const struct results_cell *cell = &p->files[f].cells[i];

	for (size_t g = 0; g <= f; g++)
		for (size_t k = 0; k < (g < f ? p->files[g].n_cells : i); k++)
			if (!strcmp(p->files[g].cells[k].workload, cell->workload))
				return false;
	return compare_filter_wants(&p->filter, cell);
}

/* What was not swept is only an error where nothing else was. */
static int plot_all(struct plotter *p, struct err *e)
{
	for (size_t f = 0; f < p->n_files; f++)
		for (size_t i = 0; i < p->files[f].n_cells; i++) {
			int r = is_first(p, f, i)
					? plot_workload(p, p->files[f].cells[i].workload, e)
					: 0;

			if (r && r != -ENODATA)
				return r;
		}
	if (p->drawn)
		return 0;
	err_set(e, -EINVAL, p->n_files == 1 ? p->files[0].path : "these results",
		"%s%s: no sweep in them", p->filter.n ? "of " : "",
		p->filter.n ? p->filter.words[0] : "all workloads");
	return err_hint(e, "\"daxbench run fsync-dirty:pages=1..1000*10\" makes one");
}

int cmd_plot(int argc, char **argv)
{
	struct plotter p = { .base = "results" };
	char gnuplot[PATH_MAX];
	struct err e;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &p);
	say_init(p.verbosity, NULL);
	r = proc_find("gnuplot", gnuplot, sizeof(gnuplot), &e);
	if (!r)
		r = read_words(&p, &e);
	if (!r)
		r = plot_all(&p, &e);
	if (r)
		say_error(&e);
	for (size_t i = 0; i < p.n_files; i++)
		results_file_release(&p.files[i]);
	return r ? say_exit_code(&e) : EXIT_OK;
}
