#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the table of what bench.sh has measured
#
# Usage: table.sh CSV. Each line is what an exec costs over a bare one, and what it may. An exec
# counts as the median of its rounds, and that of rows that are there more than once.
set -eu
sed -n 's/^# //p' "$1"
echo
awk -F , '
	function median(what, x,	n, i, j, swap, of) {
		n = split(row[what, x], of, " ")
		if (!n) {
			print "no row: " what ", " x >"/dev/stderr"
			failed = 1
		}
		for (i = 2; i <= n; i++) {
			for (j = i; j > 1 && of[j - 1] > of[j] + 0; j--) {
				swap = of[j]
				of[j] = of[j - 1]
				of[j - 1] = swap
			}
		}
		return int((of[int((n + 1) / 2)] + of[int(n / 2) + 1]) / 2)
	}
	function line(what, cost, most) {
		cost = int(cost + (cost < 0 ? -0.5 : 0.5))
		above = most != "" && cost > most ? "  above" : ""
		printf "%-62s %9.0f %9s%s\n", what, cost, most, above
	}
	function of(what, x, most) {
		line(what "; " x " arguments", probe[what, x] - probe["empty kprobe", 4], most)
	}
	function further(how, many, few) {
		line("each further argument; " how, (probe[many, 36] - probe[few, 4]) / 32, 120)
	}
	/^#/ || $1 == "part" { next }
	$1 == "exec" { row[$2, $3] = row[$2, $3] " " $5 }
	$1 == "probe" { probe[$2, $3] = $4 }
	$1 == "alert" { alerts[$2] = $3; worker[$2] = $4 }
	$1 == "memory" { bytes[$2] = $4 }
	$1 == "latency" { latency = $5 }
	END {
		nothing = "another program"
		id = nothing " with a build-id"
		sweep = "a new argument each time"
		all_new = "all but four new each time"
		bare = median("bare exec; " nothing, 4)
		bare_id = median("bare exec; " id, 4)
		tool = median("bare exec; the tool", 4)
		empty = median("empty kprobe; " nothing, 4) - bare
		four = median("netscan; the tool", 4) - tool
		printf "%-62s %9s %9s\n", "instructions", "cost", "at most"
		line("a bare exec of three instructions", bare, "")
		line("more with an empty kprobe on it", empty, "")
		line("more with netscan; of what is no tool",
		     median("netscan; " nothing, 4) - bare, empty + 300)
		line("the same; build-ids learned; of a file without one",
		     median("netscan; build-ids; " nothing, 4) - bare, empty + 300)
		line("the same; of a file with one",
		     median("netscan; build-ids; " id, 4) - bare_id, empty + 300)
		line("the same; of a file that was changed within two seconds",
		     median("netscan; build-ids; with a build-id; just changed", 4) - bare_id, empty + 300)
		line("of what is no tool; 16 rules and 64 exceptions",
		     median("netscan; 16 rules and 64 exceptions; " nothing, 4) - bare, empty + 400)
		line("the same; build-ids learned",
		     median("netscan; build-ids; 16 rules and 64 exceptions; " nothing, 4) - bare,
		     empty + 400)
		line("more with netscan; of a tool with 4 known arguments", four, 2500)
		line("the same; build-ids learned",
		     median("netscan; build-ids; the tool", 4) - tool, 2500)
		bare_new = median("bare exec; the tool; " sweep, 4)
		below = median("netscan; the tool; " sweep "; no scan", 4) - bare_new
		open = median("netscan; the tool; " sweep "; scan open", 4) - bare_new
		line("one of the 4 new each time; below the threshold", below, 2500)
		line("one of the 4 new each time; window full; scan open", open, 2500)
		bare_many = median("bare exec; the tool", 36)
		many = median("netscan; the tool", 36) - bare_many
		turned = median("netscan; the tool; in another order", 36) - bare_many
		bare_many = median("bare exec; the tool; " all_new, 36)
		below = median("netscan; the tool; " all_new "; no scan", 36) - bare_many
		open = median("netscan; the tool; " all_new "; scan open", 36) - bare_many
		line("each further argument of 16 bytes; known", (many - four) / 32, 120)
		line("the same; in another order than the exec before", (turned - four) / 32, 120)
		line("the same; new; below the threshold", (below - four) / 32, 120)
		line("the same; new; window full; scan open", (open - four) / 32, 120)
		alert = median("netscan; from new parents; threshold 4", 4)
		alert -= median("netscan; from new parents; threshold 5", 4)
		work = worker["threshold 4"] - worker["threshold 5"]
		work /= alerts["threshold 4"] ? alerts["threshold 4"] : 1
		line("an alert; in the task that execs; which wakes the worker", alert, 5000)
		alert = median("netscan; from new parents; threshold 4; worker awake", 4)
		alert -= median("netscan; from new parents; threshold 5; worker awake", 4)
		line("the same; the worker being awake", alert, 5000)
		line("an alert; in the worker", work, "")
		line("microseconds from an exec to a blocked reader; 99 of 100", latency, 1000)
		printf "\n%-62s %9s %9s\n", "instructions of the probe itself; more than of an empty one",
			"cost", "at most"
		line("an empty one; as it is taken here", probe["empty kprobe", 4], "")
		of(nothing, 4, 300)
		of("build-ids; " nothing, 4, 300)
		of("build-ids; " id, 4, 300)
		of("build-ids; with a build-id; just changed", 4, 300)
		of("16 rules and 64 exceptions; " nothing, 4, 400)
		of("build-ids; 16 rules and 64 exceptions; " nothing, 4, 400)
		of("the tool", 4, "")
		of("build-ids; the tool", 4, "")
		of("the tool; " sweep "; no scan", 4, "")
		of("the tool; " sweep "; scan open", 4, "")
		further("known", "the tool", "the tool")
		further("new; below the threshold", "the tool; " all_new "; no scan", "the tool")
		further("new; window full; scan open", "the tool; " all_new "; scan open", "the tool")
		printf "\n%-62s %9s %9s\n", "bytes of memory", "", "at most"
		line("allocated; one processor", bytes["allocated; one processor"], "")
		line("the same; with the module itself",
		     bytes["allocated; one processor"] + bytes["the module itself"], 2097152)
		exit failed
	}' "$1" | tr ';' ','
