// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/dm_linear.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR	    512U
#define UUID_PREFIX "DAXBENCH-" /* by which leftover.c knows it */

struct dm_linear {
	char name[64], node[32];
	int fd; /* keeps it there */
};

/* libdevmapper speaks: to nobody, its errno is enough. */
__attribute__((format(printf, 5, 6))) static void hear_nothing(int level, const char *file,
							       int line, int code,
							       const char *format, ...)
{
	(void)level, (void)file, (void)line, (void)code, (void)format;
}

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task;

	dm_log_with_errno_init(hear_nothing);
	task = dm_task_create(type);
	if (task && !dm_task_set_name(task, name)) {
		dm_task_destroy(task);
		return NULL;
	}
	return task;
}

static int run(struct dm_task *task)
{
	int code;

	if (dm_task_run(task))
		return 0;
	code = dm_task_get_errno(task);
	return code ? -code : -EIO;
}

static int add_pieces(struct dm_task *task, const struct dm_linear_piece piece[], size_t n)
{
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		char params[64];

		snprintf(params, sizeof(params), "%u:%u %llu", major(piece[i].device),
			 minor(piece[i].device), (unsigned long long)(piece[i].start / SECTOR));
		if (!dm_task_add_target(task, at / SECTOR, piece[i].length / SECTOR, "linear",
					params))
			return -ENOMEM;
		at += piece[i].length;
	}
	return 0;
}

/* The device with its table, going. */
static int create(struct dm_linear *dm, const struct dm_linear_piece piece[], size_t n)
{
	struct dm_task *task = new_task(DM_DEVICE_CREATE, dm->name);
	struct dm_info info;
	char uuid[96];
	int r;

	if (!task)
		return -ENOMEM;
	snprintf(uuid, sizeof(uuid), UUID_PREFIX "%s", dm->name);
	r = dm_task_set_uuid(task, uuid) ? add_pieces(task, piece, n) : -ENOMEM;
	if (!r)
		r = run(task);
	if (!r && !dm_task_get_info(task, &info))
		r = -EIO;
	if (!r)
		snprintf(dm->node, sizeof(dm->node), "/dev/dm-%u", info.minor);
	dm_task_destroy(task);
	return r;
}

static int remove_device(const struct dm_linear *dm, bool deferred)
{
	struct dm_task *task = new_task(DM_DEVICE_REMOVE, dm->name);
	int r;

	if (!task)
		return -ENOMEM;
	r = (deferred ? dm_task_deferred_remove(task) : dm_task_retry_remove(task)) ? run(task)
										    : -EIO;
	dm_task_destroy(task);
	return r;
}

/* While our removal would go on behind our back, nobody could tell when it is done. */
static void cancel_deferred(const struct dm_linear *dm)
{
	struct dm_task *task = new_task(DM_DEVICE_TARGET_MSG, dm->name);

	if (task && dm_task_set_sector(task, 0) &&
	    dm_task_set_message(task, "@cancel_deferred_remove"))
		run(task);
	if (task)
		dm_task_destroy(task);
}

static int hold(struct dm_linear *dm)
{
	int r;

	dm->fd = open(dm->node, O_RDONLY | O_CLOEXEC);
	r = dm->fd < 0 ? -errno : 0;
	return r ? r : remove_device(dm, true);
}

int dm_linear_make(const char *name, const struct dm_linear_piece piece[], size_t n,
		   struct dm_linear **ret, struct err *e)
{
	struct dm_linear *dm = calloc(1, sizeof(*dm));
	int r;

	if (!dm)
		return err_sys(e, -ENOMEM, name, "make");
	dm->fd = -1;
	snprintf(dm->name, sizeof(dm->name), "%s", name);
	r = create(dm, piece, n);
	if (r) {
		free(dm);
		err_sys(e, r, name, "make a device-mapper device");
		return err_hint(e, "the kernel needs dm_mod, built in or among its modules");
	}
	r = hold(dm);
	if (r) {
		err_sys(e, r, dm->node, "open");
		dm_linear_remove(dm);
		return r;
	}
	*ret = dm;
	return 0;
}

const char *dm_linear_node(const struct dm_linear *dm)
{
	return dm->node;
}

void dm_linear_remove(struct dm_linear *dm)
{
	if (!dm)
		return;
	cancel_deferred(dm);
	if (dm->fd >= 0)
		close(dm->fd);
	remove_device(dm, false);
	free(dm);
}
