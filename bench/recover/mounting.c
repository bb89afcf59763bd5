// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/mounting.h"
#include "bench/target/namespace.h"
#include "emulate/emulate.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>

/*
 * 2037-01-01: later than anything that was recorded, as e2fsck complains of times in the
 * future, and before what 32 bits can say, which some XFS have.
 */
#define INSTANT	     2114380800
#define BUSY_RETRIES 100

int mounting_choose(struct mounting *m, const char *fs, struct err *e)
{
	int r = 0;

	m->kind = mkfs_find(fs);
	if (!m->kind)
		return err_set(e, -EINVAL, fs, "no such file system here");
	if (!m->device[0])
		r = namespace_find_fsdax(EMULATE_DATA, m->device, sizeof(m->device), e);
	if (!r && m->kind->realtime && !m->rt_device[0])
		r = namespace_find_fsdax(EMULATE_DATA2, m->rt_device, sizeof(m->rt_device), e);
	return r;
}

void mounting_set_clock(void)
{
	const struct timespec instant = { .tv_sec = INSTANT };

	clock_settime(CLOCK_REALTIME, &instant);
}

int mounting_mount(const struct mounting *m)
{
	char options[160];

	mkfs_mount_options(m->kind, m->rt_device, options, sizeof(options));
	mounting_set_clock();
	/* Reading is not to write. */
	return mount(m->device, MOUNTING_POINT, m->kind->driver, MS_NOATIME | MS_NODIRATIME,
		     options)
		       ? errno
		       : 0;
}

int mounting_umount(void)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };

	mounting_set_clock();
	for (int tries = 0; umount(MOUNTING_POINT); tries++) {
		if (errno != EBUSY || tries == BUSY_RETRIES)
			return errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}
