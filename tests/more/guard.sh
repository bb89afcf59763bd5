#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No device is lost by accident: each rule of the guard both ways, on both kernels,
# in a guest that daxbench takes for a real machine (inside/guard.sh runs there).
. "$(dirname "$0")/../lib.sh"

for kernel in 6.1 6.12; do
	run 0 ./daxbench shell --kernel $kernel --as-host \
		--file tests/guest/inside/guard.sh:/guard.sh \
		--file "$(command -v flock)":/bin/flock -- /bin/sh /guard.sh
	has out "all rows as they should be"
	checks=$((checks + $(sed -n 's/ rows, all rows.*//p' "$work/out")))
done

# The same guest without --as-host is ours: no claim is asked for there.
run 0 ./daxbench shell -- /bin/sh -c 'daxbench run --cell-time 100ms --fs ext4 -q write-4k'
no_leftovers
echo "$checks checks"
