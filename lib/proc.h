/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs: no shell, an absolute path or a search of a fixed PATH, a
 * small fixed environment, no descriptor but what is handed over, and a death
 * signal, so that nothing that we started outlives us, however we end.
 */
#ifndef LIB_PROC_H
#define LIB_PROC_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"

#define PROC_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

/* Where @name is in PROC_PATH; 0, or -ENOENT with the package as hint if known. */
int proc_find(const char *name, char *buf, size_t len, struct err *e);

/*
 * Starts argv[0] (a path, or a name for proc_find) with standard input, output
 * and error from and to @in_fd, @out_fd and @err_fd (-1: /dev/null). SIGKILL reaches it when the
 * calling thread dies. Descriptors marked close-on-exec stay here, others go along. The caller
 * waits.
 */
int proc_start(char *const argv[], int in_fd, int out_fd, int err_fd, pid_t *ret, struct err *e);

/* The same with "NAME=VALUE" in its environment, NULL for none. */
int proc_start_with(char *const argv[], const char *variable, int in_fd, int out_fd, int err_fd,
		    pid_t *ret, struct err *e);

/* waitpid() over EINTR. 0 to 255: its exit status; 128 + n: signal n; or -errno. */
int proc_wait(pid_t pid);

/*
 * Runs to the end. @out (may be NULL) takes the first @len - 1 bytes that it
 * printed on both streams, terminated. A status other than 0 is -EIO and an
 * error with the last lines of what it said; @timeout_ms (0: none) ends it
 * with -ETIMEDOUT.
 */
int proc_run(char *const argv[], char *out, size_t len, unsigned int timeout_ms, struct err *e);

#endif
