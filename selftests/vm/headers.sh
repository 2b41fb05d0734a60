#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - headers of the guest's kernel: prints the directory to build the module in
#
# Usage: headers.sh [RELEASE], the newest of KERNEL_SUITE and FLAVOUR by default. The
# packages are unpacked, never installed: in some suites they depend on the kernel
# image, which would end in this machine's /boot.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# unpack PACKAGE DIR - fetch a package and keep its files
unpack()
{
	fetch_deb "$1" "$(candidate "$1")" "$2"
	dpkg-deb -x "$2"/*.deb "$2"
	rm -f "$2"/*.deb
}

# build_headers DIR - unpack the headers, and the tools that this machine builds with
build_headers()
{
	say "headers: fetching $package $version"
	unpack "$package" "$1"
	unpack "$common" "$1"
	# The tools run here, whatever the guest is.
	ARCH=$HOST_ARCH
	unpack "$kbuild" "$1"
	# They find each other by links that are relative, and by one absolute name.
	# shellcheck disable=SC2016 # make expands it
	sed -i -e '1i here := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))' \
		-e 's,/usr/src/,$(here)../,g' "$1/usr/src/$package/Makefile"
	rm -rf "${1:?}/usr/share"
}

if kernel_is_built; then
	echo "$("$TOP/selftests/vm/built.sh" "$KERNEL")/headers"
	exit
fi
SUITE=$KERNEL_SUITE
package=linux-headers-${1:-}
[ $# -gt 0 ] || package=$(depends "linux-headers-$FLAVOUR" '^linux-headers-[0-9]')
release=${package#linux-headers-}
[ -n "$release" ] || die "no package linux-headers-$FLAVOUR known to apt for $SUITE"
version=$(candidate "$package")
[ -n "$version" ] || die "no package $package known to apt for $SUITE"
common=$(depends "$package" '^linux-headers-.*-common')
kbuild=$(depends "$package" '^linux-kbuild-')
entry=$(cache_entry headers "$release-$version-$(hash <"$0")" build_headers)
echo "$entry/usr/src/$package"
