// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the wall clock is set back and forward while windows run
 *
 * Windows are spans of time that has passed, which does not change when a clock is set. What a
 * record says is the time of day at which it was made, by the clock as it is then.
 */
#include <time.h>

#include "kselftest_harness.h"
#include "session.h"

#define DAY	86400
#define LINE	"t_clock by=parent distinct=10 events=1 window=%u tools=ping\n"

static struct record r;

FIXTURE(clock) {
	struct testbed tb;
	const char *ping;
	/* The wall clock less time since boot. */
	int64_t offset;
};

FIXTURE_VARIANT(clock) {
	int days;
};

FIXTURE_VARIANT_ADD(clock, forward) {
	.days = 1,
};

FIXTURE_VARIANT_ADD(clock, back) {
	.days = -1,
};

FIXTURE_VARIANT_ADD(clock, far_forward) {
	.days = 3650,
};

static int64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int set_clock(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };

	return clock_settime(CLOCK_REALTIME, &ts) ? -errno : 0;
}

static int step_clock(int days)
{
	return set_clock(now_ns() + (int64_t)days * DAY * NSEC_PER_SEC);
}

FIXTURE_SETUP(clock)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	self->offset = now_ns() - boot_ns();
}

FIXTURE_TEARDOWN(clock)
{
	EXPECT_EQ(0, set_clock(boot_ns() + self->offset));
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static int write_rule(unsigned int window)
{
	char line[128];

	snprintf(line, sizeof(line), LINE, window);
	return rules_write(line);
}

/* Whether the record of just now has the times that it should, for a group since @since. */
static bool times_are_sane(int64_t since)
{
	int64_t now = now_ns(), time = record_ns(&r, "time");
	int64_t first = record_ns(&r, "first"), last = record_ns(&r, "last");
	int64_t age = boot_ns() - since;

	if (first <= last && last <= time && time <= now && now - time < age && now - first <= age)
		return true;
	fprintf(stderr, "# at %lld, from %lld ns before on: %s", (long long)now, (long long)age,
		r.line);
	return false;
}

TEST_F(clock, windows_do_not_care)
{
	int64_t since = boot_ns();

	ASSERT_EQ(0, write_rule(60));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 5));
	ASSERT_EQ(0, step_clock(variant->days));
	ASSERT_EQ(1, group_find(&r, "t_clock", "sid", self->tb.prober.pid));
	EXPECT_EQ(6u, record_u64(&r, "distinct"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_TRUE(times_are_sane(since));
}

TEST_F_TIMEOUT(clock, a_scan_ends_when_its_window_has_passed, 60)
{
	int64_t since, took;

	ASSERT_EQ(0, write_rule(3));
	since = boot_ns();
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 10));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	ASSERT_EQ(0, step_clock(variant->days));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	took = boot_ns() - since;
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("idle", record_raw(&r, "reason"));
	/* Neither at once nor a day later. */
	EXPECT_LE(3 * (int64_t)NSEC_PER_SEC, took);
	EXPECT_GE(10 * (int64_t)NSEC_PER_SEC, took);
	EXPECT_TRUE(times_are_sane(since));
}

TEST_HARNESS_MAIN
