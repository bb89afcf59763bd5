#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# daxbench replay on logs that inside/make-log.py makes, with an image of its own: no guest.
# Catches a replay that leaves a write out or in, or puts it elsewhere; that writes what it
# must not; a check whose failure is lost; memory that grows with the log.
. "$(dirname "$0")/../lib.sh"

make_log() {
	/usr/bin/python3 tests/guest/inside/make-log.py "$@" || die "make-log.py $*"
}

# same NAME: the replayed image is python's, to the byte.
same() {
	cmp "$work/image" "$work/$1.img" || die "$1: the image differs"
	checks=$((checks + 1))
}

# ---- replayed, all sector sizes: whole, up to a mark, up to an entry, from a mark on ----
for ss in 512 1024 2048 4096; do
	make_log random "$work/log" "$work" "$ss" "$ss"
	rm -f "$work/image"
	run 0 ./daxbench replay "$work/log" --image "$work/image"
	same all
	rm -f "$work/image"
	run 0 ./daxbench replay "$work/log" --image "$work/image" --to-mark middle
	same middle
	# The rest on top of it makes it whole.
	run 0 ./daxbench replay "$work/log" --image "$work/image" --from-mark middle
	same all
	rm -f "$work/image"
	run 0 ./daxbench replay "$work/log" --image "$work/image" --to-entry 10
	same entry10
	run 0 ./daxbench replay "$work/log" --image "$work/image" --from-entry 11
	same all
	rm -f "$work/image"
	run 0 ./daxbench replay "$work/log" --image "$work/image" --no-discard
	same no-discard
	run 0 ./daxbench replay "$work/log" --info --hash --json
	/usr/bin/python3 - "$work/out" "$work/log.json" <<'PY' || die "--info differs"
import json, sys
got, want = (json.load(open(f)) for f in sys.argv[1:])
for key in want:
    assert got[key] == want[key], (key, got[key], want[key])
PY
	run 0 ./daxbench replay "$work/log" --list --json
	[ "$(wc -l <"$work/out")" -eq $(($(cat "$work/entries") + 1)) ] || die "--list: lines"
done

# ---- the log of a machine that died ----
make_log random "$work/log" "$work" 512 7
printf '\3\0\0\0\0\0\0\0' | dd of="$work/log" bs=1 seek=16 conv=notrunc status=none
truncate -s +1M "$work/log"
run 0 ./daxbench replay "$work/log"
has out "the super block counts 3"
has out "more bytes follow"
run 0 ./daxbench replay "$work/log" --beyond
has out "$(($(cat "$work/entries") - 3)) are beyond that"
has out "where no entry follows"
rm -f "$work/image"
run 0 ./daxbench replay "$work/log" --beyond --image "$work/image"
same all

# ---- a check on the way ----
make_log random "$work/log" "$work" 512 7
cat >"$work/seen" <<END
#!/bin/sh
[ "\$DAXBENCH_IMAGE" = "\$2" ] && [ "\$1" = -x ] || exit 9
echo "size \$(stat -c %s "\$2")" >>$PWD/$work/sizes
[ "\$(wc -l <$PWD/$work/sizes)" -lt "\$(cat $PWD/$work/limit)" ]
END
chmod +x "$work/seen"
echo 1000 >"$work/limit"
rm -f "$work/image"
run 0 ./daxbench replay "$work/log" --image "$work/image" --check "$PWD/$work/seen -x" --every flush
[ "$(wc -l <"$work/sizes")" -eq "$(cat "$work/flushes")" ] || die "checked at other places"
same all
rm "$work/sizes"
run 0 ./daxbench replay "$work/log" --image "$work/image" --check "$PWD/$work/seen -x"
[ "$(wc -l <"$work/sizes")" -eq 1 ] || die "the check at the end"
rm "$work/sizes" "$work/image"
echo 3 >"$work/limit"
run 1 ./daxbench replay "$work/log" --image "$work/image" --check "$PWD/$work/seen -x" --every 5
has err "after entry 14 at byte"
has err "exit status 1"
[ "$(wc -l <"$work/sizes")" -eq 3 ] || die "it went on after a failure"
run 3 ./daxbench replay "$work/log" --image "$work/image" --check "truncate -s 1 " --every flush
has err "was written by the check"
run 3 ./daxbench replay "$work/log" --image "$work/image" --check "/nonexistent/fsck"
has err "No such file"
# An interrupt reaches a check that takes long, and ends both.
printf '#!/bin/sh\necho $$ >%s/pid\nexec sleep 60\n' "$PWD/$work" >"$work/slow"
chmod +x "$work/slow"
(
	trap - INT
	exec ./daxbench replay "$work/log" --image "$work/image" --check "$PWD/$work/slow"
) >"$work/out" 2>"$work/err" </dev/null &
child=$!
for _ in $(seq 100); do
	[ -s "$work/pid" ] && break
	sleep 0.1
done
kill -TERM "$child"
began=$SECONDS
wait "$child"
[ $? -eq 143 ] || die "SIGTERM: another status"
[ $((SECONDS - began)) -lt 20 ] || die "SIGTERM: it waited for the check"
kill -0 "$(cat "$work/pid")" 2>/dev/null && die "the check is left"
checks=$((checks + 3))

# ---- what it must not write ----
run 2 ./daxbench replay "$work/log" --image /dev/null
has err "is no file"
run 2 ./daxbench replay "$work/log" --image "$work/log"
has err "is the log itself"
run 3 ./daxbench replay "$work/log" --device /dev/null
has err "is neither a block device nor device-dax"
rm -f "$work/image"
run 2 ./daxbench replay "$work/log" --image "$work/image" --to-mark nowhere
has err 'has no mark "nowhere"'
[ -e "$work/image" ] && die "an image of nothing"
run 2 ./daxbench replay "$work/log" --image "$work/image" --to-entry 100000
has err "has no entry 100000"
run 3 ./daxbench replay "$work/log" --image "$work/image" --device-size 1K
has err "outside the device of 1024 bytes"
truncate -s -1 "$work/log"
run 3 ./daxbench replay "$work/log" --image "$work/image"
has err "entry $(($(cat "$work/entries") - 1)) at byte"
[ -e "$work/image" ] && die "written of a log that is damaged"
run 3 ./daxbench replay "$work/log"
has out "entries   $(($(cat "$work/entries") - 1));"
run 0 ./daxbench replay "$work/log" --image "$work/image" --to-entry 10
same entry10

# ---- bad input ----
run 2 ./daxbench replay
has err "which log?"
run 2 ./daxbench replay "$work/log" --list --info
run 2 ./daxbench replay "$work/log" --every flush
run 2 ./daxbench replay "$work/log" --image "$work/image" --check true --every now
has err "want flush, fua, discard or a number"
run 2 ./daxbench replay "$work/log" --image "$work/image" --from-entry 5 --to-entry 4
run 3 ./daxbench replay README.md
has err "does not begin with its magic"
run 3 ./daxbench replay /dev/zero
has err "neither a file nor a block device"
make_log escape "$work/log"
run 0 ./daxbench replay "$work/log"
grep -q $'\033' "$work/out" && die "an escape of the log went to the terminal"

# ---- replay-log, as common/dmlogwrites of xfstests calls it ----
make_log random "$work/log" "$work" 512 7
ln -s "$PWD/daxbench" "$work/replay-log"
for program in "$work/replay-log" "./daxbench replay-log"; do
	# shellcheck disable=SC2086
	rl() { run "$1" $program "${@:2}"; }
	rl 0 --log "$work/log" --find --end-mark middle
	[ "$(cut -f1 -d@ "$work/out")" = 150 ] || die "--find: $(cat "$work/out")"
	at=$(/usr/bin/python3 tests/guest/inside/make-log.py next "$work/log" 150)
	[ "$(cat "$work/out")" = "150@$at" ] || die "--find: want 150@$at"
	rl 1 --find --log "$work/log" --end-mark nowhere
	[ -s "$work/out" ] && die "--find printed what it did not find"
	: >"$work/image"
	rl 0 --log "$work/log" --replay "$work/image" --end-mark middle
	same middle
	: >"$work/image"
	rl 0 -vv --log "$work/log" --replay "$work/image" --limit 11
	same entry10
	has out "replaying 10@"
	[ "$(wc -l <"$work/out")" -eq 11 ] || die "-vv: a line an entry"
	rl 0 --log "$work/log" --replay "$work/image" --start-entry 11
	same all
	rl 0 --log "$work/log" --num-entries
	[ "$(cat "$work/out")" = "$(cat "$work/entries")" ] || die "--num-entries"
	rl 0 --log "$work/log"
	has out "Log version=1, sectorsize=512, entries=300"
	# All FUA writes one after the other, as _log_writes_find_next_fua() does.
	: >"$work/fua"
	cur=0
	while "$work/replay-log" --find --log "$work/log" --next-fua --start-entry "$cur" \
		>"$work/out" 2>/dev/null; do
		cut -f1 -d@ "$work/out" >>"$work/fua"
		cur=$(($(cut -f1 -d@ "$work/out") + 1))
	done
	./daxbench replay "$work/log" --list --json | grep '"FUA"' |
		sed 's/.*"entry":\([0-9]*\).*/\1/' >"$work/want"
	diff "$work/fua" "$work/want" || die "--next-fua"
	checks=$((checks + 5))
	rl 1 --log "$work/log" --find --start-entry 300 --next-fua
	rl 1 --log "$work/log" --find --start-entry 3x
	rl 1 --log "$work/nothing" --num-entries
	rl 1 --log "$work/log" --replay "$work/nothing" --limit 3
	[ -e "$work/nothing" ] && die "a file that was not there"
	rl 1 --log "$work/log" --replay /dev/null
	rl 1 --log "$work/log" --fsck true
	rl 1 --find
	rl 0 --log "$work/log" --replay "$work/image" --fsck "test -s $work/image && exit 0" --check 7
	rl 1 --log "$work/log" --replay "$work/image" --fsck "exit 1" --check fua
	has err "Fsck errored out on entry $(head -n 1 "$work/want")"
done

# ---- 10 GiB, mostly holes ----
make_log huge "$work/log"
/usr/bin/python3 tests/guest/inside/make-log.py bounded 67108864 5001 \
	./daxbench replay "$work/log" --info --json >"$work/huge" || die "10 GiB: $(cat "$work/huge")"
cat "$work/huge"
checks=$((checks + 1))
rm "$work/log"

no_leftovers
echo "$checks checks"
