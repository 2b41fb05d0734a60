# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# netscan - everything the VM harness can be told, in one place
#
# Sourced, never run. Each value can be given in the environment or to make:
#
#   SUITE    Debian suite the guest is made of        (default: the one this machine runs)
#   ARCH     Debian architecture of the guest         (default: this machine's)
#   KERNEL   release of the guest's kernel, or a name in kernels/ of one to build
#                                                     (default: the newest of SUITE)
#   KERNEL_SUITE  Debian suite of that kernel         (default: SUITE)
#   FLAVOUR  which of its kernels                     (default: the plain one of ARCH)
#   KDIR     kernel build tree the module is built in (default: the headers of KERNEL)
#   SMP      processors of the guest                  (default: 2)
#   MEM      memory of the guest in MiB               (default: 1024)
#   ACCEL    what QEMU runs it with, as of its -accel (default: kvm where that works, else tcg)
#   VM_TIMEOUT    seconds one guest may live          (default: 2700; 7200 with FULL)
#   SLOW     how many times slower the guest is than a plain one: limits of time grow as much,
#            numbers of rounds shrink; if not given, what the kernel's description says, or 1
#   FULL     not empty: tests that have a quick size run at full size, for up to VM_TIMEOUT
#   BENCH_TIMEOUT seconds one guest that is measured may live (default: 1500)
#   PART     I/N: of the test programs, every N-th from the I-th on  (default: all)
#   GUEST_EXTRA   more packages for the guest, by name, with spaces or commas between them
#   SELFTEST 1: the module is built with its self-tests, as some kernels' descriptions ask for anyway
#   SEED, EXECS   which trace of execs is compared with the model, and how long
#                 (default: any, and the 3200 that the model test has time for)
#   NETSCAN_CACHE where slow things are kept          (default: ~/.cache/netscan)

# The names in os-release are nobody else's business: read them in a subshell.
HOST_SUITE=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
HOST_ARCH=$(dpkg --print-architecture)

SUITE=${SUITE:-$HOST_SUITE}
case ${ARCH:-$HOST_ARCH} in
x86_64 | x86) ARCH=amd64 ;;
aarch64) ARCH=arm64 ;;
*) ARCH=${ARCH:-$HOST_ARCH} ;;
esac
KERNEL=${KERNEL:-}
KERNEL_SUITE=${KERNEL_SUITE:-$SUITE}
KDIR=${KDIR:-}
SMP=${SMP:-2}
MEM=${MEM:-1024}
ACCEL=${ACCEL:-}
SLOW=${SLOW:-}
PART=${PART:-}
FULL=${FULL:-}
if [ -n "$FULL" ]; then
	VM_TIMEOUT=${VM_TIMEOUT:-7200}
fi
VM_TIMEOUT=${VM_TIMEOUT:-2700}
BENCH_TIMEOUT=${BENCH_TIMEOUT:-1500}
CACHE=${NETSCAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netscan}

# What differs between architectures: how kbuild and QEMU call them, the serial
# ports a guest has and the names it gives them (kernel log, results, terminal), and
# words for its command line. Of those without QEMU, modules are built, not run.
QEMU=
# A guest that gets no processor for a while sees many interrupts of an emulated port at once,
# and with PREEMPT_RT takes them for nobody's. netscan has none.
BOOT_WORDS=noirqdebug
case $ARCH in
amd64)
	KBUILD_ARCH=x86
	CROSS=x86_64-linux-gnu-
	QEMU=qemu-system-x86_64
	QEMU_PACKAGE=qemu-system-x86
	QEMU_MACHINE="pc -cpu max"
	# The third has a line of its own: ISA ports do not share interrupts.
	QEMU_PORTS="-device isa-serial,index=0,chardev=log
		-device isa-serial,index=1,chardev=results
		-device isa-serial,index=2,irq=5,chardev=terminal"
	PORTS="ttyS0 ttyS1 ttyS2"
	# At boot a slow guest would find its timer dead, and panic.
	BOOT_WORDS="$BOOT_WORDS no_timer_check"
	;;
arm64)
	KBUILD_ARCH=arm64
	CROSS=aarch64-linux-gnu-
	QEMU=qemu-system-aarch64
	QEMU_PACKAGE=qemu-system-arm
	QEMU_MACHINE="virt -cpu cortex-a57"
	QEMU_PORTS="-serial chardev:log -device pci-serial-2x,chardev1=results,chardev2=terminal"
	PORTS="ttyAMA0 ttyS0 ttyS1"
	;;
i386)
	KBUILD_ARCH=i386
	CROSS=
	FLAVOUR=${FLAVOUR:-686-pae}
	;;
riscv64)
	KBUILD_ARCH=riscv
	CROSS=riscv64-linux-gnu-
	;;
s390x)
	KBUILD_ARCH=s390
	CROSS=s390x-linux-gnu-
	;;
*)
	echo "netscan: nothing is known of architecture $ARCH" >&2
	exit 1
	;;
esac
[ "$ARCH" != "$HOST_ARCH" ] || CROSS=
FLAVOUR=${FLAVOUR:-$ARCH}
# What Debian calls the compiler for it, and the C library's headers.
CROSS_GCC=${CROSS:+gcc-${CROSS%-}}
CROSS_GCC=$(echo "${CROSS_GCC:-gcc}" | tr _ -)
CROSS_LIBC=libc6-dev${CROSS:+-$ARCH-cross}

# Drivers the guest loads from its kernel's package.
GUEST_MODULES="veth dummy overlay fuse"

# Packages the guest is made of, with all they depend on.
GUEST_PACKAGES="base-files base-passwd bash bsdutils busybox coreutils dash dpkg findutils grep
	hostname hping3 iproute2 iputils-ping kmod libc-bin login mawk mount ncat ncurses-base
	netcat-openbsd netcat-traditional nmap parallel passwd perl-base procps python3-minimal sed socat
	sudo toybox util-linux zsh $(echo "${GUEST_EXTRA:-}" | tr , ' ')"

# Those of them whose own script is run when the guest boots: it makes nc and awk links.
GUEST_CONFIGURED="mawk ncat netcat-openbsd netcat-traditional"

# host_packages TARGET - the packages TARGET (run, check, bench) needs on this machine, with the reason
host_packages()
{
	! kernel_is_built || cat <<-END
	flex                builds the kernel of the guest
	bison               builds the kernel of the guest
	bc                  builds the kernel of the guest
	libelf-dev          builds the kernel of the guest
	$([ "$KERNEL" != clang ] || echo "clang builds the module")
	END
	cat <<-END
	gcc                 compiles the module, the logger and the tests
	$CROSS_GCC compiles the module, the logger and the tests
	libc6-dev           headers to compile programs with
	$CROSS_LIBC headers to compile programs with
	$([ -z "$QEMU" ] || echo "$QEMU_PACKAGE the virtual machine netscan is tried in")
	xz-utils            unpacks Debian packages and the kernel source
	kmod                picks the drivers the guest needs
	cpio                makes the guest's file system
	END
	[ "$1" != bench ] || echo "gnuplot-nox         draws curves"
	[ "$1" = check ] || return 0
	cat <<-END
	perl                runs the kernel's checkpatch and kernel-doc
	python3-minimal     runs the model of the rule
	valgrind            counts the instructions of the host tests
	codespell           finds misspellings
	shellcheck          checks the shell scripts
	sparse              checks the module's types and locks
	groff-base          typesets the man pages
	mandoc              checks them
	cppcheck            checks the programs
	clang               checks the module, builds the fuzzers
	libclang-rt-dev     what fuzzers are linked with
	clang-tidy          checks the module and the programs
	coccinelle          checks the module with the kernel's semantic patches
	libpython3-dev      runs the scripts in them
	END
}
