#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the guest: a log replayed onto a device. /log, and /image as it must become.
die() {
	echo "$*" >&2
	cat /tmp/out >&2
	exit 1
}

modprobe ext4 2>/dev/null
for disk in /sys/block/pmem*; do
	dev=/dev/${disk##*/}
	[ "$(cat "$disk/size")" -gt 1000000 ] && break
done
size=$(stat -c %s /image)

daxbench replay /log --device "$dev" --check "cmp -n $size /image" >/tmp/out 2>&1 || die "replay"
cmp -n "$size" /image "$dev" >/tmp/out 2>&1 || die "the device differs"
# Its own file system is what the guard takes for ours; anything else is not written.
mkfs.ext4 -q -L mine "$dev" >/tmp/out 2>&1 || die "mkfs"
daxbench replay /log --device "$dev" >/tmp/out 2>&1 && die "written over what is not ours"
mkfs.ext4 -q -F -L daxbench "$dev" >/tmp/out 2>&1 || die "mkfs again"
mount -t ext4 "$dev" /mnt >/tmp/out 2>&1 || die "mount"
daxbench replay /log --device "$dev" >/tmp/out 2>&1 && die "written while mounted"
grep -q mounted /tmp/out || die "does not say mounted"
umount /mnt
daxbench replay-log --log /log --replay "$dev" >/tmp/out 2>&1 || die "replay-log"
daxbench replay /log --device /dev/null >/tmp/out 2>&1 && die "onto /dev/null"
echo "replayed onto $dev"
