// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/mkfs.h"
#include "daxbench/oplog.h"
#include "lib/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT	  300000 /* ms; a slow emulator on a loaded machine included */
#define MAX_WORDS 24

static const struct mkfs_kind kinds[] = {
	{ "ext4", "ext4", false },
	{ "xfs", "xfs", false },
	{ "xfs-noreflink", "xfs", false },
	{ "xfs-rt", "xfs", true },
};

const struct mkfs_kind *mkfs_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

const char *mkfs_names(void)
{
	return "ext4, xfs, xfs-noreflink, xfs-rt";
}

static void derive_uuid(uint64_t seed, char *buf, size_t len)
{
	uint64_t key = dx_pattern_key(seed);

	/* Version 4, variant 1, by the bits that RFC 4122 wants set. */
	snprintf(buf, len, "64617862-656e-4368-8%03x-%012llx", (unsigned int)(key >> 52),
		 (unsigned long long)(key & 0xffffffffffffULL));
}

/* All words but the devices. */
static void format_ext4(const char *uuid, char *command, size_t len)
{
	snprintf(command, len,
		 "mkfs.ext4 -F -q -L daxbench -b 4096 -U %s -E stride=512,stripe_width=512,"
		 "lazy_itable_init=0,lazy_journal_init=0,nodiscard,hash_seed=%s",
		 uuid, uuid);
}

static void format_xfs(const struct mkfs_kind *kind, const char *uuid, const char *rt_device,
		       char *command, size_t len)
{
	bool plain = strcmp(kind->name, "xfs-noreflink") != 0 && !kind->realtime;

	/* The kernel has no reflink with a realtime device. */
	snprintf(command, len,
		 "mkfs.xfs -f -q -K -L daxbench -m uuid=%s%s -d su=2m,sw=1,agcount=2%s%s", uuid,
		 plain ? "" : ",reflink=0",
		 kind->realtime ? ",rtinherit=1 -r extsize=2m,rtdev=" : "",
		 kind->realtime ? rt_device : "");
}

/* Splits @words at its blanks, in place. */
static size_t split(char *words, char *argv[])
{
	size_t n = 0;

	for (char *word; n < MAX_WORDS - 2 && (word = strsep(&words, " "));)
		argv[n++] = word;
	return n;
}

int mkfs_make(const struct mkfs_kind *kind, const char *device, const char *rt_device,
	      uint64_t seed, char *command, size_t len, struct err *e)
{
	char uuid[40], words[512], *argv[MAX_WORDS] = { NULL };
	size_t n;

	derive_uuid(seed, uuid, sizeof(uuid));
	if (!strcmp(kind->driver, "ext4"))
		format_ext4(uuid, command, len);
	else
		format_xfs(kind, uuid, rt_device, command, len);
	if (snprintf(words, sizeof(words), "%s", command) >= (int)sizeof(words))
		return err_sys(e, -ENAMETOOLONG, device, "mkfs");
	n = split(words, argv);
	argv[n] = (char *)device;
	return proc_run(argv, NULL, 0, TIMEOUT, e);
}
