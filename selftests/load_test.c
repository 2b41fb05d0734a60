// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - loading and unloading: parameters, what holds the module, exec load
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define ROUNDS	100

static struct record r;
static char text[FILE_SIZE];

FIXTURE(load) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(load)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	/* The testbed's own reader would hold the module. */
	close(self->tb.dev);
	self->tb.dev = -1;
}

FIXTURE_TEARDOWN(load)
{
	/* Nothing of a test's parameters stays. */
	if (module_loaded()) {
		EXPECT_EQ(0, module_unload());
	}
	EXPECT_EQ(0, module_load(""));
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

/* A whole sweep gives its alert. */
static bool works(struct testbed *tb, const char *ping)
{
	int ret;

	tb->dev = device_open();
	if (tb->dev < 0)
		return false;
	prober_stop(&tb->prober);
	ret = prober_start(&tb->prober, NULL, NULL);
	if (!ret)
		ret = probe_burst(&tb->prober, 0, ping, "host", 99);
	if (!ret)
		ret = testbed_next(tb, &r);
	close(tb->dev);
	tb->dev = -1;
	return ret == 1 && record_is(&r, "type", "alert");
}

TEST_F(load, unload_takes_all_away_and_load_brings_it_back)
{
	ASSERT_EQ(0, module_unload());
	EXPECT_FALSE(exists(DEVICE));
	EXPECT_FALSE(exists("/proc/netscan"));
	EXPECT_FALSE(module_loaded());
	ASSERT_EQ(0, module_load(""));
	EXPECT_TRUE(exists(DEVICE));
	EXPECT_TRUE(exists(PROC("rules")));
	EXPECT_EQ(-EEXIST, module_load(""));
	EXPECT_TRUE(works(&self->tb, self->ping));
	EXPECT_EQ(1u, record_u64(&r, "seq"));
	EXPECT_EQ(1u, record_u64(&r, "scan_id"));
}

TEST_F(load, open_device_holds_the_module)
{
	int dev = open(DEVICE, O_RDONLY);

	ASSERT_LE(0, dev);
	EXPECT_EQ(-EWOULDBLOCK, module_unload());
	EXPECT_TRUE(module_loaded());
	/* It goes on working after that. */
	EXPECT_TRUE(works(&self->tb, self->ping));
	close(dev);
	EXPECT_EQ(0, module_unload());
}

TEST_F(load, open_proc_files_do_not)
{
	static const char * const paths[] = {
		PROC("rules"), PROC("tools"), PROC("groups"), PROC("stats"), PROC("status"),
	};
	int fds[ARRAY_SIZE(paths)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		fds[i] = open(paths[i], O_RDONLY);
		ASSERT_LE(0, fds[i]);
		/* Read half way, so that there is more to be had. */
		EXPECT_LE(0, read(fds[i], text, 5));
	}
	ASSERT_EQ(0, module_unload());
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		EXPECT_EQ(-1, read(fds[i], text, 100));
		EXPECT_EQ(0, close(fds[i]));
	}
	ASSERT_EQ(0, module_load(""));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

TEST_F(load, bad_parameters_are_refused_and_leave_nothing)
{
	static const char * const bad[] = {
		"groups=0", "groups=63", "groups=65537", "groups=-1", "groups=many",
		"groups=4294967297", "slots=0", "slots=1", "slots=15", "slots=4097", "slots=-1",
		"slots=99999999999999999999", "ring=0", "ring=1", "ring=16383", "ring=16777217",
		"ring=64k", "rules=\"scan colour=1\"", "rules=\"scan distinct=0\"",
		"rules=\"scan distinct=129\"", "rules=\"scan distinct=50;session window=0\"",
		"rules=\"-absent\"", "slots=64 rules=\"scan distinct=65;session distinct=10\"",
	};
	unsigned int i;
	int err;

	ASSERT_EQ(0, module_unload());
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		err = module_load(bad[i]);
		EXPECT_TRUE(err == -EINVAL || err == -ERANGE) TH_LOG("%s: %d", bad[i], err);
		EXPECT_FALSE(module_loaded());
		EXPECT_FALSE(exists(DEVICE));
		EXPECT_FALSE(exists("/proc/netscan"));
		if (!err) {
			ASSERT_EQ(0, module_unload());
		}
	}
	ASSERT_EQ(0, module_load(""));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

#define STARVE(name)	"/sys/module/starve/parameters/" name

/* Loads the module with its @n-th allocation failed; whether it came to that. */
static bool load_starved(unsigned int n, int *err)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", n);
	*err = file_write(STARVE("nth"), word, strlen(word)) ?: module_load("");
	/* To read that it has failed takes memory, too. */
	if (file_write(STARVE("nth"), "0", 1) || file_read(STARVE("failed"), word, 16) < 0)
		abort();
	return word[0] == 'Y';
}

TEST_F_TIMEOUT(load, none_of_its_allocations_may_fail, 120)
{
	int err = ko_load(program_beside("starve.ko"), "");
	unsigned int n = 1;

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that starves knows no way to do this here");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, module_unload());
	for (; n < 100 && load_starved(n, &err); n++) {
		EXPECT_EQ(-ENOMEM, err) TH_LOG("allocation %u", n);
		EXPECT_FALSE(module_loaded() || exists(DEVICE) || exists("/proc/netscan"));
	}
	EXPECT_EQ(0, err);
	/* A dozen are of this module, and none of any other, and eight of its self-tests. */
	EXPECT_EQ(access(program_beside("selftests"), F_OK) ? 13u : 21u, n);
	EXPECT_EQ(0, ko_unload("starve"));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

TEST_F(load, smallest_and_largest_sizes)
{
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("groups=64 slots=16 ring=16384 "
				 "rules=\"scan distinct=16;session distinct=16\""));
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "scan enabled=1 by=parent,exe count=args distinct=16 "));
	EXPECT_TRUE(works(&self->tb, self->ping));
	EXPECT_EQ(-ERANGE, rules_write("scan distinct=17\n"));

	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("groups=65536 slots=128 ring=16777216"));
	EXPECT_TRUE(works(&self->tb, self->ping));

	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("groups=64 slots=4096"));
	EXPECT_EQ(0, rules_write("scan distinct=4096\n"));
}

TEST_F(load, rules_parameter_changes_the_built_in_ones)
{
	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load("rules=\"scan distinct=50 window=60;session enabled=0;"
				 "mine by=uid distinct=10 window=5 tools=nc\""));
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "scan enabled=1 by=parent,exe count=args distinct=50 events=1 "
			       "window=60 "));
	EXPECT_NE(NULL, strstr(text, "\nsession enabled=0 by=session "));
	EXPECT_NE(NULL, strstr(text, "\nmine enabled=1 by=uid count=args distinct=10 events=1 "
			       "window=5 tools=nc\n"));
}

/* Loads the module, and opens the kernel log where it begins to write about that. */
static int load_logged(void)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (kmsg < 0 || module_unload() || lseek(kmsg, 0, SEEK_END) < 0 || module_load(""))
		return -1;
	return kmsg;
}

/* Is there a line of the module's with both words? */
static bool has_logged(int kmsg, const char *word, const char *other)
{
	bool found = false;
	ssize_t len;

	while ((len = read(kmsg, text, sizeof(text) - 1)) > 0) {
		text[len] = '\0';
		found |= strstr(text, "netscan: ") && strstr(text, word) && strstr(text, other);
	}
	close(kmsg);
	return found;
}

/* The harness leaves a mark where it has had the module built with them. */
TEST_F(load, its_self_tests_pass)
{
	bool built = !access(program_beside("selftests"), F_OK);
	int kmsg = load_logged();
	bool found;

	ASSERT_LE(0, kmsg);
	found = has_logged(kmsg, "self-tests: ", " passed");
	if (!built && !found)
		SKIP(return, "this module is built without them");
	EXPECT_TRUE(found) TH_LOG("no line says so");
	/* They leave nothing in the ledger. */
	EXPECT_EQ(0u, stats_get("pushed"));
	EXPECT_EQ(0u, stats_get("evicted_open"));
}

TEST_F(load, memory_is_printed_at_load)
{
	int kmsg = load_logged();
	char memory[32], *s;

	ASSERT_LE(0, kmsg);
	ASSERT_LT(0, file_read(PROC("status"), text, sizeof(text)));
	s = strstr(text, "\nmemory: ");
	ASSERT_NE(NULL, s);
	snprintf(memory, sizeof(memory), "%lu", strtoul(s + strlen("\nmemory: "), NULL, 10));
	EXPECT_TRUE(has_logged(kmsg, "loaded", memory)) TH_LOG("no line with %s", memory);
}

/* Execs a tool again and again on one processor, counting in @count, until it is killed. */
static void __attribute__((noreturn))
exec_forever(const char *ping, int cpu, volatile unsigned int *count)
{
	static char * const no_environment[] = { NULL };
	char host[32];
	char *argv[] = { "ping", "-c", "1", host, NULL };
	cpu_set_t cpus;
	pid_t pid;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	setsid();
	for (;;) {
		snprintf(host, sizeof(host), "%u", *count);
		if (posix_spawn(&pid, ping, NULL, NULL, argv, no_environment))
			_exit(1);
		waitpid(pid, NULL, 0);
		++*count;
	}
}

TEST_F_TIMEOUT(load, hundred_times_under_exec_load, 250)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	volatile unsigned int *counts;
	pid_t pids[cpus];
	int round, cpu;

	counts = mmap(NULL, cpus * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, counts);
	for (cpu = 0; cpu < cpus; cpu++) {
		pids[cpu] = fork();
		if (!pids[cpu]) {
			/* Not longer than the test, however that ends. */
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			exec_forever(self->ping, cpu, &counts[cpu]);
		}
	}
	for (round = 0; round < ROUNDS; round++) {
		int err = module_unload();

		if (!err)
			err = module_load("");
		EXPECT_EQ(0, err) TH_LOG("round %d", round);
		if (err)
			break;
		/* Now and then let it see some execs before it goes again. */
		if (round % 10 == 0)
			usleep(100 * 1000);
	}
	for (cpu = 0; cpu < cpus; cpu++) {
		kill(pids[cpu], SIGKILL);
		waitpid(pids[cpu], NULL, 0);
		EXPECT_LT(ROUNDS / 2, counts[cpu]) TH_LOG("processor %d was idle", cpu);
	}
	EXPECT_TRUE(works(&self->tb, self->ping));
}

/* Each exec has a parent of its own, and so an alert where one exec makes one. */
static void __attribute__((noreturn)) alert_forever(struct testbed *tb, const char *ping)
{
	for (;;)
		probe_hosts(&tb->prober, PROBE_FRESH_PARENT, ping, 0, 100);
}

/* What comes and goes with the module is there or not; while it is, it is used. */
static void __attribute__((noreturn)) read_forever(void)
{
	static char line[LINE_SIZE];

	for (;;) {
		int dev = open(DEVICE, O_RDONLY | O_NONBLOCK);
		int i;

		for (i = 0; dev >= 0 && i < 10; i++)
			if (read(dev, line, sizeof(line)) < 0)
				break;
		if (dev >= 0)
			close(dev);
		usleep(20 * 1000);
	}
}

static void __attribute__((noreturn)) write_forever(void)
{
	for (;;) {
		rules_write("t_load by=uid distinct=7 window=1\n");
		file_read(PROC("groups"), text, sizeof(text));
		rules_write("-t_load\n");
		file_read(PROC("status"), text, sizeof(text));
	}
}

/* While a reader has the device open, it does not go. */
static int unload_between_reads(void)
{
	int err, tries;

	for (tries = 0; tries < 1000; tries++) {
		err = module_unload();
		if (err != -EWOULDBLOCK)
			return err;
		usleep(2000);
	}
	return -EWOULDBLOCK;
}

static void await_alert(void)
{
	unsigned int i;

	for (i = 0; i < 100 && !stats_get("alerts"); i++)
		usleep(20 * 1000);
}

TEST_F_TIMEOUT(load, again_and_again_with_alerts_readers_and_writers, 2400)
{
	static const char params[] = "rules=\"scan distinct=1 window=1\"";
	int round, rounds = test_is_full() ? 1000 : 15;
	unsigned int alerts = 0, i;
	pid_t pids[3];

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		if (!pids[i] && i == 0)
			alert_forever(&self->tb, self->ping);
		if (!pids[i] && i == 1)
			read_forever();
		if (!pids[i])
			write_forever();
	}
	for (round = 0; round < rounds; round++) {
		uint64_t n;
		int err;

		/* Half of them go with alerts under way, the others at once. */
		if (round % 2)
			await_alert();
		n = stats_get("alerts");
		err = unload_between_reads();
		alerts += n && n != UINT64_MAX;
		if (!err)
			err = module_load(params);
		EXPECT_EQ(0, err) TH_LOG("round %d", round);
		if (err)
			break;
		if (round % 10 == 0)
			usleep(100 * 1000);
	}
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	/* There were alerts when it went. */
	EXPECT_LT(rounds / 4u, alerts);
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(0, module_load(""));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

TEST_HARNESS_MAIN
