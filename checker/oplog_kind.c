// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/oplog_kind.h"
#include "daxbench/workload.h"

#include <inttypes.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>

/* Arguments @i and @i + 1 are an offset and a length. */
#define RANGE(i) .offset = (i), .length = (i) + 1

static const struct oplog_kind kinds[DX_OP_COUNT] = {
	[DX_OP_BASELINE] = { .name = "baseline" },
	[DX_OP_PHASE] = { .name = "phase",
			  .result = OPLOG_ANY,
			  .arg = { { "phase", OPLOG_PHASE } } },

	[DX_OP_OPEN] = { .name = "open",
			 .texts = 1,
			 .object = OPLOG_FILE,
			 .arg = { { "flags", OPLOG_OPEN_FLAGS }, { "mode", OPLOG_MODE } } },
	[DX_OP_CLOSE] = { .name = "close", .object = OPLOG_FILE, .extents = OPLOG_BEFORE },
	[DX_OP_UNLINK] = { .name = "unlink", .texts = 1 },
	[DX_OP_RENAME] = { .name = "rename",
			   .texts = 2,
			   .arg = { { "flags", OPLOG_RENAME_FLAGS } } },
	[DX_OP_LINK] = { .name = "link", .texts = 2 },
	[DX_OP_SYMLINK] = { .name = "symlink", .texts = 2 },
	[DX_OP_MKDIR] = { .name = "mkdir", .texts = 1 },
	[DX_OP_RMDIR] = { .name = "rmdir", .texts = 1 },

	[DX_OP_TRUNCATE] = { .name = "truncate",
			     .object = OPLOG_FILE,
			     .arg = { { "length", OPLOG_BYTES } } },
	[DX_OP_FALLOCATE] = { .name = "fallocate",
			      .object = OPLOG_FILE,
			      RANGE(1),
			      .arg = { { "mode", OPLOG_FALLOC_MODE },
				       { "offset", OPLOG_BYTES },
				       { "length", OPLOG_BYTES } } },

	[DX_OP_WRITE] = { .name = "write",
			  .object = OPLOG_FILE,
			  .extents = OPLOG_AFTER,
			  .result = OPLOG_COUNT,
			  RANGE(0),
			  .arg = { { "offset", OPLOG_BYTES },
				   { "length", OPLOG_BYTES },
				   { "flags", OPLOG_RWF_FLAGS },
				   { "generation", OPLOG_GENERATION } } },
	[DX_OP_READ] = { .name = "read",
			 .object = OPLOG_FILE,
			 .result = OPLOG_COUNT,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES }, { "length", OPLOG_BYTES } } },

	[DX_OP_MAP] = { .name = "map",
			.object = OPLOG_MAP,
			.result = OPLOG_ADDRESS,
			RANGE(1),
			.arg = { { "file", OPLOG_HANDLE },
				 { "offset", OPLOG_BYTES },
				 { "length", OPLOG_BYTES },
				 { "flags", OPLOG_MAP_FLAGS } } },
	[DX_OP_UNMAP] = { .name = "unmap", .object = OPLOG_MAP },
	[DX_OP_STORE] = { .name = "store",
			  .object = OPLOG_MAP,
			  RANGE(0),
			  .arg = { { "offset", OPLOG_BYTES },
				   { "length", OPLOG_BYTES },
				   { NULL, OPLOG_UNUSED },
				   { "generation", OPLOG_GENERATION } } },
	[DX_OP_FILL] = { .name = "fill",
			 .object = OPLOG_MAP,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES },
				  { "length", OPLOG_BYTES },
				  { NULL, OPLOG_UNUSED },
				  { "generation", OPLOG_GENERATION } } },
	[DX_OP_COPY] = { .name = "copy",
			 .object = OPLOG_MAP,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES },
				  { "length", OPLOG_BYTES },
				  { NULL, OPLOG_UNUSED },
				  { "generation", OPLOG_GENERATION } } },
	[DX_OP_COPY_NT] = { .name = "copy-nt",
			    .object = OPLOG_MAP,
			    RANGE(0),
			    .arg = { { "offset", OPLOG_BYTES },
				     { "length", OPLOG_BYTES },
				     { NULL, OPLOG_UNUSED },
				     { "generation", OPLOG_GENERATION } } },

	[DX_OP_MSYNC] = { .name = "msync",
			  .object = OPLOG_MAP,
			  .extents = OPLOG_AFTER,
			  RANGE(0),
			  .arg = { { "offset", OPLOG_BYTES },
				   { "length", OPLOG_BYTES },
				   { "flags", OPLOG_MSYNC_FLAGS } } },
	[DX_OP_FSYNC] = { .name = "fsync", .object = OPLOG_FILE, .extents = OPLOG_AFTER },
	[DX_OP_FDATASYNC] = { .name = "fdatasync", .object = OPLOG_FILE, .extents = OPLOG_AFTER },
	[DX_OP_SYNC] = { .name = "sync", .extents = OPLOG_AFTER },
	[DX_OP_SYNCFS] = { .name = "syncfs", .object = OPLOG_FILE_OR_NONE, .extents = OPLOG_AFTER },
	[DX_OP_FLUSH] = { .name = "flush",
			  .object = OPLOG_MAP,
			  RANGE(0),
			  .arg = { { "offset", OPLOG_BYTES },
				   { "length", OPLOG_BYTES },
				   { "instruction", OPLOG_FLUSH_KIND } } },
	[DX_OP_DRAIN] = { .name = "drain", .extents = OPLOG_AFTER },

	[DX_OP_ENV_UMOUNT] = { .name = "umount" },
	[DX_OP_ENV_MOUNT] = { .name = "mount" },
	[DX_OP_ENV_REMOUNT] = { .name = "remount",
				.extents = OPLOG_AFTER,
				.arg = { { "read-only", OPLOG_NUMBER } } },
	[DX_OP_ENV_MKFS] = { .name = "mkfs" },
	[DX_OP_ENV_DROP_CACHES] = { .name = "drop-caches" },
	[DX_OP_ENV_PASS_TIME] = { .name = "pass-time", .arg = { { "ms", OPLOG_NUMBER } } },

	[DX_OP_SPAWN] = { .name = "spawn",
			  .arg = { { "count", OPLOG_NUMBER }, { "kind", OPLOG_WORKER_KIND } } },
	[DX_OP_BARRIER] = { .name = "barrier", .result = OPLOG_ANY },
	[DX_OP_JOIN] = { .name = "join", .result = OPLOG_ANY },

	[DX_OP_LOAD] = { .name = "load",
			 .object = OPLOG_MAP,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES }, { "length", OPLOG_BYTES } } },
	[DX_OP_WRITEV] = { .name = "writev",
			   .object = OPLOG_FILE,
			   .extents = OPLOG_AFTER,
			   .result = OPLOG_COUNT,
			   RANGE(0),
			   .arg = { { "offset", OPLOG_BYTES },
				    { "length", OPLOG_BYTES },
				    { "flags", OPLOG_RWF_FLAGS },
				    { "generation", OPLOG_GENERATION } } },
	[DX_OP_REFLINK] = { .name = "reflink",
			    .object = OPLOG_FILE,
			    RANGE(2),
			    .arg = { { "from", OPLOG_HANDLE },
				     { "from-offset", OPLOG_BYTES },
				     { "offset", OPLOG_BYTES },
				     { "length", OPLOG_BYTES } } },
	[DX_OP_STORE_BYTES] = { .name = "store-bytes",
				.object = OPLOG_MAP,
				RANGE(0),
				.arg = { { "offset", OPLOG_BYTES },
					 { "length", OPLOG_BYTES },
					 { NULL, OPLOG_UNUSED },
					 { "generation", OPLOG_GENERATION } } },
	[DX_OP_STORE_UNALIGNED] = { .name = "store-unaligned",
				    .object = OPLOG_MAP,
				    RANGE(0),
				    .arg = { { "offset", OPLOG_BYTES },
					     { "length", OPLOG_BYTES },
					     { NULL, OPLOG_UNUSED },
					     { "generation", OPLOG_GENERATION } } },
	[DX_OP_DEVICE] = { .name = "device",
			   .arg = { { "device", OPLOG_NUMBER },
				    { "offset", OPLOG_BYTES },
				    { "physical", OPLOG_NUMBER },
				    { "length", OPLOG_BYTES } } },
	[DX_OP_RELY] = { .name = "rely",
			 .object = OPLOG_MAP,
			 .extents = OPLOG_AFTER,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES }, { "length", OPLOG_BYTES } } },
};

const struct oplog_kind *oplog_kind(unsigned int op)
{
	return op < DX_OP_COUNT && kinds[op].name ? &kinds[op] : NULL;
}

/* ---- flags ---- */

struct flag {
	uint64_t bits;
	const char *name;
};

#define FLAG(f)                                                                                    \
	{                                                                                          \
		(f), #f                                                                            \
	}

/* O_SYNC holds O_DSYNC's bit, O_TMPFILE that of O_DIRECTORY: the larger first. */
static const struct flag open_flags[] = {
	FLAG(O_WRONLY),	  FLAG(O_RDWR),	     FLAG(O_CREAT),   FLAG(O_EXCL),   FLAG(O_TRUNC),
	FLAG(O_APPEND),	  FLAG(O_SYNC),	     FLAG(O_DSYNC),   FLAG(O_DIRECT), FLAG(O_TMPFILE),
	FLAG(O_NOFOLLOW), FLAG(O_DIRECTORY), FLAG(O_NOATIME), { 0 },
};
static const struct flag rename_flags[] = {
	FLAG(RENAME_NOREPLACE), FLAG(RENAME_EXCHANGE), FLAG(RENAME_WHITEOUT), { 0 }
};
static const struct flag falloc_modes[] = {
	{ FALLOC_FL_KEEP_SIZE, "KEEP_SIZE" },
	{ FALLOC_FL_PUNCH_HOLE, "PUNCH_HOLE" },
	{ FALLOC_FL_COLLAPSE_RANGE, "COLLAPSE_RANGE" },
	{ FALLOC_FL_ZERO_RANGE, "ZERO_RANGE" },
	{ FALLOC_FL_INSERT_RANGE, "INSERT_RANGE" },
	{ FALLOC_FL_UNSHARE_RANGE, "UNSHARE_RANGE" },
	{ 0 },
};
static const struct flag rwf_flags[] = { FLAG(RWF_HIPRI),  FLAG(RWF_DSYNC),  FLAG(RWF_SYNC),
					 FLAG(RWF_NOWAIT), FLAG(RWF_APPEND), { 0 } };
static const struct flag map_flags[] = {
	{ DX_MAP_READ, "read" },	 { DX_MAP_WRITE, "write" },
	{ DX_MAP_SYNC, "sync" },	 { DX_MAP_PRIVATE, "private" },
	{ DX_MAP_POPULATE, "populate" }, { DX_MAP_PTE, "pte" },
	{ DX_MAP_PMD, "pmd" },		 { 0 },
};
static const struct flag msync_flags[] = {
	FLAG(MS_ASYNC), FLAG(MS_INVALIDATE), FLAG(MS_SYNC), { 0 }
};

static char *format_flags(const struct flag *f, uint64_t value, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; f->bits && used < len; f++) {
		if ((value & f->bits) != f->bits)
			continue;
		value &= ~f->bits;
		used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? "|" : "", f->name);
	}
	if ((value || !used) && used < len)
		snprintf(buf + used, len - used, value ? "%s%#" PRIx64 : "%s%" PRIu64,
			 used ? "|" : "", value);
	return buf;
}

static char *format_word(const char *const words[], size_t n, uint64_t value, char *buf, size_t len)
{
	if (value < n)
		snprintf(buf, len, "%s", words[value]);
	else
		snprintf(buf, len, "%" PRIu64, value);
	return buf;
}

#define WORD(value, buf, len, ...)                                                                 \
	format_word((const char *const[]){ __VA_ARGS__ },                                          \
		    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), value, buf,     \
		    len)

char *oplog_arg_format(enum oplog_arg_type type, uint64_t value, char *buf, size_t len)
{
	switch (type) {
	case OPLOG_OPEN_FLAGS:
		if (!(value & O_ACCMODE)) {
			char more[256] = "";

			if (value)
				format_flags(open_flags, value, more, sizeof(more));
			snprintf(buf, len, "O_RDONLY%s%s", value ? "|" : "", more);
			return buf;
		}
		return format_flags(open_flags, value, buf, len);
	case OPLOG_RENAME_FLAGS:
		return format_flags(rename_flags, value, buf, len);
	case OPLOG_FALLOC_MODE:
		return format_flags(falloc_modes, value, buf, len);
	case OPLOG_RWF_FLAGS:
		return format_flags(rwf_flags, value, buf, len);
	case OPLOG_MAP_FLAGS:
		return format_flags(map_flags, value, buf, len);
	case OPLOG_MSYNC_FLAGS:
		return format_flags(msync_flags, value, buf, len);
	case OPLOG_FLUSH_KIND:
		return WORD(value, buf, len, "clwb", "clflushopt", "clflush");
	case OPLOG_WORKER_KIND:
		return WORD(value, buf, len, "thread", "process");
	case OPLOG_PHASE:
		return WORD(value, buf, len, "prepare", "run", "finish");
	case OPLOG_MODE:
		snprintf(buf, len, "%#" PRIo64, value);
		return buf;
	case OPLOG_HANDLE:
		snprintf(buf, len, "h%" PRIu64, value);
		return buf;
	case OPLOG_GENERATION:
		snprintf(buf, len, "%" PRIu64 ".%" PRIu64, value % DX_LOG_WORKERS, value >> 4);
		return buf;
	default:
		snprintf(buf, len, "%" PRIu64, value);
		return buf;
	}
}
