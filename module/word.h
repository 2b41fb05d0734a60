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

/* The highest bit of each zero byte; bits above the lowest may be wrong. */
static __always_inline u64 netscan_word_zeroes(u64 word)
{
	return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

/* How many bytes are before the first zero byte; there is one. */
static __always_inline u32 netscan_word_before(u64 zeroes)
{
	return __builtin_ctzll(zeroes) / 8;
}

/* A mask of the bytes before the first zero byte; there is one. */
static __always_inline u64 netscan_word_mask(u64 zeroes)
{
	return ((zeroes & -zeroes) >> 7) - 1;
}

#endif
