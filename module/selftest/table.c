// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of the table: a bucket filled over and over
 */
#include "../stats.h"
#include "../table.h"
#include "selftest.h"

#define SLOTS	NETSCAN_MIN_SLOTS

static void __init count_open(void *ctx, struct netscan_bucket *b,
			      struct netscan_group *g)
{
	++*(u32 *)ctx;
}

/* Every group and every entry is either free or in use, and never both. */
static void __init check_bucket(struct netscan_bucket *b)
{
	u32 used = 0, busy = 0, entries = 0;
	struct netscan_group *g;
	u16 i;

	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state == NETSCAN_FREE)
			continue;
		NETSCAN_EXPECT(netscan_table_find(b, g->key) == g);
		used++;
		busy += g->state > NETSCAN_ARMED;
		entries += g->args.count + g->execs.count;
	}
	NETSCAN_EXPECT(b->used == used && b->busy == busy);
	for (i = b->free; i != NETSCAN_NIL && used < 1000; used++)
		i = b->group[i].hash_next;
	NETSCAN_EXPECT(used == NETSCAN_BUCKET_GROUPS);
	for (i = b->pool.free; i != NETSCAN_NIL && entries < 1000; entries++)
		i = b->pool.next[i];
	NETSCAN_EXPECT(entries == b->pool.nr);
}

/* An event of any of 150 groups and three users. Whether the group is new. */
static bool __init step(struct netscan_bucket *b, u64 *seed, u64 now, u32 *open)
{
	const struct netscan_terms terms = { .now = now, .slots = SLOTS };
	u32 i, nr = netscan_selftest_below(seed, SLOTS);
	u32 key = netscan_selftest_below(seed, 150);
	bool new = !netscan_table_find(b, key);
	struct netscan_group *g;

	g = netscan_table_get(b, key, key % 3, now, count_open, open);
	g->last = now;
	g->run.events++;
	netscan_table_set_window(g, 1 + netscan_selftest_below(seed, 50));
	for (i = 0; i < nr; i++)
		netscan_table_add(b, g, &g->args, netscan_selftest_random(seed),
				  1, &terms, count_open, open);
	netscan_table_set_state(b, g, NETSCAN_ARMED +
				      netscan_selftest_below(seed, 4));
	return new;
}

static void __init fill_bucket(struct netscan_bucket *b)
{
	u32 i, idle, counted, made = 0, open = 0;
	u64 seed = 3;

	raw_spin_lock(&b->lock);
	for (i = 1; i <= 250 && !netscan_selftest_failed; i++) {
		made += step(b, &seed, i * NETSCAN_SEC, &open);
		check_bucket(b);
	}
	idle = netscan_stats_sum(NETSCAN_STAT_EVICTED_IDLE);
	counted = netscan_stats_sum(NETSCAN_STAT_EVICTED_ARMED) +
		  netscan_stats_sum(NETSCAN_STAT_EVICTED_COVERED) + open;
	NETSCAN_EXPECT(netscan_stats_sum(NETSCAN_STAT_EVICTED_OPEN) == open);
	NETSCAN_EXPECT(b->evictions == counted);
	NETSCAN_EXPECT(made == b->used + idle + counted);
	NETSCAN_EXPECT(idle && open);
	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++)
		if (b->group[i].state != NETSCAN_FREE)
			netscan_table_remove(b, &b->group[i]);
	check_bucket(b);
	raw_spin_unlock(&b->lock);
}

int __init netscan_selftest_table(void)
{
	struct netscan_table t;
	int err = netscan_table_create(&t, NETSCAN_BUCKET_GROUPS, SLOTS);

	if (err)
		return err;
	fill_bucket(&t.bucket[0]);
	netscan_table_destroy(&t);
	return 0;
}
