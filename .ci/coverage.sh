#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - which lines of the module the host tests and the kernel selftests run, by file
#
# Usage: coverage.sh [TEST...]; the selftests are all, or those named. KERNEL must be gcov.
#
# A line counts if the kernel's compiler made code of it; it has run if it did on either
# side. The verdict is that of all files together; before it come the lines that never ran.
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

# report HOST GUEST - percent by file, and the lines that never ran, of the two answers of gcov
report()
{
	awk -v enough="$ENOUGH" '
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
		if (count ~ /^[0-9]/)
			ran[key] = 1
		if (FILENAME ~ /guest$/ && count != "-")
			code[key] = text
	}
	END {
		for (key in code) {
			split(key, part, ":")
			lines[part[1]]++
			all++
			if (key in ran) {
				hit[part[1]]++
				some++
			}
		}
		for (file in lines)
			printf "    %5.1f %%  %4d of %4d  module/%s\n", 100 * hit[file] / lines[file],
				hit[file], lines[file], file | "sort -k 6"
		close("sort -k 6")
		for (key in code)
			if (!(key in ran))
				printf "    never run: module/%s:%s\n", key, code[key] | "sort -V"
		close("sort -V")
		percent = all ? 100 * some / all : 0
		printf "%s coverage: %.1f %% of %d lines of the module ran\n",
			(percent >= enough ? "ok" : "not ok"), percent, all
	}' "$1" "$2"
}

[ "$KERNEL" = gcov ] || die "the kernel must be gcov (make coverage tells it so)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$TOP/build"
host_lines >"$work/lines.host"
guest_lines "$@" >"$work/lines.guest"
# The kernel's own headers are not where its compiler saw them.
grep -v '^Cannot open source file' "$work/gcov" >&2 || true
report "$work/lines.host" "$work/lines.guest" | tee "$TOP/build/coverage"
