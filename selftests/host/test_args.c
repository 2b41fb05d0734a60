// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of reading an argv: splitting, limits, borders, faults
 */
#include "args.h"
#include "flow.h"
#include "split.h"

#define BASE	0x7ffd00000000UL
#define LIMIT	(NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL)

static u8 argv[2 * LIMIT];

/* Read argv[0..len) at an address, and compare with the naive split. */
static void read_at(unsigned long addr, size_t len, size_t hole)
{
	static struct split want, got;

	shim_user_set(addr, argv, len);
	if (hole < len)
		shim_user_hole(addr + hole);
	split_naively(&want, argv, len, addr, hole);
	split_by_module(&got, addr, len, split_count(argv, len));
	split_compare(&got, &want);
	if (want.text_len)
		CHECK(!memcmp(got.text, argv, want.text_len));
}

static void read_all(size_t len)
{
	read_at(BASE, len, SIZE_MAX);
}

/* Lay out an argument of @len bytes; returns where the next one goes. */
static size_t put(size_t at, size_t len, u8 byte)
{
	memset(argv + at, byte, len);
	argv[at + len] = '\0';
	return at + len + 1;
}

static void nothing_at_all(void)
{
	struct netscan_args a;
	struct netscan_hash_key key;

	flow_key(&key, 1);
	netscan_args_begin(&a, BASE, BASE, 0);
	EQUAL(netscan_args_next(&a, &key), 0);
	CHECK(a.done && !a.read_fault && !a.truncated && !a.text_cut);
	EQUAL(a.text_len, 0);
	/* An end before the start is nothing, too. */
	netscan_args_begin(&a, BASE, BASE - 5, 1);
	EQUAL(netscan_args_next(&a, &key), 0);
	CHECK(a.done && !a.read_fault && !a.truncated);
}

static void few_and_empty_ones(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		u32 nr;
	} cases[] = {
		{ "\0", 1, 1 }, { "\0\0", 2, 2 }, { "a\0", 2, 1 },
		{ "ping\0-c\0001\0", 10, 3 }, { "a\0\0\0b\0", 6, 4 },
		{ "a", 1, 0 }, { "a\0b", 3, 1 },
	};
	static struct split got;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(argv, cases[i].bytes, cases[i].len);
		read_all(cases[i].len);
		shim_user_set(BASE, argv, cases[i].len);
		split_by_module(&got, BASE, cases[i].len, split_count(argv, cases[i].len));
		EQUAL(got.nr, cases[i].nr);
	}
}

/* Every length, before and behind another argument. */
static void every_length(void)
{
	/* In words of these, a zero byte is found in different ways. */
	static const u8 bytes[] = { 'x', 0x01, 0x80, 0x81, 0xff };
	size_t len, at;
	u32 i;

	for (len = 0; len <= NETSCAN_MAX_ARG + 40; len++) {
		for (i = 0; i < ARRAY_SIZE(bytes); i++) {
			at = put(0, len, bytes[i]);
			read_all(at);
			at = put(at, 3, 'y');
			read_all(at);
			at = put(put(0, 3, 'y'), len, bytes[i]);
			read_all(at);
			read_all(at - 1);	/* no NUL at the end */
		}
	}
}

static void limit_of_1024_bytes(void)
{
	static struct split got;
	size_t len;

	len = put(put(0, 1024, 'x'), 1, 'y');
	shim_user_set(BASE, argv, len);
	split_by_module(&got, BASE, len, split_count(argv, len));
	EQUAL(got.nr, 2);
	EQUAL(got.long_args, 0);
	len = put(put(0, 1025, 'x'), 1, 'y');
	shim_user_set(BASE, argv, len);
	split_by_module(&got, BASE, len, split_count(argv, len));
	EQUAL(got.nr, 1);
	EQUAL(got.long_args, 1);
	len = put(put(put(0, 1025, 'x'), 30000, 'z'), 1, 'y');
	shim_user_set(BASE, argv, len);
	split_by_module(&got, BASE, len, split_count(argv, len));
	EQUAL(got.nr, 1);
	EQUAL(got.long_args, 2);
}

/* An argument across the border of a chunk, and of a page, at every offset. */
static void chunk_and_page_borders(void)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 9, 1023, 1024, 1025 };
	size_t before, at;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (before = 1000; before < 2100; before += 7) {
			at = put(0, 500, 'a');
			at = put(at, before - 500, 'b');
			at = put(at, lengths[i], 'x');
			at = put(at, 3, 'y');
			read_all(at);
			read_at(BASE + PAGE_SIZE - before, at, SIZE_MAX);
		}
	}
	for (before = 1; before < 40; before++) {
		at = put(put(put(0, 20, 'a'), 9, 'b'), 20, 'c');
		read_at(BASE + PAGE_SIZE - before, at, SIZE_MAX);
	}
}

static void many_arguments_in_batches(void)
{
	struct netscan_args a;
	struct netscan_hash_key key;
	u32 n, i, nr;
	size_t at;

	flow_key(&key, 1);
	for (n = 60; n < 200; n++) {
		for (i = at = 0; i < n; i++)
			at = put(at, 2, 'a' + i % 20);
		read_all(at);
		shim_user_set(BASE, argv, at);
		netscan_args_begin(&a, BASE, BASE + at, n);
		for (i = 0; !a.done; i += nr) {
			nr = netscan_args_next(&a, &key);
			CHECK(nr == NETSCAN_ARGV_BATCH || a.done);
		}
		EQUAL(i, n);
	}
}

/* Random lengths about the size where the middle is left out. */
static void head_and_tail(void)
{
	static const size_t sizes[] = {
		LIMIT - 1, LIMIT, LIMIT + 1, LIMIT + 2, LIMIT + 1000,
		2 * LIMIT,
	};
	struct test_random r;
	size_t at, len;
	u32 i, n;

	test_seed(&r, 3);
	for (n = 0; n < 30; n++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (at = 0; at < sizes[i]; at += len + 1) {
				len = test_below(&r, 40) ? test_below(&r, 30) :
				      test_below(&r, 3000);
				len = min(len, sizes[i] - at - 1);
				put(at, len, 'a' + test_below(&r, 26));
			}
			read_at(BASE + test_below(&r, PAGE_SIZE), sizes[i],
				SIZE_MAX);
		}
	}
}

/* As many as head and tail may have: all are read, wherever they are long. */
static void all_of_2560_arguments(void)
{
	u32 most = NETSCAN_HEAD_ARGS + NETSCAN_TAIL_ARGS, nr, i;
	static struct split got;
	size_t at;

	for (nr = NETSCAN_HEAD_ARGS - 2; nr <= most + 2; nr++) {
		for (i = at = 0; i < nr; i++)
			at = put(at, i < NETSCAN_HEAD_ARGS ? 2 : 50,
				 'a' + i % 26);
		read_all(at);
		shim_user_set(BASE, argv, at);
		split_by_module(&got, BASE, at, nr);
		EQUAL(got.truncated, nr > most);
		if (nr <= most)
			EQUAL(got.nr, nr);
	}
}

/* So many arguments that the tail begins in what has been copied already. */
static void tail_within_what_was_copied(void)
{
	struct test_random r;
	size_t len, i;

	test_seed(&r, 6);
	for (len = 2 * NETSCAN_HEAD_ARGS + NETSCAN_ARGV_TAIL - 50;
	     len < 2 * NETSCAN_HEAD_ARGS + NETSCAN_ARGV_TAIL + 4000; len += 23) {
		for (i = 0; i < len; i++)
			argv[i] = i < 2 * NETSCAN_HEAD_ARGS ? i % 2 ? 0 : 'a' :
				  test_below(&r, 10) ? 'b' : 0;
		argv[len - 1] = '\0';
		CHECK(split_count(argv, len) >
		      NETSCAN_HEAD_ARGS + NETSCAN_TAIL_ARGS);
		read_at(BASE + test_below(&r, PAGE_SIZE), len, SIZE_MAX);
	}
}

static void work_is_bounded(void)
{
	struct netscan_args a;
	struct netscan_hash_key key;
	size_t i;
	u32 nr;

	flow_key(&key, 1);
	/* By bytes: arguments so long that their number is no matter. */
	for (i = 0; i < sizeof(argv); i++)
		argv[i] = i % 50 == 49 ? 0 : 'x';
	shim_user_set(BASE, argv, sizeof(argv));
	netscan_args_begin(&a, BASE, BASE + sizeof(argv), sizeof(argv));
	while (!a.done)
		netscan_args_next(&a, &key);
	CHECK(a.truncated);
	EQUAL(shim_user_read(), LIMIT);
	/* By number: empty ones. */
	memset(argv, 0, sizeof(argv));
	shim_user_set(BASE, argv, sizeof(argv));
	netscan_args_begin(&a, BASE, BASE + sizeof(argv), sizeof(argv));
	for (i = 0; !a.done; i += nr)
		nr = netscan_args_next(&a, &key);
	CHECK(a.truncated);
	EQUAL(i, NETSCAN_HEAD_ARGS + NETSCAN_TAIL_ARGS);
}

/* An argument that the head's end cuts is not taken for a shorter one. */
static void cut_argument_is_not_counted(void)
{
	static struct split got;
	size_t i;

	for (i = 0; i < sizeof(argv); i++)
		argv[i] = i % 10 == 9 ? 0 : 'x';
	argv[sizeof(argv) - 1] = 0;
	shim_user_set(BASE, argv, sizeof(argv));
	split_by_module(&got, BASE, sizeof(argv), split_count(argv, sizeof(argv)));
	for (i = 1; i < got.nr; i++)
		EQUAL(got.fp[i], got.fp[0]);
	CHECK(got.truncated);
}

static void faults_anywhere(void)
{
	struct test_random r;
	size_t at, len, hole;
	unsigned long addr;
	u32 n;

	test_seed(&r, 4);
	for (n = 0; n < 400; n++) {
		len = test_below(&r, 2) ? 1 + test_below(&r, 9000) :
		      1 + test_below(&r, 2 * LIMIT);
		for (at = 0; at < len; at++)
			argv[at] = test_below(&r, 12) ? 'a' + test_below(&r, 3) :
				   0;
		addr = BASE + test_below(&r, PAGE_SIZE);
		hole = test_below(&r, len);
		read_at(addr, len, hole);
	}
}

static void fault_at_the_very_first_byte(void)
{
	static struct split got;

	put(0, 3, 'a');
	shim_user_set(BASE, argv, 4);
	shim_user_hole(BASE);
	split_by_module(&got, BASE, 4, split_count(argv, 4));
	EQUAL(got.nr, 0);
	EQUAL(got.text_len, 0);
	CHECK(got.read_fault && got.text_cut);
}

static void text_is_the_beginning(void)
{
	static const size_t sizes[] = { 1, 511, 512, 513, 5000 };
	static struct split got;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(argv, 'q', sizes[i]);
		argv[sizes[i] - 1] = 0;
		shim_user_set(BASE + 4000, argv, sizes[i]);
		split_by_module(&got, BASE + 4000, sizes[i], split_count(argv, sizes[i]));
		EQUAL(got.text_len, min_t(size_t, sizes[i], NETSCAN_TEXT));
		EQUAL(got.text_cut, sizes[i] > NETSCAN_TEXT);
		CHECK(!memcmp(got.text, argv, got.text_len));
	}
}

/* All arguments of one and two bytes, and more, have their own fingerprints. */
static void fingerprints_differ(void)
{
	static u64 fp[70000];
	static struct split got;
	u32 a, b, n = 0, i, j;
	size_t at;

	for (a = 1; a < 256; a++) {
		for (at = 0, b = 0; b < 256; b++) {
			argv[at++] = a;
			if (b)
				argv[at++] = b;
			argv[at++] = 0;
		}
		shim_user_set(BASE, argv, at);
		split_by_module(&got, BASE, at, split_count(argv, at));
		EQUAL(got.nr, 256);
		memcpy(fp + n, got.fp, 256 * sizeof(*fp));
		n += 256;
	}
	for (a = 0; a <= NETSCAN_MAX_ARG; a++) {
		at = put(0, a, 'x');
		shim_user_set(BASE, argv, at);
		split_by_module(&got, BASE, at, split_count(argv, at));
		fp[n++] = got.fp[0];
	}
	/* "x" is there twice. */
	for (i = j = 0; i < n; i++)
		for (b = i + 1; b < n && b < i + 300; b++)
			j += fp[i] == fp[b];
	EQUAL(j, 0);
	EQUAL(fp['x' * 256 - 256], fp[255 * 256 + 1]);
}

/* Each weighs what it spells, by itself, wherever it lies. */
static void weights_of_many(void)
{
	struct test_random r;
	size_t at, size, limit;
	u32 n, kind;

	test_seed(&r, 8);
	for (n = 0; n < 300; n++) {
		limit = test_below(&r, 3) ? 6000 : 2 * LIMIT - 2000;
		for (at = 0; at < limit; at += size + 1) {
			kind = test_below(&r, 12);
			size = sprintf((char *)argv + at,
				       kind < 7 ? "%u-%u" :
				       kind < 10 ? "10.0.0.0/%u" : "%u",
				       1 + test_below(&r, 32),
				       test_below(&r, 65536));
			if (test_below(&r, 200) == 0)
				size = put(at, 1000 + test_below(&r, 50), '1') -
				       at - 1;
		}
		read_at(BASE + test_below(&r, PAGE_SIZE), at, test_below(&r, 4) ?
			SIZE_MAX : test_below(&r, at));
	}
}

static const struct test tests[] = {
	{ "nothing at all", nothing_at_all },
	{ "few and empty arguments", few_and_empty_ones },
	{ "every length", every_length },
	{ "1024 bytes and 1025", limit_of_1024_bytes },
	{ "borders of chunks and pages", chunk_and_page_borders },
	{ "many arguments in batches", many_arguments_in_batches },
	{ "head and tail", head_and_tail },
	{ "all of 2560 arguments", all_of_2560_arguments },
	{ "a tail within what was copied", tail_within_what_was_copied },
	{ "the work is bounded", work_is_bounded },
	{ "a cut argument is not counted", cut_argument_is_not_counted },
	{ "faults anywhere", faults_anywhere },
	{ "a fault at the first byte", fault_at_the_very_first_byte },
	{ "the text is the beginning", text_is_the_beginning },
	{ "fingerprints differ", fingerprints_differ },
	{ "weights of many", weights_of_many },
};

int main(void)
{
	return test_main("args", tests, ARRAY_SIZE(tests));
}
