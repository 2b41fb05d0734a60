// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - exec a program many times and say what one exec takes, in instructions
 *
 *   execs time PROGRAM ARGUMENT...    from one parent
 *   execs alone PROGRAM ARGUMENT...   each exec from a parent and in a session of its own
 *   execs crowd N PROGRAM ARGUMENT... N of those, not measured
 *
 * Prints three numbers: the least and the median of the rounds, and what the machine has done in
 * all, with whoever else had work of it. A round's own number is that of its execs which a tenth of
 * them undercut: the clock's tick and what the kernel puts off fall into others. The guest's clock
 * runs NS_PER_INSN nanoseconds an instruction, which makes of time a count.
 *
 * A "%u" in the last argument is another number each time. EXECS in the environment says how many
 * execs make a round, FILL with how many different last arguments the program is run before; with
 * REVERSE=1 every other exec has its arguments, but the last one, in reverse order.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_INSN	2
#define ROUNDS		12
#define MAX_EXECS	300	/* of a round; all rounds together fit into a window of 4096 */
#define ALONE		25	/* of a round that makes a record each: fewer than can wait */
#define PAUSE_US	50000	/* for who is behind */
#define MAX_TEXT	32

static char text[MAX_EXECS][MAX_TEXT];
static char **command;
static char **last;
static const char *format;
static unsigned int number;
static unsigned int reverse;
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

/* Made before the clock is looked at. */
static void make_texts(unsigned int nr)
{
	char *at = strstr(format, "%u");
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (at)
			snprintf(text[i], MAX_TEXT, "%.*s%u%s", (int)(at - format), format,
				 number++, at + 2);
		else
			snprintf(text[i], MAX_TEXT, "%s", format);
	}
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
	pid_t pid;
	int status;

	*last = text[i];
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

static uint64_t run_round(void (*exec)(unsigned int i), unsigned int nr)
{
	uint64_t took[MAX_EXECS], start;
	unsigned int i;

	make_texts(nr);
	for (i = 0; i < nr; i++) {
		if (reverse)
			reverse_arguments();
		start = now_ns();
		exec(i);
		took[i] = now_ns() - start;
	}
	qsort(took, nr, sizeof(took[0]), compare);
	return took[nr / 10] / NS_PER_INSN;
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

static void fill(unsigned int nr)
{
	const char *measured = format;

	format = "extra-%u";
	while (nr--) {
		make_texts(1);
		exec_one(0);
	}
	format = measured;
}

static void crowd(unsigned int nr)
{
	while (nr--) {
		make_texts(1);
		exec_alone(0);
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
	unsigned int skip = argc > 1 && !strcmp(argv[1], "crowd") ? 3 : 2;
	unsigned int nr = setting("EXECS", MAX_EXECS), more = setting("FILL", 0);

	reverse = setting("REVERSE", 0);
	if (argc <= (int)skip + 1 || !nr || nr > MAX_EXECS) {
		fprintf(stderr, "usage: execs time|alone|crowd N PROGRAM ARGUMENT...\n");
		return 2;
	}
	command = argv + skip;
	last = argv + argc - 1;
	format = *last;
	fill(more);
	if (skip == 3)
		crowd(atoi(argv[2]));
	else if (!strcmp(argv[1], "alone"))
		measure(exec_alone, ALONE);
	else
		measure(exec_one, nr);
	return 0;
}
