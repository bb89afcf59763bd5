// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the plugin takes of NVDIMMs by their files. Catches an image with pages that lack
 * or lie elsewhere, one that cannot be had and is taken for an empty one, and a log that
 * is there by name while it is half written.
 */
#include "checker/plugin/nvdimm.h"
#include "lib/file.h"
#include "tests/unit/trace-fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define PAGE  4096ULL
#define PAGES 64ULL

static struct {
	char dir[40], file[64], kept[64], temporary[80];
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
	snprintf(at.kept, sizeof(at.kept), "%s/kept", at.dir);
	snprintf(at.temporary, sizeof(at.temporary), "%s.tmp", at.kept);
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

/* ---- the image ---- */

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
	at.n.file = at.kept;
	cr_expect_eq(nvdimm_record(&at.n, f.w), -ENOENT);
	at.n.file = at.dir;
	cr_expect_lt(nvdimm_record(&at.n, f.w), 0);
	end_trace();
}

/* ---- the copy ---- */

static void expect_kept(const char *first)
{
	size_t len;
	char *data;

	cr_assert_eq(file_read(AT_FDCWD, at.kept, 1 << 20, &data, &len), 0);
	cr_expect_eq(len, PAGES * PAGE);
	cr_expect_str_eq(data + 3 * PAGE + 100, first);
	cr_expect_str_eq(data + (PAGES - 1) * PAGE + 100, "last");
	cr_expect_eq(access(at.temporary, F_OK), -1, "its temporary file is left");
	free(data);
}

Test(nvdimm, kept)
{
	struct stat st;

	cr_assert_eq(nvdimm_keep(&at.n, at.kept), 0);
	expect_kept("third");
	cr_assert_eq(stat(at.kept, &st), 0);
	cr_expect_lt(st.st_blocks * 512, (off_t)(PAGES * PAGE / 2), "it is not sparse");
	put_page(3, "THIRD");
	cr_assert_eq(nvdimm_keep(&at.n, at.kept), 0);
	expect_kept("THIRD");
}

/* Its last page does not fit: the name is that of what was there before, or of nothing. */
static void fail_to_keep(void)
{
	struct rlimit limit, all;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	limit = all;
	limit.rlim_cur = PAGES * PAGE / 2;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(nvdimm_keep(&at.n, at.kept), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	cr_expect_eq(access(at.temporary, F_OK), -1, "its temporary file is left");
}

Test(nvdimm, half_a_copy_has_no_name)
{
	fail_to_keep();
	cr_expect_eq(access(at.kept, F_OK), -1);
}

Test(nvdimm, half_a_copy_replaces_nothing)
{
	cr_assert_eq(nvdimm_keep(&at.n, at.kept), 0);
	put_page(3, "THIRD");
	fail_to_keep();
	expect_kept("third");
}

Test(nvdimm, what_cannot_be_copied)
{
	at.n.file = "/nonexistent";
	cr_expect_eq(nvdimm_keep(&at.n, at.kept), -ENOENT);
	at.n.file = at.file;
	cr_expect_eq(nvdimm_keep(&at.n, "/nonexistent/kept"), -ENOENT);
}
