/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the ledger: what was seen, and what was not, with its reason
 *
 * Design: one counter a reason, per CPU, only ever increasing from load to
 * unload. /proc/netscan/stats prints them under these names.
 *
 * Context: netscan_count(), any with preemption off or a single-instruction
 * this_cpu operation; netscan_stats_sum(), any.
 */
#ifndef NETSCAN_STATS_H
#define NETSCAN_STATS_H

#include "core.h"

/**
 * enum netscan_stat - the counters
 * @NETSCAN_STAT_EXECS: successful execs, of anything
 * @NETSCAN_STAT_EVENTS: exec events: execs of a tool
 * @NETSCAN_STAT_ARGS: their arguments that were fingerprinted
 * @NETSCAN_STAT_LONG_ARGS: their arguments over 1024 bytes, which are not counted
 * @NETSCAN_STAT_TRUNCATED: exec events whose argv was too long to be read whole
 * @NETSCAN_STAT_READ_FAULTS: exec events whose argv could not be read to its end
 * @NETSCAN_STAT_PUSHED: fingerprints that made room in a full window
 * @NETSCAN_STAT_DEFERRED: times that a record was held back while the worker's
 *	queue was full
 * @NETSCAN_STAT_EVICTED_IDLE: groups that made room with nothing left in their
 *	window
 * @NETSCAN_STAT_EVICTED_ARMED: groups that made room while they counted
 * @NETSCAN_STAT_EVICTED_COVERED: groups that made room over their threshold, but
 *	silent
 * @NETSCAN_STAT_EVICTED_OPEN: groups that made room in a scan of their own
 * @NETSCAN_STAT_UNSENT: scans whose end, or alert and end, was never told: the
 *	worker's queue was full
 * @NETSCAN_STAT_CLEARED: groups gone with a change of their rule
 * @NETSCAN_STAT_REUSED: groups of a session number's former owner
 * @NETSCAN_STAT_COVERED: groups that crossed inside an earlier rule's scan
 * @NETSCAN_STAT_ALERTS: alert records
 * @NETSCAN_STAT_UPDATES: update records
 * @NETSCAN_STAT_ENDS: end records
 * @NETSCAN_STAT_HEALTH: health records
 * @NETSCAN_STAT_OVERWRITTEN: records that left the ring
 * @NETSCAN_STAT_LOST: records that readers were told they had lost
 * @NETSCAN_STAT_CHANGES: accepted writes
 * @NETSCAN_STAT_REFUSED: refused writes
 * @NETSCAN_STAT_REPLAYED: execs that met the probe half put in or taken out, and
 *	went through it again
 * @NETSCAN_STAT_EXCEPTED: exec events that an exception took out of some rule
 * @NETSCAN_STAT_UNDECIDED: exec events of which it could not be told whether an
 *	exception is for them; they were counted
 * @NETSCAN_STAT_BUILDID_READS: files in which a build-id was looked for
 * @NETSCAN_STAT_BUILDID_ABSENT: files whose beginning was not in memory
 * @NETSCAN_STAT_BUILDID_BEYOND: files that may have a build-id further on
 * @NETSCAN_STAT_SELFTESTS: the probe was seen to fire
 * @NETSCAN_STAT_SELFTEST_FAILS: the probe was seen not to fire
 * @NETSCAN_STAT_SELFTEST_DISABLED: of those, where it had been disabled or
 *	unregistered
 * @NETSCAN_NR_STATS: how many there are
 */
enum netscan_stat {
	NETSCAN_STAT_EXECS,
	NETSCAN_STAT_EVENTS,
	NETSCAN_STAT_ARGS,
	NETSCAN_STAT_LONG_ARGS,
	NETSCAN_STAT_TRUNCATED,
	NETSCAN_STAT_READ_FAULTS,
	NETSCAN_STAT_PUSHED,
	NETSCAN_STAT_DEFERRED,
	NETSCAN_STAT_EVICTED_IDLE,
	NETSCAN_STAT_EVICTED_ARMED,
	NETSCAN_STAT_EVICTED_COVERED,
	NETSCAN_STAT_EVICTED_OPEN,
	NETSCAN_STAT_UNSENT,
	NETSCAN_STAT_CLEARED,
	NETSCAN_STAT_REUSED,
	NETSCAN_STAT_COVERED,
	NETSCAN_STAT_ALERTS,
	NETSCAN_STAT_UPDATES,
	NETSCAN_STAT_ENDS,
	NETSCAN_STAT_HEALTH,
	NETSCAN_STAT_OVERWRITTEN,
	NETSCAN_STAT_LOST,
	NETSCAN_STAT_CHANGES,
	NETSCAN_STAT_REFUSED,
	NETSCAN_STAT_REPLAYED,
	NETSCAN_STAT_EXCEPTED,
	NETSCAN_STAT_UNDECIDED,
	NETSCAN_STAT_BUILDID_READS,
	NETSCAN_STAT_BUILDID_ABSENT,
	NETSCAN_STAT_BUILDID_BEYOND,
	NETSCAN_STAT_SELFTESTS,
	NETSCAN_STAT_SELFTEST_FAILS,
	NETSCAN_STAT_SELFTEST_DISABLED,
	NETSCAN_NR_STATS
};

#ifdef __KERNEL__
#include <linux/percpu.h>

struct netscan_stats {
	u64 n[NETSCAN_NR_STATS];
};

DECLARE_PER_CPU(struct netscan_stats, netscan_stats);

#define netscan_count_n(id, by) \
	this_cpu_add(netscan_stats.n[NETSCAN_STAT_##id], by)
#else
extern u64 netscan_stats_host[NETSCAN_NR_STATS];

#define netscan_count_n(id, by)	(netscan_stats_host[NETSCAN_STAT_##id] += (by))
#endif

#define netscan_count(id)	netscan_count_n(id, 1)

const char *netscan_stats_name(enum netscan_stat id);
u64 netscan_stats_sum(enum netscan_stat id);

#endif
