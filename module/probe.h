/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the kprobe on exec
 */
#ifndef NETSCAN_PROBE_H
#define NETSCAN_PROBE_H

#include <linux/types.h>

int netscan_probe_init(void);
void netscan_probe_exit(void);
int netscan_probe_arm(void);
void netscan_probe_disarm(void);
bool netscan_probe_test(void);
bool netscan_probe_disabled(void);
unsigned long netscan_probe_missed(void);
void netscan_probe_forgive(unsigned long n);
const char *netscan_probe_symbol(void);
const char *netscan_probe_kind(void);
size_t netscan_probe_bytes(void);

#endif
