// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/agent.h"
#include "bench/recover/kmsg.h"
#include "bench/recover/mailbox.h"
#include "bench/recover/mounting.h"
#include "bench/recover/prove.h"
#include "bench/recover/walk.h"
#include "bench/target/log_device.h"
#include "bench/target/namespace.h"
#include "daxbench/oplog.h"
#include "emulate/guest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Between two looks at the mailbox: an idle guest leaves the host's CPU to others. */
#define LOOK_NS	  100000
#define LOG_MAX	  (64U << 10)
#define PATH_ROOM (sizeof(MOUNTING_POINT) + sizeof(((struct mailbox *)0)->dir) + 2)

struct agent {
	struct log_device memory;
	struct mailbox *mailbox;
	int kmsg;
	struct mounting mounting;
	char log[LOG_MAX];
};

static void add_log(struct agent *a, struct dump_out *out)
{
	size_t len = kmsg_take(a->kmsg, a->log, sizeof(a->log));

	if (len)
		dump_out_add(out, DUMP_LOG, NULL, a->log, len);
}

/* ---- questions ---- */

static void add_step(struct dump_out *out, enum dump_step step, int error)
{
	dump_out_step(out, step, error, error ? strerror(error) : "");
}

static void recover(struct agent *a, struct dump_out *out)
{
	const struct mailbox *box = a->mailbox;
	char path[PATH_ROOM];
	int error;

	if (a->mounting.kind->fsck_first)
		prove_repair(&a->mounting, out);
	error = mounting_mount(&a->mounting);
	add_step(out, DUMP_MOUNT, error);
	if (error)
		return;
	snprintf(path, sizeof(path), MOUNTING_POINT "/%.*s", (int)sizeof(box->dir) - 1, box->dir);
	walk_tree(path, out);
	add_step(out, DUMP_UMOUNT, mounting_umount());
}

static int set_barriers(const struct mounting *m, bool on)
{
	struct err e;
	int r = namespace_set_write_cache(m->device, NAMESPACE_DEVICE_CACHE, on, &e);

	if (!r && m->kind->realtime)
		r = namespace_set_write_cache(m->rt_device, NAMESPACE_DEVICE_CACHE, on, &e);
	return -r;
}

/* What is stored between the marks is all that recovery does, and nothing else. */
static void record(struct agent *a, struct dump_out *out)
{
	int error = set_barriers(&a->mounting, !a->mailbox->no_barriers);

	dx_mark(0, a->mailbox->asked, DX_MARK_START);
	if (!error)
		error = mounting_mount(&a->mounting);
	add_step(out, DUMP_MOUNT, error);
	if (!error)
		add_step(out, DUMP_UMOUNT, mounting_umount());
	dx_mark(0, 0, DX_MARK_STOP);
}

static void prove(struct agent *a, struct dump_out *out)
{
	const char *what = "mount";
	char text[160] = "";
	int error, later;

	prove_fsck(&a->mounting, out);
	error = mounting_mount(&a->mounting);
	if (!error) {
		error = prove_write(&what);
		later = mounting_umount();
		if (!error && later) {
			error = later;
			what = "unmount";
		}
	}
	if (error)
		snprintf(text, sizeof(text), "%s: %s", what, strerror(error));
	dump_out_step(out, DUMP_WRITE, error, text);
}

static void answer(struct agent *a, struct dump_out *out)
{
	const struct mailbox *box = a->mailbox;
	char fs[sizeof(box->fs)];
	struct err e;

	snprintf(fs, sizeof(fs), "%.*s", (int)sizeof(box->fs) - 1, box->fs);
	kmsg_skip(a->kmsg);
	if (mounting_choose(&a->mounting, fs, &e))
		dump_out_step(out, DUMP_MOUNT, -e.code, e.what);
	else if (box->what == MAILBOX_PROVE)
		prove(a, out);
	else if (box->what == MAILBOX_RECORD)
		record(a, out);
	else
		recover(a, out);
	add_log(a, out);
}

/* Whether anybody fills @reads we see by what the host finds there. */
static void answer_watched(struct agent *a, uint64_t asked)
{
	struct mailbox *box = a->mailbox;
	struct dx_trace_reads *reads = (void *)((char *)box + MAILBOX_READS);
	struct dump_out out;

	dump_out_begin(&out, (char *)box + MAILBOX_DUMP, a->memory.size - MAILBOX_DUMP);
	reads->fills = 0;
	dx_mark(0, 0, DX_MARK_READS_BEGIN);
	answer(a, &out);
	dx_mark(MAILBOX_RUNS, (uintptr_t)reads, DX_MARK_READS);
	box->dump_bytes = dump_out_end(&out);
	__atomic_store_n(&box->answered, asked, __ATOMIC_RELEASE);
}

static void serve(struct agent *a)
{
	static const struct timespec look = { .tv_nsec = LOOK_NS };
	struct mailbox *box = a->mailbox;

	memset(box, 0, sizeof(*box));
	__atomic_store_n(&box->magic, MAILBOX_MAGIC, __ATOMIC_RELEASE);
	for (;;) {
		uint64_t asked = __atomic_load_n(&box->asked, __ATOMIC_ACQUIRE);

		if (asked == box->answered)
			nanosleep(&look, NULL);
		else if (box->what == MAILBOX_END)
			return;
		else
			answer_watched(a, asked);
	}
}

/* ---- from beginning to end ---- */

static int map_memory(struct agent *a, struct err *e)
{
	void *map = mmap(NULL, a->memory.size, PROT_READ | PROT_WRITE, MAP_SHARED, a->memory.fd, 0);

	if (map == MAP_FAILED)
		return err_sys(e, -errno, "mailbox", "map");
	a->mailbox = map;
	serve(a);
	munmap(map, a->memory.size);
	return 0;
}

static int open_memory(struct agent *a, struct err *e)
{
	int r = log_device_open_nvdimm(&a->memory, e);

	if (r)
		return r;
	r = map_memory(a, e);
	log_device_close(&a->memory);
	return r;
}

int agent_serve(struct err *e)
{
	static struct agent agent;
	int r;

	if (!guest_is_ours()) {
		err_set(e, -EPERM, "recover", "serves the host of a guest that daxbench booted");
		return err_hint(e, "\"daxbench check\" boots such guests as it needs them");
	}
	agent.kmsg = kmsg_open(e);
	if (agent.kmsg < 0)
		return agent.kmsg;
	r = open_memory(&agent, e);
	close(agent.kmsg);
	return r;
}
