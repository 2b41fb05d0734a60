# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# netscan - what the shell scripts of a guest share: results in TAP, the ledger, waiting
#
# Sourced, never run. A script's own evidence() says what a failure is judged by: it is printed
# before the result, which is how the host tells whose it is.

number=0

# evidence - nothing but what the command itself has printed
evidence()
{
	:
}

# check DESCRIPTION COMMAND... - one result
check()
{
	local what=$1

	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $what"
	else
		evidence 2>&1 | sed 's/^/# /'
		echo "not ok $number $what"
	fi
}

# stat NAME - a counter of the ledger
stat()
{
	sed -n "s/^$1 //p" /proc/netscan/stats
}

# reached COUNTER VALUE - whether a counter of the ledger is so far
reached()
{
	[ "$(stat "$1")" -ge "$2" ]
}

# wait_until SECONDS COMMAND... - until it succeeds
wait_until()
{
	local tries=$(($1 * 10))

	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
