/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operation log, version 1: what a workload did, written by the check lens.
 *
 * It must survive a panic, a hang and a kill, and must not disturb what is
 * recorded. So it lies in memory that outlives the program: a device-dax
 * NVDIMM of its own, whose backing file on the host is the log. Without one it
 * lies in memory of the harness, and survives the workload but no panic.
 *
 * A record is written with plain stores: no LOCK prefix, no fence, no
 * serialising instruction and no system call, because each of these would
 * drain pending cache-line write-backs and hide the bug that is looked for.
 *
 * Layout, little-endian:
 *
 *	0	struct dx_log_header, one page
 *	4096	area of worker 0: struct dx_log_area, then its records
 *	...	area of worker 1, at header.area_size bytes from the first; and so on
 *
 * The log begins at byte 0 of a file, or at the first multiple of 2 MiB up to
 * DX_LOG_SEARCH that holds its magic: in the backing file of an NVDIMM the
 * namespace's info block lies before it.
 *
 * A record is one cache line. area.used counts it before it is filled; it has
 * begun once @op is not 0 (stored after all other fields but @result and @end),
 * and has returned once @end, stored after @result, is not 0. Only the last
 * operation of a worker may not have returned.
 *
 * Text follows in DX_OP_TEXT records, 32 bytes each, directly behind the record
 * that it belongs to. Extents follow in DX_OP_EXTENT records behind what
 * promises something: a sync call, a write through O_DSYNC or RWF_DSYNC, a
 * drain (once anything was mapped with MAP_SYNC), a remount; and behind a close,
 * where they are those before it. Both carry the @begin of their operation,
 * and an @end.
 *
 * Only of an operation that succeeded are offsets, lengths and alignment what
 * they ought to be: a call may well have been refused because they are not.
 *
 * Order inside a worker is the order of its records. Between workers it is
 * that of the marks in the store trace; without a trace, @begin and @end
 * (the time-stamp counter) tell it as well as one can.
 *
 * The mark, for whoever watches the instructions (a plugin of the emulator):
 * once an operation has begun, and once it has returned, the worker executes
 *
 *	66 87 db	xchg %bx,%bx: changes nothing, serialises nothing
 *
 * with rax = DX_MARK_MAGIC, rdi = the worker, rsi = the number of the record
 * in the worker's area (0 is the first), rdx = enum dx_log_mark. Texts and
 * extents have no mark. The texts of an operation are written after its first
 * mark: read the log when the run is over, not at the mark.
 *
 * Worked example: fsync of handle 3 by worker 0, begun at tick 1000, returned
 * 0 at tick 1900, file with one 4 KiB extent at byte 0x200000 of the device:
 *
 *	op=FSYNC worker=0 handle=3 begin=1000 end=1900 result=0 arg={0,0,0,0}
 *	op=EXTENT worker=0 handle=3 begin=1000 end=1900 result=0
 *		arg={0 (offset), 0x200000 (physical), 4096, FIEMAP flags}
 */
#ifndef DAXBENCH_OPLOG_H
#define DAXBENCH_OPLOG_H

#include <stdint.h>

#define DX_LOG_MAGIC	"DXOPLOG"
#define DX_LOG_VERSION	1
#define DX_LOG_HEADER	4096ULL
#define DX_LOG_STEP	(2ULL << 20)  /* the magic is looked for at 0 and each of these */
#define DX_LOG_SEARCH	(16ULL << 20) /* up to and including here */
#define DX_LOG_MAX_AREA (16ULL << 20)
#define DX_LOG_MAX_TEXT 4096 /* with its NUL */

#define DX_MARK_MAGIC 0x6b72616d78616421ULL

/*
 * BEGIN and END are the log's. The harness makes the others, around what the
 * workload does: START and STOP of a recording, with the log's run as rsi;
 * COUNTS, with the address of a struct dx_trace_counts (trace.h) to fill; and around a
 * recovery READS_BEGIN and READS, with that of a struct dx_trace_reads and, as rdi,
 * the number of runs that it has room for; PROFILE_BEGIN and PROFILE likewise, with a
 * struct dx_trace_profile.
 */
enum dx_log_mark {
	DX_MARK_BEGIN = 1,
	DX_MARK_END = 2,
	DX_MARK_START = 3,
	DX_MARK_STOP = 4,
	DX_MARK_COUNTS = 5,
	DX_MARK_READS_BEGIN = 6,
	DX_MARK_READS = 7,
	DX_MARK_PROFILE_BEGIN = 8,
	DX_MARK_PROFILE = 9,
};

static inline void dx_mark(uint64_t worker, uint64_t value, enum dx_log_mark what)
{
	__asm__ volatile("xchg %%bx, %%bx"
			 :
			 : "a"(DX_MARK_MAGIC), "D"(worker), "S"(value), "d"((uint64_t)what)
			 : "memory");
}

struct dx_log_header {
	char magic[8]; /* DX_LOG_MAGIC with its NUL; written last */
	uint32_t version;
	uint32_t areas;	    /* workers that have an area: 1 to DX_LOG_WORKERS */
	uint64_t area_size; /* bytes, a multiple of 4096 */
	uint64_t seed;
	uint64_t n;		   /* operations that run() was asked for */
	uint64_t ticks_per_second; /* of begin and end; 0: not known */
	uint64_t run;  /* names this run: the store trace made along with it has the same */
	uint64_t text; /* where the program that wrote it begins (__executable_start) */
	char workload[64];
	char params[256]; /* "size=2097152,threads=4" */
	char kernel[128]; /* uname -r */
	char fs[32];	  /* ext4, xfs, ... */
	char program[48]; /* build id of the program that wrote it, hex; "": not known */
};

/* Why an area holds no more. What is not logged is never guessed: no verdict from such a log. */
enum dx_log_full {
	DX_FULL_NOT,
	DX_FULL_ROOM,	     /* no room for another record */
	DX_FULL_HANDLES,     /* more files and mappings than a pattern can name */
	DX_FULL_GENERATIONS, /* more stores and writes than a pattern can name */
	DX_FULL_OFFSETS,     /* beyond the 2 GiB of a file that a pattern can name */
	DX_FULL_WORKERS,     /* a worker without an area did something (said in area 0) */
	DX_FULL_TEXT,	     /* a name longer than DX_LOG_MAX_TEXT */
	DX_FULL_UNALIGNED,   /* a store, fill or load that is not aligned to its size */
	DX_FULL_COUNT
};

struct dx_log_area {
	uint32_t worker;
	uint32_t full; /* enum dx_log_full; not 0: the log is cut off behind its last record */
	uint64_t used; /* records, whole or begun */
	uint64_t room; /* records that fit */
	uint64_t pad[5];
};

enum dx_log_op {
	DX_OP_NONE,
	/* Bookkeeping. */
	DX_OP_TEXT, /* 32 bytes of text, continued in the next where the last is not NUL */
	/*
	 * handle: the file's; arg: offset, physical, length, FIEMAP flags; result:
	 * index of the extent. Length 0: the file has none. A negative result:
	 * FIEMAP failed with that errno (-EBADF: the file is not open any more,
	 * or only in another process that is gone, or that this one may not ask).
	 */
	DX_OP_EXTENT,
	DX_OP_BASELINE, /* prepare() is done and synced */
	DX_OP_PHASE,	/* arg0: 0 prepare, 1 run, 2 finish begins; result: of the one before */
	/* Names. TEXT follows. */
	DX_OP_OPEN, /* handle; arg0: open flags, arg1: mode */
	DX_OP_CLOSE,
	DX_OP_UNLINK,
	DX_OP_RENAME,  /* two texts: old, new; arg0: renameat2 flags */
	DX_OP_LINK,    /* two texts: existing, new */
	DX_OP_SYMLINK, /* two texts: target, name */
	DX_OP_MKDIR,
	DX_OP_RMDIR,
	/* Size and space. */
	DX_OP_TRUNCATE,	 /* arg0: length */
	DX_OP_FALLOCATE, /* arg0: mode, arg1: offset, arg2: length */
	/* Data through descriptors; result: bytes written or read, or -errno. */
	DX_OP_WRITE, /* arg0: offset, arg1: length, arg2: RWF flags, arg3: generation */
	DX_OP_READ,  /* arg0: offset, arg1: length */
	/* Mappings: handle is the mapping's. MAP's result: its address, or -errno. */
	DX_OP_MAP, /* arg0: file's handle, arg1: offset, arg2: length, arg3: dx_map flags */
	DX_OP_UNMAP,
	DX_OP_STORE,   /* arg0: offset in the mapping, arg1: 1, 2, 4 or 8, arg3: generation */
	DX_OP_FILL,    /* arg0: offset, arg1: length, arg3: generation: 8-byte stores in order */
	DX_OP_COPY,    /* as FILL; by memcpy, in no known order */
	DX_OP_COPY_NT, /* as FILL; non-temporal 8-byte stores, to be drained */
	/* Promises. */
	DX_OP_MSYNC, /* arg0: offset, arg1: length, arg2: msync flags */
	DX_OP_FSYNC,
	DX_OP_FDATASYNC,
	DX_OP_SYNC,
	DX_OP_SYNCFS, /* handle 0: of the cell's directory, by the harness */
	DX_OP_FLUSH, /* user write-back of arg0: offset, arg1: length; arg2: 0 clwb, 1 clflushopt, 2
			clflush */
	DX_OP_DRAIN, /* user sfence */
	/* Environment. */
	DX_OP_ENV_UMOUNT,
	DX_OP_ENV_MOUNT,
	DX_OP_ENV_REMOUNT, /* arg0: 1 read-only */
	DX_OP_ENV_MKFS,
	DX_OP_ENV_DROP_CACHES,
	DX_OP_ENV_PASS_TIME, /* arg0: milliseconds */
	/* Workers. */
	DX_OP_SPAWN, /* arg0: count, arg1: 0 thread, 1 process */
	DX_OP_BARRIER,
	DX_OP_JOIN,
	/* Grows here only: numbers are in files. */
	DX_OP_LOAD,   /* arg0: offset in the mapping, arg1: 8 */
	DX_OP_WRITEV, /* as WRITE, from three pieces of memory */
	/* handle: the file that changes; arg0: the other's, arg1: offset there; arg2, arg3: here */
	DX_OP_REFLINK,
	DX_OP_STORE_BYTES, /* as STORE, but at any offset, arg1: 1 to 64; stores of 1, upwards */
	DX_OP_STORE_UNALIGNED, /* as STORE, but at any offset, arg1: 8; one store */
	/*
	 * Bookkeeping: where a piece of a device lies in physical memory. arg0: 0 the
	 * data device, 1 the realtime device; arg1: offset in the device, arg2:
	 * physical address, arg3: length.
	 */
	DX_OP_DEVICE,
	DX_OP_RELY, /* the application takes arg0: offset, arg1: length as durable from here on */
	DX_OP_SYNC_FILE_RANGE, /* arg0: offset, arg1: length, arg2: SYNC_FILE_RANGE flags */
	DX_OP_POPULATE,	  /* arg0: offset in the mapping, arg1: length, arg2: 0 read, 1 write */
	DX_OP_ENV_POISON, /* of the mapping; arg0: offset. Who has the page mapped dies of it */
	/*
	 * Bookkeeping, before all else: the run has no files, what it opens is a
	 * device. arg0: 0 a block device, 1 device-dax; arg1: its size, arg2: the
	 * alignment of its mappings (device-dax). Extents of it are its whole.
	 */
	DX_OP_TARGET,
	DX_OP_ENV_UNBIND, /* the device from its driver */
	DX_OP_ENV_BIND,	  /* and to it again */
	/* Attributes, of a file or directory. */
	DX_OP_CHMOD,	   /* arg0: permission bits, 0 to 0777 */
	DX_OP_SETXATTR,	   /* arg0: which, below DX_XATTRS, arg1: size, arg3: generation */
	DX_OP_REMOVEXATTR, /* arg0: which */
	DX_OP_COUNT
};

/* In the flags of an EXTENT, above those of FIEMAP: it is on the realtime device. */
#define DX_EXTENT_REALTIME (1ULL << 32)

struct dx_rec {
	uint16_t op; /* enum dx_log_op */
	uint16_t worker;
	uint32_t handle;
	uint64_t begin, end; /* time-stamp counter */
	int64_t result;	     /* 0 or negative errno, if enum dx_log_op does not say more */
	union {
		uint64_t arg[4];
		char text[32];
	};
};

_Static_assert(sizeof(struct dx_rec) == 64, "a record is one cache line");
_Static_assert(sizeof(struct dx_log_area) == 64, "an area's head is one cache line");
_Static_assert(sizeof(struct dx_log_header) <= DX_LOG_HEADER, "the header is one page");

/*
 * What a store under the check lens stores. Eight bytes tell which write they
 * came from: the packed word holds the file's handle, the 8-byte word's index
 * in the file and the generation, then is mixed with the seed by a function
 * that can be turned back.
 *
 *	bits 63..48 handle of the file: the worker, 4 bits, and its count, 12
 *	bits 47..20 index of the word: offset / 8, 28 bits: files up to 2 GiB
 *	bits 19..0  generation: a count, 16 bits, and the worker, 4
 *
 * In a write or store, each aligned word that it covers whole holds
 * dx_pattern64(), every other byte dx_pattern8().
 */
#define DX_HANDLE_BITS	   12
#define DX_LOG_WORKERS	   16U
#define DX_LOG_HANDLES	   (1U << DX_HANDLE_BITS)
#define DX_LOG_GENERATIONS (1U << 16)
#define DX_LOG_FILE_MAX	   (1ULL << 31)

static inline uint64_t dx_pattern_key(uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15ULL;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	return seed ^ seed >> 27;
}

static inline uint64_t dx_pattern64(uint64_t seed, uint32_t file, uint64_t offset,
				    uint64_t generation)
{
	uint64_t word = (uint64_t)(file & 0xffff) << 48 | (offset >> 3 & 0xfffffffULL) << 20 |
			(generation & 0xfffff);

	word = (word ^ dx_pattern_key(seed)) * 0xd6e8feb86659fd93ULL;
	return word ^ word >> 32;
}

/* Turns dx_pattern64() back. Any word has an answer: the caller compares. */
static inline void dx_pattern64_decode(uint64_t seed, uint64_t value, uint32_t *file,
				       uint64_t *offset, uint64_t *generation)
{
	uint64_t inverse = 0xd6e8feb86659fd93ULL; /* by Newton's steps, modulo 2^64 */
	uint64_t word = value ^ value >> 32;

	for (int i = 0; i < 5; i++)
		inverse *= 2 - 0xd6e8feb86659fd93ULL * inverse;
	word = word * inverse ^ dx_pattern_key(seed);
	*file = (uint32_t)(word >> 48);
	*offset = (word >> 20 & 0xfffffffULL) << 3;
	*generation = word & 0xfffff;
}

/*
 * One byte of a store smaller than a word: never 0, and unlike what the last
 * 250 generations of the same worker put at the same place. Of another worker's
 * only those of about the same count are surely different: a byte that is read
 * back stands for every generation that could have put it there.
 */
static inline uint8_t dx_pattern8(uint64_t seed, uint32_t file, uint64_t offset,
				  uint64_t generation)
{
	uint64_t place = (dx_pattern_key(seed) ^ (uint64_t)file << 40 ^ offset) *
			 0x9e3779b97f4a7c15ULL;

	return (uint8_t)(1 + ((place >> 32) + (generation >> 4) + 15 * (generation & 15)) % 251);
}

/*
 * Extended attributes are called user.daxbench.0, user.daxbench.1 and so on. The value under the
 * check lens is @size bytes of dx_pattern64() with the number in the place of the file and no
 * seed: it says which attribute it is, and the generation, whose it is and since when.
 */
#define DX_XATTRS	8U
#define DX_XATTR_MAX	3840U /* bytes; with its name it goes into one block of 4 KiB */
#define DX_XATTR_PREFIX "user.daxbench."

static inline void dx_xattr_value(uint64_t number, uint64_t generation, unsigned char *buf,
				  uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		buf[i] = (unsigned char)(dx_pattern64(0, (uint32_t)number, i, generation) >>
					 8 * (i & 7));
}

#endif
