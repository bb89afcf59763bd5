// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events and what is counted (fs/dax.c and include/trace/events/fs_dax.h, 6.1
 * and 6.12):
 *
 *	dax_pte_fault_done	one 4 KiB fault ended; result says how. With RETRY
 *				or ERROR nothing was mapped and the fault comes
 *				again, so it is not counted.
 *	dax_pmd_fault_done	the same for 2 MiB; FALLBACK: the kernel goes on
 *				with a 4 KiB fault, which has its own event.
 *	dax_insert_pfn_mkwrite	the second half of a MAP_SYNC write fault, after
 *				the first ended in NEEDDSYNC. One fault for the
 *				program, so only the first half counts as fault.
 *	dax_writeback_one	one entry written back and made clean.
 *
 * Faults are counted where this process or a child of it was current.
 * Write-back is counted whoever does it: for msync and fsync the caller, for
 * sync and syncfs a thread of the kernel. Both only on the sample's own device.
 */
#include "bench/faults.h"
#include "bench/target/leftover.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#define PREFIX	    "daxbench-"
#define BUFFER_KIB  4096ULL /* at least; of each CPU */
#define EVENT_BYTES 80ULL   /* of the largest, with its share of a page's head */

/* enum vm_fault_reason, include/linux/mm_types.h. */
#define FAULT_ERROR    0x0873U /* OOM, SIGBUS, HWPOISON, SIGSEGV, FALLBACK */
#define FAULT_RETRY    0x0400U
#define FAULT_FALLBACK 0x0800U

static const char *const events[] = { "dax_pte_fault_done", "dax_pmd_fault_done",
				      "dax_insert_pfn_mkwrite", "dax_writeback_one" };

struct faults {
	struct tracefs_instance *instance;
	struct tep_handle *tep;
	struct dx_counts counts;
	pid_t group; /* process group of the sample */
	uint64_t buffer_kib;
	bool any_device;
	unsigned long long dev; /* as the kernel has it: 12 bits major, 20 minor */
};

/* Instances of runs that were killed: their process is gone. */
static void remove_stale(void)
{
	AUTO_FREE char *path = tracefs_get_tracing_file("instances");
	AUTO_CLOSEDIR DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (leftover_is_stale(entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
}

/* Only ever made larger: it is emptied by each start, and one size serves most cells. */
static int make_room(struct faults *f, uint64_t kib, struct err *e)
{
	char text[24];

	if (kib <= f->buffer_kib)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, kib);
	if (tracefs_instance_file_write(f->instance, "buffer_size_kb", text) < 0)
		return err_set(e, -ENOMEM, "tracefs", "no trace buffer of %s KiB", text);
	f->buffer_kib = kib;
	return 0;
}

static int make_instance(struct faults *f, struct err *e)
{
	char name[32];
	int r;

	snprintf(name, sizeof(name), PREFIX "%d", (int)getpid());
	f->instance = tracefs_instance_create(name);
	if (!f->instance) {
		int code = errno == EPERM || errno == EACCES ? -EPERM : -ENOENT;

		err_set(e, code, "tracefs", "make an instance: %s", strerror(errno));
		return err_hint(e, code == -EPERM ? "counting faults needs root"
						  : "mount -t tracefs tracefs /sys/kernel/tracing");
	}
	tracefs_instance_file_write(f->instance, "tracing_on", "0");
	r = make_room(f, BUFFER_KIB, e);
	if (r)
		return r;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (tracefs_event_enable(f->instance, "fs_dax", events[i])) {
			err_set(e, -ENOENT, events[i], "the kernel has no such tracepoint");
			return err_hint(e, "it needs CONFIG_FS_DAX and CONFIG_TRACEPOINTS");
		}
	return 0;
}

int faults_open(struct faults **ret, struct err *e)
{
	static const char *const systems[] = { "fs_dax", NULL };
	struct faults *f;
	int r;

	if (geteuid()) {
		err_set(e, -EPERM, "tracefs", "may not be used by an ordinary user");
		return err_hint(e, "counting faults needs root");
	}
	if (!tracefs_tracing_dir()) {
		err_set(e, -ENOENT, "tracefs", "is not mounted");
		return err_hint(e, "mount -t tracefs tracefs /sys/kernel/tracing");
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_sys(e, -ENOMEM, "tracefs", "open");
	remove_stale();
	r = make_instance(f, e);
	if (!r) {
		f->tep = tracefs_local_events_system(NULL, systems);
		if (!f->tep)
			r = err_set(e, -ENOENT, "fs_dax", "its events have no format files");
	}
	if (r) {
		faults_close(f);
		return r;
	}
	*ret = f;
	return 0;
}

uint64_t faults_buffer_kib(const struct dx_counts *wanted)
{
	const int64_t n[] = { wanted->pte_faults, wanted->pmd_faults, wanted->pmd_fallbacks,
			      wanted->sync_faults, wanted->entries_written_back };
	uint64_t total = 0, kib;

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		total += n[i] > 0 ? (uint64_t)n[i] : 0;
	/* And what is not expected has to be seen too. */
	kib = total * EVENT_BYTES / 1024 + BUFFER_KIB / 4;
	return kib > BUFFER_KIB ? kib : BUFFER_KIB;
}

int faults_start(struct faults *f, int root, const struct dx_counts *wanted, struct err *e)
{
	struct stat st;
	int r = make_room(f, faults_buffer_kib(wanted), e);

	if (r)
		return r;
	f->any_device = root < 0 || fstat(root, &st);
	if (!f->any_device)
		f->dev = (unsigned long long)major(st.st_dev) << 20 | minor(st.st_dev);
	f->counts = (struct dx_counts){ 0 };
	f->group = getpgrp();
	/* Truncates the buffer of every CPU. */
	if (tracefs_instance_file_clear(f->instance, "trace") ||
	    tracefs_instance_file_write(f->instance, "tracing_on", "1") < 0)
		return err_set(e, -EIO, "tracefs", "start the trace");
	return 0;
}

/*
 * Threads and children of the sample's process share its group; a thread's id
 * asks for its process's. What has ended meanwhile was one of ours: nobody else
 * ends inside a sample and faults on DAX.
 */
static bool is_ours(const struct faults *f, int pid)
{
	pid_t group = getpgid(pid);

	return group == f->group || (group < 0 && errno == ESRCH);
}

static int count_event(struct tep_event *event, struct tep_record *record, int cpu, void *data)
{
	struct faults *f = data;
	unsigned long long result = 0, dev = 0;

	(void)cpu;
	if (tep_get_field_val(NULL, event, "dev", record, &dev, 0) ||
	    (!f->any_device && dev != f->dev))
		return 0;
	tep_get_field_val(NULL, event, "result", record, &result, 0);
	if (!strcmp(event->name, "dax_writeback_one"))
		f->counts.entries_written_back++;
	else if (!is_ours(f, tep_data_pid(event->tep, record)))
		return 0;
	else if (!strcmp(event->name, "dax_insert_pfn_mkwrite"))
		f->counts.sync_faults++;
	else if (!strcmp(event->name, "dax_pmd_fault_done") && result & FAULT_FALLBACK)
		f->counts.pmd_fallbacks++;
	else if (result & (FAULT_ERROR | FAULT_RETRY))
		return 0;
	else if (!strcmp(event->name, "dax_pmd_fault_done"))
		f->counts.pmd_faults++;
	else if (!strcmp(event->name, "dax_pte_fault_done"))
		f->counts.pte_faults++;
	return 0;
}

/* "overrun: N" of each CPU's stats: events that a newer one took the place of. */
static bool lost_events(struct faults *f)
{
	for (int cpu = 0; cpu < 1024; cpu++) {
		AUTO_FREE char *text = NULL;
		char *overrun, name[48];

		snprintf(name, sizeof(name), "per_cpu/cpu%d/stats", cpu);
		text = tracefs_instance_file_read(f->instance, name, NULL);
		if (!text)
			return false;
		overrun = strstr(text, "overrun:");
		if (overrun && strtoll(overrun + strlen("overrun:"), NULL, 10) > 0)
			return true;
	}
	return false;
}

int faults_stop(struct faults *f, struct dx_counts *ret, struct err *e)
{
	tracefs_instance_file_write(f->instance, "tracing_on", "0");
	if (lost_events(f))
		return err_set(e, -EOVERFLOW, "tracefs", "the trace lost events");
	if (tracefs_iterate_raw_events(f->tep, f->instance, NULL, 0, count_event, f) < 0)
		return err_set(e, -EIO, "tracefs", "read the trace");
	*ret = f->counts;
	return 0;
}

void faults_close(struct faults *f)
{
	if (!f)
		return;
	if (f->tep)
		tep_free(f->tep);
	if (f->instance) {
		tracefs_instance_destroy(f->instance);
		tracefs_instance_free(f->instance);
	}
	free(f);
}

static bool is_as_wanted(int64_t want, int64_t seen)
{
	return want == DX_ANY || seen == DX_ANY || (want == DX_SOME ? seen > 0 : want == seen);
}

bool faults_match(const struct dx_counts *want, const struct dx_counts *seen, char *why, size_t len)
{
	const struct {
		const char *name;
		int64_t want, seen;
	} fields[] = {
		{ "pte_faults", want->pte_faults, seen->pte_faults },
		{ "pmd_faults", want->pmd_faults, seen->pmd_faults },
		{ "pmd_fallbacks", want->pmd_fallbacks, seen->pmd_fallbacks },
		{ "sync_faults", want->sync_faults, seen->sync_faults },
		{ "entries_written_back", want->entries_written_back, seen->entries_written_back },
		{ "lines_written_back", want->lines_written_back, seen->lines_written_back },
	};
	size_t used = 0;

	why[0] = '\0';
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char wanted[24];

		if (is_as_wanted(fields[i].want, fields[i].seen) || used >= len)
			continue;
		snprintf(wanted, sizeof(wanted), "%lld", (long long)fields[i].want);
		used += (size_t)snprintf(why + used, len - used, "%s%s %lld, expected %s",
					 used ? "; " : "", fields[i].name,
					 (long long)fields[i].seen,
					 fields[i].want == DX_SOME ? "some" : wanted);
	}
	return !why[0];
}

const char *faults_page_size(const struct dx_counts *seen)
{
	if (seen->pte_faults && seen->pmd_faults)
		return "mixed";
	return seen->pmd_faults ? "2M" : seen->pte_faults ? "4K" : "-";
}
