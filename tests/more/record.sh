#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The check lens on DAX: the operation log in its NVDIMM comes back whole, says what
# the workload did and where the file lay, and a failed record leaves nothing.
. "$(dirname "$0")/../lib.sh"

# log WORKLOAD OPTION...: records, dumps to $work/json.
log() {
	run 0 ./daxbench record -o "$work/log" "$@"
	has out "no verdict"
	run 0 ./daxbench trace --json --ops "$work/log"
	cp "$work/out" "$work/json"
	run 0 ./daxbench trace --ops "$work/log"
	has out "baseline"
}

# holds PYTHON: true of the log; h is its header, ops its operations, named() those of a name.
holds() {
	/usr/bin/python3 - "$work/json" "$1" <<'EOF' || die "not so: $1"
import json, sys
h, *ops = map(json.loads, open(sys.argv[1]))
def named(name, of=None): return [o for o in (of if of is not None else ops) if o["op"] == name]
phase = {o["args"]["phase"]: ops.index(o) for o in named("phase")}
run = ops[phase[1]:phase[2]]
base = ops.index(named("baseline")[0])
assert h["schema"] == "daxbench-oplog-1" and h["operations"] == len(ops)
assert h["cut_off"] is None and all(o["took"] is not None for o in ops)
assert phase[0] < base < phase[1] < phase[2] and len(named("baseline")) == 1
assert ops[base - 1]["op"] == "syncfs" or h["workers"] > 1
sys.exit(not eval(sys.argv[2]))
EOF
	checks=$((checks + 1))
}

log pte-store-after-msync --kernel 6.12 --fs ext4
holds 'h["workload"] == "pte-store-after-msync" and h["fs"] == "ext4"'
holds 'h["kernel"].startswith("6.12.") and h["ticks_per_second"] > 0'
holds 'len(named("store", run)) == h["n"] and h["n"] > 0'
# Extents as they were when the promise was made: they cover the file, 4 KiB pieces on the medium.
holds 'sum(x["length"] for x in named("msync")[0]["extents"]) >= named("map")[0]["args"]["length"]'
holds 'all(int(x["physical"], 16) % 4096 == 0 and 0 < int(x["physical"], 16) < 512 << 20
	for o in ops for x in o.get("extents", []) if x["length"])'
holds 'len({o["args"]["generation"] for o in named("store")}) == len(named("store"))'

log map-sync-store --kernel 6.1 --fs xfs
holds 'h["fs"] == "xfs" and h["kernel"].startswith("6.1.") and named("map")[0]["args"]["flags"] & 4'

# All that can be done through files, and to a file system.
for fs in ext4 xfs; do
	log every-call --fs $fs
	holds 'all(o["result"] >= 0 for o in run) and len({o["op"] for o in run}) == 33'
	holds 'len(named("reflink")) == 1'
	holds 'all(o["extents"][0]["length"] for o in named("close") if o["result"] == 0 and
		any(x["length"] for x in o["extents"]))'
	holds 'any(o["extents"] for o in named("write", run)) and named("load", run)'
	log env-acts --fs $fs
	holds '[o["result"] for o in named("umount")] == [-16, 0, 0] and len(named("mount")) == 2'
	holds 'all(o["result"] >= 0 for o in run if o["op"] != "umount")'
	holds 'len(named("mkfs")) == len(named("drop-caches")) == len(named("pass-time")) == 1'
done

# A soup succeeds, whatever the file system can do. Its log, as a list, is run again: the same.
for fs in ext4 xfs; do
	log soup:ops=300 --fs $fs --seed 2
	holds 'all(o["result"] >= 0 for o in run) and h["n"] == 300 and h["workers"] == 2'
	holds 'bool(named("reflink", run)) == (h["fs"] == "xfs")'
	run 0 ./daxbench trace --list --ops "$work/log"
	cp "$work/out" "$work/list"
	log ops:list="$work/list" --fs $fs
	holds 'all(o["result"] >= 0 for o in run) and h["n"] == 300'
	run 0 ./daxbench trace --list --ops "$work/log"
	cmp "$work/out" "$work/list" || die "the log of a list is another list"
done
# Of a kernel on which files that share blocks lose DAX: none of that is in it.
log soup:ops=300 --fs xfs --kernel 6.1 --seed 3
holds 'all(o["result"] >= 0 for o in run) and named("remount", run) and not named("reflink")'

# Workers: a thread and a process, each with its own area, its handles and its barriers.
log store-threads --fs xfs
holds 'h["workers"] == 2 and len(named("spawn")) == 1 and len(named("join")) == 1'
holds '{o["worker"] for o in named("store", run)} == {0, 1}'
holds 'len({o["args"]["offset"] for o in named("store", run)}) == h["n"]'
log refault-other-process
holds 'h["workers"] == 2 and any(o["worker"] == 1 and o["handle"] >> 12 == 1 for o in named("map"))'

# The same seed twice, deterministic: the same log, to the last tick.
log write-fsync-4k --deterministic --seed 7
holds 'h["seed"] == 7 and len(named("fsync", run)) == h["n"]'
mv "$work/json" "$work/first"
log write-fsync-4k --deterministic --seed 7
cmp "$work/first" "$work/json" || die "two deterministic records differ"

# What cannot be recorded says so; the log that was there before stands.
before=$(md5sum <"$work/log")
run 3 ./daxbench record -o "$work/log" write-4k --timeout 1s
has err "ran out of time"
run 2 ./daxbench record -o "$work/log" no-such-workload
run 2 ./daxbench record -o "$work/log" 'pte-*'
has err "record takes one"
echo 'fsync f0' >"$work/bad"
run 2 ./daxbench record -o "$work/log" ops:list="$work/bad"
has err "line 1: fsync: the file is not open"
run 2 ./daxbench record -o "$work/log" ops
has err "ops:list=FILE"
run 4 ./daxbench record -o "$work/log" pte-store-hole --target "$work"
has err "not DAX"
[ "$(md5sum <"$work/log")" = "$before" ] || die "a failed record touched the log"
run 3 ./daxbench trace --ops "$work/json"
has err "no operation log"

# Without a guest: in a directory, DAX or not.
run 0 ./daxbench record -o "$work/here" write-4k --target "$work"
run 0 ./daxbench trace --ops "$work/here"
has out "write h1 offset 0 length 4096"
[ -z "$(ls -d "$work"/*.partial "$work"/daxbench-* 2>/dev/null)" ] || die "something is left over"
no_leftovers
echo "$checks checks"
