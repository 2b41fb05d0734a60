#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - on a kernel that cannot serve the module: it is refused, in one line, and nothing is left
#
# Prints TAP.
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

# said - what the kernel log has of netscan, but for what it has of every module from elsewhere
said()
{
	dmesg | grep 'netscan: ' | grep -v 'taints\? kernel\|tainting kernel'
}

# why - what this kernel is to be told it lacks
why()
{
	case $(uname -r) in
	*kprobeless*) echo "this kernel has no kprobes (CONFIG_KPROBES)" ;;
	*) echo "this kernel has no function finalize_exec to probe" ;;
	esac
}

# says_why - one line, and that
says_why()
{
	local lines

	lines=$(said)
	echo "$lines"
	[ "$(echo "$lines" | wc -l)" -eq 1 ] && echo "$lines" | grep -qF "netscan: $(why)"
}

# refused - insmod fails
refused()
{
	! insmod /netscan.ko 2>&1
}

# nothing_left - no device, no files, no module
nothing_left()
{
	[ ! -e /dev/netscan ] && [ ! -e /proc/netscan ] && [ ! -e /sys/module/netscan ] &&
		! grep -q '^netscan ' /proc/modules
}

echo 1..4
check "insmod fails" refused
check "the kernel log says why, in one line" says_why
check "nothing is left" nothing_left
check "it is refused a second time" refused
