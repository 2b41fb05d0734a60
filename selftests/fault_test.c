// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - every allocation and every copy to or from user space failed in turn
 *
 * /proc/self/fail-nth has the kernel fail the N-th of them that this task makes. A call is made
 * with N = 1, 2 and so on until one ends before its N-th. Each must fail cleanly or succeed;
 * after each, things are as they were, or as they should be.
 *
 * Needs a kernel with fault injection (KERNEL=debug); elsewhere all tests are skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

#define DEBUG(name)	"/sys/kernel/debug/" name
#define KMEMLEAK	DEBUG("kmemleak")

/* A call that comes to this many is no longer one of ours. */
#define MAX_FAULTS	20000

/* kmemleak reports nothing that is younger than 5 s. */
#define LEAK_AGE	6

#define NO_FAULTS	"this kernel has no fault injection"

static struct record r;
static char text[FILE_SIZE], before[FILE_SIZE];

FIXTURE(fault) {
	struct testbed tb;
	const char *ping;
	int nth;
};

static int write_knob(const char *path, const char *value)
{
	return file_write(path, value, strlen(value));
}

/* What the kernel would spare by itself is failed, too; and it is failed silently. */
static int set_knobs(void)
{
	static const char * const knobs[][2] = {
		{ DEBUG("failslab/ignore-gfp-wait"), "N" },
		{ DEBUG("failslab/verbose"), "0" },
		{ DEBUG("fail_page_alloc/ignore-gfp-wait"), "N" },
		{ DEBUG("fail_page_alloc/ignore-gfp-highmem"), "N" },
		{ DEBUG("fail_page_alloc/min-order"), "0" },
		{ DEBUG("fail_page_alloc/verbose"), "0" },
		{ DEBUG("fail_usercopy/verbose"), "0" },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(knobs) && !err; i++)
		err = write_knob(knobs[i][0], knobs[i][1]);
	return err;
}

FIXTURE_SETUP(fault)
{
	self->tb.dev = -1;
	self->tb.prober.sock = -1;
	self->nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self->nth < 0)
		return;
	ASSERT_EQ(0, set_knobs());
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
}

FIXTURE_TEARDOWN(fault)
{
	if (self->nth < 0)
		return;
	close(self->nth);
	if (!module_loaded()) {
		EXPECT_EQ(0, module_load(""));
	}
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Have the kernel fail the @n-th from here on. */
static void arm(int nth, unsigned int n)
{
	char number[16];
	int len = snprintf(number, sizeof(number), "%u", n);

	if (pwrite(nth, number, len, 0) != len)
		abort();
}

/*
 * The end of what is to fail. Returns whether it came to the failure. Asking makes a copy to user
 * space that counts as well: if that is the one that fails, the call had one less.
 */
static bool disarm(int nth)
{
	char number[16] = "";
	bool failed = pread(nth, number, sizeof(number) - 1, 0) > 0 && atoi(number) == 0;

	if (pwrite(nth, "0", 1, 0) != 1 && pwrite(nth, "0", 1, 0) != 1)
		abort();
	return failed;
}

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

/* The device appears and disappears by way of a kernel thread, but before the load returns. */
static bool nothing_left(void)
{
	return !module_loaded() && !exists(DEVICE) && !exists("/proc/netscan") &&
	       !exists("/sys/module/netscan") && !exists("/sys/class/misc/netscan");
}

/* Prints what kmemleak has found. */
static int count_leaks(void)
{
	int err, leaks = 0;
	char *line;

	sleep(LEAK_AGE);
	err = write_knob(KMEMLEAK, "scan");
	if (!err)
		err = write_knob(KMEMLEAK, "scan");
	if (!err)
		err = file_read(KMEMLEAK, text, sizeof(text));
	if (err < 0)
		return err;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		leaks += !strncmp(line, "unreferenced object", 19);
		fprintf(stderr, "# %s\n", line);
	}
	return leaks;
}

/* Some hundred loads, and all that the debug kernel checks in each. */
TEST_F_TIMEOUT(fault, load_fails_cleanly_or_works, 280)
{
	bool leaks = !write_knob(KMEMLEAK, "clear");
	unsigned int n, refused = 0;
	bool failed = true;
	int err;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	close(self->tb.dev);
	self->tb.dev = -1;
	ASSERT_EQ(0, module_unload());
	for (n = 1; failed; n++) {
		ASSERT_GT(MAX_FAULTS, n);
		arm(self->nth, n);
		err = module_load("rules=\"scan distinct=100\"");
		failed = disarm(self->nth);
		refused += !!err;
		if (!err) {
			EXPECT_EQ(0, module_unload());
		} else if (!failed || (err != -ENOMEM && err != -EFAULT)) {
			TH_LOG("fault %u: %s", n, strerror(-err));
			EXPECT_EQ(-ENOMEM, err);
		}
		ASSERT_TRUE(nothing_left()) {
			TH_LOG("fault %u: left something behind", n);
		}
	}
	TH_LOG("%u faults, %u loads refused", n - 2, refused);
	/* Of the module's own there are a dozen at least. */
	EXPECT_LT(12u, refused);
	if (leaks) {
		EXPECT_EQ(0, count_leaks());
	}
	ASSERT_EQ(0, module_load(""));
	self->tb.dev = device_open();
	ASSERT_LE(0, self->tb.dev);
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 100));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_TRUE(record_is(&r, "type", "alert"));
}

TEST_F(fault, a_record_that_could_not_be_copied_is_not_lost)
{
	struct pollfd pfd = { .fd = self->tb.dev, .events = POLLIN };
	static char line[LINE_SIZE];
	unsigned int n, faults = 0;
	bool failed = true;
	ssize_t len;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (n = 1; failed; n++) {
		ASSERT_GT(100u, n);
		prober_stop(&self->tb.prober);
		ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
		ASSERT_EQ(0, device_drain(self->tb.dev));
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 100));
		ASSERT_EQ(1, poll(&pfd, 1, PATIENCE_MS));
		memset(line, 0, sizeof(line));
		arm(self->nth, n);
		len = read(self->tb.dev, line, sizeof(line));
		if (len < 0)
			len = -errno;
		failed = disarm(self->nth);
		if (failed) {
			faults++;
			EXPECT_EQ(-EFAULT, len);
			len = read(self->tb.dev, line, sizeof(line));
		}
		ASSERT_LT(0, len);
		EXPECT_EQ(NULL, record_parse(&r, line, len));
		EXPECT_TRUE(record_is(&r, "type", "alert"));
		EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "sid"));
	}
	EXPECT_LE(1u, faults);
}

TEST_F(fault, device_opens_or_says_why_not)
{
	unsigned int n, refused = 0;
	bool failed = true;
	int dev, err;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (n = 1; failed; n++) {
		ASSERT_GT(MAX_FAULTS, n);
		arm(self->nth, n);
		dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		err = dev < 0 ? errno : 0;
		failed = disarm(self->nth);
		if (err) {
			/* The name is copied, too. */
			EXPECT_TRUE(err == ENOMEM || err == EFAULT);
			refused++;
		} else {
			EXPECT_LE(0, device_drain(dev));
			close(dev);
		}
	}
	EXPECT_LE(2u, refused);
}

TEST_F(fault, proc_files_are_whole_or_refused)
{
	static const char * const paths[] = {
		PROC("rules"), PROC("tools"), PROC("exceptions"), PROC("groups"), PROC("status"),
		PROC("stats"),
	};
	unsigned int i, n, refused;
	bool failed, same;
	ssize_t len, was;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		was = file_read(paths[i], before, sizeof(before));
		ASSERT_LE(0, was);
		/* The others tell of time and of this test: they must only be well ended. */
		same = i < 3;
		refused = 0;
		failed = true;
		for (n = 1; failed; n++) {
			ASSERT_GT(MAX_FAULTS, n);
			arm(self->nth, n);
			len = file_read(paths[i], text, sizeof(text));
			failed = disarm(self->nth);
			if (len < 0) {
				EXPECT_TRUE(failed && (len == -ENOMEM || len == -EFAULT)) {
					TH_LOG("%s, fault %u: %s", paths[i], n, strerror(-len));
				}
				refused++;
			} else if (same) {
				EXPECT_EQ(was, len);
				EXPECT_STREQ(before, text);
			} else if (len) {
				EXPECT_EQ('\n', text[len - 1]);
			}
		}
		EXPECT_LE(2u, refused);
	}
}

TEST_F(fault, writes_change_all_or_nothing)
{
	static const struct {
		const char *path, *change, *line, *back;
	} writes[] = {
		{ PROC("rules"), "scan distinct=50 window=60\nfault by=uid distinct=7\n",
		  "fault enabled=1 by=uid", "-fault\nscan distinct=100 window=540\n" },
		{ PROC("tools"), "fault faulty faulted\n", "fault faulty faulted\n", "-fault\n" },
		{ PROC("exceptions"), "fault exe=/bin/sh uid=7\n", "fault ", "-fault\n" },
	};
	unsigned int i, n, refused;
	bool failed;
	int err;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		ASSERT_LE(0, file_read(writes[i].path, before, sizeof(before)));
		refused = 0;
		failed = true;
		for (n = 1; failed; n++) {
			ASSERT_GT(MAX_FAULTS, n);
			arm(self->nth, n);
			err = file_write(writes[i].path, writes[i].change,
					 strlen(writes[i].change));
			failed = disarm(self->nth);
			ASSERT_LE(0, file_read(writes[i].path, text, sizeof(text)));
			if (err) {
				EXPECT_TRUE(err == -ENOMEM || err == -EFAULT) {
					TH_LOG("%s, fault %u: %s", writes[i].path, n,
					       strerror(-err));
				}
				EXPECT_STREQ(before, text);
				refused++;
			} else {
				EXPECT_NE(NULL, strstr(text, writes[i].line));
				EXPECT_EQ(0, file_write(writes[i].path, writes[i].back,
							strlen(writes[i].back)));
			}
		}
		EXPECT_LE(2u, refused);
	}
}

/* It is locked by a write that had what it takes, and by no other. */
TEST_F(fault, a_lock_is_a_change)
{
	unsigned int n, refused = 0;
	bool failed = true;
	int err;

	if (self->nth < 0)
		SKIP(return, NO_FAULTS);
	for (n = 1; failed && n < MAX_FAULTS; n++) {
		arm(self->nth, n);
		err = file_write(PROC("lock"), "1\n", 2);
		failed = disarm(self->nth);
		if (!err)
			break;
		EXPECT_TRUE(err == -ENOMEM || err == -EFAULT);
		EXPECT_EQ(0, rules_write("scan distinct=100\n"));
		refused++;
	}
	EXPECT_LE(1u, refused);
	EXPECT_EQ(-EPERM, rules_write("scan distinct=100\n"));
	close(self->tb.dev);
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(0, module_load(""));
	self->tb.dev = device_open();
	EXPECT_LE(0, self->tb.dev);
}

TEST_HARNESS_MAIN
