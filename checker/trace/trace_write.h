/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writing side of the store trace (daxbench/trace.h). It is part of the QEMU
 * plugin, so it stands alone: libc, pthread and zstd.
 *
 * Events are added one by one and come to lie in runs. Whole blocks go to a
 * thread that compresses and writes them, while the CPU fills the next. Where
 * blocks end depends on what is in them and never on the time, so that the same
 * events make the same file. A failed write (a full disk) ends the recording:
 * the header, which has its place already, says so with the errno.
 *
 * One thread adds, at a time: no locks but for the hand-over of a block.
 */
#ifndef CHECKER_TRACE_WRITE_H
#define CHECKER_TRACE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"

struct trace_writer;

/* Creates @path. Of @header the caller fills run, vcpus, loads, ranges and recorder. -errno. */
int trace_writer_open(struct trace_writer **ret, const char *path,
		      const struct dx_trace_header *header);

/*
 * Does an event on @addr continue the run that is being made? Then its ip and
 * stack are those of the run's first event, and need not be found out. Fields of
 * @rec that count: kind, vcpu, flags, detail, length, addr, ip.
 */
bool trace_writer_continues(const struct trace_writer *w, const struct dx_trace_rec *rec);

/*
 * Adds one event of rec->length bytes (a store, with its bytes at @data; a
 * line written back; a load), or a fence or mark. seq and count are filled in.
 */
void trace_writer_event(struct trace_writer *w, const struct dx_trace_rec *rec, const void *data);

/* What comes next begins a record of its own. */
void trace_writer_break(struct trace_writer *w);

/* Adds a record that is no event (IMAGE, STACK) with its payload. It ends the run. */
void trace_writer_extra(struct trace_writer *w, const struct dx_trace_rec *rec, const void *data);

/*
 * Something that belongs into the trace cannot be had: @error, -errno. Recording
 * ends with it, as if the disk were full: nothing more is written, and the header says why.
 */
void trace_writer_fail(struct trace_writer *w, int error);

/* Writes what is left and the header, closes, frees. 0, or the errno that ended recording. */
int trace_writer_close(struct trace_writer *w, enum dx_trace_ended how, uint64_t lost);

#endif
