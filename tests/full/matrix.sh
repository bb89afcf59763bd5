#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every workload on every file system and kernel: counted twice, the same to the last
# digit; checked; and as a user would run it.
. "$(dirname "$0")/../lib.sh"

for kernel in 6.1 6.12; do
	for fs in ext4 xfs xfs-rt; do
		run 0 env PAIR=$fs:$kernel tests/more/catalogue.sh
	done
	for _ in 1 2; do
		run 0 ./daxbench run --deterministic --kernel $kernel -o "$work/$kernel" '*'
	done
	sets=("$work/$kernel"/2*/run.json)
	[ ${#sets[@]} -eq 2 ] || die "two sets of results expected"
	diff "${sets[@]}" || die "two runs on $kernel differ"
done
run 0 ./daxbench run --kernel 6.1,6.12 --latency -o "$work/timed" '*'
for json in "$work"/timed/2*/run.json; do
	run 0 /usr/bin/python3 tests/check-result.py results/daxbench-result-1.schema.json "$json"
done
no_leftovers
echo "$checks checks"
