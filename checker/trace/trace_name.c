// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/trace/trace_name.h"

#include <stdio.h>
#include <string.h>

#define NAME_OF(table, i)                                                                          \
	((i) < sizeof(table) / sizeof((table)[0]) && (table)[i] ? (table)[i] : "?")

static const char *const kinds[] = {
	[DX_TRACE_STORE] = "store", [DX_TRACE_WRITE_BACK] = "write-back",
	[DX_TRACE_FENCE] = "fence", [DX_TRACE_MARK] = "mark",
	[DX_TRACE_LOAD] = "load",   [DX_TRACE_IMAGE] = "image",
	[DX_TRACE_STACK] = "stack",
};

static const char *const write_backs[] = {
	[DX_TRACE_CLWB] = "clwb",
	[DX_TRACE_CLFLUSHOPT] = "clflushopt",
	[DX_TRACE_CLFLUSH] = "clflush",
};

static const char *const fences[] = {
	[DX_TRACE_SFENCE] = "sfence", [DX_TRACE_MFENCE] = "mfence", [DX_TRACE_LOCK] = "lock",
	[DX_TRACE_SERIAL] = "serial", [DX_TRACE_IO] = "io",
};

static const char *const flags[] = { "user", "nt", "string", "wide", "locked" };

static const char *const endings[] = {
	[DX_TRACE_OPEN] = "not: QEMU was killed, or is still running",
	[DX_TRACE_STOPPED] = "by the mark that ends it",
	[DX_TRACE_EXITED] = "with the guest, before the workload did",
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == DX_TRACE_KINDS, "each kind has a name");
_Static_assert(sizeof(fences) / sizeof(fences[0]) == DX_TRACE_FENCES, "each fence has a name");

const char *trace_kind_name(unsigned int kind)
{
	return NAME_OF(kinds, kind);
}

const char *trace_write_back_name(unsigned int how)
{
	return NAME_OF(write_backs, how);
}

const char *trace_fence_name(unsigned int which)
{
	return NAME_OF(fences, which);
}

const char *trace_ended_name(unsigned int ended)
{
	return NAME_OF(endings, ended);
}

const char *trace_record_name(const struct dx_trace_rec *rec)
{
	switch (rec->kind) {
	case DX_TRACE_WRITE_BACK:
		return trace_write_back_name(rec->detail);
	case DX_TRACE_FENCE:
		return trace_fence_name(rec->detail);
	default:
		return trace_kind_name(rec->kind);
	}
}

const char *trace_flag_name(unsigned int bit)
{
	return bit < sizeof(flags) / sizeof(flags[0]) ? flags[bit] : NULL;
}

char *trace_flags_format(unsigned int word, char *buf, size_t len)
{
	const char *name;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int bit = 0; (name = trace_flag_name(bit)); bit++)
		if (word >> bit & 1 && used < len)
			used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? " " : "",
						 name);
	return buf;
}
