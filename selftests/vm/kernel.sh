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
	mkdir -p "$1/image/boot"
	# Since 7.x the image, the drivers and the configuration are packages of their own.
	for _package in "$package" $(dependencies "$package" | grep -e "-$release\$"); do
		fetch_deb "$_package" "$version" "$1"
	done
	say "kernel: unpacking"
	for _deb in "$1"/*.deb; do
		dpkg-deb -x "$_deb" "$1/image"
	done
	# Before and after the merge of /usr, the drivers are found by both names.
	[ -e "$1/image/lib" ] || ln -s usr/lib "$1/image/lib"
	keep_file "$1" 'vmlinu[xz]*' vmlinuz
	keep_file "$1" 'config*' config
	echo "$release" >"$1/release"
	copy_modules "$1/image" "$1"
	rm -rf "$1/image" "$1"/*.deb
}

# keep_file DIR PATTERN NAME - the image or the configuration, which lie with the drivers since 7.x
keep_file()
{
	find "$1/image/boot/" "$1/image/lib/modules/$release/" -maxdepth 1 -type f -name "$2" \
		-exec cp {} "$1/$3" \;
	[ -s "$1/$3" ] || die "no $3 was found in $package"
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
