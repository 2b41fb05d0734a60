/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - sliding-window distinct counter
 */
#ifndef NETSCAN_WINDOW_H
#define NETSCAN_WINDOW_H

#include "core.h"

#define NETSCAN_NIL	((u16)0xffff)	/* no entry, no group */

/**
 * struct netscan_entry - one fingerprint in one window
 * @fp: fingerprint of the argument, mixed with the group's key, so that equal
 *      arguments of two groups do not share a chain
 * @last: when it was last seen, nanoseconds since boot
 * @hash_next: next entry with the same index, or next free one
 * @newer: the entry of this window seen next after this one
 * @older: the entry of this window seen last before this one
 * @owner: netscan_window.id of this window. Fingerprints of two groups may be
 *         equal, and whoever chooses both can make that less than rare
 */
struct netscan_entry {
	u64 fp;
	u64 last;
	u16 hash_next;
	u16 newer;
	u16 older;
	u16 owner;
};

/**
 * struct netscan_pool - the entries that the windows of one bucket share
 * @entry: array of @nr
 * @head: index by fingerprint, array of @mask + 1
 * @nr: entries in all, below NETSCAN_NIL
 * @mask: size of the index less one; a power of two less one
 * @free: first free entry
 *
 * Locking: the bucket's lock.
 */
struct netscan_pool {
	struct netscan_entry *entry;
	u16 *head;
	u16 nr;
	u16 mask;
	u16 free;
};

/**
 * struct netscan_window - the entries of one group, most recently seen first
 * @newest: the most recently seen entry
 * @oldest: the least recently seen entry
 * @count: entries in the window, at most the number of slots
 * @id: differs from that of every other window of the pool
 * @pushed: fingerprints pushed out for want of a slot while still within the
 *          time span; 0 again once an entry has expired, since what was
 *          pushed out was older still; saturates so that the sum with @count
 *          does not overflow
 *
 * Locking: the bucket's lock.
 */
struct netscan_window {
	u16 newest;
	u16 oldest;
	u16 count;
	u16 id;
	u32 pushed;
};

void netscan_pool_init(struct netscan_pool *pool, struct netscan_entry *entry,
		       u16 nr, u16 *head, u32 heads);
void netscan_window_init(struct netscan_window *w, u16 id);
void netscan_window_clear(struct netscan_pool *pool, struct netscan_window *w);
void netscan_window_expire(struct netscan_pool *pool, struct netscan_window *w,
			   u64 cutoff);
int netscan_window_add(struct netscan_pool *pool, struct netscan_window *w,
		       u64 fp, u64 now, u32 slots);
u32 netscan_window_since(const struct netscan_pool *pool,
			 const struct netscan_window *w, u64 cutoff);

static inline void netscan_window_unlink(struct netscan_entry *entry,
					 struct netscan_window *w,
					 const struct netscan_entry *e)
{
	if (e->newer == NETSCAN_NIL)
		w->newest = e->older;
	else
		entry[e->newer].older = e->older;
	if (e->older == NETSCAN_NIL)
		w->oldest = e->newer;
	else
		entry[e->older].newer = e->newer;
}

static inline void netscan_window_link(struct netscan_entry *entry,
				       struct netscan_window *w, u16 i)
{
	entry[i].newer = NETSCAN_NIL;
	entry[i].older = w->newest;
	if (w->newest == NETSCAN_NIL)
		w->oldest = i;
	else
		entry[w->newest].newer = i;
	w->newest = i;
}

/**
 * netscan_window_see() - see a fingerprint that the window may hold
 * @pool: where its entries are
 * @w: the window, expired up to @now
 * @fp: the fingerprint, mixed with the group's key
 * @now: nanoseconds since boot
 *
 * Inline: this is what every argument of every event goes through.
 *
 * Return: true when it was there and is the most recently seen one now; false
 * when it has to be added.
 */
static inline bool netscan_window_see(const struct netscan_pool *pool,
				      struct netscan_window *w, u64 fp, u64 now)
{
	struct netscan_entry *entry = pool->entry;
	u16 i = pool->head[fp & pool->mask];

	for (; i != NETSCAN_NIL; i = entry[i].hash_next) {
		if (entry[i].fp != fp || entry[i].owner != w->id)
			continue;
		entry[i].last = now;
		if (entry[i].newer != NETSCAN_NIL) {
			netscan_window_unlink(entry, w, &entry[i]);
			netscan_window_link(entry, w, i);
		}
		return true;
	}
	return false;
}

/**
 * netscan_window_distinct() - distinct fingerprints within the time span
 * @w: the window, expired up to now
 *
 * Return: exact up to the number of slots. Beyond it, an upper bound: a
 * fingerprint that comes back after it was pushed out counts again.
 */
static inline u32 netscan_window_distinct(const struct netscan_window *w)
{
	return w->count + w->pushed;
}

#endif
