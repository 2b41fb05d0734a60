// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of the ring: wraps, and a reader that falls behind
 */
#include "../ring.h"
#include "selftest.h"

#define STEPS	500
#define LONGEST	2000

struct bench {
	struct netscan_ring ring;
	struct netscan_cursor reader;
	u32 length[STEPS + 1];	/* of record i, from 1 */
	char text[LONGEST];
	char memory[NETSCAN_MIN_RING];
};

/* As many of the newest as fit, each with two bytes of its own. */
static u64 __init oldest_kept(const struct bench *b, u64 newest)
{
	u64 seq = newest, bytes = 0;

	while (seq && (bytes += 2 + b->length[seq]) <= sizeof(b->memory))
		seq--;
	return seq + 1;
}

static void __init read_one(struct bench *b, u64 newest)
{
	u64 oldest = oldest_kept(b, newest), seq = b->reader.seq;
	u64 lost = seq < oldest ? oldest - seq : 0;
	int len;

	NETSCAN_EXPECT(netscan_ring_lost(&b->ring, &b->reader) == lost);
	if (lost)
		netscan_ring_rewind(&b->ring, &b->reader);
	seq += lost;
	len = netscan_ring_peek(&b->ring, &b->reader, b->text, LONGEST);
	if (!NETSCAN_EXPECT(len == (seq > newest ? 0 : b->length[seq])) || !len)
		return;
	NETSCAN_EXPECT(!memchr_inv(b->text, (u8)seq, len));
	netscan_ring_next(&b->reader, len);
}

int __init netscan_selftest_ring(void)
{
	struct bench *b = netscan_calloc(1, sizeof(*b));
	u64 gone, seed = 4;
	u32 i, reads;

	if (!b)
		return -ENOMEM;
	netscan_ring_init(&b->ring, b->memory, sizeof(b->memory));
	netscan_ring_rewind(&b->ring, &b->reader);
	for (i = 1; i <= STEPS && !netscan_selftest_failed; i++) {
		b->length[i] = 1 + netscan_selftest_below(&seed, LONGEST);
		memset(b->text, i, b->length[i]);
		gone = oldest_kept(b, i) - oldest_kept(b, i - 1);
		NETSCAN_EXPECT(netscan_ring_push(&b->ring, b->text,
						 b->length[i]) == gone);
		/* It reads too little for a while, then catches up. */
		reads = netscan_selftest_below(&seed, i / 50 % 2 ? 2 : 6);
		while (reads--)
			read_one(b, i);
	}
	netscan_free(b);
	return 0;
}
