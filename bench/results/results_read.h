/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results that were kept, read again: the one place where a run.json is opened,
 * held against its schema's name and taken apart, for whoever compares, plots or
 * looks up an earlier figure.
 *
 * A file may come from anybody. What is returned has members of the right type
 * and within the bounds of struct cell_result; its texts may still hold any
 * character, so whoever prints them calls tame_line() (lib/tame.h), except
 * for workload, parameter names and unit, which are plain.
 */
#ifndef BENCH_RESULTS_RESULTS_READ_H
#define BENCH_RESULTS_RESULTS_READ_H

#include <limits.h>

#include "bench/results/result.h"

/* What the figures depend on. Texts are "" and numbers 0 where it is not known. */
struct results_machine {
	const char *daxbench; /* version */
	const char *kernel, *kernel_version, *config_hash, *command_line;
	const char *cpu_model;
	const json_t *cpu_flags; /* array of texts, or NULL */
	int64_t cpus, memory_bytes;
	bool emulated;	    /* then the rest says how */
	bool deterministic; /* one vCPU that counts instructions */
	const char *accel;  /* "tcg", "kvm" */
	const char *qemu;   /* version */
	const char *machine, *cpu, *flush, *persistence, *icount;
	const json_t *nvdimm_bytes; /* array of numbers, or NULL */
};

struct results_cell {
	const json_t *json; /* the whole cell */
	const char *workload, *op, *kernel;
	const json_t *params; /* object of counts */
	struct cell_result r; /* all but workload and selection, which are of this program's */
};

struct results_file {
	char path[PATH_MAX]; /* of the run.json; "" for a document in memory */
	json_t *document;
	struct results_machine machine;
	struct results_cell *cells;
	size_t n_cells;
	int64_t seed;
	bool interrupted; /* cells are missing */
};

/*
 * Which run.json @word means, into @path: "latest", the name of a set under
 * @base ("20261127T021826Z-6.12-471c", "baselines/mine"), a directory with a
 * run.json in it, or the file itself. @base: "results", or what -o says.
 * -ENOENT says what was looked for and which sets there are to choose from.
 */
int results_find(const char *base, const char *word, char path[PATH_MAX], struct err *e);

/*
 * Reads the run.json at @path. -EBADMSG: no results, of another schema, or a cell
 * that is none (the error says which). @ret is released by the caller, and is
 * empty after a failure.
 */
int results_read(const char *path, struct results_file *ret, struct err *e);

/* The same for a document that is there already, called @name in errors. A reference is taken. */
int results_read_document(const json_t *document, const char *name, struct results_file *ret,
			  struct err *e);

/* Zeroed is fine. */
void results_file_release(struct results_file *f);

/* Did both measure the same: workload, parameters, lens, file system? */
bool results_same_cell(const struct results_cell *a, const struct results_cell *b);

/* The cell of @f that measured what @cell did, or NULL. */
const struct results_cell *results_match(const struct results_file *f,
					 const struct results_cell *cell);

#endif
