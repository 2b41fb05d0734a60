#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tell whether a guest's kernel log is free of complaints; prints those it finds
#
# Usage: clean-log.sh LOG. The status is 0 if it is clean, 1 if not or if it is no kernel log.
set -eu

log=$1

if ! grep -q 'Linux version' "$log"; then
	echo "no kernel has written to this log"
	exit 1
fi
# without_faults - the log, blank where the allocator says that fault_test has made it fail,
# or that killed_test has had no memory left in its cgroup
without_faults()
{
	awk '
		/\] fault_test: (vmalloc error|page allocation failure)/ { injected = 1 }
		/\] killed_test invoked oom-killer/ { injected = 1 }
		{ print injected && !/WARNING|BUG|KASAN|UBSAN|suspicious/ ? "" : $0 }
		/<\/TASK>|Memory cgroup out of memory/ { injected = 0 }
	' "$log"
}

# without_others - blank, too, where the kernel races with itself: the module is in no stack, but
# for what an interrupt that races has interrupted
without_others()
{
	awk '
		/BUG: KCSAN: / { cut_off(); held = 1; ours = 0; n = 0; interrupted = 0 }
		!held { print; next }
		/ to 0x[0-9a-f]+ of [0-9]+ bytes by / { interrupted = 0 }
		{ line[n++] = $0; ours = ours || !interrupted && /\[netscan\]/ }
		/ asm_(sysvec|common_interrupt)/ { interrupted = 1 }
		/=======\r?$/ && n > 1 { show(); held = 0 }
		END { cut_off() }
		function cut_off() { if (held) { ours = 1; show() } }
		function show(	i) { for (i = 0; i < n; i++) print ours ? line[i] : "" }
	'
}

# Anchored, so that the "Spectre V2 : WARNING: ..." of some machines is no complaint.
stamp='^\[ *[0-9.]+\](\[[^]]*\])? '
found=$(without_faults | without_others | grep -nE -A 30 \
	-e "${stamp}(WARNING:|BUG[: ]|UBSAN:|KASAN:|KCSAN:|KFENCE:)" \
	-e 'Oops|Call [Tt]race|Internal error|Kernel panic|general protection|[Uu]nable to handle' \
	-e 'possible (recursive|circular|irq lock)|inconsistent lock state|suspicious RCU' \
	-e 'DEBUG_LOCKS_WARN_ON|bad unlock balance|held lock freed|scheduling while atomic' \
	-e 'sleeping function called|soft lockup|hard LOCKUP|self-detected stall|detected (expedited )?stalls' \
	-e 'blocked for more than|refcount_t:|list_(add|del) corruption|unreferenced object' \
	-e 'kmemleak: [0-9]+ new|Bad page|double free|stack is corrupted|Out of memory' \
	-e 'ODEBUG: |hogged CPU|trying to register non-static key' \
	-e 'netscan: (Unknown symbol|disagrees)' || true)
[ -n "$found" ] || exit 0
echo "$found" | head -n 200
exit 1
