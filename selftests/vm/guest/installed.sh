#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - on a system with systemd on which netscan is installed: is it at work, does it go?
#
# Writes TAP to the results port, framed as check.sh does, and powers the guest off.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

# said NAME - what the kernel command line says in netscan.NAME=VALUE
said()
{
	tr ' ' '\n' </proc/cmdline | sed -n "s/^netscan\.$1=//p"
}

# evidence - what systemd and netscan say of themselves
evidence()
{
	systemctl --no-pager status 'netscan-*'
	journalctl --no-pager -b -t netscan-setup -t netscan-learn -t systemd -n 30
	tail -n 50 /proc/netscan/{tools,rules}
}

# soon COMMAND... - until it succeeds, for a minute
soon()
{
	local _

	for _ in {1..60}; do
		"$@" && return
		sleep 1
	done
	return 1
}

# in_journal PATTERN - whether the logger has written such a record
in_journal()
{
	journalctl --no-pager -b -u netscan-logger -o cat | grep -q -- "$1"
}

# told PATTERN - whether netscan-setup has said so
told()
{
	journalctl --no-pager -b -u netscan-setup -o cat | grep -q -- "$1"
}

# in_force - what /etc/netscan says, and what was learned
in_force()
{
	grep -q '^scan .* distinct=60 ' /proc/netscan/rules &&
		grep -q '^ping .*buildid=' /proc/netscan/tools
}

# sweep PROGRAM LOW HIGH - by a fresh parent
sweep()
{
	# shellcheck disable=SC2016 # that shell expands it
	bash -c 'for i in $(seq $2 $3); do $1 -c 1 -W 1 127.0.0.$i; done' sweep "$@" >/dev/null 2>&1
}

# left - files with the name of netscan, but for the tree, for what was changed here, and this
left()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
		-o -path /root/netscan -o -path /etc/netscan \) -prune -o -iname '*netscan*' -print
}

# loaded_anew - while the logger runs on; it lets go of the device when asked to
loaded_anew()
{
	systemctl reload netscan-logger && soon rmmod netscan 2>/dev/null &&
		! [ -e /proc/netscan ] && modprobe netscan
}

# uninstall - as README says; what it has said is told if it fails
uninstall()
{
	make -C /root/netscan uninstall >/tmp/said 2>&1 || {
		sed 's/^/# /' /tmp/said
		return 1
	}
}

# nothing_loaded - no module, no device
nothing_loaded()
{
	[ ! -e /proc/netscan ] && [ ! -e /dev/netscan ]
}

tests()
{
	echo "1..19"
	check "the module is loaded at boot" soon grep -q '^netscan ' /proc/modules
	check "the one that dkms has built" \
		grep -q updates/dkms <<<"$(modinfo -n netscan)"
	check "the logger runs" soon systemctl --quiet is-active netscan-logger
	check "what is kept in /etc/netscan is in force, and tools are learned" soon in_force
	sweep ping 1 70
	check "an alert is in the journal" soon in_journal 'type=alert .*rule=scan .*match=name'
	cp /usr/bin/ping /usr/local/bin/pong
	sweep pong 1 70
	check "and one of a copy by another name" soon in_journal 'type=alert .*match=buildid .*/pong"'
	rm /usr/local/bin/pong

	echo 'bad uid=x' >>/etc/netscan/exceptions
	check "a line that is refused makes the service fail" \
		bash -c '! systemctl restart netscan-setup 2>/dev/null'
	check "with the line and the reason in its journal" soon told 'exceptions:[0-9]*: uid is .*: bad uid=x'
	check "and the logger runs" systemctl --quiet is-active netscan-logger
	sed -i '/^bad/d' /etc/netscan/exceptions
	check "without it, it works" systemctl restart netscan-setup

	check "the module is loaded anew" loaded_anew
	check "and set up again" soon in_force
	check "under the logger that was there" soon systemctl --quiet is-active netscan-logger
	sweep ping 71 140
	check "which writes of the next scan" soon in_journal 'args_last="ping -c 1 -W 1 127.0.0.12[0-9]"'
	check "no unit has failed" [ -z "$(systemctl --failed --no-legend 'netscan-*')" ]

	check "make uninstall" uninstall
	check "nothing is loaded" nothing_loaded
	check "nothing is left" [ -z "$(left)" ]
	left | sed 's/^/# /'
	check "but for what was changed here" [ "$(ls /etc/netscan)" = rules ]
}

port=/dev/$(said results)
stty -F "$port" raw -echo
exec 3>"$port"
{
	echo "@@ start installed.sh"
	tests
	echo "@@ end installed.sh 0"
	echo "@@ exit 0"
} >&3 2>&1
perl -MPOSIX=tcdrain -e 'tcdrain(3)'
echo o >/proc/sysrq-trigger
sleep 60
