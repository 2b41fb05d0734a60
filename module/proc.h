/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - /proc/netscan
 */
#ifndef NETSCAN_PROC_H
#define NETSCAN_PROC_H

int netscan_proc_init(void);
void netscan_proc_exit(void);

#endif
