// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - no argument, name or path can forge a line, a key or another argument
 *
 * Each case execs a tool with hostile arguments, reads the alert with the strict parser and
 * compares what it decodes to, byte for byte, with what was exec'ed.
 */
#include <sys/prctl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char decoded[LINE_SIZE];

FIXTURE(escape) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_VARIANT(escape) {
	char *argv[12];
};

#define FORGED_RECORD								\
	"x\"\ntype=alert seq=1 time=1795484423.123456789 rule=scan scan_id=1 by=parent,exe "	\
	"distinct=100 events=97 window=540 first=1.000000000 last=1.000000000 tool=\"ping\"\n"

FIXTURE_VARIANT_ADD(escape, plain) {
	.argv = { "ping", "-c", "1", "10.0.0.1", "~!@#$%^&*()_+{}|:<>?", "'`,./;[]=-" },
};

FIXTURE_VARIANT_ADD(escape, newlines_and_controls) {
	.argv = { "ping", "a\nb", "\n", "\r\n", "\t\v\f\b\a\033[31m", "\x7f\x01\x1f" },
};

FIXTURE_VARIANT_ADD(escape, quotes_and_backslashes) {
	.argv = { "ping", "\"", "\\", "\\\"", "\\x41", "\\\\x5c\"\\n", "a\"b" },
};

FIXTURE_VARIANT_ADD(escape, spaces) {
	.argv = { "ping", " ", "  ", "a b", " a", "a ", "\\x20" },
};

FIXTURE_VARIANT_ADD(escape, empty_arguments) {
	.argv = { "ping", "", "a", "b", "", "", "c", "d", "" },
};

FIXTURE_VARIANT_ADD(escape, not_utf8) {
	.argv = { "ping", "\xff\xfe", "\xc3", "\xc3\xa9", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80" },
};

FIXTURE_VARIANT_ADD(escape, forged_record) {
	.argv = { "ping", FORGED_RECORD, "\" scan_id=7 tool=\"nc", "args_last=", "a=b",
		  "type=lost lost=99" },
};

FIXTURE_VARIANT_ADD(escape, hostile_argv0) {
	.argv = { "\" rule=none\n", "a", "b", "c", "d", "e" },
};

FIXTURE_SETUP(escape)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, rules_write("t_escape by=parent distinct=5 events=1 window=60 tools=ping\n"));
}

FIXTURE_TEARDOWN(escape)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

TEST_F(escape, arguments_survive)
{
	char *const *argv = variant->argv;
	unsigned int argc = 0;

	while (argv[argc])
		argc++;
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, self->ping, argv));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_escape", record_raw(&r, "rule"));
	EXPECT_EQ(argc, record_u64(&r, "argc"));
	EXPECT_STREQ("0", record_raw(&r, "args_last_cut"));
	EXPECT_TRUE(record_argv_is(&r, "args_last", argv));
	if (record_is(&r, "args_first_cut", "0")) {
		EXPECT_TRUE(record_argv_is(&r, "args_first", argv));
	}

	/* The same group in the table: one line each there as well. */
	ASSERT_EQ(1, group_find(&r, "t_escape", "sid", self->tb.prober.pid));
}

FIXTURE(names) {
	struct testbed tb;
};

FIXTURE_SETUP(names)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_EQ(0, rules_write("t_names by=parent distinct=5 events=1 window=60 tools=ping\n"));
}

FIXTURE_TEARDOWN(names)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static int hostile_comm(void *arg)
{
	return prctl(PR_SET_NAME, arg) ? -errno : 0;
}

TEST_F(names, every_byte_in_an_argument)
{
	const char *ping = tool_path(&self->tb, "ping");
	char arg[2][130];
	char *argv[] = { "ping", arg[0], "a", "b", "c", NULL };
	int half, i;

	ASSERT_NE(NULL, ping);
	for (half = 0; half < 2; half++) {
		for (i = 0; i < 128; i++)
			arg[half][i] = half * 128 + i ?: 'z';
		arg[half][128] = '\0';
		argv[1] = arg[half];
		prober_stop(&self->tb.prober);
		ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
		ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, ping, argv));
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
		/* 128 bytes of four characters each: just what a command line may take here. */
		if (record_is(&r, "args_last_cut", "0")) {
			EXPECT_TRUE(record_argv_is(&r, "args_last", argv));
		} else {
			EXPECT_EQ(1, half) TH_LOG("mostly plain text was cut");
		}
	}
}

TEST_F(names, parent_comm)
{
	static char comm[] = "a\" b=\\\n\x80\xff";
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_NE(NULL, ping);
	prober_stop(&self->tb.prober);
	ASSERT_EQ(0, prober_start(&self->tb.prober, hostile_comm, comm));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "x", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_EQ((ssize_t)strlen(comm), record_bytes(&r, "parent_comm", decoded));
	EXPECT_STREQ(comm, decoded);
	ASSERT_EQ(1, group_find(&r, "t_names", "sid", self->tb.prober.pid));
	ASSERT_EQ((ssize_t)strlen(comm), record_bytes(&r, "parent_comm", decoded));
	EXPECT_STREQ(comm, decoded);
}

TEST_F(names, path_of_the_tool)
{
	char dir[300], path[320];
	const char *ping = tool_path(&self->tb, "ping");

	ASSERT_NE(NULL, ping);
	snprintf(dir, sizeof(dir), "%s/\"\n exe=\\\xff ", self->tb.dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	snprintf(path, sizeof(path), "%s/ping", dir);
	ASSERT_EQ(0, rename(ping, path));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, path, "x", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	unlink(path);
	rmdir(dir);
	ASSERT_EQ((ssize_t)strlen(path), record_bytes(&r, "exe", decoded));
	EXPECT_STREQ(path, decoded);
}

TEST_F(names, long_path_and_long_arguments_stay_one_line)
{
	static char args[40][1025];
	const char *ping = tool_path(&self->tb, "ping");
	char *argv[42] = { "ping" };
	unsigned int i;

	/* Every byte of these takes four in a record. */
	ASSERT_NE(NULL, ping);
	for (i = 0; i < 40; i++) {
		memset(args[i], 0x80 + i, 1024);
		argv[i + 1] = args[i];
	}
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, ping, argv));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_GE(8192u, r.len);
	EXPECT_STRNE("0", record_raw(&r, "args_last_cut"));
	/* What is there of it is its beginning. */
	ASSERT_LT(8, record_bytes(&r, "args_last", decoded));
	EXPECT_EQ(0, strncmp("ping \x80\x80", decoded, 7));
	EXPECT_EQ(41u, record_u64(&r, "argc"));
}

TEST_HARNESS_MAIN
