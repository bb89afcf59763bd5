/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of a file or directory, changed and synced step by step. An extended one may lie in
 * the inode, or beside it: in a block of its own (ext4), in a block of attributes or, from about
 * 3 KiB on, in one that such a block points to (XFS). So there are two, a small one and another.
 */
#ifndef WORKLOADS_ATTRIBUTES_H
#define WORKLOADS_ATTRIBUTES_H

#include "workloads/names.h"

#define SMALL_ATTRIBUTE 16

#define ATTRIBUTE_PARAM                                                                            \
	{                                                                                          \
		"size", "bytes", 1000, 1, DX_XATTR_MAX, "of the larger extended attribute"         \
	}

/* prepare_names(), but where a file cannot have the attributes: a skip. */
static inline int prepare_attributes(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct dx_file dir = { 0 };
	int r = dx_open(w, &dir, ".", O_RDONLY | O_DIRECTORY);

	if (r)
		return r;
	r = dx_setxattr(w, &dir, 0, SMALL_ATTRIBUTE);
	if (!r)
		r = dx_removexattr(w, &dir, 0);
	dx_close(w, &dir);
	if (r == -EOPNOTSUPP)
		return dx_refuse(dx, r, "files here have no extended attributes of users");
	return r ? r : prepare_names(dx, w, n);
}

/* Made or replaced, both of them. */
static inline int set_attributes(struct dx_worker *w, struct dx_file *f, uint64_t size)
{
	int r = dx_setxattr(w, f, 0, SMALL_ATTRIBUTE);

	return r ? r : dx_setxattr(w, f, 1, size);
}

static inline int remove_attributes(struct dx_worker *w, struct dx_file *f)
{
	int r = dx_removexattr(w, f, 1);

	return r ? r : dx_removexattr(w, f, 0);
}

/* Set, replaced and removed: after each fsync it must be so, until the next it may. */
static inline int change_attributes(struct dx_worker *w, struct dx_file *f, uint64_t size)
{
	int r = dx_chmod(w, f, 0640);

	if (!r)
		r = dx_fsync(w, f);
	if (!r)
		r = set_attributes(w, f, size);
	if (!r)
		r = dx_fsync(w, f);
	if (!r)
		r = set_attributes(w, f, size);
	if (!r)
		r = dx_chmod(w, f, 0600);
	if (!r)
		r = dx_fsync(w, f);
	if (!r)
		r = remove_attributes(w, f);
	if (!r)
		r = dx_fsync(w, f);
	if (!r)
		r = set_attributes(w, f, size / 2 + 1);
	return r ? r : dx_syncfs(w, f);
}

#endif
