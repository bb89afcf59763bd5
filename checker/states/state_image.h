/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is durable, as a medium that states are made of: which pages were ever touched, and
 * a hash over all of it that is kept up to date line by line. The content itself is
 * somebody else's: the persistence model's, or that of a log's replay.
 *
 * The hash of a medium is the sum of the hashes of its lines, each with its address; a
 * line of zeros counts nothing. So that of a state is the medium's, less what its lines
 * had, plus what they have.
 */
#ifndef CHECKER_STATES_STATE_IMAGE_H
#define CHECKER_STATES_STATE_IMAGE_H

#include "checker/persist/persist.h"
#include "checker/states/state.h"

struct image;

/* @content: of each range, all of it, readable; it outlives the image. NULL: no memory. */
struct image *image_open(const struct dx_trace_range *range, const unsigned char *const *content,
			 uint32_t ranges);

/* Of what the model of a trace of @header holds to be durable; the model outlives it. */
struct image *image_of_model(const struct persist *p, const struct dx_trace_header *header);

/* The page at @addr is or will be something else than zeros; what a line holds has changed. */
void image_touch(struct image *i, uint64_t addr);
void image_refresh(struct image *i, uint64_t addr);

/* After @rec was applied to the model whose durable content this is. */
void image_follow(struct image *i, const struct persist *p, const struct dx_trace_rec *rec);

const struct state_medium *image_medium(const struct image *i);

/* Of the medium under these lines. */
uint64_t image_hash(const struct image *i, const struct state_line *lines, size_t n);

void image_close(struct image *i);

/* What a line adds to the hash of the medium that it lies on. */
uint64_t image_line_hash(uint64_t addr, const unsigned char data[DX_TRACE_LINE]);

#endif
