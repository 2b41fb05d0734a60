#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - what people type: real shells and tools, and by which rule each is one alert
#
# README's table of what a scanner can do says the same. Thresholds are 20, so that a sweep is
# twenty probes: "nc -z -w1 127.0.0.1" and sixteen ports are it.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

dir=/run/typed
records=$dir/records
target="-z -w1 127.0.0.1"

# evidence - the records
evidence()
{
	tail -n 5 $records
	tail -n 5 $dir/output
}

# told - whether the reader has as many alerts as the module has made
told()
{
	[ "$(grep -c '^type=alert ' $records)" -ge "$(stat alerts)" ]
}

# run SHELL SCRIPT EVENTS - in a session of its own; $said is a rule for each alert it made
run()
{
	local before events

	before=$(($(wc -l <$records) + 1))
	events=$(($(stat events) + $3))
	setsid --wait "$1" -c "$2" typed </dev/null >$dir/output 2>&1
	wait_until 20 reached events $events
	wait_until 20 told
	alert=$(tail -n +$before $records | grep '^type=alert ')
	said=$(printf '%s\n' "$alert" | sed -n 's/.* rule=\([a-z]*\) .*/\1/p' | tr '\n' ' ')
	said=${said% }
}

# sweep WHAT RULE SHELL SCRIPT - a script that runs a probe for each of its twenty numbers
sweep()
{
	run "$3" "$4" 20
	check "$1: one alert, by $2" [ "$said" = "$2" ]
}

echo "TAP version 13"
echo "1..18"
mkdir -p $dir
! grep -q '^netscan ' /proc/modules || rmmod netscan
insmod "$NETSCAN_KO" 'rules="scan distinct=20;session distinct=20"'
# bash reads bytes, and a record is read whole or not at all.
cat /dev/netscan >$records &
reader=$!

run /bin/bash "for i in {1..15}; do nc $target \$i; done; sleep 0" 15
check "fifteen ports in a loop: silence" [ "$said" = "" ]
sweep "a loop of bash" scan /bin/bash "for i in {1..20}; do nc $target \$i; done"
check "at the sixteenth port" [ "${alert#* distinct=20 events=16 }" != "$alert" ]
sweep "a loop of dash" scan /bin/dash \
	"i=0; while [ \$i -lt 20 ]; do i=\$((i + 1)); nc $target \$i; done"
sweep "a loop with &" scan /bin/bash "for i in {1..20}; do nc $target \$i & done; wait"
sweep "a pipeline" scan /bin/bash "for i in {1..20}; do nc $target \$i | cat; done"
sweep "xargs -P" scan /bin/bash "seq 20 | xargs -P 4 -n 1 nc $target"
mkdir $dir/ports
touch $dir/ports/{1..20}
sweep "find -exec" scan /bin/bash "cd $dir/ports && find . -type f -exec nc $target {} \\;"
# A shell that has no more to do becomes the probe.
sweep "( probe ) &" scan /bin/bash "for i in {1..20}; do ( nc $target \$i ) & done; wait"
sweep "\$(probe)" scan /bin/bash "for i in {1..20}; do x=\$(nc $target \$i); done"

sweep "( probe; ) &" session /bin/bash "for i in {1..20}; do ( nc $target \$i; : ) & done; wait"
sweep "{ probe; } &" session /bin/bash "for i in {1..20}; do { nc $target \$i; :; } & done; wait"
sweep "\$(probe 2>&1)" session /bin/bash "for i in {1..20}; do x=\$(nc $target \$i 2>&1); done"
sweep "timeout" session /bin/bash "for i in {1..20}; do timeout 1 nc $target \$i; done"
echo "nc $target \$1; :" >$dir/one
sweep "a script for each" session /bin/bash "for i in {1..20}; do sh $dir/one \$i; done"
sweep "sh -c of dash" session /bin/bash "for i in {1..20}; do dash -c \"nc $target \$i; :\"; done"

sweep "orphans" scan /bin/bash \
	"for i in {1..20}; do ( { sleep 0.3; exec nc $target \$i; } & ); done; sleep 1"
check "that are told to be ones" [ "${alert#* orphan=1 }" != "$alert" ]

# As it was found: with the rules that are built in.
kill $reader
wait $reader
rmmod netscan && insmod "$NETSCAN_KO"
