// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - argv, read once and fingerprinted
 *
 * Design: argv is copied in chunks and each byte once; what is fingerprinted
 * and what a record shows is the copy. Of an argv of more than HEAD and TAIL
 * bytes or arguments together (limits.h), the head and the tail are read, which
 * bounds the work. The caller takes all that was left out for one more distinct
 * argument, so that padding does not hide one target an exec, though it can
 * hide many targets in one exec. Only where the beginning does not tell whether
 * a tool is run, the head is read for that before it is read to be counted.
 *
 * An argument is hashed as pairs of little-endian words, the last ones filled
 * with zeroes; since it has no zero bytes of its own, no two arguments give the
 * same words. A word with a zero byte ends it, so that looking for the end and
 * hashing are one pass; behind what was copied lie zeroes that end any.
 *
 * Locking: none. The caller owns @a.
 *
 * Context: kprobe, preemption off; a page that is not there is a read fault,
 * never waited for.
 */
#include "args.h"
#include "span.h"
#include "stats.h"
#include "word.h"

#define PAIR		16U	/* bytes of two words */
#define TOO_LONG	NETSCAN_ARGV_CHUNK
#define ENDS		256U	/* bytes that are looked at of a longer argument */

static_assert(NETSCAN_ARGV_CHUNK > NETSCAN_MAX_ARG);
static_assert(NETSCAN_TEXT <= NETSCAN_ARGV_CHUNK);
static_assert(2 * ENDS < NETSCAN_ARGV_CHUNK);
static_assert(NETSCAN_MAX_ARG % 8 == 0);

/*
 * Cut two words short at the first zero byte of both, if there is one.
 * Returns how many bytes are before it, or PAIR.
 */
static __always_inline u32 cut_pair(u64 *a, u64 *b)
{
	u64 zero = netscan_word_zeroes(*a);

	if (zero) {
		*a &= netscan_word_mask(zero);
		*b = 0;
		return netscan_word_before(zero);
	}
	zero = netscan_word_zeroes(*b);
	if (zero) {
		*b &= netscan_word_mask(zero);
		return 8 + netscan_word_before(zero);
	}
	return PAIR;
}

/* As hash_arg(), of any length. */
static noinline u32 hash_long_arg(const u8 *p,
				  const struct netscan_hash_key *key, u64 *fp)
{
	const struct netscan_coefficient *c = &key->c[1];
	struct netscan_hash h;
	u32 len = 0, part;
	u64 a, b;

	netscan_hash_start(&h, key);
	do {
		a = netscan_word_load(p + len);
		b = netscan_word_load(p + len + 8);
		part = cut_pair(&a, &b);
		if (len + part > NETSCAN_MAX_ARG)
			return TOO_LONG;
		if (a)
			netscan_hash_add_pair(&h, c, a, b);
		c += 2;
		len += part;
	} while (part == PAIR);
	*fp = h.hi;
	return len;
}

/*
 * Fingerprint the argument at @p, behind which there is a NUL somewhere.
 * Returns its length, or TOO_LONG for one that is not counted. Most are shorter
 * than two pairs and do without a loop.
 */
static __always_inline u32 hash_arg(const u8 *p,
				    const struct netscan_hash_key *key, u64 *fp)
{
	const struct netscan_coefficient *c = &key->c[1];
	u64 a = netscan_word_load(p), b = netscan_word_load(p + 8);
	struct netscan_hash h;
	u32 len = 0, part;

	netscan_hash_start(&h, key);
	if (netscan_words_are_full(a, b)) {
		netscan_hash_add_pair(&h, c, a, b);
		a = netscan_word_load(p + PAIR);
		b = netscan_word_load(p + PAIR + 8);
		len = PAIR;
		c += 2;
	}
	part = cut_pair(&a, &b);
	if (part == PAIR)
		return hash_long_arg(p, key, fp);
	if (a)
		netscan_hash_add_pair(&h, c, a, b);
	*fp = h.hi;
	return len + part;
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
	if (a->have)
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
	memset(a->buf + a->have, 0, PAIR);
}

/**
 * netscan_args_begin() - read the beginning of an argv
 * @a: overwritten
 * @start: user address of its first byte
 * @end: user address behind its last
 * @argc: how many arguments lie there
 *
 * The first NETSCAN_TEXT bytes, or all if there are fewer, are in @a->text
 * afterwards.
 */
void netscan_args_begin(struct netscan_args *a, unsigned long start,
			unsigned long end, u32 argc)
{
	unsigned long len = end > start ? end - start : 0;
	u32 text = min_t(unsigned long, len, NETSCAN_TEXT);

	a->text = (const char *)a->buf;
	a->pos = start;
	a->truncated = len > NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL;
	a->end = start + (a->truncated ? NETSCAN_ARGV_HEAD : len);
	a->tail_end = start + len;
	a->left = NETSCAN_HEAD_ARGS;
	if (!a->truncated && argc <= NETSCAN_HEAD_ARGS + NETSCAN_TAIL_ARGS)
		a->left += NETSCAN_TAIL_ARGS;
	a->have = 0;
	a->at = 0;
	a->weigh = false;
	a->skip = false;
	a->done = false;
	a->read_fault = false;
	a->read_on = false;
	while (a->have < text && !a->read_fault)
		refill(a);
	a->text_len = min(a->have, text);
	a->text_cut = a->text_len < len;
}

/**
 * netscan_args_read_on() - read on, for who looks for a sign in arguments
 * @a: begun, and none of it fingerprinted
 * @used: bytes of @a->buf that are not needed any more
 *
 * More than the beginning has to be read where that does not tell the tool.
 * @a is then to be begun anew: what is fingerprinted is read once, for that.
 * Until it is, @a->text is void.
 * Of an argument that fills the buffer, its beginning, which tells options,
 * and its end, which has the name, are left.
 *
 * Return: is there more in @a->buf, behind the @used bytes that are gone?
 */
bool netscan_args_read_on(struct netscan_args *a, u32 used)
{
	if (a->pos == a->end)
		return false;
	a->read_on = true;
	a->at = used;
	if (!used && a->have == NETSCAN_ARGV_CHUNK) {
		memmove(a->buf + ENDS, a->buf + a->have - ENDS, ENDS);
		a->have = 2 * ENDS;
	}
	refill(a);
	return !a->read_fault;
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

/*
 * Fingerprint the arguments that are whole in the buffer, at most @most. By
 * itself, since its loop is where the time goes and needs all registers.
 */
static noinline u32 hash_buffer(struct netscan_args *a,
				const struct netscan_hash_key *key, u64 *fp,
				u32 most)
{
	const u8 *p = a->buf + a->at, *end = a->buf + a->have, *next;
	const u64 *begin = fp, *full = fp + most;

	for (; p < end && fp < full; fp++, p = next) {
		next = p + hash_arg(p, key, fp) + 1;
		if (next > end)
			break;
	}
	a->at = p - a->buf;
	return fp - begin;
}

/* What the @nr arguments weigh that begin at @p. */
static void weigh_args(const u8 *p, u16 *weight, u32 nr)
{
	size_t len;
	u32 i;

	for (i = 0; i < nr; i++) {
		len = strlen((const char *)p);
		weight[i] = netscan_span_weigh((const char *)p, len);
		p += len + 1;
	}
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
	u32 new, nr = 0, at;

	while (nr < NETSCAN_ARGV_BATCH) {
		if (a->skip)
			skip_arg(a);
		at = a->at;
		new = hash_buffer(a, key, a->fp + nr,
				  min(NETSCAN_ARGV_BATCH - nr, a->left));
		if (a->weigh)
			weigh_args(a->buf + at, a->weight + nr, new);
		a->left -= new;
		nr += new;
		if (nr == NETSCAN_ARGV_BATCH)
			break;
		if (a->at == a->have && a->pos == max(a->end, a->tail_end)) {
			a->done = true;
			break;
		}
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
