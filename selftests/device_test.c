// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - /dev/netscan as a file: who may open it, what each call on it does
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char line[LINE_SIZE];

FIXTURE(device) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(device)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, rules_write("t_each by=parent distinct=1 events=1 window=600 tools=ping\n"));
}

FIXTURE_TEARDOWN(device)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* One alert for each: every probe has a parent of its own. */
static int emit(struct testbed *tb, const char *ping, unsigned int count)
{
	return probe_hosts(&tb->prober, PROBE_FRESH_PARENT, ping, 0, count);
}

/* Has another process emit one alert after @delay_ms, while this one is blocked. */
static pid_t emit_later(struct testbed *tb, const char *ping, unsigned int delay_ms)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	usleep(delay_ms * 1000);
	_exit(emit(tb, ping, 1) ? 1 : 0);
}

static int exit_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void set_blocking(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

static uint64_t next_seq(int fd)
{
	return record_read(fd, &r, PATIENCE_MS) == 1 ? record_u64(&r, "seq") : 0;
}

TEST_F(device, is_a_character_device_for_root_s_eyes_only)
{
	struct stat st;

	ASSERT_EQ(0, stat(DEVICE, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0400u, st.st_mode & 07777u);
	EXPECT_EQ(0u, st.st_uid);
	EXPECT_EQ(0u, st.st_gid);
}

TEST_F(device, refuses_other_users)
{
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		if (open(DEVICE, O_RDONLY) >= 0)
			_exit(2);
		_exit(errno == EACCES ? 0 : 3);
	}
	EXPECT_EQ(0, exit_status(pid));
}

TEST_F(device, refuses_writes)
{
	int fd = open(DEVICE, O_RDWR | O_NONBLOCK);

	/* Whether the open or the write says no, nothing is written. */
	if (fd >= 0) {
		EXPECT_EQ(-1, write(fd, "x", 1));
		close(fd);
	}
	EXPECT_EQ(-1, write(self->tb.dev, "x", 1));
	EXPECT_EQ(EBADF, errno);
}

TEST_F(device, refuses_ioctl_and_seeking)
{
	int argument = 0;

	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	EXPECT_EQ(-1, ioctl(self->tb.dev, _IO('n', 1), &argument));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->tb.dev, FIONREAD, &argument));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, lseek(self->tb.dev, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, lseek(self->tb.dev, 0, SEEK_CUR));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, lseek(self->tb.dev, 0, SEEK_END));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->tb.dev, line, sizeof(line), 0));
	EXPECT_EQ(ESPIPE, errno);
	/* None of this moved the cursor. */
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
}

TEST_F(device, nonblocking_read_says_eagain)
{
	device_drain(self->tb.dev);
	ASSERT_EQ(-1, read(self->tb.dev, line, sizeof(line)));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
}

TEST_F(device, blocking_read_waits_for_a_record)
{
	uint64_t before = now_ns();
	pid_t pid = emit_later(&self->tb, self->ping, 300);
	ssize_t len;

	set_blocking(self->tb.dev, true);
	do {
		len = read(self->tb.dev, line, sizeof(line));
		ASSERT_LT(0, len);
		ASSERT_EQ(NULL, record_parse(&r, line, len));
	} while (record_u64(&r, "sid") != (uint64_t)self->tb.prober.pid);
	EXPECT_LE(before + 300 * 1000000ULL, now_ns());
	EXPECT_EQ(0, exit_status(pid));
}

TEST_F(device, poll_waits_and_tells)
{
	struct pollfd pfd = { .fd = self->tb.dev, .events = POLLIN };
	pid_t pid;

	device_drain(self->tb.dev);
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	pid = emit_later(&self->tb, self->ping, 200);
	ASSERT_EQ(1, poll(&pfd, 1, PATIENCE_MS));
	EXPECT_EQ(POLLIN, pfd.revents & ~POLLRDNORM);
	/* Until it is read, it is there. */
	EXPECT_EQ(1, poll(&pfd, 1, 0));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(0, exit_status(pid));
}

TEST_F(device, epoll_level_and_edge)
{
	struct epoll_event event = { .events = EPOLLIN };
	int level = epoll_create1(0), edge = epoll_create1(0);
	pid_t pid;

	device_drain(self->tb.dev);
	ASSERT_EQ(0, epoll_ctl(level, EPOLL_CTL_ADD, self->tb.dev, &event));
	event.events = EPOLLIN | EPOLLET;
	ASSERT_EQ(0, epoll_ctl(edge, EPOLL_CTL_ADD, self->tb.dev, &event));
	EXPECT_EQ(0, epoll_wait(level, &event, 1, 0));
	EXPECT_EQ(0, epoll_wait(edge, &event, 1, 0));

	pid = emit_later(&self->tb, self->ping, 200);
	ASSERT_EQ(1, epoll_wait(edge, &event, 1, PATIENCE_MS));
	EXPECT_EQ(EPOLLIN, event.events & ~EPOLLRDNORM);
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_EQ(1, epoll_wait(level, &event, 1, 0));
	EXPECT_EQ(1, epoll_wait(level, &event, 1, 0));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	/* Every new record is a new edge. */
	epoll_wait(edge, &event, 1, 0);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	EXPECT_EQ(1, epoll_wait(edge, &event, 1, PATIENCE_MS));
	close(level);
	close(edge);
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

static void arm_timer(int flags)
{
	struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };
	struct itimerval timer = {
		.it_value.tv_usec = 100000,
		.it_interval.tv_usec = 100000,
	};

	signals = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

TEST_F(device, signal_interrupts_a_blocking_read)
{
	ssize_t len;

	set_blocking(self->tb.dev, true);
	arm_timer(0);
	do {
		len = read(self->tb.dev, line, sizeof(line));
	} while (len > 0);
	EXPECT_EQ(-1, len);
	EXPECT_EQ(EINTR, errno);
	EXPECT_LE(1, signals);
}

TEST_F(device, signal_with_sa_restart_does_not)
{
	pid_t pid;
	ssize_t len;

	pid = emit_later(&self->tb, self->ping, 500);
	set_blocking(self->tb.dev, true);
	arm_timer(SA_RESTART);
	do {
		len = read(self->tb.dev, line, sizeof(line));
		ASSERT_LT(0, len);
		ASSERT_EQ(NULL, record_parse(&r, line, len));
	} while (record_u64(&r, "sid") != (uint64_t)self->tb.prober.pid);
	EXPECT_LE(2, signals);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	EXPECT_EQ(0, exit_status(pid));
}

TEST_F(device, short_buffer_says_einval_and_loses_nothing)
{
	static char again[LINE_SIZE];
	struct pollfd pfd = { .fd = self->tb.dev, .events = POLLIN };
	uint64_t seq;
	ssize_t len;

	device_drain(self->tb.dev);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 2));
	ASSERT_EQ(1, poll(&pfd, 1, PATIENCE_MS));
	EXPECT_EQ(-1, read(self->tb.dev, line, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->tb.dev, line, 100));
	EXPECT_EQ(EINVAL, errno);
	len = read(self->tb.dev, line, sizeof(line));
	ASSERT_LT(100, len);
	ASSERT_EQ(NULL, record_parse(&r, line, len));
	seq = record_u64(&r, "seq");

	/* The next record, of the same process's like: one byte too few, then just enough. */
	ASSERT_EQ(1, poll(&pfd, 1, PATIENCE_MS));
	for (len = 100; len < LINE_SIZE; len++) {
		ssize_t n;

		memset(again, '#', len + 1);
		n = read(self->tb.dev, again, len);
		if (n >= 0)
			break;
		ASSERT_EQ(EINVAL, errno);
		ASSERT_EQ('#', again[0]);
	}
	ASSERT_EQ('\n', again[len - 1]);
	ASSERT_EQ('#', again[len]);
	ASSERT_EQ(NULL, record_parse(&r, again, len));
	EXPECT_EQ(seq + 1, record_u64(&r, "seq"));
}

TEST_F(device, bad_buffer_says_efault_and_loses_nothing)
{
	struct pollfd pfd = { .fd = self->tb.dev, .events = POLLIN };
	long page = sysconf(_SC_PAGESIZE);
	char *map;
	ssize_t len;

	/* The buffer's first bytes are there, the rest is not: a copy that stops half way. */
	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, mprotect(map + page, page, PROT_NONE));
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	ASSERT_EQ(1, poll(&pfd, 1, PATIENCE_MS));
	EXPECT_EQ(-1, read(self->tb.dev, map + page - 50, page));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->tb.dev, map + page, page));
	EXPECT_EQ(EFAULT, errno);
	len = read(self->tb.dev, line, sizeof(line));
	ASSERT_LT(50, len);
	ASSERT_EQ(NULL, record_parse(&r, line, len));
	/* What the broken read had copied is the start of that same record. */
	EXPECT_EQ(0, memcmp(line, map + page - 50, 20));
}

TEST_F(device, descriptors_of_one_open_share_its_cursor)
{
	int copy = dup(self->tb.dev);
	uint64_t seq;
	pid_t pid;

	ASSERT_LE(0, copy);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 3));
	seq = next_seq(self->tb.dev);
	ASSERT_LT(0u, seq);
	EXPECT_EQ(seq + 1, next_seq(copy));
	pid = fork();
	if (!pid)
		_exit(next_seq(self->tb.dev) == seq + 2 ? 0 : 1);
	EXPECT_EQ(0, exit_status(pid));
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	EXPECT_EQ(seq + 3, next_seq(self->tb.dev));
	close(copy);
}

TEST_HARNESS_MAIN
