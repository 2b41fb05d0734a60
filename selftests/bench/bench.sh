#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - what an exec costs with netscan, without, and with what else watches execs
#
# Usage: bench.sh [netscan|hostile|smp|others|sweep]...; all if none is named. Prints one table and
# leaves it in build/bench/table.txt, with the rows of each part as CSV and curves as SVG. QEMU counts the guest's instructions (-icount)
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
	cp -r selftests/stopwatch "$work/stopwatch"
	run "the module that takes the time does not build" \
		build_make -C "$KDIR" M="$work/stopwatch" modules
	cp "$work/empty/empty.ko" "$work/stopwatch/stopwatch.ko" \
		selftests/bench/{guest,others,hostile,smp,sweep}.sh selftests/bench/follow.py \
		"$stage/bench/"
	for program in execs latency; do
		gcc "${flags[@]}" -static -o "$stage/bench/$program" "selftests/bench/$program.c"
	done
	gcc "${flags[@]}" -o "$stage/bench/execs-dynamic" selftests/bench/execs.c
	gcc -static -nostdlib -Wl,--build-id=none -o "$stage/bench/nothing" selftests/bench/nothing.S
	gcc -static -nostdlib -Wl,--build-id=sha1 -o "$stage/bench/nothing-id" \
		selftests/bench/nothing.S
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

# measure PART SCRIPT ROOTFS MEM [SMP] - boot a guest and leave its rows in PART.csv
#
# Of more processors than one, the guest begins with one: they would wait for each other while the
# kernel boots, and QEMU gives way to another one late.
measure()
{
	local smp=${5:-1} words=''

	[ "$smp" -eq 1 ] || words='maxcpus=1 tsc=reliable'
	selftests/vm/initramfs.sh "$3" "$kernel" "$stage" "$work/initrd"
	say "bench: booting Linux $release in QEMU, which counts instructions (some ten minutes)"
	ACCEL=tcg,thread=single SMP=$smp selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" \
		--results - --log "$out/$1.log" --run "/bench/$2" --mem "$4" \
		--timeout "$BENCH_TIMEOUT" --append "$words" -- -icount shift=1,sleep=off |
		tee "$work/results" |
		sed -u -n '/^@@/d; /^config/d; /^version/d; s/^row\t[a-z]*\t\([^\t]*\)\t\([^\t]*\)\t\([^\t]*\).*/\1 (\2): \3/; s/^/  /p' \
			>&2 || true
	grep -qx '@@ exit 0' "$work/results" || die "the guest did not come to its end, see above"
	{
		echo "# netscan $(git describe --always --dirty 2>/dev/null || echo '?'), Linux $release"
		echo "# $("$QEMU" --version | head -n 1)"
		echo "# make bench on $(date -u +%Y-%m-%d), -icount shift=1,sleep=off -smp $smp -cpu max"
		echo "# $(gcc --version | head -n 1)"
		sed -n 's/^version\t/# /p' "$work/results"
		sed -n 's/^config\t/# config /p' "$work/results"
		echo 'part,what,x,least,median,all'
		sed -n 's/^row\t//p' "$work/results" | sed 's/,/;/g' | tr '\t' ','
	} >"$out/$1.csv"
}

# keep PART - the part's table
keep()
{
	cat >"$out/$1.txt"
}

# one_table PART... - what was measured with, then the tables of these parts
one_table()
{
	local part

	sed -n '/^# config/d; /^part,/q; s/^# //p' "$out/${*: -1}.csv"
	for part in "$@"; do
		echo
		# What has a heading of its own has it up to an empty line.
		awk '
			NR == 1 { body = !/^netscan .*, Linux / }
			body
			!NF { body = 1 }' "$out/$part.txt"
	done
}

measure_netscan()
{
	measure netscan guest.sh "$(selftests/vm/rootfs.sh)" "$MEM"
	selftests/bench/table.sh "$out/netscan.csv" | keep netscan
	selftests/bench/plot.sh "$out/netscan.csv" "$out/growth.svg"
	say "bench: the rows are in $out/netscan.csv, the curves in $out/growth.svg"
}

# What an exec takes more with netscan than the same without it, by the number of its arguments.
measure_hostile()
{
	measure hostile hostile.sh "$(selftests/vm/rootfs.sh)" "$MEM"
	awk -F , '
		$1 == "longest" { printf "%-36s longest of %d: %d\n", $2, $3, $4; next }
		$2 == "without netscan" { bare[$3] = $4 }
		sub("^with ", "", $2) {
			printf "%-36s %8d arguments: %10d on top of %d\n",
				$2, $3, $4 - bare[$3], bare[$3]
		}' "$out/hostile.csv" | tr ';' ',' | keep hostile
	say "bench: the rows are in $out/hostile.csv"
}

measure_smp()
{
	measure smp smp.sh "$(selftests/vm/rootfs.sh)" "$MEM" 8
	selftests/bench/smp-table.sh "$out/smp.csv" | keep smp
	say "bench: the rows are in $out/smp.csv"
}

# rootfs_of_others - the guest's files with what netscan is compared with
rootfs_of_others()
{
	local rootfs

	rootfs=$(GUEST_EXTRA="$OTHERS" selftests/vm/rootfs.sh)
	sed -n "s/^\(auditd\|bpftrace\|libbpf-tools\|rsyslog\|snoopy\|sysdig\)_\([^_]*\)_.*/\1 \2/p" \
		"$(dirname "$rootfs")/debs" | sed 's/%3a/:/' >"$stage/bench/versions"
	echo "$rootfs"
}

measure_others()
{
	local rootfs

	build_scap
	rootfs=$(rootfs_of_others)
	echo "$SCAP $(candidate $SCAP)" >>"$stage/bench/versions"
	measure others others.sh "$rootfs" 4096
	selftests/bench/others-table.sh "$out/others.csv" | keep others
	say "bench: the rows are in $out/others.csv"
}

measure_sweep()
{
	measure sweep sweep.sh "$(rootfs_of_others)" 4096
	selftests/bench/sweep-plot.sh "$out/sweep.csv" "$out/latency.svg" | keep sweep
	say "bench: the rows are in $out/sweep.csv, a picture in $out/latency.svg"
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
[ $# -gt 0 ] || set -- netscan hostile smp others sweep
for part in "$@"; do
	case $part in
	netscan | hostile | smp | others | sweep) "measure_$part" ;;
	*) die "bench.sh: nothing is known of $part" ;;
	esac
done
one_table "$@" | tee "$out/table.txt"
