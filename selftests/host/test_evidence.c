// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of what a scan tells: updates, events, what was not read
 */
#include "flow.h"

#define SMALL		"-session\nscan distinct=10 window=60"

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

static void updates_on_doubling(void)
{
	u32 i;

	begin(SMALL);
	flow_targets(1, 9);		/* distinct 10, events 9 */
	EQUAL(flow.nr, 1);
	for (i = 0; i < 8; i++)
		flow_exec("ping 1");	/* events 17 */
	EQUAL(flow.nr, 1);
	flow_exec("ping 1");
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->type, NETSCAN_UPDATE);
	EQUAL(flow_last()->events, 18);
	EQUAL(flow_last()->distinct, 10);
	flow_exec("a b c d e f g h i");	/* distinct 19 */
	EQUAL(flow.nr, 2);
	flow_exec("j");
	EQUAL(flow.nr, 3);
	EQUAL(flow_last()->type, NETSCAN_UPDATE);
	EQUAL(flow_last()->distinct, 20);
	EQUAL(flow_last()->events, 20);
	EQUAL(flow_last()->scan_id, flow.record[0].scan_id);
	flow_targets(100, 118);
	EQUAL(flow.nr, 3);
	flow_targets(119, 119);
	EQUAL(flow.nr, 4);
	end();
}

/* A sum that stands at its end has not doubled with every exec from then on. */
static void updates_end_with_the_numbers(void)
{
	static u16 weight[NETSCAN_ARGV_BATCH];
	static u64 fp[NETSCAN_ARGV_BATCH];
	u32 i, execs;
	u64 n = 0;

	begin("-session\nscan enabled=0\nspan enabled=1 distinct=1000");
	flow.weight = weight;
	for (i = 0; i < NETSCAN_ARGV_BATCH; i++)
		weight[i] = NETSCAN_MAX_SPAN;
	for (execs = 0; execs < 1100; execs++) {
		for (i = 0; i < NETSCAN_ARGV_BATCH; i++)
			fp[i] = ++n << 40;
		flow_feed(fp, NETSCAN_ARGV_BATCH);
	}
	EQUAL(flow_group("span")->seen, U32_MAX);
	/* As many as can be doublings: of 64 * 65535, and of one exec. */
	CHECK(flow_count(NETSCAN_UPDATE) <= 10 + 11);
	flow_forget();
	flow_exec("ping");
	EQUAL(flow.nr, 0);
	end();
}

static void counts_events(void)
{
	begin("-session\nscan distinct=2 events=5 window=60");
	flow_targets(1, 4);
	EQUAL(flow.nr, 0);
	flow_targets(1, 1);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 5);
	end();

	/* They slide out of the window, too. */
	begin("-session\nscan distinct=2 events=5 window=60");
	flow_targets(1, 4);
	flow.now += 60 * SEC + 1;
	flow_targets(1, 4);
	EQUAL(flow.nr, 0);
	flow.now += 60 * SEC;
	flow_targets(1, 1);
	EQUAL(flow.nr, 1);
	end();
}

static void event_thresholds_up_to_slots_are_exact(void)
{
	u32 events;
	char rules[80];
	u32 i;

	for (events = 2; events <= 128; events++) {
		snprintf(rules, sizeof(rules),
			 "-session\nscan distinct=1 events=%u", events);
		begin(rules);
		for (i = 1; i < events; i++)
			flow_exec("ping");
		EQUAL(flow.nr, 0);
		flow_exec("ping");
		EQUAL(flow.nr, 1);
		flow_stop();
	}
}

static void larger_ones_are_so_to_one_in_slots(void)
{
	static const u32 events[] = { 129, 200, 1000, 12800, 12801 };
	char rules[80];
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		snprintf(rules, sizeof(rules),
			 "-session\nscan distinct=1 events=%u", events[i]);
		begin(rules);
		for (n = 0; !flow.nr && n < 2 * events[i]; n++)
			flow_exec("ping");
		CHECK(n >= events[i]);
		CHECK(n <= events[i] + events[i] / 128 + 1);
		flow_stop();
	}
}

/* The same argument again and again, so long that their number is no matter. */
static void fill_argv(char *argv, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		argv[i] = i % 50 == 49 ? 0 : 'x';
}

static void what_was_not_read_counts_once(void)
{
	static char argv[NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL + 1];

	fill_argv(argv, sizeof(argv));
	begin("-session\nscan distinct=4 window=60");
	argv[0] = 'a';
	flow_argv(argv, sizeof(argv));	/* "ax…", "x…" and the unread part */
	flow_argv(argv, sizeof(argv) - 1);
	EQUAL(flow.nr, 0);
	flow.hole = 2 * PAGE_SIZE;
	flow_argv(argv, sizeof(argv) - 1);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 4);
	EQUAL(flow_last()->truncated, 1);
	EQUAL(flow_last()->read_faults, 1);
	end();

	/* Nothing at all could be read, of each of several. */
	begin("-session\nscan distinct=5 window=60");
	flow.hole = 4 * PAGE_SIZE;
	flow_argv("a", 2);
	flow.hole = PAGE_SIZE;
	flow_argv(argv, 2 * PAGE_SIZE);
	flow_argv(argv, 2 * PAGE_SIZE);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 5);
	EQUAL(flow_last()->read_faults, 2);
	end();
}

static void fault_counts_saturate(void)
{
	static char argv[2 * PAGE_SIZE];
	u32 i;

	fill_argv(argv, sizeof(argv));
	begin("-session\nscan distinct=128 window=60");
	flow.hole = PAGE_SIZE;
	for (i = 0; i < 400; i++)
		flow_argv(argv, sizeof(argv));
	EQUAL(flow_group("scan")->unread.faults, U8_MAX);
	EQUAL(flow_group("scan")->run.events, 400);
	end();
}

static void evidence_is_the_latest_events(void)
{
	const struct netscan_record *r;

	begin(SMALL);
	flow_targets(1, 8);
	flow.ev.from.match = NETSCAN_MATCH_ARGV;
	flow.ev.from.uid = 1234;
	flow.now += SEC;
	flow_targets(9, 9);
	r = flow_last();
	EQUAL(flow.nr, 1);
	EQUAL(r->from.uid, 1234);
	EQUAL(r->from.match, NETSCAN_MATCH_ARGV);
	EQUAL(r->from.pid, flow.next_pid - 1);
	EQUAL(r->from.parent_pid, 812);
	EQUAL(r->from.parent_start, 2 * SEC);
	TEXT_EQUAL(r->from.parent_comm, "bash");
	TEXT_EQUAL(r->rule, "scan");
	TEXT_EQUAL(r->tool, "ping");
	CHECK(r->from_event);
	CHECK(!r->reason);
	EQUAL(r->argc, 2);
	EQUAL(r->now, flow.now);
	EQUAL(r->first, flow.now - SEC);
	EQUAL(r->by, NETSCAN_BY_PARENT | NETSCAN_BY_EXE);
	EQUAL(r->last_len, 7);
	CHECK(!memcmp(r->last_text, "ping\0009", 7));
	CHECK(!memcmp(r->first_text, "ping\0001", 7));
	CHECK(!r->first_cut && !r->last_cut);
	end();
}

static void first_text_is_cut_where_it_must(void)
{
	char argv[700];

	memset(argv, 'x', sizeof(argv));
	argv[1] = '\0';
	argv[sizeof(argv) - 1] = '\0';
	begin("-session\nscan distinct=2");
	flow_argv(argv, sizeof(argv));	/* alone: as long as the last one */
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->first_len, NETSCAN_TEXT);
	CHECK(flow_last()->first_cut && flow_last()->last_cut);
	end();
	begin("-session\nscan distinct=3");
	flow_argv(argv, sizeof(argv));
	flow_argv("y\0", 2);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->first_len, NETSCAN_FIRST_TEXT);
	CHECK(flow_last()->first_cut && !flow_last()->last_cut);
	CHECK(!memcmp(flow_last()->first_text, argv, NETSCAN_FIRST_TEXT));
	end();
	begin("-session\nscan distinct=3");
	/* more than a group keeps */
	flow_argv(argv + 699 - NETSCAN_FIRST_TEXT, NETSCAN_FIRST_TEXT + 1);
	flow_argv("y\0z\0", 4);
	EQUAL(flow_last()->first_len, NETSCAN_FIRST_TEXT);
	CHECK(flow_last()->first_cut);
	end();
	begin("-session\nscan distinct=3");
	/* it just fits */
	flow_argv(argv + 700 - NETSCAN_FIRST_TEXT, NETSCAN_FIRST_TEXT);
	flow_argv("y\0z\0", 4);
	EQUAL(flow_last()->first_len, NETSCAN_FIRST_TEXT);
	CHECK(!flow_last()->first_cut);
	end();
}

static const struct test tests[] = {
	{ "an update at each doubling", updates_on_doubling },
	{ "no updates once a number can grow no more", updates_end_with_the_numbers },
	{ "events threshold in the window", counts_events },
	{ "events thresholds up to slots are exact", event_thresholds_up_to_slots_are_exact },
	{ "larger ones to one in slots", larger_ones_are_so_to_one_in_slots },
	{ "what was not read counts once", what_was_not_read_counts_once },
	{ "counts of faults saturate", fault_counts_saturate },
	{ "evidence of the latest event", evidence_is_the_latest_events },
	{ "the first command line is cut where it must", first_text_is_cut_where_it_must },
};

int main(void)
{
	return test_main("evidence", tests, ARRAY_SIZE(tests));
}
