// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - from time since boot to the time people know
 */
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "clock.h"

#define SET_CLOCK	1000000LL	/* a change beyond it is someone's doing */

/**
 * netscan_clock_to_real() - what makes CLOCK_REALTIME of a time since boot
 *
 * Two clocks are read one after the other, and the time between is noise: an
 * answer less than a millisecond off the one before is that one, so that the
 * same moment is always shown the same way.
 *
 * Context: any but NMI.
 * Return: nanoseconds to add.
 */
u64 netscan_clock_to_real(void)
{
	static u64 known;
	u64 boot = ktime_get_boottime_ns();
	u64 now = ktime_get_real_ns() - boot;
	u64 was = READ_ONCE(known);

	if (abs((s64)(now - was)) < SET_CLOCK)
		return was;
	WRITE_ONCE(known, now);
	return now;
}
