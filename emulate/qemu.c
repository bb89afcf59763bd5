// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/qemu.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#define PLUGIN	     "build/daxtrace.so"
#define PRIVATE	     "build/qemu"
#define PRIVATE_QEMU PRIVATE "/usr/bin/qemu-system-x86_64"
#define LIBRARIES    PRIVATE "/usr/lib/x86_64-linux-gnu:" PRIVATE "/lib/x86_64-linux-gnu"

/*
 * oops=panic and panic=-1: after an Oops power off can hang; so every Oops ends
 * the guest at once, without an exit record. nokaslr, no5lvl: addresses are the
 * same in each boot and the kernel's direct map is where the store trace looks.
 */
#define KERNEL_LINE                                                                                \
	"console=ttyS0 quiet oops=panic panic=-1 nokaslr no5lvl rcupdate.rcu_expedited=1"

/* Legacy pmem: RAM more than other guests have, behind theirs. */
#define LEGACY_MIB 512U

static bool have_private(void)
{
	return !access(PRIVATE_QEMU, X_OK);
}

uint64_t qemu_nvdimm_bytes(const struct emulate_job *job, unsigned int index)
{
	static const uint64_t usual[EMULATE_NVDIMMS] = { 512ULL << 20, 512ULL << 20, 64ULL << 20 };

	return job->nvdimm_bytes[index] ? job->nvdimm_bytes[index] : usual[index];
}

/* Device memory begins at 4 GiB: the guest's RAM ends below, and Linux wants sections of 128 MiB.
 */
uint64_t qemu_nvdimm_base(const struct emulate_job *job, unsigned int index)
{
	uint64_t base = 4ULL << 30, section = 128ULL << 20;

	for (unsigned int i = 0; i < index; i++)
		base += (qemu_nvdimm_bytes(job, i) + section - 1) & ~(section - 1);
	return base;
}

void qemu_nvdimm_path(const struct emulate_job *job, const char *dir, unsigned int index, char *buf,
		      size_t len)
{
	if (job->nvdimm_file[index])
		snprintf(buf, len, "%s", job->nvdimm_file[index]);
	else
		snprintf(buf, len, "%s/nvdimm%u", dir, index);
}

/* It must end below 4 GiB, where the NVDIMMs begin: of q35 up to 2.75 GiB do. */
unsigned int qemu_ram_mib(const struct emulate_job *job)
{
	uint64_t pmem = 0;

	for (unsigned int i = 0; i < EMULATE_NVDIMMS; i++)
		pmem += qemu_nvdimm_bytes(job, i);
	return pmem > 4ULL << 30 ? 2048 : 1024;
}

/* Up to the end of the last NVDIMM, in whole GiB; 8 if it ends below. */
static unsigned int max_memory_gib(const struct emulate_job *job)
{
	uint64_t end = qemu_nvdimm_base(job, EMULATE_NVDIMMS) + (1ULL << 30) - 1;

	return end >> 30 < 8 ? 8 : (unsigned int)(end >> 30);
}

bool qemu_wants_plugin(const struct emulate_job *job)
{
	return job->trace_dir || job->counts || job->reads;
}

unsigned int qemu_cpus(const struct emulate_job *job)
{
	if (job->cpus)
		return job->cpus;
	return job->deterministic || job->counts ? 1 : 2;
}

/* A growing vector of words; the first failure is kept in @failed. */
struct words {
	char **word;
	size_t n;
	bool failed;
};

static void __attribute__((format(printf, 2, 3))) add(struct words *w, const char *fmt, ...)
{
	char **longer = realloc(w->word, (w->n + 2) * sizeof(*longer));
	va_list ap;

	if (!longer) {
		w->failed = true;
		return;
	}
	w->word = longer;
	va_start(ap, fmt);
	if (vasprintf(&w->word[w->n], fmt, ap) < 0)
		w->failed = true;
	else
		w->n++;
	va_end(ap);
	w->word[w->n] = NULL;
}

/* Words of a fixed text, split at blanks. */
static void add_words(struct words *w, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, " ");

		add(w, "%.*s", len, text);
		text += len + (text[len] == ' ');
	}
}

void qemu_free_argv(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* The program: ours needs to be told where its libraries and modules are. */
static void add_program(struct words *w, const char *path)
{
	if (!have_private()) {
		add(w, "%s", path);
		return;
	}
	add(w, "/usr/bin/env");
	add(w, "LD_LIBRARY_PATH=" LIBRARIES);
	add(w, "QEMU_MODULE_DIR=" PRIVATE "/usr/lib/x86_64-linux-gnu/qemu");
	add(w, "%s", path);
	add_words(w, "-L " PRIVATE "/usr/share/qemu -L " PRIVATE "/usr/share/seabios");
}

static void add_machine(struct words *w, const struct qemu_boot *b)
{
	add_words(w, "-nodefaults -no-user-config -nic none -display none -no-reboot "
		     "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
		     "resourcecontrol=deny");
	add(w, "-machine");
	add(w, "q35,nvdimm=on,nvdimm-persistence=%s,usb=off,vmport=off",
	    b->job->cpu_cache_persists ? "cpu" : "mem-ctrl");
	add(w, "-m");
	add(w, "%uM,slots=4,maxmem=%uG",
	    qemu_ram_mib(b->job) + (b->job->legacy_pmem ? LEGACY_MIB : 0), max_memory_gib(b->job));
	add(w, "-cpu");
	add(w, "max%s%s", b->job->flush >= EMULATE_CLFLUSHOPT ? ",clwb=off" : "",
	    b->job->flush == EMULATE_CLFLUSH ? ",clflushopt=off" : "");
	add(w, "-smp");
	add(w, "%u", qemu_cpus(b->job));
	add(w, "-accel");
	if (!strcmp(b->accel, "kvm"))
		add(w, "kvm");
	else
		add(w, "tcg,thread=%s",
		    b->job->deterministic || qemu_wants_plugin(b->job) ? "single" : "multi");
	if (b->job->deterministic)
		add_words(w, "-icount shift=0,sleep=off -rtc clock=vm,base=2026-01-01 -seed 1");
}

static void add_nvdimms(struct words *w, const struct qemu_boot *b)
{
	for (unsigned int i = 0; i < EMULATE_NVDIMMS; i++) {
		char path[PATH_MAX];

		qemu_nvdimm_path(b->job, b->dir, i, path, sizeof(path));
		add(w, "-object");
		add(w, "memory-backend-file,id=m%u,share=on,mem-path=%s,size=%lluM,align=2M", i,
		    path, (unsigned long long)(qemu_nvdimm_bytes(b->job, i) >> 20));
		add(w, "-device");
		add(w, "nvdimm,id=n%u,memdev=m%u,addr=%#llx", i, i,
		    (unsigned long long)qemu_nvdimm_base(b->job, i));
	}
}

/* "NAME=BASE:SIZE:FILE" of an NVDIMM, as the plugin takes it. */
static void add_nvdimm_argument(char *arg, size_t len, const struct qemu_boot *b, const char *name,
				unsigned int i)
{
	size_t used = strlen(arg);
	char path[PATH_MAX];

	qemu_nvdimm_path(b->job, b->dir, i, path, sizeof(path));
	snprintf(arg + used, len - used, ",%s=%#llx:%#llx:%s", name,
		 (unsigned long long)qemu_nvdimm_base(b->job, i),
		 (unsigned long long)qemu_nvdimm_bytes(b->job, i), path);
}

static void add_plugin(struct words *w, const struct qemu_boot *b)
{
	const struct emulate_job *job = b->job;
	char arg[4 * PATH_MAX] = PLUGIN;

	if (!qemu_wants_plugin(job))
		return;
	for (unsigned int i = EMULATE_DATA; i <= EMULATE_DATA2; i++)
		add_nvdimm_argument(arg, sizeof(arg), b, "range", i);
	if (job->trace_dir) {
		size_t used;

		if (!job->trace_alone)
			add_nvdimm_argument(arg, sizeof(arg), b, "keep", EMULATE_OPLOG);
		used = strlen(arg);
		snprintf(arg + used, sizeof(arg) - used, ",out=%s%s", job->trace_dir,
			 job->trace_loads ? ",loads=on" : "");
	}
	if (job->counts)
		add_nvdimm_argument(arg, sizeof(arg), b, "counts", EMULATE_OPLOG);
	if (job->functions)
		strncat(arg, ",functions=on", sizeof(arg) - strlen(arg) - 1);
	if (job->reads)
		add_nvdimm_argument(arg, sizeof(arg), b, "reads", EMULATE_OPLOG);
	add(w, "-plugin");
	add(w, "%s", arg);
}

static void add_channels(struct words *w, const struct qemu_boot *b)
{
	static const char *const names[QEMU_CHANNELS] = { "con", "out", "err", "res" };

	for (unsigned int i = 0; i < QEMU_CHANNELS; i++) {
		if (b->fds[i] < 0) {
			add_words(w, "-chardev stdio,id=con,signal=off");
			continue;
		}
		add(w, "-add-fd");
		add(w, "fd=%d,set=%u", b->fds[i], i + 1);
		add(w, "-chardev");
		add(w, "file,id=%s,append=on,path=/dev/fdset/%u", names[i], i + 1);
	}
	/* With ioeventfd another thread serves the queues, when the host gets to it: chance. */
	add_words(w, "-device isa-serial,chardev=con -device virtio-serial-pci,ioeventfd=off");
	for (unsigned int i = QEMU_OUT; i < QEMU_CHANNELS; i++) {
		add(w, "-device");
		add(w, "virtserialport,chardev=%s,name=%s", names[i], names[i]);
	}
}

/*
 * With one CPU the kernel turns its LOCK prefixes off; a machine that has
 * persistent memory has more, and there they drain what is pending.
 */
static void add_kernel(struct words *w, const struct qemu_boot *b)
{
	char legacy[48] = "";

	if (b->job->legacy_pmem)
		snprintf(legacy, sizeof(legacy), " memmap=%uM!%uM", LEGACY_MIB,
			 qemu_ram_mib(b->job));
	add(w, "-kernel");
	add(w, "%s", b->kernel->image);
	add(w, "-initrd");
	add(w, "%s", b->initrd);
	add(w, "-append");
	add(w, KERNEL_LINE "%s%s " GUEST_TOKEN_OPTION "%s",
	    qemu_wants_plugin(b->job) ? " noreplace-smp" : "", legacy, b->token);
}

int qemu_argv(const struct qemu_boot *boot, char ***ret, struct err *e)
{
	struct words w = { 0 };
	char path[PATH_MAX], version[32];
	int r = emulate_find_qemu(path, sizeof(path), version, sizeof(version), e);

	if (r)
		return r;
	add_program(&w, path);
	add_machine(&w, boot);
	add_nvdimms(&w, boot);
	add_plugin(&w, boot);
	add_channels(&w, boot);
	add_kernel(&w, boot);
	if (w.failed) {
		qemu_free_argv(w.word);
		return err_sys(e, -ENOMEM, path, "make its command line");
	}
	*ret = w.word;
	return 0;
}

/* "QEMU emulator version 10.0.2 (Debian ...)": the number. */
static int ask_version(const char *path, char *buf, size_t len, struct err *e)
{
	struct words w = { 0 };
	char reply[256], *found;
	int r;

	add_program(&w, path);
	add(&w, "--version");
	r = w.failed ? err_sys(e, -ENOMEM, path, "ask its version")
		     : proc_run(w.word, reply, sizeof(reply), 10000, e);
	qemu_free_argv(w.word);
	if (r)
		return r;
	found = strstr(reply, "version ");
	if (!found)
		return err_set(e, -EIO, path, "prints no version");
	found += strlen("version ");
	snprintf(buf, len, "%.*s", (int)strspn(found, "0123456789."), found);
	return 0;
}

int emulate_find_qemu(char *ret_path, size_t len, char *ret_version, size_t version_len,
		      struct err *e)
{
	if (have_private()) {
		snprintf(ret_path, len, PRIVATE_QEMU);
	} else if (proc_find("qemu-system-x86_64", ret_path, len, e)) {
		return err_hint(e, "run \"make guest\" in daxbench's directory, or install "
				   "qemu-system-x86");
	}
	return ask_version(ret_path, ret_version, version_len, e);
}
