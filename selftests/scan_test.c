// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the life of a scan and the sliding window: alert, update, end, alert again
 *
 * Short windows are set by rules of the tests' own. Where a test has to act within a window, it
 * looks at the clock afterwards and tries again if the machine was too slow, so that no slowness is
 * a failure and none hides one.
 */
#include "kselftest_harness.h"
#include "netscan_test.h"

/* How long after it is due the end of a scan may come. */
#define END_MS		10000
#define TRIES		8

static struct record r;

FIXTURE(scan) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(scan)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
}

FIXTURE_TEARDOWN(scan)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Runs ping with one argument, @count times: "ping" and @count more terms, an event each. */
static int probe_each(struct prober *p, const char *ping, const char *prefix, unsigned int count)
{
	char arg[32];
	unsigned int i;
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		snprintf(arg, sizeof(arg), "%s%u", prefix, i);
		err = probe(p, ping, "ping", arg, NULL);
	}
	return err;
}

static int next_of_scan(struct testbed *tb, uint64_t scan_id, int timeout_ms)
{
	return record_next(tb->dev, &r, "scan_id", scan_id, timeout_ms);
}

TEST_F(scan, updates_when_events_have_doubled)
{
	uint64_t scan_id;

	ASSERT_EQ(0, rules_write("t_life by=parent,exe distinct=9 events=1 window=600 tools=ping"));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_life", record_raw(&r, "rule"));
	EXPECT_EQ(9u, record_u64(&r, "distinct"));
	EXPECT_EQ(8u, record_u64(&r, "events"));
	scan_id = record_u64(&r, "scan_id");
	ASSERT_LT(0u, scan_id);

	/* 35 events of known terms: 16 and 32 are twice what was last reported. */
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 7));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 7));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 7));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 6));
	ASSERT_EQ(1, next_of_scan(&self->tb, scan_id, PATIENCE_MS));
	EXPECT_STREQ("update", record_raw(&r, "type"));
	EXPECT_EQ(16u, record_u64(&r, "events"));
	EXPECT_EQ(9u, record_u64(&r, "distinct"));
	EXPECT_STREQ("t_life", record_raw(&r, "rule"));
	ASSERT_EQ(1, next_of_scan(&self->tb, scan_id, PATIENCE_MS));
	EXPECT_STREQ("update", record_raw(&r, "type"));
	EXPECT_EQ(32u, record_u64(&r, "events"));
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

TEST_F(scan, updates_when_distinct_has_doubled)
{
	uint64_t scan_id;

	ASSERT_EQ(0, rules_write("t_life by=parent,exe distinct=9 events=1 window=600 tools=ping"));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "a", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	scan_id = record_u64(&r, "scan_id");
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	/* 17 terms are not yet twice 9, 18 are. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 8));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "c", NULL));
	ASSERT_EQ(1, next_of_scan(&self->tb, scan_id, PATIENCE_MS));
	EXPECT_STREQ("update", record_raw(&r, "type"));
	EXPECT_EQ(18u, record_u64(&r, "distinct"));
	EXPECT_EQ(10u, record_u64(&r, "events"));
}

TEST_F(scan, plain_loop_is_one_alert_and_its_session_is_covered)
{
	uint64_t covered = stats_get("covered");
	unsigned int updates = 0;
	uint64_t scan_id;

	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 0, 200));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("scan", record_raw(&r, "rule"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	scan_id = record_u64(&r, "scan_id");
	EXPECT_EQ(0, testbed_alerts(&self->tb, &updates));
	EXPECT_EQ(1u, updates);

	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("open", record_raw(&r, "state"));
	EXPECT_EQ(scan_id, record_u64(&r, "scan_id"));
	EXPECT_EQ(200u, record_u64(&r, "events"));
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_STREQ("covered", record_raw(&r, "state"));
	EXPECT_EQ(200u, record_u64(&r, "events"));
	ASSERT_NE(UINT64_MAX, covered);
	EXPECT_LT(covered, stats_get("covered"));
}

TEST_F(scan, subshell_per_probe_is_one_alert_by_session)
{
	unsigned int updates = 0;

	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 0, 120));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("session", record_raw(&r, "rule"));
	EXPECT_STREQ("session", record_raw(&r, "by"));
	EXPECT_EQ(100u, record_u64(&r, "distinct"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_NE((uint64_t)self->tb.prober.pid, record_u64(&r, "parent_pid"));
	EXPECT_EQ(0, testbed_alerts(&self->tb, &updates));
	EXPECT_EQ(0u, updates);
}

TEST_F(scan, ends_below_half_and_alerts_anew)
{
	uint64_t scan_id, alerted, now;

	ASSERT_EQ(0, rules_write("t_life by=parent,exe distinct=9 events=1 window=3 tools=ping\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	scan_id = record_u64(&r, "scan_id");
	alerted = record_ns(&r, "last");

	ASSERT_EQ(1, next_of_scan(&self->tb, scan_id, 3000 + END_MS));
	ASSERT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("t_life", record_raw(&r, "rule"));
	EXPECT_STREQ("idle", record_raw(&r, "reason"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_EQ(alerted, record_ns(&r, "last"));
	now = now_ns();
	EXPECT_LE(alerted + 3 * NSEC_PER_SEC, record_ns(&r, "time"));
	EXPECT_GE(now, record_ns(&r, "time"));

	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(9u, record_u64(&r, "distinct"));
	EXPECT_LT(scan_id, record_u64(&r, "scan_id"));
}

TEST_F_TIMEOUT(scan, half_of_the_threshold_keeps_it_open, 90)
{
	uint64_t scan_id = 0, deadline, start;
	unsigned int tries;
	int ret = 1;

	ASSERT_EQ(0, rules_write("t_life by=parent,exe distinct=9 events=1 window=3 tools=ping\n"));
	for (tries = 0; tries < TRIES; tries++) {
		bool in_time = true;

		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 8));
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
		ASSERT_STREQ("alert", record_raw(&r, "type"));
		scan_id = record_u64(&r, "scan_id");

		/* 5 of 9 terms, the half rounded up, are kept in the window for two windows. */
		start = record_ns(&r, "last");
		for (deadline = start + 6 * NSEC_PER_SEC; start < deadline && in_time; ) {
			sleep_until(start + NSEC_PER_SEC / 2);
			ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 4));
			in_time = self->tb.prober.after_ns < start + 2 * NSEC_PER_SEC;
			start = self->tb.prober.before_ns;
		}
		if (in_time)
			break;
		/* Too slow: let it end, and once more. */
		do {
			ret = next_of_scan(&self->tb, scan_id, 3000 + END_MS);
		} while (ret == 1 && !record_is(&r, "type", "end"));
		ASSERT_EQ(1, ret);
	}
	ASSERT_GT(TRIES, tries) TH_LOG("this machine never ran on time");

	/* All that was said until now are updates. One term less, and it ends. */
	ASSERT_EQ(1, group_find(&r, "t_life", "scan_id", scan_id));
	EXPECT_STREQ("open", record_raw(&r, "state"));
	EXPECT_EQ(5u, record_u64(&r, "distinct"));
	do {
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 3));
		ret = next_of_scan(&self->tb, scan_id, 500);
		ASSERT_LE(0, ret);
	} while ((ret == 0 || !record_is(&r, "type", "end")) &&
		 now_ns() < deadline + 3 * NSEC_PER_SEC + END_MS * 1000000ULL);
	ASSERT_EQ(1, ret);
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("idle", record_raw(&r, "reason"));

	/* What is left in the window counts still: 4 terms and 5 more are a new scan. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 3));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "c", 5));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_LT(scan_id, record_u64(&r, "scan_id"));
}

TEST_F_TIMEOUT(scan, window_slides_pause_just_under, 60)
{
	unsigned int tries;
	uint64_t first;

	ASSERT_EQ(0, rules_write("t_slide by=parent,exe distinct=9 events=2 window=3 tools=ping"));
	for (tries = 0; tries < TRIES; tries++) {
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 4));
		first = self->tb.prober.before_ns;
		sleep_until(first + 3 * NSEC_PER_SEC - NSEC_PER_SEC / 5);
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 4));
		if (self->tb.prober.after_ns < first + 3 * NSEC_PER_SEC)
			break;
		prober_stop(&self->tb.prober);
		ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
	}
	ASSERT_GT(TRIES, tries) TH_LOG("this machine never ran on time");
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_slide", record_raw(&r, "rule"));
	EXPECT_EQ(9u, record_u64(&r, "distinct"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
}

TEST_F(scan, window_slides_pause_just_over)
{
	unsigned int i;

	ASSERT_EQ(0, rules_write("t_slide by=parent,exe distinct=9 events=2 window=2 tools=ping"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 4));
	for (i = 0; i < 2; i++) {
		sleep_until(self->tb.prober.after_ns + 2 * NSEC_PER_SEC + NSEC_PER_SEC / 5);
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, i ? "c" : "b", 4));
	}
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

TEST_F(scan, covered_session_alerts_when_the_scan_has_ended)
{
	uint64_t scan_id;

	ASSERT_EQ(0, rules_write("t_first by=parent,exe distinct=9 events=1 window=3 tools=ping\n"
				 "t_second by=session distinct=9 events=1 window=60 tools=ping\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	ASSERT_STREQ("t_first", record_raw(&r, "rule"));
	scan_id = record_u64(&r, "scan_id");
	ASSERT_EQ(1, group_find(&r, "t_second", "sid", self->tb.prober.pid));
	EXPECT_STREQ("covered", record_raw(&r, "state"));

	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_EQ(scan_id, record_u64(&r, "scan_id"));
	/* 9 of 9 are in the longer window still, and no exec is needed to say so. */
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_second", record_raw(&r, "rule"));
	EXPECT_EQ(9u, record_u64(&r, "distinct"));
	EXPECT_LT(scan_id, record_u64(&r, "scan_id"));
	ASSERT_EQ(1, group_find(&r, "t_second", "sid", self->tb.prober.pid));
	EXPECT_STREQ("open", record_raw(&r, "state"));
}

TEST_F(scan, covered_session_below_its_threshold_stays_silent)
{
	/* Both windows pass together, so nothing is left to alert when the first scan has ended. */
	ASSERT_EQ(0, rules_write("t_first by=parent,exe distinct=9 events=1 window=2 tools=ping\n"
				 "t_second by=session distinct=9 events=1 window=2 tools=ping\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 8));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_STREQ("t_first", record_raw(&r, "rule"));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("t_first", record_raw(&r, "rule"));
	sleep_until(now_ns() + NSEC_PER_SEC);
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

TEST_F(scan, one_scan_per_group_not_per_host)
{
	unsigned int updates = 0;

	/* A flood within one scan stays two records: 9 terms, then 128 at most, then events. */
	ASSERT_EQ(0, rules_write("t_life by=parent,exe distinct=9 events=1 window=600 tools=ping"));
	ASSERT_EQ(0, probe_each(&self->tb.prober, self->ping, "h", 64));
	EXPECT_EQ(1, testbed_alerts(&self->tb, &updates));
	/* Events 8 alert; 16, 32 and 64 update, and at 17 + 1 = 18 terms it had just been said. */
	EXPECT_LE(3u, updates);
	EXPECT_GE(6u, updates);
}

TEST_HARNESS_MAIN
