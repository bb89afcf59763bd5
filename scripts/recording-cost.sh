#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What recording costs: processor time of a whole run in the same emulator with the
# plugin, which writes a compressed trace, against one without. The time that judging takes
# is measured by itself and taken off. Boot and power-off are in both. Medians of the rounds,
# the ratio of each round by itself.
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

# cpu NAME COMMAND...: its milliseconds of processor time, all processes, to the file NAME.
cpu() {
	local name=$work/$1
	shift
	{ time "$@" >"$name.out" 2>&1 || { cat "$name.out" >&2 && exit 1; }; } 2>"$name.time"
	tail -n 1 "$name.time" | awk '{ printf "%d\n", ($1 + $2) * 1000 }' >"$name"
}

# one NAME WORKLOAD: a line "NAME without with". Both run at the same time, so that what
# other work on the machine does to one it does to the other.
one() {
	rm -rf "$work/results"
	cpu without ./daxbench record --deterministic --fs ext4 -o "$work/log" "$2" &
	cpu with ./daxbench check --keep --fs ext4 -o "$work/results" "$2" &
	wait
	cpu judging ./daxbench check --recorded "$work"/results/latest/*.trace
	echo "$1 $(cat "$work/without") $(($(cat "$work/with") - $(cat "$work/judging")))"
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
		k = ++n[$1]; a[$1, k] = $2; b[$1, k] = $3
	}
	END {
		printf "%-12s %10s %10s %7s %14s\n", "", "without", "with", "ratio", "least, most"
		for (i = 1; i <= kinds; i++) {
			name = names[i]
			for (k = 1; k <= n[name]; k++) {
				x[k] = a[name, k]; y[k] = b[name, k]; r[k] = y[k] / x[k]
			}
			x_mid = median(x, n[name]); y_mid = median(y, n[name]); r_mid = median(r, n[name])
			printf "%-12s %7d ms %7d ms %7.2f %8.2f, %.2f\n", name, x_mid, y_mid, r_mid,
				r[1], r[n[name]]
		}
	}'
