// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The persistence model, fed with records that nobody checked before. After each
 * one all that it says of itself has to agree: pieces with their lines, states with
 * what is durable and in flight.
 *
 * An input is mode and atomicity in a byte each, then records of eight bytes: kind,
 * CPU, flags, detail, 16 bits of address, 8 of count, 8 by which the length is off.
 */
#include "checker/persist/persist.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define BASE	   0x10000ULL
#define SIZE	   0x8000ULL
#define MAX_STATES 256

static void expect(int truth)
{
	if (!truth)
		abort();
}

/* Has byte @i of @line, durable or in flight, the value @value? */
static int is_possible(const struct persist *p, const struct persist_line *line, unsigned int i,
		       unsigned char value)
{
	if (persist_durable(p, line->addr)[i] == value)
		return 1;
	for (const struct persist_piece *piece = line->first; piece; piece = piece->next)
		if (piece->bytes >> i & 1 && persist_piece_byte(piece, i) == value)
			return 1;
	return 0;
}

static void touch_states(const struct persist *p, const struct persist_line *line)
{
	unsigned char *state;
	size_t n;

	if (persist_line_states(p, &line->addr, 1, MAX_STATES, &state, &n))
		return;
	expect(n >= 1 && n <= MAX_STATES);
	for (size_t i = 0; i < n; i++)
		for (unsigned int b = 0; b < DX_TRACE_LINE; b++)
			expect(is_possible(p, line, b, state[i * DX_TRACE_LINE + b]));
	free(state);
}

static size_t touch_line(const struct persist *p, const struct persist_line *line)
{
	size_t pieces = 0;

	expect(persist_line(p, line->addr) == line && line->first);
	expect(line->addr % DX_TRACE_LINE == 0 && persist_durable(p, line->addr));
	for (const struct persist_piece *piece = line->first; piece; piece = piece->next) {
		expect(piece->bytes && piece->len && piece->off + piece->len <= DX_TRACE_LINE);
		expect((piece->bytes >> piece->off << piece->off) == piece->bytes);
		expect(piece->kind != PERSIST_NT || piece->pending);
		pieces++;
	}
	touch_states(p, line);
	return pieces;
}

static void touch_all(const struct persist *p)
{
	const struct persist_effect *effect = persist_effect(p);
	size_t lines = 0, pieces = 0, want, want_lines = persist_in_flight(p, &want);

	for (const struct persist_line *line = persist_next(p, NULL); line;
	     line = persist_next(p, line)) {
		pieces += touch_line(p, line);
		lines++;
	}
	expect(lines == want_lines && pieces == want);
	for (size_t i = 0; i < effect->n_changed; i++)
		expect(persist_durable(p, effect->changed[i]) != NULL);
}

static struct dx_trace_rec make_record(const uint8_t *in)
{
	uint32_t size = in[0] % 8 == DX_TRACE_STORE ? 1U << in[3] % 8 : DX_TRACE_LINE;
	uint32_t count = in[6];

	return (struct dx_trace_rec){
		.kind = in[0] % 8,
		.vcpu = in[1],
		.flags = in[2],
		.detail = in[3] % 8,
		.count = count,
		.length = count * size + in[7],
		.addr = BASE - 0x100 + (in[4] | (uint32_t)in[5] << 8),
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t atomics[] = { 8, 512, 4096 };
	struct persist_options o = { .ranges = 1, .range = { { BASE, SIZE } } };
	static unsigned char payload[1 << 16];
	struct persist *p;

	if (size < 2)
		return 0;
	o.mode = data[0] % 3;
	o.atomic = atomics[data[1] % 3];
	expect(persist_open(&p, &o, NULL) == 0);
	/* More takes time and finds nothing new. */
	for (size_t at = 2; at + 8 <= size && at < 8 * 64; at += 8) {
		struct dx_trace_rec rec = make_record(data + at);

		rec.seq = at * 256;
		memset(payload, (int)(at / 8), sizeof(payload));
		if (persist_apply(p, &rec, payload, NULL))
			break;
		touch_all(p);
	}
	persist_close(p);
	return 0;
}
