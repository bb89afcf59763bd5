/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which build of the program this is: the linker's hash of all that is in it. */
#ifndef LIB_BUILD_ID_H
#define LIB_BUILD_ID_H

#define BUILD_ID_MAX 48 /* 20 bytes in hex digits, and their NUL, with room */

/* Hex digits; "" where the linker left none. The same for each run of one build. */
const char *build_id(void);

#endif
