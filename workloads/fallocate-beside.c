// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each mode of fallocate(2), one after the other, on a file that is written and synced: what lies
 * beside the range must stay as it was, and after the fsync so must what the call has made of the
 * range. Where the mode allows it the range begins and ends within a page, so that the kernel
 * writes zeros into pages whose other bytes are promised.
 */
#include "workloads/names.h"

#define PAGES 24ULL
#define ODD   100ULL

static const struct {
	int mode;
	uint64_t page, pages; /* where, before what a step before it has moved */
	uint64_t odd;	      /* bytes by which the range is shorter, at either end */
} steps[] = {
	{ 0, 1, 2, ODD }, /* written already: nothing changes */
	{ FALLOC_FL_KEEP_SIZE, 4, 2, ODD },
	{ FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 7, 3, ODD },
	{ FALLOC_FL_ZERO_RANGE, 11, 3, ODD },
	{ FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 15, 3, ODD },
	{ FALLOC_FL_UNSHARE_RANGE, 19, 1, 0 },
	{ FALLOC_FL_COLLAPSE_RANGE, 21, 1, 0 },
	{ FALLOC_FL_INSERT_RANGE, 20, 1, 0 },
	/* Past the end, whose last page is not whole: */
	{ FALLOC_FL_KEEP_SIZE, PAGES, 2, 0 },
	{ FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, PAGES, 1, ODD },
	{ 0, PAGES, 1, ODD },
	{ FALLOC_FL_ZERO_RANGE, PAGES + 1, 1, ODD },
	{ FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGES - 1, 3, ODD },
};

struct state {
	struct names names; /* first: drop_names() takes it for all */
	bool can_unshare;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	struct dx_file f = { 0 };
	int r = make_written(w, &f, "try", DX_PAGE);

	if (!r)
		r = refuse_large_units(dx, &f);
	if (!r)
		s->can_unshare = !dx_fallocate(w, &f, FALLOC_FL_UNSHARE_RANGE, 0, DX_PAGE);
	if (!r && dx_fallocate(w, &f, FALLOC_FL_INSERT_RANGE, 0, DX_PAGE) == -EOPNOTSUPP)
		r = dx_refuse(dx, -EOPNOTSUPP, "files here cannot be shifted (fallocate)");
	dx_close(w, &f);
	dx_unlink(w, "try");
	return r ? r : prepare_names(dx, w, n);
}

static int do_steps(struct dx_worker *w, struct dx_file *f, bool can_unshare)
{
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint64_t from = steps[i].page * DX_PAGE + steps[i].odd;
		uint64_t end = (steps[i].page + steps[i].pages) * DX_PAGE - steps[i].odd;

		if (steps[i].mode & FALLOC_FL_UNSHARE_RANGE && !can_unshare)
			continue;
		r = dx_fallocate(w, f, steps[i].mode, from, end - from);
		if (!r)
			r = dx_fsync(w, f);
	}
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct state *s = dx_priv(dx);
	char name[16];
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, name_of(name, "beside", i), PAGES * DX_PAGE - ODD);
		if (!r)
			r = dx_fsync(w, &f);
		if (!r)
			r = do_steps(w, &f, s->can_unshare);
		dx_close(w, &f);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "beside" }, 1);
}

DX_WORKLOAD(fallocate_beside)
= {
	.name = "fallocate-beside",
	.title = "Each mode of fallocate beside synced data, fsync after each",
	.op = "13 fallocates+fsyncs",
	.groups = "space",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 1,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
