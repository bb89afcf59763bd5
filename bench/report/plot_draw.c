// SPDX-License-Identifier: GPL-2.0-or-later
/* gnuplot, run on a script: no shell, no file of its own, and nothing of the user's settings. */
#include "bench/report/plot_script.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"
#include "lib/tame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_PICTURE (16U << 20)
#define MAX_SAID    4096

/* A file in memory with @text in it, to be read from the start. */
static int make_input(const char *text)
{
	int fd = memfd_create("script", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (file_write_all(fd, text, strlen(text)) || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static int read_back(int fd, size_t max, char **ret, size_t *ret_len)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return file_read(AT_FDCWD, path, max, ret, ret_len);
}

static int failed(int status, int said_fd, struct err *e)
{
	AUTO_FREE char *said = NULL;
	size_t len;

	if (read_back(said_fd, MAX_SAID, &said, &len))
		return err_set(e, -EIO, "gnuplot", "ended with status %d", status);
	tame_line(said);
	return err_set(e, -EIO, "gnuplot", "ended with status %d: %.400s", status, said);
}

int plot_draw(const char *script, char **ret, size_t *ret_len, struct err *e)
{
	/* -d: no start-up files of the user's or the system's. */
	char *argv[] = { (char *)"gnuplot", (char *)"-d", (char *)"-", NULL };
	AUTO_CLOSE int in = make_input(script);
	AUTO_CLOSE int out = memfd_create("picture", MFD_CLOEXEC);
	AUTO_CLOSE int said = memfd_create("said", MFD_CLOEXEC);
	pid_t pid;
	int r, status;

	if (in < 0 || out < 0 || said < 0)
		return err_sys(e, in < 0 ? in : -errno, "gnuplot", "make its files");
	r = proc_start(argv, in, out, said, &pid, e);
	if (r)
		return r;
	status = proc_wait(pid);
	if (status)
		return failed(status, said, e);
	r = read_back(out, MAX_PICTURE, ret, ret_len);
	if (!r && *ret_len)
		return 0;
	if (!r)
		free(*ret);
	return err_set(e, -EIO, "gnuplot", "drew nothing");
}

void plot_text_trim(char *picture)
{
	char *out = picture, *last = picture; /* behind the last line that is not empty */
	const char *line = picture;

	while (*line) {
		size_t len = strcspn(line, "\n"), used = len;
		bool ends = line[len];

		while (used && (line[used - 1] == ' ' || line[used - 1] == '\f'))
			used--;
		if (used || out != picture) {
			memmove(out, line, used);
			out += used;
			if (ends)
				*out++ = '\n';
		}
		if (used)
			last = out;
		line += len + ends;
	}
	*last = '\0';
}
