// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - records that wait: the worker gets no processor, and their queue is full
 *
 * Design: on one processor a process of real-time priority never rests, so that no worker of the
 * kernel runs there. Tools are exec'ed there by one of a higher priority still, each with a parent
 * of its own and so with an alert, until the ledger says that one had to be put off.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "kselftest_harness.h"
#include "session.h"

#define THROTTLE	"/proc/sys/kernel/sched_rt_runtime_us"
#define PARAMS		"ring=4194304 rules=\"session enabled=0;" \
			"scan distinct=1 window=86400 tools=all\""

#define STEP		50
#define MOST		3000	/* what the table has room for */
#define PENDING		32	/* what the queue has */

/* By itself it ends after so many seconds, whatever becomes of the test. */
#define HOG_SECONDS	60

static struct record r;
static char text[64], ping[300];

FIXTURE(queue) {
	struct testbed tb;
	pid_t hog;
	char throttle[32];
};

/* This process on one processor, with that priority; 0: on any, with none. */
static int be_scheduled(int cpu, int priority)
{
	struct sched_param param = { .sched_priority = priority };
	cpu_set_t cpus;
	long i;

	CPU_ZERO(&cpus);
	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &cpus);
	if (sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param) ||
	    sched_setaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	return 0;
}

static pid_t start_hog(int cpu)
{
	int fds[2];
	pid_t pid;
	char byte;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(HOG_SECONDS);
		if (be_scheduled(cpu, 50) || write(fds[1], "", 1) != 1)
			_exit(1);
		/* Not to hold the device open. */
		close_range(3, ~0U, 0);
		for (;;)
			;
	}
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1)
		pid = -1;
	close(fds[0]);
	return pid;
}

static void stop_hog(pid_t *hog)
{
	if (*hog > 0) {
		kill(*hog, SIGKILL);
		waitpid(*hog, NULL, 0);
	}
	*hog = 0;
}

FIXTURE_SETUP(queue)
{
	self->hog = 0;
	self->throttle[0] = '\0';
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "this takes a second processor");
	ASSERT_EQ(0, testbed_open(&self->tb));
	strcpy(ping, tool_path(&self->tb, "ping"));
	ASSERT_EQ(0, testbed_reload(&self->tb, PARAMS));
	ASSERT_LT(0, file_read(THROTTLE, self->throttle, sizeof(self->throttle)));
	ASSERT_EQ(0, file_write(THROTTLE, "-1", 2));
	self->hog = start_hog(0);
	ASSERT_LT(0, self->hog);
}

FIXTURE_TEARDOWN(queue)
{
	stop_hog(&self->hog);
	EXPECT_EQ(0, be_scheduled(-1, 0));
	if (self->throttle[0]) {
		EXPECT_EQ(0, file_write(THROTTLE, self->throttle, strlen(self->throttle)));
	}
	EXPECT_EQ(0, testbed_reload(&self->tb, ""));
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Scans, of one exec each, until one has found the queue full; how many, or -errno. */
static int fill_queue(void)
{
	int made = 0;
	int err = be_scheduled(0, 60);

	while (!err && !stats_get("deferred") && made < MOST) {
		err = decoys(ping, 0, STEP, 1, made);
		made += STEP;
	}
	return err ?: made;
}

/* Waits until a counter is so far; what it is then. */
static uint64_t wait_for(const char *counter, uint64_t count)
{
	unsigned int tries;

	for (tries = 0; tries < PATIENCE_MS / 100 && stats_get(counter) < count; tries++)
		usleep(100 * 1000);
	return stats_get(counter);
}

/* How many records of a type there are to be read. */
static unsigned int count_records(int dev, const char *type)
{
	unsigned int n = 0;

	while (record_read(dev, &r, 0) == 1)
		n += record_is(&r, "type", type);
	return n;
}

TEST_F_TIMEOUT(queue, full_puts_off_alerts_and_loses_none, 90)
{
	int made = fill_queue();

	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	EXPECT_GT((uint64_t)made, stats_get("alerts"));
	stop_hog(&self->hog);
	EXPECT_EQ((uint64_t)made, wait_for("alerts", made));
	EXPECT_EQ(0u, stats_get("unsent"));
	EXPECT_EQ((unsigned int)made, count_records(self->tb.dev, "alert"));
}

/* The change takes the worker's part, and the worker's queue is empty afterwards. */
TEST_F_TIMEOUT(queue, full_does_not_keep_scans_from_ending_with_their_rule, 90)
{
	int made = fill_queue();

	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	ASSERT_EQ(0, rules_write("-scan\n"));
	EXPECT_EQ(0u, stats_get("unsent"));
	stop_hog(&self->hog);
	EXPECT_EQ((uint64_t)made, wait_for("ends", made));
	EXPECT_EQ((uint64_t)made, stats_get("alerts"));
	EXPECT_EQ((unsigned int)made, count_records(self->tb.dev, "end"));
}

TEST_F_TIMEOUT(queue, full_is_given_up_by_an_unload, 90)
{
	int made = fill_queue();

	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	ASSERT_EQ(0, be_scheduled(1, 0));
	close(self->tb.dev);
	self->tb.dev = -1;
	ASSERT_EQ(0, module_unload());
	/* It had no chance to be emptied. */
	snprintf(text, sizeof(text), "/proc/%d/stat", self->hog);
	EXPECT_EQ(0, access(text, F_OK));
	stop_hog(&self->hog);
	ASSERT_EQ(0, module_load(PARAMS));
	self->tb.dev = device_open();
	ASSERT_LE(0, self->tb.dev);
	ASSERT_EQ(0, decoys(ping, 0, 1, 1, 0));
	EXPECT_EQ(1u, wait_for("alerts", 1));
}

TEST_HARNESS_MAIN
