// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - readers of /dev/netscan, fast and slow: order, completeness, lost records
 */
#include <fcntl.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;

FIXTURE(readers) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(readers)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, rules_write("t_each by=parent distinct=1 events=1 window=600 tools=ping\n"));
}

FIXTURE_TEARDOWN(readers)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* One alert for each: every probe has a parent of its own. Long arguments fill the ring sooner. */
static int emit(struct testbed *tb, const char *ping, unsigned int count)
{
	static char arg[400];
	char *argv[] = { "ping", arg, NULL };
	int err = 0;

	memset(arg, 'x', sizeof(arg) - 1);
	while (count-- && !err)
		err = probe_argv(&tb->prober, PROBE_FRESH_PARENT, ping, argv);
	return err;
}

/* The number of the oldest record kept; UINT64_MAX on failure. */
static uint64_t oldest_seq(void)
{
	int fd = open(DEVICE, O_RDONLY | O_NONBLOCK);
	uint64_t seq = UINT64_MAX;

	if (fd >= 0 && record_read(fd, &r, 0) == 1)
		seq = record_u64(&r, "seq");
	close(fd);
	return seq;
}

TEST_F(readers, two_readers_each_see_all)
{
	static char lines[12][LINE_SIZE];
	int second = device_open();
	unsigned int i;

	ASSERT_LE(0, second);
	device_drain(self->tb.dev);
	device_drain(second);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 12));
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
		strcpy(lines[i], r.line);
	}
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(1, record_next(second, &r, "sid", self->tb.prober.pid, PATIENCE_MS));
		ASSERT_STREQ(lines[i], r.line);
	}
	close(second);
}

TEST_F(readers, numbers_have_no_gaps_and_times_do_not_go_back)
{
	uint64_t seq = 0, time = 0, scan_id = 0;
	unsigned int alerts = 0;

	ASSERT_EQ(0, emit(&self->tb, self->ping, 20));
	while (alerts < 20) {
		ASSERT_EQ(1, record_read(self->tb.dev, &r, PATIENCE_MS));
		ASSERT_EQ(seq ? seq + 1 : record_u64(&r, "seq"), record_u64(&r, "seq"));
		seq = record_u64(&r, "seq");
		if (record_u64(&r, "sid") != (uint64_t)self->tb.prober.pid)
			continue;
		alerts++;
		EXPECT_LE(time, record_ns(&r, "last"));
		EXPECT_LT(scan_id, record_u64(&r, "scan_id"));
		time = record_ns(&r, "last");
		scan_id = record_u64(&r, "scan_id");
	}
}

TEST_F(readers, new_reader_starts_at_the_oldest_kept)
{
	static char oldest[LINE_SIZE];
	int one, two;
	uint64_t newest = 0;

	ASSERT_EQ(0, emit(&self->tb, self->ping, 5));
	while (newest < 5) {
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
		newest++;
	}
	newest = record_u64(&r, "seq");
	one = open(DEVICE, O_RDONLY | O_NONBLOCK);
	two = open(DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, one);
	ASSERT_LE(0, two);
	ASSERT_EQ(1, record_read(one, &r, 0));
	EXPECT_STRNE("lost", record_raw(&r, "type"));
	EXPECT_GT(newest - 3, record_u64(&r, "seq"));
	strcpy(oldest, r.line);
	ASSERT_EQ(1, record_read(two, &r, 0));
	EXPECT_STREQ(oldest, r.line);
	/* From there to the newest, without a gap. */
	while (record_u64(&r, "seq") < newest) {
		uint64_t seq = record_u64(&r, "seq");

		ASSERT_EQ(1, record_read(two, &r, 0));
		ASSERT_EQ(seq + 1, record_u64(&r, "seq"));
	}
	close(one);
	close(two);
}

TEST_F_TIMEOUT(readers, overtaken_reader_learns_how_many_it_lost, 120)
{
	int slow = device_open(), fast = self->tb.dev;
	uint64_t last_read, seq, lost, oldest;
	unsigned int rounds = 0, n = 0;

	ASSERT_LE(0, slow);
	device_drain(slow);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	ASSERT_EQ(1, record_read(slow, &r, PATIENCE_MS));
	last_read = record_u64(&r, "seq");

	/* Until the ring has overwritten at least 5 that the slow reader has not read. */
	do {
		ASSERT_GT(50u, rounds++) TH_LOG("the ring never overwrites");
		ASSERT_EQ(0, emit(&self->tb, self->ping, 25));
		device_drain(fast);
		oldest = oldest_seq();
		ASSERT_NE(UINT64_MAX, oldest);
	} while (oldest <= last_read + 5);
	/* Let what the last exec caused arrive, so that the ring stands still. */
	while (record_read(fast, &r, 300) == 1)
		;
	oldest = oldest_seq();

	ASSERT_EQ(1, record_read(slow, &r, 0));
	ASSERT_STREQ("lost", record_raw(&r, "type"));
	EXPECT_STREQ("-", record_raw(&r, "rule"));
	EXPECT_EQ(0u, record_u64(&r, "scan_id"));
	lost = record_u64(&r, "lost");
	EXPECT_EQ(oldest - last_read - 1, lost);
	EXPECT_EQ(last_read + lost, record_u64(&r, "seq"));

	/* The next follows the gap, and no second lost record comes. */
	seq = last_read + lost;
	while (record_read(slow, &r, 0) == 1) {
		ASSERT_STRNE("lost", record_raw(&r, "type"));
		ASSERT_EQ(seq + 1, record_u64(&r, "seq"));
		seq++;
		n++;
	}
	EXPECT_LT(10u, n);
	/* The reader that kept up was told of nothing lost, and is where the slow one is now. */
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	ASSERT_EQ(1, record_read(fast, &r, PATIENCE_MS));
	EXPECT_EQ(seq + 1, record_u64(&r, "seq"));
	ASSERT_EQ(1, record_read(slow, &r, PATIENCE_MS));
	EXPECT_EQ(seq + 1, record_u64(&r, "seq"));
	close(slow);
}

TEST_F_TIMEOUT(readers, short_buffer_does_not_lose_the_lost_record, 120)
{
	int slow = device_open();
	unsigned int rounds = 0;
	uint64_t last_read;
	char little[16];

	ASSERT_LE(0, slow);
	device_drain(slow);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 1));
	ASSERT_EQ(1, record_read(slow, &r, PATIENCE_MS));
	last_read = record_u64(&r, "seq");
	do {
		ASSERT_GT(50u, rounds++) TH_LOG("the ring never overwrites");
		ASSERT_EQ(0, emit(&self->tb, self->ping, 25));
	} while (oldest_seq() <= last_read + 5);
	EXPECT_EQ(-1, read(slow, little, sizeof(little)));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(1, record_read(slow, &r, 0));
	EXPECT_STREQ("lost", record_raw(&r, "type"));
	EXPECT_EQ(record_u64(&r, "seq") - last_read, record_u64(&r, "lost"));
	close(slow);
}

/* Hands the number of every alert it gets on, until it is killed. */
static void __attribute__((noreturn)) read_and_tell(int dev, int out)
{
	int ret;

	do {
		uint64_t seq;

		ret = record_read(dev, &r, PATIENCE_MS);
		seq = ret == 1 ? record_u64(&r, "seq") : 0;
		if (ret == 1 && record_is(&r, "type", "alert") &&
		    write(out, &seq, sizeof(seq)) != sizeof(seq))
			break;
	} while (ret >= 0 || ret == -EAGAIN);
	_exit(1);
}

TEST_F(readers, concurrent_readers_of_one_open_get_each_record_once)
{
	uint64_t seen[40];
	int pipes[2], i, j;
	pid_t pids[2];

	device_drain(self->tb.dev);
	ASSERT_EQ(0, pipe(pipes));
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		if (!pids[i])
			read_and_tell(self->tb.dev, pipes[1]);
	}
	close(pipes[1]);
	ASSERT_EQ(0, emit(&self->tb, self->ping, 40));
	for (i = 0; i < 40; i++) {
		ASSERT_EQ((ssize_t)sizeof(seen[i]), read(pipes[0], &seen[i], sizeof(seen[i])));
		for (j = 0; j < i; j++) {
			ASSERT_NE(seen[j], seen[i]);
		}
	}
	for (i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

TEST_HARNESS_MAIN
