// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench kernel: the kernels of our own, listed and built. */
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "bench/interrupt.h"
#include "bench/kernel/variants.h"
#include "bench/results/json_get.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

enum { OPT_JSON = 0x100, OPT_COLOR };

struct kernel_command {
	bool json;
	int verbosity;
	const char *color;
	char **words;
	size_t n_words;
};

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "list: print JSON", 0 },
	{ "verbose", 'v', NULL, 0, "build: print make's lines", 0 },
	{ "quiet", 'q', NULL, 0, "no progress, no notes", 0 },
	{ "color", OPT_COLOR, "WHEN", 0, "auto, always or never", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct kernel_command *k = state->input;

	switch (key) {
	case OPT_JSON:
		k->json = true;
		return 0;
	case OPT_COLOR:
		k->color = arg;
		return 0;
	case 'v':
		k->verbosity++;
		return 0;
	case 'q':
		k->verbosity = -1;
		return 0;
	case ARGP_KEY_ARGS:
		k->words = state->argv + state->next;
		k->n_words = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "what? \"list\", or \"build\" and the names of variants");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "list\nbuild VARIANT...",
	.doc = "Lists the kernels of daxbench's own, or builds some: Debian's source, a "
	       "configuration for guests, and the patches of a variant.\v"
	       "What is built is a name for --kernel and for \"daxbench compare\". \"daxbench "
	       "help kernel\" has examples.",
};

static void print_variants(const json_t *list)
{
	int room = (int)say_width(stdout) - 1, name = 4;
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if ((int)strlen(text_of(v, "name")) > name)
			name = (int)strlen(text_of(v, "name"));
	printf("%-*s  %-6s  %-6s  %s\n", name, "NAME", "SERIES", "STATE", "TITLE");
	json_array_foreach(list, i, v) {
		int left = room > 0 ? room - name - 18 : 200;

		printf("%-*s  %-6s  %-6s  %.*s\n", name, text_of(v, "name"), text_of(v, "series"),
		       text_of(v, "state"), left > 0 ? left : 0, text_of(v, "title"));
	}
}

static int list(const struct kernel_command *k, struct err *e)
{
	json_t *variants;
	int r = variants_list(&variants, e);

	if (r)
		return r;
	if (k->json)
		say_json(variants);
	else
		print_variants(variants);
	json_decref(variants);
	return 0;
}

/* Elsewhere than on a terminal notes alone: what make prints is in the build's log. */
static void show(const struct variants_build *b, enum variants_event event, const char *text)
{
	if (event == VARIANTS_NOTE)
		say_note(0, "%s", text);
	else if (say_verbosity() > 0)
		say_note(1, "  %s", text);
	else if (say_width(stderr) || b->done % 200 == 0)
		say_progress(b->done, b->done < b->steps ? b->steps : b->done, text);
}

static int build(struct kernel_command *k, struct err *e)
{
	struct variants_build b;
	enum variants_event event;
	const char *text;
	int r = variants_build_start(&b, k->words + 1, e);

	if (r)
		return r;
	while (!interrupted && (event = variants_build_next(&b, &text)) != VARIANTS_END)
		show(&b, event, text);
	r = variants_build_end(&b, e);
	say_progress_done();
	return r;
}

int cmd_kernel(int argc, char **argv)
{
	struct kernel_command k = { 0 };
	const char *what;
	struct err e;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &k);
	say_init(k.verbosity, k.color);
	what = k.words[0];
	if (!strcmp(what, "list") && k.n_words == 1)
		r = list(&k, &e);
	else if (!strcmp(what, "build") && k.n_words > 1)
		r = build(&k, &e);
	else
		r = err_set(&e, -EINVAL, what,
			    "not understood; \"list\", or \"build\" and the names of variants");
	if (r && !interrupted)
		say_error(&e);
	if (interrupted)
		return 128 + interrupted;
	return r ? say_exit_code(&e) : EXIT_OK;
}
