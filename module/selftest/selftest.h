/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - self-tests at load, in a module that was built with SELFTEST=1
 */
#ifndef NETSCAN_SELFTEST_H
#define NETSCAN_SELFTEST_H

#include "../core.h"

#ifdef NETSCAN_SELFTEST
int netscan_selftest(void);
#else
static inline int netscan_selftest(void)
{
	return 0;
}
#endif

/* What a test expects; the first that does not hold is told, and all is over */
#define NETSCAN_EXPECT(cond)	netscan_selftest_expect(cond, __LINE__, #cond)

extern bool netscan_selftest_failed;

bool netscan_selftest_expect(bool holds, int line, const char *what);
u64 netscan_selftest_random(u64 *seed);
u32 netscan_selftest_below(u64 *seed, u32 n);

/* Each returns 0, or -ENOMEM where it could not be run. */
int netscan_selftest_hash(void);
int netscan_selftest_window(void);
int netscan_selftest_table(void);
int netscan_selftest_ring(void);
int netscan_selftest_text(void);
int netscan_selftest_config(void);

#endif
