// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/session.h"
#include "bench/interrupt.h"
#include "bench/sysfs.h"
#include "bench/target/mkfs.h"
#include "bench/target/namespace.h"
#include "lib/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_TARGET = 0x100,
	OPT_DEVICE,
	OPT_FS,
	OPT_EMULATE,
	OPT_KERNEL,
	OPT_MODULES,
	OPT_CPUS,
	OPT_TIMEOUT,
	OPT_DETERMINISTIC,
	OPT_SEED,
	OPT_RT,
	OPT_FLUSH,
	OPT_PERSISTENCE,
	OPT_LAYER,
	OPT_NVDIMM_SIZE,
	OPT_PMEM,
	OPT_SYSFS
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Where it runs:", 10 },
	{ "target", OPT_TARGET, "DIR", 0, "in this directory", 10 },
	{ "device", OPT_DEVICE, "DEV", 0, "on this claimed device: what is on it is lost", 10 },
	{ "fs", OPT_FS, "FS[,FS]", 0,
	  "file systems to make: ext4, ext4-nojournal, ext4-nobarrier, ext2, xfs, "
	  "xfs-noreflink, xfs-rt, xfs-rt-4k (realtime device; extents of 2 MiB, or 4 KiB), "
	  "ext4-nodax, xfs-nodax (page cache)",
	  10 },
	{ "rt", OPT_RT, "DEV", 0, "claimed device for the data of xfs-rt", 10 },
	{ "emulate", OPT_EMULATE, NULL, 0, "in a guest with NVDIMMs (the default)", 10 },
	{ "kernel", OPT_KERNEL, "K[,K]", 0, "of the guest: 6.1, 6.12 or a bzImage", 10 },
	{ "modules", OPT_MODULES, "DIR", 0, "its modules (lib/modules/RELEASE)", 10 },
	{ "cpus", OPT_CPUS, "N", 0, "of the guest", 10 },
	{ "flush", OPT_FLUSH, "INSN", 0, "its CPUs have clwb, clflushopt or only clflush", 10 },
	{ "persistence", OPT_PERSISTENCE, "WHERE", 0,
	  "what its power cut spares: mem-ctrl, or cpu (caches too: no flushing)", 10 },
	{ "pmem", OPT_PMEM, "KIND", 0,
	  "what its data device is: nvdimm, or legacy (RAM, by memmap= on the kernel's command "
	  "line)",
	  10 },
	{ "layer", OPT_LAYER, "KIND", 0,
	  "between its NVDIMMs and the file system: partition, linear (dm-linear, swapped "
	  "halves), span (of both NVDIMMs), sector (their sector mode: no DAX)",
	  10 },
	{ "nvdimm-size", OPT_NVDIMM_SIZE, "SIZE", 0,
	  "of each of its two NVDIMMs, backed sparsely (512M)", 10 },
	{ "sysfs", OPT_SYSFS, "FILE=VALUE", 0,
	  "write that to /sys/FILE in it, before anything lies on its NVDIMMs; can be repeated",
	  10 },
	{ "timeout", OPT_TIMEOUT, "TIME", 0, "end a guest after this long (1h)", 10 },
	{ "deterministic", OPT_DETERMINISTIC, NULL, 0,
	  "count instructions, repeatable to the last digit", 10 },
	{ "seed", OPT_SEED, "N", 0, "of everything random (1)", 10 },
	{ 0 },
};

/* Splits @text at commas into at most @max words. */
static int split(const char *text, char **copy, char *words[], size_t max)
{
	size_t n = 0;
	char *rest;

	free(*copy);
	*copy = rest = strdup(text);
	if (!rest)
		return -ENOMEM;
	for (char *word; (word = strsep(&rest, ","));) {
		if (!*word)
			return -EINVAL;
		if (n == max)
			return -E2BIG;
		words[n++] = word;
	}
	words[n] = NULL;
	return 0;
}

static void parse_fs(struct session *s, const char *arg, struct argp_state *state)
{
	if (split(arg, &s->fs_text, s->fs, SESSION_MAX_FS))
		argp_error(state, "--fs %s: want a list such as ext4,xfs", arg);
	for (size_t i = 0; s->fs[i]; i++)
		if (!mkfs_find(s->fs[i]))
			argp_error(state, "--fs %s: unknown file system; there are %s", s->fs[i],
				   mkfs_names());
}

static const char *const flush_names[] = { "clwb", "clflushopt", "clflush" };

const char *session_flush_name(const struct session *s)
{
	return flush_names[s->flush];
}

static void parse_flush(struct session *s, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(flush_names) / sizeof(flush_names[0]); i++)
		if (!strcmp(arg, flush_names[i])) {
			s->flush = (enum emulate_flush)i;
			return;
		}
	argp_error(state, "--flush %s: want clwb, clflushopt or clflush", arg);
}

static void parse_persistence(struct session *s, const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "mem-ctrl") != 0 && strcmp(arg, "cpu") != 0)
		argp_error(state, "--persistence %s: want mem-ctrl or cpu", arg);
	s->cpu_cache_persists = !strcmp(arg, "cpu");
}

static void parse_nvdimm_size(struct session *s, const char *arg, struct argp_state *state)
{
	if (units_parse_size(arg, &s->nvdimm_bytes) || s->nvdimm_bytes < EMULATE_MIN_NVDIMM ||
	    s->nvdimm_bytes > EMULATE_MAX_NVDIMM || s->nvdimm_bytes % EMULATE_NVDIMM_STEP)
		argp_error(state, "--nvdimm-size %s: want 512M to 16G, in steps of 128M", arg);
}

static void parse_pmem(struct session *s, const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "nvdimm") != 0 && strcmp(arg, "legacy") != 0)
		argp_error(state, "--pmem %s: want nvdimm or legacy", arg);
	s->legacy_pmem = !strcmp(arg, "legacy");
}

static void add_sysfs(struct session *s, const char *arg, struct argp_state *state)
{
	size_t n = 0;

	while (s->sysfs[n])
		n++;
	if (sysfs_check(arg))
		argp_error(state, "--sysfs %s: want FILE=VALUE, a file below /sys", arg);
	if (n == SESSION_MAX_SYSFS)
		argp_error(state, "--sysfs %s: only %d of them", arg, SESSION_MAX_SYSFS);
	s->sysfs[n] = arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct session *s = state->input;
	uint64_t n;

	switch (key) {
	case ARGP_KEY_INIT:
		s->seed = 1;
		return 0;
	case OPT_TARGET:
		s->target = arg;
		return 0;
	case OPT_DEVICE:
		s->device = arg;
		return 0;
	case OPT_FS:
		parse_fs(s, arg, state);
		return 0;
	case OPT_RT:
		s->rt = arg;
		return 0;
	case OPT_FLUSH:
		parse_flush(s, arg, state);
		return 0;
	case OPT_PERSISTENCE:
		parse_persistence(s, arg, state);
		return 0;
	case OPT_NVDIMM_SIZE:
		parse_nvdimm_size(s, arg, state);
		return 0;
	case OPT_PMEM:
		parse_pmem(s, arg, state);
		return 0;
	case OPT_LAYER:
		if (!layer_find(arg, &s->layer))
			argp_error(state, "--layer %s: want %s", arg, layer_names());
		return 0;
	case OPT_SYSFS:
		add_sysfs(s, arg, state);
		return 0;
	case OPT_EMULATE:
		s->emulate = true;
		return 0;
	case OPT_KERNEL:
		if (split(arg, &s->kernels_text, s->kernels, SESSION_MAX_KERNELS))
			argp_error(state, "--kernel %s: want 6.1, 6.12 or a path", arg);
		return 0;
	case OPT_MODULES:
		s->modules = arg;
		return 0;
	case OPT_CPUS:
		if (units_parse_count(arg, &n) || n < 1 || n > 64)
			argp_error(state, "--cpus %s: want 1 to 64", arg);
		s->cpus = (unsigned int)n;
		return 0;
	case OPT_TIMEOUT:
		if (units_parse_ms(arg, &s->timeout_ms) || !s->timeout_ms)
			argp_error(state, "--timeout %s: want a time such as 90s or 10m", arg);
		return 0;
	case OPT_DETERMINISTIC:
		s->deterministic = true;
		return 0;
	case OPT_SEED:
		if (units_parse_count(arg, &s->seed))
			argp_error(state, "--seed %s: want a number", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp session_argp = { .options = options, .parser = parse };

bool session_is_emulated(const struct session *s)
{
	return !guard_in_our_guest() && !s->target && !s->device;
}

/* What --fs names is a kind with a realtime device? */
static bool wants_realtime(const struct session *s)
{
	for (size_t i = 0; s->fs[i]; i++)
		if (mkfs_find(s->fs[i])->realtime)
			return true;
	return false;
}

int session_check(const struct session *s, struct err *e)
{
	if (s->target && s->device)
		return err_set(e, -EINVAL, "--target", "cannot be given with --device");
	if (s->rt && !s->device)
		return err_set(e, -EINVAL, "--rt", "goes with --device; a guest has its own");
	if (s->emulate && (s->target || s->device))
		return err_set(e, -EINVAL, "--emulate",
			       "a guest has its own devices: no --target or --device with it");
	if (s->layer == LAYER_SPAN && wants_realtime(s))
		return err_set(
			e, -EINVAL, "--layer span",
			"takes both NVDIMMs, and the realtime kind wants one for each device");
	if (session_is_emulated(s) || guard_in_our_guest())
		return 0;
	if (s->layer)
		return err_set(e, -EINVAL, "--layer",
			       "is for guests: here --device takes a partition, or dm-linear");
	if (s->kernels[0])
		return err_set(e, -EINVAL, "--kernel", "is for guests: this is the running kernel");
	if (s->flush || s->cpu_cache_persists || s->legacy_pmem)
		return err_set(e, -EINVAL,
			       s->flush		       ? "--flush"
			       : s->cpu_cache_persists ? "--persistence"
						       : "--pmem",
			       "is for guests: this machine is what it is");
	if (s->nvdimm_bytes)
		return err_set(e, -EINVAL, "--nvdimm-size",
			       "is for guests: this machine's devices are as large as they are");
	if (s->sysfs[0])
		return err_set(e, -EINVAL, "--sysfs",
			       "is for guests: this machine's kernel is left as it is");
	if (s->deterministic) {
		err_set(e, -EINVAL, "--deterministic",
			"instructions are counted by the emulator only");
		return err_hint(e, "leave out --target and --device");
	}
	return 0;
}

/*
 * The cache that a target relies on is the one that is denied: of block I/O, where it
 * is @blocks, a raw device or files in the page cache, else of the CPU.
 */
static int deny_write_cache(const char *node, bool blocks, struct err *e)
{
	int r = namespace_set_write_cache(node, NAMESPACE_CPU_CACHE, blocks, e);

	return r ? r : namespace_set_write_cache(node, NAMESPACE_DEVICE_CACHE, !blocks, e);
}

/* Which namespace stands for the @index-th NVDIMM. */
static unsigned int namespace_for(const struct session *s, unsigned int index)
{
	return index == EMULATE_DATA && s->legacy_pmem ? NAMESPACE_LEGACY : index;
}

static int make_nvdimm(const struct session *s, bool blocks, unsigned int index, char *node,
		       size_t len, struct err *e)
{
	unsigned int which = namespace_for(s, index);
	int r;

	/* Its driver flushes on its own account, whatever it is told. */
	if (s->layer == LAYER_SECTOR)
		return namespace_make(which, "sector", 0, node, len, e);
	r = namespace_make(which, "fsdax", DX_PMD, node, len, e);
	/* Before anything lies on it: device-mapper asks but once. */
	if (!r && s->no_write_cache)
		r = deny_write_cache(node, blocks, e);
	if (!r && s->no_barriers)
		r = namespace_set_write_cache(node, NAMESPACE_DEVICE_CACHE, false, e);
	return r;
}

/* A raw device is DAX where the kernel can do that and the device has it: no stock one can. */
static int try_bdev_dax(const char *node, struct err *e)
{
	int r = namespace_set_bdev_dax(node, true, e);

	return r == -ENOENT || r == -EOPNOTSUPP ? 0 : r;
}

/* The guest's NVDIMMs from the @first on, made as needed, and what is to lie on them. */
static int choose_nvdimm(const struct session *s, bool blocks, bool raw, unsigned int first,
			 struct layer **layer, struct guard_claim *claim, struct err *e)
{
	char node[LAYER_MAX_BELOW][64];
	const char *below[LAYER_MAX_BELOW], *on;
	int r = 0;

	for (unsigned int i = 0; !r && i < layer_width(s->layer); i++) {
		r = make_nvdimm(s, blocks, first + i, node[i], sizeof(node[i]), e);
		below[i] = node[i];
	}
	if (!r && layer_is_device(s->layer))
		r = layer_make(s->layer, below, layer, e);
	on = *layer ? layer_node(*layer) : node[0];
	if (!r && raw)
		r = try_bdev_dax(on, e);
	if (!r)
		r = guard_device(on, claim, e);
	return r;
}

/* The first NVDIMM, as device-dax: nothing lies on it, and nothing flushes it but the program. */
static int choose_devdax(const struct session *s, enum target_kind kind, struct guard_claim *claim,
			 struct err *e)
{
	char node[64];
	int r;

	if (s->layer) {
		err_set(e, -EOPNOTSUPP, "--layer", "lies on block devices, not on device-dax");
		return err_hint(e, "leave it out");
	}
	r = namespace_make(namespace_for(s, EMULATE_DATA), "devdax", target_kind_align(kind), node,
			   sizeof(node), e);
	return r ? r : guard_device(node, claim, e);
}

void session_release_claims(struct target_claims *claims)
{
	guard_release(&claims->data);
	layer_remove(claims->layer);
	if (!claims->has_rt)
		return;
	guard_release(&claims->rt);
	layer_remove(claims->rt_layer);
}

/* The devices that @spec asks for, after the guard: named ones, or the guest's own. */
static int choose_devices(const struct session *s, const struct mkfs_kind *kind,
			  struct target_spec *spec, struct target_claims *claims, struct err *e)
{
	bool guest = !s->device;
	bool blocks = spec->kind == TARGET_RAW || (kind && kind->no_dax);
	int r;

	if (!guest)
		r = guard_device(s->device, &claims->data, e);
	else if (target_kind_align(spec->kind))
		r = choose_devdax(s, spec->kind, &claims->data, e);
	else
		r = choose_nvdimm(s, blocks, spec->kind == TARGET_RAW, EMULATE_DATA, &claims->layer,
				  &claims->data, e);
	spec->device = guest ? claims->data.id.path : s->device;
	if (r || !kind || !kind->realtime)
		return r;
	claims->has_rt = true;
	spec->rt_device = guest ? claims->rt.id.path : s->rt;
	if (guest)
		return choose_nvdimm(s, blocks, false, EMULATE_DATA2, &claims->rt_layer,
				     &claims->rt, e);
	return s->rt ? guard_device(s->rt, &claims->rt, e) : 0;
}

/* A directory has files, and no device. */
static int refuse_directory(const struct session *s, struct err *e)
{
	err_set(e, -EOPNOTSUPP, s->target, "is a directory, and this needs a device");
	return err_hint(e, "give --device");
}

int session_open_target(const struct session *s, enum target_kind kind, const char *fs,
			unsigned int needs, struct target_claims *claims, struct target **ret,
			struct err *e)
{
	struct target_spec spec = { .kind = kind, .dir = s->target, .fs = fs, .seed = s->seed };
	const struct mkfs_kind *made = fs && kind == TARGET_FS ? mkfs_find(fs) : NULL;
	int r = 0;

	memset(claims, 0, sizeof(*claims));
	claims->data.lock_fd = claims->rt.lock_fd = -1;
	if (s->target && kind != TARGET_FS)
		return refuse_directory(s, e);
	/* Here it is a guest's: session_check(). */
	for (size_t i = 0; !r && s->sysfs[i]; i++)
		r = sysfs_set(s->sysfs[i], e);
	if (!r && !s->target)
		r = choose_devices(s, made, &spec, claims, e);
	if (!r)
		r = target_open(&spec, claims, needs, ret, e);
	if (r)
		session_release_claims(claims);
	return r;
}

/* "daxbench run", "null" becomes "daxbench", "run", "null": as it was typed. */
static int split_command(struct session *s, char *const argv[])
{
	char *name = strchr(argv[0], ' ');
	size_t n = 0;

	if (!name)
		return -EINVAL;
	while (argv[n])
		n++;
	free(s->guest_argv);
	s->guest_argv = calloc(n + 2, sizeof(*s->guest_argv));
	if (!s->guest_argv)
		return -ENOMEM;
	s->guest_argv[0] = (char *)"daxbench";
	s->guest_argv[1] = name + 1;
	memcpy(s->guest_argv + 2, argv + 1, (n - 1) * sizeof(*argv));
	return 0;
}

int session_job(struct session *s, const char *kernel, char *const argv[], struct emulate_job *job,
		struct err *e)
{
	int r = split_command(s, argv);

	if (r)
		return err_sys(e, r, "guest", "make its command line");

	memset(job, 0, sizeof(*job));
	if (!kernel) {
		r = emulate_default_kernel(&kernel, e);
		if (r)
			return r;
	}
	job->kernel = kernel;
	job->modules = s->modules;
	job->argv = s->guest_argv;
	job->deterministic = s->deterministic;
	job->cpus = s->cpus;
	job->nvdimm_bytes[EMULATE_DATA] = s->nvdimm_bytes;
	job->nvdimm_bytes[EMULATE_DATA2] = s->nvdimm_bytes;
	job->flush = s->flush;
	job->cpu_cache_persists = s->cpu_cache_persists;
	job->legacy_pmem = s->legacy_pmem;
	job->timeout_ms = s->timeout_ms;
	job->interrupted = &interrupted;
	return 0;
}

void session_release(struct session *s)
{
	free(s->kernels_text);
	free(s->fs_text);
	free(s->guest_argv);
	memset(s, 0, sizeof(*s));
}
