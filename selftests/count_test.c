// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - what is counted: boundaries of the built-in rules, with real execs
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;

FIXTURE(count) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(count)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
}

FIXTURE_TEARDOWN(count)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* The next record of this test is an alert that the event number @expected_events completed. */
#define ASSERT_ALERT(expected_rule, expected_events) do {			\
	ASSERT_EQ(1, testbed_next(&self->tb, &r));				\
	ASSERT_STREQ("alert", record_raw(&r, "type"));				\
	EXPECT_STREQ(expected_rule, record_raw(&r, "rule"));			\
	EXPECT_EQ(100u, record_u64(&r, "distinct"));				\
	EXPECT_EQ(expected_events, record_u64(&r, "events"));			\
} while (0)

TEST_F(count, host_97_alerts)
{
	uint64_t first_before, first_after;

	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 0, 1));
	first_before = self->tb.prober.before_ns;
	first_after = self->tb.prober.after_ns;
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 1, 96));

	/* "ping", "-c", "1" and 97 hosts: had the first 96 alerted, that would come first here. */
	ASSERT_ALERT("scan", 97u);
	EXPECT_EQ(540u, record_u64(&r, "window"));
	EXPECT_LE(first_before, record_ns(&r, "first"));
	EXPECT_GE(first_after, record_ns(&r, "first"));
	EXPECT_LE(self->tb.prober.before_ns, record_ns(&r, "last"));
	EXPECT_GE(self->tb.prober.after_ns, record_ns(&r, "last"));
}

TEST_F(count, hosts_96_are_silent)
{
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 0, 96));
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

TEST_F_TIMEOUT(count, thousand_execs_of_50_hosts_are_silent, 120)
{
	unsigned int round;

	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, self->ping, 0, 50));
	}
	/* 53 terms are there; 47 new ones complete it. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "new", 46));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 1002u);
}

TEST_F(count, one_exec_with_100_arguments_alerts)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	ASSERT_ALERT("scan", 1u);
}

TEST_F(count, one_exec_with_99_arguments_is_silent)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 98));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 2u);
}

TEST_F(count, argument_of_1024_bytes_counts)
{
	char arg[1025];

	memset(arg, 'a', 1024);
	arg[1024] = '\0';
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 98));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", arg, NULL));
	ASSERT_ALERT("scan", 2u);
}

TEST_F(count, argument_of_1025_bytes_does_not_but_its_neighbours_do)
{
	char arg[1026];

	memset(arg, 'a', 1025);
	arg[1025] = '\0';
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 96));
	/* "before" and "after" make 99; were the long one counted, this would alert. */
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "before", arg, "after", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 3u);
}

TEST_F(count, long_arguments_of_one_start_are_told_apart)
{
	char arg[1025];

	memset(arg, 'a', 1024);
	arg[1024] = '\0';
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 97));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", arg, NULL));
	arg[1023] = 'b';
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", arg, NULL));
	ASSERT_ALERT("scan", 3u);
}

TEST_F(count, empty_argument_counts_once)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 97));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "", "", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 4u);
}

TEST_F(count, empty_argument_completes)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 98));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "", NULL));
	ASSERT_ALERT("scan", 2u);
}

TEST_F(count, same_argument_elsewhere_counts_once)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 98));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "host5", "host4", "host3", "ping",
			   "host97", "host0", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "one-more", "host1", NULL));
	ASSERT_ALERT("scan", 3u);
}

TEST_F(count, same_arguments_at_any_offset_count_once)
{
	static char args[80][128];
	char *argv[83];
	unsigned int i, shift;

	/* 10 KiB of arguments, moved on by some bytes each time, across what is read at a time. */
	argv[0] = "ping";
	for (i = 0; i < 80; i++) {
		memset(args[i], 'a' + i % 26, 127);
		snprintf(args[i], sizeof(args[i]), "%u", i);
		args[i][strlen(args[i])] = '-';
		argv[i + 2] = args[i];
	}
	argv[82] = NULL;
	for (shift = 0; shift < 18; shift++) {
		char pad[64] = "";

		argv[1] = memset(pad, 'P', 3 * shift);
		ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, self->ping, argv));
	}
	/* 1 + 80 + 18 paddings, one of them empty. */
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 19u);
}

TEST_F(count, comparison_is_byte_for_byte)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 94));
	/* Four more: case, and the same letter in two encodings. */
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "HOST1", "PING", "\xc3\xa9",
			   "\xe9", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", "one-more", NULL));
	ASSERT_ALERT("scan", 3u);
}

TEST_F(count, failed_execs_never_count)
{
	const char *nc = tool_copy(&self->tb, "/proc/self/mounts", "nc");
	char nowhere[300], hping[300];
	int fd;

	snprintf(nowhere, sizeof(nowhere), "%s/no/ping", self->tb.dir);
	snprintf(hping, sizeof(hping), "%s/hping3", self->tb.dir);
	fd = open(hping, O_WRONLY | O_CREAT, 0644);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_NE(NULL, nc);

	EXPECT_EQ(-ENOENT, probe_burst(&self->tb.prober, 0, nowhere, "a", 120));
	EXPECT_EQ(-EACCES, probe_burst(&self->tb.prober, 0, hping, "b", 120));
	EXPECT_EQ(-ENOEXEC, probe_burst(&self->tb.prober, 0, nc, "c", 120));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	/* By the rule of one session as well, this is the first event. */
	ASSERT_ALERT("scan", 1u);
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_EQ(1u, record_u64(&r, "events"));
}

TEST_F(count, other_programs_never_count)
{
	const char *other = tool_path(&self->tb, "other");

	/* argv[0] says what it is only where one file is many tools. */
	ASSERT_NE(NULL, other);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, other, "a", 120));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	ASSERT_ALERT("scan", 1u);
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_EQ(1u, record_u64(&r, "events"));
}

TEST_F(count, names_match_whatever_argv0_says)
{
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "sh", "-c", NULL));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_EQ(2u, record_u64(&r, "distinct"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
}

TEST_F(count, link_name_and_file_name_both_match)
{
	const char *other = tool_path(&self->tb, "other");
	char link_to_other[300], link_to_ping[300];

	snprintf(link_to_other, sizeof(link_to_other), "%s/socat", self->tb.dir);
	snprintf(link_to_ping, sizeof(link_to_ping), "%s/pong", self->tb.dir);
	ASSERT_EQ(0, symlink(other, link_to_other));
	ASSERT_EQ(0, symlink(self->ping, link_to_ping));

	ASSERT_EQ(0, probe(&self->tb.prober, link_to_other, "x", NULL));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("socat", record_raw(&r, "tool"));

	ASSERT_EQ(0, probe(&self->tb.prober, link_to_ping, "y", NULL));
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_EQ(2u, record_u64(&r, "events"));
}

TEST_F(count, file_name_matches_through_a_descriptor)
{
	int fd = open(self->ping, O_RDONLY);
	char path[64];

	/* As with fexecve, the path given is a number. */
	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	ASSERT_EQ(0, probe(&self->tb.prober, path, "x", NULL));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	close(fd);
}

TEST_F(count, many_events_threshold)
{
	ASSERT_EQ(0, rules_write("t_many by=parent,exe distinct=5 events=4 window=600 tools=ping"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 9));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", NULL));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("t_many", record_raw(&r, "rule"));
	EXPECT_EQ(4u, record_u64(&r, "events"));
	EXPECT_EQ(10u, record_u64(&r, "distinct"));
}

TEST_HARNESS_MAIN
