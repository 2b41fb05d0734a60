#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what an exec costs, and how that grows; one row a line
#
# A row is tab-separated: part, what, how much of it, and the three numbers of execs.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec </dev/null >/dev/results 2>&1
cd /bench
rules=/proc/netscan/rules
exceptions=/proc/netscan/exceptions
mkdir /tmp/bench
cp nothing /tmp/bench/ping
cp nothing /tmp/bench/other
tool=(/tmp/bench/ping ping -c 1 10.0.0.1)
other=(/tmp/bench/other other -c 1 10.0.0.1)
mapfile -t more < <(printf 'argument-%07u\n' {1..32})

# row PART WHAT X COMMAND... - the addresses are the same in all, which makes them comparable
row()
{
	printf 'row\t%s\t%s\t%s\t' "$1" "$2" "$3"
	setarch -R ./execs "${@:4}" | tr ' ' '\t'
}

# load [PARAMETER...] - netscan with nothing counted
load()
{
	[ ! -d /proc/netscan ] || rmmod netscan
	insmod /netscan.ko "$@"
}

# many_exceptions FROM TO - that are for this tool, but for other users
many_exceptions()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		echo "e$i tool=ping uid=$((5000 + i))" >$exceptions
	done
}

# many_rules FROM TO - that count every tool
many_rules()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		echo "r$i tools=all" >$rules
	done
}

# groups - how many are in use
groups()
{
	sed -n 's,^groups: \([0-9]*\)/.*,\1,p' /proc/netscan/status
}

# worker_ns - what the kernel's workers that are bound to no processor have run for
worker_ns()
{
	local comm sum=0 ns

	for comm in /proc/[0-9]*/comm; do
		if [[ $(<"$comm") == kworker/u* ]]; then
			read -r ns _ <"${comm%comm}schedstat"
			sum=$((sum + ns))
		fi
	done
	echo $sum
}

# stat NAME - a counter of the ledger
stat()
{
	sed -n "s/^$1 //p" /proc/netscan/stats
}

without_netscan()
{
	row exec 'bare exec, another program' 4 time "${other[@]}"
	row exec 'bare exec, the tool' 4 time "${tool[@]}"
	row exec 'bare exec, the tool' 36 time "${tool[@]}" "${more[@]}"
	row exec 'bare exec, from new parents' 4 alone "${tool[@]}"
	insmod empty.ko
	row exec 'empty kprobe, another program' 4 time "${other[@]}"
	row exec 'empty kprobe, the tool' 4 time "${tool[@]}"
	rmmod empty
}

with_netscan()
{
	load
	row exec 'netscan, another program' 4 time "${other[@]}"
	row exec 'netscan, the tool' 4 time "${tool[@]}"
	row exec 'netscan, the tool' 36 time "${tool[@]}" "${more[@]}"
	REVERSE=1 row exec 'netscan, the tool, in another order' 36 \
		time "${tool[@]}" "${more[@]}"
	many_rules 1 13
	many_exceptions 1 64
	row exec 'netscan, 16 rules and 64 exceptions, another program' 4 time "${other[@]}"
	load slots=4096 groups=256
	echo 'scan distinct=4096' >$rules
	echo 'session distinct=4096' >$rules
	row exec 'netscan, the tool, a new argument each time' 4 time "${tool[@]::4}" 10.0.0.%u
}

# One threshold is crossed by each exec of four arguments, the other by none.
alerts()
{
	local distinct before alerts

	for distinct in 5 4; do
		load
		echo "scan distinct=$distinct" >$rules
		echo "session distinct=$distinct" >$rules
		before=$(worker_ns)
		row exec "netscan, from new parents, threshold $distinct" 4 alone "${tool[@]}"
		alerts=$(stat alerts)
		printf 'row\talert\tthreshold %s\t%s\t%s\n' "$distinct" "$alerts" \
			$((($(worker_ns) - before) / 2))
	done
	printf 'row\tlatency\tmicroseconds: median, 99%%, most\t300\t%s\n' \
		"$(./latency 300 "${tool[@]}" | tr ' ' '\t')"
}

growth()
{
	local n

	load
	./execs crowd 1 "${tool[@]}"
	row groups 'known parent' "$(groups)" time "${tool[@]}"
	row groups 'new parents' "$(groups)" alone "${tool[@]}"
	for n in 200 500 900 1500; do
		./execs crowd "$n" "${tool[@]}"
		row groups 'known parent' "$(groups)" time "${tool[@]}"
		row groups 'new parents' "$(groups)" alone "${tool[@]}"
	done
	load
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	for n in 0 28 60 120 300; do
		FILL=$n row arguments 'in the window' $((n + 4 > 128 ? 128 : n + 4)) time "${tool[@]}"
	done
	load
	echo 'session enabled=0' >$rules
	row rules 'for the tool' 1 time "${tool[@]}"
	echo 'session enabled=1' >$rules
	row rules 'for the tool' 2 time "${tool[@]}"
	many_rules 1 2
	row rules 'for the tool' 4 time "${tool[@]}"
	many_rules 3 6
	row rules 'for the tool' 8 time "${tool[@]}"
	many_rules 7 13
	row rules 'for the tool' 15 time "${tool[@]}"
	load
	row exceptions 'for other users' 0 time "${tool[@]}"
	many_exceptions 1 1
	row exceptions 'for other users' 1 time "${tool[@]}"
	many_exceptions 2 16
	row exceptions 'for other users' 16 time "${tool[@]}"
	many_exceptions 17 64
	row exceptions 'for other users' 64 time "${tool[@]}"
}

# Twice, since what the kernel has done before shifts all of them by a hundred or two.
without_netscan
with_netscan
rmmod netscan
without_netscan
with_netscan
alerts
growth
