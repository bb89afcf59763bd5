// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare_words.h"
#include "bench/fio/fio_jobs.h"
#include "bench/group.h"
#include "bench/kernel/variants.h"
#include "bench/select.h"
#include "bench/sweep.h"
#include "emulate/kernel.h"
#include "lib/cleanup.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENT ".json"

/* ---- sides ---- */

/* "6.1", "6.12": figures and points. */
static bool is_version(const char *word)
{
	return strspn(word, "0123456789.") == strlen(word) && strchr(word, '.') &&
	       strchr("0123456789", word[0]);
}

/* A slash, and not one of a workload's parameter. */
static bool is_path(const char *word)
{
	size_t plain = strcspn(word, ":");

	return memchr(word, '/', plain) != NULL;
}

static bool ends_in(const char *word, const char *end)
{
	size_t len = strlen(word), want = strlen(end);

	return len > want && !strcmp(word + len - want, end);
}

/* "latest", "baselines/mine"; also a path that leads to a run.json. */
static bool is_set_name(const char *base, const char *word)
{
	char path[PATH_MAX];

	return !results_find(base, word, path, NULL);
}

static enum compare_word kind_of_path(const char *base, const char *path)
{
	struct stat st;
	char release[128];

	if (ends_in(path, DOCUMENT))
		return COMPARE_WORD_RESULTS;
	if (stat(path, &st))
		return is_set_name(base, path) ? COMPARE_WORD_RESULTS : COMPARE_WORD_KERNEL;
	if (S_ISREG(st.st_mode) && !kernel_release(path, release, sizeof(release), NULL))
		return COMPARE_WORD_KERNEL;
	return COMPARE_WORD_RESULTS;
}

static bool is_workload(const char *word)
{
	char *words[] = { (char *)word };
	struct selection *selections;
	size_t n;

	if (select_words(LENS_BENCH, words, 1, &selections, &n, NULL))
		return false;
	free(selections);
	return true;
}

enum compare_word compare_word_kind(const char *base, const char *word)
{
	AUTO_FREE char *first = strndup(word, strcspn(word, ","));

	if (!first)
		return COMPARE_WORD_WORKLOAD;
	if (is_version(word))
		return COMPARE_WORD_KERNEL;
	if (is_path(word))
		return kind_of_path(base, first);
	if (variants_has(word))
		return COMPARE_WORD_KERNEL;
	if (is_workload(word))
		return COMPARE_WORD_WORKLOAD;
	return is_set_name(base, first) ? COMPARE_WORD_RESULTS : COMPARE_WORD_WORKLOAD;
}

/* ---- workloads ---- */

static bool means_name(const char *name, const char *workload)
{
	const struct dx_workload *w = select_find(LENS_BENCH, workload);

	if (name[0] == '@')
		return w && group_has(name + 1, w);
	if (!fnmatch(name, workload, 0))
		return fio_jobs_are_meant(name) == fio_jobs_are_meant(workload);
	return w && !select_find(LENS_BENCH, name) && group_has(name, w);
}

/* "pages=64", "pages=1..100*10": is it so of the cell? */
static bool is_set(char *assignment, const json_t *params)
{
	struct dx_param any = { .name = assignment, .unit = "bytes", .max = UINT64_MAX };
	char *value = strchr(assignment, '=');
	AUTO_FREE uint64_t *values = NULL;
	const json_t *have;
	size_t n = 0;

	if (!value)
		return false;
	*value++ = '\0';
	have = json_object_get(params, assignment);
	if (!json_is_integer(have) || sweep_parse("", &any, value, &values, &n, NULL))
		return false;
	for (size_t i = 0; i < n; i++)
		if (values[i] == (uint64_t)json_integer_value(have))
			return true;
	return false;
}

bool compare_word_means(const char *word, const struct results_cell *cell)
{
	AUTO_FREE char *copy = strdup(word);
	size_t prefix = fio_jobs_are_meant(word) ? strlen(FIO_PREFIX) : 0;
	char *rest = copy ? strchr(copy + prefix, ':') : NULL, *assignment;

	if (rest)
		*rest++ = '\0';
	if (!copy || !means_name(copy, cell->workload))
		return false;
	while (rest && (assignment = strsep(&rest, ",")))
		if (!is_set(assignment, cell->params))
			return false;
	return true;
}

bool compare_filter_wants(void *data, const struct results_cell *cell)
{
	const struct compare_filter *f = data;

	for (size_t i = 0; i < f->n; i++)
		if (compare_word_means(f->words[i], cell))
			return true;
	return !f->n;
}
