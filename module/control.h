/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the live configuration and how it is replaced
 */
#ifndef NETSCAN_CONTROL_H
#define NETSCAN_CONTROL_H

#include "scan.h"

typedef int (*netscan_parse_fn)(struct netscan_config *cfg, char *text,
				const char **why);

extern struct netscan_scanner netscan_scanner;

const struct netscan_config *netscan_control_config(void);
int netscan_control_change(netscan_parse_fn parse, char *text,
			   const char **why);
int netscan_control_lock(struct netscan_config *cfg, char *text,
			 const char **why);
void netscan_control_lookup(void);
void netscan_control_stop(void);
int netscan_control_init(u32 slots, char *rules, bool lock);
void netscan_control_exit(void);

#endif
