#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what an exec costs, and how that grows; one row a line
#
# A row is tab-separated: part, what, how much of it, and the three numbers of execs.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin EXECS=100
exec </dev/null >/dev/results 2>&1
cd /bench
rules=/proc/netscan/rules
exceptions=/proc/netscan/exceptions
tools=/proc/netscan/tools
mkdir /tmp/bench
cp nothing /tmp/bench/ping
cp nothing /tmp/bench/other
cp nothing-id /tmp/bench/other-id
tool=(/tmp/bench/ping ping -c 1 10.0.0.1)
sweep=(/tmp/bench/ping ping -c 1 t%u)
other=(/tmp/bench/other other -c 1 10.0.0.1)
mapfile -t more < <(printf 'argument-%07u\n' {1..32})
mapfile -t new < <(yes argument-%u | head -n 32)

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

# learn - build-ids of tools, as netscan-setup writes them
learn()
{
	local name

	for name in ping nping hping3 nc ncat socat; do
		echo "+$name buildid=$(echo $name | sha1sum | cut -c 1-40)" >$tools
	done
}

# config WHAT - what the rows that follow were measured with
config()
{
	sed "s/^/config\t$1: /" $rules
	sed -n "s/^\(slots\|groups\|memory\): /config\t$1: &/p" /proc/netscan/status
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
	row exec 'bare exec, another program with a build-id' 4 \
		time /tmp/bench/other-id "${other[@]:1}"
	row exec 'bare exec, the tool' 4 time "${tool[@]}"
	row exec 'bare exec, the tool' 36 time "${tool[@]}" "${more[@]}"
	row exec 'bare exec, the tool, a new argument each time' 4 time "${sweep[@]}"
	row exec 'bare exec, the tool, all but four new each time' 36 time "${tool[@]}" "${new[@]}"
	row exec 'bare exec, from new parents' 4 alone "${tool[@]}"
	insmod empty.ko
	row exec 'empty kprobe, another program' 4 time "${other[@]}"
	row exec 'empty kprobe, the tool' 4 time "${tool[@]}"
	rmmod empty
}

# Six rounds of 20 execs: with three arguments that stay, 124 in the window of 128.
below_threshold()
{
	load
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	EXECS=20 row exec 'netscan, the tool, a new argument each time, no scan' 4 \
		time "${sweep[@]}"
	load slots=4096 groups=256
	echo 'scan distinct=4096' >$rules
	echo 'session distinct=4096' >$rules
	EXECS=20 row exec 'netscan, the tool, all but four new each time, no scan' 36 \
		time "${tool[@]}" "${new[@]}"
}

# What sweeps cost from the alert on: 100 arguments make one, 128 fill the window.
scan_open()
{
	load
	FILL=200 row exec 'netscan, the tool, a new argument each time, scan open' 4 \
		time "${sweep[@]}"
	FILL=200 row exec 'netscan, the tool, all but four new each time, scan open' 36 \
		time "${tool[@]}" "${new[@]}"
}

# As installed: files are looked at that are no tool by name, unless they are known already.
build_ids()
{
	load
	learn
	sleep 3
	row exec 'netscan, build-ids, another program' 4 time "${other[@]}"
	row exec 'netscan, build-ids, another program with a build-id' 4 \
		time /tmp/bench/other-id "${other[@]:1}"
	row exec 'netscan, build-ids, the tool' 4 time "${tool[@]}"
	touch /tmp/bench/other-id
	EXECS=50 row exec 'netscan, build-ids, with a build-id, just changed' 4 \
		time /tmp/bench/other-id "${other[@]:1}"
	many_rules 1 13
	many_exceptions 1 64
	row exec 'netscan, build-ids, 16 rules and 64 exceptions, another program' 4 \
		time "${other[@]}"
	sed 's/^/config\tbuild-ids: /' $tools
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
	below_threshold
	scan_open
	build_ids
}

# Of the module itself, what it says it has allocated and how large the kernel says it is.
memory()
{
	load
	config default
	printf 'row\tmemory\tallocated, one processor\t1\t%s\n' \
		"$(sed -n 's/^memory: //p' /proc/netscan/status)"
	printf 'row\tmemory\t%s\t1\t%s\n' 'the module itself' "$(cat /sys/module/netscan/coresize)"
}

# watched [PARAMETER...] - as load(), with probes around netscan's that take the time of it
watched()
{
	[ ! -d /proc/netscan ] || rmmod netscan
	[ ! -d /sys/module/stopwatch ] || rmmod stopwatch
	insmod stopwatch.ko
	insmod /netscan.ko "$@"
	echo 1 >/sys/module/stopwatch/parameters/run
}

# probe WHAT X COMMAND... - what is done with preemption off, by itself
probe()
{
	row probe "$1" "$2" probe "${@:3}"
}

probes()
{
	rmmod netscan
	insmod stopwatch.ko
	insmod empty.ko
	echo 1 >/sys/module/stopwatch/parameters/run
	probe 'empty kprobe' 4 "${other[@]}"
	rmmod empty
	watched
	probe 'another program' 4 "${other[@]}"
	probe 'the tool' 4 "${tool[@]}"
	probe 'the tool' 36 "${tool[@]}" "${more[@]}"
	many_rules 1 13
	many_exceptions 1 64
	probe '16 rules and 64 exceptions, another program' 4 "${other[@]}"
	watched
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	probe 'the tool, a new argument each time, no scan' 4 "${sweep[@]}"
	watched
	FILL=200 probe 'the tool, a new argument each time, scan open' 4 "${sweep[@]}"
	FILL=200 probe 'the tool, all but four new each time, scan open' 36 "${tool[@]}" "${new[@]}"
	watched slots=4096 groups=256
	echo 'scan distinct=4096' >$rules
	echo 'session distinct=4096' >$rules
	probe 'the tool, all but four new each time, no scan' 36 "${tool[@]}" "${new[@]}"
	watched
	learn
	sleep 3
	probe 'build-ids, another program' 4 "${other[@]}"
	probe 'build-ids, another program with a build-id' 4 /tmp/bench/other-id "${other[@]:1}"
	probe 'build-ids, the tool' 4 "${tool[@]}"
	touch /tmp/bench/other-id
	EXECS=50 probe 'build-ids, with a build-id, just changed' 4 \
		/tmp/bench/other-id "${other[@]:1}"
	sleep 3
	many_rules 1 13
	many_exceptions 1 64
	probe 'build-ids, 16 rules and 64 exceptions, another program' 4 "${other[@]}"
	rmmod netscan
	rmmod stopwatch
}

# One threshold is crossed by each exec of four arguments, the other by none. The worker is woken by
# each alert if it has done with the one before, else by the first of a round.
alerts()
{
	local distinct before alerts

	for distinct in 5 4; do
		load
		echo "scan distinct=$distinct" >$rules
		echo "session distinct=$distinct" >$rules
		before=$(worker_ns)
		REST=1 row exec "netscan, from new parents, threshold $distinct" 4 alone "${tool[@]}"
		alerts=$(stat alerts)
		printf 'row\talert\tthreshold %s\t%s\t%s\n' "$distinct" "$alerts" \
			$((($(worker_ns) - before) / 2))
		row exec "netscan, from new parents, threshold $distinct, worker awake" 4 \
			alone "${tool[@]}"
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
	for n in 1 198 500 150 150 100 150 300; do
		./execs crowd "$n" "${tool[@]}"
		row groups 'known parent' "$(groups)" time "${tool[@]}"
		row groups 'new parents' "$(groups)" alone "${tool[@]}"
	done
	load
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	row arguments 'in the window' 1 time /tmp/bench/ping ping ping ping ping
	load
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	row arguments 'in the window' 2 time /tmp/bench/ping ping ping ping pong
	load
	echo 'scan distinct=128' >$rules
	echo 'session distinct=128' >$rules
	for n in 0 4 12 28 60 120 300; do
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
	echo 'span enabled=1' >$rules
	row rules 'for the tool' 16 time "${tool[@]}"
	config '16 rules'
	load
	row exceptions 'for other users' 0 time "${tool[@]}"
	many_exceptions 1 1
	row exceptions 'for other users' 1 time "${tool[@]}"
	many_exceptions 2 2
	row exceptions 'for other users' 2 time "${tool[@]}"
	many_exceptions 3 16
	row exceptions 'for other users' 16 time "${tool[@]}"
	many_exceptions 17 64
	row exceptions 'for other users' 64 time "${tool[@]}"
}

sed 's/^/config\tkernel: /' /proc/version
memory
rmmod netscan
# Three times, since what the kernel has done before shifts all of them by a hundred or two.
for pass in 1 2 3; do
	without_netscan
	with_netscan
	[ $pass -eq 3 ] || rmmod netscan
done
probes
alerts
growth
