// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-tests at load: run them, tell what came of it
 *
 * Design: the pure files are tested at length on the host. Here is what the
 * host cannot know: what this kernel's compiler and checkers make of the same
 * code on this machine. Seeds are fixed, so that what fails once fails always.
 *
 * Context: process, at load, before anything else is there.
 */
#include "../stats.h"
#include "selftest.h"

struct selftest {
	const char *name;
	int (*run)(void);
};

static const struct selftest tests[] __initconst = {
	{ "hash", netscan_selftest_hash },
	{ "window", netscan_selftest_window },
	{ "table", netscan_selftest_table },
	{ "ring", netscan_selftest_ring },
	{ "text", netscan_selftest_text },
	{ "config", netscan_selftest_config },
};

static u32 running __initdata;
bool netscan_selftest_failed __initdata;

bool __init netscan_selftest_expect(bool holds, int line, const char *what)
{
	if (!holds && !netscan_selftest_failed)
		pr_err("self-test fails: selftest/%s.c:%d expects %s\n",
		       tests[running].name, line, what);
	netscan_selftest_failed |= !holds;
	return holds;
}

/* SplitMix64, by Steele, Lea and Flood. */
u64 __init netscan_selftest_random(u64 *seed)
{
	u64 x = *seed += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

u32 __init netscan_selftest_below(u64 *seed, u32 n)
{
	return (u32)netscan_selftest_random(seed) % n;
}

/**
 * netscan_selftest() - run all self-tests
 *
 * Context: process, may sleep; nothing else counts in the ledger yet.
 * Return: 0, -EINVAL when one has failed, -ENOMEM when one could not be run.
 */
int __init netscan_selftest(void)
{
	int err = 0, cpu;

	for (running = 0; running < ARRAY_SIZE(tests) && !err; running++) {
		err = tests[running].run();
		if (netscan_selftest_failed)
			err = -EINVAL;
	}
	/* What the tests have pushed out and evicted is nobody's loss. */
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&netscan_stats, cpu), 0,
		       sizeof(struct netscan_stats));
	if (!err)
		pr_info("self-tests: %u passed\n", running);
	return err;
}
