#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - what README says of getting a host back, by the modprobe that boots use
#
# The kernel's command line, where modprobe finds a module's parameters, is given another
# content in a mount namespace of its own.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

root=/run/netscan-recovery
said=$root.said
number_of_boot=0

# evidence - what the kernel log had to say
evidence()
{
	cat $said
}

# loaded - is the module there?
loaded()
{
	grep -q '^netscan ' /proc/modules
}

# boots_with WORD... - modprobe, as at a boot with these words in the boot loader
boots_with()
{
	echo "$(</proc/cmdline) $*" >$root/cmdline
	number_of_boot=$((number_of_boot + 1))
	echo "recovery_test: boot $number_of_boot" >/dev/kmsg
	unshare --mount sh -c "mount --bind $root/cmdline /proc/cmdline &&
		exec modprobe --dirname $root netscan" >$said 2>&1
}

# keeps_out WORD... - such a boot fails to load it, and leaves nothing
keeps_out()
{
	! boots_with "$@" && ! loaded && [ ! -e /proc/netscan ] && [ ! -e /dev/netscan ]
}

# log_says TEXT - the kernel's log, since the last such boot
log_says()
{
	dmesg | sed -n "/recovery_test: boot $number_of_boot$/,\$p" >$said
	grep -qF "$1" $said
}

# lets_in WORD... - such a boot loads it, to work
lets_in()
{
	boots_with "$@" && loaded && grep -q '^health: ok$' /proc/netscan/status && rmmod netscan
}

release=$(uname -r)
echo 1..4
mkdir -p "$root/lib/modules/$release" &&
	cp "${NETSCAN_KO:-/netscan.ko}" "$root/lib/modules/$release/netscan.ko" &&
	depmod --basedir $root "$release" || exit
! loaded || rmmod netscan || exit

check "netscan.disable=1 keeps it out" keeps_out netscan.disable=1
check "and the kernel's log says so" log_says "netscan: not loaded: the parameter disable is set"
check "netscan.disable=0 lets it in" lets_in netscan.disable=0
check "and so does the next boot, without a word" lets_in
rm -r $root
