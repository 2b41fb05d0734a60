#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tell whether the module uses only what mainline exports; prints its verdicts
#
# symbols.list is what it may use as built for Linux 6.1 on amd64 and arm64; for these and all
# others, it must be nothing that one of Debian's own patches exports.
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
[ -s "$work/used" ] || {
	echo "not ok symbols: the module uses the kernel"
	exit 1
}
number=$(wc -l <"$work/used")
status=0
case $release in
6.1.*)
	if grep -vxFf "$TOP/selftests/vm/symbols.list" "$work/used" >"$work/unknown"; then
		echo "not ok symbols: all that the module uses is in symbols.list"
		sed 's/^/    /' "$work/unknown"
		status=1
	else
		echo "ok symbols: all $number that the module uses are known to be exported"
	fi
	;;
esac
# No loader of modules knows what finds an address by way of a table of them.
if "${CROSS}readelf" -rW "$work/netscan.ko" | grep 'R_AARCH64.*_GOT' >"$work/unknown"; then
	echo "not ok symbols: the module can be relocated"
	sed 's/^/    /' "$work/unknown"
	status=1
fi
if ! exports=$("$TOP/selftests/vm/exports.sh" 2>"$work/why"); then
	echo "ok symbols: none of them is exported by Debian alone # SKIP $(tail -n 1 "$work/why")"
elif grep -xFf "$exports" "$work/used" >"$work/unknown"; then
	echo "not ok symbols: none of them is exported by Debian alone in Linux $release"
	sed 's/^/    /' "$work/unknown"
	status=1
else
	echo "ok symbols: of $number for Linux $release none is of the $(wc -l <"$exports") that Debian alone exports"
fi
exit $status
