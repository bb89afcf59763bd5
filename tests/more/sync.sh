#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a sync costs follows what is dirty, and nothing else: caught are a sync that goes
# through what is clean, a periodic write-back of DAX pages, an entry flushed more or less
# than whole; and a parameter for which the device is too small that is no skip.
. "$(dirname "$0")/../lib.sh"

# holds PYTHON: true of the last document; counts(WORKLOAD, PARAM=VALUE...) of one operation.
holds() {
	/usr/bin/python3 - "$work/run.json" "$1" <<'EOP' || die "not so: $1"
import json, sys
d = json.load(open(sys.argv[1]))
def cell(workload, **params):
    return next(c for c in d["results"] if c["workload"] == workload
                and all(c["params"][k] == v for k, v in params.items()))
def counts(workload, field, **params):
    c = cell(workload, **params)
    return c["machine"][field] / c["machine"]["of_ops"]
if not eval("(" + sys.argv[2] + ")"):
    for c in d["results"]:
        print(c["workload"], c["params"], c["status"], c.get("median"), c.get("machine"))
    sys.exit(1)
EOP
	checks=$((checks + 1))
}

measure() {
	run 0 ./daxbench run --json -q --deterministic --counts -o "$work/results" "$@"
	cp "$work/out" "$work/run.json"
}

measure --fs ext4 --cell-timeout 10m msync-page msync-pmd-4k msync-sparse msync-async \
	sync-file-range sync-file-range:wait=0 msync-growing:before=100 msync-growing:before=612 \
	user-flush:with=0,size=4K fsync-dirty:pages=3,huge=2 fsync-dirty:pages=200000 \
	idle-dirty:pages=1000,seconds=60
lines='lambda *a, **p: counts(a[0], "lines_written_back", **p)'
holds "[($lines)(w) for w in ('msync-page', 'msync-pmd-4k', 'msync-sparse', 'msync-async')] == [64, 32768, 64, 0]"
holds "[($lines)('sync-file-range', wait=n) for n in (0, 1)] == [0, 64]"
holds "($lines)('user-flush') == 64 and counts('user-flush', 'fences') == 1"
holds "($lines)('fsync-dirty', huge=2) == 3 * 64 + 2 * 32768"
# 512 rounds later a round costs what it did, but for an instruction in 12,000 that a sample
# now and then has more. 60 seconds in which nothing is written back: they are the guest's,
# whose clock need not agree with the emulator's to the last digit.
holds 'abs(cell("msync-growing", before=612)["median"] / cell("msync-growing", before=100)["median"] - 1) < 0.001'
holds "($lines)('idle-dirty') == 0"
holds "cell('idle-dirty')['median'] > 59.9e9"
holds 'cell("fsync-dirty", pages=200000)["status"] == "skip" and
	"--nvdimm-size" in cell("fsync-dirty", pages=200000)["reason"]'
holds 'len([c for c in d["results"] if c["status"] == "pass"]) == 11'

# There it has room.
run 0 ./daxbench run --json -q --nvdimm-size 1G --fs xfs-rt --cell-time 100ms --cell-timeout 10m \
	-o "$work/results" fsync-dirty:pages=150000
cp "$work/out" "$work/run.json"
holds 'd["results"][0]["status"] == "pass" and
	d["results"][0]["target"]["region"]["size_bytes"] == 1 << 30 and
	d["results"][0]["counts"]["entries_written_back"] == 150000'
no_leftovers
echo "$checks checks"
