/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - /dev/netscan
 */
#ifndef NETSCAN_CHARDEV_H
#define NETSCAN_CHARDEV_H

#include <linux/types.h>

u64 netscan_chardev_seq(void);
void netscan_chardev_push(const char *text, u32 len);
size_t netscan_chardev_bytes(void);
int netscan_chardev_init(u32 ring_size);
void netscan_chardev_exit(void);
int netscan_chardev_register(void);
void netscan_chardev_unregister(void);

#endif
