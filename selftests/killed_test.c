// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - readers that are killed, by a signal or for want of memory, hold nothing up
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "session.h"

#define CGROUPS	"/sys/fs/cgroup"
#define CGROUP	CGROUPS "/t_killed"
#define LIMIT	(16 << 20)
#define READERS	9

static struct record r;

FIXTURE(killed) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(killed)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, rules_write("t_each by=parent distinct=1 events=1 window=600 tools=ping\n"));
}

FIXTURE_TEARDOWN(killed)
{
	rmdir(CGROUP);
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* One alert for each: every probe has a parent of its own. */
static int emit(struct testbed *tb, const char *ping, unsigned int count)
{
	return probe_hosts(&tb->prober, PROBE_FRESH_PARENT, ping, 0, count);
}

/* Reads as @kind says until it is killed: blocked in read, in poll, or always. */
static void __attribute__((noreturn)) read_on(unsigned int kind)
{
	int dev = open(DEVICE, O_RDONLY | (kind % 3 == 2 ? O_NONBLOCK : 0));
	struct pollfd pfd = { .fd = dev, .events = POLLIN };
	static char line[LINE_SIZE];

	while (dev >= 0) {
		if (kind % 3 == 1)
			poll(&pfd, 1, -1);
		if (read(dev, line, sizeof(line)) < 0 && errno != EAGAIN)
			break;
	}
	_exit(1);
}

/* Whether a child ended by SIGKILL and nothing else. */
static bool was_killed(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* The one that is left sees all, and nothing holds the module once it is closed. */
static bool all_is_well(struct testbed *tb, const char *ping, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (testbed_next(tb, &r) != 1 || !record_is(&r, "type", "alert"))
			return false;
	return !emit(tb, ping, 1) && testbed_next(tb, &r) == 1 && !testbed_reload(tb, "");
}

TEST_F_TIMEOUT(killed, by_a_signal_while_records_come, 60)
{
	pid_t pids[READERS];
	unsigned int i;

	for (i = 0; i < READERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			read_on(i);
	}
	usleep(200 * 1000);
	/* Some while records come, and one of each kind when there are no more to wake it. */
	for (i = 0; i < READERS; i++) {
		if (i < READERS - 3) {
			ASSERT_EQ(0, emit(&self->tb, self->ping, 2));
		}
		ASSERT_EQ(0, kill(pids[i], SIGKILL));
	}
	for (i = 0; i < READERS; i++) {
		EXPECT_TRUE(was_killed(pids[i])) TH_LOG("reader %u", i);
	}
	EXPECT_TRUE(all_is_well(&self->tb, self->ping, 2 * (READERS - 3)));
}

/* Opens the device again and again, and takes memory, until there is none left for it. */
static void __attribute__((noreturn)) eat(void)
{
	static char line[LINE_SIZE];
	unsigned int i;
	char *p;

	if (file_write(CGROUP "/cgroup.procs", "0", 1))
		_exit(1);
	for (i = 0;; i++) {
		int dev = open(DEVICE, O_RDONLY | O_NONBLOCK);

		while (dev >= 0 && read(dev, line, sizeof(line)) > 0)
			;
		p = mmap(NULL, 1 << 18, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED || i > 4 * LIMIT >> 18)
			_exit(2);
		memset(p, i, 1 << 18);
	}
}

TEST_F_TIMEOUT(killed, for_want_of_memory_in_its_cgroup, 60)
{
	char limit[32];
	pid_t pid;

	snprintf(limit, sizeof(limit), "%d", LIMIT);
	if (file_write(CGROUPS "/cgroup.subtree_control", "+memory", 7) || mkdir(CGROUP, 0755) ||
	    file_write(CGROUP "/memory.max", limit, strlen(limit)))
		SKIP(return, "this kernel has no memory cgroups");
	ASSERT_EQ(0, emit(&self->tb, self->ping, 5));
	pid = fork();
	if (!pid)
		eat();
	EXPECT_TRUE(was_killed(pid));
	EXPECT_TRUE(all_is_well(&self->tb, self->ping, 5));
}

TEST_HARNESS_MAIN
