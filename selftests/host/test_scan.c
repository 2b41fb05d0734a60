// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of what exec events do: counting, groups, crossing a threshold
 */
#include "flow.h"

#define ONLY_SCAN	"-session"
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

static void alerts_at_the_97th_host(void)
{
	char args[32];
	u32 i;

	begin(ONLY_SCAN);
	for (i = 1; i <= 97; i++) {
		EQUAL(flow.nr, 0);
		snprintf(args, sizeof(args), "ping -c 1 10.0.0.%u", i);
		flow_exec(args);
	}
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->type, NETSCAN_ALERT);
	EQUAL(flow_last()->distinct, 100);
	EQUAL(flow_last()->events, 97);
	EQUAL(flow_last()->window, 540);
	EQUAL(flow_last()->scan_id, 1);
	EQUAL(STAT(ARGS), 97 * 4);
	end();
}

static void counts_distinct_arguments_only(void)
{
	u32 i;

	begin(SMALL);
	for (i = 0; i < 1000; i++)
		flow_targets(1, 8);
	EQUAL(flow.nr, 0);
	flow_exec("1 2 3 ping 5");	/* the same in other places */
	EQUAL(flow.nr, 0);
	flow_exec("ping PING");
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	end();
}

static void one_exec_is_enough(void)
{
	u64 fp[300];
	u32 i;

	for (i = 0; i < 300; i++)
		fp[i] = i * 0x9e3779b97f4a7c15ULL;
	begin(ONLY_SCAN);
	flow_feed(fp, 99);
	EQUAL(flow.nr, 0);
	flow.ev.exe_ino++;
	flow_feed(fp, 100);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 1);
	flow.ev.exe_ino++;
	flow_feed(fp, 300);		/* several batches, one event */
	EQUAL(flow.nr, 2);
	EQUAL(flow_last()->distinct, 300);
	EQUAL(flow_last()->events, 1);
	EQUAL(flow_last()->argc, 300);
	EQUAL(STAT(PUSHED), 300 - 128);
	end();
}

static void empty_arguments_count(void)
{
	begin("-session\nscan distinct=3");
	flow_argv("a\0b\0", 4);
	EQUAL(flow.nr, 0);
	flow_argv("a\0\0b\0", 5);
	EQUAL(flow.nr, 1);
	end();
	begin("-session\nscan distinct=1");
	flow_argv("", 0);
	EQUAL(flow.nr, 0);
	EQUAL(STAT(ARGS), 0);
	flow_argv("\0", 1);
	EQUAL(flow.nr, 1);
	end();
}

static void long_arguments_do_not(void)
{
	char argv[5 + 1026 + 2];

	begin("-session\nscan distinct=3");
	memset(argv, 'x', sizeof(argv));
	memcpy(argv, "ping\0", 5);
	memcpy(argv + 5 + 1025, "\0y\0", 3);
	flow_argv(argv, 5 + 1025 + 3);
	EQUAL(flow.nr, 0);
	EQUAL(STAT(LONG_ARGS), 1);
	memcpy(argv + 5 + 1024, "\0y\0", 3);
	flow_argv(argv, 5 + 1024 + 3);
	EQUAL(flow.nr, 1);
	EQUAL(STAT(LONG_ARGS), 1);
	end();
}

static void change_field(u32 field)
{
	struct netscan_event *ev = &flow.ev;

	switch (field) {
	case 0:
		ev->from.parent_pid++;
		break;
	case 1:
		ev->from.parent_start++;
		break;
	case 2:
		ev->exe_dev++;
		break;
	case 3:
		ev->exe_ino++;
		break;
	case 4:
		ev->from.sid++;
		break;
	case 5:
		ev->cgroup++;
		break;
	case 6:
		ev->from.uid++;
		break;
	case 7:
		ev->from.tool++;
		break;
	}
}

/* Each `by` and the fields, as bits, that it tells groups apart by. */
static void groups_by_what_the_rule_says(void)
{
	static const struct {
		const char *by;
		u32 fields;
	} cases[] = {
		{ "parent", 0x03 }, { "exe", 0x0c }, { "session", 0x10 },
		{ "cgroup", 0x20 }, { "uid", 0x40 }, { "tool", 0x80 },
		{ "parent,exe", 0x0f }, { "session,uid,tool", 0xd0 },
		{ "parent,exe,session,cgroup,uid,tool", 0xff },
	};
	char rules[128];
	u32 i, field, used;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (field = 0; field < 8; field++) {
			snprintf(rules, sizeof(rules),
				 "-session\nscan by=%s tools=all", cases[i].by);
			begin(rules);
			flow_exec("ping a");
			change_field(field);
			flow_exec("ping b");
			used = flow.s.table.bucket[0].used;
			if (used != 1 + (cases[i].fields >> field & 1))
				test_fail(__FILE__, __LINE__,
					  "by=%s, field %u: %u groups",
					  cases[i].by, field, used);
			flow_stop();
		}
	}
}

static void rules_have_groups_of_their_own(void)
{
	begin("scan distinct=10\nsession by=parent,exe distinct=5");
	flow_targets(1, 3);
	EQUAL(flow.s.table.bucket[0].used, 2);
	flow_targets(4, 4);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "session");
	end();
}

static void only_watched_tools_and_enabled_rules(void)
{
	begin("-session\nscan distinct=2 tools=ping,socat");
	flow.ev.from.tool = 1;
	flow_targets(1, 10);
	EQUAL(flow.s.table.bucket[0].used, 0);
	flow.ev.from.tool = 8;
	flow_targets(1, 1);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->tool, "socat");
	/* Any of the tools that the signs name will do. */
	flow_forget();
	flow.ev.from.parent_pid++;
	flow.ev.from.tool = 1;
	flow.ev.tools = BIT(8);
	flow_targets(1, 1);
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->tool, "nping");
	flow_forget();
	flow.ev.tools = BIT(2);
	flow.ev.from.parent_pid++;
	flow_targets(1, 1);
	EQUAL(flow.nr, 0);
	flow.ev.tools = 0;
	flow.ev.from.tool = 8;
	flow.ev.from.parent_pid++;
	flow_targets(1, 1);
	flow_rules("scan enabled=0");
	flow_targets(2, 90);
	EQUAL(flow.nr, 1);
	end();
}

/* An argument seen at T counts up to and with T + window. */
static void window_edges(void)
{
	u64 start;

	begin(SMALL);
	start = flow.now;
	flow_exec("1");
	flow.now = start + 1;
	flow_exec("2 3 4 5 6 7 8 9");
	flow.now = start + 60 * SEC;
	flow_exec("10");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->first, start);
	EQUAL(flow_last()->last, start + 60 * SEC);
	end();

	begin(SMALL);
	start = flow.now;
	flow_exec("1");
	flow.now = start + 1;
	flow_exec("2 3 4 5 6 7 8 9");
	flow.now = start + 60 * SEC + 1;
	flow_exec("10");
	EQUAL(flow.nr, 0);
	flow_exec("11");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 10);
	EQUAL(flow_last()->events, 4);
	end();
}

static void early_after_boot(void)
{
	begin(SMALL);
	flow.now = 5;
	flow.ev.session_start = 1;
	flow_targets(1, 9);
	EQUAL(flow.nr, 1);
	end();
}

static void a_run_begins_when_the_window_is_empty(void)
{
	begin(SMALL);
	flow_targets(1, 5);
	flow.now += 60 * SEC + 1;
	flow_targets(11, 19);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->events, 9);
	EQUAL(flow_last()->first, flow.now);
	CHECK(!memcmp(flow_last()->first_text, "ping\00011", 8));
	EQUAL(flow_last()->first_len, 8);
	end();
}

/* A span rule adds up what arguments spell, the others count them. */
static void spans_add_up(void)
{
	begin("-session\nspan enabled=1 distinct=1000 window=60");
	flow_exec("nc -z host 1-500");		/* 3 and 500 */
	EQUAL(flow.nr, 0);
	flow_exec("nc -z host 1-500");		/* the same again */
	flow_exec("nc -z host 501-996");	/* 496 more: 999 */
	EQUAL(flow.nr, 0);
	flow_exec("nc -z host 9999");
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "span");
	EQUAL(flow_last()->distinct, 1000);
	EQUAL(flow_last()->events, 4);
	/* Twice as much is an update; what comes again is not new. */
	flow_forget();
	flow_exec("nc -z host 10000-10998");
	EQUAL(flow.nr, 0);
	flow_exec("nc -z host 1-500");
	EQUAL(flow.nr, 0);
	flow_exec("nc -z host 7");
	EQUAL(flow_count(NETSCAN_UPDATE), 1);
	EQUAL(flow_last()->distinct, 2000);
	/* Half of the threshold, to the target. */
	flow_forget();
	flow.now += 30 * SEC;
	flow_exec("nc -z host 2001-2497");	/* 500 */
	flow.now += 30 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow.nr, 0);
	end();
	begin("-session\nspan enabled=1 distinct=1000 window=60");
	flow_exec("nc -z host 1-1000");
	flow.now += 30 * SEC;
	flow_exec("nc -z host 2001-2496");	/* 499 */
	flow.now += 30 * SEC + 1;
	CHECK(flow_tick());
	EQUAL(flow_count(NETSCAN_END), 1);
	end();
}

static void one_exec_spells_a_scan(void)
{
	begin("-session\nspan enabled=1 distinct=65536");
	flow_exec("65535");
	EQUAL(flow.nr, 0);
	flow_exec("1-65535");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 65536);
	end();
	/* The largest threshold, with few slots: only who fills them with ranges. */
	flow_start(64, 16);
	flow_rules("-session\nscan enabled=0\nspan enabled=1 distinct=1000000");
	flow_exec("a b c d e f g h i j k l m n o p q r s t u v w x y z");
	flow_exec("1.0.0.0/8 2.0.0.0/8 3.0.0.0/8 4.0.0.0/8 5.0.0.0/8 6.0.0.0/8");
	flow_exec("7.0.0.0/8 8.0.0.0/8");
	EQUAL(flow.nr, 0);
	flow_exec("9.0.0.0/8 10.0.0.0/8 11.0.0.0/8 12.0.0.0/8 13.0.0.0/8");
	flow_exec("14.0.0.0/8 15.0.0.0/8");
	EQUAL(flow.nr, 0);
	flow_exec("16.0.0.0/8");
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 16 * 65535 + 26);
	end();
}

/* Only for the tools that such a rule watches. */
static void spans_of_watched_tools(void)
{
	begin("-session\nspan enabled=1 tools=nc distinct=1000");
	flow_exec("1-5000");
	EQUAL(flow.nr, 0);
	flow.ev.from.tool = 5;
	flow_exec("1-5000");
	EQUAL(flow.nr, 1);
	TEXT_EQUAL(flow_last()->rule, "span");
	/* A rule that counts arguments sees one. */
	flow_rules("other distinct=2 tools=all");
	flow_exec("1-5000");
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	EQUAL(flow_group("other")->args.sum, 1);
	end();
}

/* What was not read is one target, for there is nothing that spells more. */
static void what_was_not_read_spells_one(void)
{
	begin("-session\nspan enabled=1 distinct=3");
	flow.ev.read_fault = true;
	flow_feed(NULL, 0);
	flow.now++;
	flow_feed(NULL, 0);
	EQUAL(flow.nr, 0);
	flow.now++;
	flow_feed(NULL, 0);
	EQUAL(flow.nr, 1);
	EQUAL(flow_last()->distinct, 3);
	end();
}

static void change_tools(const char *text)
{
	struct netscan_config old = flow.cfg;
	char buf[64];
	const char *why;

	snprintf(buf, sizeof(buf), "%s", text);
	EQUAL(netscan_tools_parse(&flow.cfg, buf, &why), 0);
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, false));
}

/*
 * A rule sees what is one of its tools by any sign, and its group remembers the
 * tool of the first: of none that is gone, or that took the place.
 */
static void removed_tools_are_in_no_record(void)
{
	u32 ping;

	begin("-session\nscan distinct=3");
	ping = BIT(flow.ev.from.tool);
	change_tools("mine");
	flow.ev.from.tool = netscan_tools_find(&flow.cfg.tools, "mine", 4);
	flow.ev.tools = ping;
	flow_targets(1, 5);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow_last()->tool, "mine");
	change_tools("-mine");
	change_tools("other");
	EQUAL(flow.cfg.tools.tool[flow.ev.from.tool][0], 'o');
	flow.now += 600 * SEC;
	CHECK(flow_tick());
	EQUAL(flow_count(NETSCAN_END), 1);
	TEXT_EQUAL(flow_last()->tool, "mine");
	end();
}

/* A bit is the rule's place in the order of evaluation. */
static void excepted_rules_do_not_count(void)
{
	begin("scan distinct=3\nsession distinct=3\nthird by=uid distinct=3");
	flow.ev.excepted = BIT(0) | BIT(3);
	flow_targets(1, 5);
	CHECK(!flow_group("scan"));
	CHECK(!flow_group("third"));
	EQUAL(flow_group("session")->run.events, 5);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow_last()->rule, "session");
	/* It covers nothing, then, and is no part of what others saw. */
	flow_forget();
	flow.ev.excepted = BIT(1);
	flow_targets(6, 7);
	EQUAL(flow_group("session")->run.events, 5);
	EQUAL(flow_group("scan")->run.events, 2);
	EQUAL(flow_count(NETSCAN_ALERT), 1);
	TEXT_EQUAL(flow_last()->rule, "scan");
	EQUAL(flow_last()->distinct, 3);
	EQUAL(flow_group("third")->state, NETSCAN_COVERED);
	flow.ev.excepted = U32_MAX;
	flow_targets(100, 200);
	EQUAL(flow_group("scan")->run.events, 2);
	end();
}

static const struct test tests[] = {
	{ "ping -c 1 X alerts at the 97th X", alerts_at_the_97th_host },
	{ "arguments count once, wherever they stand", counts_distinct_arguments_only },
	{ "one exec with enough arguments alerts", one_exec_is_enough },
	{ "an empty argument counts", empty_arguments_count },
	{ "1024 bytes count, 1025 do not", long_arguments_do_not },
	{ "groups are what by says", groups_by_what_the_rule_says },
	{ "each rule has its own groups", rules_have_groups_of_their_own },
	{ "other tools and rules that are off", only_watched_tools_and_enabled_rules },
	{ "window edges to the nanosecond", window_edges },
	{ "spans add up", spans_add_up },
	{ "one exec spells a scan", one_exec_spells_a_scan },
	{ "spans of watched tools", spans_of_watched_tools },
	{ "what was not read spells one", what_was_not_read_spells_one },
	{ "removed tools are in no record", removed_tools_are_in_no_record },
	{ "excepted rules do not count", excepted_rules_do_not_count },
	{ "early after boot", early_after_boot },
	{ "a run begins when the window is empty", a_run_begins_when_the_window_is_empty },
};

int main(void)
{
	return test_main("scan", tests, ARRAY_SIZE(tests));
}
