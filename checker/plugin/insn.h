/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an x86-64 instruction means for persistence: how it stores, whether it
 * writes lines back or drains, and which registers hold the address. Only what
 * the store trace needs is decoded (Intel SDM volume 2, chapter 2 for prefixes,
 * ModRM and SIB; the opcodes from the instructions' own pages).
 */
#ifndef CHECKER_PLUGIN_INSN_H
#define CHECKER_PLUGIN_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"

/* Registers by their numbers in an encoding (0 rax, 1 rcx, ... 15 r15), and: */
enum insn_register { INSN_NO_REGISTER = 16, INSN_RIP, INSN_FS_BASE, INSN_GS_BASE };

enum insn_kind {
	INSN_OTHER,	 /* may store: see flags */
	INSN_WRITE_BACK, /* detail: enum dx_trace_write_back; the address is below */
	INSN_FENCE,	 /* detail: enum dx_trace_fence; LOCK: stores too */
	INSN_MARK,	 /* of the operation log */
};

struct insn {
	enum insn_kind kind;
	unsigned int detail;
	unsigned int flags; /* NT, STRING, WIDE, LOCKED of enum dx_trace_flag, for its stores */
	unsigned int width; /* bytes of a vector store (16 or 32); 0: none */
	/* The memory operand: base + index * scale + displacement + segment. */
	bool has_memory;
	uint8_t base, index, scale, segment; /* enum insn_register; scale: 1, 2, 4, 8 */
	int64_t displacement;
	bool address32; /* the sum is cut to 32 bits */
};

/* Decodes the instruction in @bytes, whole and valid, as a CPU takes it. */
void insn_decode(const uint8_t *bytes, size_t len, struct insn *ret);

/* Do both mean the same? */
bool insn_equal(const struct insn *a, const struct insn *b);

#endif
