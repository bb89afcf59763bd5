// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/frames.h"

#include <string.h>

/*
 * The chain is the cheapest way from the innermost function to an entry of the
 * kernel: each link costs what it leaves to be believed, each candidate between
 * two links what it takes to believe that it is left over.
 */
enum { COST_SURE = 0, COST_INDIRECT = 3, COST_JUMPED = 4, COST_SKIPPED = 2 };

/* A compiler's pieces of a function: what its callers call is the name before the dot. */
static bool is_same_function(const char *a, const char *b)
{
	size_t len_a = strcspn(a, "."), len_b = strcspn(b, ".");

	return len_a == len_b && !strncmp(a, b, len_a);
}

static bool is_thunk(const struct symbol *s)
{
	return s && (!strncmp(s->name, "__x86_indirect_", 15) || !strncmp(s->name, "__SCT__", 7) ||
		     !strncmp(s->name, "__x86_return_", 13));
}

/*
 * What it costs to believe that the call before @f led to @function. Where it goes
 * to another one, that one may have jumped here as its last act.
 */
static unsigned int link_cost(const struct symbols *s, const struct dx_trace_frame *f,
			      const char *function)
{
	const struct symbol *target = f->target ? symbols_find(s, f->target) : NULL;

	if (!f->target || is_thunk(target))
		return COST_INDIRECT;
	return target && is_same_function(target->name, function) ? COST_SURE : COST_JUMPED;
}

/* Nobody in the kernel called these. */
static bool is_entry(const char *name)
{
	static const char *const begins[] = { "entry_SYSCALL", "asm_", "ret_from_fork",
					      "secondary_startup", "start_secondary" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static struct frame_name name_of(const struct symbols *s, uint64_t addr, bool guessed)
{
	const struct symbol *found = symbols_find(s, addr);

	return (struct frame_name){ found ? found->name : "?", found ? addr - found->start : 0,
				    guessed };
}

/* The chain from each candidate outwards. */
struct chain {
	const char *function; /* that the candidate is in */
	size_t next;	      /* candidate that called it; the number of them: none */
	unsigned int cost;
};

/* Who called @function, among the candidates from @from on. */
static void find_caller(const struct symbols *s, const struct dx_trace_frame *candidate, size_t n,
			const struct chain *chain, const char *function, size_t from,
			struct chain *ret)
{
	ret->function = function;
	ret->next = n;
	ret->cost = is_entry(function) ? 0 : (unsigned int)(n - from) * COST_SKIPPED + COST_JUMPED;
	for (size_t i = from; i < n && !is_entry(function); i++) {
		unsigned int cost = link_cost(s, &candidate[i], function) +
				    (unsigned int)(i - from) * COST_SKIPPED + chain[i].cost;

		if (cost < ret->cost) {
			ret->cost = cost;
			ret->next = i;
		}
	}
}

size_t frames_find(const struct symbols *s, uint64_t ip, const struct dx_trace_frame *candidate,
		   size_t n, struct frame_name *ret)
{
	struct chain chain[FRAMES_MAX] = { 0 }, first;
	size_t found = 0;

	if (n > FRAMES_MAX)
		n = FRAMES_MAX;
	for (size_t i = n; i-- > 0;)
		find_caller(s, candidate, n, chain, name_of(s, candidate[i].ret - 1, false).name,
			    i + 1, &chain[i]);
	ret[found] = name_of(s, ip, false);
	find_caller(s, candidate, n, chain, ret[found++].name, 0, &first);
	for (size_t i = first.next; i < n; i = chain[i].next) {
		bool guessed = link_cost(s, &candidate[i], ret[found - 1].name) != COST_SURE;

		ret[found++] = name_of(s, candidate[i].ret - 1, guessed);
	}
	return found;
}

bool frames_is_primitive(const char *name)
{
	static const char *const begins[] = {
		"memcpy",
		"__memcpy",
		"memset",
		"__memset",
		"memmove",
		"__memmove",
		"clear_page",
		"copy_page",
		"copy_user",
		"__copy_user",
		"copy_mc",
		"rep_movs",
		"__rep_",
		"rep_stos",
		"_copy_from_iter",
		"_copy_to_iter",
		"_copy_mc_",
		"__copy_from_iter",
		"copy_from_iter",
		"arch_wb_cache_pmem",
		"clean_cache_range",
		"__arch_wb_cache_pmem",
		"clear_user",
		"__clear_user",
		"copyin",
		"copyout",
		"dax_flush",
		"dax_copy_from_iter",
		"dax_zero_page_range",
		"_copy_from_pages",
		"iov_iter_zero",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

const struct frame_name *frames_actor(const struct frame_name *frame, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!frames_is_primitive(frame[i].name))
			return &frame[i];
	return n ? &frame[n - 1] : NULL;
}

const char *frames_entry(const struct frame_name *frame, size_t n)
{
	while (n-- > 0) {
		const char *name = frame[n].name;

		if (!strncmp(name, "__x64_sys_", 10))
			return name + 10;
		if (!strncmp(name, "asm_exc_page_fault", 18))
			return "page fault";
		if (!strncmp(name, "kthread", 7) || !strncmp(name, "ret_from_fork", 13))
			return "kernel thread";
	}
	return "";
}
