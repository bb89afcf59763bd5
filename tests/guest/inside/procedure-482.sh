#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: the log /log of a $1 file system, looked at as xfstests' generic/482 does: for
# each FUA write all of the log up to it is replayed from its beginning, then mounted, unmounted and
# checked. Prints states, entries replayed, and seconds.
fs=$1
device=
for dir in /sys/block/pmem*; do
	[ -n "$device" ] || [ "$(cat "$dir/size")" -lt 1000000 ] || device=/dev/${dir##*/}
done
mkdir -p /mnt
states=0 entries=0
read -r began _ </proc/uptime
entry=$(daxbench replay-log --log /log --find --end-mark mkfs | tail -n 1)
entry=${entry%%@*}
while next=$(daxbench replay-log --log /log --find --next-fua --start-entry $((entry + 1))); do
	entry=${next%%@*}
	# Ours takes no device with a file system of others on it.
	dd if=/dev/zero of="$device" bs=64k count=2 2>/dev/null
	daxbench replay-log --log /log --replay "$device" --limit $((entry + 1)) >/dev/null || exit 1
	mount -t "$fs" "$device" /mnt || exit 1
	umount /mnt
	case $fs in
	ext4) e2fsck -fn "$device" >/dev/null 2>&1 || exit 1 ;;
	xfs) xfs_repair -n "$device" >/dev/null 2>&1 || exit 1 ;;
	esac
	states=$((states + 1)) entries=$((entries + entry + 1))
done
read -r ended _ </proc/uptime
echo "states $states entries $entries from $began to $ended"
