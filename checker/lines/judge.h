/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict on one recorded run: trace and operation log, judged by the rules
 * that are asked for; where these are broken, by the others as well, so that each
 * violation says under which it stands. A pure function of the two files: it can
 * be done again, elsewhere, without a guest.
 */
#ifndef CHECKER_JUDGE_H
#define CHECKER_JUDGE_H

#include "checker/lines/linecheck.h"

struct verdict;

/* -EBADMSG: one of the files is damaged, or they are not of one run. */
int judge_run(struct verdict **ret, const char *trace, const char *log, enum persist_mode rules,
	      struct err *e);
void judge_release(struct verdict *v);

/* By the rules that were asked for. */
const struct linecheck *judge_result(const struct verdict *v);
const struct oplog *judge_log(const struct verdict *v);
const struct dx_trace_header *judge_header(const struct verdict *v);

/* Does violation @i of that result stand under the rules of @mode, too? */
bool judge_stands(const struct verdict *v, size_t i, enum persist_mode mode);

/* Is all there that was to be recorded? Else @why: what is missing was not judged. */
bool judge_is_cut(const struct verdict *v, char *why, size_t len);

#endif
