#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - in the guest: what an exec costs with what else could watch execs; one row a line
#
# Each is set up as somebody would who looks for sweeps by ping and the like, with Debian's
# packages. What cannot be run says so in a row of its own. The parent of the execs is linked
# dynamically, for the sake of those that are preloaded.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec </dev/null >/dev/results 2>&1
cd /bench || exit 1
log=/tmp/log
mkdir -p /tmp/bench /var/log/audit /var/lib/rsyslog
cp nothing /tmp/bench/ping
cp nothing /tmp/bench/other

# rows WHAT - a row for an exec of a tool, and one for another program
rows()
{
	local program

	for program in ping other; do
		printf 'row\tothers\t%s\t%s\t' "$1" "$program"
		EXECS=100 setarch -R ./execs-dynamic time /tmp/bench/$program $program -c 1 10.0.0.1 |
			tr ' ' '\t'
	done
}

# wait_for SECONDS COMMAND... - until COMMAND succeeds
wait_for()
{
	local left=$1

	shift
	while ! "$@" >/dev/null 2>&1; do
		[ $((left--)) -gt 0 ] || return 1
		sleep 1
	done
}

# stop PID [SIGNAL] - a process and whatever it still does
stop()
{
	kill "-${2:-TERM}" "$1"
	wait_for 30 eval "! kill -0 $1" || kill -KILL "$1"
	wait "$1" 2>/dev/null
	sleep 1
}

# try NAME FUNCTION - if it fails, say why
try()
{
	echo "trying $1"
	: >$log
	if ! $2 "$1"; then
		printf 'row\tfailed\t%s\t0\t%s\n' "$1" "$(tail -n 3 $log | tr '\t\n' '  ')"
	fi
}

bare()
{
	rows "$1"
}

with_netscan()
{
	insmod /netscan.ko >>$log 2>&1 || return 1
	sed 's/^/config\tnetscan: /' /proc/netscan/rules
	rows "$1"
	rmmod netscan
}

# With build-ids of tools, which netscan-setup looks up.
with_installed()
{
	local name

	insmod /netscan.ko >>$log 2>&1 || return 1
	for name in ping nping hping3 nc ncat socat; do
		echo "+$name buildid=$(echo $name | sha1sum | cut -c 1-40)" >/proc/netscan/tools
	done
	sleep 3
	rows "$1"
	rmmod netscan
}

with_empty_kprobe()
{
	insmod empty.ko >>$log 2>&1 || return 1
	rows "$1"
	rmmod empty
}

# The arguments of each parent with when they were last seen, as near to the rule as it gets. What
# it cannot do: count those that are still in a window; read an argument after the fourth, or more
# than 63 bytes of one; know a tool by its name alone, or by the file that a link leads to; leave out
# what fails, since argv is read before the exec and not after it; run for long, its map being full.
with_bpftrace()
{
	# shellcheck disable=SC2016 # $parent is bpftrace's
	bpftrace -e '
		tracepoint:syscalls:sys_enter_execve {
			$file = str(args->filename);
			if ($file == "/tmp/bench/ping" || $file == "/usr/bin/nping" ||
			    $file == "/usr/sbin/hping" || $file == "/usr/sbin/hping2" ||
			    $file == "/usr/sbin/hping3" || $file == "/usr/bin/nc" ||
			    $file == "/usr/bin/ncat" || $file == "/usr/bin/netcat" ||
			    $file == "/usr/bin/socat") {
				$parent = ((struct task_struct *)curtask)->real_parent;
				$pid = $parent->tgid;
				$since = $parent->start_time;
				@seen[$pid, $since, str(args->argv[0])] = nsecs;
				@seen[$pid, $since, str(args->argv[1])] = nsecs;
				@seen[$pid, $since, str(args->argv[2])] = nsecs;
				@seen[$pid, $since, str(args->argv[3])] = nsecs;
			}
		}
		interval:s:300 { print(@seen); }' >>$log 2>&1 &
	pid=$!
	wait_for 240 grep -q Attaching $log || { stop $pid; return 1; }
	sleep 5
	kill -0 $pid 2>>$log || return 1
	rows "$1"
	stop $pid INT
	grep -q '^@seen' $log
}

with_execsnoop()
{
	execsnoop >$log 2>&1 &
	pid=$!
	sleep 5
	kill -0 $pid 2>>$log || return 1
	rows "$1"
	stop $pid INT
	grep -q 10.0.0.1 $log
}

with_sysdig()
{
	insmod /bench/scap.ko >>$log 2>&1 || return 1
	sysdig -p '%evt.time %proc.ppid %proc.exepath %proc.args' \
		'evt.type=execve and evt.dir=< and proc.name in (ping, nc, ncat, socat, hping3)' \
		>$log 2>&1 &
	pid=$!
	sleep 20
	kill -0 $pid 2>>$log || return 1
	rows "$1"
	stop $pid INT
	rmmod scap
	grep -q 10.0.0.1 $log
}

with_snoopy()
{
	rsyslogd -n >>$log 2>&1 &
	pid=$!
	wait_for 20 test -S /dev/log || return 1
	ls /usr/lib/x86_64-linux-gnu/libsnoopy.so >/etc/ld.so.preload 2>>$log || return 1
	rows "$1"
	rm /etc/ld.so.preload
	stop $pid
	grep -h snoopy /var/log/*log >>$log 2>&1
	grep -q 10.0.0.1 $log
}

start_auditd()
{
	auditd >>$log 2>&1
	wait_for 20 pgrep -x auditd || return 1
	auditctl -b 8192 >>$log 2>&1 || return 1
	auditctl -e 1 >>$log 2>&1
}

with_auditd()
{
	start_auditd || return 1
	auditctl -a always,exit -F arch=b64 -S execve,execveat -k exec >>$log 2>&1 || return 1
	rows "$1"
	auditctl -D >>$log 2>&1
	grep -q 10.0.0.1 /var/log/audit/audit.log
}

with_auditd_paths()
{
	local tool

	for tool in /tmp/bench/ping /usr/bin/nc.openbsd /usr/bin/ncat /usr/bin/socat /usr/sbin/hping3; do
		auditctl -a always,exit -F arch=b64 -S execve -F "exe=$tool" -k scan >>$log 2>&1 ||
			return 1
	done
	rows "$1"
	auditctl -D >>$log 2>&1
}

sed "s,^,version\t," versions
try "bare" bare
try 'empty kprobe' with_empty_kprobe
try 'netscan' with_netscan
try 'netscan, as installed' with_installed
try 'bpftrace, one script like the rule' with_bpftrace
try 'execsnoop (libbpf-tools)' with_execsnoop
try 'sysdig on the scap module (Falco)' with_sysdig
try 'snoopy, to rsyslog' with_snoopy
# What auditd has switched on stays on for whoever runs already.
try 'bare, once more' bare
try 'auditd, every execve' with_auditd
try 'auditd, five tools by path' with_auditd_paths
