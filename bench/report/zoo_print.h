/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix of mutants and detectors: what `daxbench zoo` says. */
#ifndef BENCH_REPORT_ZOO_PRINT_H
#define BENCH_REPORT_ZOO_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* @document: zoo_document()'s. @verbose: with what each mutant is, and its command. */
void zoo_print(FILE *out, const json_t *document, bool verbose);

#endif
