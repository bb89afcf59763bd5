#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest as such: status, output, both kernels, its deaths. Catches a death taken for an end.
. "$(dirname "$0")/../lib.sh"

for kernel in 6.1 6.12; do
	start=$SECONDS
	run 7 ./daxbench shell --kernel $kernel -- /bin/sh -c 'uname -r; echo to-err >&2; exit 7'
	# The promise is 15 s on an idle machine; twice that says that something broke.
	[ $((SECONDS - start)) -le 30 ] || die "boot and power off took $((SECONDS - start)) s"
	has out $kernel.
	has err to-err
done
run 143 ./daxbench shell -- /bin/sh -c 'kill -TERM $$'
run 127 ./daxbench shell -- /no/such/program

# A mebibyte comes out as it went in.
run 0 ./daxbench shell -- /bin/sh -c 'seq 1 150000; seq 1 150000 | md5sum >&2'
[ "$(md5sum <"$work/out")" = "$(tr -s ' ' <"$work/err" | sed 's/ -/  -/')" ] || die "output changed"

echo hello >"$work/brought"
run 0 ./daxbench shell --file "$work/brought:/x/brought" -- /bin/cat /x/brought
has out hello

# --emulate: any command line, its output and its status.
run 0 ./daxbench probe --emulate
has out "namespace0.0, /dev/pmem0"
has out "xfs: a module, loaded when it is mounted"
run 3 ./daxbench trace --emulate --ops /no/such/log
has err "/no/such/log: open"

# Called by a person in the guest, a command shows and keeps what it makes there.
run 0 ./daxbench shell -- /bin/sh -c 'daxbench run --fs ext4 -o /r bare && ls /r/latest/'
has out "1 cell: 1 pass"
has out run.json
run 0 ./daxbench shell -- /bin/sh -c \
	'daxbench record -o /x.oplog --fs ext4 msync-page && daxbench trace --ops /x.oplog'
has out "msync m"

run 3 ./daxbench shell -- /bin/sh -c 'echo c >/proc/sysrq-trigger'
has err "its kernel panicked: Kernel panic - not syncing: sysrq triggered crash"
# QEMU is killed half way: what came until then is kept, and is no whole set.
./daxbench run -o "$work/dies" --cell-time 300ms 'pte-*' >"$work/out" 2>"$work/err" &
pid=$!
for ((i = 0; i < 600; i++)); do
	cells=$(cat "$work"/dies/*.partial/journal.ndjson 2>/dev/null | wc -l)
	[ "$cells" -ge 2 ] && break
	read -rt 0.1 <> <(:) || true
done
pkill -KILL -P $pid qemu-system
wait $pid
[ $? -eq 3 ] || die "not status 3 when QEMU was killed"
has err "ended without finishing (QEMU was killed by signal 9)"
grep -q "did not run" "$work/out" || die "does not say that cells are missing"
grep -q '"interrupted": true' "$work"/dies/*.partial/run.json || die "the cells until then are lost"
run 3 ./daxbench run null --timeout 1s
has err "ran out of time"
run 3 ./daxbench shell --kernel "$work/brought" -- /bin/true
has err "not a bzImage"
no_leftovers
echo "$checks checks"
