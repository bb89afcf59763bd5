/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host puts into a guest, and what init makes of it. image.c writes
 * the files of /job, init.c and daxbench in the guest read them.
 *
 * The token: 32 hex digits on the kernel command line (daxbench.token=) and in
 * GUEST_TOKEN. Only a guest that emulate_run() booted, and not with as_host,
 * has both. Devices in it are ours to write.
 */
#ifndef EMULATE_GUEST_H
#define EMULATE_GUEST_H

#include <stdbool.h>

#define GUEST_TOKEN	    "/job/token"
#define GUEST_ARGV	    "/job/argv"		 /* words of the command, each ended by a NUL */
#define GUEST_DETERMINISTIC "/job/deterministic" /* there: no chance of any kind */
#define GUEST_COLLECTED	    "/job/collected"	 /* there: guest_is_collected() */
#define GUEST_LIST	    "/job/list-"       /* + a number: a list that the command line names */
#define GUEST_FIO_JOB	    "/job/fio-"	       /* + a number: a job of fio that it names */
#define GUEST_PADDING	    "/job/padding"     /* nothing: emulate_job.padded */
#define GUEST_INTERACTIVE   "/job/interactive" /* "ROWS COLUMNS": the command has the console */
#define GUEST_MODULES	    "/etc/daxbench/modules" /* init's: paths, a line each, in load order */
#define GUEST_FACTS	    "/job/facts.json"	    /* QEMU, accelerator, kernel image, NVDIMMs */
#define GUEST_RESULTS	    "/dev/daxbench-results" /* link to the results port: frames */

#define GUEST_TOKEN_OPTION "daxbench.token="

/* Is this process in a guest that we booted, and not one that plays a real host? */
bool guest_is_ours(void);

/*
 * Does the host take what the command makes, as frames and from the NVDIMM of
 * the operation log? Else the command keeps and shows it as on any machine.
 */
bool guest_is_collected(void);

#endif
