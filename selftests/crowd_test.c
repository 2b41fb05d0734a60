// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a crowd of parents at once: of what they have run, not one count is lost
 *
 * Design:
 *
 *  All parents are there before the first exec and until the last count was compared, so that no
 *  pid comes twice. Each execs what its number says: one in ten is a tool, with as many distinct
 *  arguments as it has hosts. Afterwards every group, every alert and the ledger are what the plan
 *  says, to one. Nobody else on the machine execs meanwhile.
 *
 *  selftests/stopwatch takes the time from the probe's beginning to its end, and counts execs on
 *  its own. Emulated processors take turns, so that the longest time is one that was spent on
 *  another; what 99 of 100 stayed below is that of the probe.
 */
#include <fcntl.h>
#include <poll.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define ONE_IN		10	/* is an exec of a tool */
#define MOST_HOSTS	10
#define THRESHOLD	5	/* distinct arguments, the tool's name among them */

/* What kernel memory may grow by: as it comes, and for each exec. No object is that small. */
#define WOBBLE		(4 << 20)
#define LEAK		3

/**
 * struct parent - one of the crowd
 * @pid: its pid
 * @hosts: how many hosts it has
 * @failed: execs that failed
 * @alerts: alerts that came with its pid
 */
struct parent {
	pid_t pid;
	unsigned int hosts;
	unsigned int failed;
	unsigned int alerts;
};

static struct record r;
static char text[FILE_SIZE];
static struct testbed bed;
static char ping[300], other[300];

/* So many parents make so many execs each. */
static struct parent *parents;
static unsigned int nr_parents, nr_execs;

/* What a parent waits for before its first exec, what it writes to after its last, its end. */
static int go[2], done[2], end[2];

FIXTURE(crowd) {
	int unused;
};

FIXTURE_SETUP(crowd)
{
	nr_parents = test_is_full() ? 1000 : 100;
	nr_execs = test_is_full() ? 1000 : 50;
	parents = shared_memory(nr_parents * sizeof(*parents));
	ASSERT_NE(NULL, parents);
	ASSERT_EQ(0, testbed_open(&bed));
	strcpy(ping, tool_path(&bed, "ping"));
	strcpy(other, tool_path(&bed, "other"));
	prober_stop(&bed.prober);
	close(bed.dev);
	ASSERT_EQ(0, stopwatch_load("ring=16777216 "
				    "rules=\"scan distinct=5 window=86400;session window=86400\""));
	bed.dev = device_open();
	ASSERT_LE(0, bed.dev);
	ASSERT_EQ(0, pipe2(go, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(done, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(end, O_CLOEXEC));
}

FIXTURE_TEARDOWN(crowd)
{
	EXPECT_EQ(0, ko_unload("stopwatch"));
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

static bool exec_one(const char *path, char *const argv[])
{
	static char * const no_environment[] = { NULL };
	volatile bool failed = false;
	pid_t pid = vfork();

	if (!pid) {
		execve(path, argv, no_environment);
		failed = true;
		_exit(1);
	}
	return pid > 0 && waitpid(pid, NULL, 0) == pid && !failed;
}

static void exec_all(unsigned int number)
{
	struct parent *me = &parents[number];
	char host[32];
	char *argv[] = { "ping", host, NULL };
	unsigned int i, tools = 0;

	for (i = 0; i < nr_execs; i++) {
		/* Not all at the same time. */
		bool is_tool = i % ONE_IN == number % ONE_IN;

		snprintf(host, sizeof(host), "host-%u-%u", number, tools % me->hosts);
		tools += is_tool;
		me->failed += !exec_one(is_tool ? ping : other, argv);
	}
}

/* Waits until the other end of a pipe is closed. */
static void wait_closed(int fds[2])
{
	char byte;

	close(fds[1]);
	while (read(fds[0], &byte, 1) > 0)
		;
}

static pid_t start_parent(unsigned int number)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(bed.dev);
	close(end[1]);
	/* A thousand that run would leave the kernel no time to free what they have left. */
	if (nice(19) < 0)
		_exit(1);
	wait_closed(go);
	exec_all(number);
	if (write(done[1], "", 1) != 1)
		_exit(1);
	wait_closed(end);
	_exit(0);
}

static struct parent *parent_of(uint64_t pid)
{
	unsigned int i;

	for (i = 0; i < nr_parents; i++)
		if ((uint64_t)parents[i].pid == pid)
			return &parents[i];
	return NULL;
}

/* Reads what records there are. Returns how many of them do not belong here. */
static unsigned int read_records(void)
{
	unsigned int strange = 0;
	struct parent *p;

	while (record_read(bed.dev, &r, 0) == 1) {
		p = parent_of(record_u64(&r, "parent_pid"));
		if (record_is(&r, "rule", "scan") && record_is(&r, "type", "alert") && p)
			p->alerts++;
		else if (!p || record_is(&r, "type", "end"))
			strange += !fprintf(stderr, "# %s", r.line) + 1;
	}
	return strange;
}

/* A reader all the while. Returns whether all parents have done their work. */
static bool wait_done(unsigned int *strange)
{
	struct pollfd fds[] = {
		{ .fd = done[0], .events = POLLIN },
		{ .fd = bed.dev, .events = POLLIN },
	};
	unsigned int ready = 0;
	ssize_t n;

	while (ready < nr_parents && poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		if (fds[1].revents)
			*strange += read_records();
		if (!(fds[0].revents & POLLIN))
			continue;
		n = read(done[0], text, sizeof(text));
		ready += n > 0 ? n : 0;
	}
	return ready == nr_parents;
}

static bool alerts(const struct parent *p)
{
	return p->hosts + 1 >= THRESHOLD;
}

/* How many groups of the rule scan are what the plan says; -1 if one is not. */
static int compare_groups(void)
{
	unsigned int tools = nr_execs / ONE_IN;
	ssize_t len = file_read(PROC("groups"), text, sizeof(text));
	const struct parent *p;
	char *line = text;
	int equal = 0;

	for (; len > 0 && *line; line += strcspn(line, "\n") + 1) {
		if (line_parse(&r, line, strcspn(line, "\n") + 1, 0))
			return -1;
		if (!record_is(&r, "rule", "scan"))
			continue;
		p = parent_of(record_u64(&r, "parent_pid"));
		if (!p || record_u64(&r, "events") != tools ||
		    record_u64(&r, "distinct") != p->hosts + 1 ||
		    !record_is(&r, "state", alerts(p) ? "open" : "armed")) {
			fprintf(stderr, "# not as planned: %s", r.line);
			return -1;
		}
		equal++;
	}
	return equal;
}

/* The number behind @key, with a colon, in a file of such lines. */
static uint64_t value_of(const char *path, const char *key)
{
	const char *s;

	if (file_read(path, text, sizeof(text)) < 0)
		return UINT64_MAX;
	s = strstr(text, key);
	return s ? strtoull(s + strlen(key), NULL, 10) : UINT64_MAX;
}

/* Bytes that the kernel holds and would not give back. */
static uint64_t kernel_memory(void)
{
	return (value_of("/proc/meminfo", "\nSUnreclaim:") +
		value_of("/proc/meminfo", "\nVmallocUsed:") +
		value_of("/proc/meminfo", "\nPercpu:")) << 10;
}

static void start_parents(void)
{
	unsigned int tools = nr_execs / ONE_IN, i;

	for (i = 0; i < nr_parents; i++) {
		parents[i].hosts = 1 + i % (tools < MOST_HOSTS ? tools : MOST_HOSTS);
		parents[i].pid = start_parent(i);
		if (parents[i].pid < 0)
			break;
	}
	close(done[1]);
}

static unsigned int end_parents(void)
{
	unsigned int i, failed = 0;

	close(end[1]);
	for (i = 0; i < nr_parents; i++) {
		waitpid(parents[i].pid, NULL, 0);
		failed += parents[i].failed;
	}
	return failed;
}

TEST_F_TIMEOUT(crowd, of_parents_is_counted_to_one, 7000)
{
	static const char * const none[] = {
		"read_faults", "truncated", "long_args", "missed", "selftest_fails", "unsent",
		"evicted_idle", "evicted_armed", "evicted_covered", "evicted_open", "lost",
		"overwritten", "reused", "cleared", "excepted", "undecided", "replayed", "ends",
	};
	uint64_t execs = (uint64_t)nr_parents * nr_execs, tools = execs / ONE_IN;
	uint64_t memory = value_of(PROC("status"), "\nmemory:"), held = kernel_memory();
	struct stopwatch watch;
	uint64_t seen, began;
	unsigned int i, strange = 0, alerted = 0;

	start_parents();
	seen = stats_get("execs");
	began = now_ns();
	close(go[1]);
	ASSERT_TRUE(wait_done(&strange));
	rate_say(execs, now_ns() - began);

	EXPECT_EQ(seen + execs, stats_get("execs"));
	EXPECT_EQ(tools, stats_get("events"));
	EXPECT_EQ(2 * tools, stats_get("args"));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT_EQ(0u, stats_get(none[i])) {
			TH_LOG("%s", none[i]);
		}
	EXPECT_EQ((int)nr_parents, compare_groups());
	ASSERT_EQ(1, group_find(&r, "session", "sid", getsid(0)));
	EXPECT_EQ(tools, record_u64(&r, "events"));
	/* The other probes' count. */
	ASSERT_EQ(0, stopwatch_read(&watch));
	EXPECT_LE(execs, watch.count);
	stopwatch_say(&watch);
	EXPECT_EQ(memory, value_of(PROC("status"), "\nmemory:"));
	EXPECT_EQ(0u, end_parents());

	/* What is owed goes with the clock, every two seconds. */
	usleep(2500 * 1000);
	EXPECT_EQ(0u, strange + read_records());
	for (i = 0; i < nr_parents; i++) {
		EXPECT_EQ(alerts(&parents[i]), parents[i].alerts) {
			TH_LOG("parent %u with %u hosts", i, parents[i].hosts);
		}
		alerted += parents[i].alerts;
	}
	/* And that of the session. */
	EXPECT_LE(alerted, stats_get("alerts"));
	EXPECT_GE(alerted + 1, stats_get("alerts"));
	TH_LOG("kernel memory: %lld bytes more", (long long)(kernel_memory() - held));
	/* A kernel that looks for leaks itself keeps what was freed for a while. */
	if (access("/sys/kernel/debug/kmemleak", F_OK)) {
		EXPECT_GE((int64_t)(WOBBLE + LEAK * execs), (int64_t)(kernel_memory() - held));
	}
}

TEST_HARNESS_MAIN
