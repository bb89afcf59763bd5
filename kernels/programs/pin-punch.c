// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page of a mapped file is pinned, as for DMA, and punched out of the file: the block is
 * nobody's before the page is. Exit status 1: the punch did not wait. For `daxbench zoo`.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE	4096
#define HELD_MS 1000

static int pipe_ends[2];
static volatile bool held = true;

/* The pipe has the page itself, not a copy: it is pinned until it is read. */
static int pin(void *page)
{
	struct iovec iov = { .iov_base = page, .iov_len = PAGE };

	if (pipe(pipe_ends))
		return -1;
	return vmsplice(pipe_ends[1], &iov, 1, 0) == PAGE ? 0 : -1;
}

static void *let_go(void *unused)
{
	char page[PAGE];
	ssize_t got;

	poll(NULL, 0, HELD_MS);
	held = false;
	got = read(pipe_ends[0], page, sizeof(page));
	return got == PAGE ? unused : NULL;
}

int main(void)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int fd = open("data", O_RDWR | O_CREAT, 0644);
	pthread_t thread;
	bool waited;
	char *map;

	if (fd < 0 || fallocate(fd, 0, 0, PAGE))
		return 2;
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return 2;
	memset(map, 1, PAGE);
	if (fsync(fd) || pin(map) || pthread_create(&thread, NULL, let_go, NULL))
		return 2;
	if (fallocate(fd, punch, 0, PAGE))
		return 2;
	waited = !held;
	pthread_join(thread, NULL);
	puts(waited ? "the punch waited" : "the punch did not wait");
	return !waited;
}
