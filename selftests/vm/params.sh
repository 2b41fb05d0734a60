# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# netscan - everything the VM harness can be told, in one place
#
# Sourced, never run. Each value can be given in the environment or to make:
#
#   SUITE    Debian suite the guest is made of        (default: the one this machine runs)
#   ARCH     Debian architecture of the guest         (default: this machine's)
#   KERNEL   release of the guest's kernel            (default: the newest of SUITE)
#   KDIR     kernel build tree the module is built in (default: the headers of KERNEL)
#   SMP      processors of the guest                  (default: 2)
#   MEM      memory of the guest in MiB               (default: 1024)
#   TEST_TIMEOUT  seconds one test program may take   (default: 180)
#   VM_TIMEOUT    seconds one guest may live          (default: 1200; 7200 with FULL)
#   FULL     not empty: tests that have a quick size run at full size, for up to VM_TIMEOUT
#   GUEST_EXTRA   more packages for the guest, by name
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
KDIR=${KDIR:-}
SMP=${SMP:-2}
MEM=${MEM:-1024}
TEST_TIMEOUT=${TEST_TIMEOUT:-180}
FULL=${FULL:-}
if [ -n "$FULL" ]; then
	VM_TIMEOUT=${VM_TIMEOUT:-7200}
fi
VM_TIMEOUT=${VM_TIMEOUT:-1200}
CACHE=${NETSCAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netscan}

# What differs between architectures: how kbuild and QEMU call them, and the
# names the guest gives its serial ports (kernel log, results, terminal).
case $ARCH in
amd64)
	KBUILD_ARCH=x86
	CROSS=x86_64-linux-gnu-
	QEMU=qemu-system-x86_64
	QEMU_PACKAGE=qemu-system-x86
	QEMU_MACHINE=pc
	CONSOLE=ttyS0
	;;
arm64)
	KBUILD_ARCH=arm64
	CROSS=aarch64-linux-gnu-
	QEMU=qemu-system-aarch64
	QEMU_PACKAGE=qemu-system-arm
	QEMU_MACHINE=virt
	CONSOLE=ttyAMA0
	;;
*)
	echo "netscan: no guest is described for architecture $ARCH" >&2
	exit 1
	;;
esac
[ "$ARCH" != "$HOST_ARCH" ] || CROSS=

# Drivers the guest loads from its kernel's package.
GUEST_MODULES="veth dummy overlay"

# Packages the guest is made of, with all they depend on.
GUEST_PACKAGES="base-files base-passwd bash busybox coreutils dash dpkg findutils grep hostname
	hping3 iproute2 iputils-ping kmod libc-bin login mawk mount ncat ncurses-base
	netcat-openbsd netcat-traditional passwd perl-base procps python3-minimal sed socat sudo toybox
	util-linux ${GUEST_EXTRA:-}"

# Those of them whose own script is run when the guest boots: it makes nc and awk links.
GUEST_CONFIGURED="mawk ncat netcat-openbsd netcat-traditional"

# host_packages TARGET - the packages TARGET (run or check) needs on this machine, with the reason
host_packages()
{
	cat <<-END
	gcc                 compiles the module, the logger and the tests
	libc6-dev           headers to compile programs with
	$QEMU_PACKAGE     the virtual machine netscan is tried in
	xz-utils            unpacks Debian packages and the kernel source
	kmod                picks the drivers the guest needs
	cpio                makes the guest's file system
	END
	[ "$1" = check ] || return 0
	cat <<-END
	perl                runs the kernel's checkpatch and kernel-doc
	python3-minimal     runs the model of the rule
	codespell           finds misspellings
	shellcheck          checks the shell scripts
	sparse              checks the module's types and locks
	groff-base          checks the man pages
	END
	if [ -e "$TOP/.clang-format" ]; then
		echo "clang-format        checks the formatting"
	fi
}
