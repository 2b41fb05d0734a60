#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - build the programs that are installed with the module, for the guest
#
# Usage: programs.sh DIRECTORY. Built in a copy of the sources, so that two runs at once do not meet.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/selftests/host"
cp -a "$TOP/dkms.conf" "$TOP/userspace" "$TOP/module" "$work/"
cp "$TOP/selftests/host/shim.h" "$work/selftests/host/"
for program in netscan-logger netscan-learn; do
	rm -f "$work/userspace/$program"
	build_make -C "$work/userspace" CC="${CROSS}gcc" "$program"
	cp "$work/userspace/$program" "$out/"
done
cp "$TOP/userspace/netscan-setup" "$out/"
