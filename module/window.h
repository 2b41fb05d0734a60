/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - sliding-window distinct counter
 */
#ifndef NETSCAN_WINDOW_H
#define NETSCAN_WINDOW_H

#include "core.h"

#define NETSCAN_NIL	((u16)0xffff)	/* no entry, no group */

/* A bucket's groups have two windows each; a window's id is below this. */
#define NETSCAN_WINDOWS	(2 * NETSCAN_BUCKET_GROUPS)

/**
 * struct netscan_entry - one fingerprint in one window
 * @tag: fingerprint of the argument, mixed with the group's key, so that equal
 *       arguments of two groups do not share a chain; its lowest bits are
 *       netscan_window.id, since fingerprints of two groups may be equal, and
 *       whoever chooses both can make that less than rare
 * @last: when it was last seen, nanoseconds since boot
 */
struct netscan_entry {
	u64 tag;
	u64 last;
};

/**
 * struct netscan_link - a place in a ring
 * @newer: the entry of this window seen next after this one
 * @older: the entry of this window seen last before this one
 *
 * A window has a link of its own, at @nr + its id, which closes the ring: its
 * @older is the most recently seen entry, its @newer the least recently seen.
 */
struct netscan_link {
	u16 newer;
	u16 older;
};

/**
 * struct netscan_pool - the entries that the windows of one bucket share
 * @entry: array of @nr
 * @link: array of @nr + NETSCAN_WINDOWS
 * @head: index by tag
 * @next: per entry, the next with the same index, or the next free one
 * @weight: per entry, what it counts for
 * @nr: entries in all
 * @shift: a tag's bits above these are its index
 * @free: first free entry
 *
 * Locking: the bucket's lock.
 */
struct netscan_pool {
	struct netscan_entry *entry;
	struct netscan_link *link;
	u16 *head;
	u16 *next;
	u16 *weight;
	u16 nr;
	u16 free;
	u8 shift;
};

/**
 * struct netscan_window - the entries of one group, most recently seen first
 * @sum: weight of the entries in the window
 * @count: entries in the window, at most the number of slots
 * @id: differs from that of every other window of the pool
 *
 * Locking: the bucket's lock.
 */
struct netscan_window {
	u32 sum;
	u16 count;
	u16 id;
};

/**
 * struct netscan_pushed - what was pushed out of a full window
 * @young: weight of what was last seen in half @half; saturates, as @old does
 * @old: weight of what was last seen in the half before
 * @half: halves of the time span since boot, modulo 2^16
 *
 * A half is forgotten when time has moved on by two: what was last seen at T
 * is counted until T plus half a span at least, and never beyond T plus a
 * span. That it is distinct is not certain: a fingerprint that comes back after
 * it was pushed out counts again. So it tells how much there was, and no
 * threshold is crossed by it.
 */
struct netscan_pushed {
	u64 young : 24;
	u64 old : 24;
	u64 half : 16;
};

/**
 * struct netscan_terms - on which terms a window takes what is new to it
 * @now: nanoseconds since boot
 * @slots: entries that the window may hold; at that number the least recently
 *         seen one makes room
 * @pushed: where that is counted, NULL for nowhere
 * @span: the window's span of time in nanoseconds, for @pushed; at least 2
 */
struct netscan_terms {
	u64 now;
	u32 slots;
	struct netscan_pushed *pushed;
	u64 span;
};

size_t netscan_pool_bytes(u32 slots);
void netscan_pool_init(struct netscan_pool *pool, void *memory, u32 slots);
void netscan_window_init(struct netscan_pool *pool, struct netscan_window *w,
			 u16 id);
void netscan_window_clear(struct netscan_pool *pool, struct netscan_window *w);
void netscan_window_expire(struct netscan_pool *pool, struct netscan_window *w,
			   u64 cutoff);
u32 netscan_window_see(const struct netscan_pool *pool,
		       const struct netscan_window *w, const u64 *fp, u32 nr,
		       u64 key, u64 now);
int netscan_window_add(struct netscan_pool *pool, struct netscan_window *w,
		       u64 fp, u16 weight, const struct netscan_terms *terms);
u32 netscan_pushed_weight(const struct netscan_pushed *pushed, u64 now,
			  u64 span);
u32 netscan_window_since(const struct netscan_pool *pool,
			 const struct netscan_window *w, u64 cutoff);

/* The least recently seen entry; the window has one. */
static inline u16 netscan_window_last_entry(const struct netscan_pool *pool,
					    const struct netscan_window *w)
{
	return pool->link[pool->nr + w->id].newer;
}

/**
 * netscan_window_oldest() - when the least recently seen fingerprint was seen
 * @pool: the window's entries
 * @w: the window
 *
 * Return: nanoseconds since boot, U64_MAX where the window holds nothing.
 */
static inline u64 netscan_window_oldest(const struct netscan_pool *pool,
					const struct netscan_window *w)
{
	if (!w->count)
		return U64_MAX;
	return pool->entry[netscan_window_last_entry(pool, w)].last;
}

/**
 * netscan_window_is_due() - has netscan_window_expire() anything to do?
 * @pool: the window's entries
 * @w: the window
 * @cutoff: as for netscan_window_expire()
 */
static inline bool netscan_window_is_due(const struct netscan_pool *pool,
					 const struct netscan_window *w,
					 u64 cutoff)
{
	return netscan_window_oldest(pool, w) < cutoff;
}

/**
 * netscan_window_distinct() - distinct fingerprints within the time span
 * @w: the window, expired up to now
 *
 * Return: their weight, which is their number where each weighs 1: of all, up to
 * the number of slots; of more, of as many as were seen last. Never too much.
 */
static inline u32 netscan_window_distinct(const struct netscan_window *w)
{
	return w->sum;
}

#endif
