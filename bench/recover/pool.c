// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One thread goes round: each guest is a slot that is in some phase with some state, and
 * goes on as soon as its guest has answered.
 */
#include "bench/recover/pool.h"
#include "bench/interrupt.h"
#include "bench/recover/booted.h"
#include "bench/recover/proofs.h"
#include "bench/recover/recorder.h"
#include "bench/target/mkfs.h"
#include "lib/hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ANSWER_MS  60000
#define BOOT_MS	   240000 /* emulate_run() has limits of its own, which are shorter */
#define LOOK_NS	   100000
#define MAX_DEATHS 3		/* one after the other, each over another state */
#define HEAD_BYTES (2ULL << 20) /* of a namespace: its info block, read when it boots */

enum phase { IDLE, BOOTING, RECOVERING, PROVING };

struct slot {
	struct booted guest;
	enum phase phase;
	size_t state;		/* that it works on */
	struct recovered found; /* of it, while it is proved */
	uint64_t image;		/* that is proved */
	uint64_t head;		/* what the namespaces were when it was booted */
	uint64_t since;		/* of the phase: ns */
};

struct recover_pool {
	struct emulate_job job;
	unsigned int n;
	struct slot *slot;
	struct recorder *recorder; /* NULL: not asked for yet */
	bool no_barriers;	   /* in it */
	struct proofs proofs;
	struct recover_counts counts;
	char fs[sizeof(((struct mailbox *)0)->fs)], dir[sizeof(((struct mailbox *)0)->dir)];
};

/* One call of recover(). */
struct call {
	struct recover_pool *pool;
	const struct state_medium *medium;
	const struct state *states;
	size_t n, next, done;
	struct recovered *ret;
	struct place_hash hash;
	uint64_t head;
	unsigned int deaths; /* since the last state that was recovered */
	struct err *e;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static double ms_since(uint64_t since)
{
	return (double)(now_ns() - since) / 1e6;
}

static void enter(struct slot *s, enum phase phase)
{
	s->phase = phase;
	s->since = now_ns();
}

/* ---- a state's end ---- */

static void forget(struct recovered *r)
{
	dump_free(r->dump);
	read_set_free(r->reads);
	*r = (struct recovered){ 0 };
}

static int deliver(struct call *c, struct slot *s)
{
	c->ret[s->state] = s->found;
	s->found = (struct recovered){ 0 };
	c->done++;
	c->pool->counts.recovered++;
	enter(s, IDLE);
	return 1;
}

/* What the state's end depends on is what its recovery has read, and what the proof of it has. */
static int add_reads(struct recovered *found, const struct recovered *proof)
{
	struct read_set *both = NULL;

	if (found->reads && proof->reads) {
		both = read_set_join(found->reads, proof->reads);
		if (!both)
			return -ENOMEM;
	}
	read_set_free(found->reads);
	found->reads = both;
	return 0;
}

static int add_proof(struct call *c, struct slot *s, const struct recovered *proof)
{
	int r = dump_extend(&s->found.dump, proof->dump, c->e);

	if (!r && add_reads(&s->found, proof))
		r = err_sys(c->e, -ENOMEM, "crash state", "keep what was read");
	return r;
}

/* The outcome of an image that was looked at; @proof is taken over. */
static int take_over_proof(struct call *c, struct slot *s, struct recovered *proof)
{
	int r = add_proof(c, s, proof);

	if (proofs_add(&c->pool->proofs, s->image, proof) && !r)
		r = err_sys(c->e, -ENOMEM, "crash state", "keep its outcome");
	return r;
}

/* The guest is lost over this state, which is what there is to say of it. */
static int bury(struct call *c, struct slot *s)
{
	bool gone = !s->guest.pid;
	struct recovered died = { 0 };
	char text[5120];
	int r;

	booted_stop(&s->guest, false);
	c->pool->counts.died++;
	snprintf(text, sizeof(text), "%s\n%s", gone ? booted_why(&s->guest)->what : "no answer",
		 booted_console(&s->guest));
	r = dump_of_step(&died.dump, DUMP_DIED, gone ? EIO : ETIMEDOUT, text, c->e);
	if (!r && s->found.dump)
		r = take_over_proof(c, s, &died);
	else if (!r)
		s->found = died;
	if (r)
		return r;
	deliver(c, s);
	if (++c->deaths < MAX_DEATHS)
		return 1;
	return err_set(c->e, -EIO, "guest", "%u states in a row have killed one each: %s",
		       c->deaths, text);
}

/* ---- questions ---- */

static int put(struct call *c, struct slot *s)
{
	uint64_t since = now_ns();
	int r = place_put(&s->guest.place, c->medium, &c->states[s->state], NULL, c->e);

	c->pool->counts.put_ms += ms_since(since);
	return r;
}

static int ask(struct call *c, struct slot *s, enum mailbox_what what, enum phase phase)
{
	booted_ask(&s->guest, what, c->pool->fs, c->pool->dir);
	enter(s, phase);
	return 1;
}

/* The next state, and a guest for it where there is none, or one that knows other namespaces. */
static int begin(struct call *c, struct slot *s)
{
	int r;

	if (c->next == c->n)
		return 0;
	if (s->guest.pid && s->head != c->head)
		booted_stop(&s->guest, true);
	s->state = c->next++;
	r = put(c, s);
	if (r)
		return r;
	if (booted_look(&s->guest) == BOOTED_READY)
		return ask(c, s, MAILBOX_RECOVER, RECOVERING);
	booted_stop(&s->guest, false);
	r = booted_start(&s->guest, c->e);
	if (r)
		return r;
	s->head = c->head;
	c->pool->counts.booted++;
	enter(s, BOOTING);
	return 1;
}

static int take_boot(struct call *c, struct slot *s)
{
	c->pool->counts.boot_ms += ms_since(s->since);
	return ask(c, s, MAILBOX_RECOVER, RECOVERING);
}

/* ---- answers ---- */

/* What is not to be read is as good as a guest that died. */
static int take_answer(struct call *c, struct slot *s, struct recovered *ret)
{
	struct err e;
	int r = booted_answer(&s->guest, &ret->dump, &e);

	ret->reads = NULL;
	if (!r)
		return booted_reads(&s->guest, &ret->reads, c->e);
	if (r == -EBADMSG)
		return dump_of_step(&ret->dump, DUMP_DIED, EBADMSG, e.what, c->e);
	if (c->e)
		*c->e = e;
	return r;
}

/* What recovery left, as a number; of one kind of file system. */
static int find_image(struct call *c, struct slot *s)
{
	uint64_t since = now_ns(), hash;
	int r = place_compare(&s->guest.place, c->medium, c->e);

	if (r)
		return r;
	hash = place_hash(&s->guest.place, c->medium, &c->hash);
	s->image = hash_add(hash, c->pool->fs, strlen(c->pool->fs));
	c->pool->counts.put_ms += ms_since(since);
	return 0;
}

static int take_recovery(struct call *c, struct slot *s)
{
	const struct dump_outcome *mounted, *unmounted;
	const struct recovered *known;
	int r;

	c->pool->counts.guest_ms += ms_since(s->since);
	r = take_answer(c, s, &s->found);
	if (r)
		return r;
	c->deaths = 0;
	mounted = dump_step(s->found.dump, DUMP_MOUNT);
	unmounted = dump_step(s->found.dump, DUMP_UMOUNT);
	/* What is still mounted would be changed under it by the next state. */
	if (!mounted->done || (!mounted->result && (!unmounted->done || unmounted->result)))
		booted_stop(&s->guest, false);
	if (!unmounted->done || unmounted->result)
		return deliver(c, s);
	r = find_image(c, s);
	if (r)
		return r;
	known = proofs_find(&c->pool->proofs, s->image);
	if (known) {
		r = add_proof(c, s, known);
		return r ? r : deliver(c, s);
	}
	place_forget(&s->guest.place);
	return ask(c, s, MAILBOX_PROVE, PROVING);
}

static int take_proof(struct call *c, struct slot *s)
{
	struct recovered proof;
	int r;

	c->pool->counts.prove_ms += ms_since(s->since);
	c->pool->counts.proved++;
	r = take_answer(c, s, &proof);
	if (!r)
		r = take_over_proof(c, s, &proof);
	return r ? r : deliver(c, s);
}

/* ---- round and round ---- */

/* 1: it has gone on; 0: it waits; or -errno. */
static int step(struct call *c, struct slot *s)
{
	enum booted_state state;

	if (s->phase == IDLE)
		return begin(c, s);
	state = booted_look(&s->guest);
	if (state == BOOTED_READY)
		return s->phase == BOOTING   ? take_boot(c, s)
		       : s->phase == PROVING ? take_proof(c, s)
					     : take_recovery(c, s);
	if (state == BOOTED_BUSY &&
	    ms_since(s->since) < (s->phase == BOOTING ? BOOT_MS : ANSWER_MS))
		return 0;
	return s->phase == BOOTING ? booted_give_up(&s->guest, "guest", "did not come up", c->e)
				   : bury(c, s);
}

static int go_round(struct call *c)
{
	static const struct timespec look = { .tv_nsec = LOOK_NS };
	struct recover_pool *p = c->pool;

	while (c->done < c->n) {
		bool moved = false;

		if (interrupted)
			return err_set(c->e, -EINTR, "crash states", "interrupted");
		for (unsigned int i = 0; i < p->n; i++) {
			int r = step(c, &p->slot[i]);

			if (r < 0)
				return r;
			moved |= r > 0;
		}
		if (!moved)
			nanosleep(&look, NULL);
	}
	return 0;
}

/* A guest whose answer nobody waits for would give it to the next question. */
static void give_up(struct recover_pool *p)
{
	for (unsigned int i = 0; i < p->n; i++) {
		struct slot *s = &p->slot[i];

		if (s->phase != IDLE)
			booted_stop(&s->guest, false);
		forget(&s->found);
		enter(s, IDLE);
	}
}

static int recover(void *data, const struct state_medium *medium, const struct state *states,
		   size_t n, struct recovered *ret, struct err *e)
{
	struct recover_pool *p = data;
	struct call c = {
		.pool = p, .medium = medium, .states = states, .n = n, .ret = ret, .e = e
	};
	uint64_t since = now_ns();
	int r;

	if (!p->fs[0])
		return err_set(e, -EINVAL, "crash states", "of no file system");
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct recovered){ 0 };
	place_hash_begin(&c.hash, medium);
	c.head = place_hash_head(medium, HEAD_BYTES);
	p->counts.put_ms += ms_since(since);
	for (unsigned int i = 0; i < p->n; i++)
		place_forget(&p->slot[i].guest.place);
	r = go_round(&c);
	if (r)
		give_up(p);
	return r;
}

static int record(void *data, const struct state_medium *medium, const struct state *state,
		  const char **ret, struct err *e)
{
	struct recover_pool *p = data;
	const struct recorder_job job = {
		.fs = p->fs,
		.no_barriers = p->no_barriers,
		.head = place_hash_head(medium, HEAD_BYTES),
	};
	int r = p->recorder ? 0 : recorder_open(&p->recorder, &p->job, e);

	return r ? r : recorder_record(p->recorder, medium, state, &job, ret, e);
}

/* ---- the pool ---- */

int recover_pool_open(struct recover_pool **ret, const struct emulate_job *job, unsigned int guests,
		      struct err *e)
{
	struct recover_pool *p;
	int r = 0;

	if (!guests || guests > RECOVER_MAX_GUESTS)
		return err_set(e, -EINVAL, "guests", "%u: want 1 to %u", guests,
			       RECOVER_MAX_GUESTS);
	p = calloc(1, sizeof(*p));
	if (p)
		p->slot = calloc(guests, sizeof(*p->slot));
	if (!p || !p->slot) {
		free(p);
		return err_sys(e, -ENOMEM, "guests", "open");
	}
	p->job = *job;
	for (; !r && p->n < guests; p->n += !r)
		r = booted_open(&p->slot[p->n].guest, &p->job, e);
	if (r) {
		recover_pool_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

int recover_pool_set(struct recover_pool *p, const char *fs, const char *dir, struct err *e)
{
	if (!mkfs_find(fs) || strlen(fs) >= sizeof(p->fs))
		return err_set(e, -EINVAL, fs, "no such file system here; there are %s",
			       mkfs_names());
	if (!*dir || strchr(dir, '/') || strlen(dir) >= sizeof(p->dir))
		return err_set(e, -EINVAL, dir, "is no directory of a workload");
	snprintf(p->fs, sizeof(p->fs), "%s", fs);
	snprintf(p->dir, sizeof(p->dir), "%s", dir);
	return 0;
}

/* What e2fsck promises of a crash while it repairs nobody says: none is put there. */
static bool repairs_first(const struct recover_pool *p)
{
	const struct mkfs_kind *kind = mkfs_find(p->fs);

	return kind && kind->fsck_first;
}

struct recovery recover_pool_recovery(struct recover_pool *p)
{
	return (struct recovery){
		.recover = recover,
		.record = repairs_first(p) ? NULL : record,
		.data = p,
		.knows_reads = p->job.reads,
	};
}

void recover_pool_deny_barriers(struct recover_pool *p)
{
	p->no_barriers = true;
}

void recover_pool_counts(const struct recover_pool *p, struct recover_counts *ret)
{
	*ret = p->counts;
}

void recover_counts_between(const struct recover_counts *before, struct recover_counts *after)
{
	after->booted -= before->booted;
	after->died -= before->died;
	after->recovered -= before->recovered;
	after->proved -= before->proved;
	after->boot_ms -= before->boot_ms;
	after->put_ms -= before->put_ms;
	after->guest_ms -= before->guest_ms;
	after->prove_ms -= before->prove_ms;
}

void recover_pool_close(struct recover_pool *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < p->n; i++) {
		booted_close(&p->slot[i].guest);
		forget(&p->slot[i].found);
	}
	recorder_close(p->recorder);
	proofs_release(&p->proofs);
	free(p->slot);
	free(p);
}
