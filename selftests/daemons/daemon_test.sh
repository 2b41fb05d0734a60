#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - monitoring daemons at their daily work: what they trip, and what excepts them
#
# Nagios as Debian installs it checks 150 addresses, each by a plugin of its own that runs ping
# once: for the rule of one parent that is nothing, for the rule of one session a scan. A loop like
# Telegraf's runs ping for 120 addresses itself, which is a scan by either rule.
#
# "Silent" is shown by a scan made afterwards: its alert is the first record that comes.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

dir=/run/daemons
records=/run/daemon-records
cgroup=/sys/fs/cgroup/system.slice/telegraf.service
plugin=/usr/lib/nagios/plugins/check_ping
python=/usr/bin/python3

# evidence - the records
evidence()
{
	cat $records
}

# count PATTERN - records that match, up to now
count()
{
	grep -c -e "$1" $records
}

# more_than RECORDS - whether there are more by now
more_than()
{
	[ "$(count .)" -gt "$1" ]
}

# only_mark - whether the first record after those before is that of a scan made now
only_mark()
{
	local before

	before=$(count .)
	# By a parent and in a session that no record was about before.
	# shellcheck disable=SC2016 # that shell expands it
	setsid --wait /bin/bash -c '/usr/bin/ping "$@"; :' mark \
		$(seq -f 'mark%.0f' 1 126) >/dev/null 2>&1
	wait_until 20 more_than "$before" || return 1
	sed -n "$((before + 1))p" $records | grep -q 'args_first="/usr/bin/ping mark1 '
}

# configure - Nagios with 150 hosts, each checked every ten seconds
configure()
{
	local i

	mkdir -p $dir/spool
	cat >$dir/nagios.cfg <<-END
	log_file=$dir/nagios.log
	cfg_file=$dir/objects.cfg
	object_cache_file=$dir/objects.cache
	status_file=$dir/status.dat
	state_retention_file=$dir/retention.dat
	lock_file=$dir/nagios.pid
	temp_file=$dir/nagios.tmp
	temp_path=$dir
	check_result_path=$dir/spool
	nagios_user=root
	nagios_group=root
	check_external_commands=0
	check_workers=2
	interval_length=1
	service_inter_check_delay_method=n
	service_interleave_factor=1
	use_syslog=0
	enable_notifications=0
	END
	{
		cat <<-END
		define timeperiod {
			timeperiod_name always
			alias always
			monday 00:00-24:00
			tuesday 00:00-24:00
			wednesday 00:00-24:00
			thursday 00:00-24:00
			friday 00:00-24:00
			saturday 00:00-24:00
			sunday 00:00-24:00
		}
		define command {
			command_name alive
			command_line $plugin -H \$HOSTADDRESS\$ -w 3000,80% -c 5000,100% -p 1
		}
		define contact {
			contact_name root
			host_notifications_enabled 0
			service_notifications_enabled 0
			host_notification_period always
			service_notification_period always
			host_notification_commands alive
			service_notification_commands alive
		}
		define service {
			host_name *
			service_description ping
			check_command alive
			check_period always
			check_interval 10
			retry_interval 10
			max_check_attempts 3
			contacts root
			notification_period always
		}
		END
		for i in {1..150}; do
			cat <<-END
			define host {
				host_name host$i
				address 127.0.1.$i
				active_checks_enabled 0
				max_check_attempts 3
				contacts root
				notification_period always
			}
			END
		done
	} >$dir/objects.cfg
}

# watch_nagios COUNTER - start it, let it add 150 to a counter of the ledger, end it
watch_nagios()
{
	local before status=0

	before=$(stat "$1")
	/usr/sbin/nagios4 -d $dir/nagios.cfg >$dir/output 2>&1
	wait_until 300 reached "$1" $((before + 150)) || {
		status=1
		tail -n 30 $dir/output $dir/nagios.log | sed 's/^/# /'
	}
	pkill -x nagios4
	sleep 2
	pkill -KILL -x nagios4
	pkill -KILL -x check_ping
	return $status
}

# ping_all - a process that runs ping for 120 addresses, as Telegraf's input does, in its cgroup
ping_all()
{
	mkdir -p $cgroup
	setsid --wait "$python" -c '
import os, sys
with open(sys.argv[1] + "/cgroup.procs", "w") as procs:
    procs.write(str(os.getpid()))
for host in range(1, 121):
    pid = os.posix_spawn("/usr/bin/ping",
                         ["ping", "-c", "1", "-n", "-s", "16", "-i", "1", "-W", "1",
                          "127.0.2.%d" % host], {},
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    os.waitpid(pid, 0)
' $cgroup
}

# except - the exceptions as README has them, but that Nagios is run by root here
except()
{
	echo 'nagios parent_exe=/usr/lib/nagios/plugins/check_ping uid=0' \
		> /proc/netscan/exceptions &&
		echo 'telegraf cgroup=/system.slice/telegraf.service' > /proc/netscan/exceptions
}

if ! [ -x /usr/sbin/nagios4 ] || ! [ -x $plugin ]; then
	echo "1..0 # SKIP nagios4 is not installed"
	exit 4
fi
echo "TAP version 13"
echo "1..10"
mkdir -p $dir
configure
grep -q '^netscan ' /proc/modules || insmod "$NETSCAN_KO"
# bash reads bytes, and a record is read whole or not at all.
cat /dev/netscan >$records &
reader=$!

echo 'session enabled=0' >/proc/netscan/rules
check "nagios pings 150 hosts" watch_nagios events
check "which the rule scan does not mind" only_mark

echo 'session enabled=1' >/proc/netscan/rules
before=$(count .)
check "nagios does so again" watch_nagios events
check "which is one scan for the rule session" \
	[ "$(count 'type=alert .*rule=session .*parent_comm="check_ping"')" -eq 1 ]
check "and for no other" [ "$(count 'type=alert')" -eq $((before + 1)) ]

ping_all
check "a loop over 120 hosts is a scan at the 92nd" \
	[ "$(count 'type=alert .*rule=scan .*distinct=100 events=92 .*argc=11 ')" -eq 1 ]

check "exceptions are accepted" except
check "nagios with one is run" watch_nagios excepted
check "and is silent" only_mark
ping_all
check "and so is the loop" only_mark
kill $reader
