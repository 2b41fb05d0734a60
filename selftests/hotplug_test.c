// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - processors come and go under exec load, and not one count is lost
 */
#include <fcntl.h>

#include "kselftest_harness.h"
#include "session.h"

#define SWITCH	"/sys/devices/system/cpu/cpu1/online"
#define PROBERS	3
#define EXECS	300
#define ROUNDS	20

static struct record r;

FIXTURE(hotplug) {
	struct testbed tb;
	const char *ping;
	struct prober probers[PROBERS];
};

FIXTURE_SETUP(hotplug)
{
	unsigned int i;

	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	for (i = 0; i < PROBERS; i++) {
		ASSERT_EQ(0, prober_start(&self->probers[i], NULL, NULL));
	}
}

FIXTURE_TEARDOWN(hotplug)
{
	unsigned int i;

	if (!access(SWITCH, W_OK)) {
		EXPECT_EQ(0, file_write(SWITCH, "1", 1));
	}
	for (i = 0; i < PROBERS; i++)
		prober_stop(&self->probers[i]);
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Each prober execs its hosts; who tells them to is a process of its own. */
static pid_t exec_on(struct prober *prober, const char *ping)
{
	pid_t pid = fork();

	if (!pid)
		_exit(probe_hosts(prober, 0, ping, 0, EXECS) ? 1 : 0);
	return pid;
}

TEST_F_TIMEOUT(hotplug, loses_no_count_and_no_record, 150)
{
	uint64_t events = stats_get("events"), missed = stats_get("missed");
	uint64_t last = events, now;
	unsigned int i, rounds = 0, alerts = 0;
	pid_t pids[PROBERS];
	int status;

	if (access(SWITCH, W_OK))
		SKIP(return, "this machine has no processor to take away");
	ASSERT_EQ(0, rules_write("session enabled=0\n"));
	for (i = 0; i < PROBERS; i++)
		pids[i] = exec_on(&self->probers[i], self->ping);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, file_write(SWITCH, i % 2 ? "1" : "0", 1));
		usleep(100 * 1000);
		/* What a processor has counted is counted when it is away, too. */
		now = stats_get("events");
		EXPECT_LE(last, now);
		last = now;
		rounds += now < events + PROBERS * EXECS;
	}
	for (i = 0; i < PROBERS; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	/* There was load meanwhile. */
	EXPECT_LE(ROUNDS / 4u, rounds);
	EXPECT_EQ(events + PROBERS * EXECS, stats_get("events"));
	EXPECT_EQ(missed, stats_get("missed"));
	for (i = 0; i < PROBERS; i++) {
		ASSERT_EQ(1, group_find(&r, "scan", "sid", self->probers[i].pid));
		EXPECT_EQ((uint64_t)EXECS, record_u64(&r, "events"));
	}
	while (alerts < PROBERS && record_read(self->tb.dev, &r, PATIENCE_MS) == 1)
		alerts += record_is(&r, "type", "alert");
	EXPECT_EQ((unsigned int)PROBERS, alerts);
}

TEST_HARNESS_MAIN
