#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tell whether the module uses only what is listed; prints one verdict
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kdir=$("$TOP/selftests/vm/headers.sh")
release=${kdir##*/linux-headers-}
if ! "$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" >"$work/build" 2>&1; then
	echo "not ok symbols: the module is built"
	sed 's/^/    /' "$work/build"
	exit 1
fi
# What the compiler asks for by itself is in every kernel.
nm --undefined-only --format=posix "$work/netscan.ko" | awk '{ print $1 }' |
	grep -v '^__x86_\|^__fentry__$' >"$work/used"
if grep -vxFf "$TOP/selftests/vm/symbols.list" "$work/used" >"$work/unknown"; then
	echo "not ok symbols: all that the module uses is in symbols.list"
	sed 's/^/    /' "$work/unknown"
	exit 1
elif [ -s "$work/used" ]; then
	echo "ok symbols: all $(wc -l <"$work/used") that the module uses are known to be exported"
else
	echo "not ok symbols: the module uses the kernel"
	exit 1
fi
