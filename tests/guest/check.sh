#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The store checker in a real machine: silent where the kernel keeps its promises,
# and not where it is told to flush nothing, or a program forgets to.
# A checker that never finds anything fails here, and one that cries wolf does.
. "$(dirname "$0")/../lib-check.sh"

# Stock kernels: nothing, but for what is known of XFS.
for kernel in 6.1 6.12; do
	check 0 every-sync every-call write-fsync-4k msync-pmd-4k user-flush user-nt --kernel $kernel
	holds 'all(c["status"] == ("xfail" if (c["workload"], c["fs"]) == ("every-sync", "xfs") else "pass")
		for c in d["results"]) and len(d["results"]) == 12'
	holds 'all(c["check"]["promised_bytes"] > 0 and not c["check"]["unplaced_bytes"] and
		c["check"]["cut_off"] is None for c in d["results"])'
	# 64 lines for a PTE entry, 32768 for a PMD entry: counted, not computed.
	holds 'cell("every-sync", "ext4")["check"]["lines_written_back"] == 64 * 11'
	holds 'cell("msync-pmd-4k", "xfs")["check"]["lines_written_back"] % 32768 == 0'
	# What was in vain, and who did it: of each page one line was needed; CLFLUSH wants no fence.
	holds 'cell("every-sync", "ext4")["check"]["lines_needed"] == 11 and
		cell("every-sync", "ext4")["check"]["lines_clean"] == 63 * 11'
	holds '[r["clean"] for r in cell("every-sync", "ext4")["check"]["redundant"]
		if r["kind"] == "write-back" and r["site"]["entry"] == "msync"] == [63 * 3]'
	holds '[r["clean"] for r in cell("user-flush", "ext4")["check"]["redundant"]
		if r["site"]["where"].startswith("workloads/user-flush.c:")] == [1]'
done
[ -z "$(find "$work/results" -name '*.trace')" ] && die "the trace of a known failure is not kept"

# The control: dax/write_cache off, and every call is caught, with file, place and store.
check 1 every-sync --write-cache off
for fs in ext4 xfs; do
	holds "{op for op, fault in lost(cell('every-sync', '$fs')) if fault == 'not written back'} ==
		{'msync', 'fsync', 'fdatasync', 'sync', 'syncfs'}"
	holds "all(v['file'] == 'data' and v['store']['where'].startswith('workloads/') and
		v['class'] == 'loses data on hardware' and 'eadr' not in v['modes']
		for v in cell('every-sync', '$fs')['violations'])"
done

# What a program forgets: the flush, the fence, the right line. CLFLUSH needs no fence.
check 1 user-flush:with=0 user-flush:with=0,omit=1 user-flush:with=0,omit=2 user-flush:with=0,omit=3 user-flush:with=2,omit=2 \
	user-nt:omit=1 --fs ext4
holds 'cell("user-flush", "ext4", omit=0)["status"] == "pass"'
# What flushes the wrong line writes back a clean one; what does all right wastes nothing.
wasted='[(r["kind"], r["clean"], r["twice"]) for r in c["check"]["redundant"] if r["site"]["by"] == "program"]'
holds "[$wasted for c in [cell('user-flush', 'ext4', omit=3)]] == [[('write-back', 1, 0)]]"
holds "[$wasted for c in [cell('user-flush', 'ext4', omit=0)]] == [[]]"
holds '("drain", "not written back") in lost(cell("user-flush", "ext4", omit=1))
	or ("rely", "not written back") in lost(cell("user-flush", "ext4", omit=1))'
holds 'lost(cell("user-flush", "ext4", **{"omit": 2, "with": 0})) == {("rely", "not drained")}'
holds '{f for o, f in lost(cell("user-flush", "ext4", omit=3))} == {"not written back"}'
holds 'cell("user-flush", "ext4", **{"omit": 2, "with": 2})["status"] == "pass"'
holds 'lost(cell("user-nt", "ext4")) == {("rely", "not drained")}'
holds 'all(v["promise"]["application"] for c in d["results"] for v in c["violations"])'

# The same seed: the same trace, bit by bit.
for i in 1 2; do
	run 0 ./daxbench check --keep -o "$work/same$i" fsync-dirty --fs ext4 --seed 3
done
cmp "$work"/same1/latest/*.trace "$work"/same2/latest/*.trace || die "two traces differ"

# Two CPUs: each store, write-back and fence is the one's that did it. That of a thread's
# marks is: told by the CPU that translated the code, all would be of one.
check 0 --keep --cpus 2 msync-beside-stores --fs ext4
run 0 ./daxbench trace --dump --json "$work"/results/latest/msync-beside-stores-*.trace
cp "$work/out" "$work/dump"
/usr/bin/python3 - "$work/dump" <<'EOF' || die "records of two CPUs are not told apart"
import json, sys
head, *records = map(json.loads, open(sys.argv[1]))
by = {kind: {r["vcpu"] for r in records if r["kind"] == kind} for kind in ("mark", "fence")}
sys.exit(head["vcpus"] != 2 or by["mark"] != {0, 1} or not by["fence"] <= {0, 1})
EOF
checks=$((checks + 1))
check 1 --cpus 2 every-sync --fs ext4 --write-cache off

# For people, and on bad input.
run 1 ./daxbench check -o "$work/results" every-sync --fs ext4 --write-cache off
has out "msync #9 promised what a power cut would lose"
has out "the line was never written back"
run 2 ./daxbench check every-sync --write-cache maybe
run 2 ./daxbench check no-such-workload
run 2 ./daxbench check every-sync --target "$work"
has err "in a guest only"
run 3 ./daxbench check -o "$work/results" write-4k --fs ext4 --timeout 1s
has err "ran out of time"
no_leftovers
echo "$checks checks"
