/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results: one JSON document of schema "daxbench-result-1"
 * (results/daxbench-result-1.schema.json) in a directory of its own:
 *
 *	results/<UTC>-<kernel>-<id>/run.json		whole, written last
 *	results/<UTC>-<kernel>-<id>/journal.ndjson	a line per cell as it ends
 *	results/latest -> the newest
 *
 * The directory is called NAME.partial until run.json is in it, and is renamed
 * then: what has no .partial is whole. Inside a guest there is no directory:
 * the environment (environment.json, once) and each line of the journal go out
 * as frames on the results port (emulate/frame.h); the host, which knows the
 * plan, adds them to a set of its own with results_set_environment() and
 * results_add_json(). So a guest that dies takes only its last cell along.
 */
#ifndef BENCH_RESULTS_RESULTS_H
#define BENCH_RESULTS_RESULTS_H

#include "bench/results/result.h"

#define RESULTS_SCHEMA	     "daxbench-result-1"
#define RESULTS_MAX_DOCUMENT (256U << 20) /* bytes */

struct results;

/*
 * Opens a set of results. @base: directory that gets the new directory
 * ("results"), made if it is not there; NULL in a guest: frames to @frame_fd.
 * With neither (@frame_fd -1) the document is all that there will be.
 * @kernel goes into the name. @command, @environment (may be NULL: not known
 * yet) are stored. References are taken, not stolen.
 */
int results_open(struct results **ret, const char *base, int frame_fd, const char *kernel,
		 json_t *command, json_t *environment, uint64_t seed, size_t planned,
		 struct err *e);

/* There are more cells to come than was said. */
void results_plan(struct results *r, size_t planned);

/* A member of the document beside the results, of the command's own. @value is stolen. */
void results_note(struct results *r, const char *member, json_t *value);

/*
 * Adds a cell: a line in the journal, on the medium when this returns. Where that
 * fails the cell is in the document all the same.
 */
int results_add(struct results *r, const struct cell_result *c, struct err *e);

/* On the host, for what a guest sent: the same for a cell that is JSON already (checked). */
int results_add_json(struct results *r, const json_t *cell, struct err *e);
void results_set_environment(struct results *r, json_t *environment);

/* Any other file to keep beside run.json. @name: [A-Za-z0-9._-]+. */
int results_put(struct results *r, const char *name, const void *data, size_t len, struct err *e);

/* The same in directory @dir, which belongs to no set of results. */
int results_put_at(int dir, const char *name, const void *data, size_t len, struct err *e);

/* Makes or replaces a document of another kind there, in a directory that is made if need be. */
int results_put_document(const char *path, const char *name, const json_t *document, struct err *e);

/*
 * Writes run.json with the summary. If all was run the directory gets its final
 * name and "latest" points to it. @interrupted, or cells missing: the
 * document says "interrupted" and the directory keeps its .partial. Without a
 * single cell nothing is kept at all.
 */
int results_finish(struct results *r, bool interrupted, struct err *e);

/* Where it is on the host; NULL in a guest, and where nothing was kept. */
const char *results_path(const struct results *r);

/* The document as far as it is: borrowed. */
const json_t *results_document(const struct results *r);

/* Is the partial directory @path that of a run that goes on? (It holds a lock on it.) */
bool results_in_use(const char *path);

/* Not finished: the .partial directory stays, with its journal. NULL is fine. */
void results_close(struct results *r);

/*
 * Exit code for what is in the summary of @document: 1 a failure was found,
 * else 3 something could not run or is missing, else 4 all was skipped, else 0.
 */
int results_exit_code(const json_t *document);

/*
 * JSON that a guest sent, or that lies in a file of results: an object, of
 * bounded size, no key twice. -EBADMSG says where it is none. @ret is a new
 * reference.
 */
int results_parse(const char *text, size_t len, json_t **ret, struct err *e);

#endif
