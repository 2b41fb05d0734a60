// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the table: groups, sharing a bucket, who makes room
 */
#include "flow.h"

#define SLOTS	16U
#define N	NETSCAN_BUCKET_GROUPS
#define WINDOW	60U

static struct netscan_bucket *b;
static struct netscan_group *gone[2 * N];
static u64 gone_key[2 * N];
static u32 nr_gone;

/* An open scan's group is told of before it goes. */
static void note_evicted(void *ctx, struct netscan_bucket *from,
			 struct netscan_group *g)
{
	CHECK(ctx == &nr_gone);
	CHECK(from == b);
	CHECK(g->state >= NETSCAN_OWED);
	CHECK(netscan_table_find(from, g->key) == g);
	gone[nr_gone] = g;
	gone_key[nr_gone++] = g->key;
}

/* Whose groups are made, and the events that fingerprints are taken to come from. */
static u32 owner;
#define EVENTS	1000

static struct netscan_group *get(u64 key, u64 now)
{
	struct netscan_group *g = netscan_table_get(b, key, owner, now,
						    note_evicted, &nr_gone);

	g->last = now;
	g->window = WINDOW;
	return g;
}

static void put_in(struct netscan_group *g, struct netscan_window *w, u32 from,
		   u32 nr, u64 now)
{
	const struct netscan_terms terms = {
		.now = now,
		.slots = flow.s.table.slots,
		.pushed = w == &g->args ? &g->pushed : NULL,
		.span = WINDOW * NETSCAN_SEC,
	};
	u64 fp;

	for (; nr; nr--, from++) {
		fp = (from ^ g->key << 20) * 0x9e3779b97f4a7c15ULL;
		if (!netscan_window_see(&b->pool, w, &fp, 1, 0, now))
			netscan_table_add(b, g, w, fp, 1, &terms, note_evicted,
					  &nr_gone);
	}
	g->run.events += EVENTS;
}

static void put(struct netscan_group *g, u32 from, u32 nr, u64 now)
{
	put_in(g, &g->args, from, nr, now);
}

static void begin(u32 slots)
{
	flow_start(64, slots);
	b = &flow.s.table.bucket[0];
	nr_gone = 0;
}

static void end(void)
{
	flow_check();
	flow_stop();
}

/* A full bucket of N groups of 3 arguments, seen one second after another. */
static void fill(void)
{
	u32 i;

	begin(64);
	for (i = 0; i < N; i++)
		put(get(i, (1000 + i) * SEC), 0, 3, (1000 + i) * SEC);
	EQUAL(b->used, N);
	EQUAL(b->free, NETSCAN_NIL);
}

static struct netscan_group *find(u64 key)
{
	return netscan_table_find(b, key);
}

static u32 left(u64 from, u32 groups)
{
	u32 n = 0;

	for (; groups; groups--, from++)
		if (find(from))
			n++;
	return n;
}

/* Groups of @nr arguments of one user, an event each that brought plenty. */
static void own(u32 uid, u64 from, u32 groups, u32 nr, u64 now)
{
	owner = uid;
	for (; groups; groups--, from++, now++)
		put(get(from, now), 0, nr, now);
}

static void create_and_destroy(void)
{
	static const u32 sizes[][4] = {
		/* groups, slots, buckets, entries in a bucket */
		{ NETSCAN_MIN_GROUPS, NETSCAN_MIN_SLOTS, 1, 64 },
		{ 65, 17, 2, 68 },
		{ NETSCAN_DEF_GROUPS, NETSCAN_DEF_SLOTS, 60, 512 },
		{ 128, NETSCAN_MAX_SLOTS, 2, 16384 },
	};
	struct netscan_table t;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EQUAL(netscan_table_create(&t, sizes[i][0], sizes[i][1]), 0);
		EQUAL(t.nr_buckets, sizes[i][2]);
		EQUAL(t.slots, sizes[i][1]);
		for (j = 0; j < t.nr_buckets; j++)
			EQUAL(t.bucket[j].pool.nr, sizes[i][3]);
		/* An index at least half as long as there are entries. */
		CHECK(2ULL << (64 - t.bucket[0].pool.shift) >= sizes[i][3]);
		EQUAL(t.bytes,
		      t.nr_buckets * (sizeof(*t.bucket) +
				      N * (sizeof(*t.group) + 2) +
				      netscan_pool_bytes(sizes[i][1])));
		netscan_table_destroy(&t);
		CHECK(!t.bucket && !t.group && !t.pools && !t.bytes);
		netscan_table_destroy(&t);
		EQUAL(shim_allocations(), 0);
	}
	EQUAL(netscan_table_create(&t, NETSCAN_DEF_GROUPS, NETSCAN_DEF_SLOTS),
	      0);
	CHECK(t.bytes <= 2 * 1024 * 1024 - NETSCAN_DEF_RING);
	netscan_table_destroy(&t);
}

static void no_memory_leaves_nothing(void)
{
	struct netscan_table t;
	int i, err;

	for (i = 0; i < 10; i++) {
		shim_fail_at(i);
		err = netscan_table_create(&t, 256, 32);
		if (i < 4) {
			EQUAL(err, -ENOMEM);
			CHECK(!t.bucket && !t.group && !t.head && !t.pools);
		} else {
			EQUAL(err, 0);
			netscan_table_destroy(&t);
		}
		EQUAL(shim_allocations(), 0);
	}
	shim_fail_at(-1);
}

static void keys_choose_buckets_evenly(void)
{
	struct netscan_table t;
	struct test_random r;
	u32 n[5] = {}, i;

	EQUAL(netscan_table_create(&t, 5 * 64, 16), 0);
	CHECK(netscan_table_bucket(&t, 0) == t.bucket);
	CHECK(netscan_table_bucket(&t, U64_MAX) == t.bucket + 4);
	test_seed(&r, 1);
	for (i = 0; i < 50000; i++)
		n[netscan_table_bucket(&t, test_next(&r)) - t.bucket]++;
	for (i = 0; i < 5; i++)
		CHECK(n[i] > 9500 && n[i] < 10500);
	netscan_table_destroy(&t);
}

static void get_finds_or_makes(void)
{
	struct netscan_group *g, *h;

	begin(SLOTS);
	CHECK(!find(7));
	g = get(7, SEC);
	EQUAL(g->state, NETSCAN_ARMED);
	EQUAL(g->run.events, 0);
	EQUAL(g->key, 7);
	put(g, 0, 5, SEC);
	h = get(7 + N, SEC);		/* the same index */
	CHECK(h != g);
	CHECK(get(7, 2 * SEC) == g);
	EQUAL(g->args.count, 5);
	CHECK(find(7 + N) == h);
	CHECK(!find(7 + 2 * N));
	EQUAL(b->used, 2);
	netscan_table_set_state(b, g, NETSCAN_OPEN);
	EQUAL(b->busy, 1);
	WRITE_ONCE(g->scan_id, 9);
	netscan_table_remove(b, g);
	EQUAL(b->busy, 0);
	EQUAL(b->used, 1);
	EQUAL(g->scan_id, 0);
	EQUAL(g->state, NETSCAN_FREE);
	CHECK(!find(7));
	CHECK(find(7 + N) == h);
	/* A place that is used again holds nothing of before. */
	g->text_len = 3;
	g->unread.faults = 3;
	g->run.first = 3;
	h = get(8, 3 * SEC);
	CHECK(h == g);
	EQUAL(h->args.count, 0);
	EQUAL(h->run.events + h->unread.faults + h->text_len + h->run.first, 0);
	end();
}

/* No two windows of a bucket are taken for one another. */
static void windows_are_told_apart(void)
{
	struct netscan_group *g;
	u32 i;

	begin(SLOTS);
	for (i = 0; i < 20; i++) {
		g = get((u64)i << 44, SEC);	/* such that all values are equal */
		put(g, 1, 1, SEC);
		put_in(g, &g->execs, 1, 1, SEC);
	}
	for (i = 0; i < 20; i++) {
		EQUAL(find((u64)i << 44)->args.count, 1);
		EQUAL(find((u64)i << 44)->execs.count, 1);
	}
	netscan_table_remove(b, g);
	EQUAL(find(0)->args.count, 1);
	end();
}

static void states_count_as_busy(void)
{
	struct netscan_group *g;

	begin(SLOTS);
	g = get(1, SEC);
	netscan_table_set_state(b, g, NETSCAN_OWED);
	EQUAL(b->busy, 1);
	netscan_table_set_state(b, g, NETSCAN_COVERED);
	EQUAL(b->busy, 1);
	netscan_table_set_state(b, g, NETSCAN_ARMED);
	EQUAL(b->busy, 0);
	netscan_table_set_state(b, g, NETSCAN_ARMED);
	EQUAL(b->busy, 0);
	end();
}

static void idle_ones_go_first(void)
{
	u64 now = (1040 + WINDOW) * SEC;

	fill();
	/* 0..39 are idle, and of these 0 is the oldest. */
	get(100, now);
	CHECK(!find(0));
	EQUAL(STAT(EVICTED_IDLE), 1);
	EQUAL(b->evictions, 0);
	/* At T + window it is not idle yet. */
	flow_stop();
	fill();
	get(100, (1000 + WINDOW) * SEC);
	CHECK(!find(0));
	EQUAL(STAT(EVICTED_IDLE), 0);
	EQUAL(STAT(EVICTED_ARMED), 1);
	EQUAL(b->evictions, 1);
	EQUAL(nr_gone, 0);
	end();
}

static void then_the_least_recently_seen(void)
{
	u64 now = (1000 + WINDOW) * SEC;

	fill();
	find(0)->last = now;
	get(100, now);
	CHECK(!find(1));
	/* However much more it has. */
	put(find(2), 10, 12, now);
	get(101, now);
	CHECK(!find(2));
	CHECK(find(0) && find(100));
	EQUAL(STAT(EVICTED_ARMED), 2);
	EQUAL(b->evictions, 2);
	end();
}

static void set_events(u64 from, u32 groups, u32 run, u32 before)
{
	for (; groups; groups--, from++) {
		find(from)->run.events = run;
		find(from)->before.events = before;
	}
}

/* Of 64 groups, 16 of one exec are left alone and 17 are not. */
static void new_ones_while_they_are_many(void)
{
	u64 now = (1000 + WINDOW) * SEC;
	u32 i;

	fill();
	set_events(30, 20, 1, 0);
	set_events(50, 14, 1, 1);
	/* They are younger than the others, and go all the same, to their like... */
	get(100, now);
	CHECK(!find(30));
	get(101, now);
	CHECK(!find(31));
	EQUAL(find(100)->run.events, 0);
	/* ...until there are no more than a quarter. */
	for (i = 0; i < 3; i++) {
		set_events(100 + i, 1, 2, 0);
		get(102 + i, now);
		CHECK(!find(32 + i));
	}
	set_events(103, 2, 2, 0);
	EQUAL(left(30, 20), 15);
	get(105, now);
	CHECK(!find(0));
	get(106, now);
	CHECK(!find(1));
	get(107, now);			/* 17 again */
	CHECK(!find(35));
	CHECK(find(2) && find(36));
	EQUAL(STAT(EVICTED_ARMED), 8);
	end();
}

/* Of 64 entries, a group's part is one: who has more than two is wide. */
static void wide_ones_where_entries_are_wanted(void)
{
	u64 now = 1000 * SEC;

	begin(SLOTS);
	own(0, 0, 12, 2, now);
	own(0, 20, 10, 3, now + SEC);
	own(0, 40, 1, 10, now - SEC);
	EQUAL(b->pool.free, NETSCAN_NIL);
	set_events(0, 12, 1, 0);
	set_events(20, 10, 1, 0);
	put(find(40), 20, 1, now + 2 * SEC);
	CHECK(!find(20));
	EQUAL(left(0, 12), 12);
	put(find(40), 21, 3, now + 2 * SEC);
	CHECK(!find(21));
	EQUAL(left(0, 12), 12);
	end();
	/* A group is not wanted of those. */
	begin(64);
	own(0, 0, 60, 1, now);
	own(0, 60, 4, 40, now + SEC);
	set_events(0, 60, 1, 0);
	set_events(60, 4, 1, 0);
	get(100, now + 2 * SEC);
	CHECK(!find(0));
	EQUAL(left(60, 4), 4);
	end();
}

static void silent_ones_then_those_in_a_scan(void)
{
	u64 now = (1000 + WINDOW) * SEC;
	u32 i;

	fill();
	netscan_table_set_state(b, &b->group[0], NETSCAN_OPEN);
	netscan_table_set_state(b, &b->group[1], NETSCAN_COVERED);
	netscan_table_set_state(b, &b->group[2], NETSCAN_OWED);
	b->group[0].scan_id = 5;
	b->group[2].scan_id = 6;
	for (i = 3; i < N; i++)
		put(&b->group[i], 10, 1, now);
	/* The armed ones have more arguments and go all the same. */
	for (i = 3; i < N; i++) {
		netscan_table_set_state(b, get(100 + i, now), NETSCAN_OPEN);
		find(100 + i)->scan_id = i;
		CHECK(!find(i));
	}
	EQUAL(STAT(EVICTED_ARMED), N - 3);
	EQUAL(nr_gone, 0);
	get(200, now);
	CHECK(!find(1));		/* covered */
	netscan_table_set_state(b, find(200), NETSCAN_OPEN);
	find(200)->scan_id = 1000;
	EQUAL(STAT(EVICTED_COVERED), 1);
	EQUAL(STAT(EVICTED_OPEN), 0);
	EQUAL(nr_gone, 0);
	get(201, now);
	CHECK(!find(2));		/* owed */
	netscan_table_set_state(b, find(201), NETSCAN_OPEN);
	find(201)->scan_id = 1001;
	EQUAL(STAT(EVICTED_OPEN), 1);
	EQUAL(nr_gone, 1);
	CHECK(gone[0] == &b->group[2]);
	/* All are open now: the oldest. */
	b->group[0].last = now;
	b->group[1].last = now - 1;
	for (i = 2; i < N; i++)
		b->group[i].last = now;
	get(202, now);
	EQUAL(STAT(EVICTED_COVERED), 1);
	EQUAL(STAT(EVICTED_OPEN), 2);
	EQUAL(nr_gone, 2);
	CHECK(find(0));
	CHECK(gone[1] == &b->group[1]);
	EQUAL(gone[1]->key, 202);
	end();
}

/* Windows fill the pool before groups fill the bucket. */
static void room_for_an_entry(void)
{
	u64 now = 1000 * SEC;
	u32 i;

	begin(SLOTS);
	for (i = 0; i < 8; i++)
		put(get(i, now + i), 0, 8, now + i);
	EQUAL(b->pool.free, NETSCAN_NIL);
	/* 5 wants a ninth: 0 is the least of the others. */
	put(find(5), 8, 1, now + 10);
	CHECK(!find(0));
	EQUAL(find(5)->args.count, 9);
	EQUAL(STAT(EVICTED_ARMED), 1);
	/* The one that asks never makes room itself, however little it has. */
	get(50, now + 20);
	put(find(50), 0, 16, now + 20);
	EQUAL(find(50)->args.count, 16);
	EQUAL(find(50)->pushed.young, 0);
	CHECK(!find(1) && !find(2));
	CHECK(find(3));
	/* A full window pushes out its own. */
	put(find(50), 20, 3, now + 20);
	EQUAL(find(50)->pushed.young, 3);
	EQUAL(find(50)->args.sum, 16);
	EQUAL(STAT(PUSHED), 3);
	EQUAL(STAT(EVICTED_ARMED), 3);
	end();
}

/* Where an entry is needed, whoever has none to give stays. */
static void empty_groups_give_no_entry(void)
{
	u64 now = 1000 * SEC;
	u32 i;

	begin(SLOTS);
	for (i = 0; i < 4; i++) {
		put(get(i, now), 0, 16, now);
		netscan_table_set_state(b, find(i), NETSCAN_OPEN);
		find(i)->scan_id = i + 1;
	}
	for (i = 10; i < 20; i++)
		get(i, now);
	get(20, now);
	put_in(find(20), &find(20)->execs, 0, 1, now);
	EQUAL(STAT(EVICTED_ARMED), 0);
	EQUAL(STAT(EVICTED_OPEN), 1);
	EQUAL(nr_gone, 1);
	EQUAL(gone_key[0], 0);
	EQUAL(left(10, 10), 10);
	EQUAL(find(20)->execs.count, 1);
	end();
}

/* Of 64 groups, 16 are a share and 17 are more. */
static void a_share_of_the_groups(void)
{
	u64 now = 1000 * SEC;

	begin(64);
	own(1, 0, 17, 3, now);
	own(2, 20, 16, 1, now);
	own(3, 40, 16, 1, now);
	own(4, 60, 15, 1, now);
	EQUAL(b->used, N);
	/* Who has more than a share makes room for what is theirs. */
	own(1, 100, 1, 3, now + SEC);
	CHECK(!find(0) && find(100));
	EQUAL(left(1, 16), 16);
	/* And for a user who has less. */
	own(5, 200, 1, 1, now + SEC);
	EQUAL(left(0, 17) + left(100, 1), 16);
	CHECK(find(200));
	/* Now they have a share. Nobody has more: the least of all goes. */
	own(1, 101, 1, 3, now + SEC);
	CHECK(!find(20));
	EQUAL(left(0, 17) + left(100, 2), 17);
	EQUAL(STAT(EVICTED_ARMED), 3);
	end();
}

/* An open scan of one with more goes before the least of others. */
static void scans_of_who_has_more(void)
{
	u64 now = 1000 * SEC;
	u32 i;

	begin(64);
	own(1, 0, 20, 9, now);
	own(2, 20, 15, 1, now);
	own(3, 40, 15, 1, now);
	own(4, 60, 14, 1, now);
	for (i = 0; i < 20; i++) {
		netscan_table_set_state(b, find(i), NETSCAN_OPEN);
		find(i)->scan_id = i + 1;
	}
	own(5, 100, 1, 1, now + SEC);
	EQUAL(nr_gone, 1);
	EQUAL(gone_key[0], 0);
	own(1, 101, 1, 1, now + SEC);
	EQUAL(nr_gone, 2);
	EQUAL(gone_key[1], 1);
	/* But what is idle, whoever's, before that. */
	own(5, 102, 1, 1, now + SEC);
	CHECK(!find(101));
	own(1, 103, 1, 1, now + (WINDOW + 2) * SEC);
	EQUAL(left(20, 15), 14);
	EQUAL(STAT(EVICTED_IDLE), 1);
	end();
}

/* Of 64 entries, 16 are a share and 17 are more; groups do not matter then. */
static void a_share_of_the_entries(void)
{
	u64 now = 1000 * SEC;

	begin(SLOTS);
	own(1, 0, 2, 9, now);
	own(2, 10, 16, 1, now);
	own(3, 30, 16, 1, now);
	own(4, 50, 14, 1, now);
	EQUAL(b->pool.free, NETSCAN_NIL);
	/* A user with a share of them takes from who has more. */
	owner = 2;
	put(find(25), 1, 1, now + SEC);
	CHECK(!find(0));
	EQUAL(left(10, 16) + left(30, 16) + left(50, 14), 46);
	EQUAL(find(25)->args.count, 2);
	/* 1 has 9 and gets 7, which makes a share. */
	own(1, 2, 1, 7, now + SEC);
	own(4, 64, 1, 1, now + SEC);
	EQUAL(b->pool.free, NETSCAN_NIL);
	owner = 1;
	put(find(2), 7, 1, now + 2 * SEC);
	CHECK(!find(10));		/* 2 has 17 */
	put(find(2), 8, 1, now + 3 * SEC);
	CHECK(!find(1));		/* now 1 has */
	EQUAL(left(11, 15) + left(30, 16) + left(50, 15), 46);
	end();
}

/* Of two with more than a share each makes room for what is theirs. */
static void two_with_more_than_a_share(void)
{
	u64 now = 1000 * SEC;

	begin(64);
	own(1, 0, 20, 3, now);
	own(2, 20, 20, 2, now);
	own(3, 40, 12, 1, now);
	own(4, 60, 12, 1, now);
	own(1, 100, 1, 3, now + SEC);
	CHECK(!find(0));
	EQUAL(left(20, 20), 20);
	own(2, 101, 1, 2, now + SEC);
	CHECK(!find(20));
	EQUAL(left(1, 19), 19);
	/* For others, the least of both. */
	find(1)->last = now + SEC;
	own(5, 102, 1, 1, now + SEC);
	CHECK(!find(21));
	EQUAL(left(40, 12) + left(60, 12), 24);
	end();
	/* Entries, likewise. */
	begin(SLOTS);
	own(1, 0, 2, 10, now);
	own(2, 10, 10, 2, now);
	own(3, 30, 12, 1, now);
	own(4, 50, 12, 1, now);
	EQUAL(b->pool.free, NETSCAN_NIL);
	owner = 1;
	put(find(1), 10, 1, now + SEC);
	CHECK(!find(0));
	EQUAL(left(10, 10), 10);
	own(1, 2, 1, 8, now + SEC);
	put(find(2), 8, 1, now + SEC);
	EQUAL(b->pool.free, NETSCAN_NIL);
	owner = 2;
	put(find(19), 2, 1, now + SEC);
	CHECK(!find(10));
	EQUAL(left(1, 2) + left(30, 12) + left(50, 12), 26);
	end();
}

static const struct test tests[] = {
	{ "create and destroy", create_and_destroy },
	{ "no memory leaves nothing behind", no_memory_leaves_nothing },
	{ "keys choose buckets evenly", keys_choose_buckets_evenly },
	{ "get finds or makes", get_finds_or_makes },
	{ "windows are told apart", windows_are_told_apart },
	{ "states count as busy", states_count_as_busy },
	{ "idle groups make room first", idle_ones_go_first },
	{ "then those seen least recently", then_the_least_recently_seen },
	{ "new ones first while they are many", new_ones_while_they_are_many },
	{ "wide ones where entries are wanted", wide_ones_where_entries_are_wanted },
	{ "silent ones after armed ones, those in a scan last", silent_ones_then_those_in_a_scan },
	{ "a share of the groups", a_share_of_the_groups },
	{ "scans of who has more than a share", scans_of_who_has_more },
	{ "a share of the entries", a_share_of_the_entries },
	{ "two with more than a share", two_with_more_than_a_share },
	{ "room for an entry", room_for_an_entry },
	{ "empty groups give no entry", empty_groups_give_no_entry },
};

int main(void)
{
	return test_main("table", tests, ARRAY_SIZE(tests));
}
