// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/exec.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct dx_workload exec_workload = {
	.name = EXEC_WORKLOAD,
	.title = "A program of the user's: --exec -- PROGRAM",
	.op = "the program",
	.groups = "list",
	/* As many CPUs as there are: whether it has threads is its own business. */
	.needs = DX_NEED_FS | DX_NEED_THREADS,
	.check_ops = 1,
};

bool exec_is_meant(const char *workload)
{
	return !strcmp(workload, EXEC_WORKLOAD);
}

/* ---- which file it is ---- */

/* Absolute, and its last part as it was typed: a program may go by the name that it has. */
static int absolute(const char *word, char *buf, size_t len, struct err *e)
{
	AUTO_FREE char *dir = strdup(word);
	char real[PATH_MAX];
	char *slash;

	if (!dir)
		return err_sys(e, -ENOMEM, word, "find");
	slash = strrchr(dir, '/'); /* as the caller saw */
	slash[slash == dir] = '\0';
	if (!realpath(dir, real))
		return err_set(e, -EINVAL, word, "no such program: %s", strerror(errno));
	if (snprintf(buf, len, "%s/%s", strcmp(real, "/") != 0 ? real : "",
		     strrchr(word, '/') + 1) >= (int)len)
		return err_set(e, -EINVAL, word, "the path is too long");
	return 0;
}

/* The guest has its own there. */
static bool is_hidden(const char *path)
{
	static const char *const dirs[] = { "/proc/", "/sys/", "/dev/", "/mnt/", "/job/" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return false;
}

static int check_file(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st))
		return err_set(e, -EINVAL, path, "no such file: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, path, "not a file");
	if (access(path, R_OK))
		return err_set(e, -EINVAL, path, "cannot be read: %s", strerror(errno));
	if (strchr(path, ':') || is_hidden(path))
		return err_set(e, -EINVAL, path, "cannot have that name in a guest");
	return 0;
}

int exec_find(const char *word, char **ret, struct err *e)
{
	char path[PATH_MAX];
	int r = 0;

	if (!*word)
		return err_set(e, -EINVAL, "--exec", "the program has no name");
	if (guest_is_collected())
		snprintf(path, sizeof(path), "%s", word); /* the host has looked */
	else if (strchr(word, '/'))
		r = absolute(word, path, sizeof(path), e);
	else if (proc_find(word, path, sizeof(path), e))
		return e->code = -EINVAL;
	if (!r && !guest_is_collected())
		r = check_file(path, e);
	if (!r && !guest_is_collected() && access(path, X_OK))
		r = err_set(e, -EINVAL, path, "cannot be executed: %s", strerror(errno));
	if (r)
		return r;
	*ret = strdup(path);
	return *ret ? 0 : err_sys(e, -ENOMEM, word, "find");
}

/* ---- what a guest is given ---- */

/* "#!/usr/bin/env NAME", "#!/bin/sh -e": the interpreter, and what env(1) would start. */
static int pack_interpreter(const char *script, struct oplist_luggage *ret, struct err *e)
{
	AUTO_CLOSE int fd = open(script, O_RDONLY | O_CLOEXEC);
	char line[256] = "", found[PATH_MAX], *at = line + 2, *word;
	int r = 0;

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 3 || line[0] != '#' || line[1] != '!')
		return 0;
	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; !r && i < 2 && (word = strsep(&at, " \t"));) {
		if (!*word)
			continue;
		if (!i || *word == '/')
			r = access(word, X_OK) ? err_set(e, -EINVAL, script,
							 "its interpreter is missing: %s", word)
					       : oplist_luggage_add(ret, word, word, e);
		else if (!proc_find(word, found, sizeof(found), NULL))
			r = oplist_luggage_add(ret, found, found, e);
		i++;
	}
	return r;
}

static int pack(const char *path, struct oplist_luggage *ret, struct err *e)
{
	int r = oplist_luggage_add(ret, path, path, e);

	return r ? r : pack_interpreter(path, ret, e);
}

static int pack_more(const char *word, struct oplist_luggage *ret, struct err *e)
{
	char path[PATH_MAX];
	int r = 0;

	if (strchr(word, '/') || !access(word, F_OK)) {
		char typed[PATH_MAX];

		snprintf(typed, sizeof(typed), "%s%s", strchr(word, '/') ? "" : "./", word);
		r = absolute(typed, path, sizeof(path), e);
	} else if (proc_find(word, path, sizeof(path), e)) {
		return e->code = -EINVAL;
	}
	if (!r)
		r = check_file(path, e);
	return r ? r : pack(path, ret, e);
}

int exec_pack(const char *program, char *const *bring, struct oplist_luggage *ret, struct err *e)
{
	int r = pack(program, ret, e);

	for (size_t i = 0; !r && bring && bring[i]; i++)
		r = pack_more(bring[i], ret, e);
	return r;
}
