// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/blank.h"
#include "bench/interrupt.h"
#include "bench/target/namespace.h"
#include "daxbench/workload.h"
#include "emulate/qemu.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

int blank_namespace(struct err *e)
{
	char node[64];

	return namespace_make(EMULATE_DATA, "fsdax", DX_PMD, node, sizeof(node), e);
}

static int boot(const struct emulate_job *like, int fd, struct err *e)
{
	static char *const argv[] = { (char *)"daxbench", (char *)"recover", (char *)"--namespace",
				      NULL };
	struct emulate_job job = *like;
	struct emulate_outcome outcome;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	job.nvdimm_file[EMULATE_DATA] = path;
	job.argv = argv;
	job.cpus = 1;
	job.deterministic = false;
	job.trace_dir = NULL;
	job.interrupted = &interrupted;
	r = emulate_run(&job, &outcome, e);
	if (!r && outcome.exit_status)
		r = err_set(e, -EIO, "guest", "makes no fsdax namespace: exit status %d",
			    outcome.exit_status);
	return r;
}

static int read_head(int fd, void **ret, struct err *e)
{
	void *head = malloc(BLANK_BYTES);

	if (!head)
		return err_sys(e, -ENOMEM, "guest", "read its NVDIMM");
	if (pread(fd, head, BLANK_BYTES, 0) == (ssize_t)BLANK_BYTES) {
		*ret = head;
		return 0;
	}
	free(head);
	return err_sys(e, -EIO, "guest", "read its NVDIMM");
}

int blank_make(const struct emulate_job *job, void **ret, struct err *e)
{
	AUTO_CLOSE int fd = memfd_create("daxbench-blank", MFD_CLOEXEC);
	int r;

	if (fd < 0 || ftruncate(fd, (off_t)qemu_nvdimm_bytes(job, EMULATE_DATA)))
		return err_sys(e, -errno, "guest", "make its NVDIMM");
	r = boot(job, fd, e);
	return r ? r : read_head(fd, ret, e);
}
