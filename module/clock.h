/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - from time since boot to the time people know
 */
#ifndef NETSCAN_CLOCK_H
#define NETSCAN_CLOCK_H

#include <linux/types.h>

u64 netscan_clock_to_real(void);

#endif
