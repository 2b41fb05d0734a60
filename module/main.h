/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - facts about this load of the module
 */
#ifndef NETSCAN_MAIN_H
#define NETSCAN_MAIN_H

#include <linux/types.h>

/**
 * struct netscan_info - what status shows and nothing else needs
 * @bytes: all memory that is held from load to unload
 * @loaded: when the module was loaded, nanoseconds since boot
 */
struct netscan_info {
	size_t bytes;
	u64 loaded;
};

extern struct netscan_info netscan_info;

#endif
