/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - keyed fingerprints of arguments and of group keys
 *
 * Design: a multilinear hash over 64-bit words with a 128-bit random
 * coefficient each,
 *
 *	h = (c[0] + c[1] * w[0] + ... + c[n] * w[n - 1]) mod 2^128 >> 64
 *
 * for the few words of a group's key and, for arguments, its form with half
 * the multiplications,
 *
 *	h = (c[0] + (c[1] + w[0]) * (c[2] + w[1]) + ...) mod 2^128 >> 64
 *
 * Both are strongly universal: any two different word lists collide with
 * probability 2^-64, or 2^-63 in the second form where one is the longer,
 * over the coefficients, whoever chose them, as long as neither coefficients
 * nor fingerprints are known (Lemire and Kaser, "Strongly universal string
 * hashing is fast", 2014). Neither ever leaves the kernel. The bound is for two
 * arguments of one group; key.c says what keeps groups apart. SipHash gives no
 * more against such an opponent and costs 77 to 150 instructions for a 16-byte
 * argument where this costs about 20, and the whole budget for such an argument
 * under two rules is 120.
 *
 * Context: any.
 */
#ifndef NETSCAN_HASH_H
#define NETSCAN_HASH_H

#include "core.h"

/* The words of the longest argument, and one that no argument fills. */
#define NETSCAN_HASH_WORDS	(NETSCAN_MAX_ARG / 8 + 1)

/**
 * struct netscan_coefficient - 128 random bits
 * @hi: their upper half
 * @lo: their lower half
 */
struct netscan_coefficient {
	u64 hi;
	u64 lo;
};

/**
 * struct netscan_hash_key - the coefficients
 * @c: random, drawn once at load
 */
struct netscan_hash_key {
	struct netscan_coefficient c[NETSCAN_HASH_WORDS + 1];
};

/**
 * struct netscan_hash - a sum under way, 128 bits
 * @hi: the upper half, which becomes the fingerprint
 * @lo: the lower half, kept for its carry
 */
struct netscan_hash {
	u64 hi;
	u64 lo;
};

static inline u64 netscan_mul_high(u64 a, u64 b)
{
#if defined(CONFIG_ARCH_SUPPORTS_INT128) && defined(__SIZEOF_INT128__)
	return ((__uint128_t)a * b) >> 64;
#else
	u64 low = (u64)(u32)a * (u32)b;
	u64 mid = (a >> 32) * (u32)b + (low >> 32);
	u64 mix = (u64)(u32)a * (b >> 32) + (u32)mid;

	return (a >> 32) * (b >> 32) + (mid >> 32) + (mix >> 32);
#endif
}

static inline void netscan_hash_start(struct netscan_hash *h,
				      const struct netscan_hash_key *key)
{
	h->hi = key->c[0].hi;
	h->lo = key->c[0].lo;
}

/**
 * netscan_hash_add() - add one word at its place
 * @h: the sum
 * @key: the coefficients
 * @place: 1 to NETSCAN_HASH_WORDS; each place is used once
 * @word: the word
 */
static inline void netscan_hash_add(struct netscan_hash *h,
				    const struct netscan_hash_key *key,
				    u32 place, u64 word)
{
	u64 lo = key->c[place].lo * word;

	h->hi += key->c[place].hi * word +
		 netscan_mul_high(key->c[place].lo, word);
	h->lo += lo;
	h->hi += h->lo < lo;
}

/**
 * netscan_hash_add_pair() - add two words at their places
 * @h: the sum
 * @c: the two coefficients of their places, the first of which is odd
 * @a: the first word
 * @b: the second
 */
static inline void netscan_hash_add_pair(struct netscan_hash *h,
					 const struct netscan_coefficient *c,
					 u64 a, u64 b)
{
	u64 a_lo = c[0].lo + a, a_hi = c[0].hi + (a_lo < a);
	u64 b_lo = c[1].lo + b, b_hi = c[1].hi + (b_lo < b);
	u64 lo = a_lo * b_lo;

	h->hi += netscan_mul_high(a_lo, b_lo) + a_hi * b_lo + a_lo * b_hi;
	h->lo += lo;
	h->hi += h->lo < lo;
}

#endif
