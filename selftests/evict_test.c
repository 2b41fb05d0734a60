// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a full table: what has to make room, and that a scan in progress does not
 *
 * The module is loaded with its smallest table, of 64 groups, and back at default size afterwards.
 */
#include "kselftest_harness.h"
#include "netscan_test.h"

#define GROUPS	64

static struct record r;
static char text[FILE_SIZE];

FIXTURE(evict) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(evict)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	close(self->tb.dev);
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("groups=64 rules=\"scan distinct=20;session enabled=0\""));
	self->tb.dev = device_open();
	ASSERT_LE(0, self->tb.dev);
}

FIXTURE_TEARDOWN(evict)
{
	close(self->tb.dev);
	self->tb.dev = -1;
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(0, module_load(""));
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static uint64_t evicted(void)
{
	return stats_get("evicted_idle") + stats_get("evicted_armed") +
	       stats_get("evicted_covered") + stats_get("evicted_open");
}

static unsigned int lines_of_groups(void)
{
	unsigned int lines = 0;
	const char *s;

	if (file_read(PROC("groups"), text, sizeof(text)) < 0)
		return 0;
	for (s = text; *s; s++)
		lines += *s == '\n';
	return lines;
}

TEST_F(evict, table_never_holds_more_than_its_groups)
{
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 0, 150));
	EXPECT_GE(GROUPS, lines_of_groups());
	EXPECT_LT(GROUPS / 2, lines_of_groups());
	/* Every group that is gone is in the ledger. */
	EXPECT_EQ(150u, lines_of_groups() + evicted());
}

TEST_F(evict, decoys_do_not_flush_a_scan_in_progress)
{
	uint64_t scan_id;

	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 19));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_STREQ("alert", record_raw(&r, "type"));
	scan_id = record_u64(&r, "scan_id");

	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 0, 200));
	EXPECT_EQ(0u, stats_get("evicted_open"));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("open", record_raw(&r, "state"));
	EXPECT_EQ(20u, record_u64(&r, "distinct"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 20));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("update", record_raw(&r, "type"));
	EXPECT_EQ(scan_id, record_u64(&r, "scan_id"));
	EXPECT_EQ(40u, record_u64(&r, "distinct"));
}

TEST_F(evict, decoys_do_not_flush_a_scan_that_grows)
{
	unsigned int i;

	/* One host, then ten decoys of a single event each, and so on: it has more progress. */
	for (i = 0; i < 17; i++) {
		ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, i, 1));
		ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 500,
					 10));
	}
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "parent_pid", self->tb.prober.pid,
				 PATIENCE_MS));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(17u, record_u64(&r, "events"));
	EXPECT_LT(0u, evicted());
}

TEST_F(evict, evicted_scan_ends_with_its_reason)
{
	uint64_t first;

	/* More scans than the table has groups: the first is idle for longest among equals. */
	ASSERT_EQ(0, rules_write("scan distinct=4\n"));
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 0, 1));
	first = self->tb.prober.parent_pid;
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "parent_pid", first, PATIENCE_MS));
	ASSERT_STREQ("alert", record_raw(&r, "type"));
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, self->ping, 0, 100));
	EXPECT_LT(0u, stats_get("evicted_open"));
	do {
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
	} while (!record_is(&r, "type", "end"));
	EXPECT_STREQ("evicted", record_raw(&r, "reason"));
	EXPECT_LT(0u, record_u64(&r, "scan_id"));
}

TEST_HARNESS_MAIN
