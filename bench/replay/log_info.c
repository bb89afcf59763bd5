// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/replay/log_info.h"
#include "bench/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

const char *log_info_kind_name(enum log_info_kind kind)
{
	static const char *const name[LOG_INFO_KINDS] = { "write", "discard", "flush", "mark" };

	return name[kind];
}

const char *log_info_flag_name(unsigned int bit)
{
	static const char *const name[LOG_INFO_FLAGS] = { "FLUSH", "FUA", "DISCARD", "MARK",
							  "METADATA" };

	return bit < LOG_INFO_FLAGS ? name[bit] : NULL;
}

enum log_info_kind log_info_kind(const struct logwrites_item *item)
{
	if (item->mark)
		return LOG_INFO_MARK;
	if (item->flags & LOGWRITES_DISCARD)
		return LOG_INFO_DISCARD;
	return item->nr_sectors ? LOG_INFO_WRITE : LOG_INFO_FLUSH;
}

static int keep_mark(struct log_info *info, const struct logwrites_item *item)
{
	char *text;

	if (info->marks == LOG_INFO_MARKS)
		return 0;
	text = strdup(item->mark);
	if (!text)
		return -ENOMEM;
	info->mark[info->marks].text = text;
	info->mark[info->marks++].entry = item->number;
	return 0;
}

static int count(struct log_info *info, const struct logwrites_item *item)
{
	uint64_t end = item->offset + item->length;

	info->entries++;
	info->beyond += item->beyond;
	info->kind[log_info_kind(item)]++;
	for (unsigned int bit = 0; bit < LOG_INFO_FLAGS; bit++)
		info->flag[bit] += item->flags >> bit & 1;
	info->written += item->payload;
	if (item->flags & LOGWRITES_DISCARD)
		info->discarded += item->length;
	if (end > info->device)
		info->device = end;
	info->at = item->next;
	return item->mark ? keep_mark(info, item) : 0;
}

static int hash_payload(XXH3_state_t *state, struct logwrites_reader *l, struct err *e)
{
	const void *data;
	size_t len;
	int r;

	while ((r = logwrites_data(l, &data, &len, e)) > 0) {
		XXH3_64bits_update(state, data, len);
		if (interrupted)
			return err_set(e, -EINTR, logwrites_path(l), "interrupted");
	}
	return r;
}

static int read_all(struct log_info *info, struct logwrites_reader *l, XXH3_state_t *state,
		    struct err *e)
{
	struct logwrites_item item;
	int r;

	while ((r = logwrites_next(l, &item, e)) > 0) {
		if (count(info, &item))
			return err_sys(e, -ENOMEM, logwrites_path(l), "count");
		r = state ? hash_payload(state, l, e) : 0;
		if (r)
			return r;
		if (interrupted)
			return err_set(e, -EINTR, logwrites_path(l), "interrupted");
	}
	return r;
}

int log_info_read(struct log_info *ret, struct logwrites_reader *l, bool hash, struct err *e)
{
	XXH3_state_t *state = hash ? XXH3_createState() : NULL;
	int r;

	*ret = (struct log_info){ .at = logwrites_sectorsize(l), .hashed = hash };
	if (hash && !state)
		return err_sys(e, -ENOMEM, logwrites_path(l), "hash");
	if (hash)
		XXH3_64bits_reset(state);
	r = read_all(ret, l, state, e);
	if (hash)
		ret->hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return r;
}

const char *log_info_end(const struct logwrites_reader *l, const struct log_info *info)
{
	switch (logwrites_ended(l)) {
	case LOGWRITES_FULL:
		return "with the end of the log";
	case LOGWRITES_NO_ENTRY:
		return "where no entry follows";
	default:
		return info->at < logwrites_bytes(l)
			       ? "after the entries that it counts; more bytes follow"
			       : "after the entries that it counts";
	}
}

void log_info_release(struct log_info *info)
{
	for (size_t i = 0; i < info->marks; i++)
		free(info->mark[i].text);
	info->marks = 0;
}
