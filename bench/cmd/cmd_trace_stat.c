// SPDX-License-Identifier: GPL-2.0-or-later
/* A store trace in figures: how much of what, in which range. */
#include "bench/cmd/cmd_trace.h"
#include "checker/trace/trace_name.h"
#include "checker/trace/trace_stat.h"
#include "lib/units.h"

#include <inttypes.h>
#include <stdio.h>

static void print_header(const struct trace_view *v)
{
	const struct dx_trace_header *h = trace_header(v->trace);

	printf("run       %016" PRIx64 ", recorded by ", h->run);
	for (const char *c = h->recorder; *c; c++)
		putchar(*c >= 0x20 && *c < 0x7f ? *c : '?');
	printf("\n          %" PRIu32 " vCPU%s, %s loads\n", h->vcpus, h->vcpus == 1 ? "" : "s",
	       h->loads ? "with" : "without");
	printf("ended     %s\n", trace_ended_name(h->ended));
	if (h->lost)
		printf("lost      %" PRIu64 " write-backs whose address could not be found out\n",
		       h->lost);
}

static void print_size(const struct trace_view *v, const struct trace_stat *s)
{
	uint64_t blocks = trace_blocks(v->trace), records = 0, events = 0;

	for (unsigned int i = 0; i < DX_TRACE_KINDS; i++) {
		records += s->kind[i].records;
		events += s->kind[i].events;
	}
	printf("events    %" PRIu64 " in %" PRIu64 " records\n", events, records);
	printf("file      %" PRIu64 " bytes, %" PRIu64 " block%s", trace_bytes(v->trace), blocks,
	       blocks == 1 ? "" : "s");
	if (blocks)
		printf(" of %" PRIu64 " events; packed %.1f times", events / blocks,
		       (double)s->raw / (double)trace_bytes(v->trace));
	putchar('\n');
}

/* What did not happen has no row. */
static void print_row(const char *name, const struct trace_count *n)
{
	if (n->records)
		printf("%-24s %12" PRIu64 " %12" PRIu64 " %14" PRIu64 "\n", name, n->records,
		       n->events, n->bytes);
}

static void print_part(const char *what, const char *part, const struct trace_count *n)
{
	char name[40];

	snprintf(name, sizeof(name), "%s%s", what, part);
	print_row(name, n);
}

static void print_stores(const struct trace_stat *s)
{
	print_row("store", &s->kind[DX_TRACE_STORE]);
	print_part("  by the ", "kernel", &s->store_kernel);
	for (unsigned int bit = 0; bit < TRACE_STAT_FLAGS; bit++) {
		static const char *const what[TRACE_STAT_FLAGS] = { "  by a program",
								    "  non-temporal",
								    "  string instruction",
								    "  vector", "  atomic" };

		print_row(what[bit], &s->store_flag[bit]);
	}
	print_row("load", &s->kind[DX_TRACE_LOAD]);
}

static void print_counts(const struct trace_stat *s)
{
	printf("\n%-24s %12s %12s %14s\n", "", "RECORDS", "EVENTS", "BYTES");
	print_stores(s);
	for (unsigned int i = 0; i <= DX_TRACE_CLFLUSH; i++)
		print_part("write-back ", trace_write_back_name(i), &s->write_back[i]);
	for (unsigned int i = 0; i < DX_TRACE_FENCES; i++)
		print_part("fence ", trace_fence_name(i), &s->fence[i]);
	print_row("mark begin", &s->mark[1]);
	print_row("mark end", &s->mark[2]);
	print_row("mark, unknown", &s->mark[0]);
	print_row("image", &s->kind[DX_TRACE_IMAGE]);
	print_row("stack", &s->kind[DX_TRACE_STACK]);
}

static void print_ranges(const struct dx_trace_header *h, const struct trace_stat *s)
{
	char size[24];

	printf("\n%-7s%-13s %6s %12s %12s %14s %9s\n", "RANGE", "ADDRESS", "SIZE", "STORED",
	       "NON-TEMPORAL", "LINES WRITTEN", "PAGES IN");
	printf("%-7s%-13s %6s %12s %12s %14s %9s\n", "", "", "", "bytes", "bytes", "back", "IMAGE");
	for (uint32_t i = 0; i < h->ranges; i++)
		printf("%-7" PRIu32 "%#-13" PRIx64 " %6s %12" PRIu64 " %12" PRIu64 " %14" PRIu64
		       " %9" PRIu64 "\n",
		       i, h->range[i].base, units_format_size(h->range[i].size, size, sizeof(size)),
		       s->range[i].stored.bytes, s->range[i].stored_nt.bytes,
		       s->range[i].written_back.events, s->range[i].image.records);
}

int trace_show_stat(const struct trace_view *v, struct err *e)
{
	struct trace_stat s;
	int r = trace_stat_read(&s, v->trace, e);

	if (r)
		return r;
	print_header(v);
	print_size(v, &s);
	print_counts(&s);
	print_ranges(trace_header(v->trace), &s);
	return 0;
}
