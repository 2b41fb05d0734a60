// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - records that wait: the worker gets no processor, or has to share it
 *
 * Design: on one processor a process of real-time priority never rests, so that no worker of the
 * kernel runs there but those that can run nowhere else. Tools are exec'ed there by one of a higher
 * priority still, each with a parent of its own and so with an alert. Where their queue is to be
 * full, that processor is the only one that the kernel's workers may choose, and the ledger says
 * when one had to be put off.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "session.h"

#define THROTTLE	"/proc/sys/kernel/sched_rt_runtime_us"
#define CHOICE		"/sys/devices/virtual/workqueue/cpumask"
#define PARAMS		"ring=4194304 rules=\"session enabled=0;" \
			"scan distinct=1 window=86400 tools=all\""

#define STEP		50
#define MOST		3000	/* what the table has room for */
#define PENDING		32	/* what the queue has */

/*
 * By itself it ends after so many seconds, whatever becomes of the test: before those that the
 * kernel takes for a lockup of its workers.
 */
#define HOG_SECONDS	20

/* Of threads that are kept going: above that of the hog and of who execs beside it. */
#define KEPT_PRIORITY	70
#define MAX_KEPT	32

static struct record r;
static char text[4096], ping[300];

/**
 * struct hogged - a processor that nobody else gets
 * @tb: where
 * @hog: who has it
 * @throttle: what the kernel would have left to others, before
 * @choice: the processors that its workers could choose, before
 * @kept: threads of the kernel that are kept going, and how they were scheduled, before
 * @nr_kept: how many
 */
struct hogged {
	struct testbed tb;
	pid_t hog;
	char throttle[32];
	char choice[64];
	struct {
		pid_t pid;
		int policy;
		struct sched_param priority;
	} kept[MAX_KEPT];
	unsigned int nr_kept;
};

FIXTURE(queue) {
	struct hogged hogged;
};

FIXTURE(hog) {
	struct hogged hogged;
};

/*
 * This process on one processor, with that priority; 0: on any, with none. It takes turns with
 * its equals: under PREEMPT_RT, threads of the lowest real-time priority make timers and RCU work.
 */
static int be_scheduled(int cpu, int priority)
{
	struct sched_param param = { .sched_priority = priority };
	cpu_set_t cpus;
	long i;

	CPU_ZERO(&cpus);
	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &cpus);
	if (sched_setscheduler(0, priority ? SCHED_RR : SCHED_OTHER, &param) ||
	    sched_setaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	return 0;
}

static pid_t start_hog(int cpu)
{
	int fds[2];
	pid_t pid;
	char byte;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(HOG_SECONDS);
		if (be_scheduled(cpu, 1) || write(fds[1], "", 1) != 1)
			_exit(1);
		/* Not to hold the device open. */
		close_range(3, ~0U, 0);
		for (;;)
			;
	}
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1)
		pid = -1;
	close(fds[0]);
	return pid;
}

static void stop_hog(pid_t *hog)
{
	if (*hog > 0) {
		kill(*hog, SIGKILL);
		waitpid(*hog, NULL, 0);
	}
	*hog = 0;
}

/* Puts back what a file had, if it was read. */
static int put_back(const char *path, const char *text)
{
	return text[0] ? file_write(path, text, strlen(text)) : 0;
}

static int keep_going(struct hogged *h, pid_t pid)
{
	const struct sched_param priority = { .sched_priority = KEPT_PRIORITY };
	typeof(h->kept[0]) *kept = &h->kept[h->nr_kept];

	if (h->nr_kept == MAX_KEPT)
		return -E2BIG;
	kept->pid = pid;
	kept->policy = sched_getscheduler(pid);
	if (kept->policy < 0 || sched_getparam(pid, &kept->priority) ||
	    sched_setscheduler(pid, SCHED_RR, &priority))
		return errno == ESRCH ? 0 : -errno;
	h->nr_kept++;
	return 0;
}

/*
 * What has to be done on each processor, and grace periods, would wait for the hog, and with them
 * whoever changes a rule. The worker of records is not among these: it is none of the first
 * processor's own, but one that may choose.
 */
static int keep_kernel_going(struct hogged *h)
{
	char path[64];
	int err = 0;
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	while (dir && !err && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.20s/comm", entry->d_name);
		if (file_read(path, text, sizeof(text)) > 0 &&
		    (!strcmp(text, "rcu_preempt\n") || !strcmp(text, "rcu_sched\n") ||
		     !strncmp(text, "kworker/0:", 10)))
			err = keep_going(h, atoi(entry->d_name));
	}
	if (dir)
		closedir(dir);
	return err;
}

static void let_kernel_be(struct hogged *h)
{
	typeof(h->kept[0]) *kept;

	/* Some may have ended. */
	for (kept = h->kept; kept < h->kept + h->nr_kept; kept++)
		sched_setscheduler(kept->pid, kept->policy, &kept->priority);
}

static int hog_first_processor(struct hogged *h)
{
	int err = testbed_open(&h->tb);

	if (err)
		return err;
	strcpy(ping, tool_path(&h->tb, "ping"));
	err = testbed_reload(&h->tb, PARAMS);
	if (err || file_read(THROTTLE, h->throttle, sizeof(h->throttle)) <= 0)
		return err ?: -EIO;
	err = file_write(THROTTLE, "-1", 2) ?: keep_kernel_going(h);
	if (err)
		return err;
	h->hog = start_hog(0);
	return h->hog > 0 ? 0 : -EIO;
}

static int free_first_processor(struct hogged *h)
{
	int err;

	stop_hog(&h->hog);
	err = be_scheduled(-1, 0) ?: put_back(THROTTLE, h->throttle);
	let_kernel_be(h);
	err = put_back(CHOICE, h->choice) ?: err;
	err = testbed_reload(&h->tb, "") ?: err;
	return testbed_close(&h->tb) ?: err;
}

/* For a fixture and its tests alike: one that is skipped in its fixture is run all the same. */
static bool is_alone(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) < 2;
}

#define ALONE	"this takes a second processor"

FIXTURE_SETUP(queue)
{
	if (is_alone())
		return;
	ASSERT_LT(0, file_read(CHOICE, self->hogged.choice, sizeof(self->hogged.choice)));
	ASSERT_EQ(0, file_write(CHOICE, "1", 1));
	ASSERT_EQ(0, hog_first_processor(&self->hogged));
}

FIXTURE_TEARDOWN(queue)
{
	if (!is_alone()) {
		EXPECT_EQ(0, free_first_processor(&self->hogged));
	}
}

FIXTURE_SETUP(hog)
{
	if (is_alone())
		return;
	ASSERT_EQ(0, hog_first_processor(&self->hogged));
}

FIXTURE_TEARDOWN(hog)
{
	if (!is_alone()) {
		EXPECT_EQ(0, free_first_processor(&self->hogged));
	}
}

/* Scans, of one exec each, until one has found the queue full; how many, or -errno. */
static int fill_queue(void)
{
	int made = 0;
	int err = be_scheduled(0, 60);

	while (!err && !stats_get("deferred") && made < MOST) {
		err = decoys(ping, 0, STEP, 1, 1, made);
		made += STEP;
	}
	return err ?: made;
}

/* Waits until a counter is so far; what it is then. */
static uint64_t wait_for(const char *counter, uint64_t count)
{
	unsigned int tries;

	for (tries = 0; tries < PATIENCE_MS / 100 && stats_get(counter) < count; tries++)
		usleep(100 * 1000);
	return stats_get(counter);
}

/* How many records of a type there are to be read. */
static unsigned int count_records(int dev, const char *type)
{
	unsigned int n = 0;

	while (record_read(dev, &r, 0) == 1)
		n += record_is(&r, "type", type);
	return n;
}

/* The same, and those that the ring had no room for any more. */
static unsigned int count_records_and_lost(int dev, const char *type)
{
	unsigned int n = 0;

	while (record_read(dev, &r, 0) == 1) {
		if (record_is(&r, "type", "lost"))
			n += strtoul(record_raw(&r, "lost"), NULL, 10);
		else
			n += record_is(&r, "type", type);
	}
	return n;
}

TEST_F_TIMEOUT(queue, full_puts_off_alerts_and_loses_none, 90)
{
	int made;

	if (is_alone())
		SKIP(return, ALONE);
	made = fill_queue();
	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	EXPECT_GT((uint64_t)made, stats_get("alerts"));
	stop_hog(&self->hogged.hog);
	EXPECT_EQ((uint64_t)made, wait_for("alerts", made));
	EXPECT_EQ(0u, stats_get("unsent"));
	EXPECT_EQ((unsigned int)made, count_records(self->hogged.tb.dev, "alert"));
}

/* The change takes the worker's part, and the worker's queue is empty afterwards. */
TEST_F_TIMEOUT(queue, full_does_not_keep_scans_from_ending_with_their_rule, 90)
{
	int made;

	if (is_alone())
		SKIP(return, ALONE);
	made = fill_queue();
	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	ASSERT_EQ(0, rules_write("-scan\n"));
	EXPECT_EQ(0u, stats_get("unsent"));
	stop_hog(&self->hogged.hog);
	EXPECT_EQ((uint64_t)made, wait_for("ends", made));
	EXPECT_EQ((uint64_t)made, stats_get("alerts"));
	EXPECT_EQ((unsigned int)made, count_records(self->hogged.tb.dev, "end"));
}

/*
 * With a probe by ftrace the kernel has it wait for each task that waits for its turn, and so for
 * the end of the hog, and for the worker; with a breakpoint it does not, and the queue is given up.
 */
TEST_F_TIMEOUT(queue, full_does_not_keep_the_module_from_unloading, 90)
{
	int made;

	if (is_alone())
		SKIP(return, ALONE);
	made = fill_queue();
	ASSERT_LE(PENDING, made);
	EXPECT_LT(0u, stats_get("deferred"));
	ASSERT_EQ(0, be_scheduled(1, 0));
	close(self->hogged.tb.dev);
	self->hogged.tb.dev = -1;
	ASSERT_EQ(0, module_unload());
	stop_hog(&self->hogged.hog);
	ASSERT_EQ(0, module_load(PARAMS));
	self->hogged.tb.dev = device_open();
	ASSERT_LE(0, self->hogged.tb.dev);
	ASSERT_EQ(0, decoys(ping, 0, 1, 1, 1, 0));
	EXPECT_EQ(1u, wait_for("alerts", 1));
}

/* A processor that nobody else gets is no reason for an alert of it to wait. */
TEST_F_TIMEOUT(hog, of_a_processor_holds_up_none_of_its_alerts, 90)
{
	unsigned int made;

	if (is_alone())
		SKIP(return, ALONE);
	ASSERT_EQ(0, be_scheduled(0, 60));
	/* Fewer at a time than can wait: emulated processors take turns, and not short ones. */
	for (made = 0; made < 5 * (PENDING / 2); made += PENDING / 2) {
		ASSERT_EQ(0, decoys(ping, 0, PENDING / 2, 1, 1, 0));
		ASSERT_EQ(made + PENDING / 2, wait_for("alerts", made + PENDING / 2));
	}
	EXPECT_EQ(0u, stats_get("deferred"));
	EXPECT_EQ(made, count_records(self->hogged.tb.dev, "alert"));
}

/* ---- a flood ---- */

#define FLOOD_SECONDS	10
#define MAX_FLOODERS	16
#define DEPTH		1990	/* directories of one letter: a path as long as can be */
#define REFRESH		"/proc/sys/vm/stat_refresh"

/* What workers of raised priority may have to do meanwhile, of others. */
#define MOST_RAISED_NS	(100 * 1000000ULL)

FIXTURE(flood) {
	struct testbed tb;
};

/* From the directory @at down to where the flood's tool is: it costs the worker most there. */
static int go_deep(const char *at)
{
	unsigned int i;
	int err = chdir(at);

	for (i = 0; !err && i < DEPTH; i++)
		err = mkdir("d", 0755) ?: chdir("d");
	return err ? -errno : 0;
}

static int come_back(void)
{
	unsigned int i;
	int err = unlink("ping");

	for (i = 0; !err && i < DEPTH; i++)
		err = chdir("..") ?: rmdir("d");
	return err ? -errno : chdir("/");
}

FIXTURE_SETUP(flood)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	strcpy(ping, tool_path(&self->tb, "ping"));
	ASSERT_EQ(0, testbed_reload(&self->tb, PARAMS));
	ASSERT_EQ(0, go_deep(self->tb.dir));
	ASSERT_EQ(0, link(ping, "ping"));
}

FIXTURE_TEARDOWN(flood)
{
	EXPECT_EQ(0, come_back());
	EXPECT_EQ(0, be_scheduled(-1, 0));
	EXPECT_EQ(0, testbed_reload(&self->tb, ""));
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static pid_t start_flood(uint64_t until)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (now_ns() < until)
		if (decoys("./ping", 0, STEP, 1, 1, 0))
			_exit(1);
	_exit(0);
}

/* What workers that others have to make way for have run for. */
static uint64_t raised_ns(void)
{
	uint64_t sum = 0;
	char path[64];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	long nice;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
		if (file_read(path, text, sizeof(text)) <= 0 ||
		    sscanf(text, "%*d (kworker/%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			   "%*u %*u %*d %*d %*d %ld", &nice) != 1 || nice >= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/schedstat", entry->d_name);
		if (file_read(path, text, sizeof(text)) > 0)
			sum += strtoull(text, NULL, 10);
	}
	if (dir)
		closedir(dir);
	return sum;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Times how long a worker of usual priority takes to have its turn on every processor. */
static void time_workers(uint64_t until)
{
	static uint64_t took[10000];
	unsigned int n = 0;

	while (now_ns() < until && n < ARRAY_SIZE(took)) {
		uint64_t since = now_ns();

		if (file_read(REFRESH, text, sizeof(text)) < 0)
			return;
		took[n++] = now_ns() - since;
		usleep(1000);
	}
	qsort(took, n, sizeof(took[0]), compare);
	fprintf(stderr, "# other workers wait: median %llu us, 99 of 100 %llu us, most %llu us\n",
		took[n / 2] / 1000ULL, took[n - 1 - n / 100] / 1000ULL, took[n - 1] / 1000ULL);
}

/* Anybody can make a flood. What has to be done for it is nobody's to be favoured with. */
TEST_F_TIMEOUT(flood, of_alerts_is_worked_off_at_usual_priority, 120)
{
	uint64_t raised = raised_ns(), until = now_ns() + FLOOD_SECONDS * NSEC_PER_SEC;
	unsigned int flooders = 2 * sysconf(_SC_NPROCESSORS_ONLN), i;
	pid_t pids[MAX_FLOODERS];
	int status;

	ASSERT_GE(MAX_FLOODERS, flooders);
	for (i = 0; i < flooders; i++)
		pids[i] = start_flood(until);
	ASSERT_EQ(0, be_scheduled(-1, 20));
	time_workers(until);
	for (i = 0; i < flooders; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(stats_get("events"), wait_for("alerts", stats_get("events")));
	EXPECT_EQ(stats_get("events"), count_records_and_lost(self->tb.dev, "alert"));
	raised = raised_ns() - raised;
	fprintf(stderr, "# %llu alerts, %llu put off, %llu us at raised priority\n",
		(unsigned long long)stats_get("alerts"), (unsigned long long)stats_get("deferred"),
		(unsigned long long)raised / 1000);
	EXPECT_GE(MOST_RAISED_NS, raised);
}

TEST_HARNESS_MAIN
