#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# daxbench replay --device, in a guest (inside/replay.sh): what was written is there, and what
# is mounted or holds something of others is left alone. The rest is tests/guest/replay.sh's.
. "$(dirname "$0")/../lib.sh"

/usr/bin/python3 tests/guest/inside/make-log.py random "$work/log" "$work" 512 7 || die "make-log.py"
run 0 ./daxbench shell --file "$work/log:/log" --file "$work/all.img:/image" \
	--file tests/guest/inside/replay.sh:/replay.sh -- /bin/sh /replay.sh
has out "replayed onto /dev/pmem"
no_leftovers
echo "$checks checks"
