// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - /proc/netscan: who may write, odd reads, status, stats, tools, the log
 */
#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "netscan_test.h"

#define TEST_LINE	"t_proc by=parent,exe distinct=10 events=1 window=60 tools=ping\n"

static struct record r;
static char text[FILE_SIZE], again[FILE_SIZE];

FIXTURE(proc) {
	struct testbed tb;
};

FIXTURE_SETUP(proc)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
}

FIXTURE_TEARDOWN(proc)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* The value of "key: value" in the status file, or NULL. */
static const char *status_get(const char *key)
{
	static char status[16 * 1024];
	size_t len = strlen(key);
	char *line = status;

	if (file_read(PROC("status"), status, sizeof(status)) < 0)
		return NULL;
	while (line) {
		if (!strncmp(line, key, len) && !strncmp(line + len, ": ", 2)) {
			line += len + 2;
			line[strcspn(line, "\n")] = '\0';
			return line;
		}
		line = strchr(line, '\n');
		line += !!line;
	}
	return NULL;
}

TEST_F(proc, modes)
{
	static const struct {
		const char *path;
		mode_t may_not;
	} files[] = {
		{ PROC("rules"), 0077 },
		{ PROC("tools"), 0077 },
		{ PROC("exceptions"), 0077 },
		{ PROC("lock"), 0577 },
		{ PROC("groups"), 0277 },
		{ PROC("stats"), 0222 },
		{ PROC("status"), 0222 },
	};
	struct stat st;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		ASSERT_EQ(0, stat(files[i].path, &st)) TH_LOG("%s", files[i].path);
		EXPECT_TRUE(S_ISREG(st.st_mode));
		EXPECT_EQ(0u, st.st_uid);
		EXPECT_EQ(0u, st.st_mode & files[i].may_not) TH_LOG("%s", files[i].path);
	}
}

TEST_F(proc, opener_without_cap_sys_admin_may_not_write)
{
	int fd;

	ASSERT_EQ(0, sys_admin_set(false));
	fd = open(PROC("rules"), O_WRONLY);
	/* Whoever writes: it is the opener that needs the right. */
	ASSERT_EQ(0, sys_admin_set(true));
	if (fd >= 0) {
		EXPECT_EQ(-1, write(fd, TEST_LINE, strlen(TEST_LINE)));
		close(fd);
	}
	EXPECT_EQ(EPERM, errno);
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_EQ(NULL, strstr(text, "t_proc"));
}

TEST_F(proc, opener_with_cap_sys_admin_may_write)
{
	ssize_t len = strlen(TEST_LINE);
	int fd = open(PROC("rules"), O_WRONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sys_admin_set(false));
	EXPECT_EQ(len, write(fd, TEST_LINE, len));
	ASSERT_EQ(0, sys_admin_set(true));
	close(fd);
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "t_proc"));
}

TEST_F(proc, tools_needs_cap_sys_admin_too)
{
	int fd;

	ASSERT_EQ(0, sys_admin_set(false));
	fd = open(PROC("tools"), O_WRONLY);
	ASSERT_EQ(0, sys_admin_set(true));
	if (fd >= 0) {
		EXPECT_EQ(-1, write(fd, "nc t-alias\n", 11));
		close(fd);
	}
	EXPECT_EQ(EPERM, errno);
}

TEST_F(proc, opener_without_cap_sys_admin_reads_no_more_than_figures)
{
	static const char * const secret[] = {
		PROC("rules"), PROC("tools"), PROC("exceptions"), PROC("groups"),
	};
	uint64_t refused = stats_get("refused");
	unsigned int i;

	ASSERT_EQ(0, sys_admin_set(false));
	for (i = 0; i < ARRAY_SIZE(secret); i++)
		EXPECT_EQ(-EPERM, file_read(secret[i], text, sizeof(text)));
	EXPECT_LT(0, file_read(PROC("status"), text, sizeof(text)));
	ASSERT_EQ(0, sys_admin_set(true));
	/* These were no writes. */
	EXPECT_EQ(refused, stats_get("refused"));
}

/* Whether @len bytes are the same; says where they are not. */
static bool same(const char *path, const char *expected, const char *seen, ssize_t len)
{
	ssize_t at = 0;

	while (at < len && expected[at] == seen[at])
		at++;
	if (at == len)
		return true;
	fprintf(stderr, "# %s, byte %zd of %zd: %.40s#   instead of: %.40s\n", path, at, len,
		seen + at, expected + at);
	return false;
}

TEST_F(proc, odd_reads_give_the_same_text)
{
	static const char * const paths[] = {
		PROC("rules"), PROC("tools"), PROC("groups"),
	};
	const char *ping = tool_path(&self->tb, "ping");
	unsigned int i;

	/* Every fresh parent is a line in groups. They are in no order, but in the same one. */
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, ping, 0, 20));
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ssize_t len = file_read(paths[i], text, sizeof(text)), at;
		int fd = open(paths[i], O_RDONLY);

		ASSERT_LT(0, len);
		ASSERT_LE(0, fd);
		/* A byte at a time, of the first kilobytes. */
		len = len < 3000 ? len : 3000;
		for (at = 0; at < len; at++) {
			ASSERT_EQ(1, read(fd, again + at, 1));
		}
		EXPECT_TRUE(same(paths[i], text, again, len));
		/* From an offset, back and forth. */
		ASSERT_EQ(len / 2, pread(fd, again, len / 2, len - len / 2));
		EXPECT_TRUE(same(paths[i], text + len - len / 2, again, len / 2));
		ASSERT_EQ(10, pread(fd, again, 10, 1));
		EXPECT_TRUE(same(paths[i], text + 1, again, 10));
		ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
		ASSERT_EQ(10, read(fd, again, 10));
		EXPECT_TRUE(same(paths[i], text, again, 10));
		EXPECT_EQ(0, pread(fd, again, 10, FILE_SIZE));
		close(fd);
	}
}

TEST_F(proc, status_has_its_keys)
{
	static const char * const keys[] = {
		"version", "abi", "armed", "memory", "groups", "rules", "locked", "uptime",
	};
	unsigned long used, total, rules = 0;
	const char *s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		s = status_get(keys[i]);
		ASSERT_NE(NULL, s) TH_LOG("no %s", keys[i]);
		EXPECT_LT(0u, strlen(s));
	}
	EXPECT_STREQ("1", status_get("abi"));
	EXPECT_NE(NULL, strstr(status_get("armed"), "finalize_exec"));
	EXPECT_TRUE(strstr(status_get("armed"), "ftrace") ||
		    strstr(status_get("armed"), "breakpoint"));
	/* 2 MiB is the budget at default sizes. */
	EXPECT_LT(65536, atol(status_get("memory")));
	EXPECT_GE(2 * 1024 * 1024, atol(status_get("memory")));
	ASSERT_EQ(2, sscanf(status_get("groups"), "%lu/%lu", &used, &total));
	EXPECT_LE(used, total);
	EXPECT_EQ(3840u, total);
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	for (s = text; *s; s++)
		rules += *s == '\n';
	EXPECT_EQ(rules, strtoul(status_get("rules"), NULL, 10));
	/* Every line is "key: value". */
	ASSERT_LT(0, file_read(PROC("status"), text, sizeof(text)));
	for (s = text; *s; s = strchr(s, '\n') + 1) {
		size_t key = strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");

		ASSERT_LT(0u, key) TH_LOG("%s", s);
		ASSERT_EQ(0, strncmp(s + key, ": ", 2)) TH_LOG("%s", s);
		ASSERT_NE(NULL, strchr(s, '\n'));
	}
}

/* Code and data of the module included; kernels that watch it make that larger. */
TEST_F(proc, all_memory_is_two_megabytes)
{
	unsigned long memory = strtoul(status_get("memory"), NULL, 10), all;
	struct utsname kernel;

	ASSERT_EQ(0, uname(&kernel));
	if (strstr(kernel.release, "-netscan-"))
		SKIP(return, "this kernel makes the module larger");
	ASSERT_LT(0, file_read("/sys/module/netscan/coresize", text, sizeof(text)));
	all = memory + strtoul(text, NULL, 10);
	printf("# figure: %lu bytes, of which %lu are allocated\n", all, memory);
	EXPECT_LT(memory, all);
	EXPECT_GE(2 * 1024 * 1024u, all);
}

TEST_F(proc, uptime_is_in_seconds_and_goes_on)
{
	double one = atof(status_get("uptime")), two;

	usleep(1500 * 1000);
	two = atof(status_get("uptime"));
	EXPECT_LT(one, two);
	EXPECT_GT(one + 20, two);
}

TEST_F(proc, groups_used_counts_groups)
{
	unsigned long before, after, lines = 0;
	const char *ping = tool_path(&self->tb, "ping");
	const char *s;

	ASSERT_EQ(1, sscanf(status_get("groups"), "%lu/", &before));
	/* By scan one for each parent, by session one for all. */
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, PROBE_FRESH_PARENT, ping, 0, 10));
	ASSERT_EQ(1, sscanf(status_get("groups"), "%lu/", &after));
	EXPECT_EQ(before + 11, after);
	ASSERT_LT(0, file_read(PROC("groups"), text, sizeof(text)));
	for (s = text; *s; s++)
		lines += *s == '\n';
	EXPECT_EQ(after, lines);
}

/* Counters of the stats file by position, with their names; the number of them, or -1. */
static int read_stats(char names[][64], uint64_t *values, int max)
{
	char *s = text;
	int n = 0;

	if (file_read(PROC("stats"), text, sizeof(text)) <= 0)
		return -1;
	while (*s && n < max) {
		size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");
		char *end;

		if (!len || len > 63 || s[len] != ' ' || !isdigit((unsigned char)s[len + 1]))
			return -1;
		snprintf(names[n], 64, "%.*s", (int)len, s);
		values[n++] = strtoull(s + len + 1, &end, 10);
		if (*end != '\n')
			return -1;
		s = end + 1;
	}
	return n;
}

TEST_F(proc, stats_are_counters_with_names)
{
	static char names[2][128][64];
	uint64_t values[2][128];
	const char *ping = tool_path(&self->tb, "ping");
	uint64_t execs = stats_get("execs"), events = stats_get("events");
	int n, i, j;

	n = read_stats(names[0], values[0], 128);
	ASSERT_LT(5, n);
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, ping, 0, 100));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_EQ(n, read_stats(names[1], values[1], 128));
	for (i = 0; i < n; i++) {
		EXPECT_STREQ(names[0][i], names[1][i]);
		EXPECT_LE(values[0][i], values[1][i]) TH_LOG("%s went back", names[0][i]);
		for (j = 0; j < i; j++) {
			EXPECT_STRNE(names[0][j], names[0][i]);
		}
	}
	EXPECT_LE(execs + 100, stats_get("execs"));
	EXPECT_EQ(events + 100, stats_get("events"));
}

TEST_F(proc, other_execs_are_execs_but_no_events)
{
	const char *other = tool_path(&self->tb, "other");
	uint64_t execs = stats_get("execs"), events = stats_get("events");

	ASSERT_NE(UINT64_MAX, execs);
	ASSERT_NE(UINT64_MAX, events);
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, other, 0, 20));
	EXPECT_LE(execs + 20, stats_get("execs"));
	EXPECT_EQ(events, stats_get("events"));
}

static int tools_write(const char *line)
{
	return file_write(PROC("tools"), line, strlen(line));
}

TEST_F(proc, tools_read_back_can_be_written)
{
	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "\nsocat"));
	ASSERT_EQ(0, tools_write(text));
	ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
	ASSERT_STREQ(text, again);
}

TEST_F(proc, tools_take_a_new_tool_with_an_alias)
{
	const char *alias = tool_path(&self->tb, "t-alias");

	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	ASSERT_EQ(0, probe(&self->tb.prober, alias, "x", "a", NULL));
	EXPECT_EQ(0, group_find(&r, "session", "sid", self->tb.prober.pid));

	ASSERT_EQ(0, tools_write("t-new t-alias\n"));
	ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
	EXPECT_EQ(0, strncmp(text, again, strlen(text)));
	EXPECT_STREQ("t-new t-alias\n", again + strlen(text));
	/* A rule of all tools sees it at once, one that names its tools does not. */
	ASSERT_EQ(0, probe(&self->tb.prober, alias, "x", "a", NULL));
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_STREQ("t-new", record_raw(&r, "tool"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_EQ(0, group_find(&r, "scan", "sid", self->tb.prober.pid));

	ASSERT_EQ(0, tools_write("-t-new\n"));
	ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
	EXPECT_STREQ(text, again);
	ASSERT_EQ(0, probe(&self->tb.prober, alias, "x", "b", NULL));
	/* It is no tool any more, and what rules of all tools counted with it is gone. */
	EXPECT_EQ(0, group_find(&r, "session", "sid", self->tb.prober.pid));
}

TEST_F(proc, tools_line_sets_aliases_anew)
{
	const char *old = tool_path(&self->tb, "t-old"), *new = tool_path(&self->tb, "t-long-name");

	ASSERT_EQ(0, tools_write("nping t-old\n"));
	ASSERT_EQ(0, probe(&self->tb.prober, old, "x", NULL));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	EXPECT_STREQ("nping", record_raw(&r, "tool"));
	ASSERT_EQ(0, tools_write("nping t-long*\n"));
	ASSERT_EQ(0, probe(&self->tb.prober, old, "x", NULL));
	ASSERT_EQ(0, probe(&self->tb.prober, new, "x", NULL));
	ASSERT_EQ(1, group_find(&r, "session", "sid", self->tb.prober.pid));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_STREQ("nping", record_raw(&r, "tool"));
}

TEST_F(proc, tools_bad_input_is_refused_and_changes_nothing)
{
	static const char * const bad[] = {
		"nc t/alias\n", "t\"new\n", "nc \xff\n", "-\n", "-t-absent\n", "nc ping\n",
		"nc a-name-that-is-far-longer-than-any-name-of-a-tool-may-be\n", "nc t=x\n",
		"-nc\n", "t-new *\n", "t-new t*x\n", "t-new t-a t-a\n", "-nping t-a\n", "all\n",
	};
	unsigned int i;

	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, tools_write(bad[i])) TH_LOG("%s", bad[i]);
		ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
		EXPECT_STREQ(text, again) TH_LOG("changed by %s", bad[i]);
		if (strcmp(text, again)) {
			ASSERT_EQ(0, tools_write(self->tb.tools));
		}
	}
	EXPECT_EQ(-EINVAL, file_write(PROC("tools"), "nc t-alias\0", 11));
}

TEST_F(proc, read_only_files_refuse_writes)
{
	EXPECT_GT(0, file_write(PROC("groups"), "x\n", 2));
	EXPECT_GT(0, file_write(PROC("stats"), "x\n", 2));
	EXPECT_GT(0, file_write(PROC("status"), "x\n", 2));
}

TEST_F(proc, refusal_gives_its_reason_in_the_log)
{
	int kmsg = log_open();
	unsigned int tries;
	bool found = false;

	ASSERT_LE(0, kmsg);
	/* Other tests' refusals may have used up what the rate limit allows. */
	for (tries = 0; tries < 15 && !found; tries++) {
		EXPECT_EQ(-EINVAL, rules_write("scan colour=1\n"));
		found = log_count(kmsg, ";netscan: rules: write refused: unknown field");
		if (!found)
			sleep(1);
	}
	EXPECT_TRUE(found);
	close(kmsg);
}

TEST_HARNESS_MAIN
