#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run the tests that need no guest; prints one verdict a line
#
# They print TAP, of which the result lines count. A suite that fails without
# one, or gives none at all, is a failure of its own.
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# run_suite AREA DIRECTORY - make check there
run_suite()
{
	local area=$1 directory=$2 line name seen=0 failed=0 status comments=()

	while IFS= read -r line; do
		case $line in
		"ok "* | "not ok "*)
			seen=$((seen + 1))
			name=${line#not }
			name=${name#ok}
			[[ $name =~ ^\ *[0-9]*\ *-?\ *(.*) ]] && name=${BASH_REMATCH[1]}
			if [[ $line == ok* ]]; then
				echo "ok $area: $name"
			else
				failed=$((failed + 1))
				echo "not ok $area: $name"
				[ ${#comments[@]} -eq 0 ] || printf '    %s\n' "${comments[@]}"
			fi
			comments=()
			;;
		"@@ status "*) status=${line##* } ;;
		*) comments+=("$line") ;;
		esac
	done < <(build_make -C "$directory" check 2>&1 && echo "@@ status 0" || echo "@@ status $?")
	if [ "${status:-1}" -ne 0 ] && [ "$failed" -eq 0 ]; then
		echo "not ok $area: make check (status ${status:-unknown})"
		[ ${#comments[@]} -eq 0 ] || printf '    %s\n' "${comments[@]}"
	elif [ "$seen" -eq 0 ]; then
		echo "not ok $area: ran a test"
	fi
}

run_suite host "$TOP/selftests/host"
run_suite model "$TOP/selftests/model"
run_suite verdicts "$TOP/selftests/vm"
run_suite logger "$TOP/userspace"
