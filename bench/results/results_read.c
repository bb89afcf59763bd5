// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/results/results_read.h"
#include "bench/results/json_get.h"
#include "bench/results/results.h"
#include "lib/cleanup.h"
#include "lib/file_given.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENT "run.json"

/* ---- which file ---- */

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* Killed while it ran: there is a journal, but no whole document. */
static int no_document(const char *directory, struct err *e)
{
	char journal[PATH_MAX];

	err_set(e, -ENOENT, directory, "holds no " DOCUMENT);
	snprintf(journal, sizeof(journal), "%s/journal.ndjson", directory);
	if (exists(journal))
		return err_hint(e, "that run was killed, or is not over yet");
	return err_hint(e, "want a directory of results, such as results/latest");
}

static int copy_path(char path[PATH_MAX], const char *directory, const char *name, struct err *e)
{
	int len = snprintf(path, PATH_MAX, "%s%s%s", directory, name[0] ? "/" : "", name);

	return len < PATH_MAX ? 0 : err_sys(e, -ENAMETOOLONG, directory, "look for " DOCUMENT);
}

int results_find(const char *base, const char *word, char path[PATH_MAX], struct err *e)
{
	char here[PATH_MAX];
	int r;

	/* As a set's name it means the set, whatever lies around here. */
	r = copy_path(here, base, word, e);
	if (r)
		return r;
	if (word[0] == '/' || !exists(here))
		r = copy_path(here, word, "", e);
	if (r)
		return r;
	if (!exists(here)) {
		err_set(e, -ENOENT, word, "no such results, neither here nor in %s", base);
		return err_hint(e, "want a run.json, its directory, or one of \"ls %s\"", base);
	}
	if (!is_directory(here))
		return copy_path(path, here, "", e);
	r = copy_path(path, here, DOCUMENT, e);
	return r || exists(path) ? r : no_document(here, e);
}

/* ---- what is in it ---- */

static int check_schema(const json_t *document, const char *name, struct err *e)
{
	const char *schema = text_of(document, "schema");

	if (!strcmp(schema, RESULTS_SCHEMA))
		return 0;
	if (!strncmp(schema, "daxbench-result-", strlen("daxbench-result-"))) {
		err_set(e, -EBADMSG, name, "is of schema %.40s, this daxbench reads %s", schema,
			RESULTS_SCHEMA);
		return err_hint(e, "use the daxbench that wrote it, or measure again");
	}
	err_set(e, -EBADMSG, name, "is no file of results");
	return err_hint(e, "want the " DOCUMENT " that daxbench run writes");
}

static const json_t *array_of(const json_t *object, const char *member)
{
	const json_t *array = json_object_get(object, member);

	return json_is_array(array) ? array : NULL;
}

static void read_emulation(const json_t *emulation, struct results_machine *m)
{
	m->emulated = json_is_object(emulation);
	m->deterministic = json_is_true(json_object_get(emulation, "deterministic"));
	m->accel = text_of(emulation, "accel");
	m->qemu = text_of(emulation, "qemu");
	m->machine = text_of(emulation, "machine");
	m->cpu = text_of(emulation, "cpu");
	m->flush = text_of(emulation, "flush");
	m->persistence = text_of(emulation, "persistence");
	m->icount = text_of(emulation, "icount");
	m->nvdimm_bytes = array_of(emulation, "nvdimm_bytes");
}

static void read_machine(const json_t *environment, struct results_machine *m)
{
	const json_t *kernel = json_object_get(environment, "kernel");
	const json_t *cpu = json_object_get(environment, "cpu");

	m->daxbench = text_of(environment, "daxbench");
	m->kernel = text_of(kernel, "release");
	m->kernel_version = text_of(kernel, "version");
	m->config_hash = text_of(kernel, "config_hash");
	m->command_line = text_of(kernel, "command_line");
	m->cpu_model = text_of(cpu, "model");
	m->cpu_flags = array_of(cpu, "flags");
	m->cpus = number_of(cpu, "online");
	m->memory_bytes = number_of(environment, "memory_bytes");
	read_emulation(json_object_get(environment, "emulation"), m);
}

static int read_cell(const json_t *j, struct results_cell *cell, struct err *e)
{
	int r = cell_result_from_json(j, &cell->r, e);

	if (r)
		return r;
	cell->json = j;
	cell->workload = text_of(j, "workload");
	cell->op = text_of(j, "op");
	cell->kernel = text_of(j, "kernel");
	cell->params = json_object_get(j, "params");
	return 0;
}

static int read_cells(const json_t *list, const char *name, struct results_file *f, struct err *e)
{
	struct err why = { 0 };
	size_t n = json_array_size(list);

	f->cells = calloc(n + 1, sizeof(*f->cells));
	if (!f->cells)
		return err_sys(e, -ENOMEM, name, "read");
	for (; f->n_cells < n; f->n_cells++)
		if (read_cell(json_array_get(list, f->n_cells), &f->cells[f->n_cells], &why))
			return err_set(e, why.code, name, "result %zu: %s", f->n_cells + 1,
				       why.what);
	return 0;
}

int results_read_document(const json_t *document, const char *name, struct results_file *ret,
			  struct err *e)
{
	const json_t *list = array_of(document, "results");
	int r = check_schema(document, name, e);

	memset(ret, 0, sizeof(*ret));
	if (!r && !list)
		r = err_set(e, -EBADMSG, name, "has no list of results");
	if (r)
		return r;
	ret->document = json_incref((json_t *)document);
	ret->seed = number_of(document, "seed");
	ret->interrupted = !json_is_false(json_object_get(document, "interrupted"));
	read_machine(json_object_get(document, "environment"), &ret->machine);
	r = read_cells(list, name, ret, e);
	if (r)
		results_file_release(ret);
	return r;
}

int results_read(const char *path, struct results_file *ret, struct err *e)
{
	AUTO_FREE char *text = NULL;
	struct err why = { 0 };
	json_t *document;
	size_t len;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = file_read_given(path, "read", RESULTS_MAX_DOCUMENT, &text, &len, e);
	if (r)
		return r;
	r = results_parse(text, len, &document, &why);
	if (r)
		return err_set(e, r, path, "is no file of results: %s", why.what);
	r = results_read_document(document, path, ret, e);
	json_decref(document);
	if (!r)
		snprintf(ret->path, sizeof(ret->path), "%s", path);
	return r;
}

void results_file_release(struct results_file *f)
{
	for (size_t i = 0; i < f->n_cells; i++)
		cell_result_release(&f->cells[i].r);
	free(f->cells);
	json_decref(f->document);
	memset(f, 0, sizeof(*f));
}

/* ---- which cell ---- */

bool results_same_cell(const struct results_cell *a, const struct results_cell *b)
{
	return !strcmp(a->workload, b->workload) && a->r.lens == b->r.lens &&
	       !strcmp(a->r.fs, b->r.fs) && json_equal(a->params, b->params);
}

const struct results_cell *results_match(const struct results_file *f,
					 const struct results_cell *cell)
{
	for (size_t i = 0; i < f->n_cells; i++)
		if (results_same_cell(&f->cells[i], cell))
			return &f->cells[i];
	return NULL;
}
