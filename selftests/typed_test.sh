#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - what people type: real shells and tools, and by which rule each is one alert
#
# README's table of what a scanner can do says the same.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh
# shellcheck source=selftests/vm/guest/sweep.sh
. /vm/sweep.sh

echo "TAP version 13"
echo "1..32"
begin_sweeps "scan distinct=20;session distinct=20"

run 15 /bin/bash "for i in {1..15}; do nc $target \$i; done; sleep 0"
check "fifteen ports in a loop: silence" [ "$said" = "" ]
sweep "a loop of bash" scan /bin/bash "for i in {1..20}; do nc $target \$i; done"
check "at the sixteenth port" [ "${alert#* distinct=20 events=16 }" != "$alert" ]
sweep "a loop of dash" scan /bin/dash \
	"i=0; while [ \$i -lt 20 ]; do i=\$((i + 1)); nc $target \$i; done"
sweep "a loop of zsh" scan /bin/zsh "for i in {1..20}; do nc $target \$i; done"
# shellcheck disable=SC2016 # that shell expands it
sweep "a loop of busybox, with its own nc" scan /bin/bash \
	'exec busybox sh -c "for i in \$(seq 20); do busybox nc -w 1 127.0.0.1 \$i; done"'
sweep "a loop of python" scan /bin/bash "python3 -c 'import subprocess
for i in range(1, 21): subprocess.run([*\"nc $target\".split(), str(i)])'"
sweep "a loop with &" scan /bin/bash "for i in {1..20}; do nc $target \$i & done; wait"
sweep "a pipeline" scan /bin/bash "for i in {1..20}; do nc $target \$i | cat; done"
sweep "xargs -P" scan /bin/bash "seq 20 | xargs -P 4 -n 1 nc $target"
run 4 /bin/bash "seq 20 | xargs -n 5 nc.traditional $target"
check "xargs, five ports at once: one alert, by scan" [ "$said" = scan ]
check "at the fourth time" [ "${alert#* distinct=24 events=4 }" != "$alert" ]
sweep "parallel" scan /bin/bash "seq 20 | parallel -j 4 nc $target"
mkdir $dir/ports
touch $dir/ports/{1..20}
sweep "find -exec" scan /bin/bash "cd $dir/ports && find . -type f -exec nc $target {} \\;"
# What becomes the probe itself.
sweep "env, nice, nohup, stdbuf, setsid" scan /bin/bash "with=(env nice nohup 'stdbuf -o0' setsid)
	for i in {1..20}; do \${with[i % 5]} nc $target \$i; done"
# A shell that has no more to do does, too.
sweep "( probe ) &" scan /bin/bash "for i in {1..20}; do ( nc $target \$i ) & done; wait"
sweep "\$(probe)" scan /bin/bash "for i in {1..20}; do x=\$(nc $target \$i); done"

sweep "( probe; ) &" session /bin/bash "for i in {1..20}; do ( nc $target \$i; : ) & done; wait"
sweep "{ probe; } &" session /bin/bash "for i in {1..20}; do { nc $target \$i; :; } & done; wait"
sweep "\$(probe 2>&1)" session /bin/bash "for i in {1..20}; do x=\$(nc $target \$i 2>&1); done"
sweep "timeout" session /bin/bash "for i in {1..20}; do timeout 1 nc $target \$i; done"
echo "nc $target \$1; :" >$dir/one
sweep "a script for each" session /bin/bash "for i in {1..20}; do sh $dir/one \$i; done"
sweep "sh -c of dash" session /bin/bash "for i in {1..20}; do dash -c \"nc $target \$i; :\"; done"

# sudo, as a user, on a terminal: with and without Debian's default.
echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/sweep
# shellcheck disable=SC2016 # that shell expands it
echo 'for i in {1..20}; do sudo nc -z -w1 127.0.0.1 $i; done' >$dir/sudo
terminal="script -qec 'setpriv --reuid=user --regid=user --clear-groups bash $dir/sudo' /dev/null"
rule "mine by=uid distinct=20 tools=nc"
sweep "sudo" mine /bin/bash "$terminal"
check "by root, whom sudo makes of its user" [ "${alert#* uid=0 }" != "$alert" ]
rule "-mine"
echo "Defaults !use_pty" >>/etc/sudoers.d/sweep
sweep "sudo without use_pty" session /bin/bash "$terminal"
rm /etc/sudoers.d/sweep

sweep "socat" scan /bin/bash \
	"for i in {1..20}; do socat -u OPEN:/dev/null TCP:127.0.0.1:\$i; done"
sweep "hping3" scan /bin/bash \
	"for i in {1..20}; do hping3 -q -c 1 -S -p \$i 127.0.0.1 & done; wait"
sweep "nping" scan /bin/bash \
	"for i in {1..20}; do nping -q -c 1 --tcp-connect -p \$i 127.0.0.1 & done; wait"
sweep "four tools in turn" session /bin/bash "for i in {1..5}; do nc $target \$i
	ping -c 1 -W 0.1 127.0.0.\$i; ncat -w1 127.0.0.2 \$i; socat -u OPEN:/dev/null TCP:[::1]:\$i; done"

sweep "orphans" scan /bin/bash \
	"for i in {1..20}; do ( { sleep 0.3; exec nc $target \$i; } & ); done; sleep 1"
check "that are told to be ones" [ "${alert#* orphan=1 }" != "$alert" ]
end_sweeps
