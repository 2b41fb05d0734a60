#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - a kernel for the guest: prints the directory it is kept in
#
# The directory holds vmlinuz, config, release (its name) and usr/lib/modules with
# the drivers the guest loads. It is Debian's, whose package is unpacked and never
# installed, or one that built.sh makes.
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
	# Before and after the merge of /usr, the drivers are found by both names.
	[ -e "$1/image/lib" ] || ln -s usr/lib "$1/image/lib"
	cp "$1/image/boot/vmlinu"*"-$release" "$1/vmlinuz"
	cp "$1/image/boot/config-$release" "$1/config"
	echo "$release" >"$1/release"
	copy_modules "$1/image" "$1"
	rm -rf "$1/image" "$1"/*.deb
}

# copy_modules FROM TO - the drivers in GUEST_MODULES and all they need
copy_modules()
{
	_from=$1/lib/modules/$release
	_to=$2/usr/lib/modules/$release
	mkdir -p "$_to"
	ln -s usr/lib "$2/lib"
	cp "$_from"/modules.builtin* "$_from/modules.order" "$_to/"
	depmod -b "$1" "$release"
	# shellcheck disable=SC2086 # a list of words
	modprobe -d "$1" -S "$release" -a --show-depends $GUEST_MODULES |
		awk '$1 == "insmod" { print $2 }' | sort -u |
		while read -r _file; do
			_name=${_file##*/lib/modules/"$release"/}
			mkdir -p "$_to/${_name%/*}"
			cp "$_file" "$_to/$_name"
		done
	depmod -b "$2" "$release"
}

if kernel_is_built; then
	exec "$TOP/selftests/vm/built.sh" "$KERNEL"
fi
SUITE=$KERNEL_SUITE
if [ -n "$KERNEL" ]; then
	package=linux-image-$KERNEL
else
	package=$(depends "linux-image-$FLAVOUR" '^linux-image-[0-9]')
fi
[ -n "$package" ] || die "no package linux-image-$FLAVOUR known to apt for $SUITE"
release=${package#linux-image-}
version=$(candidate "$package")
[ -n "$version" ] || die "no package $package known to apt for $SUITE"
cache_entry kernel "$release-$version-$(echo "$GUEST_MODULES" | cat - "$0" | hash)" build_kernel
