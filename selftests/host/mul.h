/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the hash's multiplication, built with 128-bit integers and without
 */
#ifndef NETSCAN_MUL_H
#define NETSCAN_MUL_H

#include "hash.h"

u64 mul_wide(u64 a, u64 b);
u64 mul_narrow(u64 a, u64 b);
void add_pair_wide(struct netscan_hash *h, const struct netscan_hash_key *key,
		   u32 place, u64 a, u64 b);
void add_pair_narrow(struct netscan_hash *h, const struct netscan_hash_key *key,
		     u32 place, u64 a, u64 b);

#endif
