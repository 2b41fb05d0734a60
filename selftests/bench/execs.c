// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - exec a program many times and say what one exec takes, in instructions
 *
 *   execs time PROGRAM ARGUMENT...    from one parent
 *   execs alone PROGRAM ARGUMENT...   each exec from a parent and in a session of its own
 *   execs crowd N PROGRAM ARGUMENT... N of those, not measured
 *   execs share N PROGRAM ARGUMENT... from N parents at once, each on a processor of its own
 *   execs probe PROGRAM ARGUMENT...   as "time", but the probes alone
 *
 * Prints three numbers: the least and the median of the rounds, and what the machine has done in
 * all, with whoever else had work of it. A round's own number is that of its execs which a tenth of
 * them undercut: the clock's tick and what the kernel puts off fall into others. The guest's clock
 * runs NS_PER_INSN nanoseconds an instruction, which makes of time a count. Who execs alone does it
 * as a real-time task, so that a worker that it wakes runs after the exec, not within its time.
 *
 * "share" takes all rounds as one, and prints of the processors' numbers the least and the most,
 * and the time from the first exec to the last, which is what all processors have executed, per
 * exec.
 *
 * "probe" asks stopwatch.ko for the time from the one of its probes to the other, with whatever was
 * probed in between; it prints the least, the mean and the most.
 *
 * A "%u" in an argument is another number of seven digits each time. EXECS in the environment says
 * how many execs make a round, FILL with how many different last arguments the program is run
 * before; with REVERSE=1 every other exec has its arguments, but the last one, in reverse order;
 * with REST=1 who was woken by one exec is done before the next.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_INSN	2
#define ROUNDS		6
#define MAX_EXECS	200	/* of a round */
#define ALONE		25	/* of a round that makes a record each: fewer than can wait */
#define PAUSE_US	50000	/* for who is behind */
#define MAX_TEXT	32
#define MAX_NEW		40	/* arguments that are new each time */
#define MAX_SHARE	64	/* processors */
#define RUN		"/sys/module/stopwatch/parameters/run"
#define FIRST_NUMBER	1000000	/* all have as many digits */

/* An argument that is new each time, or the last one. */
struct argument {
	char **at;
	const char *format;
	char text[MAX_EXECS][MAX_TEXT];
};

/* What one of several processors has to say. */
struct share {
	unsigned int ready;
	uint64_t took, start, end;
};

static struct argument argument[MAX_NEW];
static unsigned int nr_arguments;
static char **command;
static char **last;
static unsigned int number = FIRST_NUMBER;
static unsigned int reverse, rest;
static char line[256];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* What all tasks have run for on the one processor. */
static uint64_t busy_ns(void)
{
	unsigned long long ns = 0;
	FILE *file = fopen("/proc/schedstat", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &ns) == 1)
			break;
	if (!ns)
		exit(1);
	fclose(file);
	return ns;
}

static void make_text(struct argument *a, unsigned int i)
{
	const char *at = strstr(a->format, "%u");

	if (at)
		snprintf(a->text[i], MAX_TEXT, "%.*s%u%s", (int)(at - a->format), a->format,
			 number++, at + 2);
	else
		snprintf(a->text[i], MAX_TEXT, "%s", a->format);
}

/* Made before the clock is looked at. */
static void make_texts(unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++)
		for (j = 0; j < nr_arguments; j++)
			make_text(&argument[j], i);
}

static void reverse_arguments(void)
{
	char **a = command + 2, **b = last - 1, *swap;

	for (; a < b; a++, b--) {
		swap = *a;
		*a = *b;
		*b = swap;
	}
}

static void exec_one(unsigned int i)
{
	unsigned int j;
	pid_t pid;
	int status;

	for (j = 0; j < nr_arguments; j++)
		*argument[j].at = argument[j].text[i];
	pid = vfork();
	if (!pid) {
		execv(command[0], command + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "execs: %s did not run\n", command[0]);
		exit(1);
	}
}

static void exec_alone(unsigned int i)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		exec_one(i);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		exit(1);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The time of each exec, in order. */
static void time_execs(void (*exec)(unsigned int i), unsigned int nr, uint64_t *took)
{
	uint64_t start;
	unsigned int i;

	make_texts(nr);
	for (i = 0; i < nr; i++) {
		if (reverse)
			reverse_arguments();
		start = now_ns();
		exec(i);
		took[i] = now_ns() - start;
		if (rest)
			usleep(PAUSE_US);
	}
}

static uint64_t run_round(void (*exec)(unsigned int i), unsigned int nr)
{
	uint64_t took[MAX_EXECS];

	time_execs(exec, nr, took);
	qsort(took, nr, sizeof(took[0]), compare);
	return took[nr / 10] / NS_PER_INSN;
}

/* Before any that is not, until this task goes to sleep. */
static void go_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		exit(1);
}

static void measure(void (*exec)(unsigned int i), unsigned int nr)
{
	uint64_t took[ROUNDS], busy;
	unsigned int i;

	/* The first ones find nothing where it will be. */
	make_texts(1);
	exec(0);
	busy = busy_ns();
	for (i = 0; i < ROUNDS; i++) {
		took[i] = run_round(exec, nr);
		usleep(PAUSE_US);
	}
	usleep(4 * PAUSE_US);
	busy = (busy_ns() - busy) / NS_PER_INSN;
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	printf("%llu %llu %llu\n", (unsigned long long)took[0],
	       (unsigned long long)(took[ROUNDS / 2 - 1] + took[ROUNDS / 2]) / 2,
	       (unsigned long long)busy / (ROUNDS * nr));
}

static void run_share(struct share *all, unsigned int cpu, unsigned int nr_cpus, unsigned int nr)
{
	uint64_t *took = calloc(ROUNDS * nr, sizeof(*took));
	struct share *s = &all[cpu];
	cpu_set_t set;
	unsigned int i;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!took || sched_setaffinity(0, sizeof(set), &set))
		exit(1);
	setsid();
	make_texts(1);
	exec_one(0);
	__atomic_store_n(&s->ready, 1, __ATOMIC_RELEASE);
	for (i = 0; i < nr_cpus; i++)
		while (!__atomic_load_n(&all[i].ready, __ATOMIC_ACQUIRE))
			sched_yield();
	s->start = now_ns();
	for (i = 0; i < ROUNDS; i++)
		time_execs(exec_one, nr, took + i * nr);
	s->end = now_ns();
	qsort(took, ROUNDS * nr, sizeof(took[0]), compare);
	s->took = took[ROUNDS * nr / 10] / NS_PER_INSN;
	exit(0);
}

static void share(unsigned int nr_cpus, unsigned int nr)
{
	struct share *s = mmap(NULL, MAX_SHARE * sizeof(*s), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t least = UINT64_MAX, most = 0, start = UINT64_MAX, end = 0;
	unsigned int i;

	if (s == MAP_FAILED || !nr_cpus || nr_cpus > MAX_SHARE)
		exit(1);
	for (i = 0; i < nr_cpus; i++)
		if (!fork())
			run_share(s, i, nr_cpus, nr);
	while (wait(NULL) > 0)
		;
	for (i = 0; i < nr_cpus; i++) {
		if (!s[i].end)
			exit(1);
		least = s[i].took < least ? s[i].took : least;
		most = s[i].took > most ? s[i].took : most;
		start = s[i].start < start ? s[i].start : start;
		end = s[i].end > end ? s[i].end : end;
	}
	printf("%llu %llu %llu\n", (unsigned long long)least, (unsigned long long)most,
	       (unsigned long long)(end - start) / NS_PER_INSN / (nr_cpus * ROUNDS * nr));
}

static void probe(unsigned int nr)
{
	unsigned long long count, sum, most, least;
	unsigned int i;
	FILE *run;

	make_texts(1);
	exec_one(0);
	make_texts(nr);
	run = fopen(RUN, "w");
	if (!run || fputs("1", run) < 0 || fclose(run))
		exit(1);
	for (i = 0; i < nr; i++)
		exec_one(i);
	run = fopen(RUN, "r");
	if (!run || fscanf(run, "%llu %llu %llu %*u %*u %llu", &count, &sum, &most,
			   &least) != 4 ||
	    count != nr)
		exit(1);
	printf("%llu %llu %llu\n", least / NS_PER_INSN, sum / count / NS_PER_INSN,
	       most / NS_PER_INSN);
}

/* With other texts in place of the last argument. */
static void fill(unsigned int nr)
{
	struct argument *a = &argument[nr_arguments - 1];
	const char *measured = a->format;

	a->format = "extra-%u";
	while (nr--) {
		make_texts(1);
		exec_one(0);
	}
	a->format = measured;
}

static void crowd(unsigned int nr)
{
	while (nr--) {
		make_texts(1);
		exec_alone(0);
	}
}

/* Those that are new each time; the last one is among them in any case. */
static void find_arguments(void)
{
	char **at;

	for (at = command + 1; at <= last; at++) {
		if (at != last && !strstr(*at, "%u"))
			continue;
		if (nr_arguments == MAX_NEW)
			exit(2);
		argument[nr_arguments].at = at;
		argument[nr_arguments++].format = *at;
	}
}

/* Taken out of the environment, which is part of what each exec has to copy. */
static unsigned int setting(const char *name, unsigned int otherwise)
{
	const char *value = getenv(name);
	unsigned int nr = value ? strtoul(value, NULL, 10) : otherwise;

	unsetenv(name);
	return nr;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	unsigned int skip = !strcmp(how, "crowd") || !strcmp(how, "share") ? 3 : 2;
	unsigned int nr = setting("EXECS", MAX_EXECS), more = setting("FILL", 0);

	reverse = setting("REVERSE", 0);
	rest = setting("REST", 0);
	if (argc <= (int)skip + 1 || !nr || nr > MAX_EXECS) {
		fprintf(stderr, "usage: execs time|alone|probe|crowd N|share N PROGRAM ARG...\n");
		return 2;
	}
	command = argv + skip;
	last = argv + argc - 1;
	find_arguments();
	fill(more);
	if (!strcmp(how, "crowd")) {
		crowd(atoi(argv[2]));
	} else if (!strcmp(how, "share")) {
		share(atoi(argv[2]), nr);
	} else if (!strcmp(how, "probe")) {
		probe(nr);
	} else if (!strcmp(how, "alone")) {
		go_first();
		measure(exec_alone, ALONE);
	} else {
		measure(exec_one, nr);
	}
	return 0;
}
