// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a job that is built in and cannot be read, for it would not be listed, and a
 * comment that is taken for another, cut off, or made up. */
#include "bench/fio/fio_jobs.h"
#include "bench/embedded.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct fio_job job;
static struct err e;

static int parse(const char *text)
{
	return fio_job_parse("own", text, &job, &e);
}

/* All of them, each with its words: none of the defaults. */
Test(fio_jobs, those_built_in_are_whole)
{
	size_t n, texts = 0;
	const struct dx_workload *const *all = fio_jobs_all(&n);

	for (; fio_job_texts[texts].name; texts++)
		cr_expect_eq(fio_job_parse(fio_job_texts[texts].name, fio_job_texts[texts].text,
					   &job, &e),
			     0, "%s: %s", e.object, e.what);
	cr_assert(texts > 10);
	cr_assert_eq(n, texts);
	for (size_t i = 0; i < n; i++) {
		const char *text = all[i]->job->text;

		cr_expect(!i || strcmp(all[i - 1]->name, all[i]->name) < 0, "sorted");
		cr_expect(fio_jobs_are_meant(all[i]->name));
		cr_expect(!strncmp(text, "# title: ", 9), "%s", all[i]->name);
		cr_expect(strlen(all[i]->title) <= 72, "%s", all[i]->name);
		cr_expect(strstr(text, "\n# sync: ") && strstr(text, "\n# op: "), "%s",
			  all[i]->name);
		cr_expect(strstr(text, "\n# needs: ") && strstr(text, "\n# ops: "), "%s",
			  all[i]->name);
		cr_expect(strstr(text, "\nioengine="), "%s", all[i]->name);
		cr_expect(all[i]->needs, "%s works somewhere", all[i]->name);
	}
}

Test(fio_jobs, comments_say_what_it_is)
{
	cr_assert_eq(parse("# title: Something\n# sync:\tfsync(2)\n# op: write\n# needs: dax\n"
			   "# ops: 12\n[global]\nbs=4k\n[w]\nioengine=mmap\n"),
		     0, "%s", e.what);
	cr_expect_str_eq(job.workload.name, "fio:own");
	cr_expect_str_eq(job.workload.title, "Something");
	cr_expect_str_eq(job.workload.op, "write");
	cr_expect_str_eq(job.workload.groups, "fio");
	cr_expect_str_eq(job.sync, "fsync(2)");
	cr_expect_str_eq(job.engine, "mmap");
	cr_expect_eq(job.workload.needs, DX_NEED_DAX);
	cr_expect_eq(job.workload.max_ops, 12);
	cr_expect_eq(job.workload.job, &job);
}

Test(fio_jobs, a_bare_job_has_defaults)
{
	cr_assert_eq(parse("[w]\nrw=write\n"), 0, "%s", e.what);
	cr_expect_str_eq(job.engine, "psync");
	cr_expect_str_eq(job.sync, "not stated");
	cr_expect_eq(job.workload.needs, DX_NEED_FS);
	cr_expect(job.workload.max_ops > 0);
	cr_expect(strstr(job.workload.title, "fio:own"));
}

Test(fio_jobs, a_devdax_job_needs_the_device)
{
	cr_assert_eq(parse("# needs: devdax\n[w]\n"), 0);
	cr_expect_eq(job.workload.needs, DX_NEED_DEVDAX);
}

Test(fio_jobs, what_is_refused)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "has 0 jobs" },
		{ "[global]\nbs=4k\n", "has 0 jobs" },
		{ "[a]\n[b]\n", "has 2 jobs" },
		{ "# needs: gold\n[a]\n", "gold" },
		{ "# needs: dax,fs\n[a]\n", "dax,fs" },
		{ "# ops: many\n[a]\n", "many" },
		{ "# ops: 0\n[a]\n", "0" },
		{ "# ops: -1\n[a]\n", "-1" },
		{ "# ops: 99999999999\n[a]\n", "99999999999" },
		{ "[a]\nioengine=a-name-that-is-longer-than-any-engine-of-fio\n", "too long" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_eq(parse(cases[i].text), -EINVAL, "%s", cases[i].text);
		cr_expect(strstr(e.what, cases[i].why), "%s: %s", cases[i].text, e.what);
		cr_expect_str_eq(e.object, "fio:own");
	}
}

/* 72 columns are what a list has. */
Test(fio_jobs, a_title_is_a_line_of_a_list)
{
	char text[128];

	snprintf(text, sizeof(text), "# title: %072d\n[a]\n", 1);
	cr_expect_eq(parse(text), 0);
	snprintf(text, sizeof(text), "# title: %073d\n[a]\n", 1);
	cr_expect_eq(parse(text), -EINVAL);
}

Test(fio_jobs, words_of_a_command_line)
{
	cr_expect(fio_jobs_are_meant("fio:*"));
	cr_expect(fio_jobs_are_meant("fio:"));
	cr_expect_not(fio_jobs_are_meant("fio"));
	cr_expect_not(fio_jobs_are_meant("*"));
	cr_expect_not(fio_jobs_are_meant(""));
}
