// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - sliding-window distinct counter
 *
 * Design: a window is a list of fingerprints in the order in which they were
 * last seen, and an index finds one by its value, so that seeing one, expiring
 * one and pushing out the least recent one are each a few stores. Entries come
 * from a pool that the groups of a bucket share: a group of four arguments
 * costs four entries, not a whole window.
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

/* Not a member of a chain by accident: static sizes, see NETSCAN_MAX_SLOTS. */
static_assert(NETSCAN_MAX_SLOTS * NETSCAN_BUCKET_WINDOWS < NETSCAN_NIL);
static_assert(sizeof(struct netscan_entry) == 24);

/**
 * netscan_pool_init() - make all entries free
 * @pool: the pool
 * @entry: its entries
 * @nr: how many
 * @head: its index
 * @heads: size of the index, a power of two
 */
void netscan_pool_init(struct netscan_pool *pool, struct netscan_entry *entry,
		       u16 nr, u16 *head, u32 heads)
{
	u32 i;

	pool->entry = entry;
	pool->head = head;
	pool->nr = nr;
	pool->mask = heads - 1;
	pool->free = 0;
	for (i = 0; i < nr; i++)
		entry[i].hash_next = i + 1 < nr ? i + 1 : NETSCAN_NIL;
	for (i = 0; i < heads; i++)
		head[i] = NETSCAN_NIL;
}

/**
 * netscan_window_init() - make a window that holds nothing
 * @w: the window; what it held before is forgotten, not freed
 * @id: a number that no other window of the pool has
 */
void netscan_window_init(struct netscan_window *w, u16 id)
{
	w->newest = NETSCAN_NIL;
	w->oldest = NETSCAN_NIL;
	w->count = 0;
	w->id = id;
	w->pushed = 0;
}

static void drop_oldest(struct netscan_pool *pool, struct netscan_window *w)
{
	u16 i = w->oldest;
	struct netscan_entry *e = &pool->entry[i];
	u16 *link = &pool->head[e->fp & pool->mask];

	while (*link != i)
		link = &pool->entry[*link].hash_next;
	*link = e->hash_next;
	netscan_window_unlink(pool->entry, w, e);
	e->hash_next = pool->free;
	pool->free = i;
	w->count--;
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
	w->pushed = 0;
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
	while (w->count && pool->entry[w->oldest].last < cutoff) {
		drop_oldest(pool, w);
		w->pushed = 0;
	}
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
	u32 n = 0;
	u16 i;

	for (i = w->newest; i != NETSCAN_NIL; i = pool->entry[i].older) {
		if (pool->entry[i].last < cutoff)
			return n;
		n++;
	}
	return n + w->pushed;
}

/**
 * netscan_window_add() - add a fingerprint that netscan_window_see() missed
 * @pool: where the entry comes from
 * @w: the window
 * @fp: the fingerprint
 * @now: nanoseconds since boot
 * @slots: entries the window may hold; at that number the least recently seen
 *         one makes room
 *
 * Return: 0, or -ENOSPC when the pool has no free entry, with nothing changed.
 */
int netscan_window_add(struct netscan_pool *pool, struct netscan_window *w,
		       u64 fp, u64 now, u32 slots)
{
	u16 *head = &pool->head[fp & pool->mask];
	struct netscan_entry *e;
	u16 i;

	if (w->count >= slots) {
		drop_oldest(pool, w);
		w->pushed += w->pushed < U32_MAX - U16_MAX;
		netscan_count(PUSHED);
	}
	i = pool->free;
	if (i == NETSCAN_NIL)
		return -ENOSPC;
	e = &pool->entry[i];
	pool->free = e->hash_next;
	e->fp = fp;
	e->last = now;
	e->owner = w->id;
	e->hash_next = *head;
	*head = i;
	netscan_window_link(pool->entry, w, i);
	w->count++;
	return 0;
}
