// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the ring of records
 */
#include "ring.h"
#include "test.h"

static char memory[NETSCAN_MIN_RING];
static struct netscan_ring ring;
static char got[NETSCAN_RECORD_MAX];

static void begin(void)
{
	memset(memory, 0x5a, sizeof(memory));
	netscan_ring_init(&ring, memory, sizeof(memory));
}

static void fill_text(char *text, u32 len, u64 seq)
{
	u32 i;

	for (i = 0; i < len; i++)
		text[i] = seq + i;
}

static u64 push(u32 len)
{
	char text[NETSCAN_RECORD_MAX];

	fill_text(text, len, ring.seq);
	return netscan_ring_push(&ring, text, len);
}

/* Read one record of a known length; false when it is not what was pushed. */
static bool read_one(struct netscan_cursor *c, u32 len)
{
	char text[NETSCAN_RECORD_MAX];
	int n = netscan_ring_peek(&ring, c, got, sizeof(got));

	fill_text(text, len, c->seq);
	if (n != (int)len || memcmp(got, text, len))
		return false;
	netscan_ring_next(c, n);
	return true;
}

static void empty(void)
{
	struct netscan_cursor c;

	begin();
	netscan_ring_rewind(&ring, &c);
	EQUAL(c.seq, 1);
	EQUAL(netscan_ring_lost(&ring, &c), 0);
	EQUAL(netscan_ring_peek(&ring, &c, got, sizeof(got)), 0);
	EQUAL(netscan_ring_peek(&ring, &c, got, 0), 0);
}

static void in_order_to_each_reader(void)
{
	struct netscan_cursor a, b;

	begin();
	netscan_ring_rewind(&ring, &a);
	netscan_ring_rewind(&ring, &b);
	EQUAL(push(10), 0);
	EQUAL(push(1), 0);
	CHECK(read_one(&a, 10));
	EQUAL(push(300), 0);
	CHECK(read_one(&a, 1));
	CHECK(read_one(&a, 300));
	EQUAL(netscan_ring_peek(&ring, &a, got, sizeof(got)), 0);
	CHECK(read_one(&b, 10));
	CHECK(read_one(&b, 1));
	CHECK(read_one(&b, 300));
	EQUAL(a.seq, 4);
	netscan_ring_rewind(&ring, &a);
	EQUAL(a.seq, 1);
	CHECK(read_one(&a, 10));
}

static void short_buffer_loses_nothing(void)
{
	struct netscan_cursor c;

	begin();
	netscan_ring_rewind(&ring, &c);
	push(100);
	memset(got, 0x33, sizeof(got));
	EQUAL(netscan_ring_peek(&ring, &c, got, 99), -EINVAL);
	EQUAL(netscan_ring_peek(&ring, &c, got, 0), -EINVAL);
	EQUAL(got[0], 0x33);
	EQUAL(netscan_ring_peek(&ring, &c, got, 100), 100);
	EQUAL(got[100], 0x33);
	CHECK(read_one(&c, 100));
}

static void fills_to_the_last_byte(void)
{
	struct netscan_cursor c;
	u32 i;

	begin();
	netscan_ring_rewind(&ring, &c);
	/* 64 records of 254 bytes and their lengths are 16384 bytes. */
	for (i = 0; i < 64; i++)
		EQUAL(push(254), 0);
	EQUAL(netscan_ring_lost(&ring, &c), 0);
	EQUAL(push(1), 1);
	EQUAL(netscan_ring_lost(&ring, &c), 1);
	EQUAL(push(251), 0);
	EQUAL(push(1), 1);
	EQUAL(netscan_ring_lost(&ring, &c), 2);
	netscan_ring_rewind(&ring, &c);
	EQUAL(c.seq, 3);
	for (i = 3; i <= 64; i++)
		CHECK(read_one(&c, 254));
	CHECK(read_one(&c, 1));
	CHECK(read_one(&c, 251));
	CHECK(read_one(&c, 1));
	EQUAL(netscan_ring_peek(&ring, &c, got, sizeof(got)), 0);
}

/* Every place at which a record, or its length, may straddle the end. */
static void wraps_anywhere(void)
{
	struct netscan_cursor c;
	u32 offset, i;

	for (offset = 1; offset < 300; offset++) {
		begin();
		push(offset);
		netscan_ring_rewind(&ring, &c);
		CHECK(read_one(&c, offset));
		for (i = 0; i < 300; i++) {
			push(97);
			EQUAL(netscan_ring_lost(&ring, &c), 0);
			CHECK(read_one(&c, 97));
		}
	}
}

static void the_longest_records(void)
{
	struct netscan_cursor c;

	begin();
	netscan_ring_rewind(&ring, &c);
	EQUAL(push(NETSCAN_RECORD_MAX), 0);
	CHECK(read_one(&c, NETSCAN_RECORD_MAX));
	EQUAL(push(NETSCAN_RECORD_MAX), 1);
	CHECK(read_one(&c, NETSCAN_RECORD_MAX));
	EQUAL(push(1), 0);
	EQUAL(push(NETSCAN_RECORD_MAX - 5), 1);
	CHECK(read_one(&c, 1));
	CHECK(read_one(&c, NETSCAN_RECORD_MAX - 5));
}

static void lost_is_what_a_reader_missed(void)
{
	struct netscan_cursor slow, fast;
	u64 gone = 0;
	u32 i;

	begin();
	netscan_ring_rewind(&ring, &slow);
	netscan_ring_rewind(&ring, &fast);
	for (i = 0; i < 1000; i++) {
		gone += push(200);
		CHECK(read_one(&fast, 200));
		EQUAL(netscan_ring_lost(&ring, &slow), gone);
	}
	EQUAL(gone, 1000 - 16384 / 202);
	EQUAL(ring.oldest, gone + 1);
	/* Behind the ones it lost it reads on, gapless. */
	netscan_ring_rewind(&ring, &slow);
	EQUAL(slow.seq, gone + 1);
	EQUAL(netscan_ring_lost(&ring, &slow), 0);
	for (; slow.seq < ring.seq; )
		CHECK(read_one(&slow, 200));
	EQUAL(slow.pos, fast.pos);
	/* A reader at the end has lost nothing, however much comes. */
	push(200);
	EQUAL(netscan_ring_lost(&ring, &fast), 0);
}

static void counts_beyond_32_bits(void)
{
	struct netscan_cursor c;
	u32 i;

	begin();
	ring.head = U32_MAX - 99ULL;
	ring.tail = ring.head;
	ring.seq = U32_MAX - 1ULL;
	ring.oldest = ring.seq;
	netscan_ring_rewind(&ring, &c);
	for (i = 0; i < 5; i++)
		EQUAL(push(50), 0);
	for (i = 0; i < 5; i++)
		CHECK(read_one(&c, 50));
	EQUAL(c.seq, (1ULL << 32) + 3);
}

static const struct test tests[] = {
	{ "empty", empty },
	{ "in order, to each reader", in_order_to_each_reader },
	{ "a short buffer loses nothing", short_buffer_loses_nothing },
	{ "filled to the last byte", fills_to_the_last_byte },
	{ "wraps anywhere", wraps_anywhere },
	{ "the longest records", the_longest_records },
	{ "lost is what a reader missed", lost_is_what_a_reader_missed },
	{ "counts beyond 32 bits", counts_beyond_32_bits },
};

int main(void)
{
	return test_main("ring", tests, ARRAY_SIZE(tests));
}
