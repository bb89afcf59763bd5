// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/ace_source.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* As workloads/ace.c declares them. */
enum param { LENGTH, SHARD, OF, CASE };

static bool is_one_of_many(const struct selection *s)
{
	return s->workload->list == DX_LIST_ACE && !s->values[SHARD] && !s->values[CASE];
}

static uint64_t lists_of(const struct selection *s)
{
	return s->values[OF] ? s->values[OF] : ace_shards((unsigned int)s->values[LENGTH]);
}

static int check_case(const struct selection *s, struct err *e)
{
	struct ace_case c;

	if (!s->values[CASE])
		return 0;
	if (s->values[SHARD] || s->values[OF])
		return err_set(e, -EINVAL, s->workload->name, "a case alone is in no shard");
	if (ace_from_number((unsigned int)s->values[LENGTH], s->values[CASE], &c))
		return 0;
	return err_set(e, -EINVAL, s->workload->name,
		       "there is no case %" PRIu64 " of length %" PRIu64, s->values[CASE],
		       s->values[LENGTH]);
}

static int check(const struct selection *s, struct err *e)
{
	if (s->values[SHARD] > lists_of(s)) {
		err_set(e, -EINVAL, s->workload->name,
			"shard %" PRIu64 ": there are %" PRIu64 " of them", s->values[SHARD],
			lists_of(s));
		return err_hint(e, "say of=%" PRIu64 " or more", s->values[SHARD]);
	}
	return check_case(s, e);
}

int ace_source_options(const struct selection *s, struct ace_options *ret, struct err *e)
{
	int r = check(s, e);

	if (r)
		return r;
	if (is_one_of_many(s)) {
		err_set(e, -EINVAL, s->workload->name, "it is %" PRIu64 " lists", lists_of(s));
		return err_hint(e, "say which: %s:shard=1", s->workload->name);
	}
	*ret = (struct ace_options){ .length = (unsigned int)s->values[LENGTH],
				     .shard = (unsigned int)s->values[SHARD],
				     .of = (unsigned int)lists_of(s),
				     .number = s->values[CASE] };
	if (ret->number)
		ret->shard = ret->of = 1;
	return 0;
}

int ace_source_spread(struct selection **s, size_t *n, struct err *e)
{
	struct selection *spread;
	size_t all = 0, at = 0;

	for (size_t i = 0; i < *n; i++) {
		const struct selection *one = &(*s)[i];

		if (one->workload->list == DX_LIST_ACE && check(one, e))
			return e->code;
		all += is_one_of_many(one) ? lists_of(one) : 1;
	}
	spread = calloc(all + 1, sizeof(*spread));
	if (!spread)
		return err_sys(e, -ENOMEM, "ace", "divide into lists");
	for (size_t i = 0; i < *n; i++) {
		const struct selection *one = &(*s)[i];
		uint64_t lists = is_one_of_many(one) ? lists_of(one) : 0;

		if (!lists)
			spread[at++] = *one;
		for (uint64_t shard = 1; shard <= lists; shard++) {
			spread[at] = *one;
			spread[at].values[SHARD] = shard;
			spread[at++].values[OF] = lists;
		}
	}
	free(*s);
	*s = spread;
	*n = all;
	return 0;
}
