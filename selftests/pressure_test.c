// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - decoys, floods, huge argument vectors: what is still seen, at what price
 *
 * Design: a flood that takes minutes at the table's default size is made in proportion to a small
 * table (groups=), unless the tests run at full size (FULL=1). What makes room in the table is
 * known to the test beforehand, so the ledger has to add up to the group.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define FULL_GROUPS	3840
#define QUICK_GROUPS	64
#define FULL_DECOYS	100000
#define THRESHOLD	100
#define BUCKET		64	/* groups that make room for each other */
#define AGAIN		3	/* of so many a bucket, 50 arguments each, a scan keeps ahead */
#define HUGE_ARGC	300000

/* Of an argument vector, at most these are read (netscan.4). */
#define MOST_READ	(2048 + 512)

static struct record r;
static char text[FILE_SIZE];
static struct testbed bed;
static char ping[300];

/* ---- the ledger ---- */

static uint64_t evicted(void)
{
	return stats_get("evicted_idle") + stats_get("evicted_armed") +
	       stats_get("evicted_covered") + stats_get("evicted_open");
}

/* The number after @key in the status file. */
static uint64_t status_get(const char *key)
{
	const char *s;

	if (file_read(PROC("status"), text, sizeof(text)) < 0)
		return UINT64_MAX;
	s = strstr(text, key);
	return s ? strtoull(s + strlen(key), NULL, 10) : UINT64_MAX;
}

/* Groups that were ever made: those still there and those whose end the ledger has. */
static uint64_t groups_made(void)
{
	return status_get("\ngroups: ") + evicted() + stats_get("cleared") + stats_get("reused");
}

/* ---- decoys ---- */

FIXTURE(decoys) {
	unsigned int groups;
	unsigned int count;
};

FIXTURE_SETUP(decoys)
{
	char params[100];
	const char *path;

	self->groups = test_is_full() ? FULL_GROUPS : QUICK_GROUPS;
	self->count = (uint64_t)FULL_DECOYS * self->groups / FULL_GROUPS;
	/* However long it takes, nothing of it leaves its window meanwhile. */
	snprintf(params, sizeof(params),
		 "groups=%u rules=\"session enabled=0;scan window=86400\"", self->groups);
	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
	ASSERT_EQ(0, testbed_reload(&bed, params));
}

FIXTURE_TEARDOWN(decoys)
{
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

/**
 * scan_among_decoys() - one host after so many decoys each, until there is an alert
 * @total: as many decoys, at most
 * @hosts: receives how many hosts there were: a busy machine may show the alert one later
 *
 * Return: how many decoys there were, or -errno.
 */
static long scan_among_decoys(unsigned int total, unsigned int *hosts)
{
	unsigned int step = total / THRESHOLD, made = 0;
	int err = 0;

	*hosts = 0;
	while (!err && made < total) {
		err = probe_hosts(&bed.prober, 0, ping, (*hosts)++, 1);
		if (!err && record_read(bed.dev, &r, 0) == 1)
			return made;
		err = err ?: decoys(ping, 0, step, 2, 1, made);
		made += step;
	}
	return err ?: -ETIME;
}

TEST_F_TIMEOUT(decoys, of_one_exec_each_do_not_hide_a_scan, 7200)
{
	unsigned int hosts;
	long made = scan_among_decoys(self->count, &hosts);

	ASSERT_LT(0, made);
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("scan", record_raw(&r, "rule"));
	EXPECT_EQ(100u, record_u64(&r, "distinct"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	/* The table was full many times over, and nothing went without being counted. */
	EXPECT_LT(10 * self->groups, made);
	EXPECT_EQ((uint64_t)made + 1, groups_made());
	EXPECT_EQ((uint64_t)made + hosts, stats_get("events"));
	EXPECT_LT(0u, stats_get("evicted_armed"));
	EXPECT_EQ(0u, stats_get("evicted_open"));
	fprintf(stderr, "# %ld decoys in a table of %u groups, %llu made room\n", made,
		self->groups, (unsigned long long)evicted());
}

/* It is not the oldest that makes room: a parent of one exec does so for its like. */
TEST_F_TIMEOUT(decoys, of_one_exec_each_do_not_hide_a_scan_that_rests, 7200)
{
	ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, 0, 2));
	ASSERT_EQ(0, decoys(ping, 0, 3 * self->groups, 5, 1, 0));
	ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, 2, 95));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_LT(BUCKET, record_u64(&r, "evicted"));
	EXPECT_EQ(3u * self->groups + 1, groups_made());
}

/* However much their one exec brings. */
TEST_F_TIMEOUT(decoys, of_50_arguments_do_not_hide_a_scan, 7200)
{
	unsigned int host, step = self->count / THRESHOLD;

	for (host = 0; host < 97; host++) {
		ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, host, 1));
		ASSERT_EQ(0, decoys(ping, 0, step, 50, 1, host * step));
	}
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_LT(0u, record_u64(&r, "evicted"));
	EXPECT_EQ(97u * step + 1, groups_made());
}

/* Nor do those of more execs, up to the bound, behind a table full of their like. */
TEST_F_TIMEOUT(decoys, of_more_execs_do_not_hide_a_scan_that_keeps_ahead, 7200)
{
	unsigned int host, step = AGAIN * self->groups / BUCKET, made = self->groups / 4;

	ASSERT_EQ(0, decoys(ping, 0, made, 50, 2, 0));
	for (host = 0; host < 97; host++) {
		ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, host, 1));
		/* At full size they come to some buckets all at once. */
		ASSERT_EQ(0, decoys(ping, 0, test_is_full() ? step / 2 : step, 50, 2, made));
		made += step;
	}
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(97u, record_u64(&r, "events"));
	EXPECT_LT(0u, record_u64(&r, "evicted"));
}

/* Beyond the bound: as many run again between two hosts as the table has room for. */
TEST_F_TIMEOUT(decoys, that_hide_a_scan_are_in_the_ledger, 7200)
{
	unsigned int made = self->groups / 2;

	ASSERT_EQ(0, probe_hosts(&bed.prober, 0, ping, 0, 2));
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", bed.prober.pid));
	ASSERT_EQ(0, decoys(ping, 0, made, 50, 2, 0));
	EXPECT_EQ(0, group_find(&r, "scan", "parent_pid", bed.prober.pid));
	/* All of it, the scan too, was seen and is accounted for. */
	EXPECT_LT(0u, stats_get("evicted_armed"));
	EXPECT_EQ(made + 1, groups_made());
	EXPECT_EQ(2u * made + 2, stats_get("events"));
	EXPECT_EQ(2u * made * 50 + 8, stats_get("args"));
}

/* Half as many groups as the table holds, by parents in sequence: no bucket overflows. */
TEST_F_TIMEOUT(decoys, spread_evenly_over_the_table, 300)
{
	unsigned int made = FULL_GROUPS / 2;

	ASSERT_EQ(0, testbed_reload(&bed, "rules=\"session enabled=0;scan window=86400\""));
	ASSERT_EQ(0, decoys(ping, 0, made, 2, 1, 0));
	EXPECT_EQ(0u, evicted());
	EXPECT_EQ(made, groups_made());
}

/* ---- argument vectors ---- */

FIXTURE(arguments) {
	struct testbed *tb;
};

FIXTURE_SETUP(arguments)
{
	const char *path;

	self->tb = &bed;
	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
}

FIXTURE_TEARDOWN(arguments)
{
	EXPECT_EQ(0, testbed_close(&bed));
}

/**
 * struct padded - an argument vector: "ping", hosts, padding, one host, padding, hosts
 * @before: how many hosts are before the padding
 * @pads: how many times @pad is before the one host
 * @pads_after: and how many times after it
 * @after: how many hosts are after that
 * @host: number of the first host
 * @pad: what pads
 */
struct padded {
	unsigned int before;
	unsigned int pads;
	unsigned int pads_after;
	unsigned int after;
	unsigned int host;
	char *pad;
};

static char *host_name(unsigned int n)
{
	char *s = NULL;

	return asprintf(&s, "h%06u", n) > 0 ? s : NULL;
}

static int exec_padded(void *arg)
{
	const struct padded *p = arg;
	unsigned int argc = 0, i;
	char **argv = calloc(p->before + p->pads + p->pads_after + p->after + 3,
			     sizeof(*argv));
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	if (!argv || setrlimit(RLIMIT_STACK, &unlimited))
		return -errno;
	argv[argc++] = "ping";
	for (i = 0; i < p->before; i++)
		argv[argc++] = host_name(p->host + i);
	for (i = 0; i < p->pads; i++)
		argv[argc++] = p->pad;
	argv[argc++] = host_name(p->host + p->before);
	for (i = 0; i < p->pads_after; i++)
		argv[argc++] = p->pad;
	for (i = 0; i < p->after; i++)
		argv[argc++] = host_name(p->host + p->before + 1 + i);
	return exec_program(ping, argv);
}

TEST_F(arguments, of_128_kib_in_one_counts_as_truncated_and_hides_no_other)
{
	uint64_t truncated = stats_get("truncated"), args = stats_get("args");
	struct padded p = { .before = 48, .pads = 1, .after = 48 };

	/* MAX_ARG_STRLEN, its NUL included. */
	p.pad = malloc(131072);
	memset(p.pad, 'x', 131071);
	p.pad[131071] = '\0';
	ASSERT_EQ(0, session_exec(&bed, exec_padded, &p));
	/* "ping" and 97 hosts were read; what was not is one more. */
	ASSERT_EQ(1, group_find(&r, "scan", "parent_pid", bed.prober.pid));
	EXPECT_EQ(99u, record_u64(&r, "distinct"));
	EXPECT_EQ(truncated + 1, stats_get("truncated"));
	EXPECT_EQ(args + 98, stats_get("args"));
}

TEST_F_TIMEOUT(arguments, of_2_mib_in_300000_are_bounded_work, 60)
{
	uint64_t truncated = stats_get("truncated"), args = stats_get("args");
	struct padded p = { .before = HUGE_ARGC - 2 };

	ASSERT_EQ(0, session_exec(&bed, exec_padded, &p));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ((uint64_t)HUGE_ARGC, record_u64(&r, "argc"));
	EXPECT_EQ(MOST_READ + 1u, record_u64(&r, "distinct"));
	EXPECT_EQ(1u, record_u64(&r, "truncated"));
	EXPECT_EQ(truncated + 1, stats_get("truncated"));
	EXPECT_EQ(args + MOST_READ, stats_get("args"));
}

static int exec_padded_often(void *arg)
{
	struct padded *p = arg;
	int err = 0;

	for (p->host = 0; !err && p->host < THRESHOLD; p->host++)
		err = child_run(exec_padded, p);
	return err;
}

TEST_F_TIMEOUT(arguments, that_pad_one_host_do_not_hide_it, 120)
{
	struct padded p = { .pads = MOST_READ, .pads_after = MOST_READ, .pad = "x" };

	/* Each exec has one host more, in the middle, where it is not read. */
	ASSERT_EQ(0, session_run(&bed, exec_padded_often, &p));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("scan", record_raw(&r, "rule"));
	/* "ping" and "x" are the other two. */
	EXPECT_EQ(98u, record_u64(&r, "events"));
	EXPECT_EQ(98u, record_u64(&r, "truncated"));
}

/* ---- a fork bomb of tools ---- */

#define MAX_WORKERS	64

/**
 * struct bomb - processes that do nothing but exec
 * @until: when they stop, of now_ns(), unless that was too soon for an alert
 * @workers: how many
 * @execs: how often each did
 * @failed: how often an exec failed, or a vfork
 * @shortest: nanoseconds of the shortest exec, from the vfork to the end of the program
 */
struct bomb {
	uint64_t until;
	unsigned int workers;
	uint64_t execs[MAX_WORKERS];
	uint64_t failed[MAX_WORKERS];
	uint64_t shortest[MAX_WORKERS];
};

static void __attribute__((noreturn)) exec_on(struct bomb *bomb, unsigned int me)
{
	static char * const no_environment[] = { NULL };
	char host[24], *argv[] = { "ping", "-c", "1", host, NULL };
	volatile uint64_t failed = 0, n = 0, began, shortest = UINT64_MAX;

	while ((began = now_ns()) < bomb->until || n <= THRESHOLD) {
		volatile pid_t pid;

		snprintf(host, sizeof(host), "h%llu", (unsigned long long)n++);
		pid = vfork();
		if (!pid) {
			execve(ping, argv, no_environment);
			failed++;
			_exit(1);
		}
		failed += pid < 0;
		waitpid(pid, NULL, 0);
		if (now_ns() - began < shortest)
			shortest = now_ns() - began;
	}
	bomb->shortest[me] = shortest;
	bomb->execs[me] = n - failed;
	bomb->failed[me] = failed;
	_exit(0);
}

static int set_off(void *arg)
{
	struct bomb *bomb = arg;
	unsigned int i;

	for (i = 0; i < bomb->workers; i++) {
		if (!fork())
			exec_on(bomb, i);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

/*
 * In the median, the probe may take one part in so many of the shortest exec with all that belongs
 * to it; it is one in 95, of instructions (Documentation/cost.rst), without those of a kprobe. That
 * holds on however slow a machine. Neither the longest nor what 99 of 100 stay below has such a
 * bound here: an emulated processor waits for its turn in the middle of a probe, for as long as the
 * host likes.
 */
#define PART	4

/*
 * Whether the kernel has complained since @kmsg was opened. Whose a race is that KCSAN has seen is
 * judged with the whole log.
 */
static bool kernel_complained(int kmsg)
{
	static const char * const words[] = {
		" stall", " lockup", "BUG", "WARNING", "blocked for more than",
	};
	static char line[16 * 1024];
	bool complained = false;
	unsigned int i;
	ssize_t len;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		if (strstr(line, "BUG: KCSAN"))
			continue;
		for (i = 0; i < ARRAY_SIZE(words); i++) {
			if (strstr(line, words[i])) {
				fprintf(stderr, "# %s", line);
				complained = true;
			}
		}
	}
	return complained;
}

FIXTURE(bomb) {
	struct bomb *bomb;
	int kmsg;
};

FIXTURE_SETUP(bomb)
{
	const char *path;

	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
	self->bomb = shared_memory(sizeof(*self->bomb));
	ASSERT_NE(NULL, self->bomb);
	close(bed.dev);
	bed.dev = -1;
	ASSERT_EQ(0, stopwatch_load(""));
	bed.dev = device_open();
	ASSERT_LE(0, bed.dev);
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
	lseek(self->kmsg, 0, SEEK_END);
	ASSERT_EQ(0, rules_write("session enabled=0"));
}

FIXTURE_TEARDOWN(bomb)
{
	close(self->kmsg);
	EXPECT_EQ(0, ko_unload("stopwatch"));
	EXPECT_EQ(0, testbed_reload(&bed, ""));
	EXPECT_EQ(0, testbed_close(&bed));
}

TEST_F_TIMEOUT(bomb, on_all_cpus_loses_no_count_and_takes_no_memory, 180)
{
	uint64_t execs = stats_get("execs"), events = stats_get("events");
	uint64_t missed = stats_get("missed"), alerts = stats_get("alerts");
	uint64_t memory = status_get("\nmemory: "), made = 0, shortest = UINT64_MAX;
	struct bomb *bomb = self->bomb;
	struct stopwatch watch;
	uint64_t took;
	unsigned int i;

	bomb->workers = 2 * get_nprocs();
	ASSERT_GE(MAX_WORKERS, bomb->workers);
	took = now_ns();
	bomb->until = took + (test_is_full() ? 60 : 10) * NSEC_PER_SEC;
	ASSERT_EQ(0, session_run(&bed, set_off, bomb));
	took = now_ns() - took;
	ASSERT_EQ(0, stopwatch_read(&watch));
	for (i = 0; i < bomb->workers; i++) {
		made += bomb->execs[i];
		if (bomb->shortest[i] < shortest)
			shortest = bomb->shortest[i];
		EXPECT_LT(THRESHOLD, bomb->execs[i]);
		EXPECT_EQ(0u, bomb->failed[i]);
	}
	EXPECT_EQ(events + made, stats_get("events"));
	EXPECT_LE(execs + made, stats_get("execs"));
	EXPECT_EQ(missed, stats_get("missed"));
	/* One scan a worker. */
	EXPECT_EQ(alerts + bomb->workers, stats_get("alerts"));
	EXPECT_EQ(memory, status_get("\nmemory: "));
	EXPECT_FALSE(kernel_complained(self->kmsg));
	rate_say(made, took);
	stopwatch_say(&watch);
	fprintf(stderr, "# figure: %llu ns for the shortest exec, vfork and wait included\n",
		(unsigned long long)shortest);
	EXPECT_LE(made, watch.count);
	EXPECT_GE(shortest / PART, watch.half);
}

TEST_HARNESS_MAIN
