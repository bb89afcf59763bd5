// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/dx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What dx_setup() owns beside the struct that the workload sees. */
struct dx_owned {
	struct dx dx; /* first: a struct dx pointer is this one's */
	void *shared;
	size_t shared_size;
};

/* Workers, their buffers and the private state: one shared mapping, laid out in this order. */
static int map_shared(struct dx_owned *o, size_t priv_size)
{
	size_t workers = (sizeof(struct dx_worker) * DX_MAX_WORKERS + DX_PAGE - 1) & ~(DX_PAGE - 1);
	unsigned char *p;

	o->shared_size = workers + DX_MAX_WORKERS * DX_BUFFER + priv_size;
	p = mmap(NULL, o->shared_size, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	o->shared = p;
	o->dx.worker = (struct dx_worker *)p;
	for (uint32_t i = 0; i < DX_MAX_WORKERS; i++) {
		struct dx_worker *w = &o->dx.worker[i];

		w->dx = &o->dx;
		w->id = i;
		w->buf = p + workers + i * DX_BUFFER;
		w->buf_size = DX_BUFFER;
	}
	o->dx.priv = p + workers + DX_MAX_WORKERS * DX_BUFFER;
	/* Worker 0's buffer is touched here: a page fault of ours is not the workload's. */
	memset(o->dx.worker[0].buf, 0x5a, DX_BUFFER);
	return 0;
}

int dx_setup(struct dx **ret, const struct selection *s, struct target *t, const char *cell,
	     uint64_t seed, struct err *e)
{
	struct dx_owned *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return err_sys(e, -ENOMEM, cell, "set up the workload");
	o->dx.workload = s->workload;
	o->dx.seed = seed;
	o->dx.root = -1;
	o->dx.workers = 1;
	memcpy(o->dx.values, s->values, sizeof(o->dx.values));
	r = map_shared(o, s->workload->priv_size);
	if (r) {
		err_sys(e, r, cell, "mmap of the workers' buffers");
		goto fail;
	}
	if (t) {
		o->dx.env = target_env_ops(t);
		o->dx.env_data = t;
		o->dx.device = target_as_device(t);
		r = target_cell(t, cell, &o->dx.root, e);
		if (r)
			goto fail;
	}
	*ret = &o->dx;
	return 0;
fail:
	dx_teardown(&o->dx);
	return r;
}

int dx_prepare(struct dx *dx, uint64_t n)
{
	dx->n = n;
	dx->why = NULL;
	if (dx->workload->priv_size)
		memset(dx->priv, 0, dx->workload->priv_size);
	return dx->workload->prepare ? dx->workload->prepare(dx, &dx->worker[0], n) : 0;
}

int dx_run(struct dx *dx, uint64_t n)
{
	return dx->workload->run(dx, &dx->worker[0], n);
}

int dx_prepare_failed(const struct dx *dx, int r, const char *stage, struct err *e)
{
	if (dx->why)
		return err_set(e, r, dx->workload->name, "%s", dx->why);
	if (r != -ENOSPC)
		return err_sys(e, r, dx->workload->name, stage);
	err_set(e, -EOPNOTSUPP, dx->workload->name, "the device is too small for these parameters");
	return err_hint(e, "--nvdimm-size gives a guest larger ones");
}

int dx_run_failed(const struct dx *dx, int r, const char *stage, struct err *e)
{
	err_sys(e, r, dx->workload->name, stage);
	if (r == -EOPNOTSUPP || r == -ENOSPC)
		e->code = -EIO;
	return e->code;
}

void dx_finish(struct dx *dx)
{
	if (dx->workload->finish)
		dx->workload->finish(dx, &dx->worker[0]);
}

void dx_teardown(struct dx *dx)
{
	struct dx_owned *o = (struct dx_owned *)dx;

	if (!o)
		return;
	if (o->dx.root >= 0)
		close(o->dx.root);
	if (o->shared)
		munmap(o->shared, o->shared_size);
	free(o);
}
