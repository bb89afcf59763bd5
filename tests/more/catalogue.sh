#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every workload through both lenses, on one file system and kernel: another pair each
# day (PAIR=FS:KERNEL chooses; tests/full/matrix.sh goes through all). Each faults,
# writes back and makes lines durable as it declares, and keeps what its sync calls
# promise. Caught: a workload that does something else, that declares nothing, or that
# is left out without a reason.
. "$(dirname "$0")/../lib-check.sh"

pairs=(ext4:6.12 xfs:6.1 xfs-rt:6.12 ext4:6.1 xfs:6.12 xfs-rt:6.1)
pair=${PAIR:-${pairs[10#$(date +%j) % ${#pairs[@]}]}}
fs=${pair%:*} kernel=${pair#*:}
echo "$fs, Linux $kernel"

run 0 ./daxbench run --deterministic --counts --fs "$fs" --kernel "$kernel" -o "$work/results" '*'
run 0 /usr/bin/python3 tests/check-result.py results/daxbench-result-1.schema.json \
	"$work"/results/2*/run.json

# A declaration that is wrong by one is told, whichever it is.
run 1 ./daxbench run --deterministic --counts --fs "$fs" --kernel "$kernel" -o "$work/wrong" \
	misdeclared misdeclared:faults=1 misdeclared:entries=1 misdeclared:lines=1
has out "4 cells: 1 pass, 3 fail"
for count in pte_faults entries_written_back lines_written_back; do
	has out "$count"
done

check 0 '*' --fs "$fs" --kernel "$kernel"
# What is known shows, but where a timer of the file system happened to flush in time.
holds 'all(c["status"] in ("pass", "xfail", "xpass", "skip") for c in d["results"])'
holds 'len([c for c in d["results"] if c["status"] == "xpass"]) <= 1'
holds 'all(c["reason"] for c in d["results"] if c["status"] == "skip")'
no_leftovers
echo "$checks checks"
