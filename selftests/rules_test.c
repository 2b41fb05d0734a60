// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - /proc/netscan/rules: what is understood, refused, changed
 */
#include <fcntl.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

#define SCAN_TOOLS	"ping,nping,hping,hping2,hping3,nc,ncat,netcat,socat"
#define SCAN_LINE	"scan enabled=1 by=parent,exe count=args distinct=100 events=1 "	\
			"window=540 tools=" SCAN_TOOLS "\n"
#define SESSION_LINE	"session enabled=1 by=session count=args distinct=100 events=1 "	\
			"window=540 tools=all\n" \
			"span enabled=0 by=parent,exe count=span distinct=100 events=1 " \
			"window=540 tools=all\n"
#define TEST_LINE	"t_rule enabled=1 by=parent,exe count=args distinct=10 events=1 "	\
			"window=60 tools=ping\n"

static struct record r;
static char before[16 * 1024], after[16 * 1024];

static bool read_rules(char *to)
{
	return file_read(PROC("rules"), to, sizeof(before)) > 0;
}

/* Whether the rules read back hold @line as a whole line. */
static bool has_line(const char *line)
{
	char with_newline[512];

	if (!read_rules(after))
		return false;
	snprintf(with_newline, sizeof(with_newline), "\n%s", line);
	if (!strncmp(after, line, strlen(line)) || strstr(after, with_newline))
		return true;
	fprintf(stderr, "# expected %s# among\n# %s", line, after);
	return false;
}

FIXTURE(rules) {
	struct testbed tb;
};

FIXTURE_SETUP(rules)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
}

FIXTURE_TEARDOWN(rules)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

TEST_F(rules, built_in_rules)
{
	ASSERT_TRUE(read_rules(before));
	EXPECT_EQ(0, strncmp(before, SCAN_LINE, strlen(SCAN_LINE))) TH_LOG("%s", before);
	EXPECT_STREQ(SESSION_LINE, before + strlen(SCAN_LINE));
}

TEST_F(rules, what_is_read_can_be_written)
{
	ASSERT_EQ(0, rules_write(TEST_LINE));
	ASSERT_TRUE(read_rules(before));
	ASSERT_EQ(0, rules_write(before));
	ASSERT_TRUE(read_rules(after));
	EXPECT_STREQ(before, after);
}

TEST_F(rules, only_named_fields_change)
{
	ASSERT_EQ(0, rules_write("scan distinct=50 window=60\n"));
	EXPECT_TRUE(has_line("scan enabled=1 by=parent,exe count=args distinct=50 events=1 "
			     "window=60 tools=" SCAN_TOOLS "\n"));
	EXPECT_TRUE(has_line(SESSION_LINE));
	ASSERT_EQ(0, rules_write("scan enabled=0\n"));
	EXPECT_TRUE(has_line("scan enabled=0 by=parent,exe count=args distinct=50 events=1 "
			     "window=60 tools=" SCAN_TOOLS "\n"));
}

TEST_F(rules, order_of_fields_and_spaces_do_not_matter)
{
	ASSERT_EQ(0, rules_write("t_rule window=60 tools=ping events=1 by=parent,exe distinct=10"));
	EXPECT_TRUE(has_line(TEST_LINE));
	ASSERT_EQ(0, rules_write("\n# a saved copy\n  t_rule \t distinct=11  \n\n"));
	EXPECT_TRUE(has_line("t_rule enabled=1 by=parent,exe count=args distinct=11 events=1 "
			     "window=60 tools=ping\n"));
}

TEST_F(rules, new_rule_begins_with_the_documented_fields)
{
	ASSERT_EQ(0, rules_write("t_rule enabled=0\n"));
	EXPECT_TRUE(has_line("t_rule enabled=0 by=parent,exe count=args distinct=100 events=1 "
			     "window=540 tools=all\n"));
}

TEST_F(rules, new_rules_come_last_and_minus_removes)
{
	ASSERT_TRUE(read_rules(before));
	ASSERT_EQ(0, rules_write(TEST_LINE));
	ASSERT_TRUE(read_rules(after));
	EXPECT_EQ(0, strncmp(before, after, strlen(before)));
	EXPECT_STREQ(TEST_LINE, after + strlen(before));
	ASSERT_EQ(0, rules_write("-t_rule\n"));
	ASSERT_TRUE(read_rules(after));
	EXPECT_STREQ(before, after);
}

TEST_F(rules, several_lines_are_one_change)
{
	ASSERT_TRUE(read_rules(before));
	EXPECT_EQ(-EINVAL, rules_write(TEST_LINE "scan distinct=50\nsession nonsense=1\n"));
	ASSERT_TRUE(read_rules(after));
	EXPECT_STREQ(before, after);
	EXPECT_EQ(0, rules_write(TEST_LINE "scan distinct=50\n-session\n"));
	EXPECT_TRUE(has_line(TEST_LINE));
	EXPECT_EQ(NULL, strstr(after, "session enabled"));
	EXPECT_NE(NULL, strstr(after, "scan enabled=1 by=parent,exe count=args distinct=50 "));
}

TEST_F(rules, sixteen_and_no_more)
{
	char line[64];
	int i;

	for (i = 3; i < 16; i++) {
		snprintf(line, sizeof(line), "t_%d by=uid distinct=10 window=60 tools=nc\n", i);
		ASSERT_EQ(0, rules_write(line)) TH_LOG("rule %d", i + 1);
	}
	ASSERT_TRUE(read_rules(before));
	EXPECT_GT(0, rules_write("t_16 by=uid distinct=10 window=60 tools=nc\n"));
	ASSERT_TRUE(read_rules(after));
	EXPECT_STREQ(before, after);
	/* Changing one and removing one still work, and make room. */
	EXPECT_EQ(0, rules_write("-t_3\nt_16 by=uid distinct=10 window=60 tools=nc\n"));
}

TEST_F(rules, extremes_are_accepted)
{
	EXPECT_EQ(0, rules_write("t_rule by=uid distinct=1 events=1 window=1 tools=nc\n"));
	EXPECT_EQ(0, rules_write("t_rule distinct=128 events=2147483647 window=86400\n"));
	EXPECT_TRUE(has_line("t_rule enabled=1 by=uid count=args distinct=128 events=2147483647 "
			     "window=86400 tools=nc\n"));
}

TEST_F(rules, every_field_of_by_is_accepted)
{
	static const char * const fields[] = {
		"parent", "exe", "session", "cgroup", "uid", "tool",
	};
	char line[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		snprintf(line, sizeof(line), "t_rule by=%s distinct=10 window=60 tools=nc\n",
			 fields[i]);
		EXPECT_EQ(0, rules_write(line)) TH_LOG("%s", line);
		snprintf(line, sizeof(line), "t_rule enabled=1 by=%s count=args distinct=10 "
			 "events=1 window=60 tools=nc\n", fields[i]);
		EXPECT_TRUE(has_line(line));
	}
	EXPECT_EQ(0, rules_write("t_rule by=parent,exe,session,cgroup,uid,tool\n"));
}

TEST_F(rules, bad_input_is_refused_and_changes_nothing)
{
	static const struct {
		const char *text;
		int err;
	} bad[] = {
		{ "t_rule colour=1\n", EINVAL },
		{ "t_rule distinct\n", EINVAL },
		{ "t_rule distinct=\n", EINVAL },
		{ "t_rule =5\n", EINVAL },
		{ "t_rule distinct = 5\n", EINVAL },
		{ "t_rule distinct=five\n", EINVAL },
		{ "t_rule distinct=5x\n", EINVAL },
		{ "t_rule distinct=+5\n", EINVAL },
		{ "t_rule distinct=-5\n", EINVAL },
		{ "t_rule distinct=0x10\n", EINVAL },
		{ "t_rule distinct=5.0\n", EINVAL },
		{ "t_rule distinct=0\n", ERANGE },
		{ "t_rule distinct=129\n", ERANGE },
		{ "t_rule distinct=4294967297\n", ERANGE },
		{ "t_rule distinct=18446744073709551617\n", ERANGE },
		{ "t_rule distinct=99999999999999999999999999999999999999999\n", ERANGE },
		{ "t_rule events=0\n", ERANGE },
		{ "t_rule events=2147483648\n", ERANGE },
		{ "t_rule events=4294967297\n", ERANGE },
		{ "t_rule window=0\n", ERANGE },
		{ "t_rule window=86401\n", ERANGE },
		{ "t_rule window=4294967297\n", ERANGE },
		{ "t_rule enabled=2\n", ERANGE },
		{ "t_rule enabled=yes\n", EINVAL },
		{ "t_rule by=\n", EINVAL },
		{ "t_rule by=pid\n", EINVAL },
		{ "t_rule by=parent,\n", EINVAL },
		{ "t_rule by=,parent\n", EINVAL },
		{ "t_rule by=parent,,exe\n", EINVAL },
		{ "t_rule by=Parent\n", EINVAL },
		{ "t_rule count=\n", EINVAL },
		{ "t_rule count=words\n", EINVAL },
		{ "t_rule tools=\n", EINVAL },
		{ "t_rule tools=nmap9\n", EINVAL },
		{ "t_rule tools=ping,\n", EINVAL },
		{ "t_rule tools=ping,all\n", EINVAL },
		{ "t_rule tools=ping nc\n", EINVAL },
		{ "t_rule distinct=5,6\n", EINVAL },
		{ "t_rule distinct=5;window=6\n", EINVAL },
		{ "t_rule distinct=\"5\"\n", EINVAL },
		{ "distinct=5\n", EINVAL },
		{ "t/rule by=uid distinct=5 window=60 tools=nc\n", EINVAL },
		{ "t\"rule by=uid distinct=5 window=60 tools=nc\n", EINVAL },
		{ "t\xc3\xa9 by=uid distinct=5 window=60 tools=nc\n", EINVAL },
		{ "t_a_name_that_is_far_longer_than_any_name_of_a_rule_may_be by=uid distinct=5 "
		  "window=60 tools=nc\n", EINVAL },
		{ "-\n", EINVAL },
		{ "- t_rule\n", EINVAL },
		{ "-t_absent\n", EINVAL },
		{ "-t_rule distinct=5\n", EINVAL },
		{ "--t_rule\n", EINVAL },
	};
	unsigned int i;

	ASSERT_EQ(0, rules_write(TEST_LINE));
	ASSERT_TRUE(read_rules(before));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-bad[i].err, rules_write(bad[i].text)) TH_LOG("%s", bad[i].text);
		ASSERT_TRUE(read_rules(after));
		EXPECT_STREQ(before, after) TH_LOG("changed by %s", bad[i].text);
		if (strcmp(before, after)) {
			ASSERT_EQ(0, rules_write(before));
		}
	}
}

TEST_F(rules, bad_writes_are_refused_and_change_nothing)
{
	static char big[256 * 1024];
	void *nowhere;
	int fd;

	ASSERT_EQ(0, rules_write(TEST_LINE));
	ASSERT_TRUE(read_rules(before));

	/* A NUL, before, in and after what would be understood. */
	EXPECT_EQ(-EINVAL, file_write(PROC("rules"), "\0t_rule distinct=5\n", 19));
	EXPECT_EQ(-EINVAL, file_write(PROC("rules"), "t_rule distinct=5\0\n", 19));
	EXPECT_EQ(-EINVAL, file_write(PROC("rules"), "t_rule distinct=5\n\0", 19));
	EXPECT_EQ(-EINVAL, file_write(PROC("rules"), "t_rule\0distinct=5\n", 18));

	/* Nothing, and no more than space, is no rule. */
	EXPECT_GE(0, file_write(PROC("rules"), "", 0));

	/* One write is one change: what is too long is refused whole, not cut. */
	memset(big, '\n', sizeof(big));
	memcpy(big, "t_rule distinct=5\n", 18);
	EXPECT_GT(0, file_write(PROC("rules"), big, sizeof(big)));
	EXPECT_GT(0, file_write(PROC("rules"), big, 8 * 1024 + 1));

	/* Only at offset 0. That files of /proc have no pwrite is the kernel's own answer. */
	fd = open(PROC("rules"), O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, "t_rule distinct=5\n", 18, 1));
	EXPECT_EQ(ESPIPE, errno);
	ASSERT_EQ(1, lseek(fd, 1, SEEK_SET));
	EXPECT_EQ(-1, write(fd, "t_rule distinct=5\n", 18));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	ASSERT_EQ(18, write(fd, "t_rule distinct=6\n", 18));
	EXPECT_EQ(-1, write(fd, "t_rule distinct=5\n", 18));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(has_line("t_rule enabled=1 by=parent,exe count=args distinct=6 events=1 "
			     "window=60 tools=ping\n"));
	close(fd);
	ASSERT_EQ(0, rules_write(TEST_LINE));
	fd = open(PROC("rules"), O_WRONLY);
	ASSERT_LE(0, fd);

	/* A buffer that is not there. */
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, nowhere);
	EXPECT_EQ(-1, write(fd, nowhere, 18));
	EXPECT_EQ(EFAULT, errno);
	close(fd);

	ASSERT_TRUE(read_rules(after));
	EXPECT_STREQ(before, after);
}

TEST_F(rules, writes_are_in_the_ledger)
{
	uint64_t changes = stats_get("changes"), refused = stats_get("refused");

	ASSERT_NE(UINT64_MAX, changes);
	ASSERT_NE(UINT64_MAX, refused);
	ASSERT_EQ(0, rules_write(TEST_LINE));
	EXPECT_EQ(changes + 1, stats_get("changes"));
	EXPECT_EQ(refused, stats_get("refused"));
	ASSERT_EQ(-EINVAL, rules_write("t_rule colour=1\n"));
	EXPECT_EQ(changes + 1, stats_get("changes"));
	EXPECT_EQ(refused + 1, stats_get("refused"));
}

TEST_F(rules, changing_what_is_counted_clears_groups)
{
	static const char * const changes[] = {
		"t_rule by=parent\n", "t_rule by=parent,exe\n", "t_rule tools=ping,nc\n",
	};
	const char *ping = tool_path(&self->tb, "ping");
	unsigned int i;

	ASSERT_EQ(0, rules_write(TEST_LINE));
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		uint64_t cleared = stats_get("cleared");

		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "a", 5));
		ASSERT_EQ(1, group_find(&r, "t_rule", "sid", self->tb.prober.pid));
		ASSERT_EQ(0, rules_write(changes[i]));
		EXPECT_EQ(0, group_find(&r, "t_rule", "sid", self->tb.prober.pid));
		ASSERT_NE(UINT64_MAX, cleared);
		EXPECT_LT(cleared, stats_get("cleared"));
		/* Only that rule's. */
		EXPECT_EQ(1, group_find(&r, "scan", "sid", self->tb.prober.pid));
	}
}

/* A group of 6 terms and 1 event; @change is written; it is kept. */
static int change_below(struct testbed *tb, const char *ping, const char *change)
{
	uint64_t cleared = stats_get("cleared");
	int err;

	err = rules_write(TEST_LINE);
	if (!err)
		err = probe_burst(&tb->prober, 0, ping, "a", 5);
	if (!err)
		err = rules_write(change);
	if (err)
		return err;
	if (stats_get("cleared") != cleared)
		return -EUCLEAN;
	return group_find(&r, "t_rule", "sid", tb->prober.pid);
}

TEST_F(rules, lower_distinct_holds_from_the_next_event)
{
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule distinct=8\n"));
	EXPECT_EQ(6u, record_u64(&r, "distinct"));
	EXPECT_EQ(8u, record_u64(&r, "threshold"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 1));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("t_rule", record_raw(&r, "rule"));
	EXPECT_EQ(8u, record_u64(&r, "distinct"));
	EXPECT_EQ(3u, record_u64(&r, "events"));
}

TEST_F(rules, higher_distinct_holds_from_the_next_event)
{
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule distinct=12\n"));
	EXPECT_EQ(12u, record_u64(&r, "threshold"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 5));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 6));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(12u, record_u64(&r, "distinct"));
	EXPECT_EQ(3u, record_u64(&r, "events"));
}

TEST_F(rules, higher_events_hold_from_the_next_event)
{
	const char *ping = tool_path(&self->tb, "ping");

	/* The one event of before may or may not count; without it, the third from now alerts. */
	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule events=3\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 8));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 1));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 1));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(14u, record_u64(&r, "distinct"));
	EXPECT_LE(3u, record_u64(&r, "events"));
}

TEST_F(rules, wider_window_holds_from_the_next_event)
{
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule window=3600\n"));
	EXPECT_EQ(6u, record_u64(&r, "distinct"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(3600u, record_u64(&r, "window"));
}

TEST_F(rules, narrower_window_holds_from_the_next_event)
{
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule window=1\n"));
	sleep_until(self->tb.prober.after_ns + NSEC_PER_SEC + NSEC_PER_SEC / 5);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 8));
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

TEST_F(rules, writing_what_holds_keeps_groups)
{
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_EQ(1, change_below(&self->tb, ping, "t_rule by=parent,exe count=args tools=ping\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "b", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
}

TEST_HARNESS_MAIN
