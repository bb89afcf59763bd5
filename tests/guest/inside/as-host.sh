#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Runs in a guest that daxbench takes for a real machine: what a user of hardware does.
checks=0
# The second of the two large ones: the log's is small.
for disk in /sys/block/pmem*; do
	[ "$(cat "$disk/size")" = 1048576 ] && D=/dev/${disk##*/}
done

die() {
	echo "check $((checks + 1)): $*" >&2
	sed 's/^/    | /' /tmp/out >&2
	exit 1
}

# attempt STATUS COMMAND...: what it prints goes to /tmp/out.
attempt() {
	local want=$1 got
	shift
	"$@" >/tmp/out 2>&1
	got=$?
	[ $got -eq "$want" ] || die "$*: status $got, expected $want"
	checks=$((checks + 1))
}

says() {
	grep -q -- "$1" /tmp/out || die "does not say \"$1\""
	checks=$((checks + 1))
}

bench() { daxbench run --cell-time 50ms --samples 3 "$@"; }

for module in ext4 xfs; do modprobe $module 2>/dev/null; done
mkdir -p /tmp/small

# A directory on a DAX mount: no root is asked for and no device is touched.
attempt 0 ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem
attempt 0 mkfs.ext4 -q -b 4096 /dev/pmem0
attempt 0 mount -t ext4 -o dax=always /dev/pmem0 /mnt
attempt 0 bench --target /mnt -o /tmp/r pmd-store-hole msync-page
says '^pmd-store-hole *ext4 *2M'
says '^msync-page *ext4 *4K'
attempt 0 test "$(ls /mnt)" = lost+found
attempt 0 daxbench probe
says '^region .*512M'
says 'namespace0.0, /dev/pmem0, fsdax'
says 'mount .*/mnt: ext4 on /dev/pmem0'

# The same without DAX: skipped with the reason; what needs none is measured.
attempt 0 umount /mnt
attempt 0 mount -t ext4 -o dax=never /dev/pmem0 /mnt
attempt 4 bench --target /mnt -o /tmp/r msync-page
says 'files here are not DAX'
attempt 0 bench --target /mnt -o /tmp/r msync-page write-4k
says '^skip: .*msync-page'

# No room for the results, before and during the run.
attempt 0 mount -t tmpfs -o size=8k none /tmp/small
attempt 3 bench --target /mnt -o /tmp/small write-4k null
says 'No space left on device; make room, or keep results elsewhere: -o DIR'
attempt 1 sh -c 'ls -d /tmp/small/2* | grep -v partial'
attempt 0 umount /tmp/small
attempt 0 umount /mnt

# What is not there is named, with the package that brings it.
attempt 0 sh -c "echo $D | daxbench claim $D"
xfs=$(command -v mkfs.xfs)
attempt 0 mv "$xfs" /tmp/mkfs.xfs
attempt 3 bench --device "$D" --fs xfs -o /tmp/r write-4k
says 'mkfs.xfs: program not found.*package xfsprogs'
attempt 0 mv /tmp/mkfs.xfs "$xfs"
module=$(find /lib/modules -name 'xfs.ko*')
attempt 0 modprobe -r xfs
attempt 0 mv "$module" /tmp/xfs.ko
attempt 3 bench --device "$D" --fs xfs -o /tmp/r write-4k
says 'the running kernel has no xfs: load its module'
attempt 0 mv /tmp/xfs.ko "$module"

# A run that is killed leaves no mount behind, and the device can be had at once.
daxbench run --device "$D" --fs xfs -o /tmp/k '*' >/tmp/out 2>&1 &
pid=$!
until grep -q "xfs" /tmp/out; do usleep 20000; done
kill -KILL $pid
wait $pid
attempt 1 grep -q "^$D " /proc/mounts
# Its child was sent the signal by now; a loaded machine may take a moment to act on it.
tries=100
while pidof daxbench >/dev/null && [ $((tries -= 1)) -gt 0 ]; do usleep 20000; done
attempt 1 pidof daxbench
attempt 0 sh -c 'ls -d /tmp/k/2*.partial'
attempt 0 daxbench clean --remove -o /tmp/k
says partial
attempt 1 sh -c 'ls -d /tmp/k/2*'
attempt 0 bench --device "$D" --fs xfs -o /tmp/k write-4k

# The device itself: what it is decides what runs on it, and the rest says why not.
attempt 0 bench --device "$D" --fs ext4 -o /tmp/r raw-write-fsync devdax-store write-4k
says '^raw-write-fsync .* raw '
says "^skip: .*devdax-store.*$D: is a block device, not device-dax; give --device /dev/daxX.Y"
attempt 0 bench --device "$D" --fs xfs -o /tmp/r write-4k
X=/dev/dax0.0
attempt 0 ndctl create-namespace -f -e namespace0.0 -m devdax -a 4K --map=mem
attempt 3 bench --device $X -o /tmp/r devdax-store
says 'is not claimed'
attempt 0 sh -c "echo $X | daxbench claim $X"
attempt 0 bench --device $X --fs ext4 -o /tmp/r devdax-flush:with=2 devdax-fault-4k devdax-fault-2m \
	raw-read write-4k
says '^devdax-flush .* devdax '
says '^devdax-fault-4k .* devdax-4k '
says "^skip: .*raw-read.*$X: is device-dax; give --device /dev/pmemN"
says "^skip: .*write-4k.*$X: is device-dax, which holds no file system"
says "^skip: .*devdax-fault-2m"
echo "$checks checks in the guest"
