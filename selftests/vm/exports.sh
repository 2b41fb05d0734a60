#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - what Debian's kernel of KERNEL_SUITE exports and mainline's does not: prints the file
# that lists it, one name a line
#
# Taken from the patches in Debian's source package, of which only the part that is Debian's is
# fetched: every symbol that one of them exports, but for those that the same patch moves.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

SUITE=$KERNEL_SUITE

# source_apt ARGS... - apt-get for source packages of SUITE, writing only to the cache
source_apt()
{
	apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Debug::NoLocking=1 \
		-o Dir::Cache="$state" -o Dir::Etc::sourcelist="$state/sources.list" \
		-o Dir::Etc::sourceparts=- -o Dir::State::lists="$state/lists" "$@"
}

# patch_exports - what a patch on standard input exports that was not exported in it before
patch_exports()
{
	sed -nE 's/^([-+])[[:space:]]*EXPORT_[A-Z_]*(SYMBOL|CPU)[A-Z_]*\(([A-Za-z0-9_]+).*/\1 \3/p' |
		awk '$1 == "-" { old[$2] } $1 == "+" { new[$2] }
			END { for (name in new) if (!(name in old)) print name }'
}

# build_exports DIR - fetch the patches, keep their exports
build_exports()
{
	# Not every mirror has the source of every version; what is exported rarely changes.
	for _version in $versions; do
		say "exports: fetching the patches of linux $_version"
		! (cd "$1" && source_apt source --diff-only --download-only "linux=$_version" >&2) ||
			break
	done
	set -- "$1" "$1"/linux_*.debian.tar.xz
	[ -e "$2" ] || die "no source of linux could be fetched for $SUITE"
	mkdir "$1/unpacked"
	# Those for PREEMPT_RT, in patches-rt, are no part of the plain kernel.
	tar -xJf "$2" -C "$1/unpacked" debian/patches
	find "$1/unpacked/debian/patches" -type f | while read -r _patch; do
		patch_exports <"$_patch"
	done | sort -u >"$1/exports"
	rm -rf "$1/unpacked" "$1"/linux_*
	[ -s "$1/exports" ] || die "no patch of linux $_version exports anything"
}

state=$CACHE/apt/$SUITE-source
mkdir -p "$state/archives/partial"
suite_lists "$state" deb-src
versions=$(apt-cache -q -o Dir::Cache="$state" -o Dir::Etc::sourcelist="$state/sources.list" \
	-o Dir::Etc::sourceparts=- -o Dir::State::lists="$state/lists" showsrc --only-source linux |
	sed -n 's/^Version: //p' | sort -Vru)
[ -n "$versions" ] || die "no source package linux known to apt for $SUITE"
entry=$(cache_entry exports "$SUITE-$(echo "$versions" | cat - "$0" | hash)" build_exports)
echo "$entry/exports"
