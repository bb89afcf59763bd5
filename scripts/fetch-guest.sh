#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Brings what the guest is made of into build/: two of Debian's cloud kernels
# and, unless the system's is new enough, QEMU 10. Nothing is installed (scripts/apt.sh),
# and no root is needed. Does nothing where all is there; what was downloaded once is kept
# in build/apt/archives.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
who=guest
# shellcheck source=scripts/apt.sh
. scripts/apt.sh
qemu_wanted=10

# Two at a time would unpack into each other's directory. The lock ends with us.
mkdir -p build/guest
exec 9>build/guest/lock
flock 9

# Packages land under a temporary name and are renamed when whole.
scratch=$top/build/guest.tmp
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# The package that a metapackage stands for.
real_kernel_package() {
	private_apt apt-cache depends --important "$1" | awk '/Depends: linux-image-/ { print $2; exit }'
}

kernel() {
	local series=$1 meta=$2 target=build/guest/kernel-$1 package version
	[ -e "$target" ] && return
	package=$(cat "$apt/kernel-$series" 2>/dev/null || true)
	if [ -z "$package" ] || [ -z "$(archive_of "$package")" ]; then
		prepare_apt
		package=$(real_kernel_package "$meta")
		[ -n "$package" ] || fail "this release has no $meta; use --kernel PATH instead"
		note "downloading $package"
		# Under its own name at once, and checked only when whole: so not in place.
		(cd "$apt/archives/partial" && fetch "$package" download "$package" &&
			mv "${package}"_*.deb ..) || exit
		echo "$package" >"$apt/kernel-$series"
	fi
	note "unpacking $package"
	rm -rf "$scratch"
	mkdir -p "$scratch"
	dpkg-deb -x "$(archive_of "$package")" "$scratch"
	[ -d "$scratch/usr/lib/modules" ] && mv "$scratch/usr/lib/modules" "$scratch/lib/"
	version=$(basename "$scratch"/lib/modules/*)
	# Sound, networks and the like are never loaded: not worth unpacking.
	(cd "$scratch/lib/modules/$version/kernel" && rm -rf sound net drivers/net drivers/infiniband \
		drivers/gpu drivers/media drivers/usb drivers/hid)
	find "$scratch/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r xz -d
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$scratch" "$version"
	rm -rf "${scratch:?}/usr"
	mv -T "$scratch" "$target"
}

major_version() {
	"$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p'
}

qemu() {
	local system major deb
	[ -x build/qemu/usr/bin/qemu-system-x86_64 ] && return
	system=$(command -v qemu-system-x86_64 || true)
	major=$(major_version "${system:-false}")
	[ "${major:-0}" -ge $qemu_wanted ] && return
	if [ ! -e "$apt/qemu.ready" ]; then
		prepare_apt
		note "downloading QEMU $qemu_wanted and the libraries it lacks"
		fetch "QEMU $qemu_wanted" -y --download-only \
			-t "$(awk '/backports/ { print $4 }' "$apt/sources.list")" \
			install qemu-system-x86 >/dev/null
		touch "$apt/qemu.ready"
	fi
	note "unpacking QEMU"
	rm -rf "$scratch"
	mkdir -p "$scratch"
	for deb in "$apt"/archives/*.deb; do
		case $deb in
		*/linux-image-* | */linux-source-*) ;;
		*) dpkg-deb -x "$deb" "$scratch" ;;
		esac
	done
	mv -T "$scratch" build/qemu
}

command -v apt-get >/dev/null || fail "needs apt; or give --kernel PATH and a QEMU of your own"
apt_lock
kernel 6.1 linux-image-cloud-amd64
kernel 6.12 linux-image-6.12-cloud-amd64
qemu
