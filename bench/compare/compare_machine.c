// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What two sets must share to be compared: all that a figure depends on but the kernel,
 * which is what is compared. Counts move with the emulator, the instructions that its CPUs
 * have, and the medium; times with the machine.
 */
#include "bench/compare/compare.h"
#include "bench/results/json_get.h"
#include "lib/cleanup.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_SLACK 16 /* a kernel keeps some for itself: less than a sixteenth */

static bool differ(char *why, size_t len, const char *what, const char *a, const char *b)
{
	if (!strcmp(a, b))
		return false;
	snprintf(why, len, "%s: %s against %s", what, a[0] ? a : "none", b[0] ? b : "none");
	return true;
}

static bool numbers_differ(char *why, size_t len, const char *what, int64_t a, int64_t b)
{
	if (a == b)
		return false;
	snprintf(why, len, "%s: %lld against %lld", what, (long long)a, (long long)b);
	return true;
}

static bool json_differs(char *why, size_t len, const char *what, const json_t *a, const json_t *b)
{
	AUTO_FREE char *text_a = a ? json_dumps(a, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	AUTO_FREE char *text_b = b ? json_dumps(b, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if ((!a && !b) || json_equal(a, b))
		return false;
	snprintf(why, len, "%s: %s against %s", what, text_a ? text_a : "none",
		 text_b ? text_b : "none");
	return true;
}

/* The unit of all cells with a figure; NULL: they have several, or there is none. */
static const char *unit_of(const struct results_file *f)
{
	const char *unit = NULL;

	for (size_t i = 0; i < f->n_cells; i++) {
		if (!f->cells[i].r.n_samples)
			continue;
		if (unit && strcmp(unit, f->cells[i].r.unit) != 0)
			return NULL;
		unit = f->cells[i].r.unit;
	}
	return unit;
}

static bool units_differ(char *why, size_t len, const struct results_file *a,
			 const struct results_file *b)
{
	const char *of_a = unit_of(a), *of_b = unit_of(b);

	return of_a && of_b && differ(why, len, "units", of_a, of_b);
}

static bool has_checks(const struct results_file *f)
{
	for (size_t i = 0; i < f->n_cells; i++)
		if (f->cells[i].r.lens == LENS_CHECK)
			return true;
	return false;
}

static bool is_check(char *why, size_t len, const struct results_file *a,
		     const struct results_file *b)
{
	if (has_checks(a) == has_checks(b))
		return false;
	snprintf(why, len, "one is of \"daxbench check\", which measures nothing");
	return true;
}

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

static bool emulations_differ(char *why, size_t len, const struct results_machine *a,
			      const struct results_machine *b)
{
	return differ(why, len, "emulated", yes(a->emulated), yes(b->emulated)) ||
	       differ(why, len, "deterministic", yes(a->deterministic), yes(b->deterministic)) ||
	       differ(why, len, "accelerator", a->accel, b->accel) ||
	       differ(why, len, "QEMU", a->qemu, b->qemu) ||
	       differ(why, len, "QEMU's machine", a->machine, b->machine) ||
	       differ(why, len, "QEMU's CPU", a->cpu, b->cpu) ||
	       differ(why, len, "icount", a->icount, b->icount) ||
	       differ(why, len, "lines written back with", a->flush, b->flush) ||
	       differ(why, len, "persistence", a->persistence, b->persistence) ||
	       json_differs(why, len, "sizes of the NVDIMMs", a->nvdimm_bytes, b->nvdimm_bytes);
}

/* Kernels differ in how much of it they leave. */
static bool memory_differs(char *why, size_t len, int64_t a, int64_t b)
{
	int64_t more = a > b ? a : b, less = a > b ? b : a;

	return more - less > more / MEMORY_SLACK && numbers_differ(why, len, "memory", a, b);
}

static bool machines_differ(char *why, size_t len, const struct results_machine *a,
			    const struct results_machine *b)
{
	return emulations_differ(why, len, a, b) ||
	       differ(why, len, "CPU", a->cpu_model, b->cpu_model) ||
	       json_differs(why, len, "flags of the CPU", a->cpu_flags, b->cpu_flags) ||
	       numbers_differ(why, len, "CPUs", a->cpus, b->cpus) ||
	       memory_differs(why, len, a->memory_bytes, b->memory_bytes);
}

bool compare_refuses_sets(const struct results_file *a, const struct results_file *b, char *why,
			  size_t len)
{
	return is_check(why, len, a, b) || units_differ(why, len, a, b) ||
	       machines_differ(why, len, &a->machine, &b->machine) ||
	       differ(why, len, "version of daxbench and its workloads", a->machine.daxbench,
		      b->machine.daxbench) ||
	       numbers_differ(why, len, "seed", a->seed, b->seed);
}

/* How the file system was made and mounted; the device's name is no part of it. */
static bool targets_differ(char *why, size_t len, const json_t *a, const json_t *b)
{
	static const char *const members[] = { "layer", "mkfs", "dax", "numa_node" };

	if (!a || !b)
		return false;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_differs(why, len, members[i], json_object_get(a, members[i]),
				 json_object_get(b, members[i])))
			return true;
	return false;
}

bool compare_refuses_cells(const struct results_cell *a, const struct results_cell *b, char *why,
			   size_t len)
{
	return json_differs(why, len, "parameters", a->params, b->params) ||
	       differ(why, len, "operation", a->op, b->op) ||
	       differ(why, len, "units", a->r.unit, b->r.unit) ||
	       differ(why, len, "mode", a->r.mode, b->r.mode) ||
	       differ(why, len, "driver", a->r.driver, b->r.driver) ||
	       targets_differ(why, len, a->r.target, b->r.target);
}
