#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs of fio: measured beside our own stores in one guest, with what their syncs are; what
# cannot run says why. Catches a job that is left out, a run that failed and counts as one,
# and a figure that is fio's start, not its operations.
. "$(dirname "$0")/../lib.sh"

mkdir "$work/jobs"
printf '# sync: none\n# ops: 64\n[a]\nioengine=nosuch\nrw=write\nbs=4k\nsize=1m\n' >"$work/jobs/no-engine.fio"
printf '# ops: 4000\n[a]\nioengine=psync\nrw=write\nbs=1m\nsize=2g\nfallocate=none\n' >"$work/jobs/too-large.fio"
printf '# ops: 1\n[a]\nioengine=psync\nrw=write\nbs=4k\nfilename=/dev/pmem0\n' >"$work/jobs/mounted.fio"
printf '[a]\n[b]\n' >"$work/jobs/two.fio"

# One guest for all of it; two cells that must fail make its status.
run 3 ./daxbench run --deterministic --fs ext4 -o "$work/results" copy-4k:random=1 \
	copy-4k:random=1,size=64 fio:mmap-store-64-lean fio:mmap-store-4k-lean fio:mmap-fsync-4k \
	fio:devdax-4k "fio:$work/jobs/no-engine.fio" "fio:$work/jobs/too-large.fio" \
	"fio:$work/jobs/mounted.fio"
json=$(echo "$work"/results/2*/run.json)
/usr/bin/python3 - results/daxbench-result-1.schema.json "$json" <<'EOF' || die "a cell is not what it should be"
import json, sys, jsonschema
schema, document = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.validate(document, schema)
cells = {c["workload"] + str(c["params"].get("size", "")): c for c in document["results"]}
assert len(cells) == 9, cells.keys()
def median(name): return cells[name]["median"]
for name in "fio:mmap-store-64-lean", "fio:mmap-store-4k-lean", "fio:mmap-fsync-4k":
    c = cells[name]
    print(name, c["samples"])
    assert c["status"] == "pass" and c["unit"] == "insn" and c["mode"] == "dax", c["reason"]
    assert c["counts"] is None and c["expected"] is None
    assert c["max"] - c["min"] < 0.2 * c["median"], c["samples"]
    assert c["fio"]["engine"] == "mmap" and c["fio"]["version"].startswith("fio-")
    assert c["fio"]["ios"] == 2 * c["ops"] and "[store]" in c["fio"]["job"]
small, large = median("fio:mmap-store-64-lean"), median("fio:mmap-store-4k-lean")
assert small < large < median("fio:mmap-fsync-4k")
assert small / median("copy-4k64") > 10
assert 1 < large / median("copy-4k4096") < 3
assert cells["fio:mmap-store-64-lean"]["fio"]["latency"] is None
assert "whole mapping" in cells["fio:mmap-fsync-4k"]["fio"]["sync"]
assert cells["fio:mmap-fsync-4k"]["fio"]["sync_latency"]["samples"] > 0
c = cells["fio:devdax-4k"]
assert c["status"] == "pass" and c["mode"] == "devdax" and c["unit"] == "insn", c["reason"]
assert "fsync=1 would do nothing" in c["fio"]["sync"]
c = cells["fio:no-engine"]
assert c["status"] == "skip" and 'no engine "nosuch"' in c["reason"], c["reason"]
c = cells["fio:too-large"]
assert c["status"] == "error" and "No space left" in c["reason"] and not c["samples"], c["reason"]
c = cells["fio:mounted"]
assert c["status"] == "error" and "appears mounted" in c["reason"], c["reason"]
assert c["fio"]["job"] and not c["samples"]
EOF

# What is refused at once, and a job of one's own outside of a guest.
run 2 ./daxbench check fio:mmap-store-64
has err "no operation log"
run 2 ./daxbench run fio:no-such-job
run 2 ./daxbench run "fio:$work/jobs/two.fio"
has err "2 jobs"
run 3 ./daxbench run "fio:$work/jobs/none.fio"
run 3 ./daxbench run --target "$work" -o "$work/here" "fio:$work/jobs/mounted.fio"
has out "in a guest only"
run 0 ./daxbench run --target "$work" -o "$work/here" fio:mmap-store-64-lean
run 3 ./daxbench run --target "$work" -o "$work/here" --cell-timeout 1ms fio:write-4k
has out "killed"
no_leftovers
echo "$checks checks"
