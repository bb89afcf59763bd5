// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's exit status says nothing: it is 0 for a power off and for a panic. So
 * an exit record on the results port is the only good end, and whatever else
 * happens is a verdict with the end of the console: no hello in time, nothing
 * on any channel for too long, too long in all, or QEMU gone without a record.
 */
#include "emulate/proxy.h"
#include "emulate/console.h"
#include "emulate/frame.h"
#include "emulate/guest.h"
#include "emulate/image.h"
#include "emulate/qemu.h"
#include "emulate/rundir.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/monotonic.h"
#include "lib/proc.h"
#include "lib/tame.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>

#define DEFAULT_TIMEOUT_MS (3600 * 1000ULL)
#define DEFAULT_SILENCE_MS (120 * 1000ULL)
#define PIPE_BYTES	   (1 << 20)
#define POWER_OFF_MS	   20000 /* from the exit record to QEMU's end */

struct proxy {
	const struct emulate_job *job;
	struct emulate_outcome *outcome;
	struct rundir dir;
	struct console console;
	pid_t qemu; /* 0: not running */
	int read_end[QEMU_CHANNELS], write_end[QEMU_CHANNELS];
	char *frames; /* what came on the results port and is not decoded yet */
	size_t frames_len, frames_room;
	uint64_t frames_total;
	bool hello, ended, gone; /* gone: QEMU closed all channels */
	int log_fd;
	struct err failure; /* of a callback or a frame */
};

/* ---- what goes in ---- */

/* 32 hex digits: of no use to anybody else, so any source does; the same when deterministic. */
static void make_token(const struct emulate_job *job, char token[33])
{
	unsigned char bytes[16] = "deterministic!!";

	if (!job->deterministic && getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		memset(bytes, 1, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(token + 2 * i, 3, "%02x", bytes[i]);
}

/* The host's part of the environment, for the guest to put into its results. */
static char *describe_host(const struct emulate_job *job, const struct kernel *k, const char *accel,
			   const char *qemu)
{
	static const char *const flushes[] = { "clwb", "clflushopt", "clflush" };
	const char *base = strrchr(k->image, '/');
	json_t *sizes = json_array(), *facts;
	char *text, config[24];
	uint64_t hash;
	bool known = !kernel_config_hash(k, &hash);

	if (known)
		snprintf(config, sizeof(config), "%016llx", (unsigned long long)hash);

	for (unsigned int i = 0; i < EMULATE_NVDIMMS; i++)
		json_array_append_new(sizes, json_integer((json_int_t)qemu_nvdimm_bytes(job, i)));
	facts = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:b, s:s?, s:i, s:o}", "accel", accel,
		"qemu", qemu, "machine", "q35", "cpu", "max", "flush", flushes[job->flush],
		"persistence", job->cpu_cache_persists ? "cpu" : "mem-ctrl", "kernel_image",
		base ? base + 1 : k->image, "config_hash", known ? config : NULL, "deterministic",
		job->deterministic, "icount", job->deterministic ? "shift=0,sleep=off" : NULL,
		"cpus", (int)qemu_cpus(job), "nvdimm_bytes", sizes);
	text = facts ? json_dumps(facts, 0) : NULL;
	json_decref(facts);
	return text;
}

static int open_pipes(struct proxy *p, struct err *e)
{
	for (unsigned int i = 0; i < QEMU_CHANNELS; i++) {
		int ends[2];

		if (i == QEMU_CONSOLE && p->job->interactive)
			continue;
		if (pipe2(ends, O_CLOEXEC))
			return err_sys(e, -errno, "QEMU", "make a pipe");
		p->read_end[i] = ends[0];
		p->write_end[i] = ends[1];
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		/* A full pipe would make the guest wait for us, on the host's clock. */
		fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
		fcntl(ends[1], F_SETFD, 0); /* this end goes along */
	}
	return 0;
}

static void close_ends(int ends[QEMU_CHANNELS])
{
	for (unsigned int i = 0; i < QEMU_CHANNELS; i++)
		if (ends[i] >= 0)
			close(steal_fd(ends[i]));
}

static int make_files(struct proxy *p, const struct kernel *k, const char *token, const char *accel,
		      char *initrd, size_t len, struct err *e)
{
	AUTO_FREE char *facts = describe_host(p->job, k, accel, p->outcome->qemu);
	int r = facts ? rundir_make(&p->dir, e) : err_sys(e, -ENOMEM, "guest", "describe it");

	for (unsigned int i = 0; !r && i < EMULATE_NVDIMMS; i++) {
		char name[16];

		if (p->job->nvdimm_file[i])
			continue;
		snprintf(name, sizeof(name), "nvdimm%u", i);
		r = rundir_file(&p->dir, name, qemu_nvdimm_bytes(p->job, i), e);
	}
	snprintf(initrd, len, "%s/initrd", p->dir.path);
	return r ? r : image_write(p->job, k, p->job->as_host ? NULL : token, facts, initrd, e);
}

static int start(struct proxy *p, const struct kernel *k, const char *accel, struct err *e)
{
	char token[33], initrd[PATH_MAX];
	struct qemu_boot boot = {
		.job = p->job, .kernel = k, .accel = accel, .initrd = initrd, .token = token
	};
	bool interactive = p->job->interactive;
	char **argv;
	int r;

	make_token(p->job, token);
	r = make_files(p, k, token, accel, initrd, sizeof(initrd), e);
	if (!r)
		r = open_pipes(p, e);
	if (r)
		return r;
	boot.dir = p->dir.path;
	memcpy(boot.fds, p->write_end, sizeof(boot.fds));
	r = qemu_argv(&boot, &argv, e);
	if (r)
		return r;
	/* What QEMU itself has to say goes to the console: it is there when nothing else is. */
	r = proc_start(argv, interactive ? 0 : -1, interactive ? 1 : p->write_end[QEMU_CONSOLE],
		       interactive ? 2 : p->write_end[QEMU_CONSOLE], &p->qemu, e);
	qemu_free_argv(argv);
	close_ends(p->write_end);
	return r;
}

/* ---- what comes out ---- */

/* The final record: one to three digits. */
static int take_exit(struct proxy *p, const char *digits, size_t len)
{
	int status = 0;

	if (!len || len > 3)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -EBADMSG;
		status = status * 10 + digits[i] - '0';
	}
	if (status > 255)
		return -EBADMSG;
	p->outcome->exit_status = status;
	p->ended = true;
	return 0;
}

static int take_frame(struct proxy *p, const struct frame *f)
{
	const struct emulate_job *job = p->job;

	switch (f->type) {
	case FRAME_HELLO:
		p->hello = true;
		snprintf(p->outcome->kernel, sizeof(p->outcome->kernel), "%.*s", (int)f->len,
			 (const char *)f->data);
		tame(p->outcome->kernel, strlen(p->outcome->kernel));
		return 0;
	case FRAME_FILE:
	case FRAME_APPEND:
		if (!job->on_file)
			return 0;
		return job->on_file(job->data, f->name, f->type == FRAME_APPEND, f->data, f->len,
				    &p->failure);
	case FRAME_EXIT:
		return take_exit(p, f->data, f->len);
	case FRAME_ERROR:
		err_set(&p->failure, -EIO, "guest", "its init: %.*s", (int)f->len,
			(const char *)f->data);
		tame(p->failure.what, strlen(p->failure.what));
		return -EIO;
	}
	return -EBADMSG;
}

static int keep_frames(struct proxy *p, const char *text, size_t len)
{
	if (p->frames_len + len > p->frames_room) {
		size_t room = (p->frames_len + len) * 2;
		char *bigger = realloc(p->frames, room);

		if (!bigger)
			return -ENOMEM;
		p->frames = bigger;
		p->frames_room = room;
	}
	memcpy(p->frames + p->frames_len, text, len);
	p->frames_len += len;
	p->frames_total += len;
	return p->frames_total > FRAME_MAX_TOTAL ? -EFBIG : 0;
}

static int take_results(struct proxy *p, const char *text, size_t len)
{
	size_t used = 0;
	int r = keep_frames(p, text, len);

	while (!r && used < p->frames_len) {
		struct frame f;
		long n = frame_decode(p->frames + used, p->frames_len - used, &f);

		if (n <= 0) {
			r = (int)n;
			break;
		}
		r = take_frame(p, &f);
		used += (size_t)n;
	}
	if (r && !p->failure.code)
		err_set(&p->failure, r, "guest", "what it sent cannot be taken: %s", strerror(-r));
	p->frames_len -= used;
	if (used)
		memmove(p->frames, p->frames + used, p->frames_len);
	return r;
}

/*
 * Reads what a channel has, up to a bound: limits and signals want to be looked
 * at too. 0: more may come, 1: its end, or -errno of what it carried.
 */
static int drain(struct proxy *p, unsigned int channel)
{
	char chunk[65536];

	for (unsigned int i = 0; i < PIPE_BYTES / sizeof(chunk); i++) {
		ssize_t got = read(p->read_end[channel], chunk, sizeof(chunk));
		int r = 0;

		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : 1;
		if (!got)
			return 1;
		if (channel == QEMU_CONSOLE)
			console_add(&p->console, chunk, (size_t)got);
		else if (channel == QEMU_RESULTS)
			r = take_results(p, chunk, (size_t)got);
		else if (p->job->on_output)
			p->job->on_output(p->job->data, channel == QEMU_ERR, chunk, (size_t)got);
		if (r)
			return r;
	}
	return 0;
}

/* ---- until it ends ---- */

struct limits {
	uint64_t boot, total, silence, power_off; /* instants, ms; 0: not set */
};

static enum emulate_verdict check_limits(const struct proxy *p, const struct limits *l,
					 uint64_t now)
{
	if (p->job->interrupted && *p->job->interrupted)
		return EMULATE_INTERRUPTED;
	if (!p->hello && now >= l->boot)
		return EMULATE_NO_START;
	if (now >= l->total)
		return EMULATE_TIMEOUT;
	if (p->hello && !p->job->interactive && now >= l->silence)
		return EMULATE_HUNG;
	return EMULATE_ENDED;
}

static unsigned int open_channels(const struct proxy *p, struct pollfd fds[QEMU_CHANNELS])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < QEMU_CHANNELS; i++) {
		fds[i] = (struct pollfd){ .fd = p->read_end[i], .events = POLLIN };
		n += p->read_end[i] >= 0;
	}
	return n;
}

/*
 * Takes what comes until all channels are closed, which is QEMU's end, or a
 * limit is reached. Returns the verdict as far as the channels tell.
 */
static enum emulate_verdict watch(struct proxy *p, uint64_t boot_ms)
{
	const struct emulate_job *job = p->job;
	uint64_t start = monotonic_ms(), now = start;
	uint64_t silence = job->silence_ms ? job->silence_ms : DEFAULT_SILENCE_MS;
	struct limits limits = {
		.boot = start + boot_ms,
		.total = start + (job->timeout_ms ? job->timeout_ms : DEFAULT_TIMEOUT_MS),
		.silence = start + silence,
	};
	struct pollfd fds[QEMU_CHANNELS];

	while (open_channels(p, fds)) {
		enum emulate_verdict verdict = check_limits(p, &limits, now);
		bool hello = p->hello;
		int ready;

		if (verdict != EMULATE_ENDED)
			return verdict;
		if ((p->ended || p->console.panic[0]) && !limits.power_off)
			limits.power_off = now + POWER_OFF_MS;
		if (limits.power_off && now >= limits.power_off)
			break; /* it has said all that it had to */
		ready = poll(fds, QEMU_CHANNELS, 100);
		now = monotonic_ms();
		for (unsigned int i = 0; ready > 0 && i < QEMU_CHANNELS; i++) {
			int r = fds[i].revents ? drain(p, i) : 0;

			if (r < 0)
				return EMULATE_DIED;
			if (r > 0)
				close(steal_fd(p->read_end[i]));
			if (fds[i].revents)
				limits.silence = now + silence;
		}
		if (p->hello && !hello)
			p->outcome->boot_ms = now - start;
	}
	p->gone = !open_channels(p, fds);
	if (p->ended)
		return EMULATE_ENDED;
	/* The same signal may have ended QEMU: a terminal sends it to both. */
	if (p->job->interrupted && *p->job->interrupted)
		return EMULATE_INTERRUPTED;
	if (p->console.panic[0])
		return EMULATE_PANICKED;
	return p->hello ? EMULATE_DIED : EMULATE_NO_START;
}

/* Ends it if it runs. Returns how it ended of its own, "" if it did not. */
static const char *end_qemu(struct proxy *p, char *buf, size_t len)
{
	int status;

	buf[0] = '\0';
	if (p->qemu <= 0)
		return buf;
	/* Without channels it is on its way out: its own status is worth waiting for. */
	if (!p->gone)
		kill(p->qemu, SIGKILL);
	status = proc_wait(p->qemu);
	p->qemu = 0;
	if (p->gone && status > 128)
		snprintf(buf, len, " (QEMU was killed by signal %d)", status - 128);
	else if (p->gone && status)
		snprintf(buf, len, " (QEMU's exit status is %d)", status);
	return buf;
}

/* Built without plugins, or for others: QEMU then says so in words that differ, and exits. */
static bool is_without_plugin(const struct proxy *p)
{
	return p->outcome->verdict == EMULATE_NO_START && qemu_wants_plugin(p->job) &&
	       strstr(p->console.end, "plugin");
}

const char *emulate_verdict_name(enum emulate_verdict v)
{
	static const char *const names[] = {
		[EMULATE_ENDED] = "ended",
		[EMULATE_NO_START] = "not started",
		[EMULATE_PANICKED] = "panicked",
		[EMULATE_DIED] = "died",
		[EMULATE_HUNG] = "hung",
		[EMULATE_TIMEOUT] = "timeout",
		[EMULATE_INTERRUPTED] = "interrupted",
	};

	return names[v];
}

/* The error for a verdict, with what the console said last. */
static int explain(struct proxy *p, const char *qemu_end, struct err *e)
{
	static const struct {
		int code;
		const char *what;
	} texts[] = {
		[EMULATE_NO_START] = { -ENXIO, "did not come up" },
		[EMULATE_PANICKED] = { -EIO, "its kernel panicked" },
		[EMULATE_DIED] = { -EIO, "ended without finishing" },
		[EMULATE_HUNG] = { -ETIMEDOUT, "went silent and was ended" },
		[EMULATE_TIMEOUT] = { -ETIMEDOUT, "ran out of time and was ended" },
		[EMULATE_INTERRUPTED] = { -EINTR, "interrupted" },
	};
	enum emulate_verdict v = p->outcome->verdict;
	char end[480];

	if (v == EMULATE_ENDED)
		return 0;
	if (p->failure.code && v == EMULATE_DIED) {
		*e = p->failure;
		return p->failure.code;
	}
	console_format_end(&p->console, 6, end, sizeof(end));
	if (v == EMULATE_INTERRUPTED)
		return err_set(e, texts[v].code, "guest", "%s", texts[v].what);
	err_set(e, texts[v].code, "guest", "%s%s%s%s%s%s%s%s; its console ends:%s", texts[v].what,
		p->console.panic[0] ? ": " : "", p->console.panic,
		p->console.fault[0] ? "; before that: " : "", p->console.fault,
		p->console.where[0] ? ", " : "", p->console.where, qemu_end,
		end[0] ? end : " (nothing was printed)");
	if (is_without_plugin(p))
		err_hint(e,
			 "what sees stores is a plugin for QEMU 10 (plugin API 4), and this QEMU "
			 "is %s; \"make guest\" fetches one that can load it",
			 p->outcome->qemu);
	return texts[v].code;
}

static int keep_oplog(struct proxy *p, struct err *e)
{
	char path[PATH_MAX];
	int r;

	if (!p->job->keep_oplog || (p->job->keep_only_of_dead && p->ended))
		return 0;
	qemu_nvdimm_path(p->job, p->dir.path, EMULATE_OPLOG, path, sizeof(path));
	r = file_copy_sparse(path, p->job->keep_oplog);
	return r ? err_sys(e, r, p->job->keep_oplog, "keep the operation log") : 0;
}

int proxy_boot(const struct emulate_job *job, const struct kernel *k, const char *accel,
	       uint64_t boot_ms, struct emulate_outcome *ret, struct err *e)
{
	struct proxy p = { .job = job, .outcome = ret, .dir = { .lock_fd = -1 }, .log_fd = -1 };
	struct termios terminal = { 0 };
	bool is_terminal = job->interactive && !tcgetattr(0, &terminal);
	uint64_t started = monotonic_ms();
	char qemu_end[64];
	int r;

	for (unsigned int i = 0; i < QEMU_CHANNELS; i++)
		p.read_end[i] = p.write_end[i] = -1;
	snprintf(ret->accel, sizeof(ret->accel), "%s", accel);
	ret->verdict = EMULATE_NO_START;
	if (job->console_log) {
		p.log_fd = open(job->console_log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (p.log_fd < 0)
			return err_sys(e, -errno, job->console_log, "create");
	}
	console_init(&p.console, p.log_fd);
	r = start(&p, k, accel, e);
	if (!r) {
		ret->verdict = watch(&p, boot_ms);
		r = explain(&p, end_qemu(&p, qemu_end, sizeof(qemu_end)), e);
		snprintf(ret->console_end, sizeof(ret->console_end), "%s", p.console.end);
		if (keep_oplog(&p, r ? NULL : e) && !r)
			r = -EIO;
	}
	ret->total_ms = monotonic_ms() - started;
	if (is_terminal)
		tcsetattr(0, TCSADRAIN, &terminal);
	close_ends(p.write_end);
	close_ends(p.read_end);
	rundir_release(&p.dir);
	free(p.frames);
	if (p.log_fd >= 0)
		close(p.log_fd);
	return r;
}
