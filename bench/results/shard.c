// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/results/shard.h"
#include "lib/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int shard_parse(const char *text, struct shard *ret)
{
	const char *slash = strchr(text, '/');
	uint64_t number, of;
	char first[8];

	if (!slash || slash - text >= (long)sizeof(first))
		return -EINVAL;
	snprintf(first, sizeof(first), "%.*s", (int)(slash - text), text);
	if (units_parse_count(first, &number) || units_parse_count(slash + 1, &of) || !number ||
	    number > of || of > SHARD_MAX)
		return -EINVAL;
	*ret = (struct shard){ (uint32_t)number, (uint32_t)of };
	return 0;
}

bool shard_has(const struct shard *s, uint64_t i)
{
	return !s->of || i % s->of == s->number - 1;
}

uint64_t shard_count(const struct shard *s, uint64_t n)
{
	return s->of ? (n + s->of - s->number) / s->of : n;
}

struct shard shard_from(const struct shard *s, uint64_t first)
{
	if (!s->of)
		return *s;
	return (struct shard){ (uint32_t)((s->number - 1 + s->of - first % s->of) % s->of + 1),
			       s->of };
}

json_t *shard_by_cells(const struct shard *s, uint64_t first, uint64_t cells)
{
	return json_pack("{s:i, s:i, s:s, s:I, s:I}", "of", (int)s->of, "number", (int)s->number,
			 "by", "cells", "first", (json_int_t)first, "cells", (json_int_t)cells);
}

json_t *shard_by_points(const struct shard *s)
{
	return json_pack("{s:i, s:i, s:s}", "of", (int)s->of, "number", (int)s->number, "by",
			 "points");
}
