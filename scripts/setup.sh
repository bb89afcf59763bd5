#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the Debian packages that are missing, and does nothing where all are
# there. Root is asked for only to install.
#	scripts/setup.sh build	what `make run` needs
#	scripts/setup.sh kernel	that, and what `daxbench kernel build` needs
#	scripts/setup.sh check	all that, and what `make check` needs
set -eu
cd "$(dirname "$0")/.."

build="gcc make pkg-config git libc6-dev libndctl-dev libdaxctl-dev libblkid-dev libmount-dev
	libjansson-dev libtracefs-dev libtraceevent-dev libsmartcols-dev libzstd-dev
	libdevmapper-dev libdw-dev libpmem2-dev libxxhash-dev
	busybox-static kmod xz-utils e2fsprogs xfsprogs ndctl fio gnuplot-nox ca-certificates"
kernel="flex bison bc libelf-dev patch"
check="clang clang-format clang-tidy cppcheck shellcheck libcriterion-dev libclang-rt-14-dev
	binutils strace python3 python3-jsonschema python3-scipy"

case ${1:-} in
build) wanted=$build ;;
kernel) wanted="$build $kernel" ;;
check) wanted="$build $kernel $check" ;;
*) echo "usage: scripts/setup.sh build|kernel|check" >&2 && exit 2 ;;
esac

mkdir -p build
log=build/setup.log
trap 'rm -f "$log"' EXIT
missing=()
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "setup: missing Debian packages: ${missing[*]}"
root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: root is needed to install them: apt-get install ${missing[*]}" >&2
		exit 3
	fi
	root=(sudo)
fi
# Lists can be absent (a fresh container) or too old to name what the mirror has now.
install() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}
if ! install >"$log" 2>&1; then
	"${root[@]}" apt-get update -qq || true
	if ! install >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "setup: apt-get could not install them; is the network there?" >&2
		exit 3
	fi
fi
echo "setup: installed"
