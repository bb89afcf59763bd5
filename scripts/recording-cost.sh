#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What recording costs: processor time of a whole run in the same emulator with the
# plugin, which writes a compressed trace, against one without, in turn. The time that
# judging takes is measured by itself and taken off. Boot and power-off are in both;
# "beyond boot" is what the workload added to a run that does nothing. Of the rounds the
# least counts: what other work on the machine does to a run only adds to it.
#
#	scripts/recording-cost.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
work=$(mktemp -d build/cost-XXXXXX)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S'

echo drain >"$work/nothing.list"
{
	printf 'open f0 "a" O_RDWR|O_CREAT\ntruncate f0 192M\nmap m0 f0 0 192M read|write|pte\n'
	for ((i = 0; i < 49152; i++)); do echo "store m0 $((i * 4096)) 8"; done
} >"$work/first-store.list"
list_nothing="ops:list=$work/nothing.list"
list_first_store="ops:list=$work/first-store.list"

# cpu COMMAND...: its milliseconds of processor time, all processes. Known failures pass.
cpu() {
	{ time "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2 && exit 1; }; } 2>"$work/time"
	tail -n 1 "$work/time" | awk '{ printf "%d\n", ($1 + $2) * 1000 }'
}

# one NAME WORKLOAD: a line "NAME without with" for a pair of runs.
one() {
	local without with judging
	without=$(cpu ./daxbench record --deterministic --fs ext4 -o "$work/log" "$2")
	rm -rf "$work/results"
	with=$(cpu ./daxbench check --keep --fs ext4 -o "$work/results" "$2")
	judging=$(cpu ./daxbench check --recorded "$work"/results/latest/*.trace)
	echo "$1 $without $((with - judging))"
}

for ((i = 0; i < rounds; i++)); do
	one nothing "$list_nothing"
	one first-store "$list_first_store"
	one soup soup:ops=2000
done | awk '
	{
		if (!($1 in without)) { names[++kinds] = $1; without[$1] = $2; with[$1] = $3 }
		if ($2 < without[$1]) without[$1] = $2
		if ($3 < with[$1]) with[$1] = $3
	}
	END {
		printf "%-12s %10s %10s %7s %13s\n", "", "without", "with", "ratio", "beyond boot"
		for (i = 1; i <= kinds; i++) {
			a = without[names[i]]; b = with[names[i]]
			printf "%-12s %7d ms %7d ms %7.2f", names[i], a, b, b / a
			if (i > 1)
				printf " %13.2f", (b - with[names[1]]) / (a - without[names[1]])
			print ""
		}
	}'
