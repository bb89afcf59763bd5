/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames on the results port, guest to host. Little-endian.
 *
 *	magic "DXFR", type, name length, data length, CRC-32C of name and data;
 *	then the name, then the data.
 *
 * The host believes nothing: name at most 64 bytes of [A-Za-z0-9._-] and not
 * beginning with a dot, data at most FRAME_MAX_DATA, everything that one guest
 * sends at most FRAME_MAX_TOTAL.
 *
 * Worked example, exit record with status 3: type 4, no name, data "3".
 */
#ifndef EMULATE_FRAME_H
#define EMULATE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX_NAME	64U
#define FRAME_MAX_DATA	(64U << 20)
#define FRAME_MAX_TOTAL (512ULL << 20)

enum frame_type {
	FRAME_HELLO = 1,  /* init is up; data: uname -r */
	FRAME_FILE = 2,	  /* a whole file */
	FRAME_APPEND = 3, /* more of a file */
	FRAME_EXIT = 4,	  /* the command ended; data: decimal status. The final record */
	FRAME_ERROR = 5,  /* init could not run it; data: one line */
};

struct frame_head {
	char magic[4];
	uint32_t type, name_len, data_len, crc;
};

/* Writes one frame to @fd. Large data goes as one FILE and APPENDs by the caller. */
int frame_write(int fd, enum frame_type type, const char *name, const void *data, size_t len);

/*
 * Decodes the frame at the start of @buf. Returns its whole length and sets
 * the fields (which point into @buf); 0: more bytes are needed; -EBADMSG: no
 * frame of ours; -EFBIG: over a limit.
 */
struct frame {
	enum frame_type type;
	char name[FRAME_MAX_NAME + 1];
	const void *data;
	size_t len;
};
long frame_decode(const void *buf, size_t len, struct frame *ret);

#endif
