// SPDX-License-Identifier: GPL-2.0-or-later
/* What was written back and fenced, and what of it in vain, by the code that did it. */
#include "checker/lines/linecheck_state.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>

static struct linecheck_cost *add_cost(struct linecheck *lc, const struct dx_trace_rec *rec)
{
	struct linecheck_cost *c;

	c = grow(lc->costs, lc->n_costs, &lc->cost_room, sizeof(*c));
	if (!c)
		return NULL;
	lc->costs = c;
	c = &lc->costs[lc->n_costs++];
	*c = (struct linecheck_cost){
		.site = { rec->seq, rec->ip, rec->stack },
		.is_fence = rec->kind == DX_TRACE_FENCE,
	};
	return c;
}

static struct linecheck_cost *find_cost(struct linecheck *lc, const struct dx_trace_rec *rec)
{
	uint32_t *bucket =
		&lc->cost_of[(rec->ip ^ rec->stack * 0x9e3779b1U) % LINECHECK_COST_BUCKETS];
	struct linecheck_cost *c;

	for (uint32_t i = *bucket; i; i = c->next) {
		c = &lc->costs[i - 1];
		if (c->site.ip == rec->ip && c->site.stack == rec->stack)
			return c;
	}
	c = add_cost(lc, rec);
	if (!c)
		return NULL;
	c->next = *bucket;
	*bucket = (uint32_t)lc->n_costs;
	return c;
}

int linecheck_count_cost(struct linecheck *lc, const struct dx_trace_rec *rec)
{
	const struct persist_effect *effect = persist_effect(lc->persist);
	bool is_fence = rec->kind == DX_TRACE_FENCE, is_idle = is_fence && !effect->drained;
	struct linecheck_cost *c;

	if (is_fence && rec->detail > DX_TRACE_MFENCE)
		return 0;
	c = find_cost(lc, rec);
	if (!c)
		return -ENOMEM;
	c->events += rec->count;
	if (is_fence) {
		c->clean += is_idle;
		lc->counts.fences++;
		lc->counts.idle_fences += is_idle;
		return 0;
	}
	c->clean += effect->clean;
	c->twice += effect->twice;
	lc->counts.write_backs += rec->count;
	lc->counts.clean += effect->clean;
	lc->counts.twice += effect->twice;
	return 0;
}
