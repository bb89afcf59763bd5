#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The store checker on each kind of device, file system and CPU: bytes of files are found
# through a partition, dm-linear and a second NVDIMM, and what the CPU has to write back
# lines with is what the kernel uses. Where a byte is looked for at the wrong place the
# stock kernel fails here (other content), or promised bytes are not found; where nothing
# is looked at, the control passes, and that is the failure.
. "$(dirname "$0")/../lib-check.sh"

# silent [FS...]: of these every promised byte was looked at, and there; of others nothing ran.
silent() {
	holds "all(c['status'] in (('pass', 'xfail', 'xpass') if c['fs'][:3] == 'xfs' else ('pass',))
		and c['check']['promised_bytes'] > 0 and not c['check']['unplaced_bytes']
		and c['check']['lines_written_back'] and c['check']['cut_off'] is None
		for c in d['results'] if c['fs'] in '$*'.split())"
	holds "sorted({c['fs'] for c in d['results'] if c['status'] != 'skip'}) == sorted('$*'.split())"
}

# caught [FS...]: each call of every-sync, for the very bytes that were stored before it.
caught() {
	local fs
	for fs; do
		holds "all((op, 'data', offset) in {(v['promise']['op'], v['file'], v['offset'])
			for v in cell('every-sync', '$fs')['violations'] if v['fault'] == 'not written back'}
			for op, offset in (('msync', 0), ('fsync', 64), ('fdatasync', 128), ('sync', 192),
				('syncfs', 256)))"
		holds "not cell('every-sync', '$fs')['check']['unplaced_bytes'] and
			all(v['store']['where'].startswith('workloads/') and v['fault'] == 'not written back'
			for v in cell('every-sync', '$fs')['violations'])"
	done
}

# A partition. XFS with reflink has no DAX there: said, not failed.
check 0 every-sync --layer partition --fs ext4,xfs,xfs-noreflink --kernel 6.1
silent ext4 xfs-noreflink
holds 'cell("every-sync", "xfs")["status"] == "skip" and
	"no DAX on one for XFS with reflink" in cell("every-sync", "xfs")["reason"]'
holds 'all(c["target"]["device"] == "/dev/pmem0p1" and c["target"]["layer"] == "partition"
	for c in d["results"] if c["target"])'
check 1 every-sync --layer partition --fs ext4,xfs-noreflink --write-cache off
caught ext4 xfs-noreflink

# dm-linear. XFS puts directories into its two halves in turn: so files lie in both pieces,
# each where a plain device would have the other. Realtime data is on the second NVDIMM.
check 0 msync-page every-sync --layer linear --fs ext4,xfs,xfs-rt --keep
silent ext4 xfs xfs-rt
holds 'halves(cell("msync-page", "xfs")) == {(0, 1)}'
holds 'halves(cell("every-sync", "xfs")) == {(0, 0)}'
holds '{n for n, half in halves(cell("every-sync", "xfs-rt"))} == {1}'
holds 'all(c["target"]["device"] == "/dev/dm-0" for c in d["results"])'
holds 'lines(cell("every-sync", "ext4")) == {"clwb": 64 * 11}'

# The control; on any bzImage, with modules from anywhere.
cp build/guest/kernel-6.12/boot/vmlinuz-* "$work/any-kernel"
check 1 every-sync --layer linear --fs ext4,xfs,xfs-rt --write-cache off --kernel "$work/any-kernel" \
	--modules "$(echo build/guest/kernel-6.12/lib/modules/*)"
caught ext4 xfs xfs-rt
holds 'halves(cell("every-sync", "xfs-rt")) == {(1, 1)}'
holds 'all(c["kernel"].startswith("6.12.") for c in d["results"])'

# dm-linear over both NVDIMMs, the second first.
check 0 msync-page every-sync --layer span --fs xfs --keep
silent xfs
holds 'halves(cell("msync-page", "xfs")) == {(1, 1)}'
holds 'halves(cell("every-sync", "xfs")) == {(0, 1)}'

# What the CPU has is what the kernel writes back with, and is understood: after CLFLUSH no
# fence is missed, after the others one is. A program that uses what is not there is skipped.
check 1 every-sync user-flush:with=0 user-flush:with=1 user-flush:with=1,omit=1 \
	user-flush:with=1,omit=2 --fs ext4 --keep --flush clflushopt --kernel 6.1
holds 'cell("every-sync", "ext4")["status"] == "pass"'
holds 'lines(cell("every-sync", "ext4")) == {"clflushopt": 64 * 11}'
holds 'cell("user-flush", "ext4", **{"with": 0})["status"] == "skip"'
holds 'cell("user-flush", "ext4", **{"with": 1, "omit": 0})["status"] == "pass"'
holds '{f for o, f in lost(cell("user-flush", "ext4", omit=1))} == {"not written back"}'
holds 'lost(cell("user-flush", "ext4", omit=2)) == {("rely", "not drained")}'
# The known failure of XFS is a missing fence: with CLFLUSH there is none to miss.
check 1 every-sync user-flush:with=1 user-flush:with=2,omit=1 user-flush:with=2,omit=2 \
	--fs ext4,xfs-rt --keep --flush clflush
holds 'all(cell("every-sync", fs)["status"] == "pass" and
	lines(cell("every-sync", fs)) == {"clflush": 64 * 11} for fs in ("ext4", "xfs-rt"))'
holds 'all(c["status"] == ("skip" if c["params"]["with"] == 1 else
	"fail" if c["params"]["omit"] == 1 else "pass")
	for c in d["results"] if c["workload"] == "user-flush")'
holds 'halves(cell("every-sync", "ext4")) == {(0, 0)}'
holds 'halves(cell("every-sync", "xfs-rt")) == {(1, 0)}'

# NVDIMMs that say that the caches survive: the kernel flushes nothing, and that is right by
# the rules of eadr and wrong by all others. What is on its way past the caches is lost still.
check 1 every-sync write-fsync-4k user-nt user-nt:omit=1 --fs xfs-noreflink --persistence cpu
holds 'all(c["check"]["lines_written_back"] == 0 for c in d["results"])'
holds 'all((c["status"], bool(c["violations"])) == (("fail", True) if c["params"].get("omit") else
	("pass", False)) for c in d["results"])'
holds 'lost(cell("user-nt", "xfs-noreflink", omit=1)) == {("rely", "not drained")} and
	all("eadr" in v["modes"] for v in cell("user-nt", "xfs-noreflink", omit=1)["violations"])'
check 1 every-sync write-fsync-4k --fs ext4 --persistence cpu --rules strict
caught ext4
holds 'all(v["modes"] == ["strict", "sdm"] for c in d["results"] for v in c["violations"])'
holds 'cell("write-fsync-4k", "ext4")["status"] == "pass"'

run 2 ./daxbench check every-sync --layer raid5
has err "want partition, linear, span"
run 2 ./daxbench check every-sync --layer span --fs xfs-rt
has err "takes both NVDIMMs"
run 2 ./daxbench run write-4k --layer linear --target "$work"
has err "is for guests"
no_leftovers
echo "$checks checks"
