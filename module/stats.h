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

#define NETSCAN_STATS(X)						\
	/* seen */							\
	X(EXECS, "execs")		/* successful execs, of anything */ \
	X(EVENTS, "events")		/* exec events: execs of a tool */ \
	X(ARGS, "args")			/* their arguments, counted ones */ \
	/* not seen, or seen in part */					\
	X(LONG_ARGS, "long_args")	/* longer than 1024 bytes: not counted */ \
	X(TRUNCATED, "truncated")	/* execs whose argv was not read whole */ \
	X(READ_FAULTS, "read_faults")	/* execs whose argv could not be read on */ \
	X(PUSHED, "pushed")		/* fingerprints that made room in a full window */ \
	X(DEFERRED, "deferred")		/* records held back: worker's queue full */ \
	/* groups that made room, by what they were */			\
	X(EVICTED_IDLE, "evicted_idle")	/* nothing left in their window */ \
	X(EVICTED_ARMED, "evicted_armed")	/* below their threshold */ \
	X(EVICTED_COVERED, "evicted_covered")	/* over it, but silent */ \
	X(EVICTED_OPEN, "evicted_open")	/* in a scan of their own */ \
	X(UNSENT, "unsent")		/* ends of evicted scans: worker's queue full */ \
	X(CLEARED, "cleared")		/* groups gone with a change of their rule */ \
	X(REUSED, "reused")		/* groups of a session number's former owner */ \
	/* scans and records */						\
	X(COVERED, "covered")		/* groups that crossed inside an earlier rule's scan */ \
	X(ALERTS, "alerts")						\
	X(UPDATES, "updates")						\
	X(ENDS, "ends")							\
	X(HEALTH, "health")						\
	X(OVERWRITTEN, "overwritten")	/* records that left the ring */ \
	X(LOST, "lost")			/* of those, ones a reader had not read */ \
	/* control */							\
	X(CHANGES, "changes")		/* accepted writes */		\
	X(REFUSED, "refused")		/* refused writes */		\
	X(SELFTESTS, "selftests")	/* the probe was seen to fire */ \
	X(SELFTEST_FAILS, "selftest_fails")	/* it was not */

enum netscan_stat {
#define X(id, name) NETSCAN_STAT_##id,
	NETSCAN_STATS(X)
#undef X
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
