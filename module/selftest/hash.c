// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of the hash: its sums against 128-bit ones, bit by bit
 */
#include "../hash.h"
#include "selftest.h"

static struct netscan_coefficient __init add(struct netscan_coefficient a,
					     struct netscan_coefficient b)
{
	a.lo += b.lo;
	a.hi += b.hi + (a.lo < b.lo);
	return a;
}

static struct netscan_coefficient __init multiply(struct netscan_coefficient a,
						  struct netscan_coefficient b)
{
	struct netscan_coefficient product = {};
	u32 i;

	for (i = 0; i < 128; i++, a = add(a, a))
		if ((i < 64 ? b.lo >> i : b.hi >> (i - 64)) & 1)
			product = add(product, a);
	return product;
}

/* Words that carry as far as can be, that never do, and any. */
static u64 __init draw_word(u64 *seed)
{
	u64 word = netscan_selftest_random(seed);

	return word & 64 ? word >> (word & 63) : U64_MAX << (word & 63);
}

static void __init check_sums(struct netscan_hash_key *key, u64 *seed)
{
	struct netscan_coefficient a = { .lo = draw_word(seed) }, sum;
	struct netscan_coefficient b = { .lo = draw_word(seed) };
	struct netscan_hash h;
	u32 i;

	for (i = 0; i < 3; i++) {
		key->c[i].hi = draw_word(seed);
		key->c[i].lo = draw_word(seed);
	}
	NETSCAN_EXPECT(netscan_mul_high(a.lo, b.lo) == multiply(a, b).hi);

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, 1, a.lo);
	sum = add(key->c[0], multiply(key->c[1], a));
	NETSCAN_EXPECT(h.hi == sum.hi && h.lo == sum.lo);

	netscan_hash_add_pair(&h, &key->c[1], a.lo, b.lo);
	sum = add(sum, multiply(add(key->c[1], a), add(key->c[2], b)));
	NETSCAN_EXPECT(h.hi == sum.hi && h.lo == sum.lo);
}

int __init netscan_selftest_hash(void)
{
	struct netscan_hash_key *key = netscan_calloc(1, sizeof(*key));
	u64 seed = 1;
	u32 i;

	if (!key)
		return -ENOMEM;
	for (i = 0; i < 200 && !netscan_selftest_failed; i++)
		check_sums(key, &seed);
	netscan_free(key);
	return 0;
}
