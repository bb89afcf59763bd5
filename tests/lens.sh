#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The two lenses of a workload, as machine code and as system calls:
#
#	calls	bench objects call nothing of the operation log, check objects do
#	drains	the check lens executes nothing that drains cache-line write-backs
#		but what the workload itself does
#	traces	both lenses make the same system calls; the check lens FIEMAP, FSGETXATTR and
#		one getpid besides
#	loops	the bench loop has as many instructions as one written by hand
#
#	tests/lens.sh			all of it, then --must-fail
#	tests/lens.sh --must-fail	plants one error for each and wants it found
set -u
cd "$(dirname "$0")/.." || exit 1
work=build/lens
rm -rf "$work"
mkdir -p "$work" || exit 1
trap 'rm -rf "$work" "build/$work"; rmdir build/build 2>/dev/null' EXIT

# Nothing to log: they call nothing of the API.
unlogged='null null-by-hand planted'
# Stores past the API: not in the check lens at all.
by_hand='bare-by-hand'
# What nobody would time, what these samples' target cannot do or must not, and what needs a list.
check_only='ace aged-store cow-write env-acts fallback-fragmented fallback-shifted-blocks idle-dirty'
check_only+=' devdax-unbind ops poisoned-page reflink-store remount-ro-dirty reuse-freed soup umount-dirty'
check_only+=' unshare-dirty'
# A LOCK, or what serialises or fences; xchg with memory locks without the prefix.
draining='\block\b|\bxchg[bwlq]? .*\(|[ml]fence|\bsfence|cpuid|\bserialize\b|\biret|wrmsr|invlpg|syscall|\bint +\$|clflush|clwb|xsaveopt'
# What the log's writer may call: set-up, then FIEMAP, of another worker's file through a
# copy of its descriptor (pidfd_getfd), and copies within its own memory.
writer_calls='__errno_location __stack_chk_fail _GLOBAL_OFFSET_TABLE_ close getpid ioctl madvise
	memcpy memset mmap munmap snprintf strlen syscall'

wrong() {
	echo "lens: $*"
	found=$((found + 1))
}

# calls NAME BENCH-OBJECT CHECK-OBJECT
calls() {
	nm -u "$2" | grep -q 'dx_log_' && wrong "$1: the bench lens calls the operation log:" \
		"$(nm -u "$2" | grep -o 'dx_log_[a-z]*' | tr '\n' ' ')"
	[[ " $unlogged " == *" $1 "* ]] && return
	nm -u "$3" | grep -q dx_log_begin || wrong "$1: the check lens logs nothing"
}

# bench_only NAME CHECK-OBJECT
bench_only() {
	objdump -h "$2" | grep -q ' dx_check ' && wrong "$1: is in the check lens too"
}

# Instructions of an object, one a line: mnemonic and operands.
code() {
	objdump -d --no-show-raw-insn "$1" | sed -n 's/^ *[0-9a-f]*:\t//p'
}

# drains NAME BENCH-OBJECT CHECK-OBJECT: kinds of instruction that only the check lens has.
drains() {
	local kinds
	kinds=$(comm -13 <(code "$2" | grep -oE "$draining" | sort -u) \
		<(code "$3" | grep -oE "$draining" | sort -u) | tr '\n' ' ')
	[ -z "$kinds" ] || wrong "$1: the check lens executes: $kinds"
}

# The functions on the path of a record: no exception at all.
writer() {
	local object=$1 kinds symbol
	kinds=$(code "$object" | grep -oE "$draining" | sort -u | tr '\n' ' ')
	[ -z "$kinds" ] || wrong "$object: executes: $kinds"
	# The mark, and rdtsc in its plain form, must be there: else this looked at nothing.
	code "$object" | grep -qE '^xchg +%bx,%bx' || wrong "$object: no mark"
	code "$object" | grep -q '^rdtsc' || wrong "$object: no time"
	for symbol in $(nm -u "$object" | sed 's/.* U //; s/@.*//'); do
		grep -qw -- "$symbol" <<<"$writer_calls" || wrong "$object: calls $symbol"
	done
}

# watch PROGRAM LENS NAME: one sample under strace. One that failed shows nothing.
watch() {
	local program=$1 lens=$2 name=$3
	rm -rf "$work/dir" "$work/log" && mkdir "$work/dir" "$work/log"
	strace -ff -s 0 -o "$work/log/thread" "$program" "$lens" "$name" "$work/dir" \
		>"$work/said" 2>&1 || wrong "$name: its $lens lens failed: $(cat "$work/said")"
}

# What watch() saw without what differs from run to run: addresses, ids, what is written,
# who waits for whom. Worker 0's between the marks; the others' whole.
system_calls() {
	local log
	for log in "$work"/log/*; do
		if grep -q '^close(-77)' "$log"; then
			sed -n '/^close(-77)/,/^close(-78)/p' "$log"
		else
			sed 's/^/worker: /' "$log"
		fi
	done | sed -E 's/0x[0-9a-f]+/ADDRESS/g; s/"[^"]*"\.\.\./TEXT/g; s/ += .*//
			s/(clone3?|pidfd_open|wait4|kill|set_tid_address|poll|prctl)\(.*/\1/' |
		grep -vE '(futex|restart_syscall|exit)|^(worker: )?(---|\+\+\+)'
}

# traces PROGRAM NAME: with workers beside each other order means nothing, so theirs is sorted.
traces() {
	local program=$1 name=$2 order=cat fiemap
	grep -q '\bdx_spawn(' "${sources[$name]}" && order='sort'
	watch "$program" bench "$name"
	system_calls | grep -v 'getpid()' | $order >"$work/bench"
	watch "$program" check "$name"
	system_calls >"$work/check-all"
	fiemap=$(grep -c 'FS_IOC_FIEMAP' "$work/check-all")
	grep -vE 'FS_IOC_(FIEMAP|FSGETXATTR)|getpid\(\)' "$work/check-all" | $order >"$work/check"
	grep -q FS_IOC_FIEMAP "$work/bench" && wrong "$name: the bench lens asks for extents"
	# What has a device in place of files is not asked where it lies.
	grep -q 'workloads/device.h' "${sources[$name]}" ||
		! grep -qE '\bf(data)?sync\(' "$work/bench" || [ "$fiemap" -gt 0 ] ||
		wrong "$name: the check lens did not ask for extents: was it watched?"
	[ "$(wc -l <"$work/bench")" -ge 2 ] || wrong "$name: no system calls seen"
	cmp -s "$work/bench" "$work/check" ||
		wrong "$name: system calls differ:" "$(diff "$work/bench" "$work/check" | head -n 20)"
}

# Instructions between a backward jump of run() and where it goes: the innermost loop's.
loop_of() {
	objdump -d --no-show-raw-insn --disassemble=run "$1" | awk '
		$1 ~ /^[0-9a-f]+:$/ {
			sub(":", "", $1); at[++n] = $1; index_of[$1] = n
			if ($2 ~ /^j/ && $3 in index_of && (!best || n - index_of[$3] + 1 < best))
				best = n - index_of[$3] + 1
		}
		END { print best + 0 }'
}

# loops NAME OBJECT HAND-WRITTEN-OBJECT
loops() {
	local ours by_hand
	ours=$(loop_of "$2")
	by_hand=$(loop_of "$3")
	[ "$ours" -gt 0 ] || wrong "$1: no loop found in run()"
	[ "$ours" -eq "$by_hand" ] ||
		wrong "$1: $ours instructions in the loop, $by_hand in the one written by hand"
}

# objects SOURCE...: both lenses, built as the Makefile builds them.
objects() {
	local source targets=()
	for source; do targets+=("build/${source%.c}.bench.o" "build/${source%.c}.check.o"); done
	make -s "${targets[@]}" >"$work/make" 2>&1 || { cat "$work/make" && exit 1; }
}

# program OUTPUT SOURCE...: tests/lens-run.c with these workloads.
program() {
	local output=$1 source list=() libraries
	read -ra libraries < <(pkg-config --libs libpmem2 2>/dev/null)
	shift
	for source; do list+=("build/${source%.c}.bench.o" "build/${source%.c}.check.o"); done
	${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -pthread -I. -Iinclude -Wl,--wrap=mmap -o "$output" \
		tests/lens-run.c bench/workers.c checker/log/oplog_write.c "${list[@]}" \
		"${libraries[@]}" || exit 1
}

declare -A sources=()

check_all() {
	local source name
	make -s build/checker/log/oplog_write.o >"$work/make" 2>&1 || { cat "$work/make" && exit 1; }
	objects workloads/*.c
	program "$work/lens-run" workloads/*.c
	writer build/checker/log/oplog_write.o
	for source in workloads/*.c; do
		name=$(basename "$source" .c)
		sources[$name]=$source
		if [[ " $by_hand " == *" $name "* ]]; then
			bench_only "$name" "build/workloads/$name.check.o"
			continue
		elif [[ " $check_only " == *" $name "* ]]; then
			nm "build/workloads/$name.check.o" | grep -q dx_log_begin ||
				wrong "$name: the check lens logs nothing"
			continue
		fi
		calls "$name" "build/workloads/$name".{bench,check}.o
		drains "$name" "build/workloads/$name".{bench,check}.o
		traces "$work/lens-run" "$name"
	done
	loops bare build/workloads/bare.bench.o build/workloads/bare-by-hand.bench.o
	loops null build/workloads/null.bench.o build/workloads/null-by-hand.bench.o
}

# plant NAME CODE: a copy of bare whose loop has CODE before each store. IN_CHECK tells
# it the lens. CODE is sed's: a & of C is written \&.
plant() {
	{
		printf '#ifdef DX_LENS_CHECK\n#define IN_CHECK 1\n#else\n#define IN_CHECK 0\n#endif\n'
		sed "s|dx_store64(w, &s->map, 0);\$|{ $2; dx_store64(w, \&s->map, 0); }|
			s|\"bare\"|\"$1\"|; s|DX_WORKLOAD(bare)|DX_WORKLOAD($1)|" workloads/bare.c
	} >"$work/$1.c"
	sources[$1]=$work/$1.c
	objects "$work/$1.c"
}

# must_find TEXT COMMAND...: COMMAND must complain, with TEXT. Its count ends with the subshell.
must_find() {
	local text=$1 said
	shift
	said=$("$@")
	grep -qF -- "$text" <<<"$said" || wrong "planted and not found: \"$text\" by $1; said:" \
		"${said:-nothing}"
}

must_fail() {
	local built=build/$work
	plant control ''
	plant logcall 'dx_log_generation(w)'
	plant lock 'if (IN_CHECK) __atomic_fetch_add(\&w->buf_size, 1, __ATOMIC_SEQ_CST)'
	plant fence 'if (IN_CHECK) _mm_mfence()'
	plant call 'if (IN_CHECK) getppid()'
	plant extra '__asm__ volatile("nop")'
	plant fails 'return -EIO'
	program "$work/planted" "$work"/*.c
	# What is found is what was planted, not the planting.
	calls control "$built"/control.{bench,check}.o
	drains control "$built"/control.{bench,check}.o
	traces "$work/planted" control
	loops control "$built/control.bench.o" build/workloads/bare-by-hand.bench.o
	must_find 'calls the operation log' calls logcall "$built"/logcall.{bench,check}.o
	must_find 'logs nothing' calls bare build/workloads/bare.{bench,bench}.o
	must_find 'check lens too' bench_only bare build/workloads/bare.check.o
	must_find 'executes: lock' drains lock "$built"/lock.{bench,check}.o
	must_find 'executes: mfence' drains fence "$built"/fence.{bench,check}.o
	must_find 'executes: lock' writer "$built/lock.check.o"
	must_find 'no mark' writer build/workloads/bare.bench.o
	must_find 'getppid' traces "$work/planted" call
	must_find 'bench lens failed' traces "$work/planted" fails
	must_find 'check lens failed' traces "$work/planted" fails
	must_find 'in the one written by hand' loops extra "$built/extra.bench.o" \
		build/workloads/bare-by-hand.bench.o
}

command -v strace >/dev/null || { echo "strace is not installed" && exit 77; }
found=0
case ${1:-} in
'') check_all && must_fail ;;
--must-fail)
	objects workloads/bare.c workloads/bare-by-hand.c
	must_fail
	;;
*) echo "usage: tests/lens.sh [--must-fail]" && exit 2 ;;
esac
[ "$found" -eq 0 ] && echo "lens: all as it should be"
[ "$found" -eq 0 ]
