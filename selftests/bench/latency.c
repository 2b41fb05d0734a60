// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - how long after its exec a reader blocked in read holds the alert, in microseconds
 *
 *   latency N PROGRAM ARGUMENT...
 *
 * Each of N execs comes from a parent and in a session of its own and has to raise an alert, whose
 * "last" is when the exec was seen. Prints the median, the 99th percentile and the most.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ALERTS	1000

static char line[8192];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The reader is blocked by then. */
static void exec_later(char **command)
{
	if (fork())
		return;
	setsid();
	usleep(20000);
	if (!vfork()) {
		execv(command[0], command + 1);
		_exit(127);
	}
	wait(NULL);
	_exit(0);
}

/* The time between an alert's exec and now, when it has just been read; 0 for other records. */
static uint64_t age(uint64_t now)
{
	unsigned long long seconds, nanoseconds;
	const char *at = strstr(line, " last=");

	if (strncmp(line, "type=alert ", 11) || !at ||
	    sscanf(at, " last=%llu.%llu", &seconds, &nanoseconds) != 2)
		return 0;
	return now - (seconds * 1000000000ULL + nanoseconds);
}

int main(int argc, char **argv)
{
	uint64_t took[MAX_ALERTS];
	unsigned int i, nr = argc > 3 ? atoi(argv[1]) : 0;
	int dev = open("/dev/netscan", O_RDONLY | O_NONBLOCK);
	ssize_t len;

	if (dev < 0 || !nr || nr > MAX_ALERTS) {
		fprintf(stderr, "usage: latency N PROGRAM ARGUMENT..., with netscan loaded\n");
		return 2;
	}
	/* What is there already is not what is waited for. */
	while (read(dev, line, sizeof(line) - 1) > 0)
		;
	fcntl(dev, F_SETFL, 0);
	for (i = 0; i < nr; i++) {
		exec_later(argv + 2);
		do {
			len = read(dev, line, sizeof(line) - 1);
			if (len < 0)
				return 1;
			took[i] = age(now_ns());
		} while (!took[i]);
		while (wait(NULL) > 0)
			;
	}
	qsort(took, nr, sizeof(took[0]), compare);
	printf("%.1f %.1f %.1f\n", took[nr / 2] / 1e3, took[nr - 1 - nr / 100] / 1e3,
	       took[nr - 1] / 1e3);
	return 0;
}
