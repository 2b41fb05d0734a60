# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - what people and packages do with this tree; kbuild itself reads Kbuild

# "make run SHELL=1" asks for a shell in the guest, but SHELL is also make's own
# name for what runs recipes: take the wish and give make its shell back.
ifeq ($(origin SHELL),command line)
ifeq ($(filter /%,$(SHELL)),)
INTERACTIVE	:= $(filter-out 0 n no,$(SHELL))
override SHELL	:= /bin/sh
MAKEOVERRIDES	:= $(filter-out SHELL=%,$(MAKEOVERRIDES))
endif
endif

KDIR	?= /lib/modules/$(shell uname -r)/build
VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMSDIR	?= /usr/src
KVER	?= $(shell uname -r)
SOURCES	:= $(DESTDIR)$(DKMSDIR)/netscan-$(VERSION)
SUDO	:= $(if $(filter-out 0,$(shell id -u)),sudo)

SECUREBOOT := /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c

# What the VM harness is told; see selftests/vm/params.sh. KDIR is one only if given.
PARAMS	:= SUITE ARCH KERNEL KERNEL_SUITE FLAVOUR SMP MEM ACCEL VM_TIMEOUT FULL \
		   FULL_BUDGET GUEST_EXTRA PART NETSCAN_CACHE SELFTEST
export $(PARAMS)
unexport SHELL INTERACTIVE
HARNESS_KDIR := $(if $(filter command environment,$(firstword $(origin KDIR))),$(KDIR))

help:
	@echo 'netscan $(VERSION)'
	@echo
	@echo '  make run            see it work: a real sweep in a virtual machine, and its alert'
	@echo '  make run SHELL=1    a root shell in that machine (or INTERACTIVE=1)'
	@echo '  make check          all checks and tests: lint, host tests, kernel selftests'
	@echo '  make lint           only the style and static checks'
	@echo '  make check-host     only the tests that need no virtual machine'
	@echo '  make check-vm       only the kernel selftests (TESTS="a_test b_test": only these;'
	@echo '                      FULL=1: decoys and floods at full size;'
	@echo '                      KERNEL=debug: on a kernel built with every checker)'
	@echo '  make check-full     them on other kernels and arm64, builds for more, the stress tests, as far as'
	@echo '                      FULL_BUDGET seconds allow; what has passed is not run again'
	@echo '                      (CELLS="name name": only these)'
	@echo '  make bench          what an exec costs with netscan, without, and with others like it,'
	@echo '                      counted in a guest (BENCH=netscan, hostile, smp, others or sweep:'
	@echo '                      only that part)'
	@echo '  make coverage       the lines of the module that host tests and selftests run, and do not'
	@echo '  make fuzz           noise for every parser and renderer, FUZZ_SECONDS=60 for each'
	@echo '  make bench-host     instructions per argument, lookup, eviction, counted by callgrind'
	@echo '  make check-install  install, boot with systemd, see it at work, uninstall: as README says'
	@echo '  make check-daemons  monitoring daemons, as Debian installs them, in a guest of their own'
	@echo '  make check-stress   stress-ng and trinity at the files of netscan (also KERNEL=debug)'
	@echo
	@echo '  make module         netscan.ko for KDIR=$(KDIR)'
	@echo '                      (SELFTEST=1: one that tests itself as it is loaded)'
	@echo '  make logger         userspace/netscan-logger and userspace/netscan-learn'
	@echo '  make load, unload   netscan.ko into, out of this kernel (PARAMS_LOAD="name=value")'
	@echo '  make install        the module by DKMS, the logger, units, man pages, /etc/netscan'
	@echo '                      (KVER=release: for another kernel than the running one)'
	@echo '  make uninstall      remove all that again'
	@echo
	@echo '  make clean          what was built here'
	@echo '  make distclean      that, and what run and check keep in the cache'
	@echo
	@echo 'W=1, C=1 and the like are passed on to kbuild; DESTDIR and PREFIX work as usual.'
	@echo 'run and check install Debian packages they need, and say so first.'

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

logger:
	$(MAKE) -C userspace netscan-logger netscan-learn

load: module
	$(SUDO) insmod netscan.ko $(PARAMS_LOAD)

unload:
	$(SUDO) rmmod netscan

install:
	$(MAKE) -C userspace install
	rm -rf $(SOURCES)
	install -d $(SOURCES)
	cp -r Kbuild Makefile dkms.conf module $(SOURCES)/
	find $(SOURCES) -name '*.o' -o -name '*.cmd' -o -name '*.o.d' | xargs -r rm -f
ifeq ($(DESTDIR),)
	if dkms status netscan/$(VERSION) | grep -q .; then dkms remove netscan/$(VERSION) --all; fi
	dkms add netscan/$(VERSION)
	dkms build netscan/$(VERSION) -k $(KVER)
	dkms install netscan/$(VERSION) -k $(KVER)
	@if [ "$$(od -An -t u1 -j 4 -N 1 $(SECUREBOOT) 2>/dev/null | tr -d ' ')" = 1 ]; then \
		echo 'Secure Boot is on: the kernel takes the module once it trusts the key of DKMS.'; \
		echo '  mokutil --import /var/lib/dkms/mok.pub     and think of a password'; \
		echo '  reboot; at the blue screen: Enroll MOK, Continue, Yes, that password'; \
		echo '  mokutil --test-key /var/lib/dkms/mok.pub   says whether it is trusted'; \
	fi
endif

uninstall:
ifeq ($(DESTDIR),)
	if [ -d /run/systemd/system ]; then systemctl stop netscan-logger.service || true; fi
	if grep -q '^netscan ' /proc/modules; then rmmod netscan; fi
	if dkms status netscan/$(VERSION) | grep -q .; then dkms remove netscan/$(VERSION) --all; fi
endif
	rm -rf $(SOURCES)
	$(MAKE) -C userspace uninstall

run:
	@KDIR='$(HARNESS_KDIR)' selftests/vm/run.sh $(if $(INTERACTIVE),--shell)

check:
	@KDIR='$(HARNESS_KDIR)' .ci/check.sh $(PARTS)

lint:
	@KDIR='$(HARNESS_KDIR)' .ci/check.sh lint

check-host:
	@.ci/check.sh host

bench:
	@KDIR='$(HARNESS_KDIR)' selftests/bench/bench.sh $(BENCH)

bench-host:
	@selftests/vm/install.sh check
	@$(MAKE) --no-print-directory -C selftests/host cost

# Each side says what failed; the other is run all the same.
fuzz:
	@selftests/vm/install.sh check
	@status=0; for side in selftests/host userspace; do \
		$(MAKE) --no-print-directory -C $$side fuzz || status=1; \
	done; exit $$status

check-vm:
	@KDIR='$(HARNESS_KDIR)' TESTS='$(TESTS)' .ci/check.sh vm

check-full:
	@CELLS='$(CELLS)' .ci/check.sh full

check-install:
	@.ci/check.sh installed

coverage: KERNEL := gcov
coverage:
	@TESTS='$(TESTS)' .ci/check.sh coverage

check-daemons: GUEST_EXTRA := nagios4-core monitoring-plugins-basic
check-daemons: FULL := 1
check-daemons:
	@KDIR='$(HARNESS_KDIR)' TESTS=daemon_test.sh .ci/check.sh vm

check-stress: GUEST_EXTRA := stress-ng trinity
check-stress: FULL := 1
check-stress:
	@KDIR='$(HARNESS_KDIR)' TESTS=stress_test.sh .ci/check.sh vm

clean:
	rm -rf build
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.cmd' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '*.o.d' -o -name Module.symvers -o -name modules.order \) \
		-type f -print | xargs -r rm -f
	$(MAKE) -C userspace clean
	$(MAKE) -C selftests/host clean

distclean: clean
	rm -rf "$${NETSCAN_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/netscan}"

# A directory is named module, too.
.PHONY: help module logger load unload install uninstall run check lint check-host fuzz bench \
	bench-host check-vm check-full check-install check-daemons check-stress coverage clean distclean
