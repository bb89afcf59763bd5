/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log in memory, with the workers that write it and a directory for their files. */
#ifndef TESTS_OPLOG_FIXTURE_H
#define TESTS_OPLOG_FIXTURE_H

#define DX_LENS_CHECK
#include "checker/log/oplog.h"
#include "checker/log/oplog_write.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SEED	  11
#define AREA	  (2 * DX_PAGE)
#define AREA_ROOM (AREA / sizeof(struct dx_rec) - 1)
#define LOG_SIZE  (DX_LOG_HEADER + DX_LOG_WORKERS * AREA)

static struct oplog_fixture {
	struct dx dx;
	struct dx_worker worker[DX_LOG_WORKERS + 1];
	unsigned char *log, *buf;
	char dir[32];
} f;

static inline void set_up(void)
{
	static const struct oplog_about about = { .workload = "test",
						  .params = "size=4096",
						  .kernel = "6.12",
						  .fs = "ext4",
						  .seed = SEED,
						  .n = 3 };

	f.log = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(f.log, MAP_FAILED);
	memset(f.log, 0xff, LOG_SIZE); /* what an earlier run may have left */
	cr_assert_eq(oplog_create(f.log, LOG_SIZE, &about), 0);
	f.buf = calloc(1, DX_PAGE);
	f.dx.seed = SEED;
	f.dx.worker = f.worker;
	for (uint32_t i = 0; i <= DX_LOG_WORKERS; i++)
		f.worker[i] = (struct dx_worker){
			.dx = &f.dx, .id = i, .buf = f.buf, .buf_size = DX_PAGE
		};
	cr_assert_eq(oplog_attach(f.log, &f.dx), 0);
	snprintf(f.dir, sizeof(f.dir), "/tmp/test-oplog-XXXXXX");
	cr_assert(mkdtemp(f.dir));
	f.dx.root = open(f.dir, O_RDONLY | O_DIRECTORY);
	cr_assert(f.dx.root >= 0);
}

static inline void tear_down(void)
{
	oplog_detach(&f.dx);
	unlinkat(f.dx.root, "file", 0);
	unlinkat(f.dx.root, "other", 0);
	close(f.dx.root);
	rmdir(f.dir);
	free(f.buf);
	munmap(f.log, LOG_SIZE);
}

static inline struct oplog *read_log(void)
{
	struct oplog *log = NULL;
	struct err e = { 0 };
	char text[1200];

	cr_assert_eq(oplog_parse(&log, f.log, LOG_SIZE, "log", &e), 0, "%s",
		     err_format(&e, text, sizeof(text)));
	return log;
}

static inline struct dx_log_header *header(void)
{
	return (void *)f.log;
}

static inline struct dx_log_area *area(uint32_t w)
{
	return (void *)(f.log + DX_LOG_HEADER + w * AREA);
}

static inline struct dx_rec *record(uint32_t w, uint64_t i)
{
	return (struct dx_rec *)(area(w) + 1) + i;
}

static inline void do_drains(struct dx_worker *w, int n)
{
	while (n--)
		dx_drain(w);
}

#endif
