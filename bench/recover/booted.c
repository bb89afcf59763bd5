// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/booted.h"
#include "emulate/qemu.h"
#include "lib/cleanup.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define FOREVER_MS (30ULL * 24 * 3600 * 1000) /* its questions have limits, it has none */
#define POLITE_MS  1500
#define STOP_MS	   5000

struct booted_end {
	volatile int stop; /* the child's emulate_job.interrupted */
	struct err why;
	struct emulate_outcome outcome;
};

/* ---- memory ---- */

static int open_mailbox(struct booted *b, struct err *e)
{
	void *map;

	b->memory_bytes = qemu_nvdimm_bytes(b->job, EMULATE_OPLOG);
	b->memory_fd = memfd_create("daxbench-mailbox", MFD_CLOEXEC);
	if (b->memory_fd < 0 || ftruncate(b->memory_fd, (off_t)b->memory_bytes))
		return err_sys(e, -errno, "mailbox", "make its memory");
	map = mmap(NULL, b->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, b->memory_fd, 0);
	if (map == MAP_FAILED)
		return err_sys(e, -errno, "mailbox", "map");
	b->mailbox = (void *)((char *)map + MAILBOX_AT);
	return 0;
}

static int open_end(struct booted *b, struct err *e)
{
	void *map = mmap(NULL, sizeof(*b->end), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);

	if (map == MAP_FAILED)
		return err_sys(e, -errno, "guest", "share memory with its child");
	b->end = map;
	return 0;
}

int booted_open(struct booted *b, const struct emulate_job *job, struct err *e)
{
	struct dx_trace_range range[PLACE_NVDIMMS];
	int r;

	*b = (struct booted){ .job = job, .memory_fd = -1 };
	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++)
		range[i] = (struct dx_trace_range){ qemu_nvdimm_base(job, EMULATE_DATA + i),
						    qemu_nvdimm_bytes(job, EMULATE_DATA + i) };
	r = place_open(&b->place, range, e);
	if (!r)
		r = open_mailbox(b, e);
	if (!r)
		r = open_end(b, e);
	if (r)
		booted_close(b);
	return r;
}

/* ---- the child ---- */

static volatile int *stop_flag; /* the child's, for its handler */

static void on_stop(int signal)
{
	*stop_flag = signal;
}

/*
 * A key on the terminal ends our parent, which ends us; and if it just dies, the kernel says
 * so. Either way QEMU is ended and its directory removed.
 */
static int heed_signals(struct booted_end *end, pid_t parent)
{
	struct sigaction stop = { .sa_handler = on_stop };

	stop_flag = &end->stop;
	signal(SIGINT, SIG_IGN);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	return prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent ? -ESRCH : 0;
}

static void __attribute__((noreturn)) be_guest(const struct booted *b, pid_t parent)
{
	static char *const argv[] = { (char *)"daxbench", (char *)"recover", NULL };
	char path[EMULATE_NVDIMMS][64];
	const int fds[EMULATE_NVDIMMS] = { b->place.fd[0], b->place.fd[1], b->memory_fd };
	struct emulate_job job = {
		.kernel = b->job->kernel,
		.modules = b->job->modules,
		.argv = argv,
		.accel = b->job->accel,
		.flush = b->job->flush,
		.cpu_cache_persists = b->job->cpu_cache_persists,
		.cpus = 1,
		.reads = b->job->reads,
		.trace_dir = b->job->trace_dir,
		.trace_alone = b->job->trace_alone,
		.timeout_ms = b->job->timeout_ms ? b->job->timeout_ms : FOREVER_MS,
		.silence_ms = FOREVER_MS,
		.interrupted = &b->end->stop,
	};

	memcpy(job.nvdimm_bytes, b->job->nvdimm_bytes, sizeof(job.nvdimm_bytes));
	for (unsigned int i = 0; i < EMULATE_NVDIMMS; i++) {
		/* Not of this process: QEMU is another, and we have them open as long as it runs.
		 */
		snprintf(path[i], sizeof(path[i]), "/proc/%d/fd/%d", (int)getpid(), fds[i]);
		job.nvdimm_file[i] = path[i];
	}
	if (heed_signals(b->end, parent))
		_exit(1);
	emulate_run(&job, &b->end->outcome, &b->end->why);
	_exit(0);
}

int booted_start(struct booted *b, struct err *e)
{
	pid_t parent = getpid();

	/* What an earlier guest left there would be taken for this one's. */
	if (fallocate(b->memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		      (off_t)b->memory_bytes))
		return err_sys(e, -errno, "mailbox", "empty");
	memset(b->end, 0, sizeof(*b->end));
	b->pid = fork();
	if (!b->pid)
		be_guest(b, parent);
	if (b->pid < 0) {
		b->pid = 0;
		return err_sys(e, -errno, "guest", "fork");
	}
	return 0;
}

/* ---- talking ---- */

static bool is_gone(struct booted *b)
{
	int status;

	if (b->pid && waitpid(b->pid, &status, WNOHANG) == b->pid)
		b->pid = 0;
	return !b->pid;
}

enum booted_state booted_look(struct booted *b)
{
	const struct mailbox *box = b->mailbox;

	if (!b->pid)
		return BOOTED_GONE; /* whatever it has left in the mailbox */
	if (__atomic_load_n(&box->magic, __ATOMIC_ACQUIRE) == MAILBOX_MAGIC &&
	    __atomic_load_n(&box->answered, __ATOMIC_ACQUIRE) == box->asked)
		return BOOTED_READY;
	return is_gone(b) ? BOOTED_GONE : BOOTED_BUSY;
}

void booted_ask(struct booted *b, enum mailbox_what what, const char *fs, const char *dir)
{
	struct mailbox *box = b->mailbox;

	box->what = what;
	snprintf(box->fs, sizeof(box->fs), "%s", fs);
	snprintf(box->dir, sizeof(box->dir), "%s", dir);
	box->dump_bytes = 0;
	__atomic_store_n(&box->asked, box->answered + 1, __ATOMIC_RELEASE);
}

int booted_answer(const struct booted *b, struct dump **ret, struct err *e)
{
	uint64_t room = b->memory_bytes - MAILBOX_AT - MAILBOX_DUMP;
	uint64_t len = __atomic_load_n(&b->mailbox->dump_bytes, __ATOMIC_ACQUIRE);
	void *bytes;

	if (!len)
		return err_set(e, -EBADMSG, "dump", "more than the mailbox has room for");
	if (len > room)
		return err_set(e, -EBADMSG, "dump", "the guest says it is larger than its memory");
	bytes = malloc(len);
	if (!bytes)
		return err_sys(e, -ENOMEM, "dump", "take");
	memcpy(bytes, (const char *)b->mailbox + MAILBOX_DUMP, len);
	return dump_parse(ret, bytes, len, e);
}

int booted_reads(const struct booted *b, struct read_set **ret, struct err *e)
{
	const struct dx_trace_reads *reads =
		(const void *)((const char *)b->mailbox + MAILBOX_READS);
	size_t bytes = reads->n * sizeof(reads->run[0]);
	struct dx_trace_range *copy;
	int r;

	*ret = NULL;
	if (!reads->fills || reads->n > MAILBOX_RUNS)
		return 0;
	/* The guest may go on writing there: what is checked must be what is kept. */
	copy = malloc(bytes + 1);
	if (!copy)
		return err_sys(e, -ENOMEM, "what was read", "take");
	memcpy(copy, reads->run, bytes);
	r = read_set_make(ret, copy, bytes / sizeof(*copy), e);
	free(copy);
	return r == -EBADMSG ? 0 : r;
}

/* ---- the end ---- */

static void wait_for(struct booted *b, uint64_t ms)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t until = monotonic_ms() + ms;

	while (!is_gone(b) && monotonic_ms() < until)
		nanosleep(&pause, NULL);
}

void booted_stop(struct booted *b, bool politely)
{
	if (!b->pid)
		return;
	if (politely && booted_look(b) == BOOTED_READY) {
		booted_ask(b, MAILBOX_END, "", "");
		wait_for(b, POLITE_MS);
	}
	b->end->stop = SIGTERM;
	wait_for(b, STOP_MS);
	if (is_gone(b))
		return;
	kill(b->pid, SIGKILL);
	while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
		;
	b->pid = 0;
}

const struct err *booted_why(const struct booted *b)
{
	return &b->end->why;
}

int booted_give_up(struct booted *b, const char *object, const char *what, struct err *e)
{
	booted_stop(b, false);
	if (!booted_why(b)->code)
		return err_set(e, -EIO, object, "%s", what);
	if (e)
		*e = *booted_why(b);
	return booted_why(b)->code;
}

const char *booted_console(const struct booted *b)
{
	return b->end->outcome.console_end;
}

void booted_close(struct booted *b)
{
	if (b->end) {
		booted_stop(b, true);
		munmap(b->end, sizeof(*b->end));
	}
	if (b->mailbox)
		munmap((char *)b->mailbox - MAILBOX_AT, b->memory_bytes);
	if (b->memory_fd >= 0)
		close(b->memory_fd);
	place_release(&b->place);
	b->end = NULL;
	b->mailbox = NULL;
	b->memory_fd = -1;
}
