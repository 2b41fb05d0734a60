#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what an exec costs when other processors exec, too
#
# The guest boots with one processor and is given the others here: QEMU runs all of them one after
# another, a stretch each, and its clock moves with each instruction of any. An exec that falls
# into one stretch is timed as on one processor. A row is tab-separated: part, what, processors,
# the least and the most of what each counts, and what all have executed, per exec.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin EXECS=30
exec </dev/null >/dev/results 2>&1
cd /bench
mkdir /tmp/bench
cp nothing /tmp/bench/ping

# row WHAT PROCESSORS - from a parent on each of them, in a session of its own
row()
{
	printf 'row\tsmp\t%s\t%s\t' "$1" "$2"
	setarch -R ./execs share "$2" /tmp/bench/ping ping -c 1 10.0.0.1 | tr ' ' '\t'
}

# bring_up PROCESSORS - until so many are at work
bring_up()
{
	local i

	for ((i = 1; i < $1; i++)); do
		[ "$(cat /sys/devices/system/cpu/cpu$i/online)" = 1 ] ||
			echo 1 >/sys/devices/system/cpu/cpu$i/online
	done
}

# The key of hashes is another one with each load, and so is what shares a place in an index.
for n in 1 2 4 8; do
	bring_up $n
	row 'bare exec, the tool' $n
	insmod empty.ko
	row 'empty kprobe, the tool' $n
	rmmod empty
	for _ in 1 2 3; do
		insmod /netscan.ko
		row 'netscan, the tool' $n
		[ $n -ne 1 ] || sed 's/^/config\tsmp: /' /proc/netscan/rules
		rmmod netscan
	done
	row 'bare exec, the tool' $n
done
insmod /netscan.ko
printf 'row\tmemory\tallocated, processors that can be\t%s\t%s\n' \
	"$(($(sed 's/.*-//' /sys/devices/system/cpu/possible) + 1))" \
	"$(sed -n 's/^memory: //p' /proc/netscan/status)"
