#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - how soon a sweep is known of, as bench.sh has measured it, as a table and as bars
#
# Usage: sweep-plot.sh CSV SVG
set -eu
csv=$1 svg=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^# //p' "$csv"
echo
awk -F , -v points="$work/points" '
	BEGIN {
		name["netscan"] = "netscan"
		name["audit"] = "auditd log"
		name["snoopy"] = "snoopy log"
		name["batch"] = "batch, every 300 s"
		printf "%-34s %15s %15s\n", "microseconds", "median", "most"
	}
	$1 == "sweep" {
		printf "%-34s %15d %15d\n", name[$2], $4, $5
		# snoopy writes its line before the exec, whatever then comes of that.
		printf "\"%s%s\" %f %f\n", name[$2], $5 < 0 ? ": before it" : "",
			$4 / 1e6, $5 / 1e6 >points
	}' "$csv"
gnuplot <<END
set terminal svg size 760,300 font 'sans,11' background '#ffffff'
set output '$work/svg'
set title "seconds from the exec with the hundredth argument until it is known of\n{/*0.8 $("$(dirname "$0")/subtitle.sh" "$csv")}"
set logscale y
set format y "10^{%T}"
set yrange [1e-5:1e3]
set grid ytics lc rgb '#dddddd'
set style data histograms
set style fill solid 0.8 noborder
set boxwidth 0.9
set key top left
set xrange [-0.6:3.6]
plot '$work/points' using 2:xtic(1) title 'median', '' using 3 title 'most'
END
sed 's/[[:blank:]]*$//; ${/^$/d}' "$work/svg" >"$svg"
