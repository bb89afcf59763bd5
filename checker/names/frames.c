// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debian's kernels keep no frame pointers, so nothing on a stack says which
 * words are return addresses of the chain that is running and which were left
 * by calls that returned long ago. There are many of these: do_syscall_64()
 * moves the stack by a random offset (RANDOMIZE_KSTACK_OFFSET), and what earlier
 * system calls left lies whole in that gap. But calls must lead to one another:
 *
 *	clean_cache_range+0x22			where the instruction is
 *	dax_writeback_mapping_range+0x224	calls dax_flush: which jumps there
 *	do_writepages+0x8a			calls through a register
 *	insert_pfn+0xbb				calls __rcu_read_unlock: stale
 *	filemap_fdatawrite_wbc+0x63		calls do_writepages: verified
 *
 * A chain is a choice of candidates, in order, each of which is linked to the
 * one inside it:
 *
 * - verified: its call goes to the function inside. The compiler splits
 *   functions (NAME.cold, NAME.part.0, NAME.isra.0); these are the same to us.
 *   Two kinds of jump are known well enough to count as the call that preceded
 *   them: from one primitive to another (dax_flush, arch_wb_cache_pmem,
 *   clean_cache_range; memcpy, memcpy_erms), and from x64_sys_call() to a system
 *   call;
 * - indirect: its call goes through a register, a retpoline or a static call;
 * - guessed: its call goes to another function, which may have ended in a jump
 *   to the one inside (a tail call). Compilers do that wherever they can:
 *   vfs_fsync_range() jumps to ->fsync().
 *
 * An indirect or guessed link fits anything, so a chain is the *cheapest*
 * choice. What costs what are rules of thumb, set by reading what came out for
 * recorded stacks (ext4 and XFS on 6.1 and 6.12: faults, write, fsync, msync,
 * syncfs, journal). Where they fail a chain lacks a frame beside an unverified
 * link, or has a stale one there.
 *
 * - A verified link is free: that two words fit by chance is rare.
 * - A guess costs more than an indirect call, so that two guesses in a row
 *   (into what is stale, and out of it again) are worse than one.
 * - A candidate that is skipped costs, so that links are near. That between the
 *   entry of the kernel and what it calls is free, for the random gap.
 * - A chain should end where the kernel was entered or a thread began.
 *
 * It is found as any shortest path in order, candidate by candidate outwards.
 */
#include "checker/names/frames.h"
#include "checker/names/kernel_names.h"

#include <stdio.h>
#include <string.h>

enum cost {
	COST_SKIP = 10, /* a candidate between the two */
	COST_INDIRECT = 12,
	COST_GUESS = 20,
	COST_GUESS_NEAR = 8,   /* a jump within one module */
	COST_INTERRUPTED = 40, /* what was interrupted called nothing */
	COST_NO_ROOT = 60,
};

/* A candidate, or (the first) the instruction itself. */
struct node {
	uint64_t addr;
	const struct symbol *symbol;
	const struct symbol *callee; /* NULL: its call is indirect */
	size_t inner;		     /* of the cheapest chain: the node before this one */
	enum frame_link link;	     /* to that one */
	unsigned int cost;
};

/* ---- links ---- */

static bool same_function(const struct symbol *a, const struct symbol *b)
{
	size_t len = kernel_name_stem(a->name);

	return a == b || (len == kernel_name_stem(b->name) && !strncmp(a->name, b->name, len) &&
			  !strcmp(a->module, b->module));
}

static bool is_verified(const struct node *inner, const struct node *outer)
{
	return inner->symbol && outer->callee &&
	       (same_function(outer->callee, inner->symbol) ||
		kernel_name_jumps(outer->callee->name, inner->symbol->name));
}

/*
 * Is what @outer calls in the same module as @inner? Then a jump from there is no
 * far-fetched idea, unless @outer is that function itself: a stale copy of it.
 */
static bool is_near(const struct node *inner, const struct node *outer)
{
	return inner->symbol && inner->symbol != outer->symbol && *inner->symbol->module &&
	       !strcmp(inner->symbol->module, outer->callee->module);
}

static bool is_root(const struct node *node)
{
	return node->symbol && kernel_name_is_root(node->symbol->name);
}

static unsigned int cost_to_guess(const struct node *inner, const struct node *outer)
{
	if (!outer->callee && is_root(outer))
		return inner->symbol && kernel_name_begins_thread(inner->symbol->name) ? 0
										       : COST_GUESS;
	if (!outer->callee)
		return COST_INDIRECT;
	return is_near(inner, outer) ? COST_GUESS_NEAR : COST_GUESS;
}

/* What it costs that @outer called @inner, with @skipped candidates between them. */
static unsigned int cost_of(const struct node *inner, const struct node *outer,
			    unsigned int skipped, enum frame_link *ret)
{
	if (is_verified(inner, outer)) {
		*ret = FRAME_VERIFIED;
		return is_root(outer) ? 0 : COST_SKIP * skipped;
	}
	*ret = outer->callee ? FRAME_GUESSED : FRAME_INDIRECT;
	if (is_root(inner)) {
		*ret = FRAME_GUESSED;
		return COST_INTERRUPTED + COST_SKIP * skipped;
	}
	return cost_to_guess(inner, outer) + COST_SKIP * skipped;
}

/* Of chains of the same cost the one whose last link is nearer. */
static void find_inner(struct node *node, size_t i)
{
	node[i].cost = UINT32_MAX;
	for (size_t j = i; j-- > 0;) {
		enum frame_link link;
		unsigned int skipped = (unsigned int)(i - j - 1);
		unsigned int cost = node[j].cost + cost_of(&node[j], &node[i], skipped, &link);

		if (cost >= node[i].cost)
			continue;
		node[i].cost = cost;
		node[i].inner = j;
		node[i].link = link;
	}
}

/* ---- chains ---- */

/*
 * Takes a candidate, if it can be a return address: one that is the first
 * address of a function is a pointer to it. The call is before that address,
 * and may be the last of its function.
 */
static bool take(const struct symbols *s, const struct dx_trace_frame *candidate, struct node *ret)
{
	const struct symbol *symbol = symbols_find(s, candidate->ret - 1);
	const struct symbol *at = symbols_find(s, candidate->ret);
	const struct symbol *callee = symbols_find(s, candidate->target);

	if (!symbol || (at && at->start == candidate->ret))
		return false;
	if (candidate->target && !callee)
		return false;
	if (!candidate->target || kernel_name_is_trampoline(callee->name))
		callee = NULL;
	*ret = (struct node){ .addr = candidate->ret, .symbol = symbol, .callee = callee };
	return true;
}

/* Where the cheapest chain ends. A stack that was @cut need not end at a root. */
static size_t find_end(const struct node *node, size_t n, bool cut)
{
	unsigned int best = UINT32_MAX;
	size_t end = 0;

	for (size_t i = n; i-- > 0;) {
		unsigned int cost = node[i].cost + COST_SKIP * (unsigned int)(n - 1 - i);

		if (!is_root(&node[i]) && !cut)
			cost += COST_NO_ROOT;
		if (cost < best) {
			best = cost;
			end = i;
		}
	}
	return end;
}

static void collect(const struct node *node, size_t end, struct frames *ret)
{
	size_t at = 0;

	ret->n = 1;
	for (size_t i = end; i; i = node[i].inner)
		ret->n++;
	at = ret->n;
	for (size_t i = end;; i = node[i].inner) {
		ret->frame[--at] = (struct frame){ node[i].addr, node[i].symbol, node[i].link };
		if (!i)
			break;
	}
	ret->whole = is_root(&node[end]);
}

void frames_find(const struct symbols *s, uint64_t ip, const struct dx_trace_frame *candidates,
		 size_t n, struct frames *ret)
{
	struct node node[FRAMES_MAX] = { { .addr = ip, .symbol = symbols_find(s, ip) } };
	size_t nodes = 1;

	if (n > DX_TRACE_FRAMES)
		n = DX_TRACE_FRAMES;
	for (size_t i = 0; i < n; i++) {
		if (!take(s, &candidates[i], &node[nodes]))
			continue;
		find_inner(node, nodes);
		nodes++;
	}
	collect(node, find_end(node, nodes, n == DX_TRACE_FRAMES), ret);
}

/* ---- what a chain says ---- */

/* "" for the innermost, if it is in unknown code. */
static const char *name_of(const struct frame *frame)
{
	return frame->symbol ? frame->symbol->name : "";
}

const struct frame *frames_actor(const struct frames *f)
{
	size_t i = 0;

	while (i + 1 < f->n &&
	       (!f->frame[i].symbol || kernel_name_is_primitive(name_of(&f->frame[i]))))
		i++;
	return &f->frame[i];
}

/* What a thread or a worker was told to run: the function called by @by. */
static const char *told_by(const struct frames *f, const char *by)
{
	for (size_t i = 1; i < f->n; i++)
		if (!strcmp(name_of(&f->frame[i]), by))
			return name_of(&f->frame[i - 1]);
	return NULL;
}

/* The system call in whose chain it is; NULL: none. */
static const char *find_system_call(const struct frames *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *call = kernel_name_system_call(name_of(&f->frame[i]));

		if (call)
			return call;
	}
	return told_by(f, "do_syscall_64") ? "a system call" : NULL;
}

static const char *find_exception(const struct frames *f)
{
	const char *what = NULL;

	for (size_t i = 0; !what && i < f->n; i++)
		what = kernel_name_exception(name_of(&f->frame[i]));
	return what;
}

char *frames_origin(const struct frames *f, char *buf, size_t len)
{
	const char *exception = find_exception(f), *call = find_system_call(f);
	const char *work = told_by(f, "process_one_work"), *thread = told_by(f, "kthread");
	const char *name = call ? call : work ? work : thread ? thread : "";
	const char *kind = call ? "" : work ? "work " : thread ? "thread " : "";

	if (!exception && !*name)
		name = "unknown";
	snprintf(buf, len, "%s%s%s%.*s", exception ? exception : "",
		 exception && *name ? " in " : "", kind, (int)kernel_name_stem(name), name);
	return buf;
}
