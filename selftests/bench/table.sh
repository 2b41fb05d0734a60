#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the table of what bench.sh has measured
#
# Usage: table.sh CSV. Each line is what an exec costs over a bare one, and what it may. Of rows
# that are there twice, the lower one counts.
set -eu
sed -n 's/^# //p' "$1"
echo
awk -F , '
	function least(what, x) {
		if (!((what, x) in row)) {
			print "no row: " what ", " x >"/dev/stderr"
			failed = 1
		}
		return row[what, x]
	}
	function line(what, cost, most) {
		above = most != "" && cost > most ? "  above" : ""
		printf "%-62s %9.0f %9s%s\n", what, cost, most, above
	}
	/^#/ || $1 == "part" { next }
	$1 == "exec" && (!(($2, $3) in row) || $4 < row[$2, $3]) { row[$2, $3] = $4 }
	$1 == "alert" { alerts[$2] = $3; worker[$2] = $4 }
	$1 == "latency" { latency = $5 }
	END {
		bare = least("bare exec; another program", 4)
		tool = least("bare exec; the tool", 4)
		empty = least("empty kprobe; another program", 4) - bare
		no_tool = least("netscan; another program", 4)
		four = least("netscan; the tool", 4) - tool
		many = least("netscan; the tool", 36) - least("bare exec; the tool", 36)
		turned = least("netscan; the tool; in another order", 36)
		turned -= least("bare exec; the tool", 36)
		more = least("netscan; 16 rules and 64 exceptions; another program", 4)
		sweep = least("netscan; the tool; a new argument each time", 4)
		alert = least("netscan; from new parents; threshold 4", 4)
		alert -= least("netscan; from new parents; threshold 5", 4)
		work = worker["threshold 4"] - worker["threshold 5"]
		work /= alerts["threshold 4"] ? alerts["threshold 4"] : 1
		printf "%-62s %9s %9s\n", "instructions", "cost", "at most"
		line("a bare exec of three instructions", bare, "")
		line("more with an empty kprobe on it", empty, "")
		line("more with netscan; of what is no tool", no_tool - bare, empty + 300)
		line("the same with 16 rules and 64 exceptions", more - bare, empty + 400)
		line("more with netscan; of a tool with 4 arguments", four, 2500)
		line("the same; one of them new each time", sweep - tool, "")
		line("each further argument of 16 bytes", (many - four) / 32, 120)
		line("the same; in another order than the exec before", (turned - four) / 32, "")
		line("an alert; in the task that execs", alert - work, 5000)
		line("an alert; in the worker", work, "")
		line("microseconds from an exec to a blocked reader; 99 of 100", latency, 1000)
		exit failed
	}' "$1" | tr ';' ','
