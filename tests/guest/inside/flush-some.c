// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores through a MAP_SYNC mapping: some lines are flushed as they must be, others not. For
 * tests/more/exec.sh, which knows the lines marked with "forgotten" and "kept".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LENGTH (64 * 1024)

static void flush(volatile char *at)
{
	__asm__ volatile("clflushopt %0" : "+m"(*at));
}

static void drain(void)
{
	__asm__ volatile("sfence" ::: "memory");
}

static __attribute__((noinline)) void store_kept(volatile char *p)
{
	p[0] = 'k'; /* kept */
	flush(p);
	drain();
}

static __attribute__((noinline)) void store_forgotten(volatile char *p)
{
	p[8192] = 'f'; /* forgotten */
}

static __attribute__((noinline)) void store_again(volatile char *p)
{
	p[12288] = 'k'; /* kept */
	flush(p + 12288);
	drain();
	p[12288] = 's'; /* forgotten */
}

static __attribute__((noinline)) void store_undrained(volatile char *p)
{
	p[16384] = 'u'; /* undrained */
	flush(p + 16384);
}

int main(int argc, char *argv[])
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p;

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return fprintf(stderr, "one\ntwo\nas I was told\n"), 3;
	if (argc > 1 && !strcmp(argv[1], "abort"))
		abort();
	if (argc > 1 && !strcmp(argv[1], "hang"))
		for (;;)
			pause();
	if (argc > 1 && !strcmp(argv[1], "leave")) {
		if (!fork())
			for (;;)
				pause();
		return 0;
	}
	if (fd < 0 || ftruncate(fd, LENGTH))
		return 1;
	p = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	if (p == MAP_FAILED)
		return 2;
	store_kept(p);
	store_forgotten(p);
	store_again(p);
	store_undrained(p);
	printf("stored\n");
	return 0;
}
