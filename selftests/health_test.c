// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a probe that something keeps from firing is noticed, told, and told again
 *
 * Design: what may be done to the probe is a switch of the kernel's, or the module of
 * selftests/tamper, which does it as long as it is loaded. Each is done and taken back.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define KPROBES		"/sys/kernel/debug/kprobes/enabled"
#define FTRACE		"/proc/sys/kernel/ftrace_enabled"

#define NOTICED_NS	(5 * NSEC_PER_SEC)
#define SILENT		"the probe does not fire: kprobes or ftrace are off"
#define DISABLED	"the probe does not fire: it was disabled or unregistered"
#define MISSES		"execs were missed"
#define FIRES		"the probe fires"

static struct record r;
static char text[16 * 1024];

FIXTURE(health) {
	struct testbed tb;
	int log;
	bool done;
};

/*
 * What is done: a file that takes 0, and 1 to take it back; or what the module is told. How it is
 * known: the reason, and what stands behind "armed". Whether nothing is seen meanwhile.
 */
FIXTURE_VARIANT(health) {
	const char *path;
	const char *action;
	const char *reason;
	const char *armed;
	bool blind;
};

FIXTURE_VARIANT_ADD(health, kprobes) {
	.path = KPROBES, .reason = SILENT, .armed = ", not firing\n", .blind = true,
};

FIXTURE_VARIANT_ADD(health, ftrace) {
	.path = FTRACE, .reason = SILENT, .armed = ", not firing\n", .blind = true,
};

FIXTURE_VARIANT_ADD(health, disable) {
	.action = "disable", .reason = DISABLED, .armed = ", disabled\n", .blind = true,
};

FIXTURE_VARIANT_ADD(health, unregister) {
	.action = "unregister", .reason = DISABLED, .armed = ", disabled\n", .blind = true,
};

FIXTURE_VARIANT_ADD(health, shadow) {
	.action = "shadow", .reason = SILENT, .armed = ", not firing\n", .blind = true,
};

FIXTURE_SETUP(health)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->log = log_open();
	ASSERT_LE(0, self->log);
}

static int load_tamper(const char *action)
{
	char params[64];

	snprintf(params, sizeof(params), "action=%s", action);
	return ko_load(program_beside("tamper.ko"), params);
}

/* 0, or -errno of a kernel that does not let itself be stopped so. */
static int stop_probe(const char *path, const char *action)
{
	return path ? file_write(path, "0", 1) : load_tamper(action);
}

static int take_back(const char *path)
{
	return path ? file_write(path, "1", 1) : ko_unload("tamper");
}

FIXTURE_TEARDOWN(health)
{
	if (self->done) {
		EXPECT_EQ(0, take_back(variant->path));
	}
	close(self->log);
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static bool status_says(const char *line)
{
	return file_read(PROC("status"), text, sizeof(text)) > 0 && strstr(text, line);
}

/* Waits for a record of type health; others are passed over. */
static int next_health(int dev)
{
	int ret;

	do {
		ret = record_read(dev, &r, PATIENCE_MS);
	} while (ret == 1 && !record_is(&r, "type", "health"));
	return ret;
}

/* The next health record says @state and @reason, and within five seconds of @since, unless 0. */
static bool health_is(int dev, const char *state, const char *reason, uint64_t since)
{
	static char said[LINE_SIZE];

	if (next_health(dev) != 1 || record_bytes(&r, "reason", said) < 0)
		return false;
	if (record_is(&r, "state", state) && record_is(&r, "rule", "-") &&
	    record_is(&r, "scan_id", "0") && !strncmp(said, reason, strlen(reason)) &&
	    record_u64(&r, "missed") != UINT64_MAX && record_ns(&r, "time") >= since &&
	    (!since || record_ns(&r, "time") - since < NOTICED_NS))
		return true;
	fprintf(stderr, "# not %s, %s, from %llu on: %s", state, reason,
		(unsigned long long)since, r.line);
	return false;
}

/* A probe that is a breakpoint does without ftrace. */
static bool stops_nothing(const char *path)
{
	return path && strstr(path, "ftrace") && status_says(" breakpoint\n");
}

TEST_F_TIMEOUT(health, is_told_when_the_probe_is_stopped_and_when_it_fires_again, 60)
{
	const char *ping = tool_path(&self->tb, "ping");
	uint64_t fails = stats_get("selftest_fails"), disabled = stats_get("selftest_disabled");
	uint64_t told = stats_get("health"), since = now_ns();
	int err;

	if (variant->path && access(variant->path, F_OK))
		SKIP(return, "this kernel has no %s", variant->path);
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
	err = stop_probe(variant->path, variant->action);
	if (err == -EOPNOTSUPP && variant->action)
		SKIP(return, "the module that tampers knows no way to do this here");
	self->done = !err;
	if (err || stops_nothing(variant->path)) {
		/* Then it is as it was, as the next test of the probe confirms. */
		TH_LOG("this probe is not stopped so: %s", strerror(-err));
		EXPECT_NE(NULL, variant->path);
		sleep(3);
		EXPECT_EQ(fails, stats_get("selftest_fails"));
		EXPECT_TRUE(status_says("\nhealth: ok\n"));
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "seen", 99));
		ASSERT_EQ(1, testbed_next(&self->tb, &r));
		return;
	}

	EXPECT_TRUE(health_is(self->tb.dev, "failed", variant->reason, since));
	EXPECT_TRUE(status_says("\nhealth: failed\n"));
	EXPECT_TRUE(status_says(variant->armed));
	EXPECT_LT(fails, stats_get("selftest_fails"));
	EXPECT_EQ(!strcmp(variant->reason, DISABLED), disabled < stats_get("selftest_disabled"));
	/* It is true: nothing is seen. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "unseen", 120));
	EXPECT_EQ(0, group_find(&r, "session", "sid", self->tb.prober.pid));

	since = now_ns();
	ASSERT_EQ(0, take_back(variant->path));
	self->done = false;
	EXPECT_TRUE(health_is(self->tb.dev, "ok", FIRES, since));
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
	EXPECT_FALSE(status_says(variant->armed));
	EXPECT_EQ(told + 2, stats_get("health"));
	EXPECT_EQ(2u, log_count(self->log, ";netscan: the probe "));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "seen", 99));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
}

FIXTURE(probe) {
	struct testbed tb;
	int log;
};

FIXTURE_SETUP(probe)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->log = log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(probe)
{
	close(self->log);
	if (!module_loaded()) {
		EXPECT_EQ(0, module_load(""));
	}
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* Three execs in the handler of a probe, where this runs. */
static int miss_execs(void)
{
	return load_tamper("miss") ?: ko_unload("tamper");
}

TEST_F_TIMEOUT(probe, execs_that_were_missed_are_told, 60)
{
	uint64_t missed = stats_get("missed"), fails = stats_get("selftest_fails");
	uint64_t since = now_ns();
	int err = miss_execs();

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that tampers knows no way to do this here");
	ASSERT_EQ(0, err);
	EXPECT_TRUE(health_is(self->tb.dev, "failed", MISSES, since));
	EXPECT_EQ(missed + 3, record_u64(&r, "missed"));
	/* That was all of it. */
	EXPECT_TRUE(health_is(self->tb.dev, "ok", FIRES, since));
	EXPECT_EQ(missed + 3, record_u64(&r, "missed"));
	EXPECT_EQ(missed + 3, stats_get("missed"));
	EXPECT_EQ(fails, stats_get("selftest_fails"));
	/* That they were missed, and that it fires. */
	EXPECT_EQ(2u, log_count(self->log, ";netscan: "));
}

static pid_t start_execs(struct testbed *tb, const char *path, unsigned int count)
{
	pid_t pid = fork();

	if (!pid)
		_exit(probe_hosts(&tb->prober, 0, path, 0, count) ? 1 : 0);
	return pid;
}

/* Seen, or missed: whichever it is, and on whichever processor, an exec is in one of the two. */
TEST_F_TIMEOUT(probe, every_exec_is_seen_or_missed, 120)
{
	const unsigned int execs = 200, rounds = 10;
	uint64_t seen = stats_get("execs"), events = stats_get("events");
	uint64_t missed = stats_get("missed");
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int i;
	cpu_set_t set;
	int err = 0, status;
	pid_t pid;

	pid = start_execs(&self->tb, tool_path(&self->tb, "ping"), execs);
	ASSERT_LT(0, pid);
	for (cpu = 0; cpu < cpus; cpu++) {
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set));
		for (i = 0; i < rounds; i++) {
			err = miss_execs();
			if (err == -EOPNOTSUPP)
				break;
			ASSERT_EQ(0, err);
		}
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(events + execs, stats_get("events"));
	EXPECT_EQ(seen + execs, stats_get("execs"));
	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that tampers knows no way to do this here");
	EXPECT_EQ(missed + 3u * rounds * cpus, stats_get("missed"));
	/* Nothing of it is left for the next test. */
	for (i = 0; i < 50 && !status_says("\nhealth: ok\n"); i++)
		usleep(100 * 1000);
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
}

TEST_F(probe, that_cannot_fire_is_told_at_load)
{
	uint64_t since;

	if (access(KPROBES, F_OK))
		SKIP(return, "this kernel has no %s", KPROBES);
	ASSERT_EQ(0, file_write(KPROBES, "0", 1));
	EXPECT_EQ(0, testbed_reload(&self->tb, ""));
	EXPECT_TRUE(status_says(", not firing\n"));
	EXPECT_EQ(1u, stats_get("health"));
	since = now_ns();
	ASSERT_EQ(0, file_write(KPROBES, "1", 1));
	EXPECT_TRUE(health_is(self->tb.dev, "ok", FIRES, since));
	EXPECT_EQ(2u, record_u64(&r, "seq"));
}

TEST_F(probe, that_was_taken_away_does_not_keep_the_module_from_unloading)
{
	static const char * const actions[] = { "unregister forget=1", "disable forget=1" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		ASSERT_EQ(0, load_tamper(actions[i]));
		ASSERT_EQ(0, ko_unload("tamper"));
		EXPECT_TRUE(health_is(self->tb.dev, "failed", DISABLED, 0));
		ASSERT_EQ(0, testbed_reload(&self->tb, ""));
		EXPECT_TRUE(status_says("\nhealth: ok\n"));
	}
}

static unsigned long tamper_get(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/tamper/parameters/%s", name);
	return file_read(path, text, sizeof(text)) > 0 ? strtoul(text, NULL, 10) : ULONG_MAX;
}

/* Who else probes the function may trust in what an exec has there. */
TEST_F_TIMEOUT(probe, is_tested_by_what_others_may_look_into, 60)
{
	unsigned int tries;
	int err = load_tamper("watch");

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that tampers knows no way to do this here");
	ASSERT_EQ(0, err);
	/* An exec is what one is. */
	ASSERT_EQ(0, probe_hosts(&self->tb.prober, 0, tool_path(&self->tb, "ping"), 0, 1));
	EXPECT_LE(1u, tamper_get("calls"));
	EXPECT_EQ(0u, tamper_get("strange"));
	/* Nobody else execs anything: what comes now is a test. */
	for (tries = 0; tries < PATIENCE_MS / 100 && tamper_get("calls") < 3; tries++)
		usleep(100 * 1000);
	EXPECT_LE(3u, tamper_get("calls"));
	EXPECT_EQ(0u, tamper_get("strange"));
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
	ASSERT_EQ(0, ko_unload("tamper"));
}

/* The clock tests every two seconds: unload when it does, or a little before or after. */
TEST_F_TIMEOUT(probe, that_is_disarmed_by_an_unload_is_nobody_s_concern, 60)
{
	unsigned int round;

	close(self->tb.dev);
	self->tb.dev = -1;
	for (round = 0; round < 8; round++) {
		ASSERT_EQ(0, module_unload());
		ASSERT_EQ(0, module_load(""));
		usleep(1960000 + 10000 * round);
	}
	EXPECT_EQ(0u, log_count(self->log, ";netscan: the probe"));
}

TEST_HARNESS_MAIN
