#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the kernel's test library and checkers: prints the directory of a partial source tree
#
# They come from Debian's linux-source package, of which only tools/testing/selftests,
# scripts and the coding style are kept. The package is unpacked, never installed.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# The library and the checkers run on this machine, whatever the guest is.
SUITE=$HOST_SUITE
ARCH=$HOST_ARCH

# build_source DIR - fetch the source and keep of it what tests and checks use
build_source()
{
	_tarball=/usr/src/$package.tar.xz
	if [ "$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)" != "$version" ]; then
		say "source: fetching $package $version"
		fetch_deb "$package" "$version" "$1"
		say "source: unpacking the package"
		dpkg-deb -x "$1"/*.deb "$1/package"
		rm -f "$1"/*.deb
		_tarball=$1/package/usr/src/$package.tar.xz
	fi
	say "source: unpacking the kernel's test library and checkers"
	xz -dc -T0 "$_tarball" | tar -x -C "$1" --strip-components=1 \
		"$package/.clang-format" "$package/scripts" \
		"$package/tools/testing/selftests/lib.mk" \
		"$package/tools/testing/selftests/kselftest.h" \
		"$package/tools/testing/selftests/kselftest_harness.h" \
		"$package/tools/testing/selftests/kselftest"
	rm -rf "$1/package"
}

package=$(depends linux-source '^linux-source-[0-9]')
[ -n "$package" ] || die "no package linux-source known to apt for $SUITE"
version=$(candidate "$package")
cache_entry source "$package-$version-$(hash <"$0")" build_source
