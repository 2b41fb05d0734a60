#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - install the packages a target needs, after saying which and why
#
# Usage: install.sh run|check|bench. Does nothing, and asks nobody, if all are there.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# newest_release - the release of the kernel the guest will run
newest_release()
{
	if [ -n "$KERNEL" ]; then
		echo "$KERNEL"
	else
		SUITE=$KERNEL_SUITE
		depends "linux-headers-$FLAVOUR" '^linux-headers-[0-9]' | sed 's/^linux-headers-//'
	fi
}

# wanted - every package the target needs, one a line, with its reason
wanted()
{
	host_packages "$1"
	if [ -n "$KDIR" ] || kernel_is_built || [ "$KERNEL_SUITE" != "$HOST_SUITE" ]; then
		return 0
	fi
	ARCH=$HOST_ARCH
	dependencies "$(depends "linux-headers-$release" '^linux-kbuild-')" |
		sed 's/$/ used by the tools that kernel modules are built with/'
}

# missing - the lines of wanted whose package is not installed
missing()
{
	wanted "$1" | grep . | sort -u -k 1,1 | while read -r package reason; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$status" = installed ] || printf '  %-18s %s\n' "$package" "$reason"
	done
}

command -v apt-get >/dev/null || die "this needs a Debian system (apt-get was not found)"
target=${1:-run}
release=$(newest_release)
if [ -n "$release" ] && [ -z "$(missing "$target")" ]; then
	exit 0
fi

say "apt-get update: the package lists of this machine"
as_root apt-get update -qq >&2 || say "some package lists could not be fetched; going on with the rest"
release=$(newest_release)
[ -n "$release" ] || die "no package linux-headers-$FLAVOUR known to apt for $KERNEL_SUITE"
list=$(missing "$target")
[ -n "$list" ] || exit 0

say "this needs packages that are not installed; installing them with apt-get:"
echo "$list" >&2
# shellcheck disable=SC2046 # one word per package
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 \
	$(echo "$list" | awk '{ print $1 }') >&2
say "packages installed"
