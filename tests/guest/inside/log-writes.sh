#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: a file system of kind $1 through dm-log-writes, with $2 rounds of work (12), and
# its log on standard output. A mark stands behind mkfs, another at the end.
set -e
fs=$1 rounds=${2:-12}
exec 3>&1 1>&2
set --
for dir in /sys/block/pmem*; do # the small one is for operation logs
	[ "$(cat "$dir/size")" -lt 1000000 ] || set -- "$@" "/dev/${dir##*/}"
done
dmsetup --noudevsync create log --table "0 655360 log-writes $1 $2"
dmsetup mknodes
case $fs in
ext4) mkfs.ext4 -F -q -b 4096 -J size=8 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard /dev/mapper/log ;;
xfs) mkfs.xfs -f -q -K -d agcount=2 -l size=64m /dev/mapper/log ;;
esac
dmsetup message log 0 mark mkfs
mkdir -p /mnt
mount -t "$fs" /dev/mapper/log /mnt
i=0
while [ $i -lt "$rounds" ]; do
	mkdir "/mnt/d$i"
	echo "contents of $i" >"/mnt/d$i/file"
	ln "/mnt/d$i/file" "/mnt/link$i"
	[ $((i % 3)) -ne 0 ] || sync
	[ $i -lt 4 ] || mv "/mnt/d$i/file" "/mnt/d$i/moved"
	[ $i -lt 8 ] || rm "/mnt/link$((i - 8))"
	i=$((i + 1))
done
sync
umount /mnt
dmsetup message log 0 mark end
dmsetup --noudevsync remove log
last=$(daxbench replay "$2" --list --json | tail -n 1 | sed 's/.*"at": *\([0-9]*\).*/\1/')
dd if="$2" bs=1M count=$((last / 1048576 + 1)) >&3 2>/dev/null
