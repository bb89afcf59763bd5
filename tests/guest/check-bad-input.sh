#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A verdict from files, and from what a guest that died, a full disk or a QEMU of
# another kind leaves. Caught: a verdict that is another the second time, and a pass,
# or silence, where not all was judged.
. "$(dirname "$0")/../lib.sh"

# ---- judged again ----

run 1 ./daxbench check --keep --cost -o "$work/r" every-sync user-flush msync-page --fs ext4 --write-cache off
cp "$work/out" "$work/first"
has out "what it cost"
cp "$work/r/latest/run.json" "$work/run.json"
run 1 ./daxbench check --cost --recorded "$work"/r/latest/*.trace
cmp <(sort "$work/first") <(sort "$work/out") || die "another verdict from the files"
run 1 ./daxbench check --json --recorded "$work"/r/latest/*.trace
/usr/bin/python3 - results/daxbench-result-1.schema.json "$work/run.json" "$work/out" <<'EOF' || die "the cells differ"
import json, sys, jsonschema
schema, then, now = (json.load(open(f)) for f in sys.argv[1:])
jsonschema.validate(now, schema)
def cells(d): return {c["run"]: {k: c[k] for k in ("workload", "fs", "mode", "kernel", "params",
    "status", "reason", "check", "violations")} for c in d["results"]}
saved = [v.pop("saved", "") for c in then["results"] for v in c["violations"]]
sys.exit(not all(saved) or cells(then) != cells(now) or len(now["results"]) != 3)
EOF
trace=$(echo "$work"/r/latest/msync-page-*.trace)
log=${trace%.trace}.oplog
other=$(echo "$work"/r/latest/user-flush-*.oplog)
run 0 ./daxbench check --recorded "$trace" --rules eadr
run 0 ./daxbench check --recorded "${other%.oplog}.trace" --removals all
has out "tried"
# Away from everything: names of functions are lost, the verdict is not.
cp "$trace" "$work/away.trace"
run 1 ./daxbench check --recorded "$work/away.trace" --ops "$log"
has err "functions of the kernel stay numbers"
has out "msync #9 promised what a power cut would lose"
run 1 ./daxbench check --recorded "$work/away.trace" --ops "$log" --symbols "$work/r/latest/kallsyms"
cp "$log" "$work/away.oplog"
printf '00000' | dd of="$work/away.oplog" bs=1 seek=$((2 * 1024 * 1024 + 544)) conv=notrunc 2>/dev/null
run 1 ./daxbench check --recorded "$work/away.trace"
has err "recorded by another build"

# ---- files that are damaged, or of something else ----

# bad STATUS TEXT [OPTION]...: of away.trace, away.oplog.
bad() {
	local want=$1 text=$2
	shift 2
	run "$want" ./daxbench check --recorded "$work/away.trace" "$@"
	cat "$work/err" >>"$work/out"
	has out "$text"
	cp "$trace" "$work/away.trace"
	cp "$log" "$work/away.oplog"
}

# damage FILE OFFSET BYTES
damage() { printf '%b' "$3" | dd of="$work/$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }

cp "$log" "$work/away.oplog"
truncate -s -9 "$work/away.trace"
bad 3 "judged up to where it ends: the file is shorter than it was"
truncate -s 4096 "$work/away.trace"
bad 3 "the file is shorter than it was"
damage away.trace $((4096 + 32 + 1000)) '\xff\x00\xff'
bad 3 "block 1: "
damage away.trace 8 '\x07'
bad 3 "of version 7; this daxbench reads 1"
damage away.oplog $((2 * 1024 * 1024 + 8)) '\x07'
bad 3 "operation log of version 7, not 1"
bad 3 "do not belong together" --ops "$other"
: >"$work/away.trace"
bad 3 "is empty"
: >"$work/away.oplog"
bad 3 "no operation log in it"
cp "$log" "$work/away.trace"
bad 3 "is no store trace"
bad 3 "No such file" --ops "$work/none"
bad 3 "No such file" --symbols "$work/none"
bad 3 "not \"ADDRESS TYPE NAME\"" --symbols results/daxbench-result-1.schema.json
bad 2 "does not go with it" --kernel 6.1
bad 2 "does not go with it" --write-cache off
bad 2 "are of one trace, not of 2" --ops "$log" "$trace"
run 2 ./daxbench check --ops "$log"
has err "want --recorded, too"
# One that cannot be read does not keep the others from being judged.
run 1 ./daxbench check --recorded "$work/none.trace" "$trace"
has err "none.oplog"
has out "msync #9 promised"

# ---- a violation's directory that somebody sent: its files are none ----

for make in mkfifo mkdir "ln -s sent" "ln -s /dev/zero"; do
	rm -rf "$work/sent"
	$make "$work/sent" || die "$make"
	run 3 timeout 20 ./daxbench check --recorded "$trace" --ops "$work/sent"
	run 3 timeout 20 ./daxbench check --recorded "$trace" --symbols "$work/sent"
	run 3 timeout 20 ./daxbench check --recorded "$work/sent" --ops "$log"
	run 3 timeout 20 ./daxbench check ops:list="$work/sent"
done
rm -rf "$work/sent"

# ---- the guest dies in mid run ----

# dies STATUS SIGNAL OPTION...: a soup, once some of its trace is on the disk.
dies() {
	local want=$1 signal=$2 pid qemu size status
	shift 2
	rm -rf "$work/dead"
	./daxbench check -o "$work/dead" soup:ops=1500 --fs ext4 "$@" >"$work/out" 2>"$work/err" &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		size=$(cat "$work"/dead/*.partial/*.trace 2>/dev/null | wc -c)
		[ "$size" -gt 400000 ] && break
		read -rt 0.1 <> <(:) || true
	done
	for qemu in $(pgrep -f -- '-initrd build/run'); do
		[ "$(readlink "/proc/$qemu/cwd")" = "$PWD" ] && kill "-$signal" "$qemu"
	done
	wait $pid
	status=$?
	[ $status -eq "$want" ] || die "QEMU killed by $signal: status $status, expected $want"
	checks=$((checks + 1))
	has err "ended without finishing"
	dead=$(echo "$work"/dead/*.partial/soup-*.trace)
}

dies 3 KILL
has err "QEMU was killed by signal 9"
has out "judged up to where it ends: QEMU was killed while it recorded"
# All whole blocks can be read, and give the same verdict.
run 0 ./daxbench trace "$dead" --stat
run 3 ./daxbench check --recorded "$dead"
has out "judged up to where it ends: QEMU was killed while it recorded"
dies 1 TERM --write-cache off --seed 2 # whose first operations lose something already
has out "judged up to where it ends: the guest ended before the workload did"
has out "promised what a power cut would lose"

# ---- what an NVDIMM holds at first cannot be had ----

# Has a QEMU of this checkout opened all of its NVDIMMs?
has_nvdimms() {
	local qemu
	for qemu in $(pgrep -f -- '-initrd build/run'); do
		grep -qs "$PWD/build/run/.*/nvdimm2\$" "/proc/$qemu/maps" && return 0
	done
	return 1
}

# QEMU has the file already; the plugin opens it again, and finds none.
./daxbench check -o "$work/gone" write-4k --fs ext4 >"$work/out" 2>"$work/err" &
pid=$!
until has_nvdimms; do
	kill -0 $pid || die "it ended before its NVDIMM was gone"
	read -rt 0.1 <> <(:) || true
done
rm build/run/*/nvdimm0
wait $pid
status=$?
[ $status -eq 3 ] || die "a trace without its image: status $status, expected 3"
checks=$((checks + 1))
has out "recording ended early: No such file or directory"

# ---- the disk is full ----

mkdir "$work/small"
# shellcheck disable=SC2016 # its own shell's
in_small='mount -t tmpfs -o size=$0 none "$1" && shift && exec "$@"'
small() { unshare -rm sh -c "$in_small" "$1" "$work/small" ./daxbench check -o "$work/small" "${@:2}"; }
if unshare -rm sh -c "$in_small" 1m "$work/small" true 2>/dev/null; then
	run 3 small 2600k soup:ops=1500 --fs ext4
	has out "recording ended early, without an operation log: No space left on device"
	has err "make room, or keep results elsewhere"
	run 3 small 1m write-4k --fs ext4
	has err "No space left on device; make room"
else
	echo "no file system of our own here: a full disk was not tried"
fi

# ---- a QEMU that cannot load the plugin ----

mkdir -p "$work/other/build"
for f in guest qemu daxbench-init; do
	[ -e "build/$f" ] && ln -s "$PWD/build/$f" "$work/other/build/$f"
done
top=$PWD
echo 'int qemu_plugin_version = 99; int qemu_plugin_install(void); int qemu_plugin_install(void) { return 0; }' |
	gcc -shared -fPIC -o "$work/other/build/daxtrace.so" -x c -
other_api() { (cd "$work/other" && "$top/daxbench" "$@"); }
run 3 other_api check user-flush --fs ext4
has err "plugin requires API version 99"
has err "what sees stores is a plugin for QEMU 10"
[ -s "$work/out" ] && die "a table of nothing"
run 3 other_api run --counts null
has err "what sees stores is a plugin for QEMU 10"
no_leftovers
echo "$checks checks"
