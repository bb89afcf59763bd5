/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model behind ace: does what an operation of a list does to names, sizes and
 * pages, and says whether a file system would refuse it, or change nothing by it.
 * It reads the list's own operations and knows nothing of who made them.
 *
 * Of each page of a file it knows what is there, whether it is shared with
 * another file, and whether something in it has not been synced since it was
 * written (ACE_UNSYNCED), or stored through a mapping (ACE_STORED). Stores of the
 * program's own that it flushed itself are unsynced to the kernel, as here.
 */
#ifndef CHECKER_GEN_ACE_MODEL_H
#define CHECKER_GEN_ACE_MODEL_H

#include <stdbool.h>

#include "daxbench/oplist.h"

#define ACE_PAGE   4096ULL
#define ACE_PAGES  1040U /* of a file: 2 MiB twice, and a bit */
#define ACE_NAMES  16U
#define ACE_NAME   40U /* bytes of a name, with its NUL */
#define ACE_INODES 12U
#define ACE_SLOTS  16U /* of files, and of mappings */

/* Of a page: one of the first three, and any of the flags. */
enum ace_page {
	ACE_HOLE = 0,
	ACE_UNWRITTEN = 1,
	ACE_WRITTEN = 2,
	ACE_SHARED = 1 << 2,
	ACE_UNSYNCED = 1 << 3,
	ACE_STORED = 1 << 4,
};

#define ACE_KIND (ACE_UNWRITTEN | ACE_WRITTEN) /* mask */

enum ace_type { ACE_ABSENT, ACE_FILE, ACE_DIR, ACE_SYMLINK };

struct ace_inode {
	enum ace_type type; /* ACE_ABSENT: the entry is free */
	unsigned int links, opens;
	uint64_t size;
	uint8_t page[ACE_PAGES];
};

struct ace_name {
	char name[ACE_NAME]; /* "": free */
	unsigned int inode;
};

struct ace_model {
	unsigned int features; /* enum soup_feature: what else is refused */
	struct ace_name name[ACE_NAMES];
	struct ace_inode inode[ACE_INODES];
	struct {
		bool open;
		unsigned int inode;
		int flags; /* of open(2) */
		unsigned int maps;
	} file[ACE_SLOTS];
	struct {
		uint64_t length; /* 0: nothing is mapped */
		uint64_t offset;
		unsigned int flags, file, inode;
	} map[ACE_SLOTS];
};

/* An empty directory, ".". */
void ace_model_init(struct ace_model *m, unsigned int features);

enum { ACE_CHANGED = 0, ACE_NOTHING = 1 };

/*
 * Does @op. ACE_NOTHING: it would succeed and change nothing that anyone could see
 * or that a crash could lose; calls that sync, flush, map and open are no such.
 * The negative errno with which a file system refuses it; -EFAULT where it would
 * die of SIGBUS; -ENOSYS for what ace has no use for; -ENOBUFS where the model
 * has no room. A refused operation leaves @m as it was.
 */
int ace_model_do(struct ace_model *m, const struct dx_list_op *op);

/* What @name stands for. */
enum ace_type ace_model_type(const struct ace_model *m, const char *name);

/* The inode of @name, or NULL. */
const struct ace_inode *ace_model_find(const struct ace_model *m, const char *name);

/* Are all pages of [@offset, +@length) of @inode of @want under @mask? */
bool ace_model_pages_are(const struct ace_inode *inode, uint64_t offset, uint64_t length,
			 unsigned int mask, unsigned int want);

#endif
