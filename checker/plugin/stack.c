// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/plugin/stack.h"

#include <stdlib.h>
#include <string.h>

#include "checker/plugin/machine.h"

#define RSP	    4U
#define STACK_BYTES 16384ULL /* THREAD_SIZE of x86-64, to which stacks are aligned */
#define TEXT_START  0xffffffff81000000ULL
#define TEXT_END    0xffffffffff000000ULL /* modules included */
#define CALLS	    65536U		  /* entries of the tables below; powers of two */
#define STACKS	    65536U

/* What was found before an address of kernel text: text does not change while one trace is made. */
struct call {
	uint64_t ret, target;
	bool is_call;
};

/* Stacks by hash; one that falls on another's place gets a new number, no harm. */
struct seen {
	uint64_t hash;
	uint32_t number;
};

static struct call calls[CALLS];
static struct seen seen[STACKS];
static uint32_t last_number;

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

/*
 * Do the bytes before @ret end in a call? e8 with a displacement of 32 bits, or
 * ff /2 with a register or memory operand of 2 to 7 bytes in all.
 */
static bool is_behind_call(uint64_t ret, uint64_t *target)
{
	uint8_t code[7];
	int32_t displacement;

	*target = 0;
	if (!machine_read(ret - sizeof(code), code, sizeof(code)))
		return false;
	if (code[2] == 0xe8) {
		memcpy(&displacement, code + 3, sizeof(displacement));
		*target = ret + (uint64_t)(int64_t)displacement;
		if (*target >= TEXT_START && *target < TEXT_END)
			return true;
		*target = 0;
	}
	for (size_t i = 0; i + 2 <= sizeof(code); i++)
		if (code[i] == 0xff && (code[i + 1] >> 3 & 7) == 2)
			return true;
	return false;
}

static const struct call *look_up(uint64_t ret)
{
	struct call *c = &calls[mix(0, ret) % CALLS];

	if (c->ret != ret) {
		c->ret = ret;
		c->is_call = is_behind_call(ret, &c->target);
	}
	return c;
}

static uint32_t find_frames(const uint64_t *words, size_t n, struct dx_trace_frame *frames)
{
	uint32_t found = 0;

	for (size_t i = 0; i < n && found < DX_TRACE_FRAMES; i++) {
		const struct call *c;

		if (words[i] < TEXT_START || words[i] >= TEXT_END)
			continue;
		c = look_up(words[i]);
		if (c->is_call)
			frames[found++] = (struct dx_trace_frame){ c->ret, c->target };
	}
	return found;
}

uint32_t stack_take(struct dx_trace_frame *frames, uint32_t *ret_n, bool *ret_new)
{
	static uint64_t words[STACK_BYTES / sizeof(uint64_t)];
	uint64_t rsp = machine_register(RSP) & ~7ULL, hash = 1;
	size_t bytes = STACK_BYTES - rsp % STACK_BYTES;
	struct seen *s;

	*ret_new = false;
	if (!machine_is_kernel(rsp) || !machine_read(rsp, words, bytes))
		return 0;
	*ret_n = find_frames(words, bytes / sizeof(words[0]), frames);
	if (!*ret_n)
		return 0;
	for (uint32_t i = 0; i < *ret_n; i++)
		hash = mix(hash, frames[i].ret);
	s = &seen[hash % STACKS];
	if (s->hash != hash) {
		s->hash = hash;
		s->number = ++last_number;
		*ret_new = true;
	}
	return s->number;
}

void stack_forget(void)
{
	memset(calls, 0, sizeof(calls));
	memset(seen, 0, sizeof(seen));
	last_number = 0;
}
