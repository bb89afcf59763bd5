// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench check --recorded --states: crash states of a run that was recorded earlier, maybe
 * elsewhere. Of the guests that recover them the files say all but where the kernel is.
 */
#include "bench/cmd/cmd_check.h"
#include "checker/trace/trace.h"
#include "emulate/kernel.h"

#include <errno.h>
#include <string.h>

static const char *const ours[] = { "6.12", "6.1" };

/* The kernel of that release, if it is one that was fetched. */
static int find_kernel(const char *release, const char **ret, struct err *e)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		struct kernel k;

		if (!kernel_resolve(ours[i], NULL, &k, NULL) && !strcmp(k.release, release)) {
			*ret = ours[i];
			return 0;
		}
	}
	err_set(e, -ENOENT, "--states", "the run was recorded on Linux %.80s, which is not here",
		release);
	return err_hint(e, "say which kernel recovers its crash states: --kernel");
}

/* NVDIMMs as large as those that were recorded: then they lie where these did. */
static int find_sizes(const char *path, struct emulate_job *job, struct err *e)
{
	const struct dx_trace_header *header;
	struct trace *t;
	int r = trace_open(&t, path, e);

	if (r)
		return r;
	header = trace_header(t);
	for (uint32_t i = 0; i < header->ranges && i <= EMULATE_DATA2; i++)
		job->nvdimm_bytes[EMULATE_DATA + i] = header->range[i].size;
	trace_close(t);
	return 0;
}

int check_again_open(struct check_judge *j, const struct states_run *run,
		     const struct dx_log_header *about, struct err *e)
{
	const struct check *check = j->check;
	struct emulate_job *job = &j->again;
	int r = 0;

	*job = (struct emulate_job){ .kernel = check->session.kernels[0],
				     .modules = check->session.modules,
				     .timeout_ms = check->session.timeout_ms,
				     .cpu_cache_persists = check->rules == PERSIST_EADR };
	if (!job->kernel)
		r = find_kernel(about->kernel, &job->kernel, e);
	if (!r)
		r = find_sizes(run->trace, job, e);
	recover_pool_close(j->states.pool);
	j->states.pool = NULL;
	if (!r)
		r = check_judge_states(j, job, e);
	j->states.seed = about->seed;
	return r;
}
