# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# netscan - what the shell tests of the programs share: results in TAP
#
# Sourced, never run. $out and $err are where the program's output went.

tests=0
failures=0

result() { # STATUS NAME
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failures=$((failures + 1))
		sed 's/^/#   out: /' "$out" 2>/dev/null
		sed 's/^/#   err: /' "$err" 2>/dev/null
		echo "not ok $tests - $2"
	fi
}

skip() { # NAME WHY
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

silent() { [ ! -s "$err" ]; }
