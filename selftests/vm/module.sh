#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - build the module, or one that a test needs, for the guest's kernel
#
# Usage: module.sh RELEASE OUT [NAME=VALUE...]; writes OUT, called netscan.ko or, for
# what is in selftests/NAME, NAME.ko. What follows OUT is for make, such as W=1.
#
# The sources are copied to build/RELEASE (and -ARCH) first, so that the build neither
# disturbs nor picks up one made by hand at the top of the tree.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

release=$1
out=$2
shift 2
kdir=$KDIR
[ -n "$kdir" ] || kdir=$("$TOP/selftests/vm/headers.sh" "$release")
[ -d "$kdir" ] || die "no kernel headers in $kdir"
# What make is told to do differently gets a directory of its own; checking with
# sparse (C=) changes nothing in what is built.
name=$(basename "$out" .ko)
dir=$TOP/build/$release
[ "$name" = netscan ] || dir=$TOP/build/$name-$release
[ "$ARCH" = "$HOST_ARCH" ] || dir=$dir-$ARCH
for arg in "$@"; do
	case $arg in
	C=*) ;;
	*) dir=$dir-$(echo "$arg" | tr -cs 'A-Za-z0-9\n' '-') ;;
	esac
done

mkdir -p "$dir"
exec 8>"$dir.lock"
flock 8
from=$TOP
[ "$name" = netscan ] || from=$TOP/selftests/$name
for part in Kbuild dkms.conf module "$name.c"; do
	[ ! -e "$from/$part" ] || cp -a --no-preserve=ownership -T "$from/$part" "$dir/$part"
done
# A source that is gone must not live on in the copy.
(cd "$dir" && find . -name '*.[ch]' ! -name '*.mod.c') | while read -r file; do
	[ -e "$from/$file" ] || rm -f "$dir/$file"
done
set -- ARCH="$KBUILD_ARCH" CROSS_COMPILE="$CROSS" "$@" modules
case $KERNEL_SUITE:$kdir in
"$HOST_SUITE:"* | *:"${kdir#"$CACHE"}") build_make -C "$kdir" M="$dir" "$@" ;;
*) "$TOP/selftests/vm/toolchain.sh" "$kdir" "$dir" "$@" ;;
esac
cp "$dir/$name.ko" "$out"
