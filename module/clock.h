/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - from time since boot to the time people know
 */
#ifndef NETSCAN_CLOCK_H
#define NETSCAN_CLOCK_H

#include <linux/ktime.h>
#include <linux/timekeeping.h>

/**
 * netscan_clock_to_real() - what makes CLOCK_REALTIME of a time since boot
 *
 * Taken from what timekeeping itself adds, so that the same moment is always
 * shown the same way until someone sets the clock.
 *
 * Context: any but NMI.
 * Return: nanoseconds to add.
 */
static inline u64 netscan_clock_to_real(void)
{
	return ktime_mono_to_any(0, TK_OFFS_REAL) -
	       ktime_mono_to_any(0, TK_OFFS_BOOT);
}

#endif
