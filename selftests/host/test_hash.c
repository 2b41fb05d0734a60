// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the keyed hash and of the keys made with it
 */
#include "flow.h"
#include "key.h"
#include "mul.h"

static void both_ways_to_multiply_agree(void)
{
	static const u64 edges[] = {
		0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x100000001, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffff00000000, 0xffffffff00000001, U64_MAX - 1, U64_MAX,
	};
	struct test_random r;
	u32 i, j;
	u64 a, b;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (j = 0; j < ARRAY_SIZE(edges); j++)
			EQUAL(mul_wide(edges[i], edges[j]),
			      mul_narrow(edges[i], edges[j]));
	test_seed(&r, 1);
	for (i = 0; i < 200000; i++) {
		a = test_next(&r) >> test_below(&r, 64);
		b = test_next(&r) >> test_below(&r, 64);
		EQUAL(mul_wide(a, b), mul_narrow(a, b));
	}
	EQUAL(mul_narrow(U64_MAX, U64_MAX), U64_MAX - 1);
	EQUAL(mul_narrow(1ULL << 63, 2), 1);
}

/* The formula of hash.h, with 128-bit integers. */
static void is_the_formula(void)
{
	struct netscan_hash_key key;
	struct netscan_hash h;
	__uint128_t sum;
	struct test_random r;
	u32 i, n;
	u64 word;

	test_seed(&r, 2);
	for (n = 0; n <= NETSCAN_HASH_WORDS; n++) {
		flow_key(&key, n + 1);
		netscan_hash_start(&h, &key);
		sum = (__uint128_t)key.c[0].hi << 64 | key.c[0].lo;
		for (i = 1; i <= n; i++) {
			word = test_next(&r);
			netscan_hash_add(&h, &key, i, word);
			sum += ((__uint128_t)key.c[i].hi << 64 |
				key.c[i].lo) * word;
		}
		EQUAL(h.hi, sum >> 64);
		EQUAL(h.lo, sum);
	}
}

/* Words and coefficients that carry as far as can be, and that never do. */
static u64 any_word(struct test_random *r)
{
	switch (test_below(r, 6)) {
	case 0:
		return 0;
	case 1:
		return U64_MAX - test_below(r, 2);
	case 2:
		return 1ULL << test_below(r, 64);
	default:
		return test_next(r) >> test_below(r, 64);
	}
}

/* The formula for pairs, in both ways to multiply, sums under way included. */
static void pairs_are_the_formula(void)
{
	struct netscan_hash_key key;
	struct netscan_hash wide, narrow;
	__uint128_t sum, c, d;
	struct test_random r;
	u32 i, n;
	u64 a, b;

	test_seed(&r, 4);
	for (n = 0; n < 3000; n++) {
		for (i = 0; i < ARRAY_SIZE(key.c); i++) {
			key.c[i].hi = any_word(&r);
			key.c[i].lo = any_word(&r);
		}
		netscan_hash_start(&wide, &key);
		narrow = wide;
		sum = (__uint128_t)key.c[0].hi << 64 | key.c[0].lo;
		for (i = 1; i < NETSCAN_HASH_WORDS; i += 2) {
			a = any_word(&r);
			b = any_word(&r);
			c = (__uint128_t)key.c[i].hi << 64 | key.c[i].lo;
			d = (__uint128_t)key.c[i + 1].hi << 64 | key.c[i + 1].lo;
			sum += (c + a) * (d + b);
			add_pair_wide(&wide, &key, i, a, b);
			add_pair_narrow(&narrow, &key, i, a, b);
		}
		EQUAL(wide.hi, sum >> 64);
		EQUAL(wide.lo, sum);
		EQUAL(narrow.hi, sum >> 64);
		EQUAL(narrow.lo, sum);
	}
}

static u64 hash_pair(const struct netscan_hash_key *key, u64 a, u64 b)
{
	struct netscan_hash h;

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, 1, a);
	netscan_hash_add(&h, key, 2, b);
	return h.hi;
}

/* Every bit of a word moves about half of the upper 32 bits of the result. */
static void every_bit_and_place_matters(void)
{
	struct netscan_hash_key key;
	u32 bit, i, moved;
	u64 change;

	for (bit = 0; bit < 64; bit++) {
		moved = 0;
		for (i = 1; i <= 64; i++) {
			flow_key(&key, i);
			change = hash_pair(&key, 1ULL << bit, 5) ^
				 hash_pair(&key, 0, 5);
			moved += __builtin_popcountll(change);
			CHECK(hash_pair(&key, 1, 2) != hash_pair(&key, 2, 1));
		}
		CHECK(moved > 64 * 26 && moved < 64 * 38);
	}
}

static void keys_differ(void)
{
	struct netscan_rule a = { .id = 1, .by = NETSCAN_BY_UID };
	struct netscan_rule b = { .id = 2, .by = NETSCAN_BY_UID };
	struct netscan_hash_key one, two;
	struct netscan_event ev = {};
	u64 unique[4];
	u32 i, j;

	flow_key(&one, 1);
	flow_key(&two, 2);
	CHECK(netscan_key_group(&one, &a, &ev) != netscan_key_group(&one, &b, &ev));
	CHECK(netscan_key_group(&one, &a, &ev) != netscan_key_group(&two, &a, &ev));
	ev.from.sid = 5;
	EQUAL(netscan_key_group(&one, &a, &ev),
	      netscan_key_group(&one, &a, &(struct netscan_event){}));
	/* One number in another field is another key. */
	b.id = 1;
	b.by = NETSCAN_BY_SESSION;
	a.by = NETSCAN_BY_UID;
	ev.from.uid = 5;
	CHECK(netscan_key_group(&one, &a, &ev) != netscan_key_group(&one, &b, &ev));
	unique[0] = netscan_key_unique(&one, 1, 2);
	unique[1] = netscan_key_unique(&one, 2, 1);
	unique[2] = netscan_key_unique(&one, 1, 3);
	unique[3] = netscan_key_unique(&two, 1, 2);
	for (i = 0; i < 4; i++)
		for (j = 0; j < i; j++)
			CHECK(unique[i] != unique[j]);
	EQUAL(netscan_key_unique(&one, 1, 2), unique[0]);
}

static const struct test tests[] = {
	{ "both ways to multiply agree", both_ways_to_multiply_agree },
	{ "the sum is the formula's", is_the_formula },
	{ "and so is that of pairs", pairs_are_the_formula },
	{ "every bit and place matters", every_bit_and_place_matters },
	{ "keys differ where they must", keys_differ },
};

int main(void)
{
	return test_main("hash", tests, ARRAY_SIZE(tests));
}
