/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the one header through which the pure files see their world
 *
 * Pure files (applet, args, buildid, excepted, exceptions, glob, hash, key, life,
 * lines, names, record, ring, rules, scan, span, table, text, tick, tools, window,
 * word) know neither clock nor random source nor task: all of that is handed in.
 * In the module this header maps to kernel headers; on the host the tests put
 * a shim of the same names in front of it, and the same .c files run there.
 */
#ifndef NETSCAN_CORE_H
#define NETSCAN_CORE_H

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/ctype.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#define netscan_calloc(n, size)	kvcalloc(n, size, GFP_KERNEL)
#define netscan_free(p)		kvfree(p)
/* The caller holds the lock: checked by lockdep, and nothing where there is none. */
#define netscan_assert_held(lock)	lockdep_assert_held(lock)
#define netscan_copy_user(to, addr, n) \
	copy_from_user_nofault(to, (const void __user *)(addr), n)
#else
#include "shim.h"
#endif

#include "limits.h"
#include "uapi/netscan.h"

#define NETSCAN_SEC	1000000000ULL	/* nanoseconds; all times are in them */

#endif
