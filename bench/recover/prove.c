// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/prove.h"
#include "bench/recover/fsck_text.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define TEXT_MAX  2000 /* of what fsck says: its end */
#define BYTES	  8192
#define FILE_NAME MOUNTING_POINT "/daxbench.proof"

/* ---- fsck ---- */

static void make_command(const struct mounting *m, bool repair, const char *argv[8])
{
	size_t n = 0;

	if (!strcmp(m->kind->driver, "xfs")) {
		argv[n++] = "xfs_repair";
		argv[n++] = "-n";
		if (m->kind->realtime) {
			argv[n++] = "-r";
			argv[n++] = m->rt_device;
		}
	} else {
		argv[n++] = "e2fsck";
		argv[n++] = repair ? "-fy" : "-fn";
	}
	argv[n++] = m->device;
	argv[n] = NULL;
}

/* The end of what is in @fd, from the beginning of a line where that fits. */
static void read_end(int fd, char *buf, size_t len)
{
	off_t size = lseek(fd, 0, SEEK_END), from = size - (off_t)len + 1;
	ssize_t got = pread(fd, buf, len - 1, from > 0 ? from : 0);

	buf[got > 0 ? got : 0] = '\0';
	if (from > 0 && strchr(buf, '\n'))
		memmove(buf, strchr(buf, '\n') + 1, strlen(strchr(buf, '\n')));
}

/* Its exit status; @text, of TEXT_MAX + 1 bytes: what it says at its end, but for its phases. */
static int run_fsck(const char *const argv[], char *text)
{
	AUTO_CLOSE int fd = memfd_create("fsck", MFD_CLOEXEC);
	struct err e = { 0 };
	pid_t pid;
	int status;

	if (fd < 0 || proc_start((char *const *)argv, -1, fd, fd, &pid, &e)) {
		err_format(&e, text, TEXT_MAX + 1);
		return 127;
	}
	status = proc_wait(pid);
	read_end(fd, text, TEXT_MAX + 1);
	fsck_text_findings(text);
	return status;
}

void prove_fsck(const struct mounting *m, struct dump_out *out)
{
	const char *argv[8];
	char text[TEXT_MAX + 1];
	int status;

	make_command(m, false, argv);
	status = run_fsck(argv, text);
	dump_out_step(out, DUMP_FSCK, status, status ? text : "");
}

void prove_repair(const struct mounting *m, struct dump_out *out)
{
	const char *argv[8];
	char text[TEXT_MAX + 1];
	int status;

	make_command(m, true, argv);
	mounting_set_clock();
	status = run_fsck(argv, text);
	dump_out_step(out, DUMP_REPAIR, status, dump_is_repaired(status) ? "" : text);
}

/* ---- writing ---- */

static int write_file(int fd, const char **ret_what)
{
	unsigned char bytes[BYTES], back[BYTES];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + i / 4096 + 1);
	*ret_what = "write";
	if (pwrite(fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		return errno ? errno : ENOSPC;
	*ret_what = "fsync";
	if (fsync(fd))
		return errno;
	*ret_what = "read back";
	if (pread(fd, back, sizeof(back), 0) != sizeof(back))
		return errno ? errno : EIO;
	return memcmp(bytes, back, sizeof(bytes)) ? EIO : 0;
}

int prove_write(const char **ret_what)
{
	int fd, error;

	errno = 0;
	*ret_what = "make a file";
	fd = open(FILE_NAME, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	error = write_file(fd, ret_what);
	close(fd);
	if (!error && unlink(FILE_NAME)) {
		*ret_what = "remove it";
		error = errno;
	}
	return error;
}
