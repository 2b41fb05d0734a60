// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests that whoever chooses parents and arguments chooses no place for them
 *
 * Design: inputs that have a pattern are hashed with the module's own code, as
 * the probe does it, and counted by the places they go to: buckets of the
 * table, chains of a bucket's groups, chains of its entries.
 *
 * How far the counts of groups are from even ones is chi-square. For places
 * enough its distribution is nearly normal, with the mean n - 1 and the variance
 * 2 (n - 1). They are uneven here when it is six deviations above, of which
 * chance would make less than one in a million; and it is not left to chance,
 * the coefficients are the same in each run. More even than by chance is well.
 */
#include "flow.h"
#include "key.h"

#define GROUPS		4096U
#define SLOTS		128U
#define KEYS		16U	/* coefficients that each pattern is tried with */
#define MANY_KEYS	200U	/* and where the worst of them is asked for */
#define EACH		32U	/* inputs for each place */
#define MAX_PLACES	512U
#define ADDRESS		0x10000UL

/* An input of a pattern by its number: sets what the next exec is like. */
typedef void (*pattern_fn)(u32 n);

static u32 count[MAX_PLACES];

static bool is_even(u32 places, u32 inputs)
{
	double expected = (double)inputs / places, chi = 0, far;
	u32 i;

	for (i = 0; i < places; i++)
		chi += (count[i] - expected) * (count[i] - expected) / expected;
	/* (far)^2 of the deviation, which spares a root. */
	far = chi - (places - 1);
	if (far <= 0 || far * far <= 36.0 * 2 * (places - 1))
		return true;
	test_fail(__FILE__, __LINE__, "chi-square %.0f over %u places", chi,
		  places);
	return false;
}

/* ---- groups ---- */

static void sequential_pids(u32 n)
{
	flow.ev.from.parent_pid = 1000 + n;
	flow.ev.from.parent_start = 77 * SEC;
}

/* One pid, forced again and again, at starts a tick of 4 ms apart. */
static void one_pid_again(u32 n)
{
	flow.ev.from.parent_pid = 1000;
	flow.ev.from.parent_start = 77 * SEC + n * 4000000ULL;
}

static void aligned_pids(u32 n)
{
	flow.ev.from.parent_pid = n << 9;
	flow.ev.from.parent_start = (u64)n << 32;
}

static void one_bit_apart(u32 n)
{
	flow.ev.from.parent_pid = 1000 ^ 1U << n % 22;
	flow.ev.from.parent_start = 77 * SEC ^ (u64)(n / 22) << 20;
}

/* Pids and starts whose sum is the same. */
static void pid_makes_up_for_start(u32 n)
{
	flow.ev.from.parent_pid = 1000 + n;
	flow.ev.from.parent_start = 77 * SEC - n;
}

static void sequential_files(u32 n)
{
	flow.ev.exe_ino = 100000 + n;
}

static const pattern_fn patterns[] = {
	sequential_pids, one_pid_again, aligned_pids, one_bit_apart,
	pid_makes_up_for_start, sequential_files,
};

static u32 bucket_of(u64 key)
{
	return netscan_table_bucket(&flow.s.table, key) - flow.s.table.bucket;
}

/* Within one bucket's groups, the chain of a key. */
static u32 chain_of(u64 key)
{
	return key % NETSCAN_BUCKET_GROUPS;
}

static void spread_groups(u32 (*place_of)(u64 key), u32 places)
{
	u32 i, k, n, place, most = 0, least = U32_MAX;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		for (k = 0; k < KEYS; k++) {
			flow_key(&flow.s.key, 100 * i + k + 1);
			memset(count, 0, sizeof(count));
			for (n = 0; n < EACH * places; n++) {
				patterns[i](n);
				count[place_of(netscan_key_group(&flow.s.key,
						&flow.cfg.rule[0], &flow.ev))]++;
			}
			CHECK(is_even(places, n));
			for (place = 0; place < places; place++) {
				most = max(most, count[place]);
				least = min(least, count[place]);
			}
		}
	}
	printf("# %u groups: %u to %u in one of %u places, %zu patterns, %u keys\n",
	       EACH * places, least, most, places, ARRAY_SIZE(patterns), KEYS);
}

static void groups_over_buckets(void)
{
	flow_start(GROUPS, SLOTS);
	EQUAL(flow.s.table.nr_buckets, GROUPS / NETSCAN_BUCKET_GROUPS);
	spread_groups(bucket_of, flow.s.table.nr_buckets);
	flow_stop();
}

static void groups_over_buckets_of_an_odd_number(void)
{
	flow_start(100 * NETSCAN_BUCKET_GROUPS + 1, SLOTS);
	EQUAL(flow.s.table.nr_buckets, 101);
	spread_groups(bucket_of, 101);
	flow_stop();
}

static void groups_over_chains(void)
{
	flow_start(GROUPS, SLOTS);
	spread_groups(chain_of, NETSCAN_BUCKET_GROUPS);
	flow_stop();
}

/* ---- arguments ---- */

/* Writes an argument of a pattern by its number; returns its length. */
typedef size_t (*argument_fn)(char *to, u32 n);

static size_t sequential_hosts(char *to, u32 n)
{
	return sprintf(to, "10.%u.%u.%u", n >> 16, n >> 8 & 255, n & 255);
}

static size_t sequential_ports(char *to, u32 n)
{
	return sprintf(to, "%u", n);
}

/* They differ in bits of the last of many words. */
static size_t long_prefix(char *to, u32 n)
{
	memset(to, 'a', 992);
	return 992 + sprintf(to + 992, "%u", n);
}

/* Words whose low bits are all the same. */
static size_t only_high_bytes(char *to, u32 n)
{
	memset(to, 'a', 16);
	to[6] = 'A' + n % 16;
	to[7] = 'A' + n / 16 % 16;
	to[14] = 'A' + n / 256 % 16;
	to[15] = 'A' + n / 4096;
	return 16;
}

/* What one word has more, the other has less. */
static size_t words_that_make_up(char *to, u32 n)
{
	memset(to, 'a', 16);
	to[0] = 1 + n % 128;
	to[8] = 255 - n % 128;
	to[1] = 1 + n / 128;
	to[9] = 255 - n / 128;
	return 16;
}

static const argument_fn arguments[] = {
	sequential_hosts, sequential_ports, long_prefix, only_high_bytes,
	words_that_make_up,
};

static const char * const argument_names[ARRAY_SIZE(arguments)] = {
	"sequential hosts", "sequential ports", "a long prefix",
	"only high bytes", "words that make up",
};

/* The fingerprint that the module's reader of argv gives. */
static u64 fingerprint(const char *arg, size_t len)
{
	static struct netscan_args a;

	shim_user_set(ADDRESS, arg, len + 1);
	netscan_args_begin(&a, ADDRESS, ADDRESS + len + 1, 1);
	EQUAL(netscan_args_next(&a, &flow.s.key), 1);
	CHECK(a.done);
	return a.fp[0];
}

/* Entries that a search for one of @nr passes by, itself included, on average. */
static double mean_steps(u32 places, u32 nr)
{
	double squares = 0;
	u32 i;

	for (i = 0; i < places; i++)
		squares += (double)count[i] * count[i];
	return squares / nr;
}

/*
 * The fingerprints are universal, no more: over all coefficients a search is as
 * short as it would be by chance, but for some of them, which nobody can know,
 * a pattern is uneven. So there are two bounds, over many coefficients and for
 * the worst of them, with as many entries as a bucket has.
 */
static void arguments_over_chains(void)
{
	double even, steps, sum, worst;
	u32 places, nr, i, k, n;
	char arg[1100];
	size_t len;

	flow_start(GROUPS, SLOTS);
	places = 1U << (64 - flow.s.table.bucket[0].pool.shift);
	nr = flow.s.table.bucket[0].pool.nr;
	even = 1 + (double)(nr - 1) / places;
	CHECK(places <= MAX_PLACES);
	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		sum = 0;
		worst = 0;
		for (k = 0; k < MANY_KEYS; k++) {
			flow_key(&flow.s.key, MANY_KEYS * i + k + 1);
			memset(count, 0, sizeof(count));
			for (n = 0; n < nr; n++) {
				len = arguments[i](arg, n);
				arg[len] = '\0';
				count[fingerprint(arg, len) >>
				      flow.s.table.bucket[0].pool.shift]++;
			}
			steps = mean_steps(places, nr);
			sum += steps;
			worst = max(worst, steps);
		}
		printf("# %-19s %.2f steps a search, %.2f by the worst of %u keys; even: %.2f\n",
		       argument_names[i], sum / MANY_KEYS, worst, MANY_KEYS,
		       even);
		CHECK(sum / MANY_KEYS < 1.25 * even);
		CHECK(worst < 10 * even);
	}
	flow_stop();
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

static void arguments_do_not_collide(void)
{
	static u64 fp[50000];
	char arg[1100];
	u32 i, n;
	size_t len;

	flow_start(GROUPS, SLOTS);
	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		u32 nr = i == ARRAY_SIZE(arguments) - 1 ? 128 * 128 :
			 ARRAY_SIZE(fp);

		for (n = 0; n < nr; n++) {
			len = arguments[i](arg, n);
			arg[len] = '\0';
			fp[n] = fingerprint(arg, len);
		}
		qsort(fp, nr, sizeof(fp[0]), compare);
		for (n = 1; n < nr; n++)
			CHECK(fp[n] != fp[n - 1]);
	}
	flow_stop();
}

/* What is found for one boot says nothing about the next. */
static void another_key_gives_another_order(void)
{
	u32 same = 0, n, first[256];

	flow_start(GROUPS, SLOTS);
	for (n = 0; n < ARRAY_SIZE(first); n++) {
		sequential_pids(n);
		first[n] = bucket_of(netscan_key_group(&flow.s.key,
						       &flow.cfg.rule[0],
						       &flow.ev));
	}
	flow_key(&flow.s.key, 4711);
	for (n = 0; n < ARRAY_SIZE(first); n++) {
		sequential_pids(n);
		same += first[n] == bucket_of(netscan_key_group(&flow.s.key,
							&flow.cfg.rule[0],
							&flow.ev));
	}
	/* One of 64 by chance. */
	CHECK(same < 20);
	flow_stop();
}

static const struct test tests[] = {
	{ "chosen parents spread over buckets", groups_over_buckets },
	{ "and over a number of buckets that is no power of two",
	  groups_over_buckets_of_an_odd_number },
	{ "chosen parents spread over the chains of a bucket",
	  groups_over_chains },
	{ "chosen arguments spread over the chains of entries",
	  arguments_over_chains },
	{ "chosen arguments do not collide", arguments_do_not_collide },
	{ "another key gives another order", another_key_gives_another_order },
};

int main(void)
{
	return test_main("spread", tests, ARRAY_SIZE(tests));
}
