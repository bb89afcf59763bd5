/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fuzz target is: libFuzzer calls it, or replay.c does with the corpus. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
