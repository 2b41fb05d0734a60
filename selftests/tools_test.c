// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the tools as Debian installs them, and the shells that run them
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char decoded[LINE_SIZE];

FIXTURE(tool) {
	struct testbed tb;
};

/*
 * The program at @path, or a link named @link to it, is run with @argv and is the tool @tool. It
 * needs not succeed, only be exec'ed.
 */
FIXTURE_VARIANT(tool) {
	const char *path;
	const char *link;
	const char *tool;
	char *argv[8];
};

FIXTURE_VARIANT_ADD(tool, ping) {
	.path = "/usr/bin/ping", .tool = "ping",
	.argv = { "ping", "-c", "1", "-W", "2", "127.0.0.1" },
};

FIXTURE_VARIANT_ADD(tool, nc_by_alternatives) {
	.path = "/usr/bin/nc", .tool = "nc",
	.argv = { "nc", "-z", "-w", "1", "127.0.0.1", "9" },
};

FIXTURE_VARIANT_ADD(tool, nc_openbsd) {
	.path = "/usr/bin/nc.openbsd", .tool = "nc",
	.argv = { "nc.openbsd", "-z", "-w", "1", "127.0.0.1", "9" },
};

FIXTURE_VARIANT_ADD(tool, nc_traditional) {
	.path = "/usr/bin/nc.traditional", .tool = "nc",
	.argv = { "nc.traditional", "-z", "-w", "1", "127.0.0.1", "9" },
};

FIXTURE_VARIANT_ADD(tool, ncat) {
	.path = "/usr/bin/ncat", .tool = "ncat",
	.argv = { "ncat", "-z", "-w", "1", "127.0.0.1", "9" },
};

FIXTURE_VARIANT_ADD(tool, socat) {
	.path = "/usr/bin/socat", .tool = "socat",
	.argv = { "socat", "-u", "-T1", "-lf/dev/null", "OPEN:/dev/null", "TCP:127.0.0.1:9" },
};

FIXTURE_VARIANT_ADD(tool, hping3) {
	.path = "/usr/sbin/hping3", .tool = "hping3",
	.argv = { "hping3", "-c", "1", "-q", "-1", "127.0.0.1" },
};

FIXTURE_VARIANT_ADD(tool, nping) {
	.path = "/usr/bin/nping", .tool = "nping",
	.argv = { "nping", "-q", "-c", "1", "--tcp-connect", "127.0.0.1" },
};

FIXTURE_VARIANT_ADD(tool, busybox_ping) {
	.path = "/usr/bin/busybox", .link = "ping", .tool = "ping",
	.argv = { "ping", "-c", "1", "-W", "2", "127.0.0.1" },
};

FIXTURE_VARIANT_ADD(tool, busybox_nc) {
	.path = "/usr/bin/busybox", .link = "nc", .tool = "nc",
	.argv = { "nc", "-w", "1", "127.0.0.1", "9", "-n" },
};

FIXTURE_VARIANT_ADD(tool, busybox_by_argv0) {
	.path = "/usr/bin/busybox", .tool = "ping",
	.argv = { "ping", "-c", "1", "-W", "2", "127.0.0.1" },
};

FIXTURE_VARIANT_ADD(tool, busybox_by_argv1) {
	.path = "/usr/bin/busybox", .tool = "ping",
	.argv = { "busybox", "ping", "-c", "1", "127.0.0.1" },
};

FIXTURE_SETUP(tool)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_EQ(0, rules_write("t_tool by=parent,exe distinct=5 events=1 window=60 tools=ping,nc,"
				 "ncat,socat,hping3,nping\n"));
}

FIXTURE_TEARDOWN(tool)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static int quiet(void *arg)
{
	int null = open("/dev/null", O_RDWR);

	(void)arg;
	return dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ? -errno : 0;
}

TEST_F(tool, is_recognised)
{
	char link_path[300], resolved[PATH_MAX];
	const char *path = variant->path;

	if (access(path, X_OK))
		SKIP(return, "%s is not installed", path);
	if (variant->link) {
		snprintf(link_path, sizeof(link_path), "%s/%s", self->tb.dir, variant->link);
		ASSERT_EQ(0, symlink(path, link_path));
		path = link_path;
	}
	ASSERT_NE(NULL, realpath(path, resolved));
	prober_stop(&self->tb.prober);
	ASSERT_EQ(0, prober_start(&self->tb.prober, quiet, NULL));
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, path, variant->argv));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("t_tool", record_raw(&r, "rule"));
	EXPECT_STREQ(variant->tool, record_raw(&r, "tool"));
	ASSERT_LT(0, record_bytes(&r, "exe", decoded));
	EXPECT_STREQ(resolved, decoded);
	EXPECT_TRUE(record_argv_is(&r, "args_last", variant->argv));
}

FIXTURE(sweep) {
	struct testbed tb;
	const char *ping;
};

/* A sweep of 120 hosts as people write it: @script has the path of ping as $1. */
FIXTURE_VARIANT(sweep) {
	const char *shell;
	const char *script;
	const char *rule;
};

FIXTURE_VARIANT_ADD(sweep, bash_loop) {
	.shell = "/bin/bash", .rule = "scan",
	.script = "for i in {1..120}; do $1 -c 1 10.0.0.$i; done",
};

FIXTURE_VARIANT_ADD(sweep, bash_background) {
	.shell = "/bin/bash", .rule = "scan",
	.script = "for i in {1..120}; do $1 -c 1 10.0.0.$i & done; wait",
};

FIXTURE_VARIANT_ADD(sweep, bash_subshells) {
	.shell = "/bin/bash", .rule = "session",
	.script = "for i in {1..120}; do ( $1 -c 1 10.0.0.$i; true ) & done; wait",
};

FIXTURE_VARIANT_ADD(sweep, bash_pipeline) {
	.shell = "/bin/bash", .rule = "scan",
	.script = "for i in {1..120}; do $1 -c 1 10.0.0.$i | read -r x; done; true",
};

FIXTURE_VARIANT_ADD(sweep, dash_loop) {
	.shell = "/bin/dash", .rule = "scan",
	.script = "i=0; while [ $((i = i + 1)) -le 120 ]; do $1 -c 1 10.0.0.$i; done",
};

FIXTURE_VARIANT_ADD(sweep, dash_script_per_host) {
	.shell = "/bin/dash", .rule = "session",
	.script = "i=0; while [ $((i = i + 1)) -le 120 ]; do dash -c \"$1 -c 1 h$i; :\"; done",
};

FIXTURE_VARIANT_ADD(sweep, xargs) {
	.shell = "/bin/bash", .rule = "scan",
	.script = "printf '%s\\n' 10.0.0.{1..120} | xargs -n 1 $1 -c 1",
};

FIXTURE_SETUP(sweep)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
}

FIXTURE_TEARDOWN(sweep)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

TEST_F_TIMEOUT(sweep, is_one_alert, 60)
{
	static char script[512];

	if (access(variant->shell, X_OK))
		SKIP(return, "%s is not installed", variant->shell);
	snprintf(script, sizeof(script), "PATH=/usr/bin:/bin; %s", variant->script);
	ASSERT_EQ(0, probe(&self->tb.prober, variant->shell, "sh", "-c", script, "sh", self->ping,
			   NULL));
	ASSERT_EQ(0, self->tb.prober.status);
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ(variant->rule, record_raw(&r, "rule"));
	EXPECT_EQ(100u, record_u64(&r, "distinct"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_EQ(0, testbed_alerts(&self->tb, NULL));
}

FIXTURE(script) {
	struct testbed tb;
};

FIXTURE_SETUP(script)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
}

FIXTURE_TEARDOWN(script)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

TEST_F(script, named_as_a_tool_is_one)
{
	const char *interpreter = tool_path(&self->tb, "interpreter");
	char path[300], text[320];
	int fd, len;

	snprintf(path, sizeof(path), "%s/ping", self->tb.dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ASSERT_LE(0, fd);
	len = snprintf(text, sizeof(text), "#!%s\n", interpreter);
	ASSERT_EQ(len, write(fd, text, len));
	close(fd);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, path, "host", 120));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("scan", record_raw(&r, "rule"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_STREQ(interpreter, record_raw(&r, "exe"));
}

TEST_HARNESS_MAIN
