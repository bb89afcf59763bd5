#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layers between NVDIMMs and a file system: as large mappings as without, there while a
# workload unmounts and makes the file system anew, and gone with the run however that
# ends. Pieces that are not aligned, or a device that goes with its first unmount or
# stays after a kill, fail here.
. "$(dirname "$0")/../lib.sh"

# A workload that faults other pages than it declares is a failure of the run.
run 0 ./daxbench run --layer span --fs ext4,xfs --cell-time 200ms pmd-store-hole -o "$work/results"
has out "2 pass"
run 0 ./daxbench run --layer partition --fs ext4,xfs-noreflink,xfs-rt --cell-time 200ms \
	pmd-store-hole -o "$work/results" --kernel 6.1
has out "3 pass"

run 0 ./daxbench record env-acts --layer linear --fs xfs -o "$work/log"
run 0 ./daxbench trace --ops "$work/log"
# The NVDIMM's namespace: 508 MiB, 2 MiB into the range at 4 GiB. Its second half, its first.
has out "device 0 offset 0 physical $((0x110000000)) length $((254 << 20))"
has out "device 0 offset $((254 << 20)) physical $((0x100200000)) length $((254 << 20))"

run 0 ./daxbench shell --file tests/guest/inside/layer.sh:/layer.sh -- /bin/sh /layer.sh
has out "the kernel took it down"

# ext2 where the kernel has none: a skip, and what it left does not stand in ext4's way.
run 0 ./daxbench run --fs ext2,ext4 --cell-time 100ms -o "$work/results" write-4k
has out "no driver ext2 of its own"
has out "2 cells: 1 pass, 1 skip"
no_leftovers
echo "$checks checks"
