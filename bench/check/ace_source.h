/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parameters of the workload "ace" mean: length, shard, of, case
 * (checker/gen/ace.h). Without a shard it is all of them, each a cell of its own: so a
 * cell's parameters say which list it has, and make it again.
 */
#ifndef BENCH_CHECK_ACE_SOURCE_H
#define BENCH_CHECK_ACE_SOURCE_H

#include "bench/select.h"
#include "checker/gen/ace.h"

/* @s names its shard, or a case. -EINVAL: it does not, or there is none such. */
int ace_source_options(const struct selection *s, struct ace_options *ret, struct err *e);

/*
 * Puts in the place of each selection that makes such lists one for each shard.
 * *@s is malloc'ed, and another on success. -EINVAL: parameters that make no sense together.
 */
int ace_source_spread(struct selection **s, size_t *n, struct err *e);

#endif
