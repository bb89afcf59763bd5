/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the host and a guest that recovers crash states talk: through memory that both
 * have, the guest's third NVDIMM (device-dax in the guest, a file on the host). The
 * host asks, the guest answers, one at a time. The host puts a state onto the guest's
 * other NVDIMMs while the guest has nothing mounted, and asks. With the answer comes, from
 * the plugin where there is one, what of these NVDIMMs it depends on.
 */
#ifndef BENCH_RECOVER_MAILBOX_H
#define BENCH_RECOVER_MAILBOX_H

#include <stdint.h>

#include "daxbench/trace.h"

#define MAILBOX_MAGIC 0x00584f424c49414dULL /* "MAILBOX" */
#define MAILBOX_AT    (2ULL << 20)	    /* byte of the NVDIMM where its device-dax begins */
#define MAILBOX_READS 4096ULL		    /* byte of struct dx_trace_reads, */
#define MAILBOX_DUMP  (1ULL << 20)	    /* and of the dump (checker/states/dump.h) */
#define MAILBOX_RUNS                                                                               \
	((MAILBOX_DUMP - MAILBOX_READS - sizeof(struct dx_trace_reads)) /                          \
	 sizeof(struct dx_trace_range))

enum mailbox_what {
	MAILBOX_NOTHING,
	MAILBOX_RECOVER, /* repair what wants it, mount, walk, umount: a dump */
	MAILBOX_PROVE,	 /* fsck -n; mount, write, umount: a dump of these steps */
	MAILBOX_RECORD,	 /* mount, umount, between marks that begin and end a trace: a dump */
	MAILBOX_END,	 /* leave; no answer */
};

struct mailbox {
	uint64_t magic;	      /* the guest's: written last, once it listens */
	uint64_t asked;	      /* the host's: counts up with each question, written last */
	uint64_t answered;    /* the guest's: = asked, written last */
	uint32_t what;	      /* enum mailbox_what */
	uint32_t no_barriers; /* of MAILBOX_RECORD: its devices say that they have no cache */
	char fs[32];	      /* kind of mkfs.h */
	char dir[160];	      /* the workload's directory, below the root of the file system */
	uint64_t dump_bytes;  /* of the answer; 0: it had no room */
};

#endif
