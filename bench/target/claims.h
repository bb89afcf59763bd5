/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The claims: devices of a real machine that its administrator gave to
 * daxbench, with the identity that each had then. One JSON array in a file
 * that only root may write.
 */
#ifndef BENCH_TARGET_CLAIMS_H
#define BENCH_TARGET_CLAIMS_H

#include <jansson.h>

#include "bench/target/guard.h"

#define CLAIMS_FILE "/var/lib/daxbench/claims.json"

/*
 * @file is CLAIMS_FILE everywhere but in tests. Missing: no claims. -EPERM: not
 * root's, or others may write it, or its directory. -EBADMSG: not what we wrote.
 */
int claims_load(const char *file, json_t **ret, struct err *e);

/* Adds or replaces the claim of @id->path. Needs root. */
int claims_add(const char *file, const struct guard_identity *id, struct err *e);

/* -ENOENT: there is none. */
int claims_remove(const char *file, const char *path, struct err *e);

/*
 * Is @id claimed, and still what was claimed? The uuid decides where there is
 * one; else serial, region and size together. -EPERM with what to do.
 */
int claims_check(const char *file, const struct guard_identity *id, struct err *e);

#endif
