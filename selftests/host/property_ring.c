// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the ring against a plain model, with several readers
 *
 * The model keeps every record ever written, and works out which are still
 * there from the rule that the oldest go until the new one fits.
 */
#include "ring.h"
#include "test.h"

#define STEPS	150000
#define TRACES	30
#define READERS	4
#define MAX	(STEPS + 1)

static char memory[4 * NETSCAN_MIN_RING];
static struct netscan_ring ring;
static struct netscan_cursor reader[READERS];

static u32 length[MAX];	/* of record i, from 1 */
static u64 newest;
static u64 reader_next[READERS];

static char byte_of(u64 seq, u32 i)
{
	return seq * 31 + i * 7;
}

static u64 model_oldest(u32 size)
{
	u64 seq = newest + 1, bytes = 0;

	while (seq > 1 && bytes + 2 + length[seq - 1] <= size) {
		seq--;
		bytes += 2 + length[seq];
	}
	return seq;
}

static void write_record(struct test_random *r, u32 size)
{
	static char text[NETSCAN_RECORD_MAX];
	u64 before = model_oldest(size);
	u32 i, len;

	len = test_below(r, 20) ? 1 + test_below(r, 600) :
	      1 + test_below(r, NETSCAN_RECORD_MAX);
	newest++;
	length[newest] = len;
	for (i = 0; i < len; i++)
		text[i] = byte_of(newest, i);
	EQUAL(netscan_ring_push(&ring, text, len), model_oldest(size) - before);
	EQUAL(ring.seq, newest + 1);
	EQUAL(ring.oldest, model_oldest(size));
}

static void read_record(struct test_random *r, u32 n, u32 size)
{
	static char text[NETSCAN_RECORD_MAX];
	u64 oldest = model_oldest(size), lost;
	struct netscan_cursor *c = &reader[n];
	u32 i, room;
	int len;

	lost = reader_next[n] < oldest ? oldest - reader_next[n] : 0;
	EQUAL(netscan_ring_lost(&ring, c), lost);
	if (lost) {
		netscan_ring_rewind(&ring, c);
		reader_next[n] = oldest;
	}
	EQUAL(c->seq, reader_next[n]);
	room = test_below(r, 8) ? NETSCAN_RECORD_MAX : test_below(r, 600);
	len = netscan_ring_peek(&ring, c, text, room);
	if (reader_next[n] > newest) {
		EQUAL(len, 0);
		return;
	}
	if (length[reader_next[n]] > room) {
		EQUAL(len, -EINVAL);
		return;
	}
	EQUAL(len, length[reader_next[n]]);
	for (i = 0; i < (u32)len; i++)
		if (text[i] != byte_of(reader_next[n], i))
			break;
	EQUAL(i, len);
	netscan_ring_next(c, len);
	reader_next[n]++;
}

static void run_trace(u64 seed, u64 steps)
{
	struct test_random r;
	u32 i, size, eager;

	test_seed(&r, seed);
	size = NETSCAN_MIN_RING << test_below(&r, 3);
	eager = 1 + test_below(&r, 6);
	netscan_ring_init(&ring, memory, size);
	newest = 0;
	for (i = 0; i < READERS; i++) {
		netscan_ring_rewind(&ring, &reader[i]);
		reader_next[i] = 1;
	}
	while (steps-- && !test_failed()) {
		if (!test_below(&r, eager))
			write_record(&r, size);
		else	/* the first reader is the most eager, the last lazy */
			read_record(&r, test_below(&r, 1 + test_below(&r, READERS)),
				    size);
	}
	if (test_failed())
		printf("# seed %llu\n", seed);
}

static void random_traces(void)
{
	u64 seed, steps = STEPS / TRACES;
	u64 traces = test_scale(TRACES);

	for (seed = 1; seed <= traces && !test_failed(); seed++)
		run_trace(seed, steps);
}

static const struct test tests[] = {
	{ "150,000 steps agree with the model", random_traces },
};

int main(void)
{
	return test_main("property_ring", tests, ARRAY_SIZE(tests));
}
