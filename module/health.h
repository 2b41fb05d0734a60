/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - does the probe still see execs?
 */
#ifndef NETSCAN_HEALTH_H
#define NETSCAN_HEALTH_H

#include <linux/types.h>

bool netscan_health_check(void);
bool netscan_health_ok(void);
const char *netscan_health_reason(void);
const char *netscan_health_note(void);

#endif
