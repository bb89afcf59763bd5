#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Runs in a guest with three raw NVDIMMs that daxbench takes for a real machine's:
# two of 512 MiB ($P and $D), one of 64 MiB ($SMALL). A row is a state in which a
# device must be refused, with its bytes as they were, and its twin, which differs
# in nothing but that state and must be accepted. Mounts are read-only: the kernel
# changes no byte then. Brought along: /bin/flock.
# shellcheck disable=SC2086 # names of devices have no blanks, and $D may be empty nowhere
P=/dev/pmem0 D='' SMALL=''
for disk in /sys/block/pmem*; do
	case $(cat "$disk/size") in
	1048576) [ "$disk" = /sys/block/pmem0 ] || D=/dev/${disk##*/} ;;
	131072) SMALL=/dev/${disk##*/} ;;
	esac
done
rows=0

die() {
	echo "row $((rows + 1)): $*" >&2
	sed 's/^/    | /' /tmp/out >&2
	exit 1
}

# Begins and ends where file systems, swap and partition tables keep what tells them.
sum() {
	{
		dd if="$1" bs=1M count=8
		dd if="$1" bs=1M skip=56 count=4
		dd if="$1" bs=1M skip=508
	} 2>/dev/null | md5sum
}

# attempt STATUS COMMAND...: what it prints goes to /tmp/out.
attempt() {
	local want=$1 got
	shift
	"$@" >/tmp/out 2>&1
	got=$?
	[ $got -eq "$want" ] || die "$*: status $got, expected $want"
}

says() { grep -qF -- "$1" /tmp/out || die "does not say \"$1\""; }

claim() { echo "$1" | daxbench claim "$1"; }
use() { daxbench run --device "$1" --fs "${2:-ext4}" --cell-time 50ms --samples 3 -o /tmp/r write-4k; }

# refuse DEV TEXT: by claim, in this state.
refuse() {
	local before after
	before=$(sum "$1")
	attempt "${3:-3}" claim "$1"
	says "$2"
	! grep -q "is claimed;" /tmp/out || die "claimed"
	after=$(sum "$1")
	[ "$before" = "$after" ] || die "$1 has changed"
	[ ! -s /var/lib/daxbench/claims.json ] || ! grep -q "$1" /var/lib/daxbench/claims.json ||
		die "the claim was noted"
}

accept() {
	attempt 0 claim "$1"
	says "$1 is claimed"
	attempt 0 daxbench claim --release "$1"
	rows=$((rows + 1))
	echo "$rows $row"
}

# refuse_use DEV TEXT: by run.
refuse_use() {
	local before
	before=$(sum "$1")
	attempt 3 use "$1"
	says "$2"
	[ "$before" = "$(sum "$1")" ] || die "$1 has changed"
}

accept_use() {
	attempt 0 use "$@"
	rows=$((rows + 1))
	echo "$rows $row"
}

# until COMMAND...: waits for an event that comes.
until_true() {
	local i=0
	while ! "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 200 ] || die "never: $*"
		usleep 50000
	done
}

wipe() { dd if=/dev/zero of="$1" bs=1M count=4 2>/dev/null && sync; }

for module in loop dm_mod ext4 xfs; do modprobe $module 2>/dev/null; done
mkdir -p /tmp/m /tmp/n
: >/tmp/out

# The judge first: a byte more at each place that it looks at is another sum.
for at in 0 $((60000 * 1024)) $((536870912 - 1)); do
	before=$(sum $D)
	printf x | dd of=$D bs=1 seek=$at conv=notrunc 2>/dev/null
	[ "$before" != "$(sum $D)" ] || die "the sum does not see byte $at"
	printf '\0' | dd of=$D bs=1 seek=$at conv=notrunc 2>/dev/null
	[ "$before" = "$(sum $D)" ] || die "the sum is not the same twice"
done

# ---- what is no device, and whose word counts ----

row="what is no device"
for not in /dev/null /tmp /etc/passwd /dev/nothing; do
	attempt 3 claim $not
	attempt 3 use $not
done
accept $D

row="a name that was not typed"
before=$(sum $D)
attempt 2 sh -c "echo yes | daxbench claim $D"
says "its name was not typed"
attempt 2 sh -c "daxbench claim $D </dev/null"
attempt 2 sh -c "echo /dev/pmem0 | daxbench claim $D"
[ "$before" = "$(sum $D)" ] || die "changed"
accept $D

row="an ordinary user"
attempt 3 su nobody -c "echo $D | daxbench claim $D"
says "only root"
attempt 3 su nobody -c "daxbench run --device $D --fs ext4 -o /tmp/r2 write-4k"
accept $D

row="too small"
refuse "$SMALL" "is too small: 64 MiB"
accept $D

# ---- in use ----

mkfs.ext4 -q -F -L daxbench -b 4096 $D

row="mounted, by any of its names"
mount -r -t ext4 $D /tmp/m
refuse $D "is mounted on /tmp/m"
# shellcheck disable=SC2046 # two words are wanted
mknod /tmp/alias b $(stat -c '%t %T' $D | { read -r a b; echo $((0x$a)) $((0x$b)); })
ln -s /tmp/alias /tmp/link
attempt 3 sh -c "echo $D | daxbench claim /tmp/link"
says "$D: is mounted on /tmp/m"
umount /tmp/m
accept $D

row="mounted in another mount namespace"
mkfifo /tmp/end
busybox unshare -m sh -c "mount -r -t ext4 $D /tmp/n && touch /tmp/ready && read x </tmp/end" &
until_true test -e /tmp/ready
refuse $D "is mounted on /tmp/n, as process"
echo x >/tmp/end
wait
accept $D

row="unmounted, but still busy"
mount -r -t ext4 $D /tmp/m
exec 7</tmp/m
umount -l /tmp/m
refuse $D "does not open it exclusively"
exec 7<&-
until_true sh -c "echo | daxbench claim $D | grep -q 'exclusive  *yes'"
accept $D

row="held by device-mapper"
echo "0 819200 linear $D 0" | dmsetup --noudevsync create other || die "no dmsetup"
refuse $D "is held by dm-0"
dmsetup --noudevsync remove other
accept $D

row="under a loop device"
losetup /dev/loop0 $D
refuse $D "is what /dev/loop0 is made of"
losetup -d /dev/loop0
accept $D

row="open for writing in a program"
sleep 1000 7<>$D &
holder=$!
refuse $D "is used by process $holder"
kill $holder
wait
sleep 1000 7<$D &
accept $D # one that only reads is no danger
kill $!
wait

row="read-only"
blockdev --setro $D
refuse $D "is read-only"
blockdev --setrw $D
accept $D

row="swap"
wipe $D
mkswap $D >/dev/null
swapon $D || die "swapon"
refuse $D "is used as swap"
swapoff $D
refuse $D "holds swap, which is not ours"
wipe $D
accept $D

# ---- what is on it ----

row="a partition table"
printf 'n\np\n1\n4096\n\nw\n' | fdisk -u $D >/dev/null 2>&1
until_true test -b ${D}p1
refuse $D "has partitions (${D#/dev/}p1)"
mkfs.ext4 -q -F ${D}p1
mount -r -t ext4 ${D}p1 /tmp/m
refuse $D "is mounted on /tmp/m"
umount /tmp/m
wipe ${D}p1
row="a partition that nobody has"
accept ${D}p1
row="a partition table"
wipe $D
blockdev --rereadpt $D
until_true test ! -e ${D}p1
accept $D

row="somebody's ext4"
mkfs.ext4 -q -F -L home $D
refuse $D "holds ext4 labelled home, which is not ours"
mkfs.ext4 -q -F $D
refuse $D "holds ext4, which is not ours"
mkfs.ext4 -q -F -L daxbench $D
accept $D

row="somebody's XFS"
wipe $D
mkfs.xfs -q -f -L home $D
refuse $D "holds xfs labelled home, which is not ours"
mkfs.xfs -q -f -L daxbench $D
accept $D

row="our label on what we do not make"
wipe $D
mkswap -L daxbench $D >/dev/null
refuse $D "holds swap"
wipe $D
accept $D

row="signatures of several kinds, one of them ours"
mkfs.xfs -q -f $D # its superblock is the first sector, ext4's lies behind it
dd if=$D of=/tmp/sector count=1 2>/dev/null
wipe $D
mkfs.ext4 -q -F -L daxbench -b 4096 $D
dd if=/tmp/sector of=$D conv=notrunc 2>/dev/null
refuse $D "holds signatures of several kinds"
dd if=/dev/zero of=$D count=1 conv=notrunc 2>/dev/null
accept $D

row="a damaged file system of somebody's"
mkfs.ext4 -q -F -L home -O metadata_csum $D
printf x | dd of=$D bs=1 seek=1300 conv=notrunc 2>/dev/null
refuse $D "holds ext4"
wipe $D
accept $D

# ---- at each use ----

ndctl create-namespace -f -e namespace0.0 -m fsdax --map=mem >/dev/null || die "ndctl"

row="not claimed"
refuse_use $P "is not claimed"
attempt 0 claim $P
accept_use $P
head -c 2048 $P | grep -q daxbench || die "no file system was made"

row="claimed, and in use since"
mount -r $P /tmp/m
refuse_use $P "is mounted on /tmp/m"
umount /tmp/m
accept_use $P xfs

row="claimed, and somebody's file system on it since"
mkfs.ext4 -q -F -L home $P
refuse_use $P "holds ext4 labelled home"
wipe $P
accept_use $P

row="in use by another run"
flock -F -x $P sleep 1000 &
until_true grep -q FLOCK /proc/locks
refuse_use $P "is locked by process $!"
kill $!
until_true sh -c '! grep -q FLOCK /proc/locks'
flock -F -s $P usleep 700000 & # udev, having a look: is waited for
until_true grep -q FLOCK /proc/locks
accept_use $P
wait

row="claims that others may write"
chmod 666 /var/lib/daxbench/claims.json
refuse_use $P "others than its owner may write it"
chmod 600 /var/lib/daxbench/claims.json
accept_use $P

row="claims in a directory that others may write"
chmod 777 /var/lib/daxbench
refuse_use $P "others than its owner may write it"
chmod 700 /var/lib/daxbench
accept_use $P

row="claims that belong to another user"
chown nobody /var/lib/daxbench/claims.json
refuse_use $P "does not belong to root"
chown root /var/lib/daxbench/claims.json
accept_use $P

row="claims elsewhere, by any variable"
mv /var/lib/daxbench/claims.json /tmp/claims.json
export DAXBENCH_CLAIMS=/tmp/claims.json GUARD_CLAIMS=/tmp/claims.json HOME=/tmp XDG_STATE_HOME=/tmp
refuse_use $P "is not claimed"
unset DAXBENCH_CLAIMS GUARD_CLAIMS XDG_STATE_HOME
mv /tmp/claims.json /var/lib/daxbench/claims.json
accept_use $P

row="a token of our guest, written by somebody"
attempt 0 daxbench claim --release $P
mkdir -p /job
echo 0123456789abcdef0123456789abcdef >/job/token
refuse_use $P "is not claimed"
rm /job/token
attempt 0 claim $P
accept_use $P

row="another namespace of the same name"
wipe $P
ndctl create-namespace -f -e namespace0.0 -m fsdax --map=mem >/dev/null || die "ndctl"
refuse_use $P "is not the device that was claimed: another uuid"
attempt 0 daxbench claim --list
says "is not the device that was claimed"
attempt 0 claim $P
accept_use $P

row="a claim taken back"
attempt 0 daxbench claim --release $P
refuse_use $P "is not claimed"
attempt 3 daxbench claim --release $P
says "is not claimed"
attempt 0 claim $P
accept_use $P
attempt 0 daxbench claim --release $P

# ---- device-dax: no file system, no exclusion, only us ----

row="device-dax open or mapped in a program"
wipe $P
ndctl create-namespace -f -e namespace0.0 -m devdax --map=mem >/dev/null || die "ndctl devdax"
X=$(ls -d /dev/dax0.*)
sleep 1000 7<"$X" &
attempt 3 claim "$X"
says "is used by process $!"
kill $!
wait
accept "$X"

row="device-dax that is not claimed"
attempt 3 use "$X"
says "is not claimed"
attempt 0 claim "$X"
attempt 0 daxbench claim --list
says "$X"
rows=$((rows + 1))
echo "$rows $row"

# ---- clean ----

row="clean takes what is left, and nothing else"
mkdir /sys/kernel/tracing/instances/daxbench-999999 /sys/kernel/tracing/instances/daxbench-$$ \
	/sys/kernel/tracing/instances/mine
echo "0 8192 linear $D 0" | dmsetup --noudevsync create -u DAXBENCH-1 left
echo "0 8192 linear $D 8192" | dmsetup --noudevsync create -u OTHER-1 theirs
attempt 0 daxbench clean -o /tmp/nothing
says "instances/daxbench-999999"
says "/dev/mapper/left"
grep -qE "theirs|instances/mine|daxbench-$$" /tmp/out && die "lists what is not ours"
[ -d /sys/kernel/tracing/instances/daxbench-999999 ] || die "removed without --remove"
attempt 0 daxbench clean --remove -o /tmp/nothing
[ ! -d /sys/kernel/tracing/instances/daxbench-999999 ] || die "trace instance is left"
[ -d /sys/kernel/tracing/instances/daxbench-$$ ] || die "a living run's instance was removed"
[ -d /sys/kernel/tracing/instances/mine ] || die "somebody's instance was removed"
dmsetup info theirs >/dev/null 2>&1 || die "somebody's dm device was removed"
! dmsetup info left >/dev/null 2>&1 || die "our dm device is left"
dmsetup --noudevsync remove theirs
mkfs.ext4 -q -F -L daxbench $D
mount -r -t ext4 $D /tmp/m
attempt 0 daxbench clean -o /tmp/nothing
says "/tmp/m: mount of $D"
attempt 0 daxbench clean --remove -o /tmp/nothing
! grep -q " /tmp/m " /proc/mounts || die "our mount is left"
mkfs.ext4 -q -F -L home $D
mount -r -t ext4 $D /tmp/m
attempt 0 daxbench clean --remove -o /tmp/nothing
says "nothing was left behind"
grep -q " /tmp/m " /proc/mounts || die "somebody's mount was removed"
umount /tmp/m
rows=$((rows + 1))
echo "$rows $row"

echo "$rows rows, all rows as they should be"
