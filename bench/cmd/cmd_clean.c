// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench clean: what a killed run left. The kernel undoes most by itself
 * (mounts, QEMU, locks); directories of guests, unfinished results and what
 * leftover.h lists stay.
 */
#include "bench/cmd/command.h"
#include "bench/target/leftover.h"
#include "bench/results/results.h"
#include "bench/cmd/say.h"
#include "emulate/emulate.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

struct clean {
	bool remove;
	const char *results;
	size_t found;
};

static const struct argp_option options[] = {
	{ "remove", 'r', NULL, 0, "remove what is listed", 0 },
	{ "output", 'o', "DIR", 0, "where results are kept (results)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct clean *c = state->input;

	switch (key) {
	case 'r':
		c->remove = true;
		return 0;
	case 'o':
		c->results = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: takes no argument", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Lists what killed runs left behind, and removes it if told to.",
};

static void tell(void *data, const char *path)
{
	struct clean *c = data;

	c->found++;
	printf("%s%s\n", c->remove ? "removing " : "", path);
}

static int clean_results(struct clean *c, struct err *e)
{
	AUTO_CLOSEDIR DIR *dir = opendir(c->results);
	struct dirent *entry;
	int r = 0;

	while (dir && !r && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char path[PATH_MAX];

		if (len < 8 || strcmp(entry->d_name + len - 8, ".partial") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", c->results, entry->d_name);
		if (results_in_use(path))
			continue;
		tell(c, path);
		if (c->remove)
			r = file_remove_tree(AT_FDCWD, path);
		if (r)
			err_sys(e, r, path, "remove");
	}
	return r;
}

int cmd_clean(int argc, char **argv)
{
	struct clean c = { .results = "results" };
	struct err e;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	r = emulate_clean(c.remove, tell, &c, &e);
	if (!r)
		r = clean_results(&c, &e);
	if (!r)
		r = leftover_each(c.remove, tell, &c, &e);
	if (r) {
		say_error(&e);
		return EXIT_NO_RUN;
	}
	if (!c.found)
		puts("nothing was left behind");
	else if (!c.remove)
		puts("daxbench clean --remove removes it");
	return EXIT_OK;
}
