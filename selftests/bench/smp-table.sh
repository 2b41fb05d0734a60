#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the table of what an exec costs beside others, as bench.sh has measured it
#
# Usage: smp-table.sh CSV. What an exec counts on its processor, where that has the least of it and
# the most, and what all processors have executed per exec.
set -eu
sed -n 's/^# //p' "$1"
echo
awk -F , '
	# Of rows that are there more than once, the one that has executed the least.
	$1 == "smp" && (!(($2, $3) in all) || $6 < all[$2, $3]) {
		one[$2, $3] = $4
		most[$2, $3] = $5
		all[$2, $3] = $6
		cpus[$3]
	}
	END {
		bare = "bare exec; the tool"
		with = "netscan; the tool"
		empty = "empty kprobe; the tool"
		printf "%10s %10s %30s %30s\n", "", "", "more in an exec", "more of all, per exec"
		printf "%10s %10s %10s %19s %10s %10s\n", "processors", "bare exec", "kprobe",
			"netscan", "kprobe", "netscan"
		for (n = 1; n <= 64; n *= 2)
			if (n in cpus)
				printf "%10d %10d %10d %9d to %6d %10d %10d\n", n, one[bare, n],
					one[empty, n] - one[bare, n],
					one[with, n] - one[bare, n],
					most[with, n] - most[bare, n],
					all[empty, n] - all[bare, n],
					all[with, n] - all[bare, n]
	}' "$1"
