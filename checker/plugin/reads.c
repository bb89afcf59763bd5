// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/plugin/reads.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD	   8ULL
#define PAGE	   4096ULL
#define PAGE_LINES (PAGE / DX_TRACE_LINE)

/* Of each line: the words that were written, and in the bit behind them: it was read. */
#define READ 0x100U

/* A medium is large and little of it is touched: pages that were are looked at, no others. */
struct reads {
	struct dx_trace_range range[DX_TRACE_RANGES];
	uint16_t *line[DX_TRACE_RANGES];
	uint64_t *touched[DX_TRACE_RANGES]; /* a bit for each page */
	uint32_t ranges;
};

static uint64_t pages_of(const struct reads *r, uint32_t i)
{
	return (r->range[i].size + PAGE - 1) / PAGE;
}

struct reads *reads_open(const struct dx_trace_range *range, uint32_t ranges)
{
	struct reads *r = calloc(1, sizeof(*r));

	for (uint32_t i = 0; r && i < ranges; i++) {
		r->range[i] = range[i];
		r->ranges++;
		r->line[i] = calloc(pages_of(r, i) * PAGE_LINES, sizeof(*r->line[i]));
		r->touched[i] = calloc(pages_of(r, i) / 64 + 1, sizeof(*r->touched[i]));
		if (!r->line[i] || !r->touched[i]) {
			reads_close(r);
			return NULL;
		}
	}
	return r;
}

void reads_close(struct reads *r)
{
	for (uint32_t i = 0; r && i < r->ranges; i++) {
		free(r->line[i]);
		free(r->touched[i]);
	}
	free(r);
}

/* The next page from @page on of range @i that was touched; at the end: how many there are. */
static uint64_t next_touched(const struct reads *r, uint32_t i, uint64_t page)
{
	uint64_t pages = pages_of(r, i), word;

	for (; page < pages; page = (page / 64 + 1) * 64) {
		word = r->touched[i][page / 64] >> page % 64;
		if (word)
			return page + (uint64_t)__builtin_ctzll(word);
	}
	return pages;
}

void reads_begin(struct reads *r)
{
	for (uint32_t i = 0; i < r->ranges; i++) {
		for (uint64_t p = 0; (p = next_touched(r, i, p)) < pages_of(r, i); p++)
			memset(&r->line[i][p * PAGE_LINES], 0, PAGE_LINES * sizeof(*r->line[i]));
		memset(r->touched[i], 0, (pages_of(r, i) / 64 + 1) * sizeof(*r->touched[i]));
	}
}

/* The line that holds @addr; NULL: none of ours. */
static uint16_t *touch_line(struct reads *r, uint64_t addr)
{
	for (uint32_t i = 0; i < r->ranges; i++) {
		uint64_t at = addr - r->range[i].base; /* wraps below the base */

		if (at < r->range[i].size) {
			r->touched[i][at / PAGE / 64] |= 1ULL << at / PAGE % 64;
			return &r->line[i][at / DX_TRACE_LINE];
		}
	}
	return NULL;
}

/* Bits of the words of a line that the bytes [@from, @to) of it touch, or @whole: fill. */
static unsigned int words_of(uint64_t from, uint64_t to, bool whole)
{
	uint64_t first = whole ? (from + WORD - 1) / WORD : from / WORD,
		 end = whole ? to / WORD : (to + WORD - 1) / WORD;

	return first < end ? (1U << end) - (1U << first) : 0;
}

static void take(struct reads *r, uint64_t addr, uint32_t len, bool is_store)
{
	uint64_t end = addr + len;

	while (addr < end) {
		uint64_t at = addr & ~(DX_TRACE_LINE - 1), next = at + DX_TRACE_LINE;
		unsigned int words = words_of(addr - at, (next < end ? next : end) - at, is_store);
		uint16_t *line = touch_line(r, addr);

		if (line && is_store)
			*line = (uint16_t)(*line | words);
		else if (line && words & ~(unsigned int)*line)
			*line |= READ;
		addr = next;
	}
}

void reads_load(struct reads *r, uint64_t addr, uint32_t len)
{
	take(r, addr, len, false);
}

void reads_store(struct reads *r, uint64_t addr, uint32_t len)
{
	take(r, addr, len, true);
}

/* ---- as runs ---- */

struct run_list {
	struct dx_trace_range *run;
	uint64_t room, n;
	uint64_t end; /* of the last one */
};

static void add_line(struct run_list *list, uint64_t addr)
{
	bool adjoins = list->n && list->end == addr;

	list->end = addr + DX_TRACE_LINE;
	list->n += !adjoins;
	if (list->n > list->room)
		return;
	if (adjoins)
		list->run[list->n - 1].size += DX_TRACE_LINE;
	else
		list->run[list->n - 1] = (struct dx_trace_range){ addr, DX_TRACE_LINE };
}

uint64_t reads_runs(const struct reads *r, struct dx_trace_range *run, uint64_t room)
{
	struct run_list list = { .run = run, .room = room };

	for (uint32_t i = 0; i < r->ranges; i++)
		for (uint64_t p = 0; (p = next_touched(r, i, p)) < pages_of(r, i); p++)
			for (uint64_t l = p * PAGE_LINES; l < (p + 1) * PAGE_LINES; l++)
				if (r->line[i][l] & READ)
					add_line(&list, r->range[i].base + l * DX_TRACE_LINE);
	return list.n;
}
