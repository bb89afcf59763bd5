/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the author of a workload reads.
 *
 * A workload is one C file that says what an application does to persistent
 * memory. It is compiled twice. Under the bench lens each dx_ call is the bare
 * store or system call and nothing else, and run() is timed. Under the check
 * lens the same calls also write the operation log from which an oracle knows
 * what was promised. So a workload makes no system call of its own, chooses no
 * value that it stores, and never checks itself.
 *
 *	static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n) ...
 *	static int run(struct dx *dx, struct dx_worker *w, uint64_t n) ...
 *	static void finish(struct dx *dx, struct dx_worker *w) ...
 *	static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c) ...
 *
 *	DX_WORKLOAD(pte_store) = {
 *		.name = "pte-store", .title = "First store to a 4 KiB page",
 *		.op = "store", .groups = "default,fault", .needs = DX_NEED_DAX,
 *		.max_ops = 8192, .priv_size = sizeof(struct mine),
 *		.prepare = prepare, .run = run, .finish = finish, .expect = expect,
 *	};
 *
 * The file's name is the workload's name: workloads/pte-store.c. Nothing else
 * in the tree has to be edited. Offsets, lengths and sizes are in bytes.
 * Calls return 0 or a negative errno.
 */
#ifndef DAXBENCH_WORKLOAD_H
#define DAXBENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DX_PAGE (4096ULL)
#define DX_PMD	(2ULL << 20)

/* The device that a cell of DX_NEED_RAW or DX_NEED_DEVDAX has in place of files. */
#define DX_DEVICE "device" /* its name, for dx_open() */

struct dx_device {
	uint64_t size;	/* bytes; 0: the cell has files, and no device */
	uint64_t align; /* device-dax: of mappings, and what each fault maps; else 0 */
	bool dax;	/* block device: mmap maps the medium, and nothing is cached */
};

struct dx;
struct fio_job;
struct dx_list_op;
struct dx_rec;
struct dx_log_area;

/*
 * An open description. The workload owns the struct (in its priv), zeroed;
 * dx_open() fills it. @id names the description in the operation log; it is
 * unique in a run. @fd is -1 or 0-with-id-0 while closed: dx_close() of a
 * struct never opened is no error.
 */
struct dx_file {
	int fd;
	uint32_t id;
};

/* A mapping of @length bytes at @base, which shows @file from @offset on. */
struct dx_map {
	unsigned char *base;
	uint64_t length;
	uint64_t offset;
	uint32_t id;
	uint32_t file; /* dx_file.id */
	unsigned int flags;
};

/* How dx_map() maps. Without PRIVATE a mapping is shared. */
enum dx_map_flag {
	DX_MAP_READ = 1 << 0,
	DX_MAP_WRITE = 1 << 1,
	DX_MAP_SYNC = 1 << 2,	  /* MAP_SYNC: the block mapping is durable at the write fault */
	DX_MAP_PRIVATE = 1 << 3,  /* copy on write: stores are not the file's */
	DX_MAP_POPULATE = 1 << 4, /* fault everything in now */
	DX_MAP_PTE = 1 << 5,	  /* no huge mappings: each fault is of 4 KiB */
	DX_MAP_PMD = 1 << 6,	  /* address aligned so that 2 MiB faults are possible */
	DX_MAP_SKEWED = 1 << 7,	  /* address out of step with the file: no 2 MiB fault */
};

/*
 * One thread or process that does operations. Passed to every call: it names
 * who did it. Worker 0 is the one that prepare() and run() are called with.
 */
struct dx_worker {
	struct dx *dx;
	uint32_t id;
	uint32_t next_handle;	 /* of dx_file and dx_map, see DX_HANDLE() in io.h */
	unsigned char *buf;	 /* what dx_write() writes and dx_read() reads into */
	uint64_t buf_size;	 /* bytes; the largest dx_write() or dx_read() */
	struct dx_log_area *log; /* check lens: this worker's part of the operation log */
	uint64_t generation;	 /* check lens: counts the stores and writes of this worker */
};

/*
 * Things that an application does not do, but that happen to it: done by the
 * target (bench/target/target.c), logged under the check lens, never timed. What the
 * target cannot do gives -EOPNOTSUPP; from prepare(), the workload is skipped
 * with that. A worker that is a process holds the cell's directory open, so
 * that umount is -EBUSY while there is one.
 */
struct dx_env_ops {
	int (*umount)(struct dx *dx);
	int (*mount)(struct dx *dx);
	int (*remount)(struct dx *dx, bool read_only);
	int (*mkfs)(struct dx *dx); /* of the unmounted file system: all is lost */
	int (*drop_caches)(struct dx *dx);
	int (*pass_time)(struct dx *dx, uint64_t ms); /* of the guest's clock */
	int (*poison)(struct dx *dx, void *at);	      /* the page fails; in our guest alone */
	int (*unbind)(struct dx *dx); /* device-dax from its driver; in our guest alone */
	int (*bind)(struct dx *dx);
};

/* A number that a user may choose: NAME:param=value. */
struct dx_param {
	const char *name;
	/*
	 * "bytes" takes K, M, G; else "pages", "files", "threads", ... A "path", the
	 * last parameter, is no number but the file of a list (DX_LIST_FILE): all
	 * that is left of the word.
	 */
	const char *unit;
	uint64_t def, min, max;
	const char *help;
};

#define DX_MAX_PARAMS 4

/*
 * What a sample makes the kernel's DAX code do. DX_ANY: the workload declares nothing;
 * DX_SOME: at least once.
 */
#define DX_ANY	(-1)
#define DX_SOME (-2)

struct dx_counts {
	int64_t pte_faults;	      /* dax_pte_fault_done that did not fall back, write or read */
	int64_t pmd_faults;	      /* dax_pmd_fault_done, no fallback */
	int64_t pmd_fallbacks;	      /* 2 MiB faults that the kernel turned into 4 KiB ones */
	int64_t sync_faults;	      /* dax_insert_pfn_mkwrite: second half of a MAP_SYNC fault */
	int64_t entries_written_back; /* dax_writeback_one */
	int64_t lines_written_back;   /* by any CPU: seen where an emulator counts, run --counts */
};

#define DX_COUNTS_ANY                                                                              \
	((struct dx_counts){ .pte_faults = DX_ANY,                                                 \
			     .pmd_faults = DX_ANY,                                                 \
			     .pmd_fallbacks = DX_ANY,                                              \
			     .sync_faults = DX_ANY,                                                \
			     .entries_written_back = DX_ANY,                                       \
			     .lines_written_back = DX_ANY })

enum dx_need {
	DX_NEED_DAX = 1 << 0,	   /* files that the file system maps directly */
	DX_NEED_MAP_SYNC = 1 << 1, /* MAP_SYNC works */
	DX_NEED_FS = 1 << 2,	   /* a directory to work in, DAX or not */
	DX_NEED_OWN_FS = 1 << 3,   /* a file system that nobody else uses: sync(2), umount */
	DX_NEED_THREADS = 1 << 4,  /* several CPUs, or the figure means nothing */
	/*
	 * No file system: the cell's directory holds nothing but DX_DEVICE, and
	 * nothing is made in it. Runs once, not once for each file system.
	 */
	DX_NEED_RAW = 1 << 5,	    /* a block device */
	DX_NEED_DEVDAX = 1 << 6,    /* device-dax of any alignment; ours have 2 MiB */
	DX_NEED_DEVDAX_4K = 1 << 7, /* device-dax with an alignment of 4 KiB */
};

/* Whence the list of operations comes that a workload runs: dx->list. */
enum dx_list_source {
	DX_LIST_NONE,
	DX_LIST_FILE, /* the file that the user names with the parameter "list" */
	DX_LIST_SOUP, /* made from the seed, as many operations as the parameter "ops" says */
	DX_LIST_ACE,  /* made systematically: "length", "shard", "of", "case" (workloads/ace.c) */
};

struct dx_workload {
	const char *name; /* [a-z0-9-]+, the file's name */
	const char
		*title; /* one line of at most 72 characters: what happens, in the field's terms */
	const char *op; /* what one operation is: "store", "store+msync" */
	/*
	 * Comma-separated: its theme first (fault, sync, data, space, device, scaling),
	 * "default" (what `run` runs) for few, "test" for what no user measures:
	 * all others are in "full" (bench/group.h).
	 */
	const char *groups;
	unsigned int needs; /* enum dx_need */
	const char *lacks;  /* what this build has not got: skipped, with that. NULL: nothing */
	uint64_t max_ops; /* most operations in a sample, for the space that they need; 0: no end */
	uint64_t check_ops; /* operations under the check lens; 0: 8; with a list, all of it */
	enum dx_list_source list; /* in the check lens alone: see workloads/oplist-run.h */
	size_t priv_size;	  /* bytes of dx_priv(), zeroed before each prepare() */
	struct dx_param params[DX_MAX_PARAMS]; /* ends with an empty name */
	const struct fio_job *job;	       /* fio does it all (workloads/jobs): no functions */

	/*
	 * prepare: untimed, before each sample: makes true what run() needs for
	 * @n operations. The directory of the cell exists; what an earlier sample
	 * left in it may be there. May be NULL.
	 */
	int (*prepare)(struct dx *dx, struct dx_worker *w, uint64_t n);
	/*
	 * run: timed: exactly @n operations in its own loop, and nothing else.
	 * Stops at the first failure and returns it: the cell is an error then.
	 */
	int (*run)(struct dx *dx, struct dx_worker *w, uint64_t n);
	/*
	 * finish: untimed, after each sample, also after a prepare() or run() that
	 * failed half way: every object may be untouched (zeroed). Not checked.
	 */
	void (*finish)(struct dx *dx, struct dx_worker *w);
	/*
	 * expect: how often run() of @n operations faults and writes back, if that
	 * is known. @c comes in as DX_COUNTS_ANY. May be NULL.
	 */
	void (*expect)(const struct dx *dx, uint64_t n, struct dx_counts *c);
};

/* The run. Made by the harness; a workload reads it and changes nothing. */
struct dx {
	const struct dx_workload *workload;
	uint64_t seed;
	uint64_t n;			/* operations of the current sample */
	uint64_t values[DX_MAX_PARAMS]; /* of workload->params */
	void *priv;			/* dx_priv() */
	const char *why;		/* of a prepare() that refused: dx_refuse(); or NULL */
	int root;			/* directory of the cell; -1 where there is none */
	struct dx_device device;	/* what is in it, if the workload needs a device */
	const struct dx_env_ops *env;	/* NULL members: cannot be done here */
	void *env_data;			/* the target's */
	uint32_t workers;		/* struct dx_worker at @worker, the first is worker 0 */
	struct dx_worker *worker;	/* in memory that child processes share */
	struct dx_team *team;		/* of dx_spawn(), NULL before */
	const struct dx_list_op *list;	/* of workload->list, there before prepare(); or NULL */
	uint64_t n_list;		/* operations in it */
};

/* The workload's own state. */
static inline void *dx_priv(const struct dx *dx)
{
	return dx->priv;
}

/*
 * For prepare(): returns @code, and has the user told why. -EOPNOTSUPP: the cell is
 * skipped, since it cannot be done here; else it is an error. @why is a literal.
 */
static inline int dx_refuse(struct dx *dx, int code, const char *why)
{
	dx->why = why;
	return code;
}

/* The value of parameter @name, which the workload declares. Not for loops. */
uint64_t dx_param(const struct dx *dx, const char *name);

/*
 * Workers beside worker 0. dx_spawn(dx, count, kind, fn), from prepare(),
 * starts @count more of them; each calls @fn with its own struct dx_worker.
 * dx_barrier(w) is for all, worker 0 included: the usual shape is one at the
 * start of run() and of @fn, one at the end of both, and dx_join(dx) in
 * finish(). dx_join() returns the first failure of any; a worker that died of
 * a signal is -ECANCELED, and the barriers that others wait at give up with it.
 *
 * These three stand in io.h, where the check lens logs them. What they call is
 * compiled once, for both lenses (bench/workers.c): a workload does not name it.
 */
enum dx_worker_kind { DX_THREAD, DX_PROCESS };

typedef int (*dx_worker_fn)(struct dx *dx, struct dx_worker *w, uint64_t n);

#define DX_MAX_WORKERS 64

int dx_workers_spawn(struct dx *dx, uint32_t count, enum dx_worker_kind kind, dx_worker_fn fn);
int dx_workers_barrier(struct dx_worker *w);
int dx_workers_join(struct dx *dx);

/* Registration: the linker collects the structs of each lens in a section. */
#ifdef DX_LENS_CHECK
#define DX_SECTION "dx_check"
#else
#define DX_SECTION "dx_bench"
#endif

#define DX_WORKLOAD(ident)                                                                         \
	static const struct dx_workload ident;                                                     \
	static const struct dx_workload *const dx_entry_##ident                                    \
		__attribute__((used, retain, section(DX_SECTION))) = &ident;                       \
	static const struct dx_workload ident

#include "daxbench/io.h"

#endif
