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

/*
 * Loads the module with the @n-th of its calls that may fail failed; whether it came to that. Its
 * rules are of no effect, but for what it takes to keep them.
 */
static bool load_starved(unsigned int n, int *err)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", n);
	*err = file_write(STARVE("nth"), word, strlen(word)) ?:
	       module_load("rules=\"scan distinct=100\"");
	/* To read that it has failed takes memory, too. */
	if (file_write(STARVE("nth"), "0", 1) || file_read(STARVE("failed"), word, 16) < 0)
		abort();
	return word[0] == 'Y';
}

/*
 * Of this module and of no other: what it allocates, then a copy of its rules, a workqueue, a file,
 * a directory in /proc, seven files there, and the device.
 */
#define ALLOCATIONS	12
#define OF_SELF_TESTS	8
#define OTHER_CALLS	(1 + 1 + 1 + 1 + 7 + 1)

TEST_F_TIMEOUT(load, none_of_its_calls_may_fail, 180)
{
	int err = ko_load(program_beside("starve.ko"), "");
	unsigned int n = 1;

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that starves knows no way to do this here");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, module_unload());
	for (; n < 100 && load_starved(n, &err); n++) {
		EXPECT_EQ(-ENOMEM, err) TH_LOG("call %u", n);
		EXPECT_FALSE(module_loaded() || exists(DEVICE) || exists("/proc/netscan") ||
			     exists("/sys/class/misc/netscan")) TH_LOG("call %u", n);
		if (!err) {
			ASSERT_EQ(0, module_unload());
		}
	}
	EXPECT_EQ(0, err);
	/* And those of its self-tests, in a module that has them. */
	if (!access(program_beside("selftests"), F_OK))
		n -= OF_SELF_TESTS;
	EXPECT_EQ(ALLOCATIONS + OTHER_CALLS + 1u, n);
	EXPECT_EQ(0, ko_unload("starve"));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

/* More than is copied at once, several pages of it; and too few for an alert. */
#define ARGS		60
#define ARG_LENGTH	300
#define THRESHOLD	100

/*
 * One exec with arguments that no exec has had, but for the first two, where they are given; 0 or
 * -errno.
 */
static int exec_long(struct testbed *tb, const char *path, char *name, char *applet,
		     unsigned int number)
{
	static char args[ARGS][ARG_LENGTH];
	char *argv[ARGS + 1];
	unsigned int i;

	argv[0] = name;
	argv[1] = applet;
	for (i = applet ? 2 : 1; i < ARGS; i++) {
		snprintf(args[i], ARG_LENGTH, "%u-%u-%0280u", number, i, i);
		argv[i] = args[i];
	}
	argv[ARGS] = NULL;
	return probe_argv(&tb->prober, 0, path, argv);
}

/* The @n-th read from here on fails, 0: none; 0 or -errno. */
static int starve_read(unsigned int n)
{
	char word[16];

	return file_write(STARVE("read"), word, snprintf(word, sizeof(word), "%u", n));
}

/* Loads what has reads fail; 0, or -EOPNOTSUPP and not loaded, or another -errno. */
static int load_starve_reads(void)
{
	int err = ko_load(program_beside("starve.ko"), "") ?: starve_read(0);

	if (err == -EOPNOTSUPP)
		ko_unload("starve");
	return err;
}

/* Whether it has come to that. */
static bool read_has_failed(void)
{
	char word[16];

	return file_read(STARVE("read"), word, sizeof(word)) > 0 && !strcmp(word, "0\n");
}

TEST_F_TIMEOUT(load, argument_vector_that_cannot_be_read_is_one_more_argument, 120)
{
	int err = load_starve_reads();
	unsigned int n, seen, before = 1;
	uint64_t faults;

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that starves knows no way to do this here");
	ASSERT_EQ(0, err);
	self->tb.dev = device_open();
	ASSERT_LE(0, self->tb.dev);
	for (n = 1; n < 100; n++) {
		faults = stats_get("read_faults");
		prober_stop(&self->tb.prober);
		ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
		ASSERT_EQ(0, starve_read(n));
		ASSERT_EQ(0, exec_long(&self->tb, self->ping, "ping", NULL, n));
		/* The exec itself is as it would be. */
		EXPECT_EQ(0, self->tb.prober.status);
		ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
		seen = record_u64(&r, "distinct");
		if (!read_has_failed())
			break;
		EXPECT_EQ(faults + 1, stats_get("read_faults")) TH_LOG("read %u", n);
		/* What was read before that, and one for all the rest. */
		EXPECT_LE(before, seen) TH_LOG("read %u", n);
		EXPECT_GE(n == 1 ? 1u : ARGS, seen) TH_LOG("read %u", n);
		before = seen;
		ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host",
					 THRESHOLD - seen));
		ASSERT_EQ(1, testbed_next(&self->tb, &r)) TH_LOG("read %u", n);
		EXPECT_TRUE(record_is(&r, "type", "alert"));
		EXPECT_EQ(1u, record_u64(&r, "read_faults"));
		/* Of the first, its name was not read either. */
		EXPECT_EQ(THRESHOLD + (n == 1), record_u64(&r, "distinct")) TH_LOG("read %u", n);
		EXPECT_EQ(faults + 1, stats_get("read_faults"));
	}
	/* There was more than one, and where none fails all is read. */
	EXPECT_LT(5u, n);
	EXPECT_EQ(0, starve_read(0));
	EXPECT_EQ(faults, stats_get("read_faults"));
	EXPECT_EQ(ARGS + 0u, seen);
	close(self->tb.dev);
	self->tb.dev = -1;
	EXPECT_EQ(0, ko_unload("starve"));
}

/*
 * What a multi-call binary runs as stands behind more of argv than is read at once, so that argv is
 * read twice: to look, then to count.
 */
TEST_F_TIMEOUT(load, argument_vector_that_does_not_tell_the_tool_is_counted, 120)
{
	int err = load_starve_reads();
	unsigned int n, unseen = 0, counted = 0;
	uint64_t faults, events;
	char name[3000];
	char *box;

	if (err == -EOPNOTSUPP)
		SKIP(return, "the module that starves knows no way to do this here");
	ASSERT_EQ(0, err);
	box = strdup(tool_path(&self->tb, "busybox"));
	snprintf(name, sizeof(name), "%02900u/busybox", 0);
	for (n = 1; n < 100; n++) {
		faults = stats_get("read_faults");
		events = stats_get("events");
		prober_stop(&self->tb.prober);
		ASSERT_EQ(0, prober_start(&self->tb.prober, NULL, NULL));
		ASSERT_EQ(0, starve_read(n));
		ASSERT_EQ(0, exec_long(&self->tb, box, name, "ping", n));
		EXPECT_EQ(0, self->tb.prober.status);
		if (!read_has_failed())
			break;
		EXPECT_EQ(faults + 1, stats_get("read_faults")) TH_LOG("read %u", n);
		if (stats_get("events") == events)
			unseen++;
		else
			counted++;
	}
	/* All that is read to look, then what is read to count. */
	EXPECT_LE(2u, unseen);
	EXPECT_LT(5u, counted);
	EXPECT_EQ(n, unseen + counted + 1);
	EXPECT_EQ(0, starve_read(0));
	EXPECT_EQ(faults, stats_get("read_faults"));
	EXPECT_EQ(events + 1, stats_get("events"));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", self->tb.prober.pid));
	/* The first is too long to be an argument. */
	EXPECT_EQ(ARGS - 1u, record_u64(&r, "distinct"));
	EXPECT_EQ(0, ko_unload("starve"));
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

/* ---- a thousand times, with everything that may go on meanwhile ---- */

#define READERS		2
#define MAX_WORKERS	64

/**
 * struct work - what goes on while the module comes and goes
 * @tb: the testbed, for its prober
 * @tool: a tool
 * @other: a program that is none
 */
struct work {
	struct testbed *tb;
	const char *tool;
	const char *other;
};

/**
 * struct worker - a process that does one thing until it is killed
 * @run: what it does; never returns
 * @name: of that
 * @cpu: a processor of its own, or -1
 * @work: what it does that with
 * @pid: its pid
 * @done: how often it has done it, in shared memory
 */
struct worker {
	void (*run)(struct worker *me);
	const char *name;
	int cpu;
	const struct work *work;
	pid_t pid;
	volatile unsigned int *done;
};

/* Of a tool and of another program in turn. */
static void exec_forever(struct worker *me)
{
	static char * const no_environment[] = { NULL };
	char host[32];
	char *argv[] = { "ping", "-c", "1", host, NULL };
	const char *path;
	pid_t pid;

	setsid();
	for (;; ++*me->done) {
		path = *me->done % 2 ? me->work->tool : me->work->other;
		snprintf(host, sizeof(host), "%u", *me->done);
		if (posix_spawn(&pid, path, NULL, NULL, argv, no_environment))
			_exit(1);
		waitpid(pid, NULL, 0);
	}
}

/* Each exec has a parent of its own, and so an alert where one exec makes one. */
static void alert_forever(struct worker *me)
{
	for (;; *me->done += 100)
		if (probe_hosts(&me->work->tb->prober, PROBE_FRESH_PARENT, me->work->tool, 0, 100))
			_exit(1);
}

/* What comes and goes with the module is there or not; while it is, it is used. */
static void read_forever(struct worker *me)
{
	static char line[LINE_SIZE];

	for (;;) {
		int dev = open(DEVICE, O_RDONLY | O_NONBLOCK);
		int i;

		for (i = 0; dev >= 0 && i < 10; i++) {
			if (read(dev, line, sizeof(line)) < 0)
				break;
			++*me->done;
		}
		if (dev >= 0)
			close(dev);
		usleep(20 * 1000);
	}
}

static void write_rules_forever(struct worker *me)
{
	for (;;) {
		*me->done += !rules_write("t_load by=uid distinct=7 window=1\n");
		file_read(PROC("groups"), text, sizeof(text));
		rules_write("-t_load\n");
		file_read(PROC("status"), text, sizeof(text));
	}
}

static void write_tools_forever(struct worker *me)
{
	for (;;) {
		*me->done += !file_write(PROC("tools"), "t_load loaded\n", 14);
		file_read(PROC("tools"), text, sizeof(text));
		file_write(PROC("tools"), "-t_load\n", 8);
		file_read(PROC("stats"), text, sizeof(text));
	}
}

static bool stay_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return !sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void start_worker(struct worker *me)
{
	me->pid = fork();
	if (me->pid)
		return;
	/* Not longer than the test, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (me->cpu < 0 || stay_on(me->cpu))
		me->run(me);
	_exit(1);
}

/* One that execs on every processor, one that makes alerts, readers, writers. Returns how many. */
static unsigned int start_workers(struct worker *workers, const struct work *work)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), nr = 0, i;
	volatile unsigned int *done = shared_memory(MAX_WORKERS * sizeof(*done));

	if (!done || cpus + READERS + 3 > MAX_WORKERS)
		return 0;
	for (i = 0; i < cpus; i++)
		workers[nr++] = (struct worker){ exec_forever, "exec", i };
	workers[nr++] = (struct worker){ alert_forever, "alert", -1 };
	for (i = 0; i < READERS; i++)
		workers[nr++] = (struct worker){ read_forever, "read", -1 };
	workers[nr++] = (struct worker){ write_rules_forever, "write rules", -1 };
	workers[nr++] = (struct worker){ write_tools_forever, "write tools", -1 };
	for (i = 0; i < nr; i++) {
		workers[i].done = &done[i];
		workers[i].work = work;
		start_worker(&workers[i]);
	}
	return nr;
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

TEST_F_TIMEOUT(load, thousand_times_under_execs_alerts_readers_and_writers, 5400)
{
	static const char params[] = "rules=\"scan distinct=1 window=1\"";
	unsigned int rounds = test_is_full() ? 1000 : 25, round, nr, i, alerts = 0;
	struct work work = { .tb = &self->tb, .tool = self->ping };
	struct worker workers[MAX_WORKERS];
	uint64_t execs = 0, took, n;
	int err = 0;

	work.other = strdup(tool_path(&self->tb, "other"));
	ASSERT_NE(NULL, work.other);
	took = now_ns();
	nr = start_workers(workers, &work);
	ASSERT_LT(0u, nr);
	for (round = 0; !err && round < rounds; round++) {
		/* Half of them go with alerts under way, the others at once. */
		if (round % 2)
			await_alert();
		n = stats_get("alerts");
		err = unload_between_reads();
		alerts += n && n != UINT64_MAX;
		if (!err)
			err = module_load(params);
		EXPECT_EQ(0, err) TH_LOG("round %u", round);
		/* Now and then let it see some execs before it goes again. */
		if (round % 10 == 0)
			usleep(100 * 1000);
	}
	took = now_ns() - took;
	for (i = 0; i < nr; i++) {
		/* None of them has broken off. */
		EXPECT_EQ(0, waitpid(workers[i].pid, NULL, WNOHANG)) TH_LOG("%s", workers[i].name);
		kill(workers[i].pid, SIGKILL);
		waitpid(workers[i].pid, NULL, 0);
		EXPECT_LT(rounds / 2, *workers[i].done) {
			TH_LOG("%s was idle: %u", workers[i].name, *workers[i].done);
		}
		execs += workers[i].cpu >= 0 ? *workers[i].done : 0;
	}
	rate_say(execs, took);
	/* There were alerts when it went. */
	EXPECT_LT(rounds / 4u, alerts);
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(0, module_load(""));
	EXPECT_TRUE(works(&self->tb, self->ping));
}

TEST_HARNESS_MAIN
