// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - does the probe still see execs?
 *
 * Design: the probed function is called as an exec calls it, and the handler is
 * to notice; so whatever keeps it from being run is found, by whatever means
 * that was done: kprobes or ftrace switched off, the probe disabled,
 * unregistered, or stopped by another that comes first. What a kprobe says of
 * itself only tells the reason. The other way not to see an exec is one that
 * kprobes count: it came while its CPU was inside another probe's handler.
 *
 * Limits: a test is of its own moment. What was switched off and on again
 * between two of them is not found, nor is what lets a test through and holds
 * up execs: code in the kernel that means to hide can, here as anywhere in it.
 *
 * Locking: one check at a time, by the report's clock. Readers see the last one.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "health.h"
#include "probe.h"
#include "stats.h"

enum verdict { FIRES, SILENT, DISABLED, MISSES };

/* What is said of each: in a record and the kernel log, and behind "armed". */
static const struct {
	const char *reason;
	const char *note;
} words[] = {
	[FIRES] = { "the probe fires", "" },
	[SILENT] = { "the probe does not fire: kprobes or ftrace are off, or another stops it",
		     ", not firing" },
	[DISABLED] = { "the probe does not fire: it was disabled or unregistered",
		       ", disabled" },
	[MISSES] = { "execs were missed: their CPU was inside another probe",
		     ", missing execs" },
};

static enum verdict verdict;
static unsigned long missed;	/* as of the last check */
static u64 faults;		/* the same, and read before */

/*
 * Where a kernel takes faults for misses, none is believed while there were
 * faults: those are in the ledger, once their handlers have returned.
 */
static bool were_faults(u64 since)
{
	if (!NETSCAN_FAULTS_ARE_MISSES)
		return false;
	synchronize_rcu();
	faults = netscan_stats_sum(NETSCAN_STAT_READ_FAULTS);
	return faults != since;
}

static void read_missed(void)
{
	unsigned long before = missed;
	u64 since = faults;

	faults = netscan_stats_sum(NETSCAN_STAT_READ_FAULTS);
	missed = netscan_probe_missed();
	if (missed > before && were_faults(since)) {
		netscan_probe_forgive(missed - before);
		missed = before;
	}
}

static enum verdict test_probe(void)
{
	unsigned long before = missed;

	read_missed();
	if (netscan_probe_test()) {
		netscan_count(SELFTESTS);
		return missed > before ? MISSES : FIRES;
	}
	netscan_count(SELFTEST_FAILS);
	if (!netscan_probe_disabled())
		return SILENT;
	netscan_count(SELFTEST_DISABLED);
	return DISABLED;
}

/**
 * netscan_health_check() - test the probe
 *
 * Context: process; one caller at a time.
 * Return: whether there is something else to say than after the last check.
 */
bool netscan_health_check(void)
{
	enum verdict now = test_probe(), before = verdict;

	WRITE_ONCE(verdict, now);
	return now != before;
}

/**
 * netscan_health_ok() - was all well at the last check?
 */
bool netscan_health_ok(void)
{
	return READ_ONCE(verdict) == FIRES;
}

/**
 * netscan_health_reason() - what the last check found, as a sentence
 */
const char *netscan_health_reason(void)
{
	return words[READ_ONCE(verdict)].reason;
}

/**
 * netscan_health_note() - what is to be said behind how the probe is armed
 */
const char *netscan_health_note(void)
{
	return words[READ_ONCE(verdict)].note;
}
