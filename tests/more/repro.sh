#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A violation is saved, cut down, and shown again by one command.
# Caught: a directory that lacks something, a list that is cut down to what shows
# nothing or is hardly cut at all, a command that leaves out an option that
# mattered, and violations alike that are saved twice.
. "$(dirname "$0")/../lib.sh"

results=$work/results

# saved GLOB: the one directory of a violation whose key it matches.
saved() {
	local dirs
	# shellcheck disable=SC2206 # a glob is wanted
	dirs=("$results"/latest/violations/$1)
	[ "${#dirs[@]} $(test -d "${dirs[0]}"; echo $?)" = "1 0" ] || die "not one violation: ${dirs[*]}"
	echo "${dirs[0]}"
}

# complete DIR: all its files are there and hold something.
complete() {
	local f
	for f in command ops.list violation.json violation.txt line.txt trace oplog; do
		[ -s "$1/$f" ] || die "no $f in $1"
	done
	[ -x "$1/command" ] || die "$1/command cannot be run"
	run 0 ./daxbench trace --ops "$1/oplog" --list
	cmp -s "$work/out" "$1/ops.list" || die "ops.list is not what the log says was done"
	run 0 ./daxbench trace "$1/trace" --ops "$1/oplog" --line "$(physical "$1")"
	cmp -s "$work/out" "$1/line.txt" || die "line.txt is not what trace shows"
}

# member FILE PYTHON: of the document d.
member() {
	/usr/bin/python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
		"$1" "$2"
}

physical() {
	member "$1/violation.json" 'd["violation"]["physical"]'
}

# holds FILE PYTHON: so it is.
holds() {
	[ "$(member "$1" "$2")" = True ] || die "not so of $1: $2"
	checks=$((checks + 1))
}

# ---- cut down: the kernel flushes nothing ----

# What shows it are the open, the map, the store to a and the msync, and room for it in the file.
cat >"$work/list" <<'EOL'
mkdir "d"
open f0 "d/other" O_RDWR|O_CREAT
write f0 0 70000
open f1 "a" O_RDWR|O_CREAT
fallocate f1 0 0 262144
rename "d/other" "other"
map m0 f1 0 262144 read|write|pte
store m0 81920 8
truncate f0 100
close f0
store m0 204800 8
msync m0 0 262144
sync
unlink "other"
EOL
run 1 ./daxbench check -o "$results" ops:list="$work/list" --fs ext4 --seed 7 --write-cache off \
	--reduce=10m
has err "kinds of violations"
run_json=$results/latest/run.json
/usr/bin/python3 - results/daxbench-result-1.schema.json "$run_json" <<'EOP' || die "schema"
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
EOP
holds "$run_json" 'all(v["saved"].startswith("violations/ext4-") for c in d["results"] for v in c["violations"])'
keys=$(member "$run_json" '" ".join(sorted({v["saved"] for c in d["results"] for v in c["violations"]}))')
found=$(cd "$results/latest" && echo violations/*)
[ "$(echo "$keys" | tr ' ' '\n' | sort)" = "$(echo "$found" | tr ' ' '\n' | sort)" ] ||
	die "saved: $found; the document says $keys"
[ -e "$results/latest/reduce" ] && die "the tries were left"

minimal=
for dir in "$results"/latest/violations/*; do
	complete "$dir"
	holds "$dir/violation.json" 'd["list"]["shows_it"] and d["seed"] == 7'
	[ "$(member "$dir/violation.json" 'd["list"]["minimal"] and d["list"]["ran_alone"]')" = True ] &&
		minimal+=" $dir"
done
[ -n "$minimal" ] || die "not one was cut down to the end"
for dir in $minimal; do
	# Open, room in the file, map, store, the call that promises: hardly more.
	holds "$dir/violation.json" 'd["list"]["operations"] <= 7 < d["list"]["cut_from"]'
done
dir=${minimal##* }
fault=$(member "$dir/violation.json" 'd["violation"]["fault"]')
cp "$dir/ops.list" "$dir/violation.json" "$work/"
"$dir/command" --json -o "$work/again" >"$work/run.json" 2>"$work/err" </dev/null
[ $? -eq 1 ] || die "$dir/command: not status 1"
holds "$work/run.json" "'$fault' in {v['fault'] for v in d['results'][0]['violations']}"
holds "$work/run.json" "d['results'][0]['violations'][0]['saved'].endswith('$(basename "$dir")') or len(d['results'][0]['violations']) > 1"
# Flushed, the same list is in order: it is the kernel's flush that is missing.
run 0 "$dir/command" -o "$work/again" --write-cache on

# ---- a program that forgets a flush: its run becomes a list, with what it relied on ----

run 1 ./daxbench check -o "$results" user-flush:with=0,omit=1 --fs ext4 --reduce=2m
dir=$(saved 'ext4-rely-not-written-back-*')
complete "$dir"
holds "$dir/violation.json" 'd["list"]["shows_it"] and d["list"]["operations"] < d["list"]["cut_from"]'
grep -q '^rely m0' "$dir/ops.list" || die "the list does not say what the program relied on"
run 1 "$dir/command" -o "$work/again"
has out "rely"
has out "never written back"

# ---- bad input ----

run 2 ./daxbench check every-sync --reduce=never
no_leftovers
echo "$checks checks"
