#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what the argument vectors cost that are made to cost the most
#
# All that netscan adds to an exec of a tool it does with preemption off, at one go; stopwatch.ko
# takes the time of that. It is there without netscan, too, lest its own be counted. A row is
# tab-separated: part, what, how many arguments, and the three numbers of execs; or "longest", for
# what, and how many instructions the longest of all these execs took from before netscan's probe
# to after it.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin EXECS=5
exec </dev/null >/dev/results 2>&1
cd /bench
ulimit -s unlimited
rules=/proc/netscan/rules
exceptions=/proc/netscan/exceptions
run=/sys/module/stopwatch/parameters/run
mkdir /tmp/bench
cp nothing /tmp/bench/ping
# By way of a file, of which bash reads more than a byte at once.
seq 100001 399998 >/tmp/many
mapfile -t many </tmp/many
mapfile -t most < <(seq -f 'argument%07.0f' 2558)
# Of those that can be read as more than one target: ranges of ports and of octets.
mapfile -t ranges < <(seq -f '10.0-3.%04.0f-9,5' 2400)

# anew [PARAMETER...] - netscan with nothing counted, between two probes that take its time
anew()
{
	unload
	insmod stopwatch.ko
	insmod /netscan.ko "$@"
	echo 1 >$run
}

unload()
{
	[ ! -d /proc/netscan ] || rmmod netscan
	[ ! -e $run ] || rmmod stopwatch
}

# row WHAT ARGUMENT... - the last argument is one that execs can hold
row()
{
	printf 'row\thostile\t%s\t%s\t' "$1" $(($# + 1))
	setarch -R ./execs time /tmp/bench/ping ping "${@:2}" 10.0.0.1 | tr ' ' '\t'
}

# rows WHAT - every vector
rows()
{
	row "$1" -c 1
	row "$1" "$(head -c 131071 /dev/zero | tr '\0' a)"
	row "$1" "${most[@]}"
	row "$1" "${ranges[@]}"
	EXECS=1 row "$1" "${many[@]}"
}

# longest WHAT - of all since anew()
longest()
{
	local count sum longest

	read -r count sum longest _ <$run
	printf 'row\tlongest\t%s\t%s\t%s\t%s\n' "$1" "$count" $((longest / 2)) $((sum / count / 2))
}

# many_rules - all that can be, with span
many_rules()
{
	local i

	echo 'span enabled=1' >$rules
	for i in {1..13}; do
		echo "r$i tools=all by=uid,tool" >$rules
	done
	sed 's/^/config\t16 rules: /' $rules
}

# many_globs - all exceptions that can be, each of which is compared at every place of what is all a
many_globs()
{
	local i

	for i in {1..64}; do
		echo "e$i tool=ping args=*aaaaaaaaaaaaaaab$i" >$exceptions
	done
	sed -n '1s/^/config\t64 globs: /p' $exceptions
}

# fill_bucket - 64 groups that share one lock and all fingerprints that they can hold
fill_bucket()
{
	./execs crowd 40 /tmp/bench/ping ping -c 1 a b c d e f g h i j k l m n %u
	sed -n 's/^groups: /config\tfull bucket: &/p' /proc/netscan/status
}

insmod stopwatch.ko
echo 1 >$run
rows 'without netscan'
insmod empty.ko
row 'with an empty kprobe' -c 1
rmmod empty
anew
rows 'with netscan'
longest 'with netscan'
anew
echo 'span enabled=1' >$rules
rows 'with netscan and span'
longest 'with netscan and span'
anew groups=64
fill_bucket
rows 'with netscan, in a full bucket'
longest 'with netscan, in a full bucket'
anew
many_globs
rows 'with netscan and 64 globs'
longest 'with netscan and 64 globs'
anew
many_rules
rows 'with netscan and 16 rules'
longest 'with netscan and 16 rules'
anew groups=64
many_rules
many_globs
fill_bucket
rows 'with all of it'
longest 'with all of it'
