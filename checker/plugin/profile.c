// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each address has a slot: a number of the board that QEMU's inline code adds to, one for
 * each time that it is executed. Addresses are found by hashing when code is translated,
 * which is rare beside its execution. All programs share the first slot; should slots run
 * out, the rest of the kernel shares the last, so that the sum is right all the same.
 */
#include "checker/plugin/profile.h"
#include "checker/plugin/machine.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS	(1U << 20) /* instructions of a kernel that a run ever executes: some 300,000 */
#define BUCKETS (2 * SLOTS)
#define USER	0U
#define REST	(SLOTS - 1)

struct profile {
	struct qemu_plugin_scoreboard *board; /* SLOTS numbers */
	uint32_t used;
	uint64_t addr[SLOTS];	  /* by slot */
	uint64_t base[SLOTS];	  /* the numbers as they were at the beginning */
	uint32_t bucket[BUCKETS]; /* slots; 0: free */
};

struct profile *profile_open(void)
{
	struct profile *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->board = qemu_plugin_scoreboard_new(SLOTS * sizeof(uint64_t));
	p->used = USER + 1;
	p->addr[REST] = DX_TRACE_PROFILE_REST;
	return p;
}

static uint32_t slot_of(struct profile *p, uint64_t ip)
{
	uint32_t i = (uint32_t)(ip * 0x9e3779b97f4a7c15ULL >> 40) % BUCKETS;

	while (p->bucket[i] && p->addr[p->bucket[i]] != ip)
		i = (i + 1) % BUCKETS;
	if (!p->bucket[i]) {
		if (p->used == REST)
			return REST;
		p->addr[p->used] = ip;
		p->bucket[i] = p->used++;
	}
	return p->bucket[i];
}

void profile_watch(struct profile *p, struct qemu_plugin_insn *insn, uint64_t ip)
{
	uint32_t slot = machine_is_kernel(ip) ? slot_of(p, ip) : USER;
	qemu_plugin_u64 entry = { p->board, slot * sizeof(uint64_t) };

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, entry,
							    1);
}

void profile_begin(struct profile *p)
{
	memcpy(p->base, qemu_plugin_scoreboard_find(p->board, 0), sizeof(p->base));
}

void profile_end(struct profile *p, struct dx_trace_profile *ret, uint64_t room)
{
	const uint64_t *now = qemu_plugin_scoreboard_find(p->board, 0);
	uint64_t n = 0;

	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		if (now[slot] == p->base[slot])
			continue;
		if (n < room)
			ret->at[n] = (struct dx_trace_executed){ p->addr[slot],
								 now[slot] - p->base[slot] };
		n++;
	}
	ret->n = n;
	ret->fills = 1;
}
