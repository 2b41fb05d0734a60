#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - which lines of the module the host tests and the kernel selftests run, by file
#
# Usage: coverage.sh [TEST...]; the selftests are all, or those named. KERNEL must be gcov.
#
# A line counts if the kernel's compiler made code of it. Of all files together, enough must have
# run in the guest, and on either side; those that never ran are listed, and must be those that
# coverage.unreached gives the reason of, each line of it "file: text of the line: reason".
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# Less than this many percent of all lines is a failure.
ENOUGH=95

# host_lines - what gcov says of the pure files, once the host tests have run
host_lines()
{
	local file

	cd "$TOP/selftests/host"
	build_make -s coverage >"$work/host" 2>&1 || tail -n 20 "$work/host" >&2
	for file in $(build_make -s pure); do
		gcov --stdout "build/cover/$file.gcda" 2>>"$work/gcov"
	done
}

# guest_lines [TEST...] - what gcov says of all files, once the selftests have run in a guest
guest_lines()
{
	local dir name data

	cd "$TOP"
	selftests/vm/check.sh "$@" >"$work/verdicts" || true
	grep -A 5 '^not ok' "$work/verdicts" >&2 || true
	# The newest: there may be one of other arguments from before.
	dir=$(find build -path "*/$(cat "$(selftests/vm/kernel.sh)/release")-*GCOV*/module" \
		-printf '%T@ %p\n' | sort -n | sed -n '$s/[^ ]* //p')
	rm -f "$dir/"*.gcda
	while read -r name data; do
		base64 -d <<<"$data" >"$dir/$name"
	done < <(tr -d '\r' <build/check.results | sed -n 's/^@@ gcov //p')
	for name in "$dir/"*.gcno; do
		gcov --stdout "${name%.gcno}.gcda" 2>>"$work/gcov"
	done
}

# report UNREACHED HOST GUEST - percent by file, the lines that never ran, and the verdicts, of the
# list of lines with a reason and of the two answers of gcov
report()
{
	awk -v enough="$ENOUGH" '
	function trim(text)
	{
		gsub(/^[ \t]+|[ \t]+$/, "", text)
		return text
	}
	function judge(what, some,	percent)
	{
		percent = all ? 100 * some / all : 0
		printf "%s coverage: %.1f %% of %d lines of the module ran %s\n",
			(percent >= enough ? "ok" : "not ok"), percent, all, what
	}
	FILENAME ~ /unreached$/ {
		if (/^#/ || !NF)
			next
		file = $0
		sub(/:.*/, "", file)
		text = substr($0, length(file) + 2)
		# The text may have colons of its own; the reason has none.
		if (!match(text, /: [^:]+$/))
			wrong[$0] = 1
		else
			reason[file ":" trim(substr(text, 1, RSTART - 1))] = $0
		reasons++
		next
	}
	/^ *-: *0:Source:/ {
		file = $0
		sub(/.*Source:/, "", file)
		ours = file ~ /(^|\/)module\/[a-z]+\.[ch]$/
		sub(/.*\//, "", file)
		next
	}
	!ours || !/^ *[^ :]+: *[1-9][0-9]*:/ { next }
	{
		count = line = $0
		sub(/:.*/, "", count)
		gsub(/[ *]/, "", count)
		sub(/^[^:]*: */, "", line)
		text = line
		sub(/:.*/, "", line)
		sub(/^[0-9]*:/, "", text)
		key = file ":" line
		if (count ~ /^[0-9]/) {
			ran[key] = 1
			if (FILENAME ~ /guest$/)
				ran_there[key] = 1
		}
		if (FILENAME ~ /guest$/ && count != "-")
			code[key] = text
	}
	END {
		for (key in code) {
			split(key, part, ":")
			lines[part[1]]++
			all++
			there += key in ran_there
			if (key in ran) {
				hit[part[1]]++
				some++
				continue
			}
			what = part[1] ":" trim(code[key])
			if (what in reason)
				met[what] = 1
			else
				unexplained[key] = 1
		}
		for (file in lines)
			printf "    %5.1f %%  %4d of %4d  module/%s\n", 100 * hit[file] / lines[file],
				hit[file], lines[file], file | "sort -k 6"
		close("sort -k 6")
		for (key in code)
			if (!(key in ran))
				printf "    never run%s: module/%s:%s\n",
					key in unexplained ? "" : ", with reason", key, code[key] | "sort -V"
		close("sort -V")
		judge("in the guest", there)
		judge("in the guest or on the host", some)
		if (!reasons) {
			print "ok coverage: each line that never ran has a reason # SKIP none is written down yet"
			exit
		}
		for (key in unexplained) {
			printf "not ok coverage: module/%s never ran, and no reason is given\n", key | "sort -V"
			bad = 1
		}
		for (what in reason)
			if (!(what in met))
				wrong[reason[what]] = 1
		for (what in wrong) {
			printf "not ok coverage: no line that never ran is: %s\n", what | "sort -V"
			bad = 1
		}
		close("sort -V")
		if (!bad)
			print "ok coverage: every line that never ran has a reason, every reason a line"
	}' "$1" "$2" "$3"
}

[ "$KERNEL" = gcov ] || die "the kernel must be gcov (make coverage tells it so)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$TOP/build"
host_lines >"$work/lines.host"
guest_lines "$@" >"$work/lines.guest"
# The kernel's own headers are not where its compiler saw them.
grep -v '^Cannot open source file' "$work/gcov" >&2 || true
report .ci/coverage.unreached "$work/lines.host" "$work/lines.guest" | tee "$TOP/build/coverage"
