// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench shell: a person, or any program, in the emulated machine. */
#include "bench/cmd/cmd_emulate.h"
#include "bench/cmd/cmd_shell_state.h"
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES 32

struct shell {
	struct emulate_job job;
	const char *files[MAX_FILES + 1];
	size_t n_files;
	char **command; /* NULL: a shell */
	const char *nvdimm;
	char nvdimm_copy[64];	     /* of which only the guest knows */
	const char *state, *results; /* a crash state of these */
};

enum {
	OPT_KERNEL = 0x100,
	OPT_MODULES,
	OPT_AS_HOST,
	OPT_FILE,
	OPT_DETERMINISTIC,
	OPT_CONSOLE,
	OPT_NVDIMM,
	OPT_STATE,
	OPT_RESULTS
};

static const struct argp_option options[] = {
	{ "kernel", OPT_KERNEL, "K", 0, "6.1, 6.12 or a bzImage", 0 },
	{ "modules", OPT_MODULES, "DIR", 0, "its modules", 0 },
	{ "as-host", OPT_AS_HOST, NULL, 0, "let daxbench take the guest for a real machine", 0 },
	{ "file", OPT_FILE, "HOST:GUEST", 0, "take a file along; may be repeated", 0 },
	{ "nvdimm", OPT_NVDIMM, "FILE", 0, "what its first NVDIMM holds: a crash state, say", 0 },
	{ "state", OPT_STATE, "STATE", 0, "that holds a crash state, by its number in a violation",
	  0 },
	{ "results", OPT_RESULTS, "DIR", 0, "in which that violation is (latest)", 0 },
	{ "deterministic", OPT_DETERMINISTIC, NULL, 0, "one vCPU whose clock counts instructions",
	  0 },
	{ "console", OPT_CONSOLE, "FILE", 0, "keep the console here", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct shell *s = state->input;

	switch (key) {
	case OPT_KERNEL:
		s->job.kernel = arg;
		return 0;
	case OPT_MODULES:
		s->job.modules = arg;
		return 0;
	case OPT_AS_HOST:
		s->job.as_host = true;
		return 0;
	case OPT_FILE:
		if (s->n_files == MAX_FILES)
			argp_error(state, "--file: at most %d", MAX_FILES);
		s->files[s->n_files++] = arg;
		return 0;
	case OPT_DETERMINISTIC:
		s->job.deterministic = true;
		return 0;
	case OPT_NVDIMM:
		s->nvdimm = arg;
		return 0;
	case OPT_STATE:
		s->state = arg;
		return 0;
	case OPT_RESULTS:
		s->results = arg;
		return 0;
	case ARGP_KEY_END:
		if (s->state && s->nvdimm)
			argp_error(state, "--state and --nvdimm: want one");
		if (s->results && !s->state)
			argp_error(state, "--results: of which --state?");
		return 0;
	case OPT_CONSOLE:
		s->job.console_log = arg;
		return 0;
	case ARGP_KEY_ARGS:
		s->command = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- COMMAND [ARG]...]",
	.doc = "A shell in the emulated machine, or COMMAND with its output and exit status.",
};

static int check_size(const struct shell *s, struct err *e)
{
	struct stat st;

	if (stat(s->nvdimm, &st))
		return err_sys(e, -errno, s->nvdimm, "open");
	if (S_ISREG(st.st_mode) && st.st_size >= (off_t)EMULATE_MIN_NVDIMM &&
	    st.st_size <= (off_t)EMULATE_MAX_NVDIMM && st.st_size % EMULATE_NVDIMM_STEP == 0)
		return 0;
	return err_set(e, -EINVAL, s->nvdimm,
		       "is no NVDIMM: want a file of %llu MiB or more, a multiple of %llu",
		       EMULATE_MIN_NVDIMM >> 20, EMULATE_NVDIMM_STEP >> 20);
}

/* What the guest writes is not to be in the file: it gets a copy, in memory of ours. */
static int take_nvdimm(struct shell *s, int *ret_fd, struct err *e)
{
	struct stat st;
	int r = check_size(s, e);

	if (r)
		return r;
	*ret_fd = memfd_create("daxbench-nvdimm", MFD_CLOEXEC);
	if (*ret_fd < 0)
		return err_sys(e, -errno, s->nvdimm, "copy");
	snprintf(s->nvdimm_copy, sizeof(s->nvdimm_copy), "/proc/%d/fd/%d", (int)getpid(), *ret_fd);
	r = file_copy_sparse(s->nvdimm, s->nvdimm_copy);
	if (r || fstat(*ret_fd, &st))
		return err_sys(e, r ? r : -errno, s->nvdimm, "copy");
	s->job.nvdimm_file[EMULATE_DATA] = s->nvdimm_copy;
	s->job.nvdimm_bytes[EMULATE_DATA] = (uint64_t)st.st_size;
	return 0;
}

/* By way of a file of its own, which is gone before the guest runs. */
static int take_state(struct shell *s, int *ret_fd, struct err *e)
{
	char dir[] = "/tmp/daxbench-state-XXXXXX", file[sizeof(dir) + 8];
	int r;

	if (!mkdtemp(dir))
		return err_sys(e, -errno, dir, "make the directory");
	snprintf(file, sizeof(file), "%s/nvdimm", dir);
	r = shell_state(s->results ? s->results : "latest", s->state, file, e);
	s->nvdimm = file;
	if (!r)
		r = take_nvdimm(s, ret_fd, e);
	s->nvdimm = NULL;
	file_remove_tree(AT_FDCWD, dir);
	return r;
}

int cmd_shell(int argc, char **argv)
{
	static char *shell[] = { (char *)"/bin/sh", NULL };
	struct shell s = { 0 };
	AUTO_CLOSE int nvdimm = -1;
	struct err e;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &s);
	s.job.argv = s.command ? s.command : shell;
	s.job.files = s.files;
	s.job.interactive = !s.command;
	if (s.job.interactive && !isatty(0)) {
		err_set(&e, -EINVAL, "standard input", "is no terminal");
		err_hint(&e, "give a command: daxbench shell -- COMMAND");
		say_error(&e);
		return EXIT_USAGE;
	}
	if ((s.nvdimm && take_nvdimm(&s, &nvdimm, &e)) ||
	    (s.state && take_state(&s, &nvdimm, &e))) {
		say_error(&e);
		return say_exit_code(&e);
	}
	if (s.job.interactive)
		say_note(0, "booting; \"exit\" or ctrl-D ends the guest");
	return emulate_command(&s.job);
}
