#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stock kernels over many crash states: lists of operations of all kinds, at least 5,000
# states of different bytes on each file system. Nothing may be wrong but what is known. What that
# silence is worth states-edits.sh measures.
. "$(dirname "$0")/../lib-check.sh"

for fs in ext4 xfs; do
	check 0 -q --states --max-states 600 --rounds 14 --seed 11 --recrash --fs $fs soup:ops=150
	holds 'sum(s["unique"] for s in states) >= 5000'
	holds 'all(c["status"] in ("pass", "xfail") for c in d["results"])'
	holds 'all(s["recrash"]["recoveries"] for s in states)'
	/usr/bin/python3 -c 'import json, sys
states = [c["states"] for c in json.load(open(sys.argv[1]))["results"]]
for k in "points", "run", "unique", "seconds":
    print(k, round(sum(s[k] for s in states)))' "$work/run.json"
	rm -r "$work/results"
done
no_leftovers
echo "$checks checks"
