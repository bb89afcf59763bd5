#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same kernel differs from itself by nothing, also function by function; one whose code
# lies elsewhere works the same; ten instructions planted in fs/dax.c are ten, in the
# function that they are in, for each entry written back and for nothing else. Built twice, a
# kernel is the same file. The kernels are there: tests/run.sh has built them.
. "$(dirname "$0")/../lib.sh"

for variant in pfn layout plus10; do
	[ -e "build/kernels/$variant/bzImage" ] || die "not built: $variant"
done

# compare STATUS OPTION...: its document is $work/compare.json.
compare() {
	local want=$1
	shift
	rm -rf "$work/results"
	run "$want" ./daxbench compare --deterministic --functions -o "$work/results" -q "$@"
	cp "$work"/results/compare-*.json "$work/compare.json"
	/usr/bin/python3 - results/daxbench-compare-1.schema.json "$work/compare.json" <<'PYTHON' || die "schema"
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
PYTHON
}

# holds PYTHON: true of the document; rows are its only comparison's.
holds() {
	/usr/bin/python3 - "$work/compare.json" "$1" <<'PYTHON' || die "not so: $1"
import json, re, sys
rows = json.load(open(sys.argv[1]))["comparisons"][0]["rows"]
def row(name, fs): return next(r for r in rows if r["workload"] == name and r["fs"] == fs)
def differ(r): return {f["name"]: f["difference"] for f in r["functions"]["differ"]}
# A kernel of other text boots in another number of instructions, so clocks and counters stand
# elsewhere when a cell begins: one of all operations may meet the end of a period of the
# scheduler's averages, or the fault at which a thread's pages are added up. That is less than an
# instruction an operation, and in none of the functions that are compared.
COMPARED = re.compile("dax|pmem|iomap|ext4|xfs|jbd2|nvdimm")
def moved(r): return {n: d for n, d in differ(r).items() if abs(d) >= 1 or COMPARED.search(n)}
sys.exit(not eval("(" + sys.argv[2] + ")"))
PYTHON
	checks=$((checks + 1))
}

workloads=(null pte-read-data pte-store-hole msync-page fsync-dirty)

compare 0 pfn pfn --no-control "${workloads[@]}"
holds 'len(rows) == 2 * 4 + 1'
holds 'all(r["verdict"] == "same" and r["difference"] == 0 for r in rows)'
holds 'all(not differ(r) and r["functions"]["same"] >= 1 for r in rows)'
# What is counted by function is all that there is, but for the marks around it.
holds 'all(abs(r["functions"]["each"][0] - r["sides"][0]["value"]) * r["functions"]["of_ops"][0]
           <= 0.002 * r["sides"][0]["value"] * r["functions"]["of_ops"][0] + 1000 for r in rows)'

# Another layout works the same.
compare 0 pfn layout --no-control "${workloads[@]}"
holds 'all(r["verdict"] == "same" for r in rows)'
holds 'not any(moved(r) for r in rows)'

compare 0 pfn plus10 --control layout "${workloads[@]}"
holds 'all(not moved(row(w, fs)) for w in ("pte-read-data", "pte-store-hole") for fs in ("ext4", "xfs"))'
holds 'all(len(moved(row(w, fs))) == 1 for w in ("msync-page", "fsync-dirty") for fs in ("ext4", "xfs"))'
holds 'all(name.startswith("dax_writeback") for r in rows for name in moved(r))'
holds 'all(list(moved(row("msync-page", fs)).values()) == [10] for fs in ("ext4", "xfs"))'
holds 'row("msync-page", "xfs")["verdict"] in ("more", "equivalent")'
no_leftovers
echo "$checks checks"
