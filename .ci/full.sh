#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run the selftests on every kernel, build for every architecture; one verdict a cell
#
# Usage: full.sh [CELL...]; all cells, or those named.
#
# What a cell has passed with is kept in the cache; it is run again only if the
# sources, the tests or its kernel have changed. FULL_BUDGET is how many seconds
# may pass until all ends, counted from the start of the outermost script: a cell
# that would not fit, or did not, is skipped, and says so. What a cell has taken is
# kept as well: by that, and a quarter, it is judged whether it fits the next time.
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

FULL_BUDGET=${FULL_BUDGET:-4200}
verdicts=$CACHE/verdicts
took=$CACHE/took

# A cell: its name, the seconds it takes at worst, those that its kernel takes where the cache
# has none, what it does, and what the harness is told. "vm" runs the kernel selftests, all or
# those of TESTS, "build" builds without a warning. A slow kernel's are run in parts.

# quick_cells - those that take seconds, once their kernel's headers are there
quick_cells()
{
	cat <<-END
	symbols-5.10        200  100 symbols KERNEL_SUITE=bullseye
	symbols-6.1         200   60 symbols KERNEL_SUITE=bookworm
	symbols-6.12        200  100 symbols KERNEL_SUITE=trixie
	symbols-7.x         200  100 symbols KERNEL_SUITE=trixie-backports
	symbols-arm64       200  100 symbols KERNEL_SUITE=bookworm ARCH=arm64
	build-clang         200  100 build KERNEL=clang
	build-s390x         180   60 build ARCH=s390x
	build-i386          180   60 build ARCH=i386
	build-riscv64       200  100 build ARCH=riscv64 KERNEL=riscv64
	END
}

# debug_cells - the kernel that checks itself: one of them, at least, whenever anything has changed
debug_cells()
{
	parts amd64-debug   900  950 VM_TIMEOUT=200 KERNEL=debug
}

# refusing_cells - those whose kernel cannot serve the module
refusing_cells()
{
	cat <<-END
	amd64-kprobeless    300  600 vm    KERNEL=kprobeless
	amd64-symbolless    300  600 vm    KERNEL=symbolless
	END
}

# other_cells - those that take turns in what time is left
other_cells()
{
	cat <<-END
	amd64-5.10          900  100 vm    KERNEL_SUITE=bullseye
	amd64-6.1           900  100 vm    KERNEL_SUITE=bookworm
	amd64-6.12          900  100 vm    KERNEL_SUITE=trixie
	amd64-6.12-rt       900  100 vm    KERNEL_SUITE=trixie FLAVOUR=rt-amd64
	amd64-7.x           900  100 vm    KERNEL_SUITE=trixie-backports
	arm64-6.1          1200  100 vm    KERNEL_SUITE=bookworm ARCH=arm64
	amd64-1cpu          900  100 vm    KERNEL_SUITE=bookworm SMP=1
	END
}

# long_cells - those that are not for each change: what has not passed is left where FULL_SHORT is set
long_cells()
{
	cat <<-END
	amd64-8cpu         2400  100 vm    KERNEL_SUITE=bookworm SMP=8 SLOW=6
	debug-stress       1500  950 vm    VM_TIMEOUT=150 KERNEL=debug $stress
	END
	parts amd64-kcsan   900  950 VM_TIMEOUT=300 KERNEL=kcsan
	cat <<-END
	kcsan-stress       1200  950 vm    VM_TIMEOUT=250 KERNEL=kcsan $stress
	coverage           1800  950 coverage KERNEL=gcov
	amd64-full         6000  100 vm    KERNEL_SUITE=bookworm VM_TIMEOUT=10000 MEM=2048 FULL=1 $large
	END
}

stress="FULL=1 GUEST_EXTRA=stress-ng,trinity TESTS=stress_test.sh"
large="TESTS=load_test,crowd_test,pressure_test,suspend_test"

# parts NAME SECONDS KERNEL WORD... - a cell each for four parts of the selftests
parts()
{
	local i

	for i in 1 2 3 4; do
		echo "$1-$i $2 $3 vm PART=$i/4 ${*:4}"
	done
}

# by_wait - the cells of standard input, that which has waited longest first
by_wait()
{
	local line

	while read -r line; do
		echo "$(stat -c %Y "$took/${line%% *}" 2>/dev/null || echo 0) $line"
	done | sort -s -n -k 1,1 | cut -d ' ' -f 2-
}

# cells - all, in the order in which they are run
cells()
{
	quick_cells
	debug_cells | by_wait | sed -n 1p
	refusing_cells
	{
		debug_cells | by_wait | sed 1d
		other_cells
	} | by_wait
	long_cells
}

# is_long - whether the cell is not for each change
is_long()
{
	long_cells | grep -q "^$cell "
}

# tree - a name for everything here that a cell's verdict depends on
tree()
{
	git -c safe.directory="$TOP" ls-files -co --exclude-standard -- Kbuild dkms.conf module \
		userspace selftests ':!selftests/host/*.c' ':!selftests/bench' .ci/full.sh |
		LC_ALL=C sort | while IFS= read -r file; do
			[ ! -f "$file" ] || sha256sum "$file"
		done | hash
}

# more_KIND - what else the verdict of a cell of that kind depends on
more_vm() { :; }
more_build() { :; }
more_symbols() { :; }
more_coverage() { cat .ci/coverage.* selftests/host/*.c | hash; }

# time_left - seconds of the budget, at least 1
time_left()
{
	local left=$((FULL_BUDGET - ($(date +%s) - NETSCAN_START)))

	echo $((left > 0 ? left : 1))
}

# told COMMAND... - run it with what the cell tells the harness, while there is time
told()
{
	told_within "$(time_left)" "$@"
}

# told_within SECONDS COMMAND... - no longer than that
told_within()
{
	local seconds=$1

	shift
	timeout -k 30 "$seconds" env -u SUITE -u ARCH -u KERNEL -u KERNEL_SUITE -u FLAVOUR \
		-u SMP -u SLOW -u FULL -u PART -u GUEST_EXTRA -u VM_TIMEOUT "${words[@]}" "$@"
}

# price - the seconds that the cell may take: by what it took last, else as the table says
price()
{
	local seconds=$cost building=$build

	[ ! -s "$took/$cell" ] || seconds=$(($(cat "$took/$cell") * 5 / 4))
	[ ! -e "$CACHE/$kernel" ] || building=0
	echo $((seconds + building))
}

# kernel_name - the kernel of the cell, with its version; asked for when no time is left, too
kernel_name()
{
	case $kind in
	vm | coverage) CACHE_NAME_ONLY=1 told_within 120 selftests/vm/kernel.sh ;;
	*) CACHE_NAME_ONLY=1 told_within 120 selftests/vm/headers.sh ;;
	esac | sed "s,^$CACHE/,,"
}

# have_kernel - the kernel of the cell, where the cache has none: what it takes is not the cell's
have_kernel()
{
	case $kind in
	vm | coverage) told selftests/vm/kernel.sh ;;
	*) told selftests/vm/headers.sh ;;
	esac
}

# run_vm - the selftests, or those of them that the cell names
run_vm()
{
	local word tests=()

	for word in "${words[@]}"; do
		[[ $word != TESTS=* ]] || IFS=, read -ra tests <<<"${word#TESTS=}"
	done
	told selftests/vm/check.sh "${tests[@]}"
}

# run_build - without a warning
run_build()
{
	local kdir release more

	kdir=$(told selftests/vm/headers.sh)
	release=$(cat "$kdir/include/config/kernel.release")
	more=$(told sh -c 'TOP=. && . selftests/vm/lib.sh && kernel_says make')
	# shellcheck disable=SC2086 # one word an argument
	if KDIR=$kdir told selftests/vm/module.sh "$release" "$work/netscan.ko" $more W=1 \
		KCFLAGS=-Werror >"$work/build" 2>&1; then
		echo "ok $cell: builds without a warning for Linux $release"
	else
		echo "not ok $cell: builds without a warning for Linux $release"
		tail -n 40 "$work/build" | sed 's/^/    /'
	fi
}

# run_coverage - the lines of the module that all tests run, and do not
run_coverage()
{
	told .ci/coverage.sh
}

# run_symbols - nothing is used that Debian alone exports
run_symbols()
{
	told selftests/vm/symbols.sh
}

# counts - what the verdicts of a cell amount to
counts()
{
	local skipped passed failed

	skipped=$(grep -ci '^ok .*# skip' "$1" || true)
	passed=$(($(grep -c '^ok' "$1" || true) - skipped))
	failed=$(grep -c '^not ok' "$1" || true)
	echo "$passed passed, $failed failed, $skipped skipped"
}

# judge_cell - the verdict of the cell, of what it has put out, which took so many seconds
judge_cell()
{
	local seconds=$1 status=$2 line

	line="$(counts "$work/out"), $seconds s"
	if [ "$(time_left)" -eq 1 ]; then
		# It is not begun again with as little time.
		[ "$seconds" -lt "$cost" ] || echo $((seconds * 3 / 2)) >"$took/$cell"
		echo "ok full: $cell # SKIP not at its end after $seconds s; run it again"
	elif ! grep -q '^ok' "$work/out" || grep -q '^not ok' "$work/out"; then
		echo "not ok full: $cell: $line"
		grep -A 20 '^not ok' "$work/out" | head -n 100 | sed 's/^/    /'
		[ "$status" -eq 0 ] || echo "    status $status, see $log"
	elif ! grep '^ok' "$work/out" | grep -qvi '# skip'; then
		echo "ok full: $cell # SKIP $(grep -m 1 '^ok' "$work/out" | sed 's/.*# SKIP //')"
	else
		echo "$line on $(date -u +%F)" >"$kept"
		echo "$seconds" >"$took/$cell"
		echo "ok full: $cell: $line"
		[ "$kind" != vm ] || ! is_long || sed -n 's/^# figure: /    /p' build/check.results
	fi
}

# run_cell - the cell in $cell, $cost, $build, $kind and $words
run_cell()
{
	local left price started status=0

	log=build/full-$cell.log
	if ! told_within 120 selftests/vm/install.sh check >"$log" 2>&1 ||
		! kernel=$(kernel_name 2>>"$log") || [ -z "$kernel" ]; then
		echo "ok full: $cell # SKIP not to be had: $(tail -n 1 "$log")"
		return
	fi
	kept=$verdicts/$cell-$(echo "$tree $(more_"$kind") $kernel $kind ${words[*]}" | hash)
	if [ -e "$kept" ]; then
		echo "ok full: $cell: $(cat "$kept")"
		touch "$kept"
		return
	fi
	if [ -n "${FULL_SHORT:-}" ] && is_long; then
		echo "ok full: $cell # SKIP not for each change: make check-full runs it"
		return
	fi
	left=$(time_left)
	price=$(price)
	if [ "$FULL_BUDGET" -lt "$price" ]; then
		echo "ok full: $cell # SKIP may take $price s: give it a FULL_BUDGET of that"
		return
	fi
	if [ "$left" -lt "$price" ]; then
		echo "ok full: $cell # SKIP may take $price s and $left s are left; run it again"
		return
	fi
	say "$cell: $kernel"
	: >"$work/out"
	if [ ! -e "$CACHE/$kernel" ]; then
		have_kernel >/dev/null 2> >(tee -a "$log" >&2) || status=$?
	fi
	started=$(date +%s)
	if [ "$status" -eq 0 ]; then
		"run_$kind" >"$work/out" 2> >(tee -a "$log" >&2) || status=$?
	fi
	cat "$work/out" >>"$log"
	judge_cell $(($(date +%s) - started)) "$status"
}

cd "$TOP"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build "$verdicts" "$took"
find "$verdicts" -type f -mtime +30 -delete
tree=$(tree)
unset KDIR
wanted=" $* "
cells >"$work/cells"
for cell in "$@"; do
	grep -q "^$cell " "$work/cells" ||
		die "no cell is named $cell ($(awk '{ print $1 }' "$work/cells" | xargs))"
done
while read -r cell cost build kind more <&4; do
	[ "$wanted" = "  " ] || [[ $wanted == *" $cell "* ]] || continue
	read -ra words <<<"$more"
	run_cell </dev/null
done 4<"$work/cells"
