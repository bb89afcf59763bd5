/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recovered crash state must hold, and what it must not: a dump held against
 * what the operation log allows at that point. A pure function.
 *
 * Never one expected image, always sets: a name may be any of its versions that no sync has
 * made the oldest, a byte may have any value that was written and not promised away.
 */
#ifndef CHECKER_STATES_ORACLE_H
#define CHECKER_STATES_ORACLE_H

#include "checker/states/dump.h"
#include "checker/states/history.h"

/* Each can be left out. */
enum oracle_rule {
	ORACLE_RECOVERS,   /* it mounts, can be read and unmounted, and the kernel is content */
	ORACLE_CONSISTENT, /* fsck finds nothing in what recovery left, and it can be written to */
	ORACLE_NAME, /* a promised name is there, and is what was promised; none that is not legal
		      */
	ORACLE_STRICT_NAME, /* so is one that the fsync of its file alone has promised */
	ORACLE_REACHED,	    /* of a file whose data is promised some name is there */
	ORACLE_SIZE,
	ORACLE_DATA,	/* promised bytes */
	ORACLE_FOREIGN, /* other bytes: zeros, or what was written there; nobody else's */
	ORACLE_TARGET,	/* of a symbolic link: whole */
	ORACLE_MODE,	/* permission bits of a file or directory */
	ORACLE_XATTR,	/* extended attributes of it */
	ORACLE_LINKS,	/* a file's link count is how many names it has; no two files share one */
	ORACLE_RULES
};

/* "recovers", ... */
extern const char *const oracle_rule_names[ORACLE_RULES];

struct oracle_finding {
	enum oracle_rule rule;
	const char *path; /* "" for the file system itself; lives as long as dump and history */
	const struct oplog_op
		*promise; /* the call; NULL: nobody promised, it is wrong all the same */
	const struct tree_file *file; /* DATA, FOREIGN: whose bytes */
	uint64_t offset;	      /* DATA, FOREIGN: the first byte that is wrong */
	uint64_t bytes;		      /* and how many are */
	char what[240];		      /* expected, and found */
};

struct oracle_findings {
	struct oracle_finding *list;
	size_t n, room;
};

/*
 * All that is wrong with @dump; @history (and the promises behind it) are at the crash point.
 * NULL: nothing is known of the files, and any may be there with anything in it; what is left
 * is what a file system owes whoever used it: RECOVERS, CONSISTENT, LINKS.
 * @rules: a bit for each rule to apply. The findings are added to @ret. 0 or -ENOMEM.
 * Without a history (NULL) nothing is known of files: only what needs none is judged.
 */
int oracle_judge(const struct dump *dump, const struct history *history, unsigned int rules,
		 struct oracle_findings *ret);

void oracle_release(struct oracle_findings *f);

#define ORACLE_ALL_RULES ((1U << ORACLE_RULES) - 1)

/* Besides rules, how names and files are looked at; which kind wants it: oracle_rules.h. */
#define ORACLE_SETTLED (1U << 30) /* only those that have not begun to change: settled.h */
#define ORACLE_ADDED   (1U << 31) /* without STRICT_NAME: as HISTORY_ADDED has it */

#endif
