#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tests of judge.sh and clean-log.sh: what they must not let pass, and what they must
#
# Prints TAP.
set -u
cd "$(dirname "$0")" || exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 failed=0

# verdict OK WHAT
verdict()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		failed=1
		echo "not ok $n - $2"
		sed 's/^/# /' "$work/out"
	fi
}

# judged EXPECTED WHAT [TEST...] - what judge.sh says of standard input has the lines EXPECTED
judged()
{
	local expected=$1 what=$2

	shift 2
	timeout 20 ./judge.sh area "$@" >"$work/out"
	[ "$(grep '^ok\|^not ok' "$work/out")" = "$expected" ]
	verdict $? "judge: $what"
}

good='@@ start a
TAP version 13
1..2
ok 1 one
ok 2 two
@@ end a 0
@@ exit 0'
end='ok area/guest: ran its script to the end'
none='not ok area/guest: a test passed that was not skipped'
results='ok area/a: one
ok area/a: two'

judged "$results
$end" "what passes, passes" a <<<"$good"
judged "$results
$end" "carriage returns of a serial port" a <<<"${good//$'\n'/$'\r\n'}"
judged "ok area/a: one
not ok area/a: two
$end" "a failure" a <<<"$(sed 's/^ok 2/not &/; s/a 0$/a 1/' <<<"$good")"
judged "ok area/a: one
not ok area/a: result 2 of 2 was printed
$end" "a result that did not come" a <<<"$(sed '/^ok 2/d' <<<"$good")"
judged "$results
not ok area/a: 2 results where 1 were planned
$end" "one more than planned" a <<<"${good/1..2/1..1}"
judged "$results
not ok area/a: a plan (1..N) was printed
$end" "no plan" a <<<"$(sed '/^1\.\./d' <<<"$good")"
judged "$results
not ok area/a: exit status 139
$end" "a crash after all passed" a <<<"${good/end a 0/end a 139}"
judged "$results
not ok area/a: ended in time
$end" "a timeout after all passed" a <<<"${good/end a 0/end a 124}"
judged "$results
not ok area/a: exit status 4, skipped, but 2 passed
$end" "called skipped, but passed" a <<<"${good/end a 0/end a 4}"
judged "$results
not ok area/b: was run
$end" "a test that never began" a b <<<"$good"
judged "$results
not ok area/a: ended before the guest did
not ok area/guest: ran its script to the end (it crashed, hung or was stopped)" \
	"a guest that dies in a test" a <<<"$(head -n 5 <<<"$good")"
judged "$results
not ok area/guest: ran its script to the end (status 3)" \
	"a guest that fails" a <<<"${good/exit 0/exit 3}"
judged "ok area/a: one # SKIP no
ok area/a: two # skip no
$end
$none" "nothing but skips" a <<<"$(sed 's/one$/one # SKIP no/; s/two$/two # skip no/' <<<"$good")"
judged "ok area/a: all of it # SKIP by itself
$end
$none" "a plan of nothing" a <<<"@@ start a
1..0 # SKIP no
@@ end a 4
@@ exit 0"
judged "not ok area/guest: ran its script to the end (it crashed, hung or was stopped)
$none" "silence" </dev/null

# said EXPECTED WHAT [TEST...] - all that judge.sh says of standard input is EXPECTED
said()
{
	local expected=$1 what=$2

	shift 2
	timeout 20 ./judge.sh area "$@" >"$work/out"
	[ "$(cat "$work/out")" = "$expected" ]
	verdict $? "judge: $what"
}

measured='@@ start a
1..2
# noise
# figure: 5 execs a second
# figures: none
ok 1 one
ok 2 two
@@ end a 0
@@ exit 0'

said "ok area/a: one
    # figure: 5 execs a second
ok area/a: two
$end" "the figures of what passes" a <<<"$measured"
said "not ok area/a: one
    # noise
    # figure: 5 execs a second
    # figures: none
ok area/a: two
$end" "all that a failure says" a <<<"${measured/ok 1/not ok 1}"
judged "$results
$end" "figures that are no verdicts" a <<<"${measured/5 execs/not ok 7}"

boot='[    0.000000] Linux version 6.1.0 (gcc)
[    0.100000] Spectre V2 : WARNING: Unprivileged eBPF is enabled
[    1.000000] netscan: loaded'

# dirty OUT WHAT - clean-log.sh finds in standard input a line that has OUT
dirty()
{
	cat >"$work/log"
	! timeout 20 ./clean-log.sh "$work/log" >"$work/out" && grep -qF -e "$1" "$work/out"
	verdict $? "log: $2"
}

# clean WHAT - it finds nothing
clean()
{
	cat >"$work/log"
	timeout 20 ./clean-log.sh "$work/log" >"$work/out" && [ ! -s "$work/out" ]
	verdict $? "log: $1"
}

# oom PROCESS - what the kernel says when a cgroup has no memory left
oom()
{
	echo "[    2.0] $1 invoked oom-killer: gfp_mask=0xcc0"
	echo "[    2.1] Call Trace:"
	echo "[    2.2]  </TASK>"
	echo "[    2.3] Memory cgroup out of memory: Killed process 7"
}

# race FUNCTION... - what KCSAN says
race()
{
	echo "[    3.0] =================================================================="
	echo "[    3.1] BUG: KCSAN: data-race in one / two"
	printf '[    3.2]  %s\n' "$@"
	echo "[    3.3] =================================================================="
}

clean "a quiet one" <<<"$boot"
dirty "no kernel" "none at all" </dev/null
while IFS= read -r line; do
	dirty "$line" "${line:0:50}" <<<"$boot
[    2.000000] $line"
done <<-END
	WARNING: CPU: 0 PID: 1 at module/ring.c:10
	BUG: KASAN: slab-out-of-bounds in netscan_ring_push
	BUG: unable to handle page fault for address: 0
	BUG: sleeping function called from invalid context
	BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 53s!
	UBSAN: array-index-out-of-bounds
	Call Trace:
	Call trace:
	Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP
	Internal error: synchronous external abort: 0000000096000210 [#1] SMP
	BUG: KCSAN: assert: race in netscan_ring_push / netscan_ring_read
	WARNING: possible circular locking dependency detected
	rcu: INFO: rcu_preempt self-detected stall on CPU
	watchdog: BUG: soft lockup - CPU#0 stuck for 22s!
	INFO: task cat:1 blocked for more than 10 seconds.
	kmemleak: 3 new suspected memory leaks
	workqueue: run_queue hogged CPU for >10000us 4 times
	refcount_t: underflow; use-after-free.
	Kernel panic - not syncing
	netscan: Unknown symbol task_work_add (err -2)
END
clean "memory that killed_test has used up" <<<"$boot
$(oom killed_test)"
dirty "Call Trace" "memory that somebody else has used up" <<<"$boot
$(oom other)"
dirty "BUG: later" "what comes after killed_test's" <<<"$boot
$(oom killed_test)
[    2.4] BUG: later"
clean "a race of the kernel with itself" <<<"$boot
$(race "one+0x10/0x20")"
dirty "KCSAN" "a race of the module" <<<"$boot
$(race "netscan_ring_push+0x10/0x20 [netscan]")"
dirty "KCSAN" "a race of the module with the kernel" <<<"$boot
$(race "one+0x10/0x20" "netscan_ring_push+0x10/0x20 [netscan]" "two+0x10/0x20")"
dirty "KCSAN" "a race of the module between two of the kernel" <<<"$boot
$(race "one+0x10/0x20")
$(race "on_exec+0x10/0x20 [netscan]")
$(race "two+0x10/0x20")"
clean "one on a serial port" <<<"$boot
$(race "one+0x10/0x20" | sed 's/$/\r/')"
clean "one of an interrupt of the module" <<<"$boot
$(race "one+0x10/0x20" "asm_sysvec_apic_timer_interrupt+0x1b/0x20" "on_exec+0x10/0x20 [netscan]")"
dirty "KCSAN" "one of the module in an interrupt, or of a second stack" <<<"$boot
$(race "asm_sysvec_irq_work+0x1b/0x20" "] write to 0xffff of 8 bytes by interrupt on cpu 0:" \
	"take_late+0x10/0x20 [netscan]" "asm_sysvec_irq_work+0x1b/0x20")"
dirty "KCSAN" "one that the module asserts not to be" <<<"$boot
$(race "asm_sysvec_irq_work+0x1b/0x20" "] assert no writes to 0xffff of 8 bytes by task 7 on cpu 0:" \
	"netscan_ring_push+0x10/0x20 [netscan]")"
dirty "KCSAN" "one of the module after one in an interrupt" <<<"$boot
$(race "asm_sysvec_irq_work+0x1b/0x20")
$(race "netscan_ring_push+0x10/0x20 [netscan]")"
dirty "KCSAN" "a race that another one cuts off" <<<"$boot
$(race "on_exec+0x10/0x20 [netscan]" | head -n 3)
$(race "two+0x10/0x20")"
dirty "KCSAN" "a race that is cut off" <<<"$boot
$(race one | head -n 2)"
dirty "BUG: later" "what comes after a race" <<<"$boot
$(race one)
[    4.0] BUG: later"

echo "1..$n"
exit $failed
