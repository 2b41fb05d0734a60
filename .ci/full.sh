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
# that would not fit, or did not, is skipped, and says so.
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

FULL_BUDGET=${FULL_BUDGET:-4200}
verdicts=$CACHE/verdicts

# A cell: its name, the seconds it takes at worst with an empty cache, what it does, and
# what the harness is told. "vm" runs the kernel selftests, "build" builds without a warning.
cells()
{
	cat <<-END
	symbols             300 symbols KERNEL_SUITE=bookworm
	build-clang         300 build KERNEL=clang
	build-s390x         180 build ARCH=s390x
	build-i386          180 build ARCH=i386
	build-riscv64       300 build ARCH=riscv64 KERNEL=riscv64
	amd64-5.10          900 vm    KERNEL_SUITE=bullseye
	amd64-6.1           900 vm    KERNEL_SUITE=bookworm
	amd64-6.12          900 vm    KERNEL_SUITE=trixie
	amd64-6.12-rt       900 vm    KERNEL_SUITE=trixie FLAVOUR=rt-amd64
	amd64-7.x           900 vm    KERNEL_SUITE=trixie-backports
	arm64-6.1          1200 vm    KERNEL_SUITE=bookworm ARCH=arm64
	amd64-kprobeless    900 vm    KERNEL=kprobeless
	amd64-symbolless    900 vm    KERNEL=symbolless
	amd64-1cpu          900 vm    KERNEL_SUITE=bookworm SMP=1
	amd64-8cpu         2400 vm    KERNEL_SUITE=bookworm SMP=8 SLOW=6
	amd64-debug        3000 vm    KERNEL=debug
	amd64-kcsan        3000 vm    KERNEL=kcsan
	END
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

# time_left - seconds of the budget, at least 1
time_left()
{
	local left=$((FULL_BUDGET - ($(date +%s) - NETSCAN_START)))

	echo $((left > 0 ? left : 1))
}

# told COMMAND... - run it with what the cell tells the harness, while there is time
told()
{
	timeout -k 30 "$(time_left)" env -u SUITE -u ARCH -u KERNEL -u KERNEL_SUITE -u FLAVOUR \
		"${words[@]}" "$@"
}

# kernel_name - the kernel of the cell, with its version
kernel_name()
{
	# shellcheck disable=SC2016 # that shell expands it
	case $kind in
	vm) CACHE_NAME_ONLY=1 told selftests/vm/kernel.sh ;;
	*) CACHE_NAME_ONLY=1 told selftests/vm/headers.sh ;;
	esac | sed "s,^$CACHE/,,"
}

# run_vm - the selftests
run_vm()
{
	told selftests/vm/check.sh
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

# run_cell - the cell in $cell, $cost, $kind and $words
run_cell()
{
	local kept left started status=0 log=build/full-$cell.log

	if ! told selftests/vm/install.sh check >"$log" 2>&1 ||
		! kernel=$(kernel_name 2>>"$log") || [ -z "$kernel" ]; then
		echo "ok full: $cell # SKIP not to be had: $(tail -n 1 "$log")"
		return
	fi
	kept=$verdicts/$cell-$(echo "$tree $kernel $cost $kind ${words[*]}" | hash)
	if [ -e "$kept" ]; then
		echo "ok full: $cell: $(cat "$kept")"
		touch "$kept"
		return
	fi
	left=$(time_left)
	if [ "$left" -lt "$cost" ]; then
		echo "ok full: $cell # SKIP may take $cost s and $left s are left; run it again"
		return
	fi
	say "$cell: $kernel"
	started=$(date +%s)
	"run_$kind" >"$work/out" 2> >(tee -a "$log" >&2) || status=$?
	cat "$work/out" >>"$log"
	line="$(counts "$work/out"), $(($(date +%s) - started)) s"
	if [ "$(time_left)" -eq 1 ]; then
		echo "ok full: $cell # SKIP not at its end after $(($(date +%s) - started)) s; run it again"
	elif ! grep -q '^ok' "$work/out" || grep -q '^not ok' "$work/out"; then
		echo "not ok full: $cell: $line"
		grep -A 20 '^not ok' "$work/out" | head -n 100 | sed 's/^/    /'
		[ "$status" -eq 0 ] || echo "    status $status, see $log"
	elif ! grep '^ok' "$work/out" | grep -qvi '# skip'; then
		echo "ok full: $cell # SKIP $(grep -m 1 '^ok' "$work/out" | sed 's/.*# SKIP //')"
	else
		echo "$line on $(date -u +%F)" >"$kept"
		echo "ok full: $cell: $line"
	fi
}

cd "$TOP"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build "$verdicts"
find "$verdicts" -type f -mtime +30 -delete
tree=$(tree)
unset KDIR
wanted=" $* "
cells >"$work/cells"
for cell in "$@"; do
	grep -q "^$cell " "$work/cells" ||
		die "no cell is named $cell ($(awk '{ print $1 }' "$work/cells" | xargs))"
done
while read -r cell cost kind more <&4; do
	[ "$wanted" = "  " ] || [[ $wanted == *" $cell "* ]] || continue
	read -ra words <<<"$more"
	run_cell </dev/null
done 4<"$work/cells"
