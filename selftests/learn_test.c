// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - netscan-learn with the real tools of this machine: copies of them are known
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "session.h"

#define LEARN		"/usr/bin/netscan-learn"
#define PING		"/usr/bin/ping"
#define BUSYBOX		"/usr/bin/busybox"

static char before[64 * 1024], text[64 * 1024], said[64 * 1024];
static struct record r;

FIXTURE(learn) {
	struct testbed tb;
	const char *program;
};

static void __attribute__((constructor)) need_programs(void)
{
	program_needs(getenv("NETSCAN_LEARN") ?: LEARN);
	program_needs(PING);
}

FIXTURE_SETUP(learn)
{
	self->program = getenv("NETSCAN_LEARN") ?: LEARN;
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_LT(0, file_read(PROC("tools"), before, sizeof(before)));
}

FIXTURE_TEARDOWN(learn)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Runs it; its exit status. What it has printed is in said. */
static int run_learn(const char *program, const char *option, uid_t uid)
{
	int fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		if (uid && setuid(uid))
			_exit(126);
		execl(program, "netscan-learn", option, NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	close(fds[0]);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Is each line of the tools before still there, with nothing but build-ids added to some? */
static bool only_longer(const char *tools)
{
	const char *old = before;
	size_t len;

	for (; *old; old += len + 1) {
		len = strcspn(old, "\n");
		if (strncmp(tools, old, len))
			return false;
		tools += len;
		if (!strncmp(tools, " buildid=", 9))
			tools += 9 + strspn(tools + 9, "0123456789abcdef,");
		if (*tools++ != '\n')
			return false;
	}
	return !*tools;
}

TEST_F(learn, makes_a_copy_of_ping_known)
{
	const char *pong = tool_copy(&self->tb, PING, "pong");

	ASSERT_NE(NULL, pong);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, pong, "a", 120));
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
	ASSERT_EQ(0, run_learn(self->program, NULL, 0)) {
		TH_LOG("%s", said);
	}
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, pong, "b", 120));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("buildid", record_raw(&r, "match"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_NE(NULL, strstr(record_raw(&r, "exe"), "/pong"));
}

TEST_F(learn, adds_to_what_is_listed)
{
	ASSERT_EQ(0, run_learn(self->program, "--dry-run", 0));
	EXPECT_NE(NULL, strstr(said, "+ping buildid="));
	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	EXPECT_STREQ(before, text);

	ASSERT_EQ(0, run_learn(self->program, NULL, 0));
	EXPECT_NE(NULL, strstr(said, "+ping buildid="));
	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	EXPECT_STRNE(before, text);
	EXPECT_TRUE(only_longer(text)) {
		TH_LOG("was:\n%sis:\n%s", before, text);
	}

	strcpy(before, text);
	ASSERT_EQ(0, run_learn(self->program, NULL, 0));
	EXPECT_EQ(NULL, strstr(said, "buildid="));
	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	EXPECT_STREQ(before, text);
}

TEST_F(learn, says_who_may_write)
{
	EXPECT_EQ(1, run_learn(self->program, NULL, 65534));
	EXPECT_NE(NULL, strstr(said, "Permission denied (run as root)"));
}

/**
 * struct copy - a program, and what its copy is to be taken for
 * @from: the program
 * @argv: how it is run
 * @tool: the tool that it then is
 * @match: by which sign
 */
struct copy {
	const char *from;
	char *argv[3];
	const char *tool;
	const char *match;
};

static struct copy copies[] = {
	{ "/usr/bin/nc.openbsd", { "x", "-h" }, "nc", "buildid" },
	{ "/usr/bin/nc.traditional", { "x", "-h" }, "nc", "buildid" },
	{ "/usr/bin/ncat", { "x", "--version" }, "ncat", "buildid" },
	{ "/usr/bin/socat1", { "x", "-V" }, "socat", "buildid" },
	{ "/usr/sbin/hping3", { "x", "-v" }, "hping3", "buildid" },
	{ BUSYBOX, { "nc", "-h" }, "nc", "argv" },
	{ "/usr/bin/toybox", { "netcat", "--help" }, "netcat", "argv" },
	{ "/usr/bin/ld.so", { "x", PING, "-V" }, "ping", "loader" },
};

TEST_F(learn, knows_the_copies_of_all_that_are_installed)
{
	char *argv[4], name[16];
	unsigned int i, tried = 0;
	const char *path;

	ASSERT_EQ(0, run_learn(self->program, NULL, 0));
	ASSERT_EQ(0, rules_write("t_learn by=parent,tool distinct=1 events=1 window=60 tools=all"));
	for (i = 0; i < ARRAY_SIZE(copies); i++) {
		/* Debian's toybox has none. */
		if (!build_id_of(copies[i].from, NULL))
			continue;
		snprintf(name, sizeof(name), "other%u", i);
		path = tool_copy(&self->tb, copies[i].from, name);
		ASSERT_NE(NULL, path);
		memcpy(argv, copies[i].argv, sizeof(copies[i].argv));
		argv[3] = NULL;
		session_run(&self->tb, NULL, NULL);
		ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, path, argv));
		ASSERT_EQ(1, testbed_next(&self->tb, &r)) {
			TH_LOG("a copy of %s is not known; learned was:\n%s", copies[i].from, said);
		}
		EXPECT_STREQ(copies[i].tool, record_raw(&r, "tool"));
		EXPECT_STREQ(copies[i].match, record_raw(&r, "match"));
		tried++;
	}
	EXPECT_LT(2u, tried);
}

TEST_HARNESS_MAIN
