// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder against encodings as an assembler makes them. Catches a decoder
 * that takes a fence for none or none for one, that misses the prefixes which
 * tell CLWB, CLFLUSHOPT and CLFLUSH apart, or that gets a register, a scale or
 * a displacement of an address wrong. tests/insn-objdump.py asks the same of
 * whole programs.
 */
#include "checker/plugin/insn.h"

#include <criterion/criterion.h>

#define BYTES(...) .bytes = { __VA_ARGS__ }, .len = sizeof((uint8_t[]){ __VA_ARGS__ })

struct encoding {
	const char *text; /* AT&T syntax */
	uint8_t bytes[15];
	size_t len;
};

/* ---- what it means ---- */

struct meaning {
	struct encoding as;
	enum insn_kind kind;
	unsigned int detail, flags, width;
};

#define MEANS(syntax, what, more, flag, wide, ...)                                                 \
	{                                                                                          \
		{ .text = (syntax), BYTES(__VA_ARGS__) }, (what), (more), (flag), (wide)           \
	}
#define OTHER(syntax, ...)		MEANS(syntax, INSN_OTHER, 0, 0, 0, __VA_ARGS__)
#define STORES(syntax, flag, wide, ...) MEANS(syntax, INSN_OTHER, 0, flag, wide, __VA_ARGS__)
#define FENCE(syntax, which, ...)	MEANS(syntax, INSN_FENCE, DX_TRACE_##which, 0, 0, __VA_ARGS__)
#define WRITES_BACK(syntax, which, ...)                                                            \
	MEANS(syntax, INSN_WRITE_BACK, DX_TRACE_##which, 0, 0, __VA_ARGS__)
#define LOCKED(syntax, ...)                                                                        \
	MEANS(syntax, INSN_FENCE, DX_TRACE_LOCK, DX_TRACE_LOCKED, 0, __VA_ARGS__)
#define NT   DX_TRACE_NT
#define WIDE DX_TRACE_WIDE

static const struct meaning meanings[] = {
	WRITES_BACK("clwb (%rax)", CLWB, 0x66, 0x0f, 0xae, 0x30),
	WRITES_BACK("clflushopt (%rax)", CLFLUSHOPT, 0x66, 0x0f, 0xae, 0x38),
	WRITES_BACK("clflush (%rax)", CLFLUSH, 0x0f, 0xae, 0x38),
	/* As the kernel has it, for alternatives to make CLFLUSHOPT and CLWB of. */
	WRITES_BACK("ds clflush (%rax)", CLFLUSH, 0x3e, 0x0f, 0xae, 0x38),
	OTHER("xsaveopt (%rax)", 0x0f, 0xae, 0x30),
	OTHER("xsaveopt64 (%rax)", 0x48, 0x0f, 0xae, 0x30),
	OTHER("xsave (%rax)", 0x0f, 0xae, 0x20),
	OTHER("xrstor (%rax)", 0x0f, 0xae, 0x28),
	OTHER("ldmxcsr (%rax)", 0x0f, 0xae, 0x10),
	OTHER("clrssbsy (%rax)", 0xf3, 0x0f, 0xae, 0x30),

	FENCE("sfence", SFENCE, 0x0f, 0xae, 0xf8),
	FENCE("mfence", MFENCE, 0x0f, 0xae, 0xf0),
	OTHER("lfence", 0x0f, 0xae, 0xe8),
	OTHER("umonitor %rax", 0xf3, 0x0f, 0xae, 0xf0),
	OTHER("tpause %eax", 0x66, 0x0f, 0xae, 0xf0),
	OTHER("umwait %eax", 0xf2, 0x0f, 0xae, 0xf0),
	OTHER("wrgsbase %rax", 0xf3, 0x48, 0x0f, 0xae, 0xd8),

	STORES("movnti %eax,(%rdi)", NT, 0, 0x0f, 0xc3, 0x07),
	STORES("movnti %rax,0x8(%rdi)", NT, 0, 0x48, 0x0f, 0xc3, 0x47, 0x08),
	STORES("movntq %mm0,(%rdi)", NT, 0, 0x0f, 0xe7, 0x07),
	STORES("movntdq %xmm0,(%rdi)", NT | WIDE, 16, 0x66, 0x0f, 0xe7, 0x07),
	STORES("vmovntdq %xmm1,(%rdi)", NT | WIDE, 16, 0xc5, 0xf9, 0xe7, 0x0f),
	STORES("vmovntdq %ymm1,(%rdi)", NT | WIDE, 32, 0xc5, 0xfd, 0xe7, 0x0f),
	STORES("vmovntdq %ymm9,(%r9)", NT | WIDE, 32, 0xc4, 0x41, 0x7d, 0xe7, 0x09),
	STORES("movntps %xmm0,(%rdi)", NT | WIDE, 16, 0x0f, 0x2b, 0x07),
	STORES("movntpd %xmm0,(%rdi)", NT | WIDE, 16, 0x66, 0x0f, 0x2b, 0x07),
	STORES("vmovntps %ymm0,(%rdi)", NT | WIDE, 32, 0xc5, 0xfc, 0x2b, 0x07),
	STORES("movntss %xmm0,(%rdi)", NT, 0, 0xf3, 0x0f, 0x2b, 0x07),
	STORES("movntsd %xmm0,(%rdi)", NT, 0, 0xf2, 0x0f, 0x2b, 0x07),
	OTHER("movntdqa (%rdi),%xmm0", 0x66, 0x0f, 0x38, 0x2a, 0x07),
	STORES("maskmovdqu %xmm1,%xmm0", NT | WIDE, 0, 0x66, 0x0f, 0xf7, 0xc1),

	STORES("movups %xmm0,(%rdi)", WIDE, 16, 0x0f, 0x11, 0x07),
	STORES("movupd %xmm0,(%rdi)", WIDE, 16, 0x66, 0x0f, 0x11, 0x07),
	OTHER("movss %xmm0,(%rdi)", 0xf3, 0x0f, 0x11, 0x07),
	OTHER("movsd %xmm0,(%rdi)", 0xf2, 0x0f, 0x11, 0x07),
	OTHER("vmovsd %xmm0,(%rdi)", 0xc5, 0xfb, 0x11, 0x07),
	STORES("movaps %xmm0,(%rdi)", WIDE, 16, 0x0f, 0x29, 0x07),
	STORES("vmovaps %ymm0,(%rdi)", WIDE, 32, 0xc5, 0xfc, 0x29, 0x07),
	STORES("vmovups %ymm0,0x20(%rdi)", WIDE, 32, 0xc5, 0xfc, 0x11, 0x47, 0x20),
	STORES("movdqa %xmm0,(%rdi)", WIDE, 16, 0x66, 0x0f, 0x7f, 0x07),
	STORES("movdqu %xmm0,(%rdi)", WIDE, 16, 0xf3, 0x0f, 0x7f, 0x07),
	STORES("vmovdqu %ymm0,(%rdi)", WIDE, 32, 0xc5, 0xfe, 0x7f, 0x07),
	STORES("vmovdqu %ymm8,(%r10,%r11,1)", WIDE, 32, 0xc4, 0x01, 0x7e, 0x7f, 0x04, 0x1a),
	OTHER("movq %mm0,(%rdi)", 0x0f, 0x7f, 0x07),
	OTHER("movq %xmm0,(%rdi)", 0x66, 0x0f, 0xd6, 0x07),
	OTHER("movlps %xmm0,(%rdi)", 0x0f, 0x13, 0x07),
	STORES("vmaskmovps %ymm1,%ymm0,(%rdi)", WIDE, 32, 0xc4, 0xe2, 0x7d, 0x2e, 0x0f),
	STORES("vpmaskmovq %ymm1,%ymm0,(%rdi)", WIDE, 32, 0xc4, 0xe2, 0xfd, 0x8e, 0x0f),
	STORES("vextractf128 $1,%ymm0,(%rdi)", WIDE, 16, 0xc4, 0xe3, 0x7d, 0x19, 0x07, 0x01),
	STORES("vextracti128 $1,%ymm8,(%rdi)", WIDE, 16, 0xc4, 0x63, 0x7d, 0x39, 0x07, 0x01),

	STORES("rep movsb", DX_TRACE_STRING, 0, 0xf3, 0xa4),
	STORES("rep movsq", DX_TRACE_STRING, 0, 0xf3, 0x48, 0xa5),
	STORES("rep stosb", DX_TRACE_STRING, 0, 0xf3, 0xaa),
	STORES("rep stosq", DX_TRACE_STRING, 0, 0xf3, 0x48, 0xab),
	OTHER("movsq", 0x48, 0xa5),
	OTHER("stosb", 0xaa),
	OTHER("repz cmpsb", 0xf3, 0xa6),

	LOCKED("lock cmpxchg %rcx,(%rdx)", 0xf0, 0x48, 0x0f, 0xb1, 0x0a),
	LOCKED("lock addl $0,-4(%rsp)", 0xf0, 0x83, 0x44, 0x24, 0xfc, 0x00),
	LOCKED("xchg %rax,(%rdi)", 0x48, 0x87, 0x07),
	LOCKED("xchg %al,(%rdi)", 0x86, 0x07),
	OTHER("xchg %rax,%rbx", 0x48, 0x93),
	OTHER("xchg %ebx,%ebx", 0x87, 0xdb),
	MEANS("xchg %bx,%bx", INSN_MARK, 0, 0, 0, 0x66, 0x87, 0xdb),
	MEANS("lock cmpxchg16b (%rsi)", INSN_FENCE, DX_TRACE_LOCK, DX_TRACE_LOCKED | WIDE, 16, 0xf0,
	      0x48, 0x0f, 0xc7, 0x0e),
	STORES("cmpxchg16b %gs:(%rsi)", WIDE, 16, 0x65, 0x48, 0x0f, 0xc7, 0x0e),
	OTHER("cmpxchg8b (%rsi)", 0x0f, 0xc7, 0x0e),
	OTHER("rdrand %rax", 0x48, 0x0f, 0xc7, 0xf0),
	OTHER("xadd %rax,(%rdi)", 0x48, 0x0f, 0xc1, 0x07),

	FENCE("iretq", SERIAL, 0x48, 0xcf),
	FENCE("iret", SERIAL, 0xcf),
	FENCE("cpuid", SERIAL, 0x0f, 0xa2),
	FENCE("wrmsr", SERIAL, 0x0f, 0x30),
	OTHER("rdmsr", 0x0f, 0x32),
	FENCE("mov %rax,%cr3", SERIAL, 0x0f, 0x22, 0xd8),
	FENCE("mov %r9,%cr3", SERIAL, 0x41, 0x0f, 0x22, 0xd9),
	OTHER("mov %rax,%cr0", 0x0f, 0x22, 0xc0),
	OTHER("mov %rax,%cr8", 0x44, 0x0f, 0x22, 0xc0),
	OTHER("mov %cr3,%rax", 0x0f, 0x20, 0xd8),
	FENCE("invlpg (%rax)", SERIAL, 0x0f, 0x01, 0x38),
	OTHER("swapgs", 0x0f, 0x01, 0xf8),
	OTHER("sgdt (%rax)", 0x0f, 0x01, 0x00),
	FENCE("wbinvd", SERIAL, 0x0f, 0x09),
	FENCE("wbnoinvd", SERIAL, 0xf3, 0x0f, 0x09),
	FENCE("in $0x60,%al", IO, 0xe4, 0x60),
	FENCE("in (%dx),%eax", IO, 0xed),
	FENCE("out %al,$0x80", IO, 0xe6, 0x80),
	FENCE("out %eax,(%dx)", IO, 0xef),
	FENCE("insb", IO, 0x6c),
	FENCE("rep outsl", IO, 0xf3, 0x6f),

	OTHER("mov %rax,(%rdi)", 0x48, 0x89, 0x07),
	OTHER("pause", 0xf3, 0x90),
	OTHER("nop", 0x90),
	OTHER("ret", 0xc3),
};

Test(insn, meaning)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *m = &meanings[i];
		struct insn insn;

		insn_decode(m->as.bytes, m->as.len, &insn);
		cr_expect_eq(insn.kind, m->kind, "%s: kind %d", m->as.text, insn.kind);
		cr_expect_eq(insn.detail, m->detail, "%s: detail %u", m->as.text, insn.detail);
		cr_expect_eq(insn.flags, m->flags, "%s: flags %#x", m->as.text, insn.flags);
		cr_expect_eq(insn.width, m->width, "%s: width %u", m->as.text, insn.width);
	}
}

/* ---- where it points ---- */

#define NONE INSN_NO_REGISTER

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R12 = 12, R13, R14 };

struct operand {
	struct encoding as;
	uint8_t base, index, scale, segment;
	int64_t displacement;
	bool address32;
};

#define AT(syntax, from, plus, times, disp, ...)                                                   \
	{                                                                                          \
		{ .text = (syntax), BYTES(__VA_ARGS__) }, from, plus, times, NONE, disp, false     \
	}

static const struct operand operands[] = {
	AT("clwb (%rax)", RAX, NONE, 1, 0, 0x66, 0x0f, 0xae, 0x30),
	AT("clwb 0x40(%r8)", R8, NONE, 1, 0x40, 0x66, 0x41, 0x0f, 0xae, 0x70, 0x40),
	AT("clwb -0x80(%rdi)", RDI, NONE, 1, -0x80, 0x66, 0x0f, 0xae, 0x77, 0x80),
	AT("clwb 0x80(%rdi)", RDI, NONE, 1, 0x80, 0x66, 0x0f, 0xae, 0xb7, 0x80, 0, 0, 0),
	AT("clwb 0x12345678(%rbx,%rcx,8)", RBX, RCX, 8, 0x12345678, 0x66, 0x0f, 0xae, 0xb4, 0xcb,
	   0x78, 0x56, 0x34, 0x12),
	AT("clwb -0x40(%r13,%r14,2)", R13, R14, 2, -0x40, 0x66, 0x43, 0x0f, 0xae, 0x74, 0x75, 0xc0),
	AT("clwb (%rax,%r12,8)", RAX, R12, 8, 0, 0x66, 0x42, 0x0f, 0xae, 0x34, 0xe0),
	AT("clwb 0(%rbp,%r12,1)", RBP, R12, 1, 0, 0x66, 0x42, 0x0f, 0xae, 0x74, 0x25, 0x00),
	/* rsp and r12 need a SIB, rbp and r13 a displacement. */
	AT("clwb (%rsp)", RSP, NONE, 1, 0, 0x66, 0x0f, 0xae, 0x34, 0x24),
	AT("clwb 0x10(%rsp)", RSP, NONE, 1, 0x10, 0x66, 0x0f, 0xae, 0x74, 0x24, 0x10),
	AT("clwb (%r12)", R12, NONE, 1, 0, 0x66, 0x41, 0x0f, 0xae, 0x34, 0x24),
	AT("clwb 0(%rbp)", RBP, NONE, 1, 0, 0x66, 0x0f, 0xae, 0x75, 0x00),
	AT("clwb 0(%r13)", R13, NONE, 1, 0, 0x66, 0x41, 0x0f, 0xae, 0x75, 0x00),
	AT("clwb 0x1000(,%rdx,4)", NONE, RDX, 4, 0x1000, 0x66, 0x0f, 0xae, 0x34, 0x95, 0x00, 0x10,
	   0, 0),
	AT("clwb 0x2000", NONE, NONE, 1, 0x2000, 0x66, 0x0f, 0xae, 0x34, 0x25, 0x00, 0x20, 0, 0),
	/* From the next instruction on, which is 8 bytes further. */
	AT("clwb 0x100(%rip)", INSN_RIP, NONE, 1, 0x108, 0x66, 0x0f, 0xae, 0x35, 0x00, 0x01, 0, 0),
	AT("clwb -0x100(%rip)", INSN_RIP, NONE, 1, -0xf8, 0x66, 0x0f, 0xae, 0x35, 0x00, 0xff, 0xff,
	   0xff),
	AT("ds clflush (%rax)", RAX, NONE, 1, 0, 0x3e, 0x0f, 0xae, 0x38),
	{ { .text = "clwb %gs:0x28(%rax)", BYTES(0x65, 0x66, 0x0f, 0xae, 0x70, 0x28) },
	  .base = RAX,
	  .index = NONE,
	  .scale = 1,
	  .segment = INSN_GS_BASE,
	  .displacement = 0x28 },
	{ { .text = "clwb %fs:(%rax)", BYTES(0x64, 0x66, 0x0f, 0xae, 0x30) },
	  .base = RAX,
	  .index = NONE,
	  .scale = 1,
	  .segment = INSN_FS_BASE },
	{ { .text = "clwb (%eax)", BYTES(0x67, 0x66, 0x0f, 0xae, 0x30) },
	  .base = RAX,
	  .index = NONE,
	  .scale = 1,
	  .segment = NONE,
	  .address32 = true },
};

Test(insn, operand)
{
	for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
		const struct operand *o = &operands[i];
		struct insn insn;

		insn_decode(o->as.bytes, o->as.len, &insn);
		cr_expect_eq(insn.kind, INSN_WRITE_BACK, "%s", o->as.text);
		cr_expect(insn.has_memory, "%s", o->as.text);
		cr_expect_eq(insn.base, o->base, "%s: base %u", o->as.text, insn.base);
		cr_expect_eq(insn.index, o->index, "%s: index %u", o->as.text, insn.index);
		cr_expect_eq(insn.scale, o->scale, "%s: scale %u", o->as.text, insn.scale);
		cr_expect_eq(insn.segment, o->segment, "%s: segment %u", o->as.text, insn.segment);
		cr_expect_eq(insn.displacement, o->displacement, "%s: displacement %lld",
			     o->as.text, (long long)insn.displacement);
		cr_expect_eq(insn.address32, o->address32, "%s", o->as.text);
	}
}

/* A decoder that reads past the end would see what lies behind: nothing does. */
Test(insn, cut_short)
{
	for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
		for (size_t len = 0; len < operands[i].as.len; len++) {
			uint8_t *exact = malloc(len ? len : 1);
			struct insn insn;

			cr_assert(exact);
			memcpy(exact, operands[i].as.bytes, len);
			insn_decode(exact, len, &insn);
			free(exact);
		}
}
