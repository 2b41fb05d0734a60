#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - what an exec costs with netscan, without, and with what else watches execs
#
# Usage: bench.sh [netscan|hostile|others]...; all if none is named. Prints tables and leaves them in
# build/bench, with the rows as CSV and curves as SVG. QEMU counts the guest's instructions (-icount)
# and its clock runs two nanoseconds for each, so that what else this machine does changes nothing.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# What is compared with, from Debian.
OTHERS="auditd bpftrace libbpf-tools rsyslog snoopy sysdig"
SCAP=falcosecurity-scap-dkms

# run WHAT COMMAND... - quietly, if it succeeds
run()
{
	local what=$1

	shift
	"$@" >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		die "$what"
	}
}

# build_stage - what is laid over the guest
build_stage()
{
	local program flags=(-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O2)

	say "bench: building for Linux $release"
	mkdir -p "$stage/bench"
	run "the module does not build" selftests/vm/module.sh "$release" "$stage/netscan.ko"
	cp -r selftests/bench "$work/empty"
	run "the module that does nothing does not build" \
		build_make -C "$KDIR" M="$work/empty" modules
	cp "$work/empty/empty.ko" selftests/bench/guest.sh selftests/bench/others.sh \
		selftests/bench/hostile.sh "$stage/bench/"
	for program in execs latency; do
		gcc "${flags[@]}" -static -o "$stage/bench/$program" "selftests/bench/$program.c"
	done
	gcc "${flags[@]}" -o "$stage/bench/execs-dynamic" selftests/bench/execs.c
	gcc -static -nostdlib -Wl,--build-id=none -o "$stage/bench/nothing" selftests/bench/nothing.S
}

# build_scap - Falco's module; without it, one row is missing
build_scap()
{
	mkdir "$work/scap"
	fetch_deb $SCAP "$(candidate $SCAP)" "$work/scap"
	dpkg-deb -x "$work/scap"/*.deb "$work/scap"
	if build_make -C "$KDIR" M="$(echo "$work/scap"/usr/src/*)" modules >"$work/said" 2>&1; then
		cp "$work/scap"/usr/src/*/scap.ko "$stage/bench/"
	else
		say "bench: $SCAP does not build for Linux $release"
	fi
}

# measure PART SCRIPT ROOTFS MEM - boot a guest and leave its rows in PART.csv
measure()
{
	selftests/vm/initramfs.sh "$3" "$kernel" "$stage" "$work/initrd"
	say "bench: booting Linux $release in QEMU, which counts instructions (some ten minutes)"
	ACCEL=tcg SMP=1 selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" \
		--results - --log "$out/$1.log" --run "/bench/$2" --mem "$4" \
		--timeout "$BENCH_TIMEOUT" -- -icount shift=1,sleep=off |
		tee "$work/results" |
		sed -u -n '/^@@/d; s/^row\t[a-z]*\t\([^\t]*\)\t\([^\t]*\)\t\([^\t]*\).*/\1 (\2): \3/; s/^/  /p' \
			>&2 || true
	grep -qx '@@ exit 0' "$work/results" || die "the guest did not come to its end, see above"
	{
		echo "# netscan $(git describe --always --dirty 2>/dev/null || echo '?'), Linux $release"
		echo "# $("$QEMU" --version | head -n 1)"
		echo "# make bench on $(date -u +%Y-%m-%d), -icount shift=1,sleep=off -smp 1 -cpu max"
		sed -n 's/^version\t/# /p' "$work/results"
		echo 'part,what,x,least,median,all'
		sed -n 's/^row\t//p' "$work/results" | sed 's/,/;/g' | tr '\t' ','
	} >"$out/$1.csv"
}

measure_netscan()
{
	measure netscan guest.sh "$(selftests/vm/rootfs.sh)" "$MEM"
	selftests/bench/table.sh "$out/netscan.csv" | tee "$out/netscan.txt"
	selftests/bench/plot.sh "$out/netscan.csv" "$out/growth.svg"
	say "bench: the rows are in $out/netscan.csv, the curves in $out/growth.svg"
}

# What an exec takes more with netscan than the same without it, by the number of its arguments.
measure_hostile()
{
	measure hostile hostile.sh "$(selftests/vm/rootfs.sh)" "$MEM"
	awk -F , '
		$2 == "without netscan" { bare[$3] = $4 }
		sub("^with netscan", "netscan", $2) {
			printf "%-20s %8d arguments: %10d on top of %d\n", $2, $3, $4 - bare[$3], bare[$3]
		}' "$out/hostile.csv" | tee "$out/hostile.txt"
	say "bench: the rows are in $out/hostile.csv"
}

measure_others()
{
	local rootfs

	build_scap
	rootfs=$(GUEST_EXTRA="$OTHERS" selftests/vm/rootfs.sh)
	sed -n "s/^\(auditd\|bpftrace\|libbpf-tools\|rsyslog\|snoopy\|sysdig\)_\([^_]*\)_.*/\1 \2/p" \
		"$(dirname "$rootfs")/debs" | sed 's/%3a/:/' >"$stage/bench/versions"
	echo "$SCAP $(candidate $SCAP)" >>"$stage/bench/versions"
	measure others others.sh "$rootfs" 4096
	selftests/bench/others-table.sh "$out/others.csv" | tee "$out/others.txt"
	say "bench: the rows are in $out/others.csv"
}

cd "$TOP"
selftests/vm/install.sh bench
kernel=$(selftests/vm/kernel.sh)
release=$(cat "$kernel/release")
[ -n "$KDIR" ] || KDIR=$(selftests/vm/headers.sh "$release")
export KDIR

out=build/bench
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
build_stage
[ $# -gt 0 ] || set -- netscan hostile others
for part in "$@"; do
	case $part in
	netscan | hostile | others) "measure_$part" ;;
	*) die "bench.sh: nothing is known of $part" ;;
	esac
done
