// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does syncfs(2) flush the device? Needs nothing of daxbench: a file on an XFS (or
 * ext4) mounted with -o dax, root, and tracefs. It stores to a mapped page, calls
 * fsync or syncfs, and counts the bios with a flush in them that the kernel's own
 * tracepoint block:block_bio_queue saw during the call.
 *
 *	cc -static -o xfs-sync-no-flush xfs-sync-no-flush.c
 *	./xfs-sync-no-flush /mnt/file
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

/* Lines of the trace whose rwbs field has a flush: "FF", "FWS", "WFS". */
static int count_flushes(void)
{
	char line[512], rwbs[16];
	FILE *f = fopen(TRACING "trace", "r");
	int n = 0;

	if (!f)
		err(1, TRACING "trace");
	while (fgets(line, sizeof(line), f)) {
		const char *event = strstr(line, "block_bio_queue: ");

		if (event && sscanf(event, "block_bio_queue: %*s %15s", rwbs) == 1)
			n += strchr(rwbs, 'F') != NULL;
	}
	fclose(f);
	return n;
}

static int store_and(const char *what, int (*call)(int), int fd, volatile uint64_t *word)
{
	static uint64_t value;
	int flushes;

	put(TRACING "trace", "");
	put(TRACING "tracing_on", "1");
	*word = ++value;
	if (call(fd))
		err(1, "%s", what);
	put(TRACING "tracing_on", "0");
	flushes = count_flushes();
	printf("store, %-8s %d bios with a flush\n", what, flushes);
	return flushes;
}

int main(int argc, char **argv)
{
	volatile uint64_t *page;
	int fd;

	if (argc != 2)
		errx(2, "usage: %s FILE", argv[0]);
	fd = open(argv[1], O_RDWR | O_CREAT, 0644);
	if (fd < 0 || ftruncate(fd, 4096))
		err(1, "%s", argv[1]);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		err(1, "mmap");
	*page = 1;
	if (fsync(fd))
		err(1, "fsync");
	put(TRACING "tracing_on", "0");
	put(TRACING "events/block/block_bio_queue/enable", "1");
	/* Some are close enough to one another that the file's time stamp stays as it is. */
	for (int i = 0; i < 3; i++) {
		store_and("fsync", fsync, fd, page);
		store_and("syncfs", syncfs, fd, page);
	}
	put(TRACING "events/block/block_bio_queue/enable", "0");
	return 0;
}
