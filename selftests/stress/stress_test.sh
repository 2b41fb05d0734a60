#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - Debian's stress-ng and trinity at netscan's files, while they are in use
#
# Tools are exec'ed, records are read, rules are written and the table is printed all the while.
# What the kernel has to complain of is found in its log afterwards, as with every test.
set -u
# shellcheck source=selftests/vm/guest/tap.sh
. /vm/tap.sh

dir=/run/stress
said=$dir/said
seconds=60

# evidence - what the program that was run has said
evidence()
{
	tail -n 40 $said
}

# exec_forever - a tool, from one parent, from others, in this session and in new ones
exec_forever()
{
	local i=0

	while :; do
		$dir/ping -c 1 "host$i"
		($dir/ping -c 1 "host$i")
		setsid $dir/ping -c 1 {1..20}
		i=$((i + 1))
	done
}

# read_forever - readers that begin, follow and go away
read_forever()
{
	while :; do
		timeout 2 cat /dev/netscan
		netscan-logger --once
	done >/dev/null 2>&1
}

# write_forever - rules, tools and exceptions that come and go, and all that is printed
write_forever()
{
	while :; do
		echo 'stress by=uid distinct=7 window=1' >/proc/netscan/rules
		echo "stress exe=$dir/ping uid=12345" >/proc/netscan/exceptions
		echo 'stress' >/proc/netscan/tools
		cat /proc/netscan/*
		echo '-stress' >/proc/netscan/tools
		echo '-stress' >/proc/netscan/exceptions
		echo '-stress' >/proc/netscan/rules
	done >/dev/null 2>&1
}

# stress STRESSOR... - so many seconds of these at once
stress()
{
	(cd $dir && stress-ng --oomable --timeout $seconds "$@") >$said 2>&1
}

# fuzz FILE... - so many seconds of random system calls at these files
fuzz()
{
	local call calls=() file

	# Those that take a file, none that could end this machine.
	for call in read pread64 readv preadv preadv2 write pwrite64 writev pwritev pwritev2 lseek \
		poll ppoll select pselect6 epoll_ctl ioctl fcntl dup dup2 dup3 newfstat \
		fstatfs statx mmap mremap munmap madvise mprotect msync sendfile splice tee \
		ftruncate fallocate fadvise64 fsync fdatasync flock getdents64 readahead \
		sync_file_range copy_file_range; do
		calls+=(-c "$call")
	done
	for file; do
		(cd $dir && timeout -s INT -k 10 $((seconds / $#)) trinity --dangerous -q -l off \
			--disable-fds=sockets,perf,drm -C 4 -N 1000000 -V "$file" "${calls[@]}") >$said 2>&1 </dev/null
		# It says so every now and then, and at its end.
		grep -qE '[1-9][0-9]* iterations|Ran [1-9]' $said || return 1
	done
}

# works - a scan is still seen, and so is the probe
works()
{
	local before

	before=$(sed -n 's/^alerts //p' /proc/netscan/stats)
	setsid --wait $dir/ping {1..120}
	grep -qx 'health: ok' /proc/netscan/status &&
		[ "$(sed -n 's/^alerts //p' /proc/netscan/stats)" -gt "$before" ]
}

# reload - unloaded and loaded once more; a reader may be about to close the device
reload()
{
	local tries=50

	until rmmod netscan 2>$said; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
	insmod "$NETSCAN_KO" 2>$said
}

if ! command -v stress-ng >/dev/null || ! command -v trinity >/dev/null; then
	echo "1..0 # SKIP stress-ng and trinity are not installed"
	exit 4
fi
echo "TAP version 13"
echo "1..8"
mkdir -p $dir
cp noop $dir/ping
! grep -q '^netscan ' /proc/modules || rmmod netscan
insmod "$NETSCAN_KO" rules="scan distinct=10 window=5;session distinct=20 window=5"
exec_forever &
busy=($!)
read_forever &
busy+=($!)
write_forever &
busy+=($!)

check "programs are run and forked" stress --exec 2 --exec-max 64 --vfork 2 --fork 2
check "what is in /proc is read" stress --procfs 4 --sysinfo 2
check "the device is opened, mapped, polled" stress --dev 4 --dev-file /dev/netscan
check "the device takes what trinity calls it with" fuzz /dev/netscan
check "and so do the files" fuzz /proc/netscan
kill "${busy[@]}"
wait "${busy[@]}" 2>/dev/null
check "netscan still works" works
check "is unloaded and loaded" reload
check "and works" works
