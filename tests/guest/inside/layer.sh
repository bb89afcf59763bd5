#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Runs in a guest of ours: a run with a dm-linear layer is killed in the midst of it, and
# the kernel takes the device down. Without deferred removal it would be there for ever.
DM=/sys/block/dm-0

# until_true COMMAND...: for 20 seconds at most.
until_true() {
	local tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		usleep 100000
	done
}

mounted() { grep -qs '^/dev/dm-0 ' /proc/"$run"/mounts; }
gone() { ! [ -e $DM ]; }

daxbench run --layer linear --cell-time 60s --fs ext4 -q write-4k &
run=$!
until_true mounted || { echo "no layer was mounted"; exit 1; }
case $(cat $DM/dm/uuid) in
DAXBENCH-*) ;;
*) echo "its uuid is not ours"; exit 1 ;;
esac
daxbench clean | grep -q 'device-mapper, DAXBENCH-' || { echo "clean does not list it"; exit 1; }
kill -9 $run
until_true gone || { echo "the device outlived the run"; exit 1; }
[ -z "$(ls /sys/block/pmem0/holders)" ] || { echo "pmem0 has a holder"; exit 1; }
echo "the kernel took it down"
