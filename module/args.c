// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - argv, read once and fingerprinted
 *
 * Design: argv is copied in chunks and each byte once; what is fingerprinted
 * and what a record shows is the copy. Of an argv of more than HEAD and TAIL
 * bytes or arguments together (limits.h), the head and the tail are read, which
 * bounds the work. The caller takes all that was left out for one more distinct
 * argument, so that padding does not hide one target an exec, though it can
 * hide many targets in one exec.
 *
 * An argument is hashed as little-endian words, the last one filled with
 * zeroes; since it has no zero bytes of its own, no two arguments give the same
 * words. A word with a zero byte ends it, so that looking for the end and
 * hashing are one pass.
 *
 * Locking: none. The caller owns @a.
 *
 * Context: kprobe, preemption off; a page that is not there is a read fault,
 * never waited for.
 */
#include "args.h"
#include "stats.h"

#define ONES	0x0101010101010101ULL
#define HIGHS	0x8080808080808080ULL

static_assert(NETSCAN_ARGV_CHUNK > NETSCAN_MAX_ARG);
static_assert(NETSCAN_TEXT <= NETSCAN_ARGV_CHUNK);
static_assert(NETSCAN_MAX_ARG % 8 == 0);

static u64 load_word(const u8 *p)
{
	__le64 w;

	memcpy(&w, p, sizeof(w));
	return le64_to_cpu(w);
}

/*
 * Fingerprint the argument at @p, of which bytes up to @limit are there, and
 * eight more that may be read. Returns the address of its NUL, or NULL when
 * there is none before @limit.
 */
static __always_inline const u8 *hash_arg(const u8 *p, const u8 *limit,
					  const struct netscan_hash_key *key,
					  u64 *fp)
{
	struct netscan_hash h;
	u64 word, zero;
	u32 place = 1;

	netscan_hash_start(&h, key);
	for (;;) {
		word = load_word(p);
		zero = (word - ONES) & ~word & HIGHS;
		if (zero)
			break;
		p += 8;
		if (p >= limit)
			return NULL;
		netscan_hash_add(&h, key, place++, word);
	}
	zero &= -zero;			/* the 0x80 of the first zero byte */
	p += __builtin_ctzll(zero) / 8;
	if (p >= limit)
		return NULL;
	word &= (zero >> 7) - 1;	/* the bytes before it */
	if (word)
		netscan_hash_add(&h, key, place, word);
	*fp = h.hi;
	return p;
}

/* Copy what fits, up to the end of a page, behind what is left in the buffer. */
static void refill(struct netscan_args *a)
{
	unsigned long room, n;

	if (a->text != a->kept && a->at) {
		memcpy(a->kept, a->text, a->text_len);
		a->text = a->kept;
	}
	a->have -= a->at;
	memmove(a->buf, a->buf + a->at, a->have);
	a->at = 0;
	room = NETSCAN_ARGV_CHUNK - a->have;
	n = min3(room, a->end - a->pos, PAGE_SIZE - a->pos % PAGE_SIZE);
	if (netscan_copy_user(a->buf + a->have, a->pos, n)) {
		a->read_fault = true;
		a->end = a->pos;
		a->tail_end = 0;
	} else {
		a->pos += n;
		a->have += n;
	}
	memset(a->buf + a->have, 0, 8);
}

/**
 * netscan_args_begin() - read the beginning of an argv
 * @a: overwritten
 * @start: user address of its first byte
 * @end: user address behind its last
 *
 * The first NETSCAN_TEXT bytes, or all if there are fewer, are in @a->text
 * afterwards.
 */
void netscan_args_begin(struct netscan_args *a, unsigned long start,
			unsigned long end)
{
	unsigned long len = end > start ? end - start : 0;
	u32 text = min_t(unsigned long, len, NETSCAN_TEXT);

	a->text = (const char *)a->buf;
	a->pos = start;
	a->truncated = len > NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL;
	a->end = start + (a->truncated ? NETSCAN_ARGV_HEAD : len);
	a->tail_end = start + len;
	a->left = NETSCAN_HEAD_ARGS;
	a->have = 0;
	a->at = 0;
	a->skip = false;
	a->done = false;
	a->read_fault = false;
	while (a->have < text && !a->read_fault)
		refill(a);
	a->text_len = min(a->have, text);
	a->text_cut = a->text_len < len;
}

/* Go on from the head to the tail: over what lies between, if anything does. */
static void begin_tail(struct netscan_args *a)
{
	unsigned long at = a->pos - (a->have - a->at);
	unsigned long tail = a->tail_end - at > NETSCAN_ARGV_TAIL ?
			     a->tail_end - NETSCAN_ARGV_TAIL : at;

	if (tail != at) {
		a->truncated = true;
		a->skip = true;
		if (tail < a->pos) {
			a->at += tail - at;
		} else {
			a->pos = tail;
			a->at = a->have;
		}
	}
	a->end = a->tail_end;
	a->tail_end = 0;
	a->left = NETSCAN_TAIL_ARGS;
}

static void skip_arg(struct netscan_args *a)
{
	const u8 *p = a->buf + a->at;
	const u8 *nul = memchr(p, 0, a->have - a->at);

	a->at = nul ? nul + 1 - a->buf : a->have;
	a->skip = !nul;
}

/* Fingerprint arguments that are whole in the buffer, up to @most in all. */
static u32 hash_buffer(struct netscan_args *a,
		       const struct netscan_hash_key *key, u32 nr, u32 most)
{
	const u8 *p = a->buf + a->at, *end = a->buf + a->have;
	const u8 *nul;

	for (; nr < most && p < end; nr++) {
		nul = hash_arg(p, min(end, p + NETSCAN_MAX_ARG + 1), key,
			       &a->fp[nr]);
		if (!nul)
			break;
		p = nul + 1;
	}
	a->at = p - a->buf;
	return nr;
}

/**
 * netscan_args_next() - fingerprint the next arguments
 * @a: begun
 * @key: coefficients of the hash
 *
 * Return: how many fingerprints @a->fp holds now. @a->done says whether they
 * were the last.
 */
u32 netscan_args_next(struct netscan_args *a,
		      const struct netscan_hash_key *key)
{
	u32 before, nr = 0;

	while (nr < NETSCAN_ARGV_BATCH) {
		if (a->skip)
			skip_arg(a);
		before = nr;
		nr = hash_buffer(a, key, nr,
				 min(NETSCAN_ARGV_BATCH, nr + a->left));
		a->left -= nr - before;
		if (nr == NETSCAN_ARGV_BATCH)
			break;
		if (a->left && a->have - a->at > NETSCAN_MAX_ARG) {
			netscan_count(LONG_ARGS);
			a->skip = true;
		} else if (a->left && a->pos < a->end) {
			refill(a);
		} else if (a->tail_end) {
			begin_tail(a);
		} else {
			a->truncated |= !a->left && (a->at < a->have ||
						      a->pos < a->end);
			a->done = true;
			break;
		}
	}
	netscan_count_n(ARGS, nr);
	return nr;
}
