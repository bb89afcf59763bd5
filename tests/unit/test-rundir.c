// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Directories of boots. Caught: one that outlives its owner and is not found,
 * and one of a living owner that is taken for a left-over.
 */
#include "emulate/rundir.h"
#include "emulate/emulate.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/daxbench-rundir-XXXXXX";
static struct err e;
static unsigned int said;

/* Paths are relative to where daxbench runs. */
static void set_up(void)
{
	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(chdir(home), 0);
}

static void tear_down(void)
{
	cr_assert_eq(chdir("/"), 0);
	file_remove_tree(AT_FDCWD, home);
}

TestSuite(rundir, .init = set_up, .fini = tear_down, .timeout = 60);

static void say(void *data, const char *path)
{
	said++;
	if (data)
		cr_assert_str_eq(path, data);
}

Test(rundir, made_and_released)
{
	struct rundir d = { .lock_fd = -1 };
	char path[128];
	struct stat st;

	cr_assert_eq(rundir_make(&d, &e), 0, "%s", e.what);
	cr_assert_eq(stat(d.path, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0700);
	cr_assert_eq(rundir_file(&d, "nvdimm0", 64ULL << 20, &e), 0);
	snprintf(path, sizeof(path), "%s/nvdimm0", d.path);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_size, 64 << 20);
	cr_assert_lt(st.st_blocks, 100, "it is sparse");
	cr_assert_eq(rundir_file(&d, "nvdimm0", 1, &e), -EEXIST);
	snprintf(path, sizeof(path), "%s", d.path);
	rundir_release(&d);
	cr_assert_neq(access(path, F_OK), 0);
	rundir_release(&d);
}

Test(rundir, a_living_one_is_left_alone)
{
	struct rundir d = { .lock_fd = -1 };

	cr_assert_eq(rundir_make(&d, &e), 0);
	cr_assert_eq(emulate_clean(true, say, NULL, &e), 0);
	cr_assert_eq(said, 0);
	cr_assert_eq(access(d.path, F_OK), 0);
	rundir_release(&d);
}

/* A child makes one and is killed; its path comes over a pipe. */
static void make_left_over(char path[64])
{
	struct rundir d = { .lock_fd = -1 };
	int ends[2];
	pid_t pid;

	cr_assert_eq(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		if (!rundir_make(&d, &e) && !rundir_file(&d, "initrd", 4096, &e) &&
		    write(ends[1], d.path, sizeof(d.path)) > 0)
			pause();
		_exit(1);
	}
	cr_assert_eq(read(ends[0], path, 64), 64);
	kill(pid, SIGKILL);
	cr_assert_eq(proc_wait(pid), 128 + SIGKILL);
	close(ends[0]);
	close(ends[1]);
}

Test(rundir, what_a_killed_one_left_is_found_and_removed)
{
	char path[64];

	make_left_over(path);
	cr_assert_eq(emulate_clean(false, say, path, &e), 0);
	cr_assert_eq(said, 1);
	cr_assert_eq(access(path, F_OK), 0, "told, not removed");
	cr_assert_eq(emulate_clean(true, say, path, &e), 0);
	cr_assert_eq(said, 2);
	cr_assert_neq(access(path, F_OK), 0);
}

Test(rundir, nothing_to_clean)
{
	cr_assert_eq(emulate_clean(true, say, NULL, &e), 0);
	cr_assert_eq(said, 0);
}
