// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log of dm-log-writes in figures, or entry by entry; for people, or as JSON. The JSON
 * of --info is one object; of --list a line for the log and one for each entry:
 *
 *	{"schema":"daxbench-log-1","log":"sda.log","sectorsize":512,"counted":5}
 *	{"entry":0,"at":512,"kind":"write","flags":["FUA"],"sector":8,"nr_sectors":8}
 *	{"entry":1,"at":5120,"kind":"mark","flags":["MARK"],"mark":"mkfs"}
 *
 * "beyond" is there, and true, where the super block does not count the entry.
 */
#include "bench/cmd/cmd_replay.h"
#include "bench/interrupt.h"
#include "bench/replay/log_info.h"
#include "lib/cleanup.h"
#include "lib/tame.h"
#include "lib/units.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define SCHEMA "daxbench-log-1"

char *replay_flags_text(uint64_t flags, char *buf, size_t len)
{
	size_t used = 0;
	const char *name;

	snprintf(buf, len, "NONE");
	for (unsigned int bit = 0; (name = log_info_flag_name(bit)); bit++)
		if (flags >> bit & 1 && used < len)
			used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? "|" : "",
						 name);
	return buf;
}

/* Prints and drops @line. */
static int print_json(json_t *line)
{
	AUTO_FREE char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	json_decref(line);
	return text && puts(text) >= 0 ? 0 : -ENOMEM;
}

static json_t *text_json(const char *text)
{
	AUTO_FREE char *copy = strdup(text);

	if (!copy)
		return NULL;
	tame_ascii(copy);
	return json_string(copy);
}

static json_t *head_json(const struct logwrites_reader *l)
{
	return json_pack("{s:s, s:o, s:I, s:I}", "schema", SCHEMA, "log",
			 text_json(logwrites_path(l)), "sectorsize",
			 (json_int_t)logwrites_sectorsize(l), "counted",
			 (json_int_t)(logwrites_counted(l) & INT64_MAX));
}

static json_t *flags_json(uint64_t flags)
{
	json_t *list = json_array();
	const char *name;

	for (unsigned int bit = 0; (name = log_info_flag_name(bit)); bit++)
		if (flags >> bit & 1)
			json_array_append_new(list, json_string(name));
	return list;
}

/* ---- figures ---- */

static json_t *marks_json(const struct log_info *info)
{
	json_t *list = json_array();

	for (size_t i = 0; i < info->marks; i++)
		json_array_append_new(list, json_pack("{s:I, s:o}", "entry",
						      (json_int_t)info->mark[i].entry, "mark",
						      text_json(info->mark[i].text)));
	return list;
}

static void set_counts(json_t *o, const struct log_info *info)
{
	for (unsigned int i = 0; i < LOG_INFO_KINDS; i++)
		json_object_set_new(o, log_info_kind_name(i),
				    json_integer((json_int_t)info->kind[i]));
}

static int info_json(const struct logwrites_reader *l, const struct log_info *info,
		     const char *ends)
{
	json_t *o = head_json(l), *kinds = json_object(), *flags = json_object();
	char hash[24];
	const char *name;

	set_counts(kinds, info);
	for (unsigned int bit = 0; (name = log_info_flag_name(bit)); bit++)
		json_object_set_new(flags, name, json_integer((json_int_t)info->flag[bit]));
	json_object_set_new(o, "entries", json_integer((json_int_t)info->entries));
	json_object_set_new(o, "beyond", json_integer((json_int_t)info->beyond));
	json_object_set_new(o, "kinds", kinds);
	json_object_set_new(o, "with_flag", flags);
	json_object_set_new(o, "written_bytes", json_integer((json_int_t)info->written));
	json_object_set_new(o, "discarded_bytes",
			    json_integer((json_int_t)(info->discarded & INT64_MAX)));
	json_object_set_new(o, "device_bytes", json_integer((json_int_t)info->device));
	json_object_set_new(o, "end_byte", json_integer((json_int_t)info->at));
	json_object_set_new(o, "ends", text_json(ends));
	json_object_set_new(o, "marks", marks_json(info));
	snprintf(hash, sizeof(hash), "0x%016" PRIx64, info->hash);
	if (info->hashed)
		json_object_set_new(o, "payload_xxh3", json_string(hash));
	return print_json(o);
}

static void print_marks(const struct log_info *info)
{
	uint64_t all = info->kind[LOG_INFO_MARK];

	for (size_t i = 0; i < info->marks; i++)
		tame_print(stdout, "%-10s%s, entry %" PRIu64, i ? "" : "marks", info->mark[i].text,
			   info->mark[i].entry);
	if (all > info->marks)
		printf("%-10sand %" PRIu64 " more: --list has all\n", "", all - info->marks);
}

static void print_flags(const struct log_info *info)
{
	const char *name;

	printf("flags    ");
	for (unsigned int bit = 0; (name = log_info_flag_name(bit)); bit++)
		printf(" %s %" PRIu64, name, info->flag[bit]);
	putchar('\n');
}

static void print_info(const struct logwrites_reader *l, const struct log_info *info,
		       const char *ends)
{
	char size[24];

	tame_print(stdout, "log       %s: version 1, sectors of %" PRIu32 " bytes",
		   logwrites_path(l), logwrites_sectorsize(l));
	printf("entries   %" PRIu64 "; the super block counts %" PRIu64, info->entries,
	       logwrites_counted(l));
	if (info->beyond)
		printf(", %" PRIu64 " are beyond that", info->beyond);
	printf("\nkinds    ");
	for (unsigned int i = 0; i < LOG_INFO_KINDS; i++)
		printf(" %s %" PRIu64, log_info_kind_name(i), info->kind[i]);
	putchar('\n');
	print_flags(info);
	printf("written   %" PRIu64 " bytes (%s)\n", info->written,
	       units_format_size(info->written, size, sizeof(size)));
	printf("discarded %" PRIu64 " bytes\n", info->discarded);
	if (info->device)
		printf("highest   sector %" PRIu64 ": a device of %" PRIu64 " bytes or more\n",
		       info->device / logwrites_sectorsize(l) - 1, info->device);
	print_marks(info);
	if (info->hashed)
		printf("payload   XXH3 %016" PRIx64 "\n", info->hash);
	tame_print(stdout, "ends      at byte %" PRIu64 " of %" PRIu64 ", %s", info->at,
		   logwrites_bytes(l), ends);
}

int replay_show_info(struct logwrites_reader *l, bool hash, bool json, struct err *e)
{
	struct log_info info;
	const char *ends;
	int r = log_info_read(&info, l, hash, e);

	ends = r ? e->what : log_info_end(l, &info);
	if (!json)
		print_info(l, &info, ends);
	else if (info_json(l, &info, ends) && !r)
		r = err_sys(e, -ENOMEM, logwrites_path(l), "print");
	log_info_release(&info);
	return r;
}

/* ---- entries ---- */

static int entry_json(const struct logwrites_item *item)
{
	json_t *o = json_pack("{s:I, s:I, s:s, s:o}", "entry", (json_int_t)item->number, "at",
			      (json_int_t)item->at, "kind", log_info_kind_name(log_info_kind(item)),
			      "flags", flags_json(item->flags));

	if (item->nr_sectors) {
		json_object_set_new(o, "sector", json_integer((json_int_t)item->sector));
		json_object_set_new(o, "nr_sectors", json_integer((json_int_t)item->nr_sectors));
	}
	if (item->mark)
		json_object_set_new(o, "mark", text_json(item->mark));
	if (item->beyond)
		json_object_set_new(o, "beyond", json_true());
	return print_json(o);
}

static void print_entry(const struct logwrites_item *item)
{
	char flags[64];

	printf("%10" PRIu64 " %14" PRIu64 "  %-8s", item->number, item->at,
	       log_info_kind_name(log_info_kind(item)));
	if (item->nr_sectors)
		printf("%12" PRIu64 " +%-8" PRIu64 " ", item->sector, item->nr_sectors);
	if (item->beyond)
		printf("beyond the count ");
	if (item->mark)
		tame_print(stdout, "%s", item->mark);
	else
		puts(replay_flags_text(item->flags, flags, sizeof(flags)));
}

int replay_show_list(struct logwrites_reader *l, uint64_t from, uint64_t to, bool json,
		     struct err *e)
{
	struct logwrites_item item = { 0 };
	int r;

	if (json && print_json(head_json(l)))
		return err_sys(e, -ENOMEM, logwrites_path(l), "print");
	if (!json)
		printf("%10s %14s  %-8s%12s +%s\n", "ENTRY", "BYTE", "KIND", "SECTOR", "SECTORS");
	while ((r = logwrites_next(l, &item, e)) > 0 && !ferror(stdout)) {
		if (interrupted)
			return err_set(e, -EINTR, logwrites_path(l), "interrupted");
		if (item.number < from)
			continue;
		if (!json)
			print_entry(&item);
		else if (entry_json(&item))
			return err_sys(e, -ENOMEM, logwrites_path(l), "print");
		if (item.number >= to)
			return 0;
	}
	return r < 0 ? r : 0;
}
