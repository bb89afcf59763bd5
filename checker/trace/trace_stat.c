// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/trace/trace_stat.h"
#include "daxbench/oplog.h"

#include <string.h>

static void count(struct trace_count *c, const struct dx_trace_rec *rec)
{
	c->records++;
	c->events += rec->count;
	if (rec->kind != DX_TRACE_MARK) /* whose length is a worker */
		c->bytes += rec->length;
}

static struct trace_range_stat *range_of(struct trace_stat *s, const struct dx_trace_header *h,
					 uint64_t addr)
{
	uint32_t i = 0;

	while (i + 1 < h->ranges && addr - h->range[i].base >= h->range[i].size)
		i++;
	return &s->range[i];
}

static void count_store(struct trace_stat *s, const struct dx_trace_header *h,
			const struct dx_trace_rec *rec)
{
	struct trace_range_stat *range = range_of(s, h, rec->addr);

	count(&range->stored, rec);
	if (rec->flags & DX_TRACE_NT)
		count(&range->stored_nt, rec);
	if (!(rec->flags & DX_TRACE_USER))
		count(&s->store_kernel, rec);
	for (unsigned int bit = 0; bit < TRACE_STAT_FLAGS; bit++)
		if (rec->flags >> bit & 1)
			count(&s->store_flag[bit], rec);
}

void trace_stat_add(struct trace_stat *s, const struct dx_trace_header *h,
		    const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;

	s->raw += sizeof(*rec) + (r->data ? (rec->length + 7) & ~7U : 0);
	count(&s->kind[rec->kind], rec);
	switch (rec->kind) {
	case DX_TRACE_STORE:
		count_store(s, h, rec);
		break;
	case DX_TRACE_WRITE_BACK:
		count(&s->write_back[rec->detail], rec);
		count(&range_of(s, h, rec->addr)->written_back, rec);
		break;
	case DX_TRACE_FENCE:
		count(&s->fence[rec->detail], rec);
		break;
	case DX_TRACE_MARK:
		count(&s->mark[rec->detail <= DX_MARK_END ? rec->detail : 0], rec);
		break;
	case DX_TRACE_IMAGE:
		count(&range_of(s, h, rec->addr)->image, rec);
		break;
	default:
		break;
	}
}

int trace_stat_read(struct trace_stat *s, struct trace *t, struct err *e)
{
	struct trace_record r;
	int n = trace_rewind(t, e);

	memset(s, 0, sizeof(*s));
	if (n)
		return n;
	while ((n = trace_next(t, &r, e)) > 0)
		trace_stat_add(s, trace_header(t), &r);
	return n;
}
