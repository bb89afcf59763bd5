// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/zoo/zoo_run.h"
#include "bench/interrupt.h"
#include "bench/results/results.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/monotonic.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* core_param()s: kernels/patches/zoo.patch, kernel/panic.c. */
#define KNOB "module/kernel/parameters/daxzoo"
#define WARN "module/kernel/parameters/panic_on_warn=1"

int zoo_words(struct zoo_words *w, const struct zoo_run *run, const struct mutant_command *c,
	      unsigned int bug, const char *name)
{
	const char *const first[] = {
		"/proc/self/exe", c->words[0], "--kernel", run->kernel, "--sysfs", w->bug,
		"--sysfs",	  WARN,	       "--output", w->dir,	"--json",  "--quiet",
	};
	size_t n = sizeof(first) / sizeof(first[0]);

	if (c->n + n >= sizeof(w->word) / sizeof(w->word[0]))
		return -E2BIG;
	if (snprintf(w->dir, sizeof(w->dir), "%s/%s", run->dir, name) >= (int)sizeof(w->dir))
		return -ENAMETOOLONG;
	snprintf(w->bug, sizeof(w->bug), KNOB "=%u", bug);
	memcpy(w->word, first, sizeof(first));
	/* Behind ours: the command may end in a program and its arguments. */
	memcpy(w->word + n, c->words + 1, c->n * sizeof(c->words[0]));
	return 0;
}

/* Standard output into memory, standard error into a file. */
static int start(const struct zoo_run *run, char *const words[], const char *errors, int out,
		 pid_t *ret, struct err *e)
{
	AUTO_CLOSE int err = run->verbose
				     ? dup(2)
				     : open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (err < 0)
		return err_sys(e, -errno, errors, "make it");
	return proc_start(words, -1, out, err, ret, e);
}

/* Its exit status, or 128 + its signal. A terminal's SIGINT has reached it, other signals not. */
static int await(pid_t pid)
{
	bool told = false;
	int status;

	while (!waitpid(pid, &status, WNOHANG)) {
		if (interrupted && interrupted != SIGINT && !told)
			told = !kill(pid, interrupted);
		poll(NULL, 0, 50);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* No cell was so much as tried: why, the command has said. */
static void take_reason(const char *errors, struct zoo_findings *f)
{
	if (zoo_found(f) || f->cells || f->failed)
		return;
	f->failed = 1;
	if (file_read_line(errors, f->reason, sizeof(f->reason)) || !f->reason[0])
		snprintf(f->reason, sizeof(f->reason), "no cell came to a verdict");
}

static int take_results(int out, const char *errors, int status, struct zoo_findings *ret,
			struct err *e)
{
	AUTO_FREE char *text = NULL;
	json_t *document;
	char path[64];
	size_t len = 0;
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	r = file_read(AT_FDCWD, path, RESULTS_MAX_DOCUMENT, &text, &len);
	if (r)
		return err_sys(e, r, errors, "read what was printed");
	if (!len || results_parse(text, len, &document, NULL)) {
		err_set(e, -EIO, errors, "a command ended with %d and made no results", status);
		return err_hint(e, "that file says why");
	}
	*ret = zoo_judge(document);
	json_decref(document);
	take_reason(errors, ret);
	return 0;
}

int zoo_run(const struct zoo_run *run, const struct mutant_command *c, unsigned int bug,
	    const char *name, struct zoo_findings *ret, double *ret_seconds, struct err *e)
{
	AUTO_CLOSE int out = memfd_create("results", MFD_CLOEXEC);
	uint64_t began = monotonic_ms();
	char errors[PATH_MAX];
	struct zoo_words w;
	pid_t pid;
	int r = zoo_words(&w, run, c, bug, name), status;

	*ret = (struct zoo_findings){ 0 };
	if (r || out < 0)
		return err_sys(e, r ? r : -errno, name, "make its command line");
	r = file_mkdirs(run->dir, 0755);
	if (r)
		return err_sys(e, r, run->dir, "make it");
	snprintf(errors, sizeof(errors), "%.4000s/%s.err", run->dir, name);
	r = start(run, w.word, errors, out, &pid, e);
	if (r)
		return r;
	status = await(pid);
	*ret_seconds = (double)(monotonic_ms() - began) / 1e3;
	if (interrupted)
		return err_set(e, -ECANCELED, name, "interrupted");
	return take_results(out, errors, status, ret, e);
}
