// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/kernel/variants.h"
#include "bench/embedded.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUILDER "scripts/build-kernel"
#define NAMES	64 /* to be built at a time */

static int find_builder(struct err *e)
{
	if (!access(BUILDER, X_OK))
		return 0;
	err_sys(e, -errno, BUILDER, "find");
	return err_hint(e, "run daxbench in its own directory: kernels are built from there");
}

bool variants_has(const char *name)
{
	for (const struct embedded_text *t = variant_texts; t->name; t++)
		if (!strcmp(t->name, name))
			return true;
	return false;
}

int variants_parse(const char *text, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	const char *end;

	for (const char *line = text; *line; line = end + 1) {
		char name[65], series[17], state[17], title[161];

		end = strchr(line, '\n');
		if (!end || sscanf(line, "%64[^\t\n]\t%16[^\t\n]\t%16[^\t\n]\t%160[^\n]", name,
				   series, state, title) != 4) {
			json_decref(list);
			return err_set(e, -EBADMSG, BUILDER, "\"%.*s\" describes no variant",
				       (int)strcspn(line, "\n"), line);
		}
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s}", "name", name, "series",
						series, "state", state, "title", title));
	}
	*ret = list;
	return 0;
}

int variants_list(json_t **ret, struct err *e)
{
	char *argv[] = { (char *)BUILDER, (char *)"list", NULL };
	char text[16384];
	int r = find_builder(e);

	if (!r)
		r = proc_run(argv, text, sizeof(text), 30000, e);
	return r ? r : variants_parse(text, ret, e);
}

static int start(struct variants_build *b, char *const *names, int out, struct err *e)
{
	char *argv[NAMES + 3] = { (char *)BUILDER, (char *)"build" };
	size_t n = 0;

	while (n < NAMES && names[n]) {
		argv[n + 2] = names[n];
		n++;
	}
	if (names[n])
		return err_set(e, -E2BIG, names[n], "more than %d kernels at a time", NAMES);
	return proc_start(argv, -1, out, fileno(b->said), &b->pid, e);
}

int variants_build_start(struct variants_build *ret, char *const *names, struct err *e)
{
	AUTO_CLOSE int write_end = -1;
	int ends[2], r = find_builder(e);

	memset(ret, 0, sizeof(*ret));
	if (r)
		return r;
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(e, -errno, BUILDER, "pipe");
	write_end = ends[1];
	ret->out = fdopen(ends[0], "r");
	if (!ret->out)
		close(ends[0]);
	ret->said = tmpfile();
	r = ret->out && ret->said ? start(ret, names, write_end, e)
				  : err_sys(e, -errno, BUILDER, "read what it prints");
	if (r)
		variants_build_end(ret, NULL);
	return r;
}

enum variants_event variants_build_next(struct variants_build *b, const char **ret_text)
{
	static const char note[] = "kernel: ", steps[] = "steps ";
	ssize_t len;

	while ((len = getline(&b->line, &b->room, b->out)) >= 0) {
		if (len && b->line[len - 1] == '\n')
			b->line[len - 1] = '\0';
		if (!strncmp(b->line, steps, strlen(steps))) {
			b->steps = strtoul(b->line + strlen(steps), NULL, 10);
			b->done = 0;
			continue;
		}
		if (!strncmp(b->line, note, strlen(note))) {
			*ret_text = b->line + strlen(note);
			return VARIANTS_NOTE;
		}
		*ret_text = b->line + strspn(b->line, " ");
		b->done++;
		return VARIANTS_STEP;
	}
	return VARIANTS_END;
}

/* What the builder said, whole: for a patch that does not apply it names the hunks. */
static int tell(FILE *said, int code, struct err *e)
{
	char text[512] = "";
	const char *start = text;
	size_t n;

	rewind(said);
	n = fread(text, 1, sizeof(text) - 1, said);
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (!strncmp(text, "kernel: ", 8))
		start += 8;
	return err_set(e, code, "kernel", "%s",
		       *start ? start : "the builder ended without a word");
}

int variants_build_end(struct variants_build *b, struct err *e)
{
	int status = 0, r = 0;

	/* What it has started ends by the pipe that nobody reads any more. */
	if (b->out)
		fclose(b->out);
	if (b->pid) {
		kill(b->pid, SIGTERM);
		status = proc_wait(b->pid);
	}
	if (status)
		r = tell(b->said, status == 2 ? -EINVAL : -EIO, e);
	if (b->said)
		fclose(b->said);
	free(b->line);
	memset(b, 0, sizeof(*b));
	return r;
}
