#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - one command that sweeps: ranges as real tools spell them, and the rule span
#
# What an argument weighs, the host test test_span has for all spellings. Here it is compared with
# what the tools say themselves, where they do: how many ports or addresses they are about to try.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh
# shellcheck source=selftests/vm/guest/sweep.sh
. /vm/sweep.sh

# weigh TEXT COMMAND... - run it until it has said TEXT, or has been seen where that is empty
#
# $said is a rule for each alert, $weight the sum that span's alert has.
weigh()
{
	local text=$1 before events session

	shift
	before=$(($(wc -l <$records) + 1))
	events=$(($(stat events) + 1))
	# A parent of its own, so that nothing is summed up with what was before.
	# shellcheck disable=SC2016 # that shell expands it
	setsid bash -c 'stdbuf -oL "$@"; :' typed "$@" </dev/null >$dir/output 2>&1 &
	session=$!
	wait_until 20 reached events $events
	[ -z "$text" ] || wait_until 20 grep -q "$text" $dir/output
	pkill -KILL -s $session
	wait $session
	wait_until 20 told
	alert=$(tail -n +$before $records | grep '^type=alert ')
	said=$(sed -n 's/.* rule=\([a-z]*\) .*/\1/p' <<<"$alert")
	weight=$(sed -n 's/.* rule=span .* distinct=\([0-9]*\) .*/\1/p' <<<"$alert")
}

# spells TARGETS OTHERS TEXT COMMAND... - it has so many targets, besides so many other arguments
spells()
{
	local targets=$1 others=$2

	weigh "${@:3}"
	check "${*:4}: $1 targets" [ "$weight" = $((targets + others)) ]
}

# agrees TARGETS TEXT - has the tool said, in a line with TEXT, that it has so many targets?
agrees()
{
	check "as it says itself" grep -q "\b$1 $2" $dir/output
}

# refused TEXT COMMAND... - each argument is one, and the tool has no use for it either
refused()
{
	weigh "$@"
	shift
	check "$*: each argument is one" [ "$weight" = $# ]
}

echo "TAP version 13"
echo "1..28"
begin_sweeps "scan distinct=100"

weigh 'refused' nc -zvn 127.0.0.1 1-1000
check "a thousand ports in one exec: silence" [ "$said" = "" ]
weigh 'ports to scan' hping3 -S --scan 1-1000 127.0.0.1
check "with hping3 as well" [ "$said" = "" ]
rule "span enabled=1"
weigh 'refused' nc -zvn 127.0.0.1 1-1000
check "with the rule span: one alert" [ "$said" = span ]
check "at once" [ "${alert#* distinct=1003 events=1 }" != "$alert" ]
weigh 'refused' nc -zvn 127.0.0.1 1-96
check "99 targets: silence" [ "$said" = "" ]

# From here on every exec says what it weighs.
rule "span distinct=1"
rule "scan enabled=0"
rule "session enabled=0"
spells 1000 3 ' 1000 ' nc -zvn 127.0.0.1 1-1000
check "as many as it tries" [ "$(grep -c refused $dir/output)" -eq 1000 ]
spells 11 3 ' 20 ' nc -zvn 127.0.0.1 30-20
check "as many as it tries" [ "$(grep -c refused $dir/output)" -eq 11 ]
spells 51 3 'sent' nc.traditional -zvv 127.0.0.1 50-100
check "as many as it tries" [ "$(grep -c refused $dir/output)" -eq 51 ]
cheap="--tcp-connect -c 1 --delay 0"
# shellcheck disable=SC2086 # words
spells 256 6 'Nping done' nping $cheap 127.0.0.0/24
agrees 256 'IP addresses pinged'
# shellcheck disable=SC2086 # words
spells 12 6 'Nping done' nping $cheap 127.0.0-1.1-5,9
agrees 12 'IP addresses pinged'
# shellcheck disable=SC2086 # words
spells 7 8 'Nping done' nping $cheap -p 20-25,80 127.0.0.1
check "as many as it tries" grep -q 'attempts: 7 ' $dir/output
spells $((65535 + 256)) 2 '' nping -p 1-65535 10.0.0.0/24
spells $((4 * 254)) 1 '' nping 192.168.0-3.1-254
spells 65535 3 '' nping -p- --tcp 10.0.0.1
# It is not for nping, whose man page says so, but for others to come.
spells 256 3 '' nping -6 --tcp 2001:db8::/120
spells 31 4 'ports to scan' hping3 -S -8 1-30,80 127.0.0.1
agrees 31 'ports to scan'
spells 5536 4 '' hping3 -S -p ++60000 127.0.0.1
spells 256 3 '' hping3 --rand-dest -S 10.0.0.x

refused '' nc -z 127.0.0.1 a-b
refused '' nc -z 127.0.0.1 1-99999999999999999999
refused '' nping 10.0.0.0/99
end_sweeps
