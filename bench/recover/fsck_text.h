/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an fsck's output says what it found: most of it says how far it is. */
#ifndef BENCH_RECOVER_FSCK_TEXT_H
#define BENCH_RECOVER_FSCK_TEXT_H

/*
 * Takes out of @text the lines of e2fsck and xfs_repair that tell of phases and progress, in
 * place. Where nothing else is there it stays as it is.
 */
void fsck_text_findings(char *text);

#endif
