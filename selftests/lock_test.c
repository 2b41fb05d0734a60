// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - what is locked is changed by nobody until the module is unloaded
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define LOCK		PROC("lock")
#define CHANGE		"scan distinct=50 window=60\n"
#define NOT_LOCKED	"\nlocked: 0\n"
#define LOCKED		"\nlocked: 1\n"

static const char * const files[] = { PROC("rules"), PROC("tools"), PROC("exceptions") };
/* What each of them takes. */
static const char * const changes[] = { CHANGE, "nc t-alias\n", "t_lock uid=4711\n" };

static struct record r;
static char text[FILE_SIZE], before[ARRAY_SIZE(files)][16 * 1024], after[16 * 1024];

FIXTURE(lock) {
	struct testbed tb;
	int log;
};

FIXTURE_SETUP(lock)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_EQ(0, testbed_reload(&self->tb, ""));
	self->log = log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(lock)
{
	close(self->log);
	if (module_loaded()) {
		EXPECT_EQ(0, testbed_reload(&self->tb, ""));
	} else {
		EXPECT_EQ(0, module_load(""));
	}
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static int lock(void)
{
	return file_write(LOCK, "1", 1);
}

static bool status_says(const char *line)
{
	return file_read(PROC("status"), text, sizeof(text)) > 0 && strstr(text, line);
}

static bool read_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (file_read(files[i], before[i], sizeof(before[i])) < 0)
			return false;
	return true;
}

/* Whether a file reads as it did by read_all(). */
static bool unchanged(unsigned int i)
{
	return file_read(files[i], after, sizeof(after)) >= 0 && !strcmp(before[i], after);
}

TEST_F(lock, every_later_change_is_refused)
{
	uint64_t accepted, refused;
	int fds[ARRAY_SIZE(files)];
	unsigned int i;

	ASSERT_TRUE(read_all());
	EXPECT_TRUE(status_says(NOT_LOCKED));
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		fds[i] = open(files[i], O_WRONLY);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(0, lock());
	EXPECT_TRUE(status_says(LOCKED));
	accepted = stats_get("changes");
	refused = stats_get("refused");
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(-EPERM, file_write(files[i], changes[i], strlen(changes[i])));
		/* Nor is it a way round to have opened the file before, or to change nothing. */
		EXPECT_EQ(-1, write(fds[i], changes[i], strlen(changes[i])));
		EXPECT_EQ(EPERM, errno);
		EXPECT_EQ(-EPERM, file_write(files[i], "# nothing\n", 10));
		EXPECT_TRUE(unchanged(i)) TH_LOG("%s", files[i]);
		close(fds[i]);
	}
	EXPECT_EQ(-EPERM, lock());
	EXPECT_EQ(-EPERM, file_write(LOCK, "0", 1));
	EXPECT_TRUE(status_says(LOCKED));
	EXPECT_EQ(accepted, stats_get("changes"));
	EXPECT_EQ(refused + 11, stats_get("refused"));
	/* It watches as before. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, tool_path(&self->tb, "ping"), "x", 99));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
}

TEST_F(lock, unloading_unlocks)
{
	ASSERT_EQ(0, lock());
	ASSERT_EQ(0, testbed_reload(&self->tb, ""));
	EXPECT_TRUE(status_says(NOT_LOCKED));
	EXPECT_EQ(0, rules_write(CHANGE));
	/* A newline may follow. */
	EXPECT_EQ(0, file_write(LOCK, "1\n", 2));
	EXPECT_TRUE(status_says(LOCKED));
	EXPECT_EQ(-EPERM, rules_write(CHANGE));
}

TEST_F(lock, only_1_locks)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{ "0", 1 }, { "2", 1 }, { "11", 2 }, { "1\n\n", 3 }, { " 1", 2 }, { "1 ", 2 },
		{ "\n", 1 }, { "1", 2 }, { "+1", 2 }, { "01", 2 }, { "y", 1 }, { "1", 0 },
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, file_write(LOCK, bad[i].text, bad[i].len)) TH_LOG("%u", i);
		EXPECT_TRUE(status_says(NOT_LOCKED));
	}
	fd = open(LOCK, O_WRONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, "1", 1, 1));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
	EXPECT_TRUE(status_says(NOT_LOCKED));
	EXPECT_EQ(0, rules_write(CHANGE));
}

TEST_F(lock, is_for_root_to_write_and_for_nobody_to_read)
{
	struct stat st;
	int fd;

	ASSERT_EQ(0, stat(LOCK, &st));
	EXPECT_EQ(0200u, st.st_mode & 07777u);
	EXPECT_EQ(0u, st.st_uid);
	EXPECT_GT(0, file_read(LOCK, text, sizeof(text)));
	ASSERT_EQ(0, sys_admin_set(false));
	fd = open(LOCK, O_WRONLY);
	ASSERT_EQ(0, sys_admin_set(true));
	if (fd >= 0)
		EXPECT_EQ(-1, write(fd, "1", 1));
	EXPECT_EQ(EPERM, errno);
	EXPECT_TRUE(status_says(NOT_LOCKED));
}

TEST_F(lock, is_in_the_kernel_log)
{
	static const char words[] = ";netscan: locked: ";

	ASSERT_EQ(0, lock());
	EXPECT_EQ(1u, log_count(self->log, words));
	EXPECT_EQ(-EPERM, lock());
	EXPECT_EQ(0u, log_count(self->log, words));
}

/* Changes a threshold again and again until it may not any more. */
static int change_on(void)
{
	char line[64];
	unsigned int n;
	int err;

	for (n = 0;; n++) {
		snprintf(line, sizeof(line), "scan distinct=%u\n", 20 + n % 100);
		err = rules_write(line);
		if (err)
			return err == -EPERM ? 0 : 1;
	}
}

TEST_F(lock, no_change_under_way_comes_after_it)
{
	pid_t pids[3];
	unsigned int i;
	int status;

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(change_on());
	}
	usleep(300 * 1000);
	ASSERT_EQ(0, lock());
	ASSERT_TRUE(read_all());
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_TRUE(unchanged(i));
	}
}

TEST_F(lock, parameter_locks_what_the_other_parameters_say)
{
	ASSERT_EQ(0, testbed_reload(&self->tb, "lock=1 rules=\"scan distinct=50 window=60\""));
	EXPECT_EQ(1u, log_count(self->log, ", locked"));
	EXPECT_TRUE(status_says(LOCKED));
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, " distinct=50 events=1 window=60 "));
	EXPECT_EQ(-EPERM, rules_write("scan distinct=51\n"));
	ASSERT_EQ(0, testbed_reload(&self->tb, "lock=0"));
	EXPECT_EQ(0u, log_count(self->log, ", locked"));
	EXPECT_TRUE(status_says(NOT_LOCKED));
	EXPECT_EQ(0, rules_write(CHANGE));
}

TEST_F(lock, loading_and_unloading_are_in_the_kernel_log)
{
	static const char loaded[] = " loaded: finalize_exec ", unloaded[] = ";netscan: unloaded";

	close(self->tb.dev);
	self->tb.dev = -1;
	ASSERT_EQ(0, module_unload());
	EXPECT_EQ(1u, log_count(self->log, unloaded));
	ASSERT_EQ(0, module_load(""));
	EXPECT_EQ(1u, log_count(self->log, loaded));
}

TEST_F(lock, disable_keeps_the_module_out)
{
	struct stat st;

	close(self->tb.dev);
	self->tb.dev = -1;
	ASSERT_EQ(0, module_unload());
	EXPECT_EQ(-ENODEV, module_load("disable=1"));
	EXPECT_EQ(1u, log_count(self->log, ";netscan: not loaded: "));
	EXPECT_FALSE(module_loaded());
	EXPECT_EQ(-1, stat(DEVICE, &st));
	EXPECT_EQ(-1, stat("/proc/netscan", &st));
	/* Whatever else is asked for. */
	EXPECT_EQ(-ENODEV, module_load("rules=\"scan distinct=50\" disable=1 lock=1"));
	EXPECT_EQ(-EINVAL, module_load("disable=perhaps"));
	EXPECT_FALSE(module_loaded());
	EXPECT_EQ(0, module_load("disable=0"));
}

TEST_HARNESS_MAIN
