# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# netscan - what the shell scripts of a guest share: results in TAP
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
