#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - curves of what bench.sh has measured
#
# Usage: plot.sh CSV SVG
set -eu
csv=$1 svg=$2
subtitle=$("$(dirname "$0")/subtitle.sh" "$csv")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# points PART WHAT BARE - x and what an exec costs there over the bare one of that name
points()
{
	awk -F , -v part="$1" -v what="$2" -v bare="$3" '
		$1 == "exec" && $2 == bare && $3 == 4 && (!base || $4 < base) { base = $4 }
		$1 == part && $2 == what { print $3, $4 - base }' "$csv"
}

points groups 'known parent' 'bare exec; the tool' >"$work/known"
points groups 'new parents' 'bare exec; from new parents' >"$work/new"
for part in 'arguments in the window' 'rules for the tool' 'exceptions for other users'; do
	points "${part%% *}" "${part#* }" 'bare exec; the tool' >"$work/${part%% *}"
done
gnuplot <<END
set terminal svg size 900,660 font 'sans,11' background '#ffffff'
set output '$work/svg'
set multiplot layout 2,2 title \
	"instructions that netscan adds to an exec of a tool with 4 arguments\n{/*0.8 $subtitle}"
set yrange [0:*]
set grid ytics lc rgb '#dddddd'
set style data linespoints
set key top left
set xlabel 'groups in use (of 3840)'
set xtics 960
plot '$work/known' title 'known parent' pt 7 ps 0.5, '$work/new' title 'new parents' pt 7 ps 0.5
set xtics autofreq
set xlabel 'distinct arguments in the window (of 128)'
plot '$work/arguments' notitle pt 7 ps 0.5
set xlabel 'rules that count the tool'
plot '$work/rules' notitle pt 7 ps 0.5
set xlabel 'exceptions for the tool, of other users'
plot '$work/exceptions' notitle pt 7 ps 0.5
unset multiplot
END
# Without groups of nothing, which are half of it.
tr '\n' '\r' <"$work/svg" | sed 's,<g [^>]*>\r*</g>\r,,g; s,\r\r*,\r,g; s,\t,,g' | tr '\r' '\n' >"$svg"
