/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is easy to misuse does not compile. Included on the command line of
 * the compiler (-include), after the system's headers that declare the names.
 */
#ifndef LIB_BANNED_H
#define LIB_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BANNED(f) banned_##f##_see_lib_banned_h

#undef strcpy
#define strcpy(d, s) BANNED(strcpy)
#undef strcat
#define strcat(d, s) BANNED(strcat)
#undef strncpy
#define strncpy(d, s, n) BANNED(strncpy)
#undef strtok
#define strtok(s, d) BANNED(strtok)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef atoi
#define atoi(s) BANNED(atoi)
#undef atol
#define atol(s) BANNED(atol)
#undef system
#define system(c) BANNED(system)
#undef popen
#define popen(c, m) BANNED(popen)
#undef mktemp
#define mktemp(t) BANNED(mktemp)
#undef tmpnam
#define tmpnam(t) BANNED(tmpnam)
#undef sleep
#define sleep(s) BANNED(sleep)
#undef usleep
#define usleep(s) BANNED(usleep)

#endif
