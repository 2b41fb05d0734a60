#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the demo: a real sweep in a virtual machine, and the alert it raises
#
# Usage: run.sh [--shell]. With --shell, a root shell in that machine instead.
# The status is 0 only if the device delivered what the demo expects.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

[ "${1:-}" != --shell ] || [ -t 0 ] || die "a shell in the guest needs a terminal"
cd "$TOP"
selftests/vm/install.sh run
kernel=$(selftests/vm/kernel.sh)
rootfs=$(selftests/vm/rootfs.sh)
release=$(cat "$kernel/release")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/stage/usr/bin" build
[ -n "$KDIR" ] || KDIR=$(selftests/vm/headers.sh "$release")
export KDIR
say "building the module for Linux $release"
selftests/vm/module.sh "$release" "$work/stage/netscan.ko" >"$work/build" 2>&1 || {
	cat "$work/build" >&2
	die "the module does not build"
}
say "building the logger and what it comes with"
selftests/vm/programs.sh "$work/stage/usr/bin" >"$work/build" 2>&1 || {
	cat "$work/build" >&2
	die "the programs do not build"
}
selftests/vm/initramfs.sh "$rootfs" "$kernel" "$work/stage" "$work/initrd"

if [ "${1:-}" = --shell ]; then
	say "booting Linux $release in QEMU; leave the shell to power it off"
	selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" --interactive \
		--log "$work/log" --results "$work/results" --run /vm/shell.sh --timeout 86400
	exit
fi

say "booting Linux $release in QEMU (some ten seconds)"
status=0
selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" --terminal \
	--log "$work/log" --results "$work/results" --run /vm/demo.sh --timeout 300 || status=$?
cp "$work/log" build/run.log
say "the guest is off (its kernel log is build/run.log); what its device has shown:"
grep -E '^(ok|not ok)' "$work/results" || true
if ! selftests/vm/clean-log.sh "$work/log"; then
	die "the guest's kernel has complained, see above"
fi
[ "$status" -eq 0 ] || die "the guest did not run the demo to its end (status $status)"
grep -q '^ok' "$work/results" || die "the guest gave no verdict"
! grep -q '^not ok' "$work/results" || die "the demo did not go as it should"
say "netscan works here"
