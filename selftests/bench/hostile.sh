#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what the argument vectors cost that are made to cost the most
#
# All that netscan adds to an exec of a tool it does with preemption off, at one go. A row is
# tab-separated: part, what, how many arguments, and the three numbers of execs.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin EXECS=5
exec </dev/null >/dev/results 2>&1
cd /bench
ulimit -s unlimited
mkdir /tmp/bench
cp nothing /tmp/bench/ping

# row WHAT ARGUMENT... - the last argument is one that execs can hold
row()
{
	printf 'row\thostile\t%s\t%s\t' "$1" $(($# + 1))
	setarch -R ./execs time /tmp/bench/ping ping "${@:2}" 10.0.0.1 | tr ' ' '\t'
}

# rows WHAT - every vector
rows()
{
	local many most

	mapfile -t many < <(seq 100001 399998)
	mapfile -t most < <(seq -f 'argument%07.0f' 2558)
	row "$1" -c 1
	row "$1" "$(head -c 131071 /dev/zero | tr '\0' x)"
	row "$1" "${most[@]}"
	row "$1" "${many[@]}"
}

rows 'without netscan'
insmod /netscan.ko
rows 'with netscan'
echo 'span enabled=1' >/proc/netscan/rules
rows 'with netscan and span'
