# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# netscan - what tests of real command lines share: sweeps, and by which rule each is one alert
#
# Sourced after tap.sh, never run. Thresholds are 20, so that a sweep is twenty probes:
# "nc -z -w1 127.0.0.1" and sixteen ports are it.

dir=/run/sweep
records=$dir/records
target="-z -w1 127.0.0.1"

# evidence - the records, and what the commands said
evidence()
{
	tail -n 5 $records
	tail -n 5 $dir/output
}

# reload [PARAMETER...] - the module anew
reload()
{
	! grep -q '^netscan ' /proc/modules || rmmod netscan
	insmod "$NETSCAN_KO" "$@"
}

# begin_sweeps RULES - the module with these rules, and a reader
begin_sweeps()
{
	mkdir -p $dir
	reload "rules=\"$1\""
	# bash reads bytes, and a record is read whole or not at all.
	cat /dev/netscan >$records &
	reader=$!
}

# end_reader - the module can go
end_reader()
{
	kill "$reader"
	wait "$reader"
}

# end_sweeps - as it was found: with the rules that are built in
end_sweeps()
{
	end_reader
	rm -r $dir
	reload
}

# told - whether the reader has as many alerts and updates as the module has made
told()
{
	[ "$(grep -c '^type=alert ' $records)" -ge "$(stat alerts)" ] &&
		[ "$(grep -c '^type=update ' $records)" -ge "$(stat updates)" ]
}

# run EVENTS SHELL SCRIPT - in a session of its own; $said is a rule for each alert it made
#
# $alert has these alerts, $updates the updates.
run()
{
	local before events

	before=$(($(wc -l <$records) + 1))
	events=$(($(stat events) + $1))
	setsid --wait "$2" -c "$3" typed </dev/null >$dir/output 2>&1
	wait_until 20 reached events $events
	wait_until 20 told
	alert=$(tail -n +$before $records | grep '^type=alert ')
	updates=$(tail -n +$before $records | grep '^type=update ')
	said=$(printf '%s\n' "$alert" | sed -n 's/.* rule=\([a-z]*\) .*/\1/p' | tr '\n' ' ')
	said=${said% }
}

# sweep WHAT RULE SHELL SCRIPT - a script that runs a probe for each of its twenty numbers
sweep()
{
	run 20 "$3" "$4"
	check "$1: one alert, by $2" [ "$said" = "$2" ]
}

# rule TEXT - a change of the rules
rule()
{
	printf '%s\n' "$1" >/proc/netscan/rules
}
