/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - strings, eight bytes at a time
 *
 * Words are little-endian on every machine: the first byte is the lowest.
 *
 * Context: any.
 */
#ifndef NETSCAN_WORD_H
#define NETSCAN_WORD_H

#include "core.h"

static __always_inline u64 netscan_word_load(const void *p)
{
	__le64 w;

	memcpy(&w, p, sizeof(w));
	return le64_to_cpu(w);
}

/*
 * The highest bit of each zero byte; bits above the lowest may be wrong. Words
 * of ASCII without one, which most are, are done with after the first step.
 */
static __always_inline u64 netscan_word_zeroes(u64 word)
{
	u64 high = (word - 0x0101010101010101ULL) & 0x8080808080808080ULL;

	return likely(!high) ? 0 : high & ~word;
}

/* How many bytes are before the first zero byte; there is one. */
static __always_inline size_t netscan_word_before(u64 zeroes)
{
	return (size_t)__builtin_ctzll(zeroes) / 8;
}

/* A mask of the bytes up to the first zero byte; there is one. */
static __always_inline u64 netscan_word_mask(u64 zeroes)
{
	return zeroes ^ (zeroes - 1);
}

#endif
