// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX 8192 /* the kernel's CONSOLE_EXT_LOG_MAX, at most */
#define WARNING	   4
#define LEVELS	   8 /* syslog: facility * 8 + level */

/* In a message of whatever level. */
static const char *const bad_words[] = { "corrupt", "Internal error", "I/O error",
					 "BUG",	    "WARNING",	      "Call Trace" };

/* What clean mounts say at these levels. */
static const struct {
	const char *words, *why;
} usual[] = {
	{ " callbacks suppressed", "the kernel says \"mounted\" less often: it mounts often" },
	{ "hrtimer: interrupt took", "of an emulator that was not given the CPU for a while" },
	{ "perf: interrupt took too long", "likewise" },
	{ "clocksource: ", "likewise" },
	{ "TSC found unstable after boot", "likewise: kernel/sched/clock.c" },
	{ "NOHZ tick-stop error", "likewise: kernel/time/tick-sched.c" },
	{ "hogged CPU for >", "likewise: kernel/workqueue.c, 6.6 and later" },
	{ "DAX enabled. Warning: EXPERIMENTAL", "each mount of XFS with DAX, 6.1; 6.12 has not" },
};

int kmsg_open(struct err *e)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? err_sys(e, -errno, "/dev/kmsg", "open") : fd;
}

void kmsg_skip(int fd)
{
	lseek(fd, 0, SEEK_END);
}

static bool has_bad_words(const char *text)
{
	for (size_t i = 0; i < sizeof(bad_words) / sizeof(bad_words[0]); i++)
		if (strstr(text, bad_words[i]))
			return true;
	return false;
}

static bool is_usual(const char *text)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strstr(text, usual[i].words))
			return true;
	return false;
}

const char *kmsg_news(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text++;
	text[strcspn(text, "\n")] = '\0'; /* behind it: which device, for programs */
	if (is_usual(text))
		return NULL;
	return strtol(record, NULL, 10) % LEVELS <= WARNING || has_bad_words(text) ? text : NULL;
}

/* Returns what is used of @buf then. */
static size_t add_line(char *buf, size_t len, size_t used, const char *line)
{
	static const char more[] = "(and more)\n";
	size_t n = strlen(line);

	if (used + n + 1 + sizeof(more) <= len)
		return used + (size_t)snprintf(buf + used, len - used, "%s\n", line);
	if (used + sizeof(more) <= len && (!used || !strstr(buf, more)))
		used += (size_t)snprintf(buf + used, len - used, "%s", more);
	return used;
}

size_t kmsg_take(int fd, char *buf, size_t len)
{
	char record[RECORD_MAX + 1];
	size_t used = 0;

	buf[0] = '\0';
	for (;;) {
		ssize_t got = read(fd, record, RECORD_MAX);
		const char *news;

		if (got < 0 && errno == EPIPE) { /* overwritten before it was read */
			used = add_line(buf, len, used, "(lost: the kernel said too much)");
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return used;
		record[got] = '\0';
		news = kmsg_news(record);
		if (news)
			used = add_line(buf, len, used, news);
	}
}
