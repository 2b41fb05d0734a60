#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - ask the checkers of a debug kernel what they have found, once all tests have run
#
# Prints TAP. What they report by themselves is in the kernel log; here are those
# that must be asked, and whether those that report once are still at work.
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

lockdep=/proc/lockdep_stats
kmemleak=/sys/kernel/debug/kmemleak
plan=0

# unloads - the module goes, as it must to be found to have left nothing
unloads()
{
	! grep -q '^netscan ' /proc/modules || rmmod netscan
}

# leaks_nothing - no memory without a reference. What is younger than 5 s is not looked at
leaks_nothing()
{
	sleep 6
	echo scan >$kmemleak && echo scan >$kmemleak || return
	cat $kmemleak
	! grep -q . $kmemleak
}

# at_work - lockdep stops for good when it has found something, or when its tables are full
at_work()
{
	grep -q '^ *debug_locks: *1' $lockdep
}

[ ! -e $kmemleak ] || plan=$((plan + 2))
[ ! -e $lockdep ] || plan=$((plan + 1))
echo "1..$plan"
if [ -e $kmemleak ]; then
	check "the module unloads" unloads
	check "kmemleak finds nothing" leaks_nothing
fi
[ ! -e $lockdep ] || check "lockdep is still at work" at_work
