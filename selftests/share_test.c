// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - shares of the table: one user's decoys do not evict another user's groups
 *
 * The module is loaded with its smallest table, of 64 groups, and back at default size afterwards.
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "session.h"

#define GROUPS	64
#define SCANNER	4711
#define FLOODER	4712

static struct record r;
static struct testbed bed;
static char ping[300];

FIXTURE(share) {
	struct testbed *tb;
};

static int be_user(void *arg)
{
	uid_t uid = *(uid_t *)arg;

	return setresuid(uid, uid, uid) ? -errno : 0;
}

/* The smallest table, and a prober that is the scanner. */
static int set_up(void)
{
	uid_t uid = SCANNER;
	const char *path;
	int err = testbed_open(&bed);

	if (err)
		return err;
	path = tool_path(&bed, "ping");
	if (!path)
		return -ENOENT;
	strcpy(ping, path);
	return testbed_reload(&bed, "groups=64 rules=\"session enabled=0\"") ?:
	       session_run(&bed, be_user, &uid);
}

FIXTURE_SETUP(share)
{
	self->tb = &bed;
	ASSERT_EQ(0, set_up());
}

FIXTURE_TEARDOWN(share)
{
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

/* Between two hosts of the scan there are as many decoys as the table has room for. */
TEST_F_TIMEOUT(share, is_not_taken_by_decoys_of_another_user, 120)
{
	unsigned int host;

	for (host = 0; host < 97; host++) {
		ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, host, 1));
		ASSERT_EQ(0, decoys(ping, FLOODER, 16, 50, 2, 16 * host));
	}
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_EQ(100u, record_u64(&r, "distinct"));
	EXPECT_EQ(SCANNER, record_u64(&r, "uid"));
	EXPECT_LT(0u, stats_get("evicted_armed"));
}

/* In a user namespace: each decoy is another user's, of one exec as the scan's one host is. */
static int make_decoys(void)
{
	char host[16], *argv[] = { "ping", "-c", "1", host, NULL };
	unsigned int n;
	int status;
	pid_t pid;

	for (n = 0; n < 2 * GROUPS; n++) {
		snprintf(host, sizeof(host), "d%u", n);
		pid = fork();
		if (!pid) {
			if (setresuid(n + 1, n + 1, n + 1))
				_exit(1);
			pid = fork();
			if (!pid) {
				execv(ping, argv);
				_exit(1);
			}
			_exit(waitpid(pid, &status, 0) != pid || status);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return -ECHILD;
	}
	return 0;
}

/* As newuidmap does it: who makes the namespace is given users by root. */
static int flood_as_many(void *arg)
{
	uid_t maker = *(uid_t *)arg;
	int made[2], mapped[2], status, err;
	char path[64], byte = 0;
	pid_t pid;

	if (pipe(made) || pipe(mapped))
		return -errno;
	pid = fork();
	if (!pid) {
		err = setresuid(maker, maker, maker) || prctl(PR_SET_DUMPABLE, 1) ||
		      unshare(CLONE_NEWUSER) ? errno : 0;
		byte = err;
		if (write(made[1], &byte, 1) != 1 || err)
			_exit(err);
		if (read(mapped[0], &byte, 1) != 1 || byte)
			_exit(EIO);
		_exit(setresuid(0, 0, 0) ? errno : -make_decoys());
	}
	err = read(made[0], &byte, 1) == 1 ? -byte : -EIO;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	if (!err)
		err = file_write(path, "0 100000 1000\n", 14);
	byte = !!err;
	if (write(mapped[1], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid)
		return -EIO;
	return err ?: WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

FIXTURE(subordinates) {
	uid_t maker;
};

FIXTURE_VARIANT(subordinates) {
	uid_t maker;
};

FIXTURE_VARIANT_ADD(subordinates, of_a_user) {
	.maker = FLOODER,
};

FIXTURE_VARIANT_ADD(subordinates, of_a_container_that_root_made) {
	.maker = 0,
};

FIXTURE_SETUP(subordinates)
{
	self->maker = variant->maker;
	ASSERT_EQ(0, set_up());
}

FIXTURE_TEARDOWN(subordinates)
{
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

/* The scan has one host, and is the oldest there is. */
TEST_F_TIMEOUT(subordinates, together_have_one_share, 120)
{
	struct prober flood;
	int err;

	ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, 0, 1));
	err = prober_start(&flood, flood_as_many, &self->maker);
	prober_stop(&flood);
	if (err == -EPERM || err == -ENOSPC)
		SKIP(return, "users may not make user namespaces here");
	ASSERT_EQ(0, err);
	EXPECT_LT(GROUPS / 2, stats_get("evicted_armed"));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", bed.prober.pid));
	ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, 1, 96));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_EQ(SCANNER, record_u64(&r, "uid"));
}

/* Who is alone may have all of it. */
TEST_F(share, of_a_lone_user_is_the_whole_table)
{
	ASSERT_EQ(0, decoys(ping, FLOODER, GROUPS - 1, 2, 1, 0));
	EXPECT_EQ(0u, stats_get("evicted_armed"));
	EXPECT_EQ(0u, stats_get("evicted_idle"));
}

TEST_HARNESS_MAIN
