// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the ledger: what was seen, and what was not, with its reason
 */
#include "stats.h"

DEFINE_PER_CPU(struct netscan_stats, netscan_stats);

static const char * const names[] = {
	[NETSCAN_STAT_EXECS] = "execs",
	[NETSCAN_STAT_EVENTS] = "events",
	[NETSCAN_STAT_ARGS] = "args",
	[NETSCAN_STAT_LONG_ARGS] = "long_args",
	[NETSCAN_STAT_TRUNCATED] = "truncated",
	[NETSCAN_STAT_READ_FAULTS] = "read_faults",
	[NETSCAN_STAT_PUSHED] = "pushed",
	[NETSCAN_STAT_DEFERRED] = "deferred",
	[NETSCAN_STAT_EVICTED_IDLE] = "evicted_idle",
	[NETSCAN_STAT_EVICTED_ARMED] = "evicted_armed",
	[NETSCAN_STAT_EVICTED_COVERED] = "evicted_covered",
	[NETSCAN_STAT_EVICTED_OPEN] = "evicted_open",
	[NETSCAN_STAT_UNSENT] = "unsent",
	[NETSCAN_STAT_CLEARED] = "cleared",
	[NETSCAN_STAT_REUSED] = "reused",
	[NETSCAN_STAT_COVERED] = "covered",
	[NETSCAN_STAT_ALERTS] = "alerts",
	[NETSCAN_STAT_UPDATES] = "updates",
	[NETSCAN_STAT_ENDS] = "ends",
	[NETSCAN_STAT_HEALTH] = "health",
	[NETSCAN_STAT_OVERWRITTEN] = "overwritten",
	[NETSCAN_STAT_LOST] = "lost",
	[NETSCAN_STAT_CHANGES] = "changes",
	[NETSCAN_STAT_REFUSED] = "refused",
	[NETSCAN_STAT_REPLAYED] = "replayed",
	[NETSCAN_STAT_EXCEPTED] = "excepted",
	[NETSCAN_STAT_UNDECIDED] = "undecided",
	[NETSCAN_STAT_BUILDID_READS] = "buildid_reads",
	[NETSCAN_STAT_BUILDID_ABSENT] = "buildid_absent",
	[NETSCAN_STAT_BUILDID_BEYOND] = "buildid_beyond",
	[NETSCAN_STAT_SELFTESTS] = "selftests",
	[NETSCAN_STAT_SELFTEST_FAILS] = "selftest_fails",
	[NETSCAN_STAT_SELFTEST_DISABLED] = "selftest_disabled",
};

static_assert(ARRAY_SIZE(names) == NETSCAN_NR_STATS);

/**
 * netscan_stats_name() - the name of a counter
 * @id: the counter
 */
const char *netscan_stats_name(enum netscan_stat id)
{
	return names[id];
}

/**
 * netscan_stats_sum() - a counter over all CPUs
 * @id: the counter
 *
 * Return: at least every count that was complete at the call.
 */
u64 netscan_stats_sum(enum netscan_stat id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(netscan_stats, cpu).n[id]);
	return sum;
}
