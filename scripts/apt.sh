# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A private apt in build/apt: it needs no root, installs nothing, leaves apt's own
# configuration and state as they are, and takes the mirror that the machine's apt uses.
# Sourced, from the top of the tree; $who is the name that messages begin with.
: "${who:=apt}"
apt=$PWD/build/apt

note() { echo "$who: $*"; }
fail() {
	echo "$who: $*" >&2
	exit 3
}

# One at a time: lists and archives are shared by all who fetch. The lock ends with us.
apt_lock() {
	mkdir -p "$apt"
	exec 8>"$apt/lock"
	flock 8
}

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
