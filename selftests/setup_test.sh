#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - netscan-setup with the module: what is kept is in force, what is refused is told
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

conf=/run/netscan-conf
proc=/proc/netscan
said=$conf.said

# evidence - what setup said, and what is in force
evidence()
{
	cat $said $proc/tools $proc/rules $proc/exceptions
}

# reload - the module as it is when nobody has told it anything
reload()
{
	! grep -q '^netscan ' /proc/modules || rmmod netscan || exit
	insmod "${NETSCAN_KO:-/netscan.ko}" || exit
}

# setup STATUS - run it; does it end with that status?
setup()
{
	netscan-setup --conf=$conf >$said 2>&1
	[ $? -eq "$1" ]
}

# says FILE TEXT - does a file of the module have a line that begins so?
says()
{
	grep -q "^$2" "$proc/$1"
}

# told TEXT - has it said so?
told()
{
	grep -qF "$1" $said
}

# in_force - all that is kept below
in_force()
{
	says tools 'nmap nmap7$' && says tools 'ping .* pong\( \|$\)' &&
		says rules 'scan .* distinct=50 .* window=60 ' && says rules 'mine .* tools=nmap' &&
		! says rules span && says exceptions 'nagios uid=112 '
}

# unchanged - what was read before is read again
unchanged()
{
	[ "$(cat $proc/tools $proc/rules)" = "$(cat $conf.before)" ]
}

command -v netscan-setup >/dev/null || {
	echo "1..0 # SKIP netscan-setup is not installed"
	exit 4
}
echo "TAP version 13"
echo "1..19"
mkdir -p $conf
: >$said
reload
cat $proc/tools $proc/rules >$conf.before

check "without files it ends well" setup 0
check "and has learned" says tools 'ping .*buildid='
reload
printf '# a remark\n\nnmap nmap7\n+ping pong\n' >$conf/tools
printf 'scan distinct=50 window=60\nmine by=uid tools=nmap\n-span\n' >$conf/rules
echo 'nagios uid=112 rule=mine' >$conf/exceptions
check "with files it ends well" setup 0
check "and all is in force" in_force
check "a second time it ends well" setup 0
check "and all is in force still" in_force
check "though the module was not content with what had gone" \
	[ "$(sed -n 's/^refused //p' $proc/stats)" -ge 1 ]

# What the module says can be kept, and is as good.
cat $proc/tools >$conf/tools
cat $proc/rules >$conf/rules
echo '-span' >>$conf/rules
cat $proc/exceptions >$conf/exceptions
reload
check "a saved copy is accepted" setup 0
check "and is in force" in_force

reload
printf 'scan distinct=50 window=60\nmine by=uid tools=nmap8\n-span\nbad window=0\n' >$conf/rules
check "with bad lines it fails" setup 1
check "and names each, with the reason" told "$conf/rules:2: tools is all, or a list of names from the tools file: mine by=uid tools=nmap8"
check "that the kernel log has" told "$conf/rules:4: window is 1 to 86400 seconds: bad window=0"
check "the exception for the rule that is missing as well" told "$conf/exceptions:1: "
check "what is right is in force" says rules 'scan .* distinct=50 .* window=60 '

reload
echo 1 >$conf/lock
check "what is to be locked is, though lines were refused" setup 1
check "after all else" says status 'locked: 1$'
check "and left as it is then" setup 0
rm $conf/lock

reload
netscan-setup() { setpriv --reuid=65534 --clear-groups /usr/bin/netscan-setup "$@"; }
chmod 755 $conf
chmod 644 $conf/*
check "another user cannot" setup 1
check "and changes nothing" unchanged
rm -rf $conf $conf.*
reload
