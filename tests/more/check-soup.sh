#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random operations on stock kernels: nothing is lost but what docs/findings says,
# each byte that is promised is looked at, and what is left out of a trace is missed.
# Caught is a checker that takes what no kernel does for a loss, or sees nothing.
. "$(dirname "$0")/../lib-check.sh"

for kernel in 6.1 6.12; do
	check 0 soup:ops=500 --rounds 2 --removals 10 --fs ext4,xfs,xfs-noreflink,xfs-rt-4k --kernel $kernel
	holds 'len(d["results"]) == 8 and d["coverage"]["operations"] == 4000'
	holds 'all(c["status"] in ("pass", "xfail") for c in d["results"])'
	holds 'all(c["status"] == "pass" for c in d["results"] if c["fs"] == "ext4")'
	holds '{c["seed"] for c in d["results"]} == {1, 2}'
	holds 'all(c["check"]["promises"] > 20 and c["check"]["promised_bytes"] > 200000 and
		not c["check"]["unplaced_bytes"] for c in d["results"])'
	holds 'sum(r["tried"] for c in d["results"] for r in c["check"]["removals"].values()) == 80'
	holds 'not any(r["wrong"] for c in d["results"] for r in c["check"]["removals"].values())'
	holds 'd["coverage"]["pairs_seen"] * 4 > d["coverage"]["pairs_possible"]'
done

# Of so few records of a list it is chance whether one is needed (full/soup.sh has more). Of a
# workload that syncs one page each write-back is.
check 0 msync-page --removals all --fs ext4
holds 'cell("msync-page", "ext4")["check"]["removals"]["write-back"]["caught"] ==
	cell("msync-page", "ext4")["check"]["removals"]["write-back"]["tried"] >= 5'
holds 'cell("msync-page", "ext4")["check"]["removals"]["store"]["caught"] >= 5'
holds 'not any(r["wrong"] for r in cell("msync-page", "ext4")["check"]["removals"].values())'

# What was found of stock kernels, each by the workload that shows nothing else.
check 0 msync-read-only map-sync-syncfs cow-write unshare-dirty msync-page --fs ext4,xfs
holds '{c["status"] for c in d["results"] if c["workload"] == "msync-read-only"} == {"xfail"}'
holds 'cell("map-sync-syncfs", "xfs")["status"] == "xfail" and cell("map-sync-syncfs", "ext4")["status"] == "pass"'
holds 'cell("cow-write", "xfs")["status"] == "xfail" and cell("cow-write", "ext4")["status"] == "skip"'
holds '{c["status"] for c in d["results"] if c["workload"] == "msync-page"} == {"pass"}'
for finding in msync-read-only:ext4 map-sync-not-dirty-xfs:xfs dax-cow-not-flushed:xfs \
	dax-stale-entry-after-unshare:xfs; do
	holds "any(v['known'] == '${finding%:*}' for c in d['results'] if c['fs'] == '${finding#*:}'
		for v in c['violations'])"
done

# A realtime device that one page fault takes whole is no target for it, and it says why.
check 4 soup --fs xfs-rt
holds '"takes the whole realtime device" in cell("soup", "xfs-rt")["reason"]'

# The control: a kernel that flushes nothing, and no list that needs its flushes passes (seed 1 has
# none that does).
check 1 soup:ops=300 --write-cache off --seed 2 --fs ext4,xfs
holds 'all(c["status"] == "fail" for c in d["results"])'

# The same seed: the same trace, bit by bit, whatever was recorded before it.
for i in 1 2; do
	run 0 ./daxbench check --keep -o "$work/same$i" soup:ops=200 --fs ext4 --seed 9
done
cmp "$work"/same1/latest/*.trace "$work"/same2/latest/*.trace || die "two traces differ"

# For so long: guests of fresh seeds, and one row for all.
run 0 ./daxbench check -o "$work/results" soup:ops=50 --for 1s --rounds 3 --fs ext4
has out "soup ops=50 x3"
has out "soup: 150 operations in 3 lists"

run 2 ./daxbench check soup --for never
run 2 ./daxbench check soup --rounds 0
run 2 ./daxbench check msync-page --for 1m
has err "no workload here makes lists from a seed"
no_leftovers
echo "$checks checks"
