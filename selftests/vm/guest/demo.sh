#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the demo: sweep a network with ping and show what comes of it, while it happens
#
# What is shown is for people. The verdict is taken from the records of the
# device, each stamped as it arrived, and goes to the results port as TAP.
set -u
# shellcheck source=selftests/vm/guest/start.sh
. /vm/start.sh

records=/run/records

# record_all - keep every record with the time of its arrival
record_all()
{
	# bash reads bytes and a record is read whole or not at all: cat stands between.
	# shellcheck disable=SC2002
	cat /dev/netscan | while IFS= read -r line; do
		echo "arrived=$EPOCHREALTIME $line"
	done >$records
}

# watch_groups - show how far the sweep's group is, every few seconds
watch_groups()
{
	while sleep 3; do
		sed -n 's/ first=.*//; s/^rule=scan /    groups: &/p' /proc/netscan/groups
	done
}

# count PATTERN - how many records match
count()
{
	grep -c -- "$1" $records
}

# value KEY - the value of KEY in the alert
value()
{
	grep 'type=alert .*rule=scan' $records | head -n 1 | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# check DESCRIPTION COMMAND... - one line of the verdict
check()
{
	local what=$1

	shift
	if "$@"; then
		echo "ok - $what" >/dev/results
	else
		echo "not ok - $what" >/dev/results
	fi
}

# prompt - whether the alert arrived within a second of the exec that completed it
prompt()
{
	awk -v last="$(value last)" -v arrived="$(value arrived)" \
		'BEGIN { exit !(last > 0 && arrived - last >= 0 && arrived - last < 1) }'
}

# The host turns line ends into what its terminal needs.
stty -onlcr
[ "$TERM" != dumb ] || export NO_COLOR=1

begin
record_all &
watch_groups &
watch=$!
# shellcheck disable=SC2016 # typed expands it
typed 'for i in {1..254}; do ping -c 1 -W 0.1 10.0.0.$i > /dev/null; done'
kill $watch

echo
echo "The sweep is over. A scan ends when fewer than half of the threshold are left in the"
echo "window, which is nine minutes long. Make it shorter, and the end can be seen now:"
typed "echo 'session window=5' > /proc/netscan/rules"
typed "echo 'scan window=5' > /proc/netscan/rules"
for _ in {1..300}; do
	[ "$(count type=end)" -eq 0 ] || break
	sleep 0.1
done
sleep 0.5
typed cat /proc/netscan/groups

echo
check "the sweep raised an alert" [ "$(count 'type=alert .*rule=scan')" -ge 1 ]
check "and no more than one" [ "$(count type=alert)" -eq 1 ]
check "which names the tool" [ "$(value tool)$(value exe)" = '"ping""/usr/bin/ping"' ]
check "within a second of the exec that completed it" prompt
check "an update followed" [ "$(count 'type=update .*rule=scan')" -ge 1 ]
check "and an end" [ "$(count 'type=end .*rule=scan')" -eq 1 ]
