#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - a kernel built for the guest: prints the directory it is kept in
#
# Usage: built.sh NAME. Debian's linux-source of this machine's suite, configured by
# kernels/base.config (unless a line "# alone ..." is there), kernels/NAME.config and the files that a line "# with FILE..."
# there names; all that none of them sets is off. More such lines: "# flags ..." for the
# compiler, "# build ..." for make, and "# prepare ..." if modules are built in it, but no image.
#
# The directory holds what kernel.sh's does, and the part of the tree that modules
# are built in as headers/.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

name=$1
KERNEL=$1
# What makes another kernel of the same configuration: how it is built, what of it is kept.
format=1
kernels=$TOP/selftests/vm/kernels
# The source is the same for all.
SUITE=$HOST_SUITE
ARCH=$HOST_ARCH

# fragments - the files that make the configuration
fragments()
{
	[ -n "$(kernel_says alone)" ] || echo base
	sed -n 's/^# with //p' "$kernels/$name.config" | tr ' ' '\n'
	echo "$name"
}

# configuration - their lines
configuration()
{
	fragments | while read -r _file; do
		sed -n '/^CONFIG_/p' "$kernels/$_file.config"
	done
}

# build_kernel DIR - unpack the source, build it, keep what a guest and a module need
build_kernel()
{
	say "kernel $name: fetching $package $version"
	fetch_deb "$package" "$version" "$1"
	say "kernel $name: unpacking"
	mkdir "$1/headers"
	dpkg-deb --fsys-tarfile "$1"/*.deb | tar -xO "./usr/src/$package.tar.xz" |
		xz -dc -T0 | tar -x -C "$1/headers" --strip-components=1
	rm -f "$1"/*.deb
	cd "$1/headers"
	configuration >"$1/wanted"
	kernel_make -s KCONFIG_ALLCONFIG="$1/wanted" allnoconfig >&2
	grep -vxFf .config "$1/wanted" >"$1/unmet" || true
	[ ! -s "$1/unmet" ] || die "kernel $name cannot have: $(tr '\n' ' ' <"$1/unmet")"
	if [ -n "$prepare" ]; then
		say "kernel $name: preparing it for modules"
		kernel_make -s modules_prepare >"$1/build.log" 2>&1 || broken "$1"
	else
		build_image "$1"
		keep_kernel "$1"
	fi
	cp include/config/kernel.release "$1/release"
	keep_headers "$1/headers"
	rm -f "$1/wanted" "$1/unmet" "$1/build.log"
	say "kernel $name: built"
}

# broken DIR - the end of the build's log, and out
broken()
{
	tail -n 50 "$1/build.log" >&2
	die "kernel $name does not build"
}

# build_image DIR - all of it
build_image()
{
	say "kernel $name: building; this takes some minutes (20 for one with all checkers)"
	kernel_make -s bzImage modules >"$1/build.log" 2>&1 || broken "$1"
}

# kernel_make ARGS... - make in the kernel tree, of which it is the current directory
kernel_make()
{
	# shellcheck disable=SC2086 # one word an argument
	build_make ARCH="$KBUILD_ARCH" CROSS_COMPILE="$CROSS" $arguments LOCALVERSION="-netscan-$name" KBUILD_BUILD_TIMESTAMP=1970-01-01 \
		KBUILD_BUILD_USER=netscan KBUILD_BUILD_HOST=netscan KCFLAGS="$flags" "$@"
}

# keep_kernel DIR - what kernel.sh keeps of a package
keep_kernel()
{
	_release=$(cat include/config/kernel.release)
	_modules=$1/usr/lib/modules/$_release
	mkdir -p "$_modules"
	ln -s usr/lib "$1/lib"
	cp arch/x86/boot/bzImage "$1/vmlinuz"
	cp .config "$1/config"
	cp modules.builtin modules.builtin.modinfo modules.order "$_modules/"
	depmod -b "$1" "$_release"
}

# keep_headers TREE - drop what no module's build looks at
keep_headers()
{
	{
		printf '%s\n' .config Makefile Kbuild
		find . -maxdepth 1 -name Module.symvers
		find arch/x86 "arch/$KBUILD_ARCH" -maxdepth 1 -type f
		find include arch/x86/include "arch/$KBUILD_ARCH/include" scripts -type f -o -type l
		find arch/*/tools arch/*/kernel/vdso -type f -path "arch/$KBUILD_ARCH/*"
		find . -name 'Kconfig*' -path './scripts/*'
		ls tools/objtool/objtool 2>/dev/null
	} | sort -u | cpio --quiet -pdm ../kept 2>&1 | grep -v 'newer or same age' >&2 || true
	cd ..
	rm -rf "$1"
	mv kept "$1"
}

[ -e "$kernels/$name.config" ] || die "no kernel is described by kernels/$name.config"
package=$(depends linux-source '^linux-source-[0-9]')
[ -n "$package" ] || die "no package linux-source known to apt for $SUITE"
version=$(candidate "$package")
flags=$(kernel_says flags)
arguments=$(kernel_says build)
prepare=$(kernel_says prepare)
key=$({ configuration && echo "$format $flags $arguments $prepare"; } | hash)
cache_entry built "$name-$version-$key" build_kernel
