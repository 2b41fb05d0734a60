// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what must hold in a table that is far too small
 *
 * Random execs of many parents in a few buckets: groups make room all the time.
 * Nothing may get lost or stay behind, no open scan of a user with no more than a
 * share may go while something lesser is there, and the ledger must say what
 * happened.
 */
#include "flow.h"

#define STEPS	120000
#define TRACES	24

static struct test_random r;

/* What the test counts by itself, to hold the ledger against. */
static struct {
	u64 ends, evicted_ends, refused;
} seen;

/* What was told of each scan. */
static enum { NOTHING, ALERT, END } told[STEPS];

/* Over all traces: open scans that went within a share and beyond one. */
static u64 within, beyond;

/* Does a user have more than a quarter of a bucket's groups, or entries? */
static bool has_more(const struct netscan_bucket *b, u32 uid)
{
	const struct netscan_group *g;
	u32 groups = 0, entries = 0;

	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state == NETSCAN_FREE || g->from.account != uid)
			continue;
		groups++;
		entries += g->args.count + g->execs.count;
	}
	return 4 * groups > NETSCAN_BUCKET_GROUPS || 4 * entries > b->pool.nr;
}

/* One alert, and after it, one end. */
static void watch_scan(const struct netscan_note *note)
{
	u32 id = note->group->scan_id;

	CHECK(id && id < ARRAY_SIZE(told));
	if (flow.full)
		return;
	if (note->type == NETSCAN_ALERT) {
		EQUAL(told[id], NOTHING);
		told[id] = ALERT;
	} else {
		EQUAL(told[id], ALERT);
	}
	if (note->type == NETSCAN_END) {
		told[id] = END;
		seen.ends++;
	}
}

/*
 * Called before a record is taken, the bucket as it is then. Where an open scan
 * has to go, the one group that wants the room may be less, and no other.
 */
static void watch(const struct netscan_note *note)
{
	const struct netscan_group *g = note->group, *other;
	const struct netscan_bucket *b;
	u32 lesser = 0;

	b = &flow.s.table.bucket[(g - flow.s.table.group) /
				 NETSCAN_BUCKET_GROUPS];
	EQUAL(b->evictions, note->evictions);
	seen.refused += flow.full;
	watch_scan(note);
	if (note->type != NETSCAN_END || strcmp(note->reason, "evicted"))
		return;
	seen.evicted_ends += !flow.full;
	EQUAL(g->state, NETSCAN_OPEN);
	CHECK(g->scan_id);
	if (has_more(b, g->from.account)) {
		beyond++;
		return;
	}
	within++;
	for (other = b->group; other < b->group + NETSCAN_BUCKET_GROUPS;
	     other++)
		lesser += other->state != NETSCAN_FREE &&
			  other->state < NETSCAN_OWED &&
			  other->args.count + other->execs.count;
	CHECK(lesser <= 1);
}

static u32 count_scans(void)
{
	u32 i, n = 0;

	for (i = 0; i < flow.s.table.nr_buckets * NETSCAN_BUCKET_GROUPS; i++)
		n += flow.s.table.group[i].state >= NETSCAN_OWED;
	return n;
}

static void check_ledger(void)
{
	u64 evictions = 0;
	u32 i;

	flow_check();
	for (i = 0; i < flow.s.table.nr_buckets; i++)
		evictions += flow.s.table.bucket[i].evictions;
	EQUAL(evictions, STAT(EVICTED_ARMED) + STAT(EVICTED_COVERED) +
			 STAT(EVICTED_OPEN));
	CHECK(STAT(EVICTED_OPEN) >= seen.evicted_ends);
	CHECK(STAT(EVICTED_OPEN) <= seen.evicted_ends + STAT(UNSENT));
	EQUAL(STAT(DEFERRED), seen.refused);
	/* Every scan goes on, was told of to its end, or is unsent. */
	EQUAL(atomic_read(&flow.s.scan_ids),
	      count_scans() + seen.ends + STAT(UNSENT));
}

static void take_step(u32 parents, u32 args, u32 users)
{
	u64 fp[200];
	u32 i, nr, each = test_below(&r, 20) ? 4 : 200;

	flow.now += 1 + (test_below(&r, 3) ? 0 : test_below(&r, SEC / 2));
	flow.full = !test_below(&r, 12);
	flow.ev.from.parent_pid = test_below(&r, parents);
	if (!test_below(&r, 3))
		flow.ev.from.parent_pid %= 1 + parents / 16;
	flow.ev.from.account = flow.ev.from.parent_pid % users;
	flow.ev.from.sid = flow.ev.from.parent_pid / 40;
	nr = test_below(&r, each + 1);
	for (i = 0; i < nr; i++)
		fp[i] = (1 + test_below(&r, args)) * 0x9e3779b97f4a7c15ULL;
	flow_feed(fp, nr);
	if (!test_below(&r, 40))
		flow_tick();
	if (!test_below(&r, 400))
		flow_sweep();
	flow_forget();
}

static void run_trace(u64 seed, u64 steps)
{
	u32 parents, args, users;
	char rules[160];
	u64 step;

	test_seed(&r, seed);
	flow_start(64 << test_below(&r, 2), 16 + test_below(&r, 20));
	flow.watch = watch;
	memset(&seen, 0, sizeof(seen));
	memset(told, 0, sizeof(told));
	parents = 20 + test_below(&r, 400);
	args = 4 + test_below(&r, 60);
	users = test_below(&r, 3) ? 1 + test_below(&r, 12) : 1;
	snprintf(rules, sizeof(rules),
		 "scan distinct=%u events=%u window=%u\nsession distinct=%u window=%u",
		 1 + test_below(&r, 16), 1 + test_below(&r, 4),
		 1 + test_below(&r, 60), 1 + test_below(&r, 16),
		 1 + test_below(&r, 60));
	flow_rules(rules);
	for (step = 0; step < steps && !test_failed(); step++) {
		take_step(parents, args, users);
		if (!(step % 16))
			check_ledger();
	}
	check_ledger();
	if (test_failed())
		printf("# seed %llu, step %llu, rules %s\n", seed, step, rules);
	flow_stop();
}

static void random_traces(void)
{
	u64 seed, steps = test_scale(STEPS) / TRACES;

	for (seed = 1; seed <= TRACES && !test_failed(); seed++)
		run_trace(seed, steps);
	CHECK(within > 100 && beyond > 100);
}

static const struct test tests[] = {
	{ "120,000 steps break no invariant", random_traces },
};

int main(void)
{
	return test_main("property_evict", tests, ARRAY_SIZE(tests));
}
