#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - feed the parsers with noise
#
# Usage: fuzz.sh "FUZZER..." OPTION...; the options are libFuzzer's. What is found is kept in
# tests/found/FUZZER; with FUZZ_ANEW each begins with the corpus of the tree alone.
set -u
# shellcheck source=userspace/tests/tap.sh
. tests/tap.sh

fuzzers=$1
shift
out=$(mktemp)
# shellcheck disable=SC2034 # tap.sh shows it
err=/dev/null
trap 'rm -f "$out"' EXIT

# fuzz NAME OPTION... - build it and run it
fuzz()
{
	fuzzer=$1
	shift
	found=tests/found/$fuzzer${FUZZ_ANEW:+-anew}
	[ -z "${FUZZ_ANEW:-}" ] || rm -rf "$found"
	mkdir -p "$found"
	[ ! -e "tests/$fuzzer.dict" ] || set -- "$@" -dict="tests/$fuzzer.dict"
	"${MAKE:-make}" --no-print-directory "tests/${fuzzer}_fuzz" &&
		"tests/${fuzzer}_fuzz" "$@" -max_len=10000 -timeout=10 \
			-artifact_prefix=tests/found/ "$found" "tests/corpus/$fuzzer"
}

for fuzzer in $fuzzers; do
	if ! command -v clang >/dev/null; then
		skip "$fuzzer: any bytes" "no clang"
		continue
	fi
	fuzz "$fuzzer" "$@" >"$out" 2>&1
	status=$?
	tail -n 40 "$out" >"$out.end" && mv "$out.end" "$out"
	result $status "$fuzzer: any bytes"
done
echo "1..$tests"
[ "$failures" -eq 0 ]
