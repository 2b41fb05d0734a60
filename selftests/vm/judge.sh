#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - turn what a guest wrote to its results port into one verdict a line
#
# Usage: judge.sh AREA [TEST...] <RESULTS
#
# Prints "ok AREA/TEST: name" or "not ok AREA/TEST: name - why", live. Every
# test of the arguments must have begun, kept its plan, and ended with status 0;
# the guest itself must have ended by saying so. All else is a "not ok": no
# test is lost by a crash, a hang, or a plan that was not kept.
#
# What a failed test said before it comes after its verdict, indented; of one
# that passed, the lines "# figure: ...": what it has measured.
set -u

area=$1
shift
declare -A ended=()
test='' guest=''

# begin NAME - a test begins
begin()
{
	test=$1 plan='' seen=0 failed=0 passed=0 comments=()
}

# verdict OK WHAT - print one line; for a failure, what the test said before it as well, else what
# it has measured
verdict()
{
	local comment

	printf '%s %s\n' "$1" "$area/$test: $2"
	for comment in "${comments[@]}"; do
		if [ "$1" = "not ok" ] || [[ $comment == "# figure: "* ]]; then
			printf '    %s\n' "$comment"
		fi
	done | cat -v
	comments=()
}

# result LINE - a TAP line of the running test
result()
{
	local name

	seen=$((seen + 1))
	name=${1#not }
	name=${name#ok}
	[[ $name =~ ^\ *[0-9]*\ *-?\ *(.*) ]] && name=${BASH_REMATCH[1]}
	if [[ $1 == not\ ok* ]]; then
		failed=$((failed + 1))
		verdict "not ok" "$name"
	else
		[[ ${1^^} == *'# SKIP'* ]] || passed=$((passed + 1))
		verdict ok "$name"
	fi
}

# finish STATUS - the running test is over; STATUS is empty if the guest ended before it
finish()
{
	local missing

	case $1 in
	'') verdict "not ok" "ended before the guest did" ;;
	0) ;;
	4) [ "$passed" -eq 0 ] || verdict "not ok" "exit status 4, skipped, but $passed passed" ;;
	124 | 137) verdict "not ok" "ended in time" ;;
	*) [ "$failed" -gt 0 ] || verdict "not ok" "exit status $1" ;;
	esac
	if [ -z "$plan" ]; then
		verdict "not ok" "a plan (1..N) was printed"
	elif [ "$plan" -eq 0 ]; then
		verdict ok "all of it # SKIP by itself"
	elif [ "$seen" -gt "$plan" ]; then
		verdict "not ok" "$seen results where $plan were planned"
	else
		for ((missing = seen + 1; missing <= plan; missing++)); do
			verdict "not ok" "result $missing of $plan was printed"
		done
	fi
	ended[$test]=1
	ran=$((ran + passed))
	test=''
}

ran=0
while IFS= read -r line; do
	line=${line%$'\r'}
	case $line in
	"@@ start "*) begin "${line#@@ start }" ;;
	"@@ end "*) [ -z "$test" ] || finish "${line##* }" ;;
	"@@ exit "*) guest=${line##* } ;;
	1..[0-9]*)
		plan=${line#1..}
		plan=${plan%%[!0-9]*}
		;;
	"ok "* | "not ok "*) [ -z "$test" ] || result "$line" ;;
	*) [ -z "$test" ] || comments+=("$line") ;;
	esac
done

[ -z "$test" ] || finish ''
for test in "$@"; do
	comments=()
	[ -n "${ended[$test]-}" ] || verdict "not ok" "was run"
done
test=guest comments=()
if [ "$guest" = 0 ]; then
	verdict ok "ran its script to the end"
else
	verdict "not ok" "ran its script to the end (${guest:+status }${guest:-it crashed, hung or was stopped})"
fi
[ "$ran" -gt 0 ] || verdict "not ok" "a test passed that was not skipped"
