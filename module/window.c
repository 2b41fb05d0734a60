// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - sliding-window distinct counter
 *
 * Design: a window is a list of fingerprints in the order in which they were
 * last seen, and an index finds one by its value, so that seeing one, expiring
 * one and pushing out the least recent one are each a few stores. Entries come
 * from a pool that the groups of a bucket share: a group of four arguments
 * costs four entries, not a whole window. A window that has as many as there are
 * slots for pushes out the least recent one. What counts is what is there: of
 * more distinct arguments than slots, those seen last. So a sum of weights may
 * be too low then, and a rule whose threshold is above the number of slots
 * may miss a scan of many light arguments, but nothing is counted that has left
 * the window or is there twice. What was pushed out is only told, as an estimate
 * that forgets (struct netscan_pushed).
 *
 * Lifetime: entries belong to the pool's arrays, which live from load to
 * unload; a window owns those on its list.
 *
 * Locking: the caller holds the bucket's lock.
 *
 * Context: kprobe (preemption off) and process. Bounded: no loop but over
 * entries that leave and over one index chain.
 */
#include "stats.h"
#include "window.h"

/* Entries and windows are numbers below NETSCAN_NIL, ids the bits of a tag. */
static_assert(NETSCAN_MAX_SLOTS * NETSCAN_BUCKET_WINDOWS + NETSCAN_WINDOWS <
	      NETSCAN_NIL);
static_assert((NETSCAN_WINDOWS & (NETSCAN_WINDOWS - 1)) == 0);
static_assert(NETSCAN_MAX_SLOTS < U16_MAX);
/* No sum of weights overflows, nor does one with what was pushed out. */
static_assert((u64)NETSCAN_MAX_SLOTS * U16_MAX + (2ULL << 24) < U32_MAX);
static_assert(sizeof(struct netscan_pushed) == 8);

#define PUSHED_MAX	((1U << 24) - 1)

static u64 without_id(u64 fp)
{
	return fp & ~(u64)(NETSCAN_WINDOWS - 1);
}

static u64 make_tag(const struct netscan_window *w, u64 fp)
{
	return without_id(fp) | w->id;
}

static void unlink_entry(struct netscan_link *link, u32 i)
{
	const struct netscan_link *l = &link[i];

	link[l->newer].older = l->older;
	link[l->older].newer = l->newer;
}

/*
 * Link entries that stand one behind another, @first being the least recently
 * seen of them, as the most recently seen ones of the window with link @ring.
 */
static void link_run(struct netscan_link *link, u32 ring, u32 first, u32 last)
{
	u32 older = link[ring].older;

	link[first].older = older;
	link[older].newer = first;
	link[last].newer = ring;
	link[ring].older = last;
}

/* Move a run to where link_run() puts one. */
static void move_run(struct netscan_link *link, u32 ring, u32 first, u32 last)
{
	u32 older = link[first].older, newer = link[last].newer;

	link[newer].older = older;
	link[older].newer = newer;
	link_run(link, ring, first, last);
}

static u32 pool_entries(u32 slots)
{
	return slots * NETSCAN_BUCKET_WINDOWS;
}

static u32 pool_heads(u32 slots)
{
	return roundup_pow_of_two(pool_entries(slots) / 2);
}

/**
 * netscan_pool_bytes() - memory for the entries of one bucket
 * @slots: NETSCAN_MIN_SLOTS to NETSCAN_MAX_SLOTS
 *
 * Return: bytes, a multiple of 8.
 */
size_t netscan_pool_bytes(u32 slots)
{
	size_t nr = pool_entries(slots);

	return round_up(nr * sizeof(struct netscan_entry) +
			(nr + NETSCAN_WINDOWS) * sizeof(struct netscan_link) +
			(2 * nr + pool_heads(slots)) * sizeof(u16), 8);
}

/**
 * netscan_pool_init() - make all entries free
 * @pool: the pool
 * @memory: netscan_pool_bytes() of it, aligned to 8; the pool's from now on
 * @slots: as for netscan_pool_bytes()
 */
void netscan_pool_init(struct netscan_pool *pool, void *memory, u32 slots)
{
	u32 i, nr = pool_entries(slots), heads = pool_heads(slots);

	pool->entry = memory;
	pool->link = (void *)(pool->entry + nr);
	pool->head = (void *)(pool->link + nr + NETSCAN_WINDOWS);
	pool->next = pool->head + heads;
	pool->weight = pool->next + nr;
	pool->nr = nr;
	pool->shift = 64 - ilog2(heads);
	pool->free = 0;
	for (i = 0; i < nr; i++)
		pool->next[i] = i + 1 < nr ? i + 1 : NETSCAN_NIL;
	for (i = 0; i < heads; i++)
		pool->head[i] = NETSCAN_NIL;
}

/**
 * netscan_window_init() - make a window that holds nothing
 * @pool: where its entries will come from
 * @w: the window; what it held before is forgotten, not freed
 * @id: below NETSCAN_WINDOWS; no other window of the pool has it
 */
void netscan_window_init(struct netscan_pool *pool, struct netscan_window *w,
			 u16 id)
{
	u16 i = pool->nr + id;

	pool->link[i].newer = i;
	pool->link[i].older = i;
	w->sum = 0;
	w->count = 0;
	w->id = id;
}

/* Find an entry by the index; NETSCAN_NIL where there is none. */
static __always_inline u32 find_entry(const struct netscan_pool *pool, u64 tag)
{
	u32 i = pool->head[tag >> pool->shift];

	while (i != NETSCAN_NIL && pool->entry[i].tag != tag)
		i = pool->next[i];
	return i;
}

/* Take the least recently seen entry out of the window. Returns it. */
static __always_inline u16 take_oldest(struct netscan_pool *pool,
				       struct netscan_window *w)
{
	u16 i = netscan_window_last_entry(pool, w);
	u16 *at = &pool->head[pool->entry[i].tag >> pool->shift];

	while (*at != i)
		at = &pool->next[*at];
	*at = pool->next[i];
	unlink_entry(pool->link, i);
	w->sum -= pool->weight[i];
	w->count--;
	return i;
}

static void drop_oldest(struct netscan_pool *pool, struct netscan_window *w)
{
	u16 i = take_oldest(pool, w);

	pool->next[i] = pool->free;
	pool->free = i;
}

/**
 * netscan_window_clear() - give all entries back
 * @pool: where they go
 * @w: the window, empty afterwards
 */
void netscan_window_clear(struct netscan_pool *pool, struct netscan_window *w)
{
	while (w->count)
		drop_oldest(pool, w);
}

/**
 * netscan_window_expire() - drop what was last seen before a time
 * @pool: where the entries go
 * @w: the window
 * @cutoff: nanoseconds since boot; an entry seen exactly then stays
 */
void netscan_window_expire(struct netscan_pool *pool, struct netscan_window *w,
			   u64 cutoff)
{
	while (netscan_window_oldest(pool, w) < cutoff)
		drop_oldest(pool, w);
}

/**
 * netscan_window_see() - see fingerprints that the window may hold
 * @pool: where its entries are
 * @w: the window, expired up to @now
 * @fp: the fingerprints
 * @nr: how many
 * @key: the group's, mixed into each of them
 * @now: nanoseconds since boot
 *
 * Every argument of every event goes through this loop. Commands that are run
 * again have most of their arguments in the order of last time: the entry that
 * stands behind the one just seen is tried before the index, and what was seen
 * is moved in runs of entries that stand one behind another, not one by one.
 * An argument that a command has twice keeps the place of its first: the time is
 * the same.
 *
 * Return: how many were there, and are the most recently seen ones now, before
 * one that has to be added; @nr where none has.
 */
u32 netscan_window_see(const struct netscan_pool *pool,
		       const struct netscan_window *w, const u64 *fp, u32 nr,
		       u64 key, u64 now)
{
	struct netscan_entry *entry = pool->entry;
	struct netscan_link *link = pool->link;
	const u64 tag = make_tag(w, key), *at, *end = fp + nr;
	const u32 ring = pool->nr + w->id;
	u32 i, first = ring, last = ring, next = ring;
	u64 want;

	for (at = fp; at < end; at++) {
		want = without_id(*at) ^ tag;
		i = next;
		if (i == ring || entry[i].tag != want || entry[i].last == now) {
			i = find_entry(pool, want);
			if (i == NETSCAN_NIL)
				break;
			if (entry[i].last == now)
				continue;
			if (first != ring)
				move_run(link, ring, first, last);
			first = i;
		}
		entry[i].last = now;
		last = i;
		next = link[i].newer;
	}
	if (first != ring)
		move_run(link, ring, first, last);
	return at - fp;
}

/**
 * netscan_window_since() - what netscan_window_distinct() would be later
 * @pool: the window's entries
 * @w: the window, left as it is
 * @cutoff: as for netscan_window_expire()
 */
u32 netscan_window_since(const struct netscan_pool *pool,
			 const struct netscan_window *w, u64 cutoff)
{
	u32 left, sum = 0;
	u16 i = pool->nr + w->id;

	for (left = w->count; left; left--) {
		i = pool->link[i].older;
		if (pool->entry[i].last < cutoff)
			return sum;
		sum += pool->weight[i];
	}
	return sum;
}

static void add_pushed(struct netscan_pushed *p, u64 last, u16 weight, u64 now,
		       u64 span)
{
	u64 half = div64_u64(now, span / 2), start = half * (span / 2);
	u16 passed = half - p->half;

	if (passed) {
		p->old = passed == 1 ? p->young : 0;
		p->young = 0;
		p->half = half;
	}
	if (last >= start)
		p->young = min_t(u32, p->young + weight, PUSHED_MAX);
	else if (last + span / 2 >= start)
		p->old = min_t(u32, p->old + weight, PUSHED_MAX);
}

/**
 * netscan_pushed_weight() - what was pushed out, as far as it still counts
 * @pushed: all that was
 * @now: nanoseconds since boot
 * @span: the window's span of time, the one that was given when it was added
 */
u32 netscan_pushed_weight(const struct netscan_pushed *pushed, u64 now,
			  u64 span)
{
	u16 passed;

	if (!pushed->young && !pushed->old)
		return 0;
	passed = div64_u64(now, span / 2) - pushed->half;
	if (passed > 1)
		return 0;
	return passed ? pushed->young : pushed->young + pushed->old;
}

/* An entry for what is new to the window: a free one, or its oldest. */
static __always_inline u16 get_entry(struct netscan_pool *pool,
				     struct netscan_window *w,
				     const struct netscan_terms *terms)
{
	u16 i;

	if (w->count < terms->slots) {
		i = pool->free;
		if (i != NETSCAN_NIL)
			pool->free = pool->next[i];
		return i;
	}
	i = take_oldest(pool, w);
	if (terms->pushed)
		add_pushed(terms->pushed, pool->entry[i].last, pool->weight[i],
			   terms->now, terms->span);
	netscan_count(PUSHED);
	return i;
}

/**
 * netscan_window_add() - add a fingerprint that netscan_window_see() missed
 * @pool: where the entry comes from
 * @w: the window
 * @fp: the fingerprint, mixed with the group's key
 * @weight: what it counts for, at least 1
 * @terms: the terms
 *
 * Return: 0, or -ENOSPC when the pool has no free entry, with nothing changed.
 */
int netscan_window_add(struct netscan_pool *pool, struct netscan_window *w,
		       u64 fp, u16 weight, const struct netscan_terms *terms)
{
	u64 tag = make_tag(w, fp);
	u16 *head = &pool->head[tag >> pool->shift];
	u16 i = get_entry(pool, w, terms);

	if (i == NETSCAN_NIL)
		return -ENOSPC;
	pool->entry[i].tag = tag;
	pool->entry[i].last = terms->now;
	pool->weight[i] = weight;
	pool->next[i] = *head;
	*head = i;
	link_run(pool->link, pool->nr + w->id, i, i);
	w->sum += weight;
	w->count++;
	return 0;
}
