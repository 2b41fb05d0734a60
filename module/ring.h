/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the last records, numbered
 */
#ifndef NETSCAN_RING_H
#define NETSCAN_RING_H

#include "core.h"

/**
 * struct netscan_ring - a byte ring of whole records
 * @buf: @size bytes, records one after the other, each behind its length
 * @size: a power of two
 * @seq: number that the next record gets, from 1
 * @oldest: number of the oldest kept record; @seq where none is kept
 * @head: bytes ever written: where the next record goes, modulo @size
 * @tail: where the oldest kept record begins, in the same count
 *
 * Locking: the caller's; @seq may be read without it by who only compares.
 */
struct netscan_ring {
	char *buf;
	u32 size;
	u64 seq;
	u64 oldest;
	u64 head;
	u64 tail;
};

/**
 * struct netscan_cursor - a reader's place
 * @seq: number of the record it wants next
 * @pos: where that record begins, in the ring's count of bytes
 */
struct netscan_cursor {
	u64 seq;
	u64 pos;
};

void netscan_ring_init(struct netscan_ring *r, char *buf, u32 size);
u64 netscan_ring_push(struct netscan_ring *r, const char *text, u32 len);
u64 netscan_ring_lost(const struct netscan_ring *r,
		      const struct netscan_cursor *c);
int netscan_ring_peek(const struct netscan_ring *r,
		      const struct netscan_cursor *c, char *buf, u32 size);
void netscan_ring_next(struct netscan_cursor *c, u32 len);
void netscan_ring_rewind(const struct netscan_ring *r,
			 struct netscan_cursor *c);

#endif
