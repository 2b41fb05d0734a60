// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the ledger: what was seen, and what was not, with its reason
 */
#include "stats.h"

DEFINE_PER_CPU(struct netscan_stats, netscan_stats);

static const char * const names[] = {
#define X(id, name) [NETSCAN_STAT_##id] = name,
	NETSCAN_STATS(X)
#undef X
};

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
