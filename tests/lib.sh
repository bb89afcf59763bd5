# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the guest tests: sourced, from the top of the tree.
set -u
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/tests
work=$(mktemp -d build/tests/guest-XXXXXX)
trap 'rm -rf "$work"' EXIT
checks=0

# explain: of what the last run printed, what is worth more than its end. Nothing, mostly.
explain() { :; }

die() {
	echo "FAILED: $*" >&2
	explain
	for f in "$work"/out "$work"/err; do
		[ -s "$f" ] && sed "s|^|$(basename "$f"): |" "$f" | tail -n 30 >&2
	done
	exit 1
}

# run STATUS COMMAND...: its output goes to $work/out and $work/err; STATUS must be its own.
run() {
	local want=$1 got
	shift
	"$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || die "$*: status $got, expected $want"
	checks=$((checks + 1))
}

# has out|err TEXT: what the last run printed.
has() {
	grep -qF -- "$2" "$work/$1" || die "no \"$2\" in $1"
	checks=$((checks + 1))
}

# Is a QEMU of this checkout running? Others may have theirs.
qemu_runs() {
	local pid
	for pid in $(pgrep -f -- '-initrd build/run'); do
		[ "$(readlink "/proc/$pid/cwd")" = "$PWD" ] && return 0
	done
	return 1
}

no_leftovers() {
	qemu_runs && die "a QEMU is left"
	[ -z "$(ls build/run 2>/dev/null)" ] || die "build/run is not empty: $(ls build/run)"
}
