#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stock kernels over many crash states: lists of operations of all kinds, at least 5,000
# states of different bytes on each file system. Nothing may be wrong but what is known. What that
# silence is worth states-edits.sh measures.
. "$(dirname "$0")/../lib-check.sh"

# A crash of XFS leaves fewer choices: more lists for as many states.
for lists in ext4:14 xfs:20; do
	fs=${lists%:*}
	check 0 -q --states --max-states 600 --rounds "${lists#*:}" --seed 11 --recrash --fs "$fs" soup:ops=150
	holds 'sum(s["unique"] for s in states) >= 5000'
	holds 'all(c["status"] in ("pass", "xfail") for c in d["results"])'
	holds 'all(s["recrash"]["recoveries"] for s in states)'
	/usr/bin/python3 - "$work/run.json" <<'EOP'
import json, sys
cells = json.load(open(sys.argv[1]))["results"]
def total(group, member): return sum((c["states"][group] if group else c["states"])[member] for c in cells)
print(cells[0]["fs"] + ":", *(f"{k} {total(None, k):.0f}" for k in ("points", "run", "unique", "seconds")))
print("\tin recoveries:", *(f"{k} {total('recrash', k)}" for k in ("recoveries", "points", "run", "unique")))
print("\tof guests:", *(f"{k} {total('recovery', k):.0f}" for k in ("recovered", "proved",
    "put_seconds", "mount_seconds", "prove_seconds")))
EOP
	rm -r "$work/results"
done
no_leftovers
echo "$checks checks"
