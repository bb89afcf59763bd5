/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model behind a soup: what there is after the operations so far, if each of
 * them succeeded. It knows what decides whether the next one will: names, sizes,
 * links, what each worker has open and mapped. Of data and blocks it knows
 * nothing, nobody needs that to choose.
 */
#ifndef CHECKER_GEN_SOUP_MODEL_H
#define CHECKER_GEN_SOUP_MODEL_H

#include <stdbool.h>

#include "checker/gen/soup.h"
#include "daxbench/workload.h"

#define SOUP_NAMES    18
#define SOUP_DIRS     2
#define SOUP_INODES   16
#define SOUP_WORKERS  2
#define SOUP_SLOTS    6 /* of files, and of mappings, of worker 0; the other has half */
#define SOUP_ACTS     48
#define SOUP_FILE_MAX (8ULL << 20)

struct soup_inode {
	bool used;
	uint64_t size;
	uint64_t limit; /* how large it may become: most are small, so that operations meet */
	unsigned int links, opens;
	unsigned int attributes; /* a bit for each extended one that it has */
};

struct soup_file {
	bool open, can_read, can_write;
	unsigned int inode;
	unsigned int maps; /* made of it, by this worker */
};

struct soup_map {
	unsigned int flags; /* enum dx_map_flag; 0: nothing is mapped */
	unsigned int file;  /* slot */
	unsigned int inode;
	uint64_t offset, length;
};

/* What a name stands for: one of these, or an inode + 1. */
enum { SOUP_FREE = 0, SOUP_SYMLINK = -1 };

struct soup {
	const struct soup_options *o;
	struct oplist list;
	int failed; /* -errno of the first operation that could not be added */
	uint64_t random;
	uint64_t budget; /* bytes that large stores and writes may still have */

	int entry[SOUP_NAMES];
	bool dir[SOUP_DIRS];
	struct soup_inode inode[SOUP_INODES];
	unsigned int workers, turn; /* turn: who does what is chosen next */
	struct {
		struct soup_file file[SOUP_SLOTS];
		struct soup_map map[SOUP_SLOTS];
	} worker[SOUP_WORKERS];
	struct dx_list_op stored; /* the last store to a mapping: what a flush may be of */

	unsigned int last_act;
	uint32_t followed[SOUP_ACTS][SOUP_ACTS]; /* how often an act followed another */
};

/* ---- chance ---- */

/* 0 to @n - 1; @n > 0. */
uint64_t soup_pick(struct soup *s, uint64_t n);

/* True @percent times in 100. */
bool soup_chance(struct soup *s, unsigned int percent);

/* 1 to @max bytes: mostly few, seldom up to 2 MiB. */
uint64_t soup_length(struct soup *s, uint64_t max);

/* 0 to @max: mostly at an edge of the file, of a page or of a line. */
uint64_t soup_offset(struct soup *s, uint64_t max);

/* ---- names ---- */

const char *soup_name(unsigned int name);
const char *soup_dir(unsigned int dir);

/* Is the directory there that @name is in? */
bool soup_has_place(const struct soup *s, unsigned int name);

/* Has nothing a name in the directory? */
bool soup_is_empty(const struct soup *s, unsigned int dir);

/* A name, any such; false: there is none. */
bool soup_pick_free(struct soup *s, unsigned int *ret);	 /* in a directory that is there */
bool soup_pick_taken(struct soup *s, unsigned int *ret); /* a file or a symbolic link */
bool soup_pick_file(struct soup *s, unsigned int *ret);

/* @name no longer stands for what it did. */
void soup_drop_name(struct soup *s, unsigned int name);

/* ---- files and mappings of the worker whose turn it is ---- */

struct soup_file *soup_files(struct soup *s);
struct soup_map *soup_maps(struct soup *s);
unsigned int soup_slots(const struct soup *s);

/* A new inode, not linked yet. -1: there are enough. */
int soup_new_inode(struct soup *s);

enum soup_access { SOUP_ANY, SOUP_READ, SOUP_WRITE, SOUP_READ_WRITE };

/* The slot of an open file with that access, any such; -1: none. */
int soup_pick_open(struct soup *s, enum soup_access access);

/* The slot of a mapping, any; -1: none. */
int soup_pick_map(struct soup *s);

/* Bytes of the mapping that lie in the file: what may be touched. */
uint64_t soup_reach(const struct soup *s, const struct soup_map *m);

struct soup_inode *soup_inode_of(struct soup *s, unsigned int file_slot);
void soup_grow_to(struct soup *s, unsigned int file_slot, uint64_t end);

/* What close and unmap do. */
void soup_close(struct soup *s, unsigned int slot);
void soup_unmap(struct soup *s, unsigned int slot);

/* ---- the list ---- */

/* Adds @op, by the worker whose turn it is; nothing once the list is long enough. */
void soup_emit(struct soup *s, struct dx_list_op op);

#define SOUP_EMIT(s, ...) soup_emit(s, (struct dx_list_op){ __VA_ARGS__ })

/* ---- acts: one choice, mostly one operation ---- */

struct soup_act {
	const char *name;
	unsigned int weight;
	unsigned int needs;	      /* enum soup_feature, all of them */
	bool (*make)(struct soup *s); /* false: nothing to do it to, nothing was added */
};

/* @ret_n at most SOUP_ACTS. */
const struct soup_act *soup_acts(size_t *ret_n);

/* The acts on mappings, of which soup_acts() has the table. */
bool soup_map_act(struct soup *s);
bool soup_unmap_act(struct soup *s);
bool soup_store(struct soup *s);
bool soup_store_bytes(struct soup *s);
bool soup_store_unaligned(struct soup *s);
bool soup_fill(struct soup *s);
bool soup_copy(struct soup *s);
bool soup_copy_nt(struct soup *s);
bool soup_load(struct soup *s);
bool soup_populate(struct soup *s);
bool soup_msync(struct soup *s);
bool soup_flush(struct soup *s);
bool soup_drain(struct soup *s);
bool soup_persist(struct soup *s);

#endif
