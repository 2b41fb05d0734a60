#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run the tests of /tests one by one, each in a session of its own
#
# Each writes its TAP straight to the results port, framed by lines that say
# where it begins and with what status it ended. Judging is left to the host.
set -u

export NETSCAN_KO=/netscan.ko
read -r limit </tests/timeout

# anew - load the module as it was loaded first, after a test that was killed
anew()
{
	sleep 1
	! grep -q '^netscan ' /proc/modules || rmmod netscan
	insmod "$NETSCAN_KO"
}

# run NAME DIRECTORY - one program, its output framed
run()
{
	local name=$1 dir=$2 session status

	echo "@@ start $name" >/dev/results
	# The port is opened here, not by the test: a session leader would get it as its terminal.
	(cd "$dir" && exec setsid timeout -k 5 "$limit" "./$name") </dev/null >/dev/results 2>&1 &
	session=$!
	wait $session
	status=$?
	echo "@@ end $name $status" >/dev/results
	# What a test has left running must not disturb the next, nor what it had no time to undo.
	pkill -KILL -s $session || true
	case $status in
	124 | 137) anew ;;
	esac
}

[ ! -e /sys/kernel/debug/kmemleak ] || echo clear >/sys/kernel/debug/kmemleak
while read -r name; do
	run "$name" /tests
done </tests/list
if [ -e /sys/kernel/debug/kmemleak ] || [ -e /proc/lockdep_stats ]; then
	run checkers.sh /vm
fi
# How often each line of the module ran, for gcov on the host: a file a line. Of
# files that the kernel makes up, the size is not known before they are read. Self-tests
# are no lines to be reached, and are called as the files that they test.
if [ -e /sys/kernel/debug/gcov ]; then
	find /sys/kernel/debug/gcov -name '*.gcda' ! -path '*/module/selftest/*' | while read -r file; do
		echo "@@ gcov ${file##*/} $(base64 -w 0 <"$file")" >/dev/results
	done
fi
