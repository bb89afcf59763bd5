// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device goes away under a mapping: kill_dev_dax() in drivers/dax/bus.c unmaps it from
 * whoever has it, and a fault from then on is SIGBUS. Before that is timed it is proved: by
 * a process that must die.
 */
#include "workloads/device.h"

static int touch_and_die(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	(void)n;
	dx_load64(w, &s->map, 0);
	return -EIO; /* it lives */
}

static int map_and_touch(struct dx *dx, struct dx_worker *w)
{
	struct mapped *s = dx_priv(dx);
	int r = map_devdax(dx, w, s, dx_param(dx, "faults") * dx->device.align);

	for (uint64_t off = 0; !r && off < s->map.length; off += dx->device.align)
		dx_store64(w, &s->map, off);
	return r;
}

static int prove(struct dx *dx)
{
	int r = dx_spawn(dx, 1, DX_PROCESS, touch_and_die);

	if (!r)
		r = dx_join(dx);
	return r == -ECANCELED ? 0 : r ? r : -EIO;
}

static int bind_again(struct dx *dx, struct dx_worker *w)
{
	close_device(dx, w);
	return dx_env_bind(w);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = map_and_touch(dx, w), bound;

	(void)n;
	if (!r)
		r = dx_env_unbind(w);
	if (r == -EOPNOTSUPP)
		return dx_refuse(dx, r,
				 "a device is taken from its driver in daxbench's guest only");
	if (r)
		return r;
	r = prove(dx);
	bound = bind_again(dx, w);
	if (!r)
		r = bound ? bound : map_and_touch(dx, w);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	(void)n;
	return dx_env_unbind(w);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	bind_again(dx, w);
}

DX_WORKLOAD(devdax_unbind)
= {
	.name = "devdax-unbind",
	.title = "Device-dax taken from its driver while mapped: who touches it dies",
	.op = "unbind",
	.groups = "device",
	.needs = DX_NEED_DEVDAX,
	.max_ops = 1,
	.priv_size = sizeof(struct mapped),
	.params = { { "faults", "faults", 8, 1, 64, "2 MiB (or 4 KiB) faults in the mapping" } },
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_no_dax,
};
