// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - shares of the table: one user's decoys do not evict another user's groups
 *
 * The module is loaded with its smallest table, of 64 groups, and back at default size afterwards.
 */
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

FIXTURE_SETUP(share)
{
	uid_t uid = SCANNER;
	const char *path;

	self->tb = &bed;
	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
	ASSERT_EQ(0, testbed_reload(&bed, "groups=64 rules=\"session enabled=0\""));
	ASSERT_EQ(0, session_run(&bed, be_user, &uid));
}

FIXTURE_TEARDOWN(share)
{
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

/* Each decoy counts more than the scan has for half of its way. */
TEST_F_TIMEOUT(share, is_not_taken_by_decoys_of_another_user, 120)
{
	unsigned int host;

	for (host = 0; host < 97; host++) {
		ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, host, 1));
		ASSERT_EQ(0, decoys(ping, FLOODER, 16, 50, 16 * host));
	}
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_EQ(100u, record_u64(&r, "distinct"));
	EXPECT_EQ(SCANNER, record_u64(&r, "uid"));
	EXPECT_LT(0u, stats_get("evicted_armed"));
}

/* Who is alone may have all of it. */
TEST_F(share, of_a_lone_user_is_the_whole_table)
{
	ASSERT_EQ(0, decoys(ping, FLOODER, GROUPS - 1, 2, 0));
	EXPECT_EQ(0u, stats_get("evicted_armed"));
	EXPECT_EQ(0u, stats_get("evicted_idle"));
}

TEST_HARNESS_MAIN
