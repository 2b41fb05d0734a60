/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - how a host test is written and run
 *
 * A program lists its tests and hands them to test_main(), which runs each in a
 * process of its own, so that one that crashes or hangs is one failure, and
 * prints a line `ok - program: test` or `not ok - program: test` for it. What a
 * check has to say comes before that line, behind a '#'.
 */
#ifndef NETSCAN_TEST_H
#define NETSCAN_TEST_H

#include "shim.h"

#define SEC	1000000000ULL

/**
 * struct test - one test
 * @name: what it shows, a few words
 * @run: the test; its failed checks are counted
 */
struct test {
	const char *name;
	void (*run)(void);
};

/**
 * struct test_random - a sequence that depends on its seed alone
 * @state: not zero
 */
struct test_random {
	u64 state;
};

int test_main(const char *program, const struct test *tests, size_t nr);
int test_failed(void);
__printf(3, 4) void test_fail(const char *file, int line, const char *fmt, ...);
void test_equal(const char *file, int line, const char *what, u64 a, u64 b);
void test_text_equal(const char *file, int line, const char *a, const char *b);
void test_seed(struct test_random *r, u64 seed);
u64 test_next(struct test_random *r);
u32 test_below(struct test_random *r, u32 limit);
u64 test_scale(u64 steps);

#define CHECK(condition)						\
	((condition) ? (void)0 :					\
	 test_fail(__FILE__, __LINE__, "%s", #condition))
#define EQUAL(a, b)							\
	test_equal(__FILE__, __LINE__, #a " == " #b, (u64)(a), (u64)(b))
#define TEXT_EQUAL(a, b)						\
	test_text_equal(__FILE__, __LINE__, a, b)

#endif
