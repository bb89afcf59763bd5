// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/sysfs.h"
#include "lib/file.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One part of a path: @len bytes at @part. */
static bool is_plain(const char *part, size_t len)
{
	return len && strncmp(part, ".", len) != 0 && strncmp(part, "..", len) != 0;
}

int sysfs_check(const char *text)
{
	const char *value = strchr(text, '=');

	if (!value || !value[1] || strlen(text) >= PATH_MAX - sizeof("/sys/"))
		return -EINVAL;
	for (const char *part = text; part < value;) {
		size_t len = strcspn(part, "/=");

		if (!is_plain(part, len))
			return -EINVAL;
		part += len + (part[len] == '/');
	}
	return value == text || value[-1] == '/' ? -EINVAL : 0;
}

int sysfs_set(const char *text, struct err *e)
{
	const char *value = strchr(text, '=');
	char path[PATH_MAX];
	int r;

	if (sysfs_check(text))
		return err_set(e, -EINVAL, text, "is no FILE=VALUE of a file below /sys");
	snprintf(path, sizeof(path), "/sys/%.*s", (int)(value - text), text);
	r = file_poke(path, value + 1);
	if (r == -ENOENT) {
		err_set(e, r, path, "this kernel has no such file");
		return err_hint(e, "is it the kernel that you mean? --kernel names another one");
	}
	return r ? err_sys(e, r, path, "write to it") : 0;
}
