/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of the source tree, as they were when this program was built (scripts/embed-texts.sh). */
#ifndef BENCH_EMBEDDED_H
#define BENCH_EMBEDDED_H

struct embedded_text {
	const char *name; /* its file's, without the suffix */
	const char *text;
};

/* Tables end with a NULL name. */
extern const struct embedded_text manual_pages[];  /* docs/man: "daxbench-run", Markdown */
extern const struct embedded_text variant_texts[]; /* kernels/variants: "pfn" */
extern const struct embedded_text fio_job_texts[]; /* workloads/jobs: "mmap-store-64", fio's */

#endif
