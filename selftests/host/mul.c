// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the hash's multiplication, built with 128-bit integers and without
 */
#include "hash.h"
#include "mul.h"

#ifdef CONFIG_ARCH_SUPPORTS_INT128
u64 mul_wide(u64 a, u64 b)
#else
u64 mul_narrow(u64 a, u64 b)
#endif
{
	return netscan_mul_high(a, b);
}

#ifdef CONFIG_ARCH_SUPPORTS_INT128
void add_pair_wide(struct netscan_hash *h, const struct netscan_hash_key *key,
		   u32 place, u64 a, u64 b)
#else
void add_pair_narrow(struct netscan_hash *h, const struct netscan_hash_key *key,
		     u32 place, u64 a, u64 b)
#endif
{
	netscan_hash_add_pair(h, &key->c[place], a, b);
}
