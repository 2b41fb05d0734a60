#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: how soon a sweep is known of, by netscan, by logs and by a batch
#
# All of them see the same three sweeps of 254 targets, each by a shell of its own. The time begins
# with the exec that has the hundredth argument, as netscan's alert says it. A row is tab-separated:
# part, what, nothing, and microseconds: the median and the most.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec </dev/null >/dev/results 2>&1
cd /bench
library=$(echo /usr/lib/*/libsnoopy.so)
mkdir -p /tmp/bench /var/log/audit /var/lib/rsyslog
cp nothing /tmp/bench/ping
mkfifo /tmp/never

# sweep - 254 targets, with the time before each; 50 ms are between them
sweep()
{
	# shellcheck disable=SC2016
	LD_PRELOAD=$library setsid bash -c '
		for i in {1..254}; do
			echo "$EPOCHREALTIME" >>"$1"
			/tmp/bench/ping -c 1 "10.0.0.$i"
			read -rt 0.05 <>/tmp/never || true
		done' sweep "$1"
}

# late WHO - how much later than the exec, as netscan knows it
late()
{
	local t

	mapfile -t t < <(awk 'NR == FNR { last[$1] = $3; next }
		$1 in last { printf "%d\n", ($2 - last[$1]) * 1e6 }' \
		CONVFMT=%.6f /tmp/known.netscan "/tmp/known.$1" | sort -n)
	printf 'row\tsweep\t%s\t%s\t%s\t%s\n' "$1" ${#t[@]} "${t[${#t[@]} / 2]}" "${t[-1]}"
}

sed "s,^,version\t," versions
rsyslogd
auditd
sleep 5
auditctl -b 8192 >/dev/null
auditctl -e 1 >/dev/null
auditctl -a always,exit -F arch=b64 -S execve,execveat -k exec
insmod /netscan.ko
sed 's/^/config\tsweep: /' /proc/netscan/rules
touch /var/log/auth.log
tail -q -n 0 -F /var/log/auth.log 2>/dev/null | python3 follow.py snoopy >/tmp/known.snoopy &
tail -q -n 0 -F /var/log/audit/audit.log | python3 follow.py audit >/tmp/known.audit &
# shellcheck disable=SC2002 # a record is read whole or not at all: cat stands between
cat /dev/netscan | python3 follow.py netscan >/tmp/known.netscan &
sleep 10
for i in 1 2 3; do
	sweep /tmp/times.$i
	sleep 3
done
sleep 10
head -n 2 /tmp/known.*
tail -n 1 /var/log/auth.log
for who in netscan snoopy audit; do
	late $who
done
read -r median most < <(python3 follow.py batch </tmp/times.1)
printf 'row\tsweep\tbatch\t300\t%s\t%s\n' "$(awk "BEGIN { print int($median * 1e6) }")" \
	"$(awk "BEGIN { print int($most * 1e6) }")"
