// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boots of a comparison, each a run with results of its own that are kept. All have
 * the same command line, to the letter: `daxbench compare ...` itself, which in a guest
 * runs its workloads. What takes turns meets the same noise: A B A B, never A A B B.
 */
#include "bench/cmd/cmd_compare.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"
#include "emulate/kernel.h"

#include <errno.h>
#include <stdlib.h>

#define BOOTS 6 /* of each side: an interval from 36 pairs, and a control of 3 against 3 */

uint64_t compare_boots(const struct compare *c)
{
	if (c->boots)
		return c->boots;
	return c->run.session.deterministic ? 1 : BOOTS;
}

/* Before anything boots: are all of them there? */
static int check_kernels(const struct compare *c, struct err *e)
{
	struct kernel kernel;

	if (c->control_kernel &&
	    kernel_resolve(c->control_kernel, c->run.session.modules, &kernel, e))
		return e->code;
	for (size_t i = 0; i < c->n_sides; i++) {
		int r = kernel_resolve(c->sides[i].name, c->run.session.modules, &kernel, e);

		if (r)
			return r;
	}
	return 0;
}

/* Keeps what a boot sent, and reads it as any file of results is read. */
static int keep(struct results *results, bool cut_short, struct results_file *ret, struct err *e)
{
	int r = results_finish(results, cut_short, e);

	if (!r)
		r = results_read_document((json_t *)results_document(results), "guest", ret, e);
	if (!r && results_path(results))
		snprintf(ret->path, sizeof(ret->path), "%s/run.json", results_path(results));
	if (!r && ret->interrupted && !cut_short)
		r = err_set(e, -EIO, "guest", "%zu of %zu results came back", ret->n_cells,
			    json_array_size(json_object_get(ret->document, "results")));
	return r;
}

/* One boot into @ret, which may have something even after a failure. 0, or the exit code. */
static int boot(struct compare *c, const char *kernel, struct results_file *ret)
{
	struct emulate_outcome outcome = { 0 };
	struct results *results;
	struct err e, why;
	int r = run_boot(&c->run, kernel, &results, &outcome, &e), kept = 0;

	if (r && r != -EINTR)
		say_error(&e);
	if (results) {
		kept = keep(results, r != 0, ret, &why);
		results_close(results);
	}
	if (kept)
		say_error(&why);
	if (outcome.kernel[0])
		say_note(0, "guest: %s on QEMU %s, %s, %.1f s", outcome.kernel, outcome.qemu,
			 outcome.accel, (double)outcome.total_ms / 1e3);
	if (interrupted)
		return 128 + interrupted;
	return r || kept ? EXIT_NO_RUN : EXIT_OK;
}

/* A set without a single cell is none. */
static int boot_side(struct compare *c, struct compare_side *side)
{
	struct results_file *set = &side->sets[side->n_sets];
	int code = boot(c, side->name, set);

	if (set->n_cells)
		side->n_sets++;
	else
		results_file_release(set);
	return code;
}

static int boot_control(struct compare *c)
{
	int code;

	/* Another kernel lies otherwise; the same one is made to. */
	c->run.padded = !c->control_kernel;
	code = boot(c, c->control_kernel ? c->control_kernel : c->sides[0].name, &c->control);
	c->run.padded = false;
	if (c->control.n_cells)
		c->sides[0].control = &c->control;
	return code;
}

static int make_room(struct compare *c, uint64_t boots, struct err *e)
{
	for (size_t i = 0; i < c->n_sides; i++) {
		c->sides[i].sets = calloc(boots, sizeof(*c->sides[i].sets));
		if (!c->sides[i].sets)
			return err_sys(e, -ENOMEM, c->sides[i].name, "boot");
	}
	return 0;
}

int compare_boot_guests(struct compare *c)
{
	uint64_t boots = compare_boots(c);
	struct err e;
	int code = EXIT_OK, r = check_kernels(c, &e);

	if (!r)
		r = make_room(c, boots, &e);
	if (r) {
		say_error(&e);
		return say_exit_code(&e);
	}
	for (uint64_t n = 0; code == EXIT_OK && n < boots; n++)
		for (size_t i = 0; code == EXIT_OK && i < c->n_sides; i++) {
			say_note(0, "boot %llu of %llu: %s", (unsigned long long)n + 1,
				 (unsigned long long)boots, c->sides[i].name);
			code = boot_side(c, &c->sides[i]);
		}
	if (code == EXIT_OK && c->run.session.deterministic && !c->no_control) {
		say_note(0,
			 c->control_kernel ? "control: %s"
					   : "control: %s, with its memory laid out otherwise",
			 c->control_kernel ? c->control_kernel : c->sides[0].name);
		code = boot_control(c);
	}
	return code;
}
