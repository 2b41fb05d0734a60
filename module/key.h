/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what makes a group, as one number
 */
#ifndef NETSCAN_KEY_H
#define NETSCAN_KEY_H

#include "config.h"
#include "event.h"
#include "hash.h"

u64 netscan_key_group(const struct netscan_hash_key *key,
		      const struct netscan_rule *r,
		      const struct netscan_event *ev);
u64 netscan_key_unique(const struct netscan_hash_key *key, u64 a, u64 b);

#endif
