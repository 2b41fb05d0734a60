#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run make in a root of the kernel's own suite, with its compiler
#
# Usage: toolchain.sh KDIR DIR [ARGS...]; KDIR is what headers.sh printed and DIR the
# directory that is built, which ARGS name as /netscan.
#
# The tools in a suite's headers need that suite's C library. The root is unpacked
# as the guest's is; to enter it takes root, or a kernel that lends it (unshare).
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

kdir=$1
dir=$2
shift 2
headers=${kdir%/usr/src/*}
release=${kdir##*/linux-headers-}

# root_apt ARGS... - apt-get install of the root's packages on an empty system
root_apt()
{
	# shellcheck disable=SC2086 # a list of words
	suite_apt apt-get -qq -y "$@" install $packages
}

# build_root DIR - fetch, unpack, link
build_root()
{
	say "toolchain: fetching $(echo "$resolved" | grep -c .) packages of $SUITE"
	root_apt --download-only >&2
	say "toolchain: unpacking them"
	for _dir in bin sbin lib lib64; do
		mkdir -p "$1/usr/$_dir"
		ln -s "usr/$_dir" "$1/$_dir"
	done
	mkdir -p "$1/dev" "$1/proc" "$1/tmp" "$1/headers" "$1/netscan"
	root_apt --print-uris -o Dir::Cache::archives="$1" | awk '{ print $2 }' >"$1/debs"
	while read -r _deb; do
		dpkg-deb --fsys-tarfile "$CACHE/apt/$SUITE-$ARCH/archives/$_deb" |
			tar -x -C "$1" --keep-directory-symlink --no-same-owner \
				--exclude='./usr/share/doc' --exclude='./usr/share/locale'
	done <"$1/debs"
	ln -sf mawk "$1/usr/bin/awk"
	ln -sf dash "$1/usr/bin/sh"
}

# enter ROOT COMMAND... - run it there, with the headers, DIR and what /dev and /proc show
enter()
{
	_root=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- --mount --propagation private sh -euc '
		root=$1 headers=$2 dir=$3
		shift 3
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		mount --bind "$headers" "$root/headers"
		mount --bind "$dir" "$root/netscan"
		exec chroot "$root" env -i PATH=/usr/bin:/usr/sbin HOME=/ LC_ALL=C "$@"
	' sh "$_root" "$headers" "$dir" "$@"
	if [ "$(id -u)" -eq 0 ]; then
		unshare "$@"
	else
		unshare --map-root-user "$@"
	fi
}

SUITE=$KERNEL_SUITE
target_gcc=$CROSS_GCC
ARCH=$HOST_ARCH
kbuild=$(sed -n 's/.*\(linux-kbuild-[^/ ]*\).*/\1/p' "$kdir/Makefile" | head -n 1)
[ -n "$kbuild" ] || kbuild=$(basename "$(echo "$headers"/usr/lib/linux-kbuild-*)")
packages="base-files bash binutils coreutils dash diffutils findutils gcc grep gzip make mawk
	perl python3 sed tar xz-utils $target_gcc $(dependencies "$kbuild" | tr '\n' ' ')"
SUITE=${SUITE%-backports}
[ -z "$(candidate usr-is-merged)" ] || packages="$packages usr-is-merged"
resolved=$(root_apt -s | grep '^Inst ' | sort)
[ -n "$resolved" ] || die "apt could not resolve the toolchain's packages for $SUITE"
key=$(printf '%s\n' "$resolved" | cat - "$0" | hash)
root=$(cache_entry toolchain "$SUITE-$key" build_root)
enter "$root" make --no-print-directory -j"$(nproc)" -C "/headers/usr/src/linux-headers-$release" \
	M=/netscan "$@"
