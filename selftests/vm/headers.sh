#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - headers of the guest's kernel: prints the directory to build the module in
#
# Usage: headers.sh RELEASE. The packages are unpacked, never installed: in some
# suites they depend on the kernel image, which would end in this machine's /boot.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# fetch_as ARCH PACKAGE DIR - fetch and unpack what is for machines of ARCH
fetch_as()
(
	ARCH=$1
	fetch_deb "$2" "$(candidate "$2")" "$3"
	dpkg-deb -x "$3"/*.deb "$3"
	rm -f "$3"/*.deb
)

# build_headers DIR - unpack the headers, and the tools that this machine builds with
build_headers()
{
	say "headers: fetching $package $version"
	fetch_as "$ARCH" "$package" "$1"
	fetch_as "$ARCH" "$common" "$1"
	fetch_as "$HOST_ARCH" "$kbuild" "$1"
	# They find each other by links that are relative, and by one absolute name.
	echo "include \$(dir \$(lastword \$(MAKEFILE_LIST)))../$common/Makefile" \
		>"$1/usr/src/$package/Makefile"
	rm -rf "$1/usr/share"
}

package=linux-headers-$1
version=$(candidate "$package")
[ -n "$version" ] || die "no package $package known to apt for $SUITE"
common=$(depends "$package" '^linux-headers-.*-common')
kbuild=$(depends "$package" '^linux-kbuild-')
entry=$(cache_entry headers "$1-$version-$(hash <"$0")" build_headers)
echo "$entry/usr/src/$package"
