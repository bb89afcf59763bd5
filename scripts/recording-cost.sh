#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What recording costs: processor time of a whole run in the same emulator with the
# plugin, which writes a compressed trace, against one without, in turn. The time that
# judging takes is measured by itself and taken off. Boot and power-off are in both;
# "beyond boot" is what the workload added to a run that does nothing.
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
	function median(list, n,  i, j, t) {
		for (i = 1; i <= n; i++)
			for (j = i + 1; j <= n; j++)
				if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
		return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	}
	{
		if (!($1 in n)) names[++kinds] = $1
		k = ++n[$1]; without[$1, k] = $2; with[$1, k] = $3; ratio[$1, k] = $3 / $2
	}
	END {
		printf "%-12s %10s %10s %7s %13s\n", "", "without", "with", "ratio", "beyond boot"
		for (i = 1; i <= kinds; i++) {
			name = names[i]
			for (k = 1; k <= n[name]; k++) {
				a[k] = without[name, k]; b[k] = with[name, k]; r[k] = ratio[name, k]
			}
			a_mid = median(a, n[name]); b_mid = median(b, n[name])
			if (i == 1) { a_boot = a_mid; b_boot = b_mid }
			printf "%-12s %7d ms %7d ms %7.2f", name, a_mid, b_mid, median(r, n[name])
			if (i > 1) printf " %13.2f", (b_mid - b_boot) / (a_mid - a_boot)
			print ""
		}
	}'
