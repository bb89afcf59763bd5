/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules of the oracle hold of which kind of file system, and by which source. */
#ifndef CHECKER_STATES_ORACLE_RULES_H
#define CHECKER_STATES_ORACLE_RULES_H

enum oracle_kind {
	ORACLE_JOURNAL, /* ext4, XFS: all of them */
	ORACLE_EXT4_NO_JOURNAL,
	ORACLE_EXT2, /* by its own driver, which has none either */
	ORACLE_KINDS
};

/* For oracle_judge(). */
unsigned int oracle_rules_of(enum oracle_kind kind);

#endif
