#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page cache beside DAX on one device. Caught here: a file system that is called nodax
# and is DAX, DAX's code run for it, a workload that needs DAX and is timed without, and
# what the page cache writes that is looked for in vain, or in the wrong place. The control
# is a block device that says it has no cache: a check that passes then looks at nothing.
. "$(dirname "$0")/../lib-check.sh"

check 0 write-fsync-4k copy-msync-4k punch-store every-sync --fs ext4-nodax,xfs-nodax --kernel 6.1
holds 'all(c["status"] == "pass" and c["mode"] == "pagecache" and c["check"]["promised_bytes"]
	and not c["check"]["unplaced_bytes"] and not c["check"]["lines_written_back"]
	for c in d["results"] if c["workload"] != "every-sync")'
holds 'all(c["status"] == "skip" and "files here are not DAX" in c["reason"]
	for c in d["results"] if c["workload"] == "every-sync")'
holds 'len(d["results"]) == 8 and "dax=never" in cell("write-fsync-4k", "xfs-nodax")["target"]["mount_options"].split(",")
	and cell("write-fsync-4k", "xfs-nodax")["driver"] == "xfs"'

# With DAX, write(2) stores past the caches and fsync drains: its control is another cache.
check 1 write-fsync-4k --fs ext4-nodax,ext4,xfs-nodax --write-cache off
holds 'all(("fsync", "not drained") in lost(c) and c["status"] == "fail" and
	all(v["fault"] == "not drained" for v in c["violations"])
	for c in d["results"] if c["fs"] != "ext4") and cell("write-fsync-4k", "ext4")["status"] == "pass"'

run 3 ./daxbench run --json -o "$work/results" --deterministic --fs ext4,ext4-nodax \
	msync-page two-maps-msync read-4k:direct=1 read-4k:direct=0 write-4k:direct=1,size=100
cp "$work/out" "$work/run.json"
holds 'all(not any(v for k, v in c["counts"].items() if k != "of_ops") and
	not any(c["expected"].values()) for c in d["results"] if c["fs"] == "ext4-nodax" and c["status"] == "pass")'
holds 'cell("two-maps-msync", "ext4")["counts"]["pte_faults"] > 0 and
	cell("two-maps-msync", "ext4-nodax")["status"] == "pass" and
	cell("two-maps-msync", "ext4-nodax")["minor_faults"] > 0'
holds 'cell("msync-page", "ext4-nodax")["status"] == "skip" and cell("msync-page", "ext4")["status"] == "pass"'
# O_DIRECT: past a page cache that has the page already it costs more; DAX does as without.
holds 'cell("read-4k", "ext4-nodax", direct=1)["median"] > 1.2 * cell("read-4k", "ext4-nodax", direct=0)["median"]'
holds 'abs(cell("read-4k", "ext4", direct=1)["median"] / cell("read-4k", "ext4", direct=0)["median"] - 1) < 0.01'

holds 'all("direct=1 wants size and at in multiples of 512" in c["reason"] and c["status"] == "error"
	for c in d["results"] if c["workload"] == "write-4k") and d["summary"]["error"] == 2'

run 2 ./daxbench run --fs ext4-dax
has err "ext4-nodax, xfs-nodax"
no_leftovers
echo "$checks checks"
