// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - how a host test is run: a process each, a verdict each
 */
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#define MAX_SECONDS	120
#define MAX_MESSAGES	10

static int failed;

void test_fail(const char *file, int line, const char *fmt, ...)
{
	const char *slash = strrchr(file, '/');
	va_list args;

	if (failed++ >= MAX_MESSAGES)
		return;
	printf("# %s:%d: ", slash ? slash + 1 : file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

/**
 * test_failed() - how many checks have failed in this test
 */
int test_failed(void)
{
	return failed;
}

void test_equal(const char *file, int line, const char *what, u64 a, u64 b)
{
	if (a != b)
		test_fail(file, line, "%s: %lld and %lld", what, (long long)a,
			  (long long)b);
}

void test_text_equal(const char *file, int line, const char *a, const char *b)
{
	if (!a || !b || strcmp(a, b))
		test_fail(file, line, "these differ:\n#   %s\n#   %s",
			  a ? a : "(none)", b ? b : "(none)");
}

/**
 * test_seed() - begin a sequence
 * @r: the sequence
 * @seed: any number
 */
void test_seed(struct test_random *r, u64 seed)
{
	r->state = seed * 0x9e3779b97f4a7c15ULL | 1;
	test_next(r);
	test_next(r);
}

u64 test_next(struct test_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dULL;
}

/**
 * test_below() - a number from 0 to @limit less one
 * @r: the sequence
 * @limit: above 0
 */
u32 test_below(struct test_random *r, u32 limit)
{
	return (test_next(r) >> 32) * limit >> 32;
}

/**
 * test_scale() - how many steps a property test takes
 * @steps: usually; NETSCAN_TEST_SCALE in the environment multiplies it
 */
u64 test_scale(u64 steps)
{
	const char *scale = getenv("NETSCAN_TEST_SCALE");

	return scale && atoi(scale) > 0 ? steps * atoi(scale) : steps;
}

static bool run_one(const struct test *test)
{
	const char *scale = getenv("NETSCAN_TEST_SCALE");
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!scale)
			alarm(MAX_SECONDS);
		test->run();
		fflush(stdout);
		exit(failed ? 1 : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		printf("# it died of signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/**
 * test_main() - run all tests of a program
 * @program: its name
 * @tests: the tests
 * @nr: how many
 *
 * Return: the program's exit status.
 */
int test_main(const char *program, const struct test *tests, size_t nr)
{
	int status = 0;
	size_t i;
	bool ok;

	for (i = 0; i < nr; i++) {
		ok = run_one(&tests[i]);
		printf("%sok - %s: %s\n", ok ? "" : "not ", program,
		       tests[i].name);
		status |= !ok;
	}
	return status;
}
