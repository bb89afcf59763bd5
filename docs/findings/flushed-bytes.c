// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many bytes does the kernel write back from the CPU's caches for a file on a
 * DAX mount, during one call? Needs nothing of daxbench: root, tracefs, and a
 * kprobe on arch_wb_cache_pmem(), through which each write-back of DAX goes (but
 * not what is stored past the caches, as write(2) does).
 *
 *	cc -static -o flushed-bytes flushed-bytes.c
 *	./flushed-bytes read-only|map-sync|cow|unshare|moved FILE	(FILE is made anew)
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"
#define PAGE	4096

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void start(void)
{
	put(TRACING "trace", "");
	put(TRACING "tracing_on", "1");
}

/* Bytes written back since start(). *at, if given: the kernel's address of the last of them. */
static unsigned long stop_at(unsigned long *at)
{
	unsigned long sum = 0;
	char line[512];
	FILE *f;

	put(TRACING "tracing_on", "0");
	f = fopen(TRACING "trace", "r");
	if (!f)
		err(1, TRACING "trace");
	while (fgets(line, sizeof(line), f)) {
		const char *size = strstr(line, "size=0x"), *addr = strstr(line, "addr=0x");

		if (size)
			sum += strtoul(size + 5, NULL, 16);
		if (addr && at)
			*at = strtoul(addr + 5, NULL, 16);
	}
	fclose(f);
	return sum;
}

static unsigned long stop(void)
{
	return stop_at(NULL);
}

static int open_or_die(const char *name, int flags)
{
	int fd = open(name, flags, 0644);

	if (fd < 0)
		err(1, "%s", name);
	return fd;
}

static volatile uint64_t *map_pages(int fd, int protection, int flags, size_t n)
{
	void *at = mmap(NULL, n * PAGE, protection, flags, fd, 0);

	if (at == MAP_FAILED)
		err(1, "mmap");
	return at;
}

static volatile uint64_t *map_or_die(int fd, int protection, int flags)
{
	return map_pages(fd, protection, flags, 1);
}

static void must(int failed, const char *what)
{
	if (failed)
		err(1, "%s", what);
}

/* A store to a page, then msync through a mapping of a descriptor that cannot write. */
static void read_only(const char *name)
{
	int fd = open_or_die(name, O_RDWR | O_CREAT | O_TRUNC), reader;
	volatile uint64_t *page, *view;

	must(ftruncate(fd, PAGE), "ftruncate");
	page = map_or_die(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	reader = open_or_die(name, O_RDONLY);
	view = map_or_die(reader, PROT_READ, MAP_SHARED);
	*page = 1;
	must(fsync(fd), "fsync");
	*page = 2;
	start();
	must(msync((void *)view, PAGE, MS_SYNC), "msync");
	printf("store, msync of a read-only view: %lu bytes\n", stop());
	start();
	must(msync((void *)page, PAGE, MS_SYNC), "msync");
	printf("msync of the writable mapping:    %lu bytes\n", stop());
}

/* A store to a hole, through MAP_SYNC or not, then syncfs. */
static void map_sync(const char *name)
{
	static const struct {
		const char *name;
		int flags;
	} ways[] = { { "MAP_SHARED", MAP_SHARED }, { "MAP_SYNC", MAP_SHARED_VALIDATE | MAP_SYNC } };

	for (int i = 0; i < 2; i++) {
		int fd = open_or_die(name, O_RDWR | O_CREAT | O_TRUNC);
		volatile uint64_t *page;

		must(ftruncate(fd, PAGE), "ftruncate");
		page = map_or_die(fd, PROT_READ | PROT_WRITE, ways[i].flags);
		must(fsync(fd), "fsync");
		*page = 1;
		start();
		must(syncfs(fd), "syncfs");
		printf("%-10s store to a hole, syncfs: %lu bytes", ways[i].name, stop());
		start();
		must(fsync(fd), "fsync");
		printf("; then fsync: %lu bytes\n", stop());
		close(fd);
	}
}

/* Two files share a page. Descriptor of the second. */
static int share(const char *name)
{
	char text[PAGE], clone[4096];
	int fd = open_or_die(name, O_RDWR | O_CREAT | O_TRUNC), to;

	memset(text, 'a', sizeof(text));
	must(write(fd, text, sizeof(text)) != sizeof(text), "write");
	snprintf(clone, sizeof(clone), "%s.clone", name);
	to = open_or_die(clone, O_RDWR | O_CREAT | O_TRUNC);
	must(ioctl(to, FICLONE, fd), "FICLONE");
	must(fsync(fd) || fsync(to), "fsync");
	return to;
}

static void cow(const char *name)
{
	int fd = share(name);

	start();
	must(pwrite(fd, "b", 1, 100) != 1, "pwrite");
	must(fsync(fd), "fsync");
	printf("pwrite of 1 byte to a shared page, fsync: %lu bytes\n", stop());
}

static void unshare_page(const char *name)
{
	int fd = share(name);

	start();
	must(fallocate(fd, FALLOC_FL_UNSHARE_RANGE, 0, PAGE), "fallocate");
	must(fsync(fd), "fsync");
	printf("unshare a page, fsync: %lu bytes\n", stop());
}

/* Where the second page of the file lies, in bytes of the device. */
static unsigned long place(int fd)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} u = { .map = { .fm_start = PAGE, .fm_length = PAGE, .fm_extent_count = 1 } };
	const struct fiemap_extent *extent = u.map.fm_extents;

	must(ioctl(fd, FS_IOC_FIEMAP, &u.map) || !u.map.fm_mapped_extents, "FS_IOC_FIEMAP");
	return extent->fe_physical + PAGE - extent->fe_logical;
}

/* fsync, and what it wrote back where: low digits, which offset and address share. */
static void show_fsync(int fd, const char *what)
{
	unsigned long bytes, at = 0;

	start();
	must(fsync(fd), "fsync");
	bytes = stop_at(&at);
	printf("%-21s the page is at %#8lx; fsync: %4lu bytes", what, place(fd) & 0xffffff, bytes);
	printf(bytes ? " at %#8lx\n" : "\n", at & 0xffffff);
}

/* A dirty page beside a shared one. Both are unshared; then a store to the first. */
static void moved(const char *name)
{
	static const char text[2 * PAGE] = "a";
	struct file_clone_range range = { .src_length = PAGE };
	char clone[4096];
	int fd = open_or_die(name, O_RDWR | O_CREAT | O_TRUNC), to;
	volatile uint64_t *pages;

	must(write(fd, text, sizeof(text)) != sizeof(text) || fsync(fd), "write");
	pages = map_pages(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 2);
	snprintf(clone, sizeof(clone), "%s.clone", name);
	to = open_or_die(clone, O_RDWR | O_CREAT | O_TRUNC);
	range.src_fd = fd;
	must(ioctl(to, FICLONERANGE, &range), "FICLONERANGE");
	pages[PAGE / 8] = 1;
	show_fsync(fd, "store");
	pages[PAGE / 8] = 2;
	must(fallocate(fd, FALLOC_FL_UNSHARE_RANGE, 0, 2 * PAGE), "fallocate");
	pages[PAGE / 8] = 3;
	show_fsync(fd, "store, unshare, store");
	pages[PAGE / 8] = 4;
	show_fsync(fd, "store");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *name);
	} tests[] = { { "read-only", read_only },
		      { "map-sync", map_sync },
		      { "cow", cow },
		      { "unshare", unshare_page },
		      { "moved", moved } };

	if (argc != 3)
		errx(2, "usage: %s read-only|map-sync|cow|unshare|moved FILE", argv[0]);
	put(TRACING "kprobe_events", "p:flushed arch_wb_cache_pmem addr=%di size=%si");
	put(TRACING "events/kprobes/flushed/enable", "1");
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (!strcmp(tests[i].name, argv[1]))
			tests[i].run(argv[2]);
	put(TRACING "events/kprobes/flushed/enable", "0");
	put(TRACING "kprobe_events", "");
	return 0;
}
