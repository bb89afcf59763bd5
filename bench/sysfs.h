/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Knobs of a guest's kernel: files below /sys that get a value before anything is made on
 * its NVDIMMs. What a kernel of ours can be told to do wrong is one of them
 * (kernels/patches/zoo.patch), so that one boot of one image serves for many.
 */
#ifndef BENCH_SYSFS_H
#define BENCH_SYSFS_H

#include "lib/err.h"

/* Is @text "FILE=VALUE", FILE below /sys and without "." or ".." in it? 0 or -EINVAL. */
int sysfs_check(const char *text);

/* Writes it. -ENOENT: this kernel has no such file; or what it said to the value. */
int sysfs_set(const char *text, struct err *e);

#endif
