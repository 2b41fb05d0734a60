#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - run the kernel selftests in a guest; prints one verdict a line
#
# Usage: check.sh [TEST...]; all tests, or those named, and of these what PART says. Every
# line of standard output is a verdict, "ok vm/…" or "not ok vm/…", or the indented reason of one.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# fail WHAT FILE - the one verdict left when there is no guest to judge, and why
fail()
{
	echo "not ok vm: $1"
	sed 's/^/    /' "$2"
	exit 1
}

# list_tests - the names of the programs to run: those kselftest would, and the shell scripts
list_tests()
{
	{
		build_make -s -C "$TOP/selftests" KSELFTEST_DIR="$selftests" OUTPUT="$stage/tests" \
			CROSS_COMPILE="$CROSS" COLLECTION=netscan emit_tests | sed -n 's/^netscan://p'
		(cd "$TOP/selftests" && find . -maxdepth 1 -name '*.sh' | sed 's,^\./,,' | sort)
	} | awk '!seen[$0]++'
}

# take_part - of the lines of standard input, those that PART names
take_part()
{
	_part=${PART:-1/1}
	awk -v i="${_part%/*}" -v n="${_part#*/}" 'NR % n == i % n'
}

# judge_module - whether the kernel's checks are in the module, too
judge_module()
{
	for _check in KASAN=__asan_ KCSAN=__tsan_ UBSAN=__ubsan_handle_; do
		grep -q "^CONFIG_${_check%=*}=y" "$kernel/config" || continue
		if nm "$stage/netscan.ko" | grep -q " U ${_check#*=}"; then
			echo "ok vm: ${_check%=*} checks the module"
		else
			echo "not ok vm: ${_check%=*} checks the module"
		fi
	done
}

cd "$TOP"
case $PART in
'' | [1-9]/[1-9]) ;;
*) die "PART must be like 1/4 (it is $PART)" ;;
esac
kernel=$(selftests/vm/kernel.sh)
rootfs=$(selftests/vm/rootfs.sh)
selftests=$(selftests/vm/source.sh)/tools/testing/selftests
release=$(cat "$kernel/release")
[ -n "$KDIR" ] || KDIR=$(selftests/vm/headers.sh "$release")
export KDIR

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
mkdir -p "$stage/usr/bin" "$stage/tests" build

mem=$(kernel_says mem)
# On a slow kernel, whatever has a time limit may take so many times that.
slow=$(kernel_says slow)
if [ -n "$slow" ]; then
	cp -r "$selftests" "$work/selftests"
	selftests=$work/selftests
	sed -i "s/alarm(t->timeout)/alarm($slow * t->timeout)/" "$selftests/kselftest_harness.h"
fi

# What the module is told to be; self-tests that it has must have run.
more="${SELFTEST:+SELFTEST=$SELFTEST} $(kernel_says make)"
case " $more " in
*" SELFTEST=1 "*) : >"$stage/tests/selftests" ;;
esac

say "vm: building the module for Linux $release, the programs and the tests"
# shellcheck disable=SC2086 # one word an argument
selftests/vm/module.sh "$release" "$stage/netscan.ko" $more W=1 KCFLAGS=-Werror \
	>"$work/build" 2>&1 ||
	fail "the module is built" "$work/build"
! kernel_is_built || judge_module
if ! kernel_is_built || [ -z "$(kernel_says refuses)" ]; then
	for name in starve stopwatch tamper; do
		# shellcheck disable=SC2046 # one word an argument
		selftests/vm/module.sh "$release" "$stage/tests/$name.ko" W=1 KCFLAGS=-Werror \
			$(kernel_says make) >"$work/build" 2>&1 ||
			fail "the module $name is built" "$work/build"
	done
fi
selftests/vm/programs.sh "$stage/usr/bin" >"$work/build" 2>&1 ||
	fail "the programs are built" "$work/build"
build_make -C selftests KSELFTEST_DIR="$selftests" OUTPUT="$stage/tests" CC="${CROSS}gcc" \
	CROSS_COMPILE="$CROSS" >"$work/build" 2>&1 ||
	fail "the tests are built" "$work/build"
find selftests selftests/daemons selftests/stress -maxdepth 1 -name '*.sh' -exec cp {} "$stage/tests/" \;
cp selftests/model/*.py "$stage/tests/"
printf 'SEED=%s EXECS=%s\n' "${SEED:-}" "${EXECS:-}" >"$stage/tests/trace.conf"
rm -f "$stage/tests/"*.o
chmod 755 "$stage/tests/"*

if kernel_is_built && [ -n "$(kernel_says refuses)" ]; then
	cp selftests/vm/guest/refused.sh "$stage/tests/"
	echo refused.sh >"$stage/tests/list"
elif [ $# -gt 0 ]; then
	printf '%s\n' "$@" | take_part >"$stage/tests/list"
else
	list_tests | take_part >"$work/list"
	kernel_says without | tr ' ' '\n' >"$work/without"
	grep -xFf "$work/without" "$work/list" |
		sed 's,.*,ok vm/&: all of it # SKIP this kernel is too slow for it,'
	grep -vxFf "$work/without" "$work/list" >"$stage/tests/list" || true
fi
[ -s "$stage/tests/list" ] || fail "there are tests to run" /dev/null
sed -n 's/^timeout=//p' selftests/settings >"$stage/tests/timeout"
if [ -n "$FULL" ]; then
	: >"$stage/tests/full"
	echo "$VM_TIMEOUT" >"$stage/tests/timeout"
fi
[ -z "$slow" ] || echo "$(($(cat "$stage/tests/timeout") * slow))" >"$stage/tests/timeout"
selftests/vm/initramfs.sh "$rootfs" "$kernel" "$stage" "$work/initrd"

say "vm: booting Linux $release in QEMU to run $(wc -l <"$stage/tests/list") test programs"
# shellcheck disable=SC2046 # one word a test
{
	selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" --results - \
		--append "$(kernel_says boot)" --mem "${mem:-$MEM}" \
		--timeout $((VM_TIMEOUT * ${slow:-1})) --log "$work/log" --run /vm/check.sh || true
} | tee build/check.results | selftests/vm/judge.sh vm $(cat "$stage/tests/list")
cp "$work/log" build/check.log
if selftests/vm/clean-log.sh "$work/log" >"$work/complaints"; then
	echo "ok vm: guest log clean"
else
	fail "guest log clean" "$work/complaints"
fi
