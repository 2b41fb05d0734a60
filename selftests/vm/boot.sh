#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - boot a guest under QEMU, run one script in it, and say how that went
#
# Usage: boot.sh [options] [-- QEMU-ARGS...]
#
#   --kernel FILE     kernel image                                    (required)
#   --initrd FILE     initramfs                                       (required)
#   --run SCRIPT      what to run in the guest                        (default /bin/bash)
#   --results FILE    what the guest writes to its results port; - is standard output
#   --log FILE        the guest's kernel log                          (default /dev/null)
#   --terminal        show the guest's terminal port; as a real terminal with --interactive
#   --interactive     connect standard input to the terminal port (Ctrl-a x ends the guest)
#   --append WORDS    more words for the kernel command line
#   --smp N, --mem MIB, --timeout SECONDS
#
# The guest has three serial ports: the kernel log, the results and the
# terminal, so that no verdict is ever read from between kernel messages.
# The exit status is that of SCRIPT; 124 if the guest was stopped by the
# timeout, 125 if it ended without a status (it crashed, or was powered off).
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

kernel='' initrd='' run=/bin/bash results='' log=/dev/null terminal='' interactive='' append=''
timeout=$VM_TIMEOUT
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=$2 && shift ;;
	--initrd) initrd=$2 && shift ;;
	--run) run=$2 && shift ;;
	--results) results=$2 && shift ;;
	--log) log=$2 && shift ;;
	--terminal) terminal=1 ;;
	--interactive) interactive=1 ;;
	--append) append=$2 && shift ;;
	--smp) SMP=$2 && shift ;;
	--mem) MEM=$2 && shift ;;
	--timeout) timeout=$2 && shift ;;
	--) shift && break ;;
	*) die "boot.sh: unknown option $1" ;;
	esac
	shift
done
[ -n "$QEMU" ] || die "guests of architecture $ARCH are not run"
[ -r "$kernel" ] || die "boot.sh: no kernel image ($kernel)"
[ -r "$initrd" ] || die "boot.sh: no initramfs ($initrd)"

# kvm_works - does a kernel come through its boot, up to where it finds no root, under KVM?
#
# Some machines offer KVM that fails or hangs. The answer is kept until the machine boots anew.
kvm_works()
{
	_kept=$CACHE/kvm/$({ cat /proc/sys/kernel/random/boot_id && "$QEMU" --version; } | hash)
	if [ ! -e "$_kept" ]; then
		mkdir -p "$CACHE/kvm"
		# shellcheck disable=SC2086 # the machine, and what processor
		if timeout -k 5 30 "$QEMU" -machine $QEMU_MACHINE -accel kvm -m "$MEM" -nodefaults \
			-no-user-config -display none -no-reboot -kernel "$kernel" -append panic=-1 \
			</dev/null >/dev/null 2>&1; then
			echo yes >"$_kept"
		else
			say "vm: /dev/kvm is here, but a guest does not get through its boot with it"
			echo no >"$_kept"
		fi
	fi
	grep -qx yes "$_kept"
}

# translator - QEMU's own translation, of all processors in one thread where it has to be
#
# Before 8.1, one processor could translate an instruction while another was changing it, and
# go on with the old one for ever: with a breakpoint that is gone, where kprobes come and go.
translator()
{
	_version=$("$QEMU" --version | sed -n 's/.* version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	if [ "${_version% *}" -gt 8 ] || { [ "${_version% *}" -eq 8 ] && [ "${_version#* }" -gt 0 ]; }; then
		echo tcg
	else
		echo tcg,thread=single
	fi
}

# accelerator - as told; else KVM where this machine can, otherwise translation
accelerator()
{
	if [ -n "$ACCEL" ]; then
		echo "$ACCEL"
	elif [ "$ARCH" = "$HOST_ARCH" ] && [ -r /dev/kvm ] && [ -w /dev/kvm ] && kvm_works; then
		echo kvm
	else
		translator
	fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -n "$results" ] || results=$work/results

# The guest's three ports, by the names it gives them.
results_port=${PORTS% *}
words="netscan.results=${results_port#* } netscan.terminal=${PORTS##* }"
words="$words console=${PORTS%% *} panic=-1 oops=panic nmi_watchdog=0"
words="$words $BOOT_WORDS rcupdate.rcu_cpu_stall_timeout=60 random.trust_cpu=on netscan.run=$run $append"
if [ -t 1 ]; then
	words="$words netscan.term=${TERM:-linux}"
else
	words="$words netscan.term=dumb"
fi
if [ -n "$interactive" ]; then
	size=$(stty size 2>/dev/null || echo "24 80")
	words="$words netscan.rows=${size% *} netscan.cols=${size#* }"
fi

# shellcheck disable=SC2086 # lists of words
set -- -chardev "file,id=log,path=$log" $QEMU_PORTS "$@"
if [ -n "$interactive" ]; then
	set -- -chardev stdio,id=terminal,mux=on,signal=off -mon chardev=terminal "$@"
elif [ -n "$terminal" ]; then
	set -- -chardev stdio,id=terminal,signal=off "$@"
else
	set -- -chardev null,id=terminal "$@"
fi
if [ "$results" = - ]; then
	set -- -chardev stdio,id=results,signal=off "$@"
else
	set -- -chardev "file,id=results,path=$results" "$@"
fi
# shellcheck disable=SC2086 # the machine, and what processor
set -- "$QEMU" -machine $QEMU_MACHINE -accel "$(accelerator)" -smp "$SMP" -m "$MEM" \
	-nodefaults -no-user-config -display none -no-reboot \
	-kernel "$kernel" -initrd "$initrd" -append "$words" "$@"

# guest_status STATUS - the exit status of the guest's script, given QEMU's and the results
guest_status()
{
	[ "$1" -ne 124 ] && [ "$1" -ne 137 ] || return 124
	_status=$(sed -n 's/^@@ exit \([0-9]*\)$/\1/p' "$results" | tail -n 1)
	return "${_status:-125}"
}

status=0
if [ -n "$interactive" ]; then
	timeout --foreground -k 10 "$timeout" "$@" || status=$?
elif [ "$results" = - ]; then
	results=$work/results
	{
		timeout --foreground -k 10 "$timeout" "$@" </dev/null || echo $? >"$work/status"
	} | tee "$results"
	[ ! -s "$work/status" ] || status=$(cat "$work/status")
else
	{
		timeout --foreground -k 10 "$timeout" "$@" </dev/null || echo $? >"$work/status"
	} | cat
	[ ! -s "$work/status" ] || status=$(cat "$work/status")
fi
guest_status "$status"
