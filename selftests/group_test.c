// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - what makes a group: the fields of by=, each told apart by real processes
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;

FIXTURE(group) {
	struct testbed tb;
	struct prober other;
	const char *ping;
};

FIXTURE_SETUP(group)
{
	self->other.sock = -1;
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, prober_start(&self->other, NULL, NULL));
}

FIXTURE_TEARDOWN(group)
{
	prober_stop(&self->other);
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* 8 of 10 terms by one and 8 others by another: an alert if they are one group, none if two. */
#define RULE(name, by) \
	name " by=" by " distinct=10 events=1 window=60 tools=ping,hping3,nc\n"

static int change_user(void *arg)
{
	uid_t uid = *(uid_t *)arg;

	return setresuid(uid, uid, uid) ? -errno : 0;
}

TEST_F(group, two_parents_are_two_groups)
{
	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, self->ping, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "c", 2));
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "parent_pid", self->tb.prober.pid, PATIENCE_MS));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	ASSERT_EQ(1, group_find(&r, "t_group", "parent_pid", self->other.pid));
	EXPECT_EQ(8u, record_u64(&r, "distinct"));
	EXPECT_STREQ("armed", record_raw(&r, "state"));
}

TEST_F(group, two_files_are_two_groups)
{
	const char *hping = tool_path(&self->tb, "hping3");

	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, hping, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, hping, "c", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("hping3", record_raw(&r, "tool"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, same_tool_from_two_files_is_two_groups)
{
	char dir[300];
	const char *copy;

	/* exe is the file, not the tool's name. */
	snprintf(dir, sizeof(dir), "%s/two", self->tb.dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	copy = tool_copy(&self->tb, self->ping, "two/ping");
	ASSERT_NE(NULL, copy);
	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, copy, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, copy, "c", 2));
	unlink(copy);
	rmdir(dir);
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, link_and_its_file_are_one_group)
{
	char link_path[300];

	snprintf(link_path, sizeof(link_path), "%s/nc", self->tb.dir);
	ASSERT_EQ(0, symlink(self->ping, link_path));
	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, link_path, "b", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, threads_of_a_parent_are_one_parent)
{
	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_THREAD, self->ping, 0, 7));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(7u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "parent_pid"));
	EXPECT_EQ(start_ticks(self->tb.prober.pid),
		  record_u64(&r, "parent_start") / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
}

/* Ends @p and starts another prober with the same pid; 0, or -errno. */
static int reuse_pid(struct prober *p)
{
	pid_t pid = p->pid;
	unsigned int tries;
	char last[16];
	int err;

	for (tries = 0; tries < 50; tries++) {
		prober_stop(p);
		snprintf(last, sizeof(last), "%d", pid - 1);
		err = file_write("/proc/sys/kernel/ns_last_pid", last, strlen(last));
		if (!err)
			err = prober_start(p, NULL, NULL);
		if (err || p->pid == pid)
			return err;
	}
	return -EAGAIN;
}

TEST_F(group, reused_parent_pid_is_another_parent)
{
	pid_t pid = self->tb.prober.pid;

	if (access("/proc/sys/kernel/ns_last_pid", W_OK))
		SKIP(return, "this kernel cannot be told the next pid");
	ASSERT_EQ(0, rules_write(RULE("t_group", "parent,exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, reuse_pid(&self->tb.prober));
	ASSERT_EQ(pid, self->tb.prober.pid);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "c", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, reused_session_number_is_another_session)
{
	uint64_t scan_id;

	if (access("/proc/sys/kernel/ns_last_pid", W_OK))
		SKIP(return, "this kernel cannot be told the next pid");
	ASSERT_EQ(0, rules_write(RULE("t_group", "session")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 9));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_STREQ("alert", record_raw(&r, "type"));
	scan_id = record_u64(&r, "scan_id");
	ASSERT_EQ(0, reuse_pid(&self->tb.prober));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 7));
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "scan_id", scan_id, PATIENCE_MS));
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("reused", record_raw(&r, "reason"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "c", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, by_parent_alone)
{
	const char *hping = tool_path(&self->tb, "hping3");

	ASSERT_EQ(0, rules_write(RULE("t_group", "parent")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, PROBE_FRESH_PARENT, hping, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, hping, "c", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("parent", record_raw(&r, "by"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, by_exe_alone)
{
	ASSERT_EQ(0, rules_write(RULE("t_group", "exe")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, tool_path(&self->tb, "hping3"), "b", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, self->ping, "c", 2));
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "sid", self->other.pid, PATIENCE_MS));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, by_session)
{
	ASSERT_EQ(0, rules_write(RULE("t_group", "session")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, self->ping, "b", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, PROBE_FRESH_PARENT,
				 tool_path(&self->tb, "hping3"), "c", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, by_uid)
{
	uid_t one = 4711, two = 4712;
	struct prober a, b, c;

	ASSERT_EQ(0, rules_write(RULE("t_group", "uid")));
	ASSERT_EQ(0, prober_start(&a, change_user, &one));
	ASSERT_EQ(0, prober_start(&b, change_user, &two));
	ASSERT_EQ(0, prober_start(&c, change_user, &one));
	ASSERT_EQ(0, probe_burst(&a, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&b, 0, self->ping, "b", 7));
	ASSERT_EQ(0, probe_burst(&c, 0, self->ping, "c", 2));
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "sid", c.pid, PATIENCE_MS));
	EXPECT_EQ(4711u, record_u64(&r, "uid"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
	prober_stop(&a);
	prober_stop(&b);
	prober_stop(&c);
}

static int enter_cgroup(void *dir)
{
	char procs[400];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", (char *)dir);
	return file_write(procs, "0", 1);
}

TEST_F(group, by_cgroup)
{
	char mnt[300], one[320], two[320];
	struct prober a, b, c;
	int err;

	snprintf(mnt, sizeof(mnt), "%s/cgroup", self->tb.dir);
	snprintf(one, sizeof(one), "%s/netscan-one", mnt);
	snprintf(two, sizeof(two), "%s/netscan-two", mnt);
	ASSERT_EQ(0, mkdir(mnt, 0755));
	if (mount("none", mnt, "cgroup2", 0, NULL))
		SKIP(return, "no cgroup2 here");
	ASSERT_EQ(0, mkdir(one, 0755));
	ASSERT_EQ(0, mkdir(two, 0755));
	err = rules_write(RULE("t_group", "cgroup")) ?: prober_start(&a, enter_cgroup, one) ?:
	      prober_start(&b, enter_cgroup, two) ?: prober_start(&c, enter_cgroup, one) ?:
	      probe_burst(&a, 0, self->ping, "a", 7) ?: probe_burst(&b, 0, self->ping, "b", 7) ?:
	      probe_burst(&c, 0, self->ping, "c", 2);
	if (!err)
		err = record_next(self->tb.dev, &r, "sid", c.pid, PATIENCE_MS);
	prober_stop(&a);
	prober_stop(&b);
	prober_stop(&c);
	rmdir(one);
	rmdir(two);
	umount(mnt);
	rmdir(mnt);
	ASSERT_EQ(1, err);
	EXPECT_STREQ("/netscan-one", record_raw(&r, "cgroup"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, by_tool)
{
	ASSERT_EQ(0, rules_write(RULE("t_group", "tool")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, tool_path(&self->tb, "hping3"), "b", 7));
	ASSERT_EQ(0, probe_burst(&self->other, 0, self->ping, "c", 2));
	ASSERT_EQ(1, record_next(self->tb.dev, &r, "sid", self->other.pid, PATIENCE_MS));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, only_the_rule_s_tools_count)
{
	ASSERT_EQ(0, rules_write("t_group by=session distinct=10 events=1 window=60 tools=hping3"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 20));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, tool_path(&self->tb, "hping3"), "b", 9));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("hping3", record_raw(&r, "tool"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, disabled_rule_is_silent)
{
	ASSERT_EQ(0, rules_write("t_off enabled=0 by=session distinct=5 window=60 tools=ping\n"
				 RULE("t_on", "session")));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "a", 7));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "b", 2));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("t_on", record_raw(&r, "rule"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_F(group, unfired_group_shows_its_progress)
{
	uint64_t before;

	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 0, 37));
	before = self->tb.prober.before_ns;
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("armed", record_raw(&r, "state"));
	EXPECT_EQ(0u, record_u64(&r, "scan_id"));
	EXPECT_EQ(40u, record_u64(&r, "distinct"));
	EXPECT_EQ(100u, record_u64(&r, "threshold"));
	EXPECT_EQ(37u, record_u64(&r, "events"));
	EXPECT_GE(before, record_ns(&r, "first"));
	EXPECT_LE(before, record_ns(&r, "last"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_STREQ("group_test", record_raw(&r, "parent_comm"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "sid"));
	EXPECT_EQ(0u, record_u64(&r, "uid"));
	EXPECT_STREQ("ping -c 1 10.0.0.1", record_raw(&r, "args_first"));
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_EQ(40u, record_u64(&r, "distinct"));
}

TEST_HARNESS_MAIN
