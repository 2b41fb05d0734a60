#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - how many instructions things take, and whether that is within their bounds
#
# Usage: cost.sh BUILD CC [verdicts]. Prints a table, or with "verdicts" a line "ok - …" or
# "not ok - …" for each bound; the status is 0 only if all are kept. callgrind counts. The
# bounds are for one compiler and architecture; what others make is not judged.
set -u
build=$1 cc=$2 mode=${3:-table}

if ! command -v valgrind >/dev/null; then
	echo "ok - cost: instructions of the pure files # SKIP no valgrind"
	exit 0
fi
compiled="gcc $($cc -dumpversion) $($cc -dumpmachine)"
if [ "$compiled" != "gcc 12 x86_64-linux-gnu" ] && [ "$mode" = verdicts ]; then
	echo "ok - cost: instructions of the pure files # SKIP the bounds are not for $compiled"
	exit 0
fi
# Memory is copied and searched in the same way on all processors.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX_Usable,-ERMS
if ! said=$(valgrind --tool=callgrind --callgrind-out-file="$build/cost/callgrind.out" \
	"$build/cost/cost" 2>&1); then
	printf '%s\n' "$said" | tail -n 20 | sed 's/^/# /'
	echo "not ok - cost: runs under callgrind"
	exit 1
fi

# Lines "1,234 (5.6%)  file:function [object]", what was called included.
callgrind_annotate --inclusive=yes --threshold=100 --auto=no "$build/cost/callgrind.out" |
	sed -n 's/^ *\([0-9,]*\) .*:\(cost_[a-z_]*\) .*/\2 \1/p' | tr -d , >"$build/cost/counts"
"$build/cost/cost" list | awk -F '\t' -v counts="$build/cost/counts" -v mode="$mode" '
	BEGIN {
		while ((getline line <counts) > 0) {
			split(line, field, " ")
			took[field[1]] = field[2]
		}
		if (mode == "table")
			printf "%12s %9s\n", "instructions", "at most"
	}
	{
		ok = $1 in took && ($2 == "-" || $2 in took)
		cost = ok ? (took[$1] - ($2 == "-" ? 0 : took[$2])) / $3 : 0
		ok = ok && cost > 0 && cost <= $4
		bad += !ok
		if (mode == "table") {
			printf "%12.1f %9d  %s%s\n", cost, $4, $5, ok ? "" : "   TOO MUCH"
		} else {
			if (!ok)
				printf "# it took %.1f\n", cost
			printf "%s - cost: %s (at most %d instructions)\n", ok ? "ok" : "not ok", $5, $4
		}
	}
	END { exit bad || !NR }'
