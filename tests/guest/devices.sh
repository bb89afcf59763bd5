#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices without a file system: a raw pmem device and device-dax of both alignments, in one
# run with files on the same NVDIMM. Catches a row whose kernel did something else than it
# says (by its faults, lines and fences), a kind that is left out without a word, and a
# checker that looks for a device's bytes at the wrong place, or takes device-dax's fsync
# for a promise.
. "$(dirname "$0")/../lib-check.sh"

# Nothing of a device but a directory: skipped, each with the reason.
run 4 ./daxbench run --target "$work" --json -o "$work/results" raw-read devdax-store devdax-fault-4k
cp "$work/out" "$work/run.json"
holds '[(c["fs"], c["mode"], c["status"]) for c in d["results"]] == [("raw", "none", "skip"),
	("devdax", "none", "skip"), ("devdax-4k", "none", "skip")]'
holds 'all("is a directory, and this needs a device; give --device" in c["reason"]
	for c in d["results"])'
run 0 ./daxbench run --dry-run '*'
has out "raw-read:size=4K raw"
has out "devdax-fault-4k devdax-4k"

# Once each, not once for each file system; the NVDIMM is made over in between.
run 0 ./daxbench run --deterministic --counts --json -o "$work/results" 'raw-*' raw-direct-write:dsync=1 \
	'devdax-*' devdax-flush:size=2M pte-store-hole --fs ext4,xfs
cp "$work/out" "$work/run.json"
holds 'len(d["results"]) == 17 and all(c["status"] == "pass" for c in d["results"])'
holds 'all({v for k, v in c["counts"].items() if k not in ("of_ops", "lines_written_back")} == {0} and c["counts"]["of_ops"] > 0
	for c in d["results"] if c["fs"] not in ("ext4", "xfs"))'
holds '{(c["fs"], c["mode"], c["target"]["align_bytes"]) for c in d["results"]} == {
	("ext4", "dax", 0), ("xfs", "dax", 0), ("raw", "raw", 0), ("devdax", "devdax", 2 << 20),
	("devdax-4k", "devdax", 4096)}'
holds '[cell(w, f)["minor_faults"] for w, f in (("devdax-fault-4k", "devdax-4k"),
	("devdax-fault-2m", "devdax"), ("devdax-store", "devdax"), ("raw-store-msync", "raw"))] == [1, 1, 0, 1]'
# Lines that the CPU wrote back, lines stored past the caches, fences: of one operation.
each='lambda c: [c["machine"][k] / c["machine"]["of_ops"] for k in ("lines_written_back", "lines_stored_nt", "fences")]'
holds "[($each)(cell(w, 'raw')) for w in ('raw-write', 'raw-read', 'raw-direct-read')] == [[0, 0, 0]] * 3"
holds "[($each)(cell('raw-direct-write', 'raw', dsync=s)) for s in (0, 1)] == [[0, 64, 0], [0, 64, 4]]"
holds "[($each)(cell(w, 'raw')) for w in ('raw-write-fsync', 'raw-store-msync')] == [[0, 64, 2]] * 2"
holds "[($each)(cell('devdax-flush', 'devdax', size=s)) for s in (64, 2 << 20)] == [[1, 0, 1], [32768, 0, 1]]"
holds "[($each)(cell(w, f)) for w, f in (('devdax-store', 'devdax'), ('devdax-fsync', 'devdax'),
	('devdax-fault-2m', 'devdax'), ('devdax-fault-4k', 'devdax-4k'))] == [[0, 0, 0]] * 4"

# Every promise is kept, and was looked at; what no call promised was not.
check 1 'raw-*' raw-direct-write:dsync=1 'devdax-*' devdax-flush:omit=1 devdax-flush:omit=2 --fs ext4 --keep
holds 'all(c["status"] == ("fail" if c["params"].get("omit", 0) else
	"xfail" if c["workload"] == "raw-write-sync" else "pass") for c in d["results"])'
holds 'all(not c["check"]["unplaced_bytes"] and c["check"]["cut_off"] is None for c in d["results"])'
holds 'all(c["check"]["promised_bytes"] >= 8 * 4096 for c in d["results"] if c["fs"] == "raw")'
# Of device-dax what the program flushed: before run() in all of these, and then in none.
holds '[cell(w, f)["check"]["promised_bytes"] for w, f in (("devdax-store", "devdax"),
	("devdax-fsync", "devdax"), ("devdax-fault-2m", "devdax"), ("devdax-fault-4k", "devdax-4k"))] == [512, 512, 0, 0]'
# A program that forgets the write-back or the fence, with no kernel to blame.
holds 'lost(cell("devdax-flush", "devdax", omit=1)) == {("rely", "not written back")} and
	lost(cell("devdax-flush", "devdax", omit=2)) == {("rely", "not drained")}'
holds 'all(v["promise"]["application"] and v["store"]["where"].startswith("workloads/devdax-flush.c:")
	for c in d["results"] if c["fs"] == "devdax" for v in c["violations"])'
# What Linux leaves out itself, and is known.
holds 'lost(cell("raw-write-sync", "raw")) == {("sync", "not drained")}'

# The control: a device that is said to have no cache is sent no flush.
check 1 'raw-*' raw-direct-write:dsync=1 --write-cache off --kernel 6.1
holds '{(op, fault) for w in ("raw-write-fsync", "raw-store-msync") for op, fault in lost(cell(w, "raw"))} >=
	{("fsync", "not drained"), ("msync", "not drained")}'
holds '("write", "not drained") in lost(cell("raw-direct-write", "raw", dsync=1))'
holds 'all(v["class"] == "contract" and v["file"] == "device" for c in d["results"] for v in c["violations"])'
has_command=$(cat "$work"/results/latest/violations/*/command | grep -c -- ' --fs ') # of none
[ "$has_command" -eq 0 ] || die "a command names a device as a file system"
no_leftovers
echo "$checks checks"
