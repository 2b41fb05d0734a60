#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - sweeps that would rather not be seen, and which of them are not
#
# README's table of what a scanner can do says the same, "no" included: what is shown here to stay
# silent is what it says that netscan does not see.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh
# shellcheck source=selftests/vm/guest/sweep.sh
. /vm/sweep.sh

# has_update RULE DISTINCT - is there such an update among $updates?
has_update()
{
	grep -q " rule=$1 .* distinct=$2 " <<<"$updates"
}

# silent WHAT EVENTS SCRIPT - a script that makes so many events and no alert
silent()
{
	run "$2" /bin/bash "$3"
	check "$1: silence" [ "$said" = "" ]
}

echo "TAP version 13"
echo "1..19"
begin_sweeps "scan distinct=20;session distinct=20"

for i in {1..20}; do
	mkdir "$dir/$i"
	cp /bin/nc "$dir/$i/"
done
sweep "a copy of the tool for each probe" session /bin/bash \
	"for i in {1..20}; do $dir/\$i/nc $target \$i; done"
sweep "exec -a, another name for each" scan /bin/bash \
	"for i in {1..20}; do ( exec -a other nc $target \$i ) & done; wait"

# Applets that run another do so without an exec, and it has tried.
sweep "toybox's nc, run by eight of its applets" scan /bin/bash "with=(nice 'nice -n 5' nohup setsid
	'timeout 1' 'timeout -k 1 1' 'taskset 1' 'chroot /' 'chrt -o 0' 'unshare -u')
	for i in {1..20}; do toybox \${with[i % 10]} nc -w 1 127.0.0.1 \$i; done"
check "which all went out" [ "$(grep -c 'nc: connect: Connection refused' $dir/output)" -eq 20 ]

loners="for i in {1..20}; do setsid -w dash -c \"nc $target \$i; :\"; done"
silent "a session and a parent for each probe" 20 "$loners"
rule "mine by=uid distinct=20 tools=nc"
sweep "with a rule by=uid" mine /bin/bash "$loners"
rule "-mine"
rule "mine by=cgroup distinct=20 tools=nc"
sweep "with a rule by=cgroup" mine /bin/bash "$loners"
rule "-mine"
rule "mine by=tool distinct=20 tools=nc"
sweep "with a rule by=tool" mine /bin/bash "$loners"
rule "-mine"

orphans="do ( { sleep 0.3; exec nc $target \$i; } & ); done; sleep 1"
sweep "orphans of one session" scan /bin/bash "for i in {1..20}; $orphans"
silent "orphans of another at the same time" 20 "for i in {21..40}; $orphans"
check "but they are in the update of that scan" has_update scan 36

# What subshells do beside a loop that has alerted.
beside="for i in {1..20}; do nc $target \$i; done
	for i in {21..60}; do ( nc $target \$i; : ) & done; wait"
run 60 /bin/bash "$beside"
check "subshells beside a loop: one alert, by scan" [ "$said" = scan ]
check "which is all that is said" [ "$updates" = "" ]
end_reader
begin_sweeps "-scan;scan by=parent,exe distinct=20 tools=nc;session distinct=20"
run 60 /bin/bash "$beside"
check "with session before scan: one alert, by session" [ "$said" = session ]
check "and its update has the subshells" has_update session 36

# shellcheck disable=SC2016 # that shell expands it
run 0 /bin/bash 'for i in {1..20}; do : </dev/tcp/127.0.0.1/$i; done'
check "/dev/tcp of bash: silence" [ "$said" = "" ]
check "though it has tried" [ "$(grep -c 'connect: ' $dir/output)" -eq 20 ]
silent "targets in the environment" 20 "for i in {1..20}; do
	echo host 127.0.0.\$i >$dir/alias; HOSTALIASES=$dir/alias nc -z host 1; done"
silent "one address for all hosts" 5 "for i in {1..5}; do ping -c 1 -W 0.1 -b 127.255.255.255; done"
end_sweeps
