// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many faults are of 2 MiB on a file system that is old and nearly full? It is filled
 * with one file, and that loses pieces as a file system loses small files: at places and of
 * sizes that come from the seed, up to "largest", as many small ones as large. What units of
 * 2 MiB give back are whole units, so XFS with such realtime extents has 2 MiB to map up to
 * the last; ext4 and XFS find what they find.
 */
#include "workloads/fallback.h"

#define LARGE_UNIT DX_PMD
#define PIECE	   (64ULL << 20) /* the first that is asked for when filling */
#define SMALLEST   (64ULL << 10) /* less is left over */
#define RESERVED   (64ULL << 20) /* more than a file system keeps for itself: XFS 32 MiB */

struct state {
	struct mapped data; /* first: drop_data() takes it for all */
	struct dx_file full;
	uint64_t size; /* of it */
	uint64_t lost; /* up to here it has lost pieces */
	bool large_units;
	uint64_t random;
};

static uint64_t draw(struct state *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* Nothing is written: the blocks stay unwritten ones. */
static int fill_up(struct dx_worker *w, struct state *s)
{
	uint64_t piece = PIECE;
	int r = 0;

	while (!r && piece >= SMALLEST) {
		r = dx_fallocate(w, &s->full, 0, s->size, piece);
		if (!r)
			s->size += piece;
		else if (r == -ENOSPC)
			piece /= 2;
		r = r == -ENOSPC ? 0 : r;
	}
	return r;
}

/* From 4 KiB to @largest, each power of two as likely as another. */
static uint64_t draw_piece(struct state *s, uint64_t largest)
{
	uint64_t sizes = 1, size;

	while (DX_PAGE << sizes <= largest)
		sizes++;
	size = DX_PAGE << draw(s) % sizes;
	return s->large_units && size < LARGE_UNIT ? LARGE_UNIT : size;
}

/* Until @wanted bytes more are free. */
static int lose_pieces(struct dx_worker *w, struct state *s, uint64_t wanted, uint64_t largest)
{
	uint64_t unit = s->large_units ? LARGE_UNIT : DX_PAGE, length;
	int r = 0;

	for (uint64_t lost = 0; !r && lost < wanted; lost += length) {
		s->lost += draw_piece(s, largest) + unit;
		length = draw_piece(s, largest);
		if (s->lost + length > s->size)
			return -ENOSPC;
		r = dx_fallocate(w, &s->full, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, s->lost,
				 length);
		s->lost += length;
	}
	return r ? r : dx_fsync(w, &s->full);
}

/*
 * What a full file system has in reserve lies in one piece, and would be given out first.
 * So it is filled twice: in the end the reserve lies in pieces, too.
 */
static int make_old(struct dx_worker *w, struct state *s, uint64_t free, uint64_t largest)
{
	int r = make_file(w, &s->full, "full");

	if (!r)
		r = fill_up(w, s);
	if (!r)
		r = lose_pieces(w, s, RESERVED, largest);
	if (!r)
		r = fill_up(w, s);
	return r ? r : lose_pieces(w, s, free, largest);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = has_large_units(w);

	if (r < 0)
		return r;
	s->large_units = r;
	s->random = dx_pattern_key(dx->seed) | 1; /* never 0, of which nothing else comes */
	r = make_hole(w, &s->data.file, "data", n * DX_PMD);
	if (!r)
		r = make_old(w, s, 4 * n * DX_PMD, dx_param(dx, "largest"));
	return r ? r : dx_map(w, &s->data.map, &s->data.file, 0, n * DX_PMD, RW_PMD);
}

/* Each page of 2 MiB: what falls back costs as much as it does. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct state *s = dx_priv(dx);

	for (uint64_t off = 0; off < n * DX_PMD; off += DX_PAGE)
		dx_store64(w, &s->data.map, off);
	return 0;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct state *s = dx_priv(dx);

	drop_data(dx, w);
	if (!s->full.id)
		return;
	dx_truncate(w, &s->full, 0);
	dx_close(w, &s->full);
	dx_unlink(w, "full");
}

/* Where pieces of 2 MiB and more lie about, which blocks a file system takes is its affair. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	const struct state *s = dx_priv(dx);
	bool any = !s->large_units && dx_param(dx, "largest") >= DX_PMD;

	expect_fallbacks(dx, n * (DX_PMD / DX_PAGE), c);
	if (s->large_units)
		set_counts(c, 0, n, 0);
	if (any)
		c->pte_faults = c->pmd_faults = c->pmd_fallbacks = DX_ANY;
}

DX_WORKLOAD(aged_store)
= {
	.name = "aged-store",
	.title = "Store to all of 2 MiB on a full file system that lost many pieces",
	.op = "512 stores",
	.groups = "fault",
	.needs = DX_NEED_DAX | DX_NEED_OWN_FS,
	.max_ops = 8,
	.check_ops = 2,
	.priv_size = sizeof(struct state),
	.params = { { "largest", "bytes", 1 << 20, 64 << 10, 32 << 20,
		      "largest piece that is lost" } },
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
