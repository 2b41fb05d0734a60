// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the sliding-window distinct counter
 */
#include "window.h"
#include "test.h"

#define NR	64
#define SLOTS	16
#define HEADS	8	/* few, for long chains */
#define SPAN	1000	/* of which most tests see the first half */

static u64 memory[1024];
static struct netscan_pool pool;
static struct netscan_window w;
static struct netscan_pushed pushed;

static void begin(u16 nr)
{
	CHECK(netscan_pool_bytes(NR / 4) <= sizeof(memory));
	netscan_pool_init(&pool, memory, NR / 4);
	pool.shift = 64 - ilog2(HEADS);
	pool.next[nr - 1] = NETSCAN_NIL;
	netscan_window_init(&pool, &w, 0);
	pushed = (struct netscan_pushed){};
}

/* A tag has no room for the lowest bits, and the highest ones are the index. */
static u64 spread(u64 fp)
{
	return fp << 7 | fp << 61;
}

static int put_weight(struct netscan_window *to, u64 fp, u64 now, u32 slots,
		      u16 weight)
{
	const struct netscan_terms terms = {
		.now = now,
		.slots = slots,
		.pushed = &pushed,
		.span = SPAN,
	};
	int err;

	fp = spread(fp);
	if (netscan_window_see(&pool, to, &fp, 1, 0, now))
		return 0;
	err = netscan_window_add(&pool, to, fp, weight, &terms);
	return err ? err : 1;
}

/* 1 when new, 0 when it was there, -ENOSPC. */
static int put(struct netscan_window *to, u64 fp, u64 now, u32 slots)
{
	return put_weight(to, fp, now, slots, 1);
}

static u32 pushed_at(u64 now)
{
	return netscan_pushed_weight(&pushed, now, SPAN);
}

static u32 all_pushed(void)
{
	return pushed_at(SPAN / 2 - 1);
}

static u32 nr_free(void)
{
	u32 n = 0;
	u16 i;

	for (i = pool.free; i != NETSCAN_NIL && n <= pool.nr; n++)
		i = pool.next[i];
	return n;
}

static void counts_distinct(void)
{
	u64 fp;

	begin(NR);
	EQUAL(netscan_window_distinct(&w), 0);
	for (fp = 0; fp < SLOTS; fp++)
		EQUAL(put(&w, fp, fp, SLOTS), 1);
	for (fp = 0; fp < SLOTS; fp++)
		EQUAL(put(&w, fp, 100, SLOTS), 0);
	EQUAL(netscan_window_distinct(&w), SLOTS);
	EQUAL(w.count, SLOTS);
	EQUAL(all_pushed(), 0);
	EQUAL(nr_free(), NR - SLOTS);
}

static void same_index_other_value(void)
{
	begin(NR);
	EQUAL(put(&w, 5, 1, SLOTS), 1);
	EQUAL(put(&w, 5 + HEADS, 1, SLOTS), 1);
	EQUAL(put(&w, 5 + (1ULL << 30), 1, SLOTS), 1);
	EQUAL(put(&w, 5 + (1ULL << 50), 1, SLOTS), 1);
	EQUAL(put(&w, 5, 2, SLOTS), 0);
	EQUAL(put(&w, 5 + (1ULL << 50), 2, SLOTS), 0);
	EQUAL(netscan_window_distinct(&w), 4);
}

static void expires_to_the_nanosecond(void)
{
	begin(NR);
	put(&w, 1, 100, SLOTS);
	put(&w, 2, 101, SLOTS);
	put(&w, 3, 102, SLOTS);
	netscan_window_expire(&pool, &w, 0);
	EQUAL(netscan_window_distinct(&w), 3);
	netscan_window_expire(&pool, &w, 100);
	EQUAL(netscan_window_distinct(&w), 3);
	netscan_window_expire(&pool, &w, 101);
	EQUAL(netscan_window_distinct(&w), 2);
	netscan_window_expire(&pool, &w, 102);
	EQUAL(netscan_window_distinct(&w), 1);
	netscan_window_expire(&pool, &w, U64_MAX);
	EQUAL(netscan_window_distinct(&w), 0);
	EQUAL(pool.link[NR].newer, NR);
	EQUAL(pool.link[NR].older, NR);
	EQUAL(nr_free(), NR);
}

static void seeing_again_renews(void)
{
	begin(NR);
	put(&w, 1, 10, SLOTS);
	put(&w, 2, 20, SLOTS);
	put(&w, 3, 30, SLOTS);
	EQUAL(put(&w, 1, 40, SLOTS), 0);	/* the oldest */
	EQUAL(put(&w, 3, 50, SLOTS), 0);	/* one in the middle */
	EQUAL(put(&w, 3, 60, SLOTS), 0);	/* the newest */
	netscan_window_expire(&pool, &w, 21);
	EQUAL(netscan_window_distinct(&w), 2);
	netscan_window_expire(&pool, &w, 41);
	EQUAL(netscan_window_distinct(&w), 1);
	EQUAL(put(&w, 3, 61, SLOTS), 0);
	EQUAL(put(&w, 1, 62, SLOTS), 1);
}

static void since_is_what_expire_would_leave(void)
{
	u64 fp;

	begin(NR);
	EQUAL(netscan_window_since(&pool, &w, 0), 0);
	for (fp = 0; fp < 10; fp++)
		put(&w, fp, 10 * fp, SLOTS);
	EQUAL(netscan_window_since(&pool, &w, 0), 10);
	EQUAL(netscan_window_since(&pool, &w, 1), 9);
	EQUAL(netscan_window_since(&pool, &w, 90), 1);
	EQUAL(netscan_window_since(&pool, &w, 91), 0);
	EQUAL(netscan_window_distinct(&w), 10);
	for (fp = 100; fp < 110; fp++)
		put(&w, fp, 100, SLOTS);
	EQUAL(all_pushed(), 4);
	EQUAL(netscan_window_since(&pool, &w, 40), 16);
	EQUAL(netscan_window_since(&pool, &w, 41), 15);
}

static void pushes_out_the_least_recent(void)
{
	u64 fp;

	begin(NR);
	for (fp = 0; fp < SLOTS; fp++)
		put(&w, fp, 10 + fp, SLOTS);
	put(&w, 0, 50, SLOTS);
	EQUAL(put(&w, 100, 51, SLOTS), 1);	/* instead of 1 */
	EQUAL(w.count, SLOTS);
	EQUAL(all_pushed(), 1);
	EQUAL(netscan_window_distinct(&w), SLOTS);
	EQUAL(put(&w, 0, 52, SLOTS), 0);
	EQUAL(put(&w, 2, 52, SLOTS), 0);
	EQUAL(put(&w, 1, 53, SLOTS), 1);	/* instead of 3 */
	EQUAL(all_pushed(), 2);
	EQUAL(put(&w, 3, 54, SLOTS), 1);
	EQUAL(all_pushed(), 3);
	netscan_window_expire(&pool, &w, 10);
	EQUAL(w.count, SLOTS);
	netscan_window_expire(&pool, &w, 16);
	CHECK(w.count < SLOTS);
	EQUAL(netscan_window_distinct(&w), w.count);
	EQUAL(nr_free(), NR - w.count);
}

static void weights_add_up(void)
{
	u64 fp;

	begin(NR);
	EQUAL(put_weight(&w, 1, 10, SLOTS, 1), 1);
	EQUAL(put_weight(&w, 2, 20, SLOTS, 65535), 1);
	EQUAL(put_weight(&w, 3, 30, SLOTS, 254), 1);
	EQUAL(put_weight(&w, 3, 31, SLOTS, 254), 0);
	EQUAL(netscan_window_distinct(&w), 65790);
	EQUAL(w.count, 3);
	EQUAL(netscan_window_since(&pool, &w, 21), 254);
	netscan_window_expire(&pool, &w, 20);
	EQUAL(netscan_window_distinct(&w), 65789);
	for (fp = 100; fp < 99 + SLOTS; fp++)
		EQUAL(put(&w, fp, 40, SLOTS), 1);
	EQUAL(all_pushed(), 65535);
	EQUAL(netscan_window_distinct(&w), 254 + SLOTS - 1);
	netscan_window_expire(&pool, &w, 31);
	EQUAL(netscan_window_distinct(&w), 254 + SLOTS - 1);
	netscan_window_expire(&pool, &w, 32);
	EQUAL(netscan_window_distinct(&w), SLOTS - 1);
	netscan_window_clear(&pool, &w);
	EQUAL(netscan_window_distinct(&w), 0);
}

/* Several at once are seen up to the first that is not there. */
static void sees_up_to_the_first_new_one(void)
{
	u64 fp[5] = { spread(1), spread(2), spread(3), spread(4), spread(5) };

	begin(NR);
	EQUAL(netscan_window_see(&pool, &w, fp, 5, 0, 1), 0);
	put(&w, 1, 1, SLOTS);
	put(&w, 2, 1, SLOTS);
	put(&w, 4, 1, SLOTS);
	EQUAL(netscan_window_see(&pool, &w, fp, 5, 0, 10), 2);
	EQUAL(netscan_window_see(&pool, &w, fp + 3, 2, 0, 20), 1);
	EQUAL(netscan_window_see(&pool, &w, fp, 2, 0, 30), 2);
	EQUAL(netscan_window_see(&pool, &w, fp, 0, 0, 30), 0);
	EQUAL(netscan_window_see(&pool, &w, fp, 1, 1ULL << 40, 30), 0);
	netscan_window_expire(&pool, &w, 21);
	EQUAL(w.count, 2);
}

static void full_pool_changes_nothing(void)
{
	struct netscan_window other;
	u64 fp;

	begin(8);
	netscan_window_init(&pool, &other, 1);
	for (fp = 0; fp < 5; fp++)
		EQUAL(put(&w, fp, fp, SLOTS), 1);
	for (fp = 100; fp < 103; fp++)
		EQUAL(put(&other, fp, fp, SLOTS), 1);
	EQUAL(nr_free(), 0);
	EQUAL(put(&w, 5, 10, SLOTS), -ENOSPC);
	EQUAL(put(&w, 5, 10, SLOTS), -ENOSPC);
	EQUAL(w.count, 5);
	EQUAL(all_pushed(), 0);
	EQUAL(put(&w, 0, 11, SLOTS), 0);
	/* A full window makes its own room and needs none of the pool's. */
	EQUAL(put(&w, 6, 12, 5), 1);
	EQUAL(w.count, 5);
	EQUAL(all_pushed(), 1);
	netscan_window_clear(&pool, &other);
	EQUAL(nr_free(), 3);
	EQUAL(put(&w, 7, 13, SLOTS), 1);
}

/* Not even one whose fingerprint was made equal belongs to another window. */
static void equal_fingerprints_of_two_windows(void)
{
	struct netscan_window other;
	u64 fp;

	begin(NR);
	netscan_window_init(&pool, &other, 1);
	for (fp = 0; fp < 5; fp++)
		EQUAL(put(&w, fp, fp, SLOTS), 1);
	for (fp = 0; fp < 5; fp++)
		EQUAL(put(&other, fp, 10 + fp, SLOTS), 1);
	for (fp = 0; fp < 5; fp++)
		EQUAL(put(&w, fp, 20 + fp, SLOTS), 0);
	netscan_window_expire(&pool, &w, 20);
	EQUAL(netscan_window_distinct(&w), 5);
	netscan_window_expire(&pool, &other, 20);
	EQUAL(netscan_window_distinct(&other), 0);
	netscan_window_clear(&pool, &w);
	EQUAL(nr_free(), NR);
}

static void windows_share_a_pool(void)
{
	struct netscan_window other;
	u64 fp;

	begin(NR);
	netscan_window_init(&pool, &other, 1);
	for (fp = 0; fp < 10; fp++) {
		EQUAL(put(&w, fp, fp, SLOTS), 1);
		EQUAL(put(&other, fp | 1 << 20, fp, SLOTS), 1);
	}
	netscan_window_expire(&pool, &w, 5);
	EQUAL(netscan_window_distinct(&w), 5);
	EQUAL(netscan_window_distinct(&other), 10);
	netscan_window_clear(&pool, &w);
	EQUAL(netscan_window_distinct(&w), 0);
	EQUAL(nr_free(), NR - 10);
	for (fp = 0; fp < 10; fp++)
		EQUAL(put(&other, fp | 1 << 20, 20, SLOTS), 0);
}

/* One fingerprint may be in several windows, and is each one's own. */
static void same_value_in_two_windows(void)
{
	struct netscan_window other;

	begin(NR);
	netscan_window_init(&pool, &other, 1);
	EQUAL(put(&w, 5, 10, SLOTS), 1);
	EQUAL(put(&other, 5, 20, SLOTS), 1);
	EQUAL(put(&w, 5, 30, SLOTS), 0);
	netscan_window_expire(&pool, &other, 21);
	EQUAL(netscan_window_distinct(&other), 0);
	EQUAL(netscan_window_distinct(&w), 1);
	EQUAL(put(&other, 5, 40, SLOTS), 1);
	netscan_window_clear(&pool, &w);
	EQUAL(put(&other, 5, 50, SLOTS), 0);
	EQUAL(nr_free(), NR - 1);
}

static void clear_gives_everything_back(void)
{
	u64 fp;

	begin(NR);
	netscan_window_clear(&pool, &w);
	for (fp = 0; fp < 3 * SLOTS; fp++)
		put(&w, fp, fp, SLOTS);
	CHECK(all_pushed());
	netscan_window_clear(&pool, &w);
	EQUAL(w.count, 0);
	EQUAL(nr_free(), NR);
	for (fp = 0; fp < SLOTS; fp++)
		EQUAL(put(&w, fp, 100, SLOTS), 1);
}

static void one_slot_one_entry(void)
{
	begin(1);
	EQUAL(put(&w, 1, 1, 1), 1);
	EQUAL(put(&w, 2, 2, 1), 1);
	EQUAL(put(&w, 2, 3, 1), 0);
	EQUAL(put(&w, 1, 4, 1), 1);
	EQUAL(w.count, 1);
	EQUAL(netscan_window_distinct(&w), 1);
	EQUAL(all_pushed(), 2);
	netscan_window_expire(&pool, &w, 5);
	EQUAL(netscan_window_distinct(&w), 0);
}

/* Push out something that was last seen at a time, at another. */
static void push(u64 last, u64 now, u16 weight)
{
	static u64 fp;

	netscan_window_clear(&pool, &w);
	EQUAL(put_weight(&w, ++fp, last, 1, weight), 1);
	EQUAL(put_weight(&w, ++fp, now, 1, 1), 1);
}

/* Half a span at least, a whole one at most. */
static void what_was_pushed_out_is_forgotten(void)
{
	begin(NR);
	EQUAL(pushed_at(0), 0);
	push(2000, 2100, 3);
	push(2499, 2499, 4);
	EQUAL(pushed_at(2499), 7);
	EQUAL(pushed_at(2999), 7);
	EQUAL(pushed_at(3000), 0);
	push(2500, 2500, 10);
	EQUAL(pushed_at(2500), 17);
	/* Pushed out late, it is of the half in which it was seen. */
	push(2499, 2999, 100);
	EQUAL(pushed_at(2999), 117);
	EQUAL(pushed_at(3000), 10);
	EQUAL(pushed_at(3499), 10);
	EQUAL(pushed_at(3500), 0);
	/* Of one before those that are kept, nothing is. */
	push(2499, 3000, 1000);
	EQUAL(pushed_at(3000), 10);
	push(3499, 3500, 20);
	EQUAL(pushed_at(3500), 20);
	EQUAL(pushed_at(9000), 0);
	push(9000, 9000, 5);
	EQUAL(pushed_at(9000), 5);
	EQUAL(pushed_at(9500), 5);
	push(9500, 9500, 6);
	EQUAL(pushed_at(9500), 11);
}

static void what_was_pushed_out_saturates(void)
{
	u32 i;

	begin(NR);
	for (i = 0; i < 300; i++)
		push(100, 100, 65535);
	EQUAL(pushed_at(100), (1U << 24) - 1);
	for (i = 0; i < 300; i++)
		push(499, 500, 65535);
	push(500, 500, 1);
	EQUAL(pushed_at(500), 1U << 24);
}

static const struct test tests[] = {
	{ "distinct fingerprints count once", counts_distinct },
	{ "values that share an index", same_index_other_value },
	{ "expiry to the nanosecond", expires_to_the_nanosecond },
	{ "seeing again renews", seeing_again_renews },
	{ "since is what expire would leave", since_is_what_expire_would_leave },
	{ "a full window pushes out the least recent", pushes_out_the_least_recent },
	{ "a full pool changes nothing", full_pool_changes_nothing },
	{ "equal fingerprints of two windows", equal_fingerprints_of_two_windows },
	{ "windows share a pool", windows_share_a_pool },
	{ "weights add up", weights_add_up },
	{ "several seen at once", sees_up_to_the_first_new_one },
	{ "one value in two windows", same_value_in_two_windows },
	{ "clear gives everything back", clear_gives_everything_back },
	{ "one slot, one entry", one_slot_one_entry },
	{ "what was pushed out is forgotten", what_was_pushed_out_is_forgotten },
	{ "what was pushed out saturates", what_was_pushed_out_saturates },
};

int main(void)
{
	return test_main("window", tests, ARRAY_SIZE(tests));
}
