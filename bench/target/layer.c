// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/layer.h"
#include "bench/target/dm_linear.h"
#include "bench/target/guard.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define ALIGNMENT	(2ULL << 20)
#define PARTITION	1	      /* its number */
#define PARTITION_START (16ULL << 20) /* bytes */
#define PARTITION_TAIL	(4ULL << 20)  /* left over behind it */
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_NS 10000000

struct layer {
	enum layer_kind kind;
	struct guard_claim below[LAYER_MAX_BELOW];
	size_t n_below;
	char node[80];
	struct dm_linear *dm; /* NULL: it is a partition */
	bool partition;	      /* there is one */
};

static const struct {
	const char *name;
	size_t width;
} kinds[] = {
	[LAYER_PARTITION] = { "partition", 1 },
	[LAYER_LINEAR] = { "linear", 1 },
	[LAYER_SPAN] = { "span", 2 },
	[LAYER_SECTOR] = { "sector", 1 },
};

bool layer_find(const char *name, enum layer_kind *ret)
{
	for (size_t i = LAYER_PARTITION; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name)) {
			*ret = (enum layer_kind)i;
			return true;
		}
	return false;
}

const char *layer_names(void)
{
	return "partition, linear, span, sector";
}

const char *layer_name(enum layer_kind kind)
{
	return kinds[kind].name;
}

size_t layer_width(enum layer_kind kind)
{
	return kind == LAYER_NONE ? 1 : kinds[kind].width;
}

bool layer_is_device(enum layer_kind kind)
{
	return kind != LAYER_NONE && kind != LAYER_SECTOR;
}

/* ---- a partition that only the kernel knows of: nothing is written for it ---- */

static int partition_call(const struct layer *l, int op, uint64_t start, uint64_t length)
{
	struct blkpg_partition part = { .pno = PARTITION,
					.start = (long long)start,
					.length = (long long)length };
	struct blkpg_ioctl_arg arg = { .op = op, .datalen = sizeof(part), .data = &part };
	AUTO_CLOSE int fd = open(l->below[0].id.path, O_RDONLY | O_CLOEXEC);

	return fd < 0 || ioctl(fd, BLKPG, &arg) ? -errno : 0;
}

static int make_partition(struct layer *l, struct err *e)
{
	const struct guard_identity *disk = &l->below[0].id;
	size_t len = strlen(disk->path);
	uint64_t end = (disk->size - PARTITION_TAIL) & ~(ALIGNMENT - 1);
	bool digit = disk->path[len - 1] >= '0' && disk->path[len - 1] <= '9';
	int r = partition_call(l, BLKPG_ADD_PARTITION, PARTITION_START, end - PARTITION_START);

	if (r)
		return err_sys(e, r, disk->path, "make a partition");
	l->partition = true;
	snprintf(l->node, sizeof(l->node), "%s%s%d", disk->path, digit ? "p" : "", PARTITION);
	return 0;
}

/* Whoever had it mounted or open a moment ago may not have let go of it yet. */
static void remove_partition(const struct layer *l)
{
	static const struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NS };

	for (int i = 0; partition_call(l, BLKPG_DEL_PARTITION, 0, 0) == -EBUSY; i++) {
		if (i == REMOVE_TRIES)
			return;
		nanosleep(&pause, NULL);
	}
}

/* ---- halves of devices, from the last to the first ---- */

static int make_linear(struct layer *l, struct err *e)
{
	struct dm_linear_piece piece[2 * LAYER_MAX_BELOW];
	char name[64];
	size_t n = 0;
	int r;

	for (size_t i = l->n_below; i-- > 0;) {
		const struct guard_identity *disk = &l->below[i].id;
		uint64_t half = disk->size / 2 & ~(ALIGNMENT - 1);

		piece[n++] = (struct dm_linear_piece){ disk->dev, half, half };
		piece[n++] = (struct dm_linear_piece){ disk->dev, 0, half };
	}
	snprintf(name, sizeof(name), "daxbench-%s", strrchr(l->below[0].id.path, '/') + 1);
	r = dm_linear_make(name, piece, n, &l->dm, e);
	if (!r)
		snprintf(l->node, sizeof(l->node), "%s", dm_linear_node(l->dm));
	return r;
}

/* ---- both ---- */

static int claim_below(struct layer *l, const char *node, struct err *e)
{
	struct guard_claim *claim = &l->below[l->n_below];
	int r = guard_device(node, claim, e);

	if (r)
		return r;
	l->n_below++;
	if (claim->id.size >= GUARD_MIN_BYTES + PARTITION_START + PARTITION_TAIL)
		return 0;
	return err_set(e, -ENOSPC, node, "is too small for a %s layer", layer_kind_name(l));
}

int layer_make(enum layer_kind kind, const char *const below[], struct layer **ret, struct err *e)
{
	struct layer *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return err_sys(e, -ENOMEM, "layer", "make");
	l->kind = kind;
	for (size_t i = 0; !r && i < layer_width(kind); i++)
		r = claim_below(l, below[i], e);
	if (!r)
		r = kind == LAYER_PARTITION ? make_partition(l, e) : make_linear(l, e);
	if (r)
		layer_remove(l);
	else
		*ret = l;
	return r;
}

const char *layer_kind_name(const struct layer *l)
{
	return layer_name(l->kind);
}

const char *layer_node(const struct layer *l)
{
	return l->node;
}

const char *layer_below(const struct layer *l)
{
	return l->below[0].id.path;
}

void layer_remove(struct layer *l)
{
	if (!l)
		return;
	if (l->partition)
		remove_partition(l);
	dm_linear_remove(l->dm);
	for (size_t i = 0; i < l->n_below; i++)
		guard_release(&l->below[i]);
	free(l);
}
