#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - build the logger for the guest
#
# Usage: logger.sh OUT. Built in a copy of the sources, so that two runs at once do not meet.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/module"
cp -a "$TOP/dkms.conf" "$TOP/userspace" "$work/"
cp -a "$TOP/module/uapi" "$work/module/"
rm -f "$work/userspace/netscan-logger"
build_make -C "$work/userspace" CC="${CROSS}gcc" netscan-logger
cp "$work/userspace/netscan-logger" "$out"
