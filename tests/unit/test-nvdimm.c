// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the plugin takes of NVDIMMs by their files. Catches an image with pages that lack
 * or lie elsewhere, and one that cannot be had and is taken for an empty one.
 */
#include "checker/plugin/nvdimm.h"
#include "lib/file.h"
#include "tests/unit/trace-fixture.h"

#define PAGE  4096ULL
#define PAGES 64ULL

static struct {
	char dir[40], file[64];
	struct nvdimm n;
} at;

static void put_page(uint64_t page, const char *text)
{
	int fd = open(at.file, O_WRONLY);

	cr_assert(fd >= 0);
	cr_assert_gt(pwrite(fd, text, strlen(text) + 1, (off_t)(page * PAGE + 100)), 0);
	close(fd);
}

static void start(void)
{
	int fd;

	set_up();
	snprintf(at.dir, sizeof(at.dir), "/tmp/test-nvdimm-XXXXXX");
	cr_assert(mkdtemp(at.dir));
	snprintf(at.file, sizeof(at.file), "%s/nvdimm", at.dir);
	fd = open(at.file, O_RDWR | O_CREAT, 0600);
	cr_assert(fd >= 0);
	cr_assert_eq(ftruncate(fd, PAGES * PAGE), 0);
	close(fd);
	at.n = (struct nvdimm){ .base = BASE, .size = PAGES * PAGE, .file = at.file };
	put_page(3, "third");
	put_page(7, ""); /* zeros, and no hole */
	put_page(PAGES - 1, "last");
}

static void end(void)
{
	file_remove_tree(AT_FDCWD, at.dir);
	tear_down();
}

TestSuite(nvdimm, .init = start, .fini = end);

static void expect_page(struct trace *t, uint64_t page, const char *text)
{
	struct trace_record r;
	struct err e;

	cr_assert_eq(trace_next(t, &r, &e), 1);
	cr_expect_eq(r.rec->kind, DX_TRACE_IMAGE);
	cr_expect_eq(r.rec->length, PAGE);
	cr_expect_eq(r.rec->addr, BASE + page * PAGE);
	cr_expect_eq(memcmp(r.data + 100, text, strlen(text)), 0);
}

Test(nvdimm, image)
{
	struct trace *t;

	begin_trace();
	cr_expect_eq(nvdimm_record(&at.n, f.w), 0);
	end_trace();
	t = open_trace();
	expect_page(t, 3, "third");
	expect_page(t, PAGES - 1, "last");
	cr_expect_eq(next(t), NULL);
	trace_close(t);
}

Test(nvdimm, image_that_cannot_be_had)
{
	begin_trace();
	at.n.file = "/nonexistent";
	cr_expect_eq(nvdimm_record(&at.n, f.w), -ENOENT);
	at.n.file = at.dir;
	cr_expect_lt(nvdimm_record(&at.n, f.w), 0);
	end_trace();
}
