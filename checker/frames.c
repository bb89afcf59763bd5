// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/frames.h"

#include <string.h>

#define MAX_GUESSES 2 /* one after the other */

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

/* 2: the call goes to @function; 1: nobody knows where; 0: elsewhere. */
static int calls(const struct symbols *s, const struct dx_trace_frame *f, const char *function)
{
	const struct symbol *target = f->target ? symbols_find(s, f->target) : NULL;

	if (!f->target || is_thunk(target))
		return 1;
	return target && is_same_function(target->name, function) ? 2 : 0;
}

static struct frame_name name_of(const struct symbols *s, uint64_t addr, bool guessed)
{
	const struct symbol *found = symbols_find(s, addr);

	return (struct frame_name){ found ? found->name : "?", found ? addr - found->start : 0,
				    guessed };
}

/* The nearest candidate from @from on whose call is sure to lead to @function; @n: none. */
static size_t find_sure(const struct symbols *s, const struct dx_trace_frame *c, size_t from,
			size_t n, const char *function)
{
	while (from < n && calls(s, &c[from], function) != 2)
		from++;
	return from;
}

/* The nearest indirect call from @from on into whose function somebody surely called. */
static size_t find_guess(const struct symbols *s, const struct dx_trace_frame *c, size_t from,
			 size_t n)
{
	for (; from < n; from++) {
		struct frame_name caller = name_of(s, c[from].ret - 1, true);

		if (calls(s, &c[from], "") == 1 && find_sure(s, c, from + 1, n, caller.name) < n)
			return from;
	}
	return n;
}

size_t frames_find(const struct symbols *s, uint64_t ip, const struct dx_trace_frame *candidate,
		   size_t n, struct frame_name *ret)
{
	size_t at = 0, found = 0;
	int guesses = 0;

	ret[found++] = name_of(s, ip, false);
	while (at < n && found <= FRAMES_MAX) {
		const char *function = ret[found - 1].name;
		size_t sure = find_sure(s, candidate, at, n, function);
		size_t guess = find_guess(s, candidate, at, n);

		if (sure < n && sure <= guess) {
			at = sure;
			guesses = 0;
		} else if (guess < n && guesses < MAX_GUESSES) {
			at = guess;
			guesses++;
		} else if (sure < n) {
			at = sure;
			guesses = 0;
		} else {
			break;
		}
		ret[found++] = name_of(s, candidate[at].ret - 1, guesses > 0);
		at++;
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
