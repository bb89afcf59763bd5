/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store trace, version 1: what the machine's CPUs did to persistent memory
 * while one workload ran. Written by the QEMU plugin (checker/plugin), read by
 * the checker. Little-endian throughout.
 *
 *	0	struct dx_trace_header, one page; rewritten in place when it ends
 *	4096	blocks, one behind the other: struct dx_trace_block, then a zstd
 *		frame (with its own checksum) that holds whole records
 *
 * A block is written as soon as it is full: a trace can be read while it grows,
 * and a QEMU that is killed loses the block that it was filling (and what of the
 * one before was not written yet). Whether a trace is whole is in header.ended.
 *
 * Record: struct dx_trace_rec, then its payload, @length bytes of it padded with
 * zeros to a multiple of 8, for the kinds that have one. A record is a *run*:
 * @count events of one kind by one vCPU on ascending, adjoining addresses with
 * nothing recorded in between, so that their order is known exactly. Event i of
 * a run has the number @seq + i. Numbers count up without a gap over the whole
 * trace; records that are no events (IMAGE, STACK) take none.
 *
 * The stores of a run are of one size, 1 << @detail. One that crosses a page's
 * end is two events, each alone in a record that is shorter than that.
 *
 * Addresses are guest-physical. Only what touches a range of the header is
 * recorded. Marks are recorded as they come.
 *
 * Worked example: the kernel zeroes the page at 0x100200000 with 512 stores of 8
 * bytes, the workload stores to its first word, msync writes the page back with
 * 64 CLWBs and drains:
 *
 *	STORE addr=0x100200000 length=4096 count=512 detail=3 seq=100 stack=7
 *	STORE addr=0x100200000 length=8 count=1 detail=3 seq=612 flags=USER
 *	WRITE_BACK addr=0x100200000 length=4096 count=64 detail=CLWB seq=613 stack=9
 *	FENCE detail=SFENCE seq=677 stack=11
 */
#ifndef DAXBENCH_TRACE_H
#define DAXBENCH_TRACE_H

#include <stdint.h>

#define DX_TRACE_MAGIC	   "DXTRACE"
#define DX_TRACE_VERSION   1
#define DX_TRACE_HEADER	   4096ULL
#define DX_TRACE_RANGES	   4
#define DX_TRACE_LINE	   64ULL
#define DX_TRACE_RUN_MAX   4096U      /* bytes of a run: it stays within a 4 KiB page */
#define DX_TRACE_BLOCK_MAX (1U << 20) /* bytes of records in a block */
#define DX_TRACE_FRAMES	   48U	      /* return addresses in a STACK */
#define DX_TRACE_VCPUS	   64U
#define DX_BLOCK_MAGIC	   0x004b434f4c425844ULL /* "DXBLOCK" */

enum dx_trace_kind {
	DX_TRACE_NONE,
	/* Events. */
	DX_TRACE_STORE = 1, /* payload: the bytes; detail: log2 of the size of one store */
	/* addr: of the first line, length: count * 64; detail: enum dx_trace_write_back */
	DX_TRACE_WRITE_BACK = 2,
	DX_TRACE_FENCE = 3, /* detail: enum dx_trace_fence; addr, length: 0 */
	DX_TRACE_MARK = 4,  /* addr: rsi, length: rdi, detail: rdx of the mark (oplog.h) */
	DX_TRACE_LOAD = 5,  /* only on request; as STORE, without payload */
	/* No events. */
	DX_TRACE_IMAGE = 6, /* payload: a page that was not zero when recording began */
	/* addr: its number (1, 2, ...); payload: struct dx_trace_frame, innermost first */
	DX_TRACE_STACK = 7,
	DX_TRACE_KINDS
};

/* Which instruction. CLFLUSH is ordered with stores, the others are not. */
enum dx_trace_write_back { DX_TRACE_CLWB, DX_TRACE_CLFLUSHOPT, DX_TRACE_CLFLUSH };

/*
 * What drains a CPU's pending write-backs: by the architecture (SFENCE, MFENCE)
 * or on all hardware so far (the rest). The rest is recorded only where that
 * vCPU has something pending: it would be every spinlock otherwise.
 */
enum dx_trace_fence {
	DX_TRACE_SFENCE,
	DX_TRACE_MFENCE,
	DX_TRACE_LOCK,	 /* a LOCK prefix, or XCHG with memory */
	DX_TRACE_SERIAL, /* CPUID, IRET, MOV to CR3, INVLPG, WRMSR, WBINVD */
	DX_TRACE_IO,	 /* IN, OUT and their string forms */
	DX_TRACE_FENCES
};

enum dx_trace_flag {
	DX_TRACE_USER = 1 << 0,	  /* at CPL 3 */
	DX_TRACE_NT = 1 << 1,	  /* non-temporal */
	DX_TRACE_STRING = 1 << 2, /* all stores of the run belong to one string instruction */
	DX_TRACE_WIDE = 1 << 3,	  /* all of the run is one vector store */
	DX_TRACE_LOCKED = 1 << 4, /* an atomic read-modify-write */
};

struct dx_trace_range {
	uint64_t base, size; /* guest-physical, bytes */
};

/* How a trace ended. */
enum dx_trace_ended {
	DX_TRACE_OPEN,	  /* it did not: QEMU was killed, or is still running */
	DX_TRACE_STOPPED, /* by the mark that ends recording */
	DX_TRACE_EXITED,  /* the guest ended before that mark */
};

struct dx_trace_header {
	char magic[8]; /* DX_TRACE_MAGIC with its NUL */
	uint32_t version;
	uint32_t vcpus;
	uint64_t run;	/* argument of the START mark; the operation log has the same */
	uint32_t ended; /* enum dx_trace_ended */
	uint32_t error; /* errno that ended recording early (ENOSPC); 0: none */
	uint32_t loads; /* 1: loads were asked for */
	uint32_t ranges;
	struct dx_trace_range range[DX_TRACE_RANGES];
	uint64_t blocks, records, events; /* once it ended */
	uint64_t lost;	   /* write-backs by programs whose address could not be found out */
	char recorder[64]; /* "QEMU plugin API 4" */
};

struct dx_trace_block {
	uint64_t magic;	 /* DX_BLOCK_MAGIC */
	uint64_t seq;	 /* of its first event, or of the next one if it has none */
	uint32_t packed; /* bytes of the zstd frame that follows */
	uint32_t raw;	 /* bytes of the records in it */
	uint32_t records;
	uint32_t pad;
};

struct dx_trace_rec {
	uint8_t kind; /* enum dx_trace_kind */
	uint8_t vcpu;
	uint8_t flags; /* enum dx_trace_flag */
	uint8_t detail;
	uint32_t length; /* bytes */
	uint64_t seq;
	uint64_t addr;
	uint64_t ip;	/* of the first event; guest-virtual */
	uint32_t stack; /* number of a STACK that came before; 0: none (user code) */
	uint32_t count; /* events; 0 where it is none */
};

/*
 * A word of the kernel's stack that looks like a return address, and where the
 * call before it goes: 0 if that is an indirect call. Not each of them is one:
 * the reader keeps those whose calls lead to one another.
 */
struct dx_trace_frame {
	uint64_t ret, target;
};

/*
 * What the plugin counts, in a run of the bench lens: filled at a COUNTS mark, in
 * memory that the guest shares with the host (the third NVDIMM). Since boot; the
 * difference of two is what happened in between.
 */
struct dx_trace_counts {
	uint64_t fills; /* how often it was filled: 0 means that nobody is there */
	uint64_t instructions;
	uint64_t stores;	     /* to persistent memory: store instructions */
	uint64_t lines_written_back; /* CLWB, CLFLUSHOPT, CLFLUSH of lines of persistent memory */
	uint64_t lines_stored_nt; /* lines that non-temporal stores touched, one after the other */
	uint64_t fences;	  /* SFENCE and MFENCE */
};

/*
 * What of the NVDIMMs was read, before it was written, between a READS_BEGIN and a READS
 * mark: filled at the latter, in the same memory as the counts.
 */
struct dx_trace_reads {
	uint64_t fills; /* 1: filled */
	uint64_t n;	/* runs; more than there was room for: those that had none are missing */
	struct dx_trace_range run[]; /* whole lines, ascending, apart from one another */
};

/* How often an instruction of the kernel was executed; of address 0: all of programs'. */
struct dx_trace_executed {
	uint64_t addr;
	uint64_t times;
};

#define DX_TRACE_PROFILE_REST UINT64_MAX /* the address of what there was no room to tell apart */

/*
 * What was executed between a PROFILE_BEGIN and a PROFILE mark: filled at the latter, in
 * the same memory as the counts.
 */
struct dx_trace_profile {
	uint64_t fills;		       /* 1: filled */
	uint64_t n;		       /* more than there was room for: the others are missing */
	struct dx_trace_executed at[]; /* in no order, each address once */
};

_Static_assert(sizeof(struct dx_trace_rec) == 40, "a trace record has no holes");
_Static_assert(sizeof(struct dx_trace_block) == 32, "a block's head has no holes");
_Static_assert(sizeof(struct dx_trace_header) <= DX_TRACE_HEADER, "the header is one page");

#endif
