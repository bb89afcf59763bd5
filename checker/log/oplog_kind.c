// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/log/oplog_kind.h"
#include "daxbench/workload.h"
#include "lib/units.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
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
				.arg = { { "access", OPLOG_ACCESS } } },
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
	[DX_OP_TARGET] = { .name = "target",
			   .arg = { { "kind", OPLOG_TARGET },
				    { "size", OPLOG_BYTES },
				    { "align", OPLOG_BYTES } } },
	[DX_OP_RELY] = { .name = "rely",
			 .object = OPLOG_MAP,
			 .extents = OPLOG_AFTER,
			 RANGE(0),
			 .arg = { { "offset", OPLOG_BYTES }, { "length", OPLOG_BYTES } } },
	[DX_OP_SYNC_FILE_RANGE] = { .name = "sync-file-range",
				    .object = OPLOG_FILE,
				    RANGE(0),
				    .arg = { { "offset", OPLOG_BYTES },
					     { "length", OPLOG_BYTES },
					     { "flags", OPLOG_RANGE_FLAGS } } },
	[DX_OP_POPULATE] = { .name = "populate",
			     .object = OPLOG_MAP,
			     RANGE(0),
			     .arg = { { "offset", OPLOG_BYTES },
				      { "length", OPLOG_BYTES },
				      { "for", OPLOG_TOUCH } } },
	[DX_OP_ENV_POISON] = { .name = "poison",
			       .object = OPLOG_MAP,
			       .arg = { { "offset", OPLOG_BYTES } } },
	[DX_OP_ENV_UNBIND] = { .name = "unbind" },
	[DX_OP_ENV_BIND] = { .name = "bind" },

	[DX_OP_CHMOD] = { .name = "chmod",
			  .object = OPLOG_FILE,
			  .arg = { { "mode", OPLOG_PERMISSIONS } } },
	[DX_OP_SETXATTR] = { .name = "setxattr",
			     .object = OPLOG_FILE,
			     .arg = { { "attribute", OPLOG_NUMBER },
				      { "size", OPLOG_BYTES },
				      { NULL, OPLOG_UNUSED },
				      { "generation", OPLOG_GENERATION } } },
	[DX_OP_REMOVEXATTR] = { .name = "removexattr",
				.object = OPLOG_FILE,
				.arg = { { "attribute", OPLOG_NUMBER } } },
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
	{ DX_MAP_READ, "read" },       { DX_MAP_WRITE, "write" },	{ DX_MAP_SYNC, "sync" },
	{ DX_MAP_PRIVATE, "private" }, { DX_MAP_POPULATE, "populate" }, { DX_MAP_PTE, "pte" },
	{ DX_MAP_PMD, "pmd" },	       { DX_MAP_SKEWED, "skewed" },	{ 0 },
};
static const struct flag msync_flags[] = {
	FLAG(MS_ASYNC), FLAG(MS_INVALIDATE), FLAG(MS_SYNC), { 0 }
};
static const struct flag range_flags[] = { { SYNC_FILE_RANGE_WAIT_BEFORE, "WAIT_BEFORE" },
					   { SYNC_FILE_RANGE_WRITE, "WRITE" },
					   { SYNC_FILE_RANGE_WAIT_AFTER, "WAIT_AFTER" },
					   { 0 } };

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

static const struct flag *flags_of(enum oplog_arg_type type)
{
	switch (type) {
	case OPLOG_OPEN_FLAGS:
		return open_flags;
	case OPLOG_RENAME_FLAGS:
		return rename_flags;
	case OPLOG_FALLOC_MODE:
		return falloc_modes;
	case OPLOG_RWF_FLAGS:
		return rwf_flags;
	case OPLOG_MAP_FLAGS:
		return map_flags;
	case OPLOG_MSYNC_FLAGS:
		return msync_flags;
	case OPLOG_RANGE_FLAGS:
		return range_flags;
	default:
		return NULL;
	}
}

/* Words for the values from 0 on, NULL-ended. */
static const char *const *words_of(enum oplog_arg_type type)
{
	static const char *const flush[] = { "clwb", "clflushopt", "clflush", NULL };
	static const char *const worker[] = { "thread", "process", NULL };
	static const char *const touch[] = { "read", "write", NULL };
	static const char *const phase[] = { "prepare", "run", "finish", NULL };
	static const char *const access[] = { "rw", "ro", NULL };
	static const char *const target[] = { "block", "dax", NULL };

	switch (type) {
	case OPLOG_FLUSH_KIND:
		return flush;
	case OPLOG_WORKER_KIND:
		return worker;
	case OPLOG_TOUCH:
		return touch;
	case OPLOG_PHASE:
		return phase;
	case OPLOG_ACCESS:
		return access;
	case OPLOG_TARGET:
		return target;
	default:
		return NULL;
	}
}

static char *format_word(const char *const *words, uint64_t value, char *buf, size_t len)
{
	for (uint64_t i = 0; words[i]; i++) {
		if (i == value) {
			snprintf(buf, len, "%s", words[i]);
			return buf;
		}
	}
	snprintf(buf, len, "%" PRIu64, value);
	return buf;
}

static char *format_open_flags(uint64_t value, char *buf, size_t len)
{
	char more[256] = "";

	if (value & O_ACCMODE)
		return format_flags(open_flags, value, buf, len);
	if (value)
		format_flags(open_flags, value, more, sizeof(more));
	snprintf(buf, len, "O_RDONLY%s%s", value ? "|" : "", more);
	return buf;
}

char *oplog_arg_format(enum oplog_arg_type type, uint64_t value, char *buf, size_t len)
{
	if (type == OPLOG_OPEN_FLAGS)
		return format_open_flags(value, buf, len);
	if (flags_of(type))
		return format_flags(flags_of(type), value, buf, len);
	if (words_of(type))
		return format_word(words_of(type), value, buf, len);
	if (type == OPLOG_MODE || type == OPLOG_PERMISSIONS)
		snprintf(buf, len, "%#" PRIo64, value);
	else if (type == OPLOG_HANDLE)
		snprintf(buf, len, "h%" PRIu64, value);
	else if (type == OPLOG_GENERATION)
		snprintf(buf, len, "%" PRIu64 ".%" PRIu64, value % DX_LOG_WORKERS, value >> 4);
	else
		snprintf(buf, len, "%" PRIu64, value);
	return buf;
}

/* ---- and back ---- */

/* One word of a flag word: a name of @f, or a number. */
static int parse_flag(const struct flag *f, const char *word, uint64_t *ret)
{
	if (f == open_flags && !strcmp(word, "O_RDONLY")) {
		*ret = O_RDONLY;
		return 0;
	}
	for (; f->bits; f++) {
		if (!strcmp(word, f->name)) {
			*ret = f->bits;
			return 0;
		}
	}
	return units_parse_count(word, ret);
}

static int parse_flags(const struct flag *f, const char *text, uint64_t *ret)
{
	char copy[256], *rest = copy, *word;
	uint64_t all = 0, bits;
	int r = 0;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return -EINVAL;
	while (!r && (word = strsep(&rest, "|"))) {
		r = parse_flag(f, word, &bits);
		all |= r ? 0 : bits;
	}
	if (!r)
		*ret = all;
	return r;
}

static int parse_mode(const char *text, uint64_t *ret)
{
	char *end;

	if (text[0] < '0' || text[0] > '7')
		return -EINVAL;
	errno = 0;
	*ret = strtoull(text, &end, 8);
	return *end ? -EINVAL : -errno;
}

int oplog_arg_parse(enum oplog_arg_type type, const char *text, uint64_t *ret)
{
	const char *const *words = words_of(type);

	if (flags_of(type))
		return parse_flags(flags_of(type), text, ret);
	for (uint64_t i = 0; words && words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*ret = i;
			return 0;
		}
	}
	if (type == OPLOG_MODE || type == OPLOG_PERMISSIONS)
		return parse_mode(text, ret);
	return type == OPLOG_BYTES ? units_parse_size(text, ret) : units_parse_count(text, ret);
}

unsigned int oplog_kind_find(const char *name)
{
	for (unsigned int op = 0; op < DX_OP_COUNT; op++)
		if (kinds[op].name && !strcmp(kinds[op].name, name))
			return op;
	return DX_OP_NONE;
}
