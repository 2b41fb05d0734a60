#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run what the Makefile has built: tests, fuzzers, the coverage report
#
#   run.sh check BUILD TESTS FUZZERS CLANG OPTIONS CC
#   run.sh fuzz BUILD "" FUZZERS CLANG OPTIONS
#   run.sh coverage BUILD TESTS FILES
#
# Prints `ok - name` or `not ok - name` for each test; the status is 0 only if
# nothing failed.
set -u
mode=$1 build=$2 tests=$3
status=0

verdict()
{
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		status=1
	fi
}

# A program prints its own verdicts; one that breaks off without any gets one.
run_tests()
{
	for test in $tests; do
		output=$("$1/$test" 2>&1)
		result=$?
		printf '%s\n' "$output"
		[ $result -eq 0 ] && continue
		status=1
		case $output in
		*"not ok"*) ;;
		*) verdict 1 "$test: broke off ($result)" ;;
		esac
	done
}

# The fuzzer writes what it finds beside the corpus of the tree. A check begins
# with that alone, so that it is the same every time.
run_fuzzer()
{
	corpus=$build/corpus/$mode/$1
	[ "$mode" = fuzz ] || rm -rf "$corpus"
	mkdir -p "$corpus"
	# shellcheck disable=SC2086 # one word an option
	if output=$("$build/fuzz/$1" $2 -max_len=4096 -timeout=10 -seed=1 \
		-print_final_stats=1 -artifact_prefix="$build/" \
		"$corpus" "corpus/$1" 2>&1); then
		verdict 0 "$1"
	else
		printf '%s\n' "$output" | tail -n 40 | sed 's/^/# /'
		verdict 1 "$1"
	fi
}

run_fuzzers()
{
	if ! command -v "$2" >/dev/null; then
		for fuzzer in $1; do
			echo "ok - $fuzzer # SKIP no $2"
		done
		return
	fi
	if ! output=$(make --no-print-directory fuzzers 2>&1); then
		printf '%s\n' "$output" | tail -n 40 | sed 's/^/# /'
		verdict 1 "fuzz targets build"
		return
	fi
	for fuzzer in $1; do
		run_fuzzer "$fuzzer" "$3"
	done
}

case $mode in
check)
	run_tests "$build/check"
	run_fuzzers "$4" "$5" "$6"
	./cost.sh "$build" "$7" verdicts || status=1
	;;
fuzz)
	run_fuzzers "$4" "$5" "$6"
	;;
coverage)
	rm -f "$build"/cover/*.gcda
	run_tests "$build/cover" | grep -v '^ok' >&2
	for file in $4; do
		gcov -b -n "$build/cover/$file.o" 2>/dev/null |
			awk -v file="$file.c" -F: '
				/^File/ { mine = index($0, "/" file "\x27") }
				mine && /^Lines/ { lines = $2 }
				mine && /^Taken/ { taken = $2 }
				END { printf "%-10s lines %s, branches taken %s\n",
				      file, lines, taken }'
	done
	;;
esac
exit $status
