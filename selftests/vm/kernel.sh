#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - a Debian kernel for the guest: prints the directory it is kept in
#
# The directory holds vmlinuz, config, release (its name) and lib/modules with
# the drivers the guest loads. The package is unpacked, never installed.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# build_kernel DIR - fetch the image and keep of it what the guest needs
build_kernel()
{
	say "kernel: fetching $package $version"
	fetch_deb "$package" "$version" "$1"
	say "kernel: unpacking"
	mkdir "$1/image"
	dpkg-deb -x "$1"/*.deb "$1/image"
	cp "$1/image/boot/vmlinu"*"-$release" "$1/vmlinuz"
	cp "$1/image/boot/config-$release" "$1/config"
	echo "$release" >"$1/release"
	copy_modules "$1/image" "$1"
	rm -rf "$1/image" "$1"/*.deb
}

# copy_modules FROM TO - the drivers in GUEST_MODULES and all they need
copy_modules()
{
	_lib=lib/modules/$release
	[ -d "$1/$_lib" ] || _lib=usr/lib/modules/$release
	mkdir -p "$2/lib/modules/$release"
	cp "$1/$_lib"/modules.builtin* "$1/$_lib/modules.order" "$2/lib/modules/$release/"
	depmod -b "$1" "$release"
	# shellcheck disable=SC2086 # a list of words
	modprobe -d "$1" -S "$release" -a --show-depends $GUEST_MODULES |
		awk '$1 == "insmod" { print $2 }' | sort -u |
		while read -r _file; do
			_name=${_file##*/lib/modules/"$release"/}
			mkdir -p "$2/lib/modules/$release/${_name%/*}"
			cp "$_file" "$2/lib/modules/$release/$_name"
		done
	depmod -b "$2" "$release"
}

if [ -n "$KERNEL" ]; then
	package=linux-image-$KERNEL
else
	package=$(depends "linux-image-$ARCH" '^linux-image-[0-9]')
fi
[ -n "$package" ] || die "no package linux-image-$ARCH known to apt for $SUITE"
release=${package#linux-image-}
version=$(candidate "$package")
[ -n "$version" ] || die "no package $package known to apt for $SUITE"
cache_entry kernel "$release-$version-$(echo "$GUEST_MODULES" | cat - "$0" | hash)" build_kernel
