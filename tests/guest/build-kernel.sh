#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes wrong when a kernel is built, and that nothing half built stays. The sources
# here are a few files that fail as a kernel's do; real ones tests/more/kernels.sh builds.
. "$(dirname "$0")/../lib.sh"

top=$PWD
tree=$work/tree
mkdir -p "$tree/build/kernels/6.1/source/fs" "$tree/build/kernels/6.1/source/scripts/kconfig"
cp -r scripts "$tree"
mkdir -p "$tree/kernels/config" "$tree/kernels/patches" "$tree/kernels/variants"
cp daxbench "$tree"
cd "$tree" || exit 1
work=$top/$work
source=build/kernels/6.1/source

# A kernel: its image is its source and its name.
printf 'one\ntwo\nthree\n' >$source/fs/dax.c
echo linux-source-6.1_1_all.deb >build/kernels/6.1/package
cat >$source/Makefile <<'END'
out := out
tinyconfig:
	mkdir -p $(out)/arch/x86/boot $(out)/include/config
	echo CONFIG_A=y >$(out)/.config
olddefconfig:
	cat $(out)/more >>$(out)/.config
	echo 6.1.1$(LOCALVERSION) >$(out)/include/config/kernel.release
bzImage: fs/dax.c
	@echo '  CC      fs/dax.o'
	@! grep error: $(CURDIR)/fs/dax.c
	cat fs/dax.c >$(out)/arch/x86/boot/bzImage
	touch $(out)/System.map $(out)/vmlinux
END
cat >$source/scripts/kconfig/merge_config.sh <<'END'
#!/bin/sh
cat kernel-more >more 2>/dev/null || cp "$5" more
END
chmod +x $source/scripts/kconfig/merge_config.sh
echo CONFIG_B=y >kernels/config/guest

# patch NAME FROM TO: of the second line
patch_of() {
	printf '%s\n\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,3 +1,3 @@\n one\n-%s\n+%s\n three\n' "$1" "$2" "$3" \
		>"kernels/patches/$1.patch"
}
variant() {
	printf '# Kernel %s\nseries 6.1\n' "$1" >"kernels/variants/$1"
	shift
	printf 'patch %s\n' "$@" >>"kernels/variants/${last:?}"
}

last=plain && printf '# Kernel plain\nseries 6.1\n' >kernels/variants/plain
patch_of two-to-2 two 2
patch_of two-to-ii two ii
patch_of 2-to-II 2 II
patch_of no-such-line nothing something
patch_of broken two 'error: no such thing'
last=arabic && variant arabic two-to-2
last=roman && variant roman two-to-ii
last=stacked && variant stacked two-to-2 2-to-II
last=misfit && variant misfit two-to-2 no-such-line
last=faulty && variant faulty broken
last=lost && variant lost nowhere

run 0 ./daxbench kernel build plain arabic
has err "arabic: built"
[ "$(sed -n 2p build/kernels/plain/bzImage)" = two ] || die "plain is not the source as it is"
[ "$(sed -n 2p build/kernels/arabic/bzImage)" = 2 ] || die "arabic is not patched"
[ -s build/kernels/arabic/config-6.1.1-arabic ] || die "no configuration beside it"

# From one to the other, whatever was there before.
run 0 ./daxbench kernel build roman stacked
[ "$(sed -n 2p build/kernels/roman/bzImage)" = ii ] || die "roman is not patched"
[ "$(sed -n 2p build/kernels/stacked/bzImage)" = II ] || die "stacked is not patched twice"
run 0 ./daxbench kernel build plain
has err "plain: is built"

# Another patch: what was built of the old one is stale, and built anew.
patch_of two-to-2 two zwei
run 0 ./daxbench kernel list --json
/usr/bin/python3 -c 'import json, sys
state = {v["name"]: v["state"] for v in json.load(open(sys.argv[1]))}
assert state["arabic"] == "stale", state
assert state["plain"] == "built" and state["misfit"] == "absent", state' "$work/out" || die "states"
run 0 ./daxbench kernel build arabic
[ "$(sed -n 2p build/kernels/arabic/bzImage)" = zwei ] || die "arabic is the old one"

# A patch that does not fit: which, where; and the source is as it was.
run 3 ./daxbench kernel build misfit
has err "no-such-line.patch does not apply"
has err "Hunk #1 FAILED at 1"
[ ! -e build/kernels/misfit ] || die "something stands for misfit"
run 0 ./daxbench kernel build roman plain

# An error of the compiler: the first, and the log. The old image stands.
run 3 ./daxbench kernel build faulty
has err "error: no such thing"
has err "build/kernels/faulty.log"
[ ! -e build/kernels/faulty ] || die "something stands for faulty"
cp build/kernels/roman/bzImage "$work/before"
patch_of two-to-ii two 'error: neither'
run 3 ./daxbench kernel build roman
cmp -s build/kernels/roman/bzImage "$work/before" || die "a failed build replaced the image"

run 3 ./daxbench kernel build lost
has err "there is no kernels/patches/nowhere.patch"
run 2 ./daxbench kernel build nosuch
has err "no such variant"
run 2 ./daxbench kernel build ../variants/plain
run 2 ./daxbench kernel build
run 2 ./daxbench kernel
run 2 ./daxbench kernel make plain

# An option that does not survive.
echo 'CONFIG_C=y' >>kernels/config/guest
echo 'CONFIG_B=y' >$source/out/kernel-more
run 3 ./daxbench kernel build plain
has err "did not survive: CONFIG_C=y"
rm $source/out/kernel-more

# No source, and nowhere to have it from.
printf '# Of a series that there is not\nseries 9.9\n' >kernels/variants/future
mkdir -p build/apt/archives/partial build/apt/state/lists/partial
echo 'deb [trusted=yes] file:/nowhere stable main' >build/apt/sources.list
touch build/apt/ready
run 3 ./daxbench kernel build future
has err "linux-source-9.9 cannot be downloaded"
[ ! -e build/kernels/future ] || die "something stands for future"

# What is not built is not booted, and which command builds it is said.
run 3 ./daxbench run --kernel misfit pte-read-data
has err "daxbench kernel build misfit"
echo "$checks checks"
