/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - exceptions at work: asked at exec, kept up with the files they name
 */
#ifndef NETSCAN_EXEMPT_H
#define NETSCAN_EXEMPT_H

#include "config.h"
#include "event.h"

struct task_struct;

u32 netscan_exempt_rules(const struct netscan_config *cfg,
			 const struct netscan_event *ev,
			 struct task_struct *parent);
struct netscan_file_id netscan_exempt_lookup(const char *path);
void netscan_exempt_hits(u64 *hits);
void netscan_exempt_reset(u64 slots);
size_t netscan_exempt_bytes(void);

#endif
