// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - netscan-logger with the real device: raw on a pipe, --once, a reload
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char text[FILE_SIZE], expected[FILE_SIZE];

FIXTURE(logger) {
	struct testbed tb;
	const char *ping;
	const char *path;
	pid_t pid;
	int out;
};

FIXTURE_SETUP(logger)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	self->path = getenv("NETSCAN_LOGGER") ?: "/usr/bin/netscan-logger";
	self->out = -1;
}

FIXTURE_TEARDOWN(logger)
{
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Starts the logger with standard output in a pipe whose read end is returned. */
static int start_logger(const char *path, const char *option, pid_t *pid)
{
	int fds[2];

	if (pipe(fds))
		return -1;
	*pid = fork();
	if (!*pid) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execl(path, "netscan-logger", option, NULL);
		_exit(127);
	}
	close(fds[1]);
	return fds[0];
}

/* Reads @fd to its end, or until @until has come or the patience has gone; the length. */
static size_t read_until(int fd, const char *until)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	text[0] = '\0';
	while (len < sizeof(text) - 1 && poll(&pfd, 1, PATIENCE_MS) == 1) {
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			break;
		len += n;
		text[len] = '\0';
		if (until && strstr(text, until))
			break;
	}
	return len;
}

static int exit_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void all_records(char *to, size_t size)
{
	int dev = open(DEVICE, O_RDONLY | O_NONBLOCK);
	size_t len = 0;
	ssize_t n;

	while (dev >= 0 && (n = read(dev, to + len, size - 1 - len)) > 0)
		len += n;
	to[len] = '\0';
	close(dev);
}

TEST_F(logger, once_prints_what_is_kept_as_received)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	self->out = start_logger(self->path, "--once", &self->pid);
	ASSERT_LE(0, self->out);
	read_until(self->out, NULL);
	EXPECT_EQ(0, exit_status(self->pid));
	self->pid = 0;
	all_records(expected, sizeof(expected));
	EXPECT_NE(NULL, strstr(expected, r.line));
	/* A record that came in between is the end of the longer one. */
	EXPECT_EQ(0, strncmp(expected, text, strlen(text)));
	EXPECT_NE(NULL, strstr(text, r.line));
}

TEST_F(logger, follows_and_survives_unload_and_load)
{
	char sid[32];

	close(self->tb.dev);
	self->tb.dev = -1;
	self->out = start_logger(self->path, NULL, &self->pid);
	ASSERT_LE(0, self->out);
	snprintf(sid, sizeof(sid), " sid=%d ", self->tb.prober.pid);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	read_until(self->out, sid);
	ASSERT_NE(NULL, strstr(text, sid));

	/* It holds the module until it is asked to let go. */
	EXPECT_EQ(-EWOULDBLOCK, module_unload());
	ASSERT_EQ(0, kill(self->pid, SIGUSR1));
	for (int tries = 0; tries < 100 && module_unload(); tries++)
		usleep(50 * 1000);
	ASSERT_FALSE(module_loaded());
	ASSERT_EQ(0, module_load(""));
	prober_stop(&self->tb.prober);
	ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
	snprintf(sid, sizeof(sid), " sid=%d ", self->tb.prober.pid);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 99));
	read_until(self->out, sid);
	EXPECT_NE(NULL, strstr(text, sid));

	ASSERT_EQ(0, kill(self->pid, SIGTERM));
	EXPECT_EQ(0, exit_status(self->pid));
	self->pid = 0;
}

TEST_F(logger, usage)
{
	self->out = start_logger(self->path, "--help", &self->pid);
	EXPECT_LT(0u, read_until(self->out, NULL));
	EXPECT_NE(NULL, strstr(text, "--once"));
	EXPECT_EQ(0, exit_status(self->pid));
	close(self->out);
	self->out = start_logger(self->path, "--no-such-option", &self->pid);
	EXPECT_EQ(0u, read_until(self->out, NULL));
	EXPECT_EQ(2, exit_status(self->pid));
	self->pid = 0;
}

TEST_HARNESS_MAIN
