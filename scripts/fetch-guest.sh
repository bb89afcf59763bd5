#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Brings what the guest is made of into build/: two of Debian's cloud kernels
# and, unless the system's is new enough, QEMU 10. Nothing is installed and apt's
# own configuration and state stay as they are: a private apt works in build/apt,
# with the mirror that the machine's apt uses. Needs no root; does nothing where
# all is there; what was downloaded once is kept in build/apt/archives.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
apt=$top/build/apt
qemu_wanted=10

note() { echo "guest: $*"; }
fail() {
	echo "guest: $*" >&2
	exit 3
}

# Two at a time would unpack into each other's directory. The lock ends with us.
mkdir -p build/guest
exec 9>build/guest/lock
flock 9

# Packages land under a temporary name and are renamed when whole.
scratch=$top/build/guest.tmp
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# An apt with state and cache of its own, that needs no root.
own=(-o "Dir::State=$apt/state" -o Dir::State::status=/var/lib/dpkg/status -o "Dir::Cache=$apt"
	-o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Install-Recommends=false
	-o APT::Update::Error-Mode=any -qq)

private_apt() {
	local tool=$1
	shift
	"$tool" "${own[@]}" -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- "$@"
}

# suites CODENAME APT-OPTIONS...: "SUITE URI" of Debian's main, -updates and -security here.
suites() {
	local codename=$1
	shift
	# shellcheck disable=SC2016 # apt's own variables
	apt-get "$@" indextargets 'Created-By: Packages' \
		--format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(RELEASE) $(REPO_URI)' |
		awk -v c="$codename" '$1 == "Debian" && $3 == "main" &&
			($2 == c || $2 == c "-updates" || $2 == c "-security") { print $4, $5 }' |
		sort -u
}

# Debian's suites as this machine's apt has them, and backports from the same mirror.
prepare_apt() {
	local codename mirror list key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$apt/ready" ] && return
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
	mkdir -p "$apt/state/lists/partial" "$apt/archives/partial"
	list=$(suites "$codename")
	if [ -z "$list" ]; then # the machine's apt has no package lists: get ours
		apt-get "${own[@]}" update || true
		list=$(suites "$codename" "${own[@]}")
	fi
	mirror=$(awk '$1 !~ /-/ { print $2; exit }' <<<"$list")
	[ -n "$mirror" ] ||
		fail "apt knows no $codename suite of Debian; is the network there, and a Debian mirror in /etc/apt?"
	{
		while read -r suite uri; do
			echo "deb [signed-by=$key] $uri $suite main"
		done <<<"$list"
		echo "deb [signed-by=$key] $mirror $codename-backports main"
	} >"$apt/sources.list"
	private_apt apt-get update || fail "the package lists cannot be read; is the network there?"
	touch "$apt/ready"
}

# fetch WHAT APT-GET-ARGS... Lists that are old can name what the mirror has no more.
fetch() {
	local what=$1
	shift
	private_apt apt-get "$@" && return
	private_apt apt-get update && private_apt apt-get "$@" && return
	fail "$what cannot be downloaded; is the network there? Then try again"
}

# The newest archive of a package, or nothing.
archive_of() {
	find "$apt/archives" -maxdepth 1 -name "$1_*.deb" 2>/dev/null | sort -V | tail -n 1
}

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
		*/linux-image-*) ;;
		*) dpkg-deb -x "$deb" "$scratch" ;;
		esac
	done
	mv -T "$scratch" build/qemu
}

command -v apt-get >/dev/null || fail "needs apt; or give --kernel PATH and a QEMU of your own"
kernel 6.1 linux-image-cloud-amd64
kernel 6.12 linux-image-6.12-cloud-amd64
qemu
