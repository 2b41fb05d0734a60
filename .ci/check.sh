#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run every check, or those named (lint, host, vm, installed, full, coverage),
# and count; the last three only if named
#
# Each prints its verdicts as it goes, one a line that begins with "ok" or "not ok".
# The last line is "N passed, N failed", with ", N skipped" if there were any; the
# status is 0 only if something passed and nothing failed.
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# run_part PART - one part; if it breaks without a verdict, that is one
run_part()
{
	# shellcheck disable=SC2086 # one word a test
	case $1 in
	lint) set -- lint "$TOP/.ci/lint.sh" ;;
	host) set -- host "$TOP/.ci/host.sh" ;;
	vm) set -- vm "$TOP/selftests/vm/check.sh" ${TESTS:-} ;;
	installed) set -- installed "$TOP/selftests/vm/installed.sh" ;;
	full) set -- full "$TOP/.ci/full.sh" ${CELLS:-} ;;
	coverage) set -- coverage "$TOP/.ci/coverage.sh" ${TESTS:-} ;;
	*) die "no check is named $1 (lint, host, vm, installed, full and coverage are)" ;;
	esac
	say "$1"
	_name=$1
	shift
	"$@" >"$work/part.fifo" &
	_part=$!
	tee "$work/part" <"$work/part.fifo"
	if ! wait "$_part" && ! grep -q '^not ok' "$work/part"; then
		echo "not ok $_name: broke off" | tee -a "$work/part"
	elif ! grep -q '^ok\|^not ok' "$work/part"; then
		echo "not ok $_name: gave no verdict" | tee -a "$work/part"
	fi
	cat "$work/part" >>"$work/all"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/part.fifo"
[ $# -gt 0 ] || set -- lint host vm
cd "$TOP"
selftests/vm/install.sh check
for part in "$@"; do
	run_part "$part"
done

skipped=$(grep -ci '^ok .*# skip' "$work/all" || true)
passed=$(($(grep -c '^ok' "$work/all" || true) - skipped))
failed=$(grep -c '^not ok' "$work/all" || true)
if [ "$failed" -gt 0 ]; then
	echo "What failed:"
	grep '^not ok' "$work/all" | sed 's/^not ok/ /'
fi
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
say "done"
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
