#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All that ace makes of length 1, and a cover of length 2, on each file system and kernel:
# nothing is lost but what docs/findings says, and all cases that are possible were run.
. "$(dirname "$0")/../lib-check.sh"

for kernel in 6.1 6.12; do
	for length in 1 2; do
		check 0 ace:length=$length --kernel $kernel --fs ext4,xfs,xfs-noreflink,xfs-rt-4k
		holds 'len(d["ace"]) == 4'
		holds 'all(c["status"] in ("pass", "xfail") for c in d["results"])'
		holds 'all(not c["check"]["unplaced_bytes"] for c in d["results"])'
		if [ $length = 1 ]; then
			holds 'all(r["cases"] == r["cases_possible"] for r in d["ace"])'
		else
			holds 'all(r["pairs_seen"] == r["pairs_possible"] > 3000 for r in d["ace"])'
		fi
		/usr/bin/python3 -c 'import json, sys
for r in json.load(open(sys.argv[1]))["ace"]: print(sys.argv[2], r)' "$work/run.json" $kernel
		rm -r "$work/results"
	done
done
no_leftovers
echo "$checks checks"
