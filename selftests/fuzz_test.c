// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - random and mutated calls on everything under /proc/netscan, and on the device
 *
 * Design: one process mutates what a file says and writes it: refused, it has changed nothing;
 * accepted, the file can be written back as it reads. Then several processes do anything to all
 * files at once, with execs beside them. After either, netscan still works and can be unloaded.
 * The seed is printed; SEED in the environment gives one.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

#define MUTATIONS	1500
#define CHAOS_SECONDS	15
#define PROCESSES	4
#define MOST		12000	/* more than a write may have */

static const char * const writable[] = { PROC("rules"), PROC("tools"), PROC("exceptions") };

static const char * const files[] = {
	PROC("rules"), PROC("tools"), PROC("exceptions"), PROC("groups"), PROC("stats"),
	PROC("status"), DEVICE, PROC("lock"),
};

/* All but the last, which ends all changes. */
#define UNLOCKED	(ARRAY_SIZE(files) - 1)

/* What parsers look for. */
static const char * const words[] = {
	"-", "=", ",", "\"", "\\x20", "\\", "*", "?", "\n", " ", "\t", "%s%n", "/", "//", "..",
	"scan", "session", "span", "t_one", "t_two", "@multicall", "@loader", "ping", "nc", "nc.*",
	"enabled=1", "by=parent,exe", "by=", "count=span", "count=args", "distinct=128",
	"distinct=0", "distinct=4294967296", "events=2147483647", "window=86400", "window=86401",
	"tools=ping", "buildid=0123456789abcdef", "buildid=", "exe=/bin/sh", "parent_exe=/",
	"cgroup=/a", "uid=4294967295", "uid=1", "args=\"*\"", "rule=scan", "hits=1", "found=1",
	"99999999999999999999999999999999", "\xff\xfe", "\x01",
};

static struct testbed bed;
static struct record r;
static unsigned int seed;

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

FIXTURE(fuzz) {
};

FIXTURE_SETUP(fuzz)
{
	const char *given = getenv("SEED");

	ASSERT_EQ(0, testbed_open(&bed));
	if (given)
		seed = strtoul(given, NULL, 10);
	else
		ASSERT_EQ(sizeof(seed), getrandom(&seed, sizeof(seed), 0));
	TH_LOG("SEED=%u", seed);
}

/* Loading anew puts everything back, and shows that nothing is held. */
FIXTURE_TEARDOWN(fuzz)
{
	const char *ping = tool_path(&bed, "ping");

	close(bed.dev);
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(0, module_load(""));
	bed.dev = device_open();
	EXPECT_LE(0, bed.dev);
	EXPECT_EQ(0, probe_burst(&bed.prober, 0, ping, "host", 99));
	EXPECT_EQ(1, testbed_next(&bed, &r));
	EXPECT_TRUE(record_is(&r, "type", "alert"));
	EXPECT_EQ(0, testbed_close(&bed));
}

static size_t insert(char *buf, size_t len, const char *word)
{
	size_t at = below(len + 1), n = strlen(word);

	memmove(buf + at + n, buf + at, len - at);
	memcpy(buf + at, word, n);
	return len + n;
}

static size_t cut(char *buf, size_t len)
{
	size_t at = below(len), n = 1 + below(below(2) ? 4 : len);

	if (n > len - at)
		n = len - at;
	memmove(buf + at, buf + at + n, len - at - n);
	return len - n;
}

/* A few lines of what a file says, changed here and there. @buf has room for twice MOST. */
static size_t mutate(char *buf, size_t len)
{
	unsigned int i, changes = below(6);
	size_t begin = below(len + 1);
	char line[64];

	if (below(4)) {
		len = strnlen(buf + begin, below(400));
		memmove(buf, buf + begin, len);
	}
	if (!below(3)) {
		snprintf(line, sizeof(line), "\nt_%u uid=%u\n", below(90), below(5));
		len = insert(buf, len, line);
	}
	for (i = 0; i < changes; i++) {
		if (below(3))
			len = insert(buf, len, words[below(ARRAY_SIZE(words))]);
		else if (len && below(2))
			buf[below(len)] = below(256);
		else if (len)
			len = cut(buf, len);
	}
	return len;
}

TEST_F_TIMEOUT(fuzz, mutated_writes_change_all_or_nothing, 150)
{
	static char before[FILE_SIZE], after[FILE_SIZE], buf[2 * FILE_SIZE];
	unsigned int i, accepted = 0;
	const char *path;
	ssize_t len;
	int err;

	for (i = 0; i < MUTATIONS; i++) {
		path = writable[below(ARRAY_SIZE(writable))];
		len = file_read(path, before, sizeof(before));
		ASSERT_LE(0, len);
		memcpy(buf, before, len + 1);
		len = mutate(buf, len);
		err = file_write(path, buf, len);
		ASSERT_LE(0, file_read(path, after, sizeof(after)));
		if (err) {
			ASSERT_STREQ(before, after) TH_LOG("%s: %.*s", path, (int)len, buf);
			ASSERT_TRUE(err == -EINVAL || err == -ERANGE) TH_LOG("%s: %d", path, err);
			continue;
		}
		accepted++;
		if (!*after || strlen(after) > 8192)
			continue;
		ASSERT_EQ(0, file_write(path, after, strlen(after)))
			TH_LOG("%s: %s", path, after);
		ASSERT_LE(0, file_read(path, before, sizeof(before)));
		ASSERT_STREQ(after, before);
	}
	TH_LOG("%u of %u were accepted", accepted, MUTATIONS);
	EXPECT_LT(MUTATIONS / 50, accepted);
	EXPECT_GT(MUTATIONS, accepted);
}

static void read_some(int fd, char *buf)
{
	struct iovec parts[3] = {
		{ buf, below(64) }, { (void *)8, below(64) }, { buf, below(MOST) },
	};

	switch (below(5)) {
	case 0:
		(void)!pread(fd, buf, below(MOST), below(2) ? below(10000) : rand_r(&seed) * 4096L);
		break;
	case 1:
		(void)!readv(fd, parts, 1 + below(3));
		break;
	case 2:
		(void)!read(fd, (void *)(below(2) ? 8UL : ~0xfffUL), below(MOST));
		break;
	default:
		(void)!read(fd, buf, below(3) ? MOST : below(300));
	}
}

static void write_some(int fd, const char *path, char *buf)
{
	/* Whoever reads the device to its end waits. */
	ssize_t len = strcmp(path, DEVICE) && below(3) ? file_read(path, buf, FILE_SIZE) : -1;

	if (len < 0) {
		len = below(200);
		(void)!getrandom(buf, len, 0);
	} else {
		len = mutate(buf, len);
	}
	if (below(8))
		(void)!write(fd, buf, len);
	else
		(void)!pwrite(fd, below(2) ? buf : (void *)8, len, below(3));
}

static void do_anything(int fd, const char *path, char *buf)
{
	struct pollfd poll_fd = { .fd = fd, .events = rand_r(&seed) };
	off_t at = below(100);
	int other;

	switch (below(12)) {
	case 0:
		lseek(fd, (long)rand_r(&seed) - below(2) * (long)RAND_MAX, below(6));
		break;
	case 1:
		poll(&poll_fd, 1, below(20));
		break;
	case 2:
		ioctl(fd, rand_r(&seed), buf);
		break;
	case 3:
		mmap(NULL, 4096, 1 + below(3), 1 + below(2), fd, 0);
		break;
	case 4:
		other = open("/dev/null", O_WRONLY);
		sendfile(other, fd, below(2) ? &at : NULL, below(MOST));
		close(other);
		break;
	case 5:
		other = dup(fd);
		read_some(other, buf);
		close(other);
		break;
	case 6:
		if (!fork()) {
			read_some(fd, buf);
			_exit(0);
		}
		wait(NULL);
		break;
	case 7:
		fcntl(fd, F_SETFL, O_NONBLOCK | (below(2) ? O_ASYNC : 0));
		break;
	case 8:
	case 9:
		write_some(fd, path, buf);
		break;
	default:
		read_some(fd, buf);
	}
}

static void do_anything_for_a_while(unsigned int own_seed, unsigned int nr_files)
{
	static char buf[2 * FILE_SIZE];
	uint64_t until = now_ns() + CHAOS_SECONDS * 1000000000ULL;
	unsigned int i, times;
	const char *path;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	seed = own_seed;
	while (now_ns() < until) {
		path = files[below(nr_files)];
		/* The device waits for a record, else. */
		fd = open(path, (below(2) ? O_RDWR : below(2) ? O_RDONLY : O_WRONLY) | O_NONBLOCK);
		if (fd < 0)
			fd = open(path, O_RDONLY | O_NONBLOCK);
		times = fd < 0 ? 0 : below(12);
		for (i = 0; i < times; i++)
			do_anything(fd, path, buf);
		close(fd);
	}
	_exit(0);
}

/* Processes that do so until they are at their end, with execs beside them. Returns 0. */
static int anything_at_once(unsigned int nr_files)
{
	const char *ping = tool_path(&bed, "ping");
	pid_t pids[PROCESSES];
	unsigned int i, left = PROCESSES, round = 0;
	int status, err = 0;
	char prefix[32];

	for (i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (!pids[i])
			do_anything_for_a_while(seed + i, nr_files);
	}
	while (left) {
		snprintf(prefix, sizeof(prefix), "h%u-", round++);
		err |= probe_burst(&bed.prober, 0, ping, prefix, 50);
		for (i = 0; i < PROCESSES; i++) {
			if (!pids[i] || waitpid(pids[i], &status, WNOHANG) != pids[i])
				continue;
			err |= status;
			pids[i] = 0;
			left--;
		}
	}
	return err;
}

TEST_F_TIMEOUT(fuzz, anything_by_several_at_once, 120)
{
	EXPECT_EQ(0, anything_at_once(UNLOCKED));
}

/* Locks it in the midst of what the others do; they change no rule and no tool any more. */
static int lock_meanwhile(void)
{
	static char rules[2][FILE_SIZE], tools[2][FILE_SIZE];
	unsigned int i;
	int err;

	sleep(CHAOS_SECONDS / 3);
	/* One of them may have been first. */
	err = file_write(PROC("lock"), "1\n", 2);
	if (err && err != -EPERM)
		return 1;
	for (i = 0; i < 2; i++) {
		if (file_read(PROC("rules"), rules[i], FILE_SIZE) < 0 ||
		    file_read(PROC("tools"), tools[i], FILE_SIZE) < 0)
			return 2;
		sleep(i ? 0 : CHAOS_SECONDS / 3);
	}
	return strcmp(rules[0], rules[1]) || strcmp(tools[0], tools[1]) ? 3 : 0;
}

TEST_F_TIMEOUT(fuzz, anything_and_a_lock, 120)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(lock_meanwhile());
	EXPECT_EQ(0, anything_at_once(ARRAY_SIZE(files)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-EPERM, rules_write("scan distinct=50\n"));
}

TEST_HARNESS_MAIN
