// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of what time, and a change of rules, does to scans
 */
#include "flow.h"

#define BOTH	"scan distinct=10 window=60\nsession distinct=10 window=60"

static void begin(u32 groups, const char *rules)
{
	flow_start(groups, 128);
	flow_rules(rules);
}

static void end(void)
{
	flow_check();
	flow_stop();
}

static u32 nr_used(void)
{
	u32 i, n = 0;

	for (i = 0; i < flow.s.table.nr_buckets; i++)
		n += flow.s.table.bucket[i].used;
	return n;
}

static void busy_only_beyond_armed(void)
{
	begin(64, BOTH);
	CHECK(!netscan_scan_busy(&flow.s));
	flow_targets(1, 8);
	CHECK(!netscan_scan_busy(&flow.s));
	flow_targets(9, 9);
	CHECK(netscan_scan_busy(&flow.s));
	flow.now += 60 * SEC + 1;
	flow_tick();
	CHECK(!netscan_scan_busy(&flow.s));
	EQUAL(flow.nr, 2);
	flow_tick();
	EQUAL(flow.nr, 2);
	end();
}

static void ticks_all_buckets(void)
{
	u32 i;

	begin(1024, "-session\nscan distinct=10 window=60");
	for (i = 0; i < 50; i++) {
		flow.ev.from.parent_pid++;
		flow_targets(1, 9);
	}
	EQUAL(flow_count(NETSCAN_ALERT), 50);
	flow.now += 60 * SEC;
	CHECK(flow_tick());
	EQUAL(flow.nr, 50);
	flow.now++;
	CHECK(flow_tick());
	EQUAL(flow_count(NETSCAN_END), 50);
	CHECK(!netscan_scan_busy(&flow.s));
	for (i = 0; i < 50; i++)
		EQUAL(flow.record[50 + i].distinct, 10);
	end();
}

/* An end and what follows from it come in one tick, wherever the groups are. */
static void end_before_what_it_covered(void)
{
	u32 parent;

	for (parent = 1; parent < 60; parent++) {
		begin(1024, BOTH);
		flow.ev.from.parent_pid = parent;
		flow_targets(1, 9);
		flow.now += 30 * SEC;
		flow.ev.from.parent_pid = 99;
		flow_targets(11, 14);
		flow.ev.from.parent_pid = 98;
		flow_targets(15, 19);
		flow_forget();
		flow.now += 30 * SEC + 1;
		CHECK(flow_tick());
		EQUAL(flow.nr, 2);
		EQUAL(flow.record[0].type, NETSCAN_END);
		EQUAL(flow.record[1].type, NETSCAN_ALERT);
		flow_check();
		flow_stop();
	}
}

static void covered_below_half_is_armed(void)
{
	begin(64, "scan distinct=10 window=120\nsession distinct=10 window=60");
	flow_targets(1, 9);
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	flow.now += 60 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow_group("session")->state, NETSCAN_ARMED);
	EQUAL(flow_group("scan")->state, NETSCAN_OPEN);
	EQUAL(flow.nr, 1);
	end();
}

static void covered_above_half_stays(void)
{
	begin(64, "scan distinct=10 window=120\nsession distinct=10 window=60");
	flow_targets(1, 4);
	flow.now += SEC;
	flow_targets(5, 9);
	flow.now += 59 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	flow_targets(11, 14);
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	EQUAL(STAT(COVERED), 1);
	end();
}

static void change_of_meaning_clears(void)
{
	static const char * const changes[] = {
		"scan by=parent", "scan tools=ping", "-scan",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		begin(64, BOTH);
		flow_targets(1, 9);
		flow_forget();
		flow.now += SEC;
		flow_rules(changes[i]);
		EQUAL(flow.nr, 1);
		EQUAL(flow_last()->type, NETSCAN_END);
		TEXT_EQUAL(flow_last()->reason, "cleared");
		TEXT_EQUAL(flow_last()->rule, "scan");
		EQUAL(flow_last()->distinct, 10);
		EQUAL(flow_last()->now, flow.now);
		EQUAL(STAT(CLEARED), 1);
		EQUAL(flow.s.table.bucket[0].used, 1);
		EQUAL(flow_group("session")->state, NETSCAN_COVERED);
		/* What it covered alerts, and a new count begins. */
		CHECK(flow_tick());
		EQUAL(flow.nr, 2);
		TEXT_EQUAL(flow_last()->rule, "session");
		flow_check();
		flow_stop();
	}
}

static void other_changes_keep_what_was_counted(void)
{
	static const char * const changes[] = {
		"scan distinct=11", "scan window=61", "scan enabled=1",
		"scan events=1", "scan by=exe,parent", "other distinct=5",
		"-session",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		begin(64, BOTH);
		flow_targets(1, 8);
		flow_rules(changes[i]);
		EQUAL(flow_group("scan")->run.events, 8);
		flow_targets(9, 10);
		EQUAL(flow.nr > 0, 1);
		EQUAL(flow.record[0].events <= 10 && flow.record[0].events >= 9,
		      1);
		flow_check();
		flow_stop();
	}
}

static void clear_asks_again_when_the_queue_is_full(void)
{
	struct netscan_config old;

	begin(64, BOTH);
	flow_targets(1, 9);
	flow.ev.from.parent_pid++;
	flow_targets(1, 3);
	flow_forget();
	old = flow.cfg;
	EQUAL(flow_rules_only("-scan"), 0);
	flow.full = true;
	CHECK(!netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, false));
	EQUAL(STAT(CLEARED), 1);
	flow.full = false;
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, false));
	EQUAL(flow.nr, 1);
	EQUAL(STAT(CLEARED), 2);
	EQUAL(flow.s.table.bucket[0].used, 1);
	end();
}

/* The last try drops what there is no room to tell of, and counts it. */
static void clear_by_force(void)
{
	struct netscan_config old;

	begin(64, BOTH);
	flow_targets(1, 9);
	old = flow.cfg;
	EQUAL(flow_rules_only("-scan"), 0);
	flow.full = true;
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, true));
	EQUAL(flow_count(NETSCAN_END), 0);
	EQUAL(STAT(CLEARED), 1);
	EQUAL(STAT(UNSENT), 1);
	EQUAL(flow.s.table.bucket[0].used, 1);
	end();
	/* Where there is room it is told of all the same. */
	begin(64, BOTH);
	flow_targets(1, 9);
	old = flow.cfg;
	EQUAL(flow_rules_only("-scan"), 0);
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, true));
	EQUAL(flow_count(NETSCAN_END), 1);
	EQUAL(STAT(UNSENT), 0);
	end();
}

/* A group whose rule neither configuration has goes without a word. */
static void groups_of_no_rule(void)
{
	struct netscan_config old;

	begin(64, "-session\nscan distinct=10");
	flow_targets(1, 9);
	flow_forget();
	EQUAL(flow_rules_only("scan by=exe"), 0);
	flow.now += 3600 * SEC;
	CHECK(flow_tick());
	EQUAL(flow.nr, 0);
	old = flow.cfg;
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, false));
	EQUAL(flow.nr, 0);
	EQUAL(flow.s.table.bucket[0].used, 0);
	end();
}

/* A lower threshold is judged by the next event, a higher one by time, too. */
static void thresholds_move(void)
{
	begin(64, "-session\nscan distinct=50 window=60");
	flow_targets(1, 19);
	flow_rules("scan distinct=10");
	EQUAL(flow.nr, 0);
	flow_targets(1, 1);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 20);
	flow_rules("scan distinct=41");
	CHECK(flow_tick());
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_END);
	end();
}

/* Groups of which nothing is left go, to the nanosecond, and no others. */
static void sweeps_what_is_idle(void)
{
	u64 start;
	u32 i;

	begin(2048, "-session\nscan distinct=10 window=60");
	start = flow.now;
	for (i = 0; i < 300; i++) {
		flow.ev.from.parent_pid++;
		flow_targets(1, i % 100 ? 3 : 9);
		flow.now += !(i % 2);
	}
	EQUAL(flow_count(NETSCAN_ALERT), 3);
	flow.now = start + 60 * SEC;
	flow_sweep();
	EQUAL(nr_used(), 300);
	flow.now++;
	flow_sweep();
	EQUAL(nr_used(), 300);		/* the first has a scan open */
	flow.now++;
	flow_sweep();
	EQUAL(nr_used(), 298);
	flow.now = start + 61 * SEC;
	flow_sweep();
	EQUAL(nr_used(), 3);		/* time has yet to end these scans */
	CHECK(flow_tick());
	flow_sweep();
	EQUAL(nr_used(), 0);
	EQUAL(STAT(EVICTED_IDLE) + STAT(EVICTED_ARMED) + STAT(CLEARED), 0);
	end();
	/* One call sweeps a part. */
	begin(2048, "-session\nscan distinct=10 window=60");
	for (i = 0; i < 300; i++) {
		flow.ev.from.parent_pid++;
		flow_targets(1, 3);
	}
	flow.now += 61 * SEC;
	netscan_scan_sweep(&flow.s, flow.now);
	CHECK(nr_used() > 250 && nr_used() < 300);
	end();
}

/* What still counts under a wider window is not idle, with no event since. */
static void window_widens(void)
{
	u32 i;

	begin(64, "-session\nscan distinct=10 window=60");
	flow_targets(1, 5);
	flow_rules("scan window=600");
	flow.now += 60 * SEC + 1;
	for (i = 0; i < NETSCAN_SWEEPS; i++)
		netscan_scan_sweep(&flow.s, flow.now);
	flow_targets(6, 9);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 9);
	end();
}

static const struct test tests[] = {
	{ "busy is what time may move on", busy_only_beyond_armed },
	{ "all buckets, to the nanosecond", ticks_all_buckets },
	{ "an end, then what it covered", end_before_what_it_covered },
	{ "covered below half is armed", covered_below_half_is_armed },
	{ "covered above half stays so", covered_above_half_stays },
	{ "a change of meaning clears", change_of_meaning_clears },
	{ "other changes keep the count", other_changes_keep_what_was_counted },
	{ "clear asks again with a full queue", clear_asks_again_when_the_queue_is_full },
	{ "clear by force", clear_by_force },
	{ "groups of no rule", groups_of_no_rule },
	{ "idle groups are swept", sweeps_what_is_idle },
	{ "a window widens", window_widens },
	{ "thresholds move", thresholds_move },
};

int main(void)
{
	return test_main("tick", tests, ARRAY_SIZE(tests));
}
