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

#define NETSCAN_WORD_LOWS	0x0101010101010101ULL
#define NETSCAN_WORD_HIGHS	0x8080808080808080ULL

static __always_inline u64 netscan_word_load(const void *p)
{
	__le64 w;

	memcpy(&w, p, sizeof(w));
	return le64_to_cpu(w);
}

/* Has neither word a zero byte? Never a wrong yes; a no may be wrong. */
static __always_inline bool netscan_words_are_full(u64 a, u64 b)
{
	return !(((a - NETSCAN_WORD_LOWS) | (b - NETSCAN_WORD_LOWS)) &
		 NETSCAN_WORD_HIGHS);
}

/* The highest bit of each zero byte; bits above the lowest may be wrong. */
static __always_inline u64 netscan_word_zeroes(u64 word)
{
	return (word - NETSCAN_WORD_LOWS) & ~word & NETSCAN_WORD_HIGHS;
}

/* How many bytes are before the first zero byte; there is one. */
static __always_inline u32 netscan_word_before(u64 zeroes)
{
	return (u32)__builtin_ctzll(zeroes) / 8;
}

/* A mask of the bytes up to the first zero byte; there is one. */
static __always_inline u64 netscan_word_mask(u64 zeroes)
{
	return zeroes ^ (zeroes - 1);
}

#endif
