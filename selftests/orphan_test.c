// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - what has lost its parent: who adopted it, and that the record says so
 */
#include <sched.h>
#include <sys/prctl.h>

#include "kselftest_harness.h"
#include "session.h"

static struct record r;

/* The testbed, for what runs below it; each test is a process of its own. */
static struct testbed bed;

/* What processes of a test tell it: shared by all of them. */
struct seen {
	pid_t pid;
	pid_t parent;
	pid_t left_by;
};

static struct seen *seen;

static char ping[300];
static char *arguments[] = { "ping", "a0", "a1", "a2", "a3", "a4", NULL };

FIXTURE(orphan) {
	struct testbed *tb;
};

FIXTURE_SETUP(orphan)
{
	const char *path;

	self->tb = &bed;
	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
	seen = shared_memory(sizeof(*seen));
	ASSERT_NE(NULL, seen);
	ASSERT_EQ(0, rules_write("t_one by=parent,exe distinct=6 events=1 window=60 tools=ping\n"));
}

FIXTURE_TEARDOWN(orphan)
{
	EXPECT_EQ(0, testbed_close(&bed));
}

#define EXPECT_PARENT(expected_pid) do {					\
	EXPECT_STREQ("alert", record_raw(&r, "type"));				\
	EXPECT_EQ((uint64_t)seen->pid, record_u64(&r, "pid"));			\
	EXPECT_EQ((uint64_t)(expected_pid), record_u64(&r, "parent_pid"));	\
} while (0)

static int exec_tool(void *arg)
{
	(void)arg;
	seen->pid = getpid();
	return exec_program(ping, arguments);
}

static int wait_until_orphaned(void *arg)
{
	(void)arg;
	while (getppid() == seen->left_by)
		usleep(1000);
	seen->parent = getppid();
	return exec_tool(NULL);
}

/* A child leaves a child of its own behind; @reaper: the prober adopts it. */
static int exec_orphan(void *reaper)
{
	pid_t pid;

	if (reaper && prctl(PR_SET_CHILD_SUBREAPER, 1))
		return -errno;
	pid = fork();
	if (!pid) {
		seen->left_by = getpid();
		if (!fork())
			_exit(-wait_until_orphaned(NULL));
		_exit(0);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -ECHILD;
}

TEST_F(orphan, child_is_no_orphan)
{
	ASSERT_EQ(0, session_exec(&bed, exec_tool, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(0u, record_u64(&r, "orphan"));
}

TEST_F(orphan, orphan_of_init)
{
	ASSERT_EQ(0, session_run(&bed, exec_orphan, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_EQ(1, seen->parent);
	EXPECT_PARENT(1);
	EXPECT_EQ(1u, record_u64(&r, "orphan"));
}

TEST_F(orphan, orphan_of_a_subreaper)
{
	ASSERT_EQ(0, session_run(&bed, exec_orphan, "reaper"));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_EQ(bed.prober.pid, seen->parent);
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(1u, record_u64(&r, "orphan"));
}

/* Init of a pid namespace adopts what is orphaned there. */
static int orphan_below_init(void *arg)
{
	int err = -EIO;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return -errno;
	pid = fork();
	if (!pid) {
		err = exec_orphan(arg);
		while (wait(NULL) > 0)
			;
		_exit(-err);
	}
	waitpid(pid, &err, 0);
	return err ? -EIO : 0;
}

TEST_F(orphan, orphan_of_a_container)
{
	ASSERT_EQ(0, session_run(&bed, orphan_below_init, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_EQ(1, seen->parent);
	EXPECT_STREQ("orphan_test", record_raw(&r, "parent_comm"));
	EXPECT_LT(1u, record_u64(&r, "parent_pid"));
	EXPECT_EQ(1u, record_u64(&r, "orphan"));
}

TEST_HARNESS_MAIN
