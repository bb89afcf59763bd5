// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/plugin/insn.h"

#include <string.h>

struct decoder {
	const uint8_t *p, *end;
	struct insn *insn;
	bool operand16, repeated, locked, wide_vector, vex;
	uint8_t rex; /* W R X B, the low four bits */
};

static uint8_t take(struct decoder *d)
{
	return d->p < d->end ? *d->p++ : 0;
}

static int64_t take_signed(struct decoder *d, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)take(d) << (8 * i);
	if (bytes == 1)
		return (int8_t)value;
	return (int32_t)value;
}

/* ---- prefixes ---- */

static bool take_legacy_prefix(struct decoder *d, uint8_t byte)
{
	switch (byte) {
	case 0x26: /* es, cs, ss, ds: no base in 64-bit mode */
	case 0x2e:
	case 0x36:
	case 0x3e:
		return true;
	case 0x64:
		d->insn->segment = INSN_FS_BASE;
		return true;
	case 0x65:
		d->insn->segment = INSN_GS_BASE;
		return true;
	case 0x66:
		d->operand16 = true;
		return true;
	case 0x67:
		d->insn->address32 = true;
		return true;
	case 0xf0:
		d->locked = true;
		return true;
	case 0xf2:
	case 0xf3:
		d->repeated = true;
		return true;
	default:
		return false;
	}
}

static void take_prefixes(struct decoder *d)
{
	while (d->p < d->end && take_legacy_prefix(d, *d->p))
		d->p++;
	if (d->p < d->end && (*d->p & 0xf0) == 0x40)
		d->rex = take(d) & 0xf;
}

/*
 * VEX: a prefix, and which of the opcode maps follows; 0 if it is none. What is
 * inverted in it is turned back. pp 1 stands for the prefix 66.
 */
static unsigned int take_vex(struct decoder *d)
{
	uint8_t first = d->p < d->end ? *d->p : 0, byte;
	unsigned int map = 1;

	if (first != 0xc4 && first != 0xc5)
		return 0;
	d->p++;
	byte = take(d);
	d->rex = byte & 0x80 ? 0 : 4; /* R */
	if (first == 0xc4) {
		map = byte & 0x1f;
		d->rex |= byte & 0x40 ? 0 : 2; /* X */
		d->rex |= byte & 0x20 ? 0 : 1; /* B */
		byte = take(d);
	}
	d->vex = true;
	d->wide_vector = byte & 4;
	d->operand16 = (byte & 3) == 1;
	d->repeated = (byte & 3) > 1;
	return map;
}

/* ---- the memory operand ---- */

static void take_sib(struct decoder *d, unsigned int mod)
{
	struct insn *insn = d->insn;
	uint8_t sib = take(d);
	unsigned int index = (sib >> 3 & 7) | (d->rex & 2 ? 8 : 0);
	unsigned int base = (sib & 7) | (d->rex & 1 ? 8 : 0);

	insn->scale = (uint8_t)(1 << (sib >> 6));
	insn->index = index == 4 ? INSN_NO_REGISTER : (uint8_t)index;
	insn->base = (uint8_t)base;
	if ((sib & 7) == 5 && mod == 0) {
		insn->base = INSN_NO_REGISTER;
		insn->displacement = take_signed(d, 4);
	}
}

/* Returns ModRM's reg field without its REX bit: the opcode extension. */
static unsigned int take_modrm(struct decoder *d)
{
	struct insn *insn = d->insn;
	uint8_t modrm = take(d);
	unsigned int mod = modrm >> 6, rm = modrm & 7;

	if (mod == 3)
		return modrm >> 3 & 7;
	insn->has_memory = true;
	if (rm == 4) {
		take_sib(d, mod);
	} else if (rm == 5 && mod == 0) {
		insn->base = INSN_RIP;
		insn->displacement = take_signed(d, 4);
	} else {
		insn->base = (uint8_t)(rm | (d->rex & 1 ? 8 : 0));
	}
	if (mod == 1)
		insn->displacement = take_signed(d, 1);
	else if (mod == 2)
		insn->displacement = take_signed(d, 4);
	return modrm >> 3 & 7;
}

/* ---- opcodes ---- */

static void set_fence(struct insn *insn, enum dx_trace_fence what)
{
	insn->kind = INSN_FENCE;
	insn->detail = what;
}

static void set_write_back(struct insn *insn, enum dx_trace_write_back what)
{
	insn->kind = INSN_WRITE_BACK;
	insn->detail = what;
}

static void set_vector(struct decoder *d, unsigned int flags)
{
	d->insn->flags |= DX_TRACE_WIDE | flags;
	d->insn->width = d->wide_vector ? 32 : 16;
}

/* 0F AE: fences where the operand is a register, write-backs where it is memory. */
static void decode_group15(struct decoder *d)
{
	unsigned int reg = take_modrm(d);
	struct insn *insn = d->insn;

	if (!insn->has_memory) {
		if (reg == 7 && !d->repeated)
			set_fence(insn, DX_TRACE_SFENCE);
		else if (reg == 6 && !d->repeated && !d->operand16)
			set_fence(insn, DX_TRACE_MFENCE);
	} else if (reg == 7) {
		set_write_back(insn, d->operand16 ? DX_TRACE_CLFLUSHOPT : DX_TRACE_CLFLUSH);
	} else if (reg == 6 && d->operand16) {
		set_write_back(insn, DX_TRACE_CLWB);
	}
}

/* 0F 01: INVLPG is /7 with memory. */
static void decode_group7(struct decoder *d)
{
	if (take_modrm(d) == 7 && d->insn->has_memory)
		set_fence(d->insn, DX_TRACE_SERIAL);
}

/* 0F C7 /1: CMPXCHG16B moves 16 bytes, which are not one to the medium. */
static void decode_group9(struct decoder *d)
{
	if (take_modrm(d) == 1 && d->insn->has_memory && d->rex & 8) {
		d->insn->flags |= DX_TRACE_WIDE;
		d->insn->width = 16;
	}
}

/* Map 0F. Only vector stores to memory count: a caller that loads is not harmed. */
static void decode_0f(struct decoder *d, uint8_t opcode)
{
	switch (opcode) {
	case 0x01:
		decode_group7(d);
		break;
	case 0x09: /* wbinvd, wbnoinvd */
	case 0x30: /* wrmsr */
	case 0xa2: /* cpuid */
		set_fence(d->insn, DX_TRACE_SERIAL);
		break;
	case 0x22: /* mov to a control register */
		if ((take(d) >> 3 & 7) == 3 && !(d->rex & 4))
			set_fence(d->insn, DX_TRACE_SERIAL);
		break;
	case 0x2b: /* movntps, movntpd; with F2 or F3 a scalar (SSE4a) */
		take_modrm(d);
		if (d->repeated)
			d->insn->flags |= DX_TRACE_NT;
		else
			set_vector(d, DX_TRACE_NT);
		break;
	case 0xe7: /* movntdq; movntq without prefix is 8 bytes */
		take_modrm(d);
		if (d->operand16)
			set_vector(d, DX_TRACE_NT);
		else
			d->insn->flags |= DX_TRACE_NT;
		break;
	case 0xf7: /* maskmovdqu, maskmovq: bytes of a vector, past the caches */
		if (take(d) >= 0xc0)
			d->insn->flags |= DX_TRACE_NT | DX_TRACE_WIDE;
		break;
	case 0xc3: /* movnti */
		take_modrm(d);
		d->insn->flags |= DX_TRACE_NT;
		break;
	case 0x11: /* movups, movupd; with F2 or F3 a scalar of 8 bytes at most */
		if (d->repeated)
			break;
		/* fall through */
	case 0x29: /* movaps, movapd */
		take_modrm(d);
		set_vector(d, 0);
		break;
	case 0x7f: /* movdqa, movdqu; movq of an mmx register is 8 bytes */
		take_modrm(d);
		if (d->operand16 || d->repeated)
			set_vector(d, 0);
		break;
	case 0xae:
		decode_group15(d);
		break;
	case 0xc7:
		decode_group9(d);
		break;
	default:
		break;
	}
}

/* VEX map 2, 0F 38: vmaskmovps, vmaskmovpd, vpmaskmov to memory. */
static void decode_vex_0f38(struct decoder *d, uint8_t opcode)
{
	if (opcode == 0x2e || opcode == 0x2f || opcode == 0x8e)
		set_vector(d, 0);
}

/* VEX map 3, 0F 3A: vextractf128 and vextracti128 store the half of a vector. */
static void decode_vex_0f3a(struct decoder *d, uint8_t opcode)
{
	if (opcode != 0x19 && opcode != 0x39)
		return;
	d->wide_vector = false;
	set_vector(d, 0);
}

static void decode_one_byte(struct decoder *d, uint8_t opcode)
{
	struct insn *insn = d->insn;

	switch (opcode) {
	case 0x86: /* xchg with memory locks by itself */
	case 0x87:
		take_modrm(d);
		if (insn->has_memory)
			d->locked = true;
		break;
	case 0xa4: /* movs, stos */
	case 0xa5:
	case 0xaa:
	case 0xab:
		if (d->repeated)
			insn->flags |= DX_TRACE_STRING;
		break;
	case 0x6c: /* ins, outs, in, out */
	case 0x6d:
	case 0x6e:
	case 0x6f:
	case 0xe4:
	case 0xe5:
	case 0xe6:
	case 0xe7:
	case 0xec:
	case 0xed:
	case 0xee:
	case 0xef:
		set_fence(insn, DX_TRACE_IO);
		break;
	case 0xcf: /* iret */
		set_fence(insn, DX_TRACE_SERIAL);
		break;
	default:
		break;
	}
}

static bool is_mark(const uint8_t *bytes, size_t len)
{
	static const uint8_t mark[] = { 0x66, 0x87, 0xdb };

	return len == sizeof(mark) && !memcmp(bytes, mark, sizeof(mark));
}

void insn_decode(const uint8_t *bytes, size_t len, struct insn *ret)
{
	struct decoder d = { .p = bytes, .end = bytes + len, .insn = ret };
	unsigned int map;
	uint8_t opcode;

	*ret = (struct insn){ .base = INSN_NO_REGISTER,
			      .index = INSN_NO_REGISTER,
			      .segment = INSN_NO_REGISTER,
			      .scale = 1 };
	if (is_mark(bytes, len)) {
		ret->kind = INSN_MARK;
		return;
	}
	take_prefixes(&d);
	map = take_vex(&d);
	opcode = take(&d);
	if (map == 1)
		decode_0f(&d, opcode);
	else if (!map && opcode == 0x0f)
		decode_0f(&d, take(&d));
	else if (!map)
		decode_one_byte(&d, opcode);
	else if (map == 2)
		decode_vex_0f38(&d, opcode);
	else if (map == 3)
		decode_vex_0f3a(&d, opcode);
	if (d.locked) {
		ret->flags |= DX_TRACE_LOCKED;
		set_fence(ret, DX_TRACE_LOCK);
	}
	/* To the address of the next instruction. */
	if (ret->base == INSN_RIP)
		ret->displacement += (int64_t)len;
}

bool insn_equal(const struct insn *a, const struct insn *b)
{
	return a->kind == b->kind && a->detail == b->detail && a->flags == b->flags &&
	       a->width == b->width && a->has_memory == b->has_memory && a->base == b->base &&
	       a->index == b->index && a->scale == b->scale && a->segment == b->segment &&
	       a->displacement == b->displacement && a->address32 == b->address32;
}
