// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the machine sleeps: while windows run, scans are open and it execs
 *
 * Windows are spans of time since boot, of which the time asleep is a part: a scan is not longer,
 * and no argument younger, by a lid that was closed. What is woken works at once.
 */
#include <time.h>

#include "kselftest_harness.h"
#include "session.h"

#define STATE	"/sys/power/state"
#define DEPTH	"/sys/power/mem_sleep"
#define UP_TO	"/sys/power/pm_test"
#define ALARM	"/sys/class/rtc/rtc0/wakealarm"

#define LINE	"t_sleep by=parent distinct=10 events=1 window=%u tools=ping\n"
#define AWAKE	"not on this machine, or not at this size"
#define ROUNDS	2
#define ENOUGH	100

static struct record r;

FIXTURE(suspend) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_VARIANT(suspend) {
	bool off;
};

/* All is done but the last step, five seconds pass, and all is done in reverse. */
FIXTURE_VARIANT_ADD(suspend, up_to_the_last_step) {
	.off = false,
};

/*
 * All is off but memory, until the clock of the machine wakes it. That must not be before it
 * sleeps, or it sleeps for ever, which is why this is not for every run.
 */
FIXTURE_VARIANT_ADD(suspend, to_memory) {
	.off = true,
};

static bool file_has(const char *path, const char *word)
{
	char text[256];

	return file_read(path, text, sizeof(text)) > 0 && strstr(text, word);
}

/* Whether this machine can sleep so. */
static bool can_sleep(bool off)
{
	return file_has(STATE, "mem") && file_has(DEPTH, "deep") && file_has(UP_TO, "core") &&
	       (!off || (test_is_full() && !access(ALARM, W_OK)));
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int word_write(const char *path, const char *word)
{
	return file_write(path, word, strlen(word));
}

/* Sleeps. Returns for how long, by the clocks: at least a second, or -errno. */
static int64_t sleep_once(bool off)
{
	int64_t asleep = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC);
	int err = word_write(DEPTH, "deep") ?: word_write(UP_TO, off ? "none" : "core");

	if (!err && off)
		err = word_write(ALARM, "0") ?: word_write(ALARM, "+20");
	if (!err)
		err = word_write(STATE, "mem");
	if (word_write(UP_TO, "none") || err)
		return err ?: -EIO;
	asleep = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC) - asleep;
	return asleep < (int64_t)NSEC_PER_SEC ? -EAGAIN : asleep;
}

static int write_rule(unsigned int window)
{
	char line[128];

	snprintf(line, sizeof(line), LINE, window);
	return rules_write(line);
}

FIXTURE_SETUP(suspend)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
}

FIXTURE_TEARDOWN(suspend)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

TEST_F_TIMEOUT(suspend, time_asleep_is_part_of_a_window, 120)
{
	int64_t asleep;

	if (!can_sleep(variant->off))
		SKIP(return, AWAKE);
	ASSERT_EQ(0, write_rule(600));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 5));
	asleep = sleep_once(variant->off);
	ASSERT_LT(0, asleep);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_LE(asleep, (int64_t)(record_ns(&r, "last") - record_ns(&r, "first")));
	EXPECT_GE(now_ns(), record_ns(&r, "time"));
	EXPECT_LE(record_ns(&r, "last"), record_ns(&r, "time"));
}

TEST_F_TIMEOUT(suspend, arguments_leave_a_window_meanwhile, 120)
{
	if (!can_sleep(variant->off))
		SKIP(return, AWAKE);
	ASSERT_EQ(0, write_rule(1));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 5));
	ASSERT_LT(0, sleep_once(variant->off));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 9));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
}

/* Soon after that, when its window has passed in its sleep. */
TEST_F_TIMEOUT(suspend, a_scan_ends_when_the_machine_wakes, 180)
{
	const unsigned int window = 14;
	int64_t asleep = 0, since = 0, once;

	if (!can_sleep(variant->off))
		SKIP(return, AWAKE);
	ASSERT_EQ(0, write_rule(window));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 10));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	while (asleep < window * (int64_t)NSEC_PER_SEC) {
		once = sleep_once(variant->off);
		ASSERT_LT(0, once);
		asleep += once;
		since = clock_ns(CLOCK_MONOTONIC);
	}
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("idle", record_raw(&r, "reason"));
	EXPECT_GE(window / 2 * (int64_t)NSEC_PER_SEC, clock_ns(CLOCK_MONOTONIC) - since);
}

/**
 * struct execs - what goes on while the machine sleeps and wakes
 * @stop: it has been long enough
 * @failed: an exec has failed
 * @count: how many there were
 */
struct execs {
	volatile bool stop;
	volatile bool failed;
	volatile unsigned int count;
};

static pid_t start_execs(struct execs *execs, struct testbed *tb, const char *ping)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (!execs->stop || execs->count < ENOUGH) {
		if (probe_hosts(&tb->prober, 0, ping, execs->count, 1))
			execs->failed = true;
		execs->count++;
	}
	_exit(execs->failed);
}

/* Frozen in the midst of it, processors taken away and brought back: not one exec is lost. */
TEST_F_TIMEOUT(suspend, execs_go_on_where_they_were, 240)
{
	uint64_t missed = stats_get("missed"), fails = stats_get("selftest_fails");
	uint64_t health = stats_get("health");
	struct execs *execs = shared_memory(sizeof(*execs));
	unsigned int i, before;
	int status;
	pid_t pid;

	if (!can_sleep(variant->off))
		SKIP(return, AWAKE);
	ASSERT_EQ(0, rules_write("session enabled=0\n"));
	ASSERT_NE(NULL, execs);
	pid = start_execs(execs, &self->tb, self->ping);
	for (i = 0; i < ROUNDS; i++) {
		before = execs->count;
		usleep(200 * 1000);
		EXPECT_LT(before, execs->count) TH_LOG("there was none, round %u", i);
		EXPECT_LT(0, sleep_once(variant->off));
	}
	execs->stop = true;
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(1, group_find(&r, "scan", "sid", self->tb.prober.pid));
	EXPECT_EQ(execs->count, record_u64(&r, "events"));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(missed, stats_get("missed"));
	EXPECT_EQ(fails, stats_get("selftest_fails"));
	EXPECT_EQ(health, stats_get("health"));
}

TEST_HARNESS_MAIN
