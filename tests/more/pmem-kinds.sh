#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Other kinds of pmem: a sector-mode namespace, which has no DAX, and legacy pmem, which has
# and is no NVDIMM. Catches a row of DAX where there is none, a kind that is passed over
# without a word, and a verdict on bytes whose places nobody knows.
. "$(dirname "$0")/../lib-check.sh"

# Sector mode: raw workloads run; what needs DAX is skipped.
run 0 ./daxbench run --deterministic --json -o "$work/results" --layer sector --fs ext4,xfs \
	raw-read raw-direct-read raw-direct-write raw-write-fsync devdax-store pte-store-hole
cp "$work/out" "$work/run.json"
holds '{(c["workload"], c["fs"]): c["status"] for c in d["results"]} == {("raw-read", "raw"): "pass",
	("raw-direct-read", "raw"): "pass", ("raw-direct-write", "raw"): "pass",
	("raw-write-fsync", "raw"): "pass", ("devdax-store", "devdax"): "skip",
	("pte-store-hole", "ext4"): "skip", ("pte-store-hole", "xfs"): "skip"}'
holds 'all(c["target"]["device"].endswith("s") and c["target"]["region"]["namespaces"][0]["mode"] == "sector"
	for c in d["results"] if c["status"] == "pass")'
holds '"is a device without DAX" in cell("pte-store-hole", "ext4")["reason"] and
	"not on device-dax" in cell("devdax-store", "devdax")["reason"]'
# Each write goes to a new place and into the map: dearer than a read. On a plain device it is cheaper.
holds 'cell("raw-direct-write", "raw")["median"] > cell("raw-direct-read", "raw")["median"]'
check 4 raw-write-fsync --layer sector
holds '"keep their places" in cell("raw-write-fsync", "raw")["reason"]'

# Legacy pmem is pmem to all: DAX of both sizes, device-dax, raw.
run 0 ./daxbench run --deterministic --json -o "$work/results" --pmem legacy --fs ext4 --kernel 6.1 \
	pte-store-hole pmd-store-hole msync-page raw-write-fsync devdax-fault-2m devdax-fault-4k
cp "$work/out" "$work/run.json"
holds 'len(d["results"]) == 6 and all(c["status"] == "pass" for c in d["results"])'
holds 'cell("pmd-store-hole", "ext4")["counts"]["pmd_faults"] > 0 and
	cell("devdax-fault-4k", "devdax-4k")["minor_faults"] == 1'
holds 'all(c["target"]["region"]["dimms"] == [] for c in d["results"])'
run 2 ./daxbench check every-sync --pmem legacy
has err "stores to which are not recorded"
run 2 ./daxbench run raw-read --layer sector --counts
has err "does not see what is stored to a sector-mode namespace"
run 2 ./daxbench run raw-read --pmem legacy --counts
has err "does not see what is stored to legacy pmem"
run 2 ./daxbench run null --pmem optane
has err "want nvdimm or legacy"
run 2 ./daxbench run raw-read --pmem legacy --target "$work"
has err "is for guests"
no_leftovers
echo "$checks checks"
