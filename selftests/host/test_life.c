// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of a scan's life: alert, end, covered, owed, reused
 */
#include "flow.h"

/* Thresholds of 10, so that a scan ends when 4 are left. */
#define ONE	"-session\nscan distinct=10 window=60"
#define BOTH	"scan distinct=10 window=60\nsession distinct=10 window=60"

static void begin(const char *rules)
{
	flow_start(64, 128);
	flow_rules(rules);
}

static void end(void)
{
	flow_check();
	flow_stop();
}

static void one_scan_one_alert(void)
{
	begin(ONE);
	flow_targets(1, 9);
	EQUAL(flow.nr, 1);
	flow_targets(10, 200);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	EQUAL(flow_group("scan")->state, NETSCAN_OPEN);
	EQUAL(STAT(COVERED), 0);
	end();
}

static void ends_below_half(void)
{
	u64 start;

	begin(ONE);
	start = flow.now;
	flow_targets(1, 5);
	flow.now = start + 1;
	flow_targets(6, 9);		/* and "ping": 5 are left of this */
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	flow_forget();
	flow.now = start + 60 * SEC + 1;
	flow_exec("ping 9");		/* exactly half: it goes on */
	EQUAL(flow.nr, 0);
	flow.now = start + 60 * SEC + 2;
	flow_exec("ping 9");		/* two */
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->type, NETSCAN_END);
	TEXT_EQUAL(flow_last()->reason, "idle");
	EQUAL(flow_last()->distinct, 10);
	EQUAL(flow_last()->events, 10);
	EQUAL(flow_last()->scan_id, 1);
	EQUAL(flow_last()->first, start);
	EQUAL(flow_last()->last, start + 60 * SEC + 1);
	EQUAL(flow_last()->now, flow.now);
	EQUAL(flow_last()->from.pid, flow.next_pid - 2);
	CHECK(!flow_last()->from_event);
	EQUAL(flow_group("scan")->state, NETSCAN_ARMED);
	EQUAL(flow_group("scan")->run.events, 1);
	end();
}

/* Half of an odd threshold is rounded up. */
static void half_is_rounded_up(void)
{
	u64 start;

	begin("-session\nscan distinct=7 window=60");
	start = flow.now;
	flow_exec("1 2 3");
	flow.now++;
	flow_exec("4 5 6 7");
	EQUAL(flow.nr, 1);
	flow.now = start + 60 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow.nr, 1);		/* 4 of 7 are left */
	flow.now++;
	CHECK(flow_tick());
	EQUAL(flow.nr, 2);
	end();

	begin("-session\nscan distinct=1 window=60");
	flow_exec("1");
	flow.now += 60 * SEC;
	flow_tick();
	EQUAL(flow.nr, 1);
	flow.now++;
	flow_tick();
	EQUAL(flow.nr, 2);
	end();
}

static void armed_again_after_the_end(void)
{
	u64 start;

	begin(ONE);
	start = flow.now;
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow_exec("a b c");		/* what is left still counts */
	flow.now += 30 * SEC + 1;
	flow_forget();
	flow_exec("d");
	EQUAL(flow_count(NETSCAN_END), 1);
	flow_exec("e f g h i");
	EQUAL(flow.nr, 1);
	flow_exec("j");
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	EQUAL(flow_last()->scan_id, 2);
	EQUAL(flow_last()->distinct, 10);
	/* "a b c" belongs to it, so all of its run does. */
	EQUAL(flow_last()->events, 13);
	EQUAL(flow_last()->first, start);
	end();

	/* Of the run before nothing is left when the alert comes. */
	begin(ONE);
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow_exec("a b c");
	flow.now += 30 * SEC + 1;
	flow_exec("d");
	start = flow.now;
	flow.now += 40 * SEC;
	flow_forget();
	flow_exec("d e f g h i j k l m");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 2);
	EQUAL(flow_last()->first, start);
	end();
}

/* What the run before has seen was pushed out by now, and is counted all the same. */
static void pushed_out_of_the_run_before(void)
{
	char line[4096] = "d";
	u64 start;
	u32 i;

	begin(ONE);
	start = flow.now;
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow_exec("a b c");
	flow.now += 30 * SEC + 1;
	flow_exec("d");
	flow_forget();
	for (i = 0; i < 2 * flow.s.table.slots && i < 500; i++)
		snprintf(line + strlen(line), 8, " %u", i);
	flow_exec(line);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 4 + i);
	EQUAL(flow_last()->events, 12);
	EQUAL(flow_last()->first, start);
	end();
}

static void later_rule_is_covered(void)
{
	begin(BOTH);
	flow_targets(1, 9);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "scan");
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	EQUAL(flow_group("session")->scan_id, 0);
	EQUAL(STAT(COVERED), 1);
	flow_targets(10, 300);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	EQUAL(STAT(COVERED), 1);
	/* Both fall below half at once: an end and nothing more. */
	flow.now += 60 * SEC + 1;
	flow_forget();
	flow_tick();
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->type, NETSCAN_END);
	EQUAL(flow_group("session")->state, NETSCAN_ARMED);
	CHECK(!netscan_scan_busy(&flow.s));
	end();
}

/* A scan that ends while what it covered is over its threshold otherwise. */
static void covered_then_over_by_others(void)
{
	begin(BOTH);
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow.ev.from.parent_pid++;
	flow_targets(11, 14);
	flow.ev.from.parent_pid++;
	flow_targets(15, 19);
	flow_forget();
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
}

static void alerts_when_the_cover_ends_by_time(void)
{
	covered_then_over_by_others();
	flow.now += 30 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow.nr, 2);
	EQUAL(flow.record[0].type, NETSCAN_END);
	EQUAL(flow.record[1].type, NETSCAN_ALERT);
	TEXT_EQUAL(flow.record[1].rule, "session");
	EQUAL(flow.record[1].distinct, 10);
	EQUAL(flow.record[1].events, 18);
	EQUAL(flow.record[1].scan_id, 2);
	CHECK(!flow.record[1].from_event);
	EQUAL(flow.record[1].argc, 0);
	EQUAL(flow.record[1].last_len, 0);
	EQUAL(flow.record[1].now, flow.now);
	end();
}

static void alerts_when_the_cover_ends_by_an_event(void)
{
	covered_then_over_by_others();
	flow.now += 30 * SEC + 1;
	flow.ev.from.parent_pid = 812;
	flow_targets(20, 20);
	EQUAL(flow.nr, 2);
	EQUAL(flow.record[0].type, NETSCAN_END);
	TEXT_EQUAL(flow.record[0].rule, "scan");
	EQUAL(flow.record[1].type, NETSCAN_ALERT);
	TEXT_EQUAL(flow.record[1].rule, "session");
	CHECK(flow.record[1].from_event);
	EQUAL(flow.record[1].distinct, 11);
	end();
}

/*
 * The event belongs to another scan that is open. That cannot cover what was
 * to be said when the first one ended, no matter whether the clock was there.
 */
static void is_not_covered_again(void)
{
	begin(BOTH);
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow.ev.from.parent_pid++;
	flow_targets(11, 19);
	EQUAL(flow_count(NETSCAN_ALERT), 2);
	flow_forget();
	flow.now += 30 * SEC + 1;
	flow.ev.from.parent_pid--;
	flow_exec("ping 1 2 3 4 5 6 7 8 9");	/* ends one scan, opens one */
	EQUAL(flow.nr, 3);
	EQUAL(flow.record[0].type, NETSCAN_END);
	TEXT_EQUAL(flow.record[1].rule, "scan");
	EQUAL(flow.record[1].type, NETSCAN_ALERT);
	TEXT_EQUAL(flow.record[2].rule, "session");
	EQUAL(flow.record[2].type, NETSCAN_ALERT);
	end();

	begin(BOTH);
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow.ev.from.parent_pid++;
	flow_targets(11, 19);
	flow_forget();
	/* The first scan's group is gone before any event of its own comes. */
	flow.ev.from.parent_pid--;
	netscan_table_remove(&flow.s.table.bucket[0], flow_group("scan"));
	flow.ev.from.parent_pid++;
	flow_exec("ping");
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "session");
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	EQUAL(STAT(COVERED), 1);
	end();
}

/* The scan that covers it is over by then, though the clock has not looked. */
static void cover_ends_before_the_event(void)
{
	begin(BOTH);
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow.ev.from.parent_pid++;
	flow_exec("ping a b c d e");
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	flow_forget();
	flow.now += 30 * SEC + 1;
	flow.ev.from.parent_pid++;
	flow_exec("f g h");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->type, NETSCAN_END);
	EQUAL(flow_group("session")->state, NETSCAN_ARMED);
	flow_exec("i");
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	TEXT_EQUAL(flow_last()->rule, "session");
	CHECK(flow_last()->from_event);
	EQUAL(flow_last()->distinct, 10);
	end();
}

static void first_rule_is_never_covered(void)
{
	u32 i;

	begin("scan distinct=10 window=60\nsession distinct=5 window=60");
	flow_targets(1, 4);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "session");
	flow_targets(5, 9);
	EQUAL(flow_count(NETSCAN_ALERT), 2);
	end();
	/* A parent for each probe: the session's alert alone. */
	begin(BOTH);
	for (i = 1; i <= 40; i++) {
		flow.ev.from.parent_pid++;
		flow_targets(i, i);
	}
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow.record[0].rule, "session");
	end();
}

/* A rule that is off says nothing more, whenever it would have been its turn. */
/* A loop that has alerted and goes on, and a parent of its own for each other probe. */
static void sweep_beside_a_loop(void)
{
	u32 i;

	flow_targets(1, 10);
	for (i = 0; i < 100; i++) {
		flow.now += SEC;
		flow.ev.from.parent_pid = 10000 + i;
		flow_targets(1000 + i, 1000 + i);
		flow.ev.from.parent_pid = 812;
		flow_targets(1, 10);
		flow_tick();
	}
}

/*
 * What README says of it: nothing is said of these probes while the scan is open
 * that covers their session; but where the session's rule comes first, it is.
 */
static void covered_says_nothing_of_others(void)
{
	begin(BOTH);
	sweep_beside_a_loop();
	CHECK(flow_group("session")->args.sum > 50);
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow_last()->rule, "scan");
	EQUAL(flow_last()->distinct, 11);
	end();
	begin("-scan\nsession distinct=10 window=60\nscan distinct=10 window=60");
	sweep_beside_a_loop();
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow_last()->rule, "session");
	CHECK(flow_last()->distinct > 50);
	end();
}

static void disabled_while_covered(void)
{
	covered_then_over_by_others();
	flow_rules("session enabled=0");
	flow.now += 30 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow_count(NETSCAN_ALERT), 0);
	CHECK(!netscan_scan_busy(&flow.s));
	end();
}

static void disabled_while_open(void)
{
	begin(ONE);
	flow_targets(1, 9);
	flow_rules("scan enabled=0");
	flow.now += 60 * SEC + 1;
	flow_tick();
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_END);
	end();
}

static void owed_while_the_queue_is_full(void)
{
	begin(ONE);
	flow.full = true;
	flow_targets(1, 20);
	EQUAL(flow_group("scan")->state, NETSCAN_OWED);
	EQUAL(flow_group("scan")->scan_id, 1);
	CHECK(!flow_tick());
	CHECK(netscan_scan_busy(&flow.s));
	EQUAL(STAT(DEFERRED), 13);
	flow.full = false;
	flow_targets(21, 21);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 22);
	EQUAL(flow_last()->events, 21);
	EQUAL(flow_group("scan")->state, NETSCAN_OPEN);
	CHECK(flow_tick());
	EQUAL(flow.nr, 1);
	end();
}

static void owed_is_paid_by_time(void)
{
	begin(ONE);
	flow.full = true;
	flow_targets(1, 9);
	flow.full = false;
	flow.now += 60 * SEC;
	CHECK(flow_tick());
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	CHECK(!flow_last()->from_event);
	end();
}

/* Nothing is left of the scan when there is room: it was one all the same. */
static void owed_is_paid_late(void)
{
	begin(ONE);
	flow.full = true;
	flow_targets(1, 9);
	flow.now += 60 * SEC + 1;
	CHECK(!flow_tick());
	EQUAL(flow_group("scan")->state, NETSCAN_OWED);
	flow.full = false;
	CHECK(flow_tick());
	EQUAL(flow.nr, 2);
	EQUAL(flow.record[0].type, NETSCAN_ALERT);
	EQUAL(flow.record[0].distinct, 10);
	EQUAL(flow_last()->type, NETSCAN_END);
	EQUAL(flow_last()->scan_id, flow.record[0].scan_id);
	EQUAL(flow_group("scan")->state, NETSCAN_ARMED);
	end();
	/* The same if an event comes before the clock looks. */
	begin(ONE);
	flow.full = true;
	flow_targets(1, 9);
	flow.full = false;
	flow.now += 60 * SEC + 1;
	flow_targets(1, 1);
	EQUAL(flow.nr, 2);
	EQUAL(flow.record[0].type, NETSCAN_ALERT);
	CHECK(!flow.record[0].from_event);
	EQUAL(flow_last()->type, NETSCAN_END);
	EQUAL(netscan_window_distinct(&flow_group("scan")->args), 2);
	end();
	/* Or if its place is needed: none is told of without an alert. */
	begin("-scan\nsession distinct=10 window=60");
	flow.full = true;
	flow_targets(1, 9);
	flow.full = false;
	flow.now += SEC;
	flow.ev.session_start = flow.now;
	flow_targets(1, 1);
	EQUAL(flow.nr, 2);
	EQUAL(flow.record[0].type, NETSCAN_ALERT);
	CHECK(!flow.record[0].from_event);
	TEXT_EQUAL(flow_last()->reason, "reused");
	end();
}

/* A scan whose alert waits covers a later rule's as any other. */
static void owed_covers_later_rules(void)
{
	begin(BOTH);
	flow.full = true;
	flow_targets(1, 9);
	EQUAL(flow_group("scan")->state, NETSCAN_OWED);
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	flow.full = false;
	flow_targets(10, 10);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "scan");
	EQUAL(flow_group("session")->state, NETSCAN_COVERED);
	end();
}

/* A scan that is over takes in no other, even if its end cannot be told. */
static void end_without_room_is_an_end(void)
{
	begin(ONE);
	flow_targets(1, 9);
	flow.now += 60 * SEC + 1;
	flow.full = true;
	flow_targets(1, 1);
	EQUAL(STAT(UNSENT), 1);
	EQUAL(flow_group("scan")->state, NETSCAN_ARMED);
	flow.full = false;
	flow_targets(2, 9);
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	EQUAL(flow_last()->scan_id, 2);
	EQUAL(flow_last()->events, 9);
	end();
}

static void updates_and_ends_ask_again(void)
{
	begin(ONE);
	flow_targets(1, 9);
	flow.full = true;
	flow_targets(10, 30);
	flow.full = false;
	EQUAL(flow.nr, 1);
	flow_targets(30, 30);
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_UPDATE);
	EQUAL(flow_last()->distinct, 31);
	flow.now += 60 * SEC + 1;
	flow.full = true;
	CHECK(!flow_tick());
	EQUAL(flow_group("scan")->state, NETSCAN_OPEN);
	flow.full = false;
	CHECK(flow_tick());
	EQUAL(flow.nr, 3);
	EQUAL(flow_last()->type, NETSCAN_END);
	end();
}

static void reused_session_begins_anew(void)
{
	begin("-scan\nsession distinct=10 window=60");
	flow_targets(1, 8);
	flow.now += SEC;
	flow.ev.session_start = flow.now - 1;
	flow_targets(11, 18);
	EQUAL(flow.nr, 0);
	EQUAL(STAT(REUSED), 1);
	flow_targets(19, 19);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 9);
	EQUAL(flow_last()->distinct, 10);
	/* With a scan open: it ends first. */
	flow.now += SEC;
	flow.ev.session_start = flow.now;
	flow_targets(21, 21);
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_END);
	TEXT_EQUAL(flow_last()->reason, "reused");
	EQUAL(flow_last()->scan_id, 1);
	EQUAL(STAT(REUSED), 2);
	/* Its leader is gone: that is no new session. */
	flow.ev.session_start = 0;
	flow_targets(22, 29);
	EQUAL(flow.nr, 3);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	/* The leader of a new one may be gone, too. */
	flow.ev.from.session++;
	flow_targets(31, 31);
	EQUAL(flow.nr, 4);
	TEXT_EQUAL(flow_last()->reason, "reused");
	EQUAL(STAT(REUSED), 3);
	end();
}

/* What is left after an end is the old session's all the same. */
static void reused_after_an_end(void)
{
	begin("-scan\nsession distinct=10 window=60");
	flow_targets(1, 9);
	flow.now += 30 * SEC;
	flow_exec("a b c d");
	flow.now += 30 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow_last()->type, NETSCAN_END);
	flow_forget();
	flow.now += SEC;
	flow.ev.session_start = flow.now;
	flow_exec("1 2 3 4 5 6");
	EQUAL(flow.nr, 0);
	EQUAL(netscan_window_distinct(&flow_group("session")->args), 6);
	EQUAL(STAT(REUSED), 1);
	end();
}

static void reused_with_a_full_queue(void)
{
	begin("-scan\nsession distinct=10 window=60");
	flow_targets(1, 9);
	flow.full = true;
	flow.now += SEC;
	flow.ev.session_start = flow.now;
	flow_targets(1, 1);
	EQUAL(STAT(UNSENT), 1);
	EQUAL(flow_group("session")->state, NETSCAN_ARMED);
	EQUAL(netscan_window_distinct(&flow_group("session")->args), 2);
	end();
}

static const struct test tests[] = {
	{ "one scan, one alert", one_scan_one_alert },
	{ "it ends below half of the threshold", ends_below_half },
	{ "half is rounded up", half_is_rounded_up },
	{ "armed again after the end", armed_again_after_the_end },
	{ "pushed out of the run before", pushed_out_of_the_run_before },
	{ "a later rule is covered", later_rule_is_covered },
	{ "covered alerts when the cover ends by time", alerts_when_the_cover_ends_by_time },
	{ "covered alerts when the cover ends by an event",
	  alerts_when_the_cover_ends_by_an_event },
	{ "what is owed is not covered again", is_not_covered_again },
	{ "a cover ends before the event", cover_ends_before_the_event },
	{ "the first rule is never covered", first_rule_is_never_covered },
	{ "covered says nothing of others", covered_says_nothing_of_others },
	{ "disabled while covered: silent", disabled_while_covered },
	{ "disabled while open: it ends", disabled_while_open },
	{ "a full queue owes the alert", owed_while_the_queue_is_full },
	{ "time pays what is owed", owed_is_paid_by_time },
	{ "however late, what is owed is paid", owed_is_paid_late },
	{ "a scan whose alert is owed covers later rules", owed_covers_later_rules },
	{ "an end without room is an end", end_without_room_is_an_end },
	{ "updates and ends ask again", updates_and_ends_ask_again },
	{ "a reused session begins anew", reused_session_begins_anew },
	{ "also after an end", reused_after_an_end },
	{ "also with a full queue", reused_with_a_full_queue },
};

int main(void)
{
	return test_main("life", tests, ARRAY_SIZE(tests));
}
