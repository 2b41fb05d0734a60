#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the table of what others cost, as bench.sh has measured it
#
# Usage: others-table.sh CSV. What an exec costs over a bare one: in the task itself, and in all,
# with daemons and the kernel's threads.
set -eu
sed -n 's/^# //p' "$1"
echo
awk -F , '
	$1 == "others" {
		if (!($2 in seen))
			order[++nr] = $2
		seen[$2]
		least[$2, $3] = $4
		all[$2, $3] = $6
	}
	$1 == "failed" { failed[++nr_failed] = $2 ": " $4 }
	END {
		printf "%-36s %21s %21s\n", "", "exec of the tool", "of another program"
		printf "%-36s %10s %10s %10s %10s\n", "instructions over a bare exec",
			"its task", "in all", "its task", "in all"
		for (i = 1; i <= nr; i++) {
			what = order[i]
			if (what == "bare")
				continue
			printf "%-36s %10d %10d %10d %10d\n", what,
				least[what, "ping"] - least["bare", "ping"],
				all[what, "ping"] - all["bare", "ping"],
				least[what, "other"] - least["bare", "other"],
				all[what, "other"] - all["bare", "other"]
		}
		for (i = 1; i <= nr_failed; i++)
			print "could not be run: " failed[i]
	}' "$1" | tr ';' ','
