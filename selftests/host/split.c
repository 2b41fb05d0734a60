// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what reading an argv should give, worked out the simple way
 */
#include "flow.h"
#include "span.h"
#include "split.h"

static const struct netscan_hash_key *hash_key(void)
{
	static struct netscan_hash_key key;
	static bool drawn;

	if (!drawn)
		flow_key(&key, 1);
	drawn = true;
	return &key;
}

/**
 * split_by_module() - read user memory as the probe does
 * @s: filled
 * @addr: where argv begins
 * @len: bytes
 * @argc: arguments
 */
void split_by_module(struct split *s, unsigned long addr, size_t len, u32 argc)
{
	u64 counted = STAT(ARGS), long_args = STAT(LONG_ARGS);
	struct netscan_args a;
	u32 nr;

	/* What the reader does not set itself must not matter. */
	memset(&a, 0xa5, sizeof(a));
	s->nr = 0;
	netscan_args_begin(&a, addr, addr + len, argc);
	CHECK(!a.weigh);
	a.weigh = true;
	s->text_len = a.text_len;
	memcpy(s->text, a.text, a.text_len);
	do {
		nr = netscan_args_next(&a, hash_key());
		memcpy(s->fp + s->nr, a.fp, nr * sizeof(*a.fp));
		memcpy(s->weight + s->nr, a.weight, nr * sizeof(*a.weight));
		s->nr += nr;
		/* It stays what it was while the rest is read. */
		CHECK(!memcmp(s->text, a.text, s->text_len));
		EQUAL(a.text_len, s->text_len);
	} while (!a.done);
	s->truncated = a.truncated;
	s->read_fault = a.read_fault;
	s->text_cut = a.text_cut;
	s->long_args = STAT(LONG_ARGS) - long_args;
	EQUAL(STAT(ARGS) - counted, s->nr);
}

static unsigned __int128 coefficient(const struct netscan_hash_key *key, u32 i)
{
	return (unsigned __int128)key->c[i].hi << 64 | key->c[i].lo;
}

/* hash.h's formula, over the words of an argument and zeroes behind them. */
static u64 fingerprint(const struct netscan_hash_key *key, const u8 *arg,
		       size_t len)
{
	unsigned __int128 sum = coefficient(key, 0);
	u64 word[2];
	size_t at, i;

	for (at = 0; at < len; at += 16) {
		memset(word, 0, sizeof(word));
		for (i = at; i < len && i < at + 16; i++)
			word[i % 16 / 8] |= (u64)arg[i] << 8 * (i % 8);
		sum += (coefficient(key, at / 8 + 1) + word[0]) *
		       (coefficient(key, at / 8 + 2) + word[1]);
	}
	return sum >> 64;
}

/*
 * Arguments of a part that begins with a whole one and may end within one, at
 * most @most of them. Returns where it stopped.
 */
static size_t split_part(struct split *s, const struct netscan_hash_key *key,
			 const u8 *p, size_t len, u32 most)
{
	size_t i, start = 0;
	u32 nr = 0;

	for (i = 0; i < len && nr < most; i++) {
		if (p[i])
			continue;
		if (i - start <= NETSCAN_MAX_ARG) {
			s->weight[s->nr] = netscan_span_weigh((const char *)p + start,
							      i - start);
			s->fp[s->nr++] = fingerprint(key, p + start, i - start);
			nr++;
		} else {
			s->long_args++;
		}
		start = i + 1;
	}
	if (nr == most)
		return start;
	/* What is left has no end; that it is too long can be seen all the same. */
	s->long_args += i - start > NETSCAN_MAX_ARG;
	return len;
}

/* Where reading stops: at the page that is not there, read page by page. */
static size_t readable(size_t from, size_t to, unsigned long addr, size_t hole)
{
	unsigned long page;

	if (hole == SIZE_MAX)
		return to;
	page = (addr + hole) / PAGE_SIZE * PAGE_SIZE;
	if (page >= addr + to || page + PAGE_SIZE <= addr + from)
		return to;
	return page > addr + from ? page - addr : from;
}

/**
 * split_count() - how many arguments there are
 * @argv: the bytes
 * @len: how many
 */
u32 split_count(const u8 *argv, size_t len)
{
	u32 nr = 0;

	while (len--)
		nr += !*argv++;
	return nr;
}

/**
 * split_naively() - what it should give
 * @s: filled
 * @argv: the bytes
 * @len: how many
 * @addr: their address
 * @hole: offset of a byte whose page is not there, or SIZE_MAX
 */
void split_naively(struct split *s, const u8 *argv, size_t len,
		   unsigned long addr, size_t hole)
{
	size_t head = len, end, tail, at;
	u32 most = NETSCAN_HEAD_ARGS;

	s->nr = 0;
	s->long_args = 0;
	s->truncated = len > SPLIT_MAX;
	if (s->truncated)
		head = NETSCAN_ARGV_HEAD;
	end = readable(0, head, addr, hole);
	/* All, where that is no more than head and tail may have. */
	if (!s->truncated && split_count(argv, len) <= most + NETSCAN_TAIL_ARGS)
		most += NETSCAN_TAIL_ARGS;
	at = split_part(s, hash_key(), argv, end, most);
	s->read_fault = end < head && s->nr < most;
	s->text_len = end < NETSCAN_TEXT ? end : NETSCAN_TEXT;
	s->text_cut = s->text_len < len;
	if (s->read_fault || (s->nr < most && !s->truncated))
		return;
	/* The tail goes on where the head stopped, or begins within an argument. */
	tail = len - at > NETSCAN_ARGV_TAIL ? len - NETSCAN_ARGV_TAIL : at;
	end = readable(tail, len, addr, hole);
	if (tail != at) {
		s->truncated = true;
		for (at = tail; at < end && argv[at]; at++)
			;
		if (at < end)
			at++;
	}
	head = s->nr;
	at += split_part(s, hash_key(), argv + at, end - at, NETSCAN_TAIL_ARGS);
	if (s->nr - head == NETSCAN_TAIL_ARGS)
		s->truncated |= at < len;
	else
		s->read_fault = end < len;
}

void split_compare(const struct split *got, const struct split *want)
{
	u32 i;

	EQUAL(got->nr, want->nr);
	for (i = 0; i < got->nr && i < want->nr; i++)
		if (got->fp[i] != want->fp[i])
			break;
	EQUAL(i, want->nr);
	for (i = 0; i < got->nr && i < want->nr; i++)
		if (got->weight[i] != want->weight[i])
			break;
	EQUAL(i, want->nr);
	EQUAL(got->long_args, want->long_args);
	EQUAL(got->truncated, want->truncated);
	EQUAL(got->read_fault, want->read_fault);
	EQUAL(got->text_cut, want->text_cut);
	EQUAL(got->text_len, want->text_len);
}
