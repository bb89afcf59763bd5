// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does XFS on DAX zero what it is told to zero inside of a block that two files
 * share? Needs nothing of daxbench, and no power cut.
 *
 *	cc -static -o zero-shared xfs-dax-zero-shared.c
 *	./zero-shared DIR	(on a DAX mount; makes the files "first" and "second")
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SIZE 8192

/* Descriptor of a file of 'a', whose blocks "second" shares. */
static int shared_file(void)
{
	char text[SIZE];
	int fd = open("first", O_RDWR | O_CREAT | O_TRUNC, 0644);
	int clone = open("second", O_RDWR | O_CREAT | O_TRUNC, 0644);

	memset(text, 'a', SIZE);
	if (fd < 0 || clone < 0 || pwrite(fd, text, SIZE, 0) != SIZE || ioctl(clone, FICLONE, fd) ||
	    fsync(fd) || fsync(clone))
		err(1, "two files that share blocks");
	close(clone);
	return fd;
}

/* Says how many of the bytes from @from to @to are zeros, and closes @fd. */
static void look(const char *what, int fd, int from, int to)
{
	char text[SIZE];
	int zeros = 0;

	if (pread(fd, text, SIZE, 0) != SIZE)
		err(1, "pread");
	for (int i = from; i < to; i++)
		zeros += !text[i];
	printf("%-18s %d of %d zero\n", what, zeros, to - from);
	close(fd);
}

static void change(const char *what, int mode)
{
	int fd = shared_file();

	if (fallocate(fd, mode, 100, 200))
		err(1, "fallocate");
	look(what, fd, 100, 300);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2)
		errx(2, "usage: %s DIR", argv[0]);
	if (chdir(argv[1]))
		err(1, "%s", argv[1]);
	change("ZERO_RANGE 100 200", FALLOC_FL_ZERO_RANGE);
	change("PUNCH_HOLE 100 200", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
	fd = shared_file();
	if (ftruncate(fd, 100) || ftruncate(fd, SIZE))
		err(1, "ftruncate");
	look("truncate 100, 8192", fd, 100, SIZE);
	return 0;
}
