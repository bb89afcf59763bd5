#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What fio's mmap engine spends on a 64-byte store to a mapped ext4-DAX file, in
# instructions, in the guest that `daxbench run --deterministic` measures in: the
# difference of two runs, so that fio's start does not count.
set -eu
cd "$(dirname "$0")/.."
inside=$(mktemp build/fio-XXXXXX)
trap 'rm -f "$inside"' EXIT
cat >"$inside" <<'GUEST'
ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem >/dev/null
mkfs.ext4 -q -b 4096 /dev/pmem0
mount -t ext4 -o dax=always /dev/pmem0 /mnt
mkdir -p /dev/shm
mount -t tmpfs none /dev/shm
dd if=/dev/zero of=/mnt/f bs=1M count=16 2>/dev/null
sync
# runtime OPTION IOS: milliseconds of the guest's clock, which counts instructions: 10^6 each.
runtime() {
	fio --name=store --filename=/mnt/f --size=16M --ioengine=mmap --rw=write --bs=64 \
		--thread --number_ios=$2 --output-format=json $1 |
		awk -F '[:,]' '/"runtime"/ { if ($2 > m) m = $2 } END { print m + 0 }'
}
for option in --gtod_reduce=0 --gtod_reduce=1; do
	short=$(runtime $option 50000)
	long=$(runtime $option 150000)
	echo "fio mmap 64 B, $option: $(((long - short) * 10)) instructions per I/O"
done
GUEST
./daxbench shell --deterministic --file "$(command -v fio):/bin/fio" --file "$inside:/fio.sh" -- /bin/sh /fio.sh
