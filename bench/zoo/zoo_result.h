/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of each mutant, and the document of all: functions of what was found. */
#ifndef BENCH_ZOO_ZOO_RESULT_H
#define BENCH_ZOO_ZOO_RESULT_H

#include <jansson.h>

#include "bench/zoo/zoo_judge.h"

enum zoo_verdict {
	ZOO_CAUGHT,	/* and the same commands find nothing on the kernel without a bug */
	ZOO_OTHERWISE,	/* caught, but not by the detector that was to */
	ZOO_MISSED,	/* not caught, */
	ZOO_EQUIVALENT, /* as nothing can */
	ZOO_ALARM,	/* found where there is nothing: an equivalent one, or no bug at all */
	ZOO_NO_RUN,	/* a cell failed for another reason, or none came to a verdict */
	ZOO_VERDICTS
};

extern const char *const zoo_verdict_names[ZOO_VERDICTS];

struct zoo_row {
	const struct mutant *mutant;
	bool general; /* by the general commands, whatever is expected of the trigger */
	struct zoo_findings with, without; /* its bug */
	double seconds;			   /* of the runs with it */
};

enum zoo_verdict zoo_verdict(const struct zoo_row *row);

/* The matrix (results/daxbench-zoo-1.schema.json). NULL: no memory. */
json_t *zoo_document(const struct zoo_row *row, size_t n, const char *kernel, double seconds);

/* EXIT_OK, EXIT_FOUND or EXIT_NO_RUN, of all of them. General runs need catch nothing. */
int zoo_exit_code(const struct zoo_row *row, size_t n);

#endif
