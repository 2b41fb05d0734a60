#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - put a guest together: userland, drivers, our own files
#
# Usage: initramfs.sh ROOTFS KERNEL-DIR STAGE OUT
#
# ROOTFS is the cpio archive of rootfs.sh, KERNEL-DIR what kernel.sh printed and
# STAGE a directory laid over the root of the guest. Archives add up, so OUT is
# no more than one after the other.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

rootfs=$1
kernel=$2
stage=$3
out=$4

mkdir -p "$stage/usr/lib" "$stage/vm"
cp -a "$kernel/usr/lib/modules" "$stage/usr/lib/"
cp -a "$TOP/selftests/vm/guest/." "$stage/vm/"
mv "$stage/vm/init" "$stage/init"
chmod -R a+rX "$stage"
{
	cat "$rootfs"
	cd "$stage"
	find . | cpio --quiet -o -H newc -R 0:0
} >"$out"
