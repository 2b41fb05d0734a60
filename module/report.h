/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the worker: from the queue to the ring, and the clock
 */
#ifndef NETSCAN_REPORT_H
#define NETSCAN_REPORT_H

#include <linux/types.h>

void netscan_report_wake(void);
void netscan_report_flush(void);
size_t netscan_report_bytes(void);
int netscan_report_init(void);
void netscan_report_start(void);
void netscan_report_stop_clock(void);
void netscan_report_stop(void);
void netscan_report_exit(void);

#endif
