/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - fixed hashed buckets of groups
 */
#ifndef NETSCAN_TABLE_H
#define NETSCAN_TABLE_H

#include "event.h"
#include "window.h"

/**
 * enum netscan_state - where a group is in its life
 * @NETSCAN_FREE: not in use
 * @NETSCAN_ARMED: counting
 * @NETSCAN_COVERED: over its threshold, silent while an earlier rule's scan is
 *                   open
 * @NETSCAN_OWED: in a scan, but the queue had no room for the alert yet
 * @NETSCAN_OPEN: in a scan: it has alerted and has not ended
 *
 * The order is that of their worth when one has to make room.
 */
enum netscan_state {
	NETSCAN_FREE,
	NETSCAN_ARMED,
	NETSCAN_COVERED,
	NETSCAN_OWED,
	NETSCAN_OPEN,
};

/**
 * struct netscan_run - what a group has counted since it began anew
 * @first: first event, nanoseconds since boot
 * @events: events, saturating; 0 where none has begun
 * @evicted: the bucket's count of evictions at @first
 */
struct netscan_run {
	u64 first;
	u32 events;
	u32 evicted;
};

/**
 * struct netscan_unread - the events of a run that were not read whole
 * @faults: those whose argv could not be read to its end, saturating
 * @truncated: those whose argv was too long for that, saturating
 */
struct netscan_unread {
	u8 faults;
	u8 truncated;
};

/**
 * struct netscan_group - the state of one key of one rule
 * @key: keyed hash of the rule's id and of the fields it groups by
 * @last: latest event
 * @args: fingerprints of the arguments in the window
 * @pushed: what was pushed out of @args
 * @execs: one entry per event in the window, kept only where the rule's events
 *         threshold is above 1
 * @run: since the group was empty or little was left, or its scan ended
 * @before: the run before, while what only it has seen may still count
 * @unread: of the events of @run
 * @unread_before: of those of @before
 * @next_events: an update is due when @run has as many events
 * @seen: distinct arguments: of the window at the alert, and all new ones since
 * @next_seen: an update is due when @seen reaches it
 * @rule_id: netscan_rule.id
 * @scan_id: the scan, 0 while there is none. Written under the lock, read
 *           without it (READ_ONCE) by groups that this one covers
 * @cover: index of the covering group in the table
 * @cover_id: its scan
 * @window: the rule's window at the latest event, seconds; changed by
 *          netscan_table_set_window() alone
 * @from: who exec'ed what in the latest event
 * @hash_next: next group with the same index, or next free one
 * @state: enum netscan_state, changed by netscan_table_set_state() alone
 * @text_cut: @text is only the beginning
 * @text_len: bytes of @text
 * @text: the command line of the first event of @run, each argument with its
 *        NUL
 *
 * Locking: the bucket's lock, but for reads of @scan_id and @rule_id.
 */
struct netscan_group {
	u64 key;
	u64 last;
	struct netscan_origin from;
	struct netscan_window args;
	struct netscan_pushed pushed;
	struct netscan_window execs;
	struct netscan_run run;
	struct netscan_run before;
	u32 next_events;
	u32 seen;
	u32 next_seen;
	u32 rule_id;
	u32 scan_id;
	u32 cover;
	u32 cover_id;
	u32 window;
	u16 hash_next;
	struct netscan_unread unread;
	struct netscan_unread unread_before;
	u8 state;
	bool text_cut;
	u8 text_len;
	char text[NETSCAN_FIRST_TEXT];
};

/**
 * struct netscan_bucket - groups and entries under one lock
 * @lock: guards everything below, and the groups and entries they name. Taken
 *        by the probe with preemption off, hence raw. Nests outside the
 *        queue's lock (queue.c), never inside another bucket's
 * @group: array of NETSCAN_BUCKET_GROUPS
 * @head: index by key, NETSCAN_BUCKET_GROUPS long
 * @free: first free group
 * @used: groups in use
 * @busy: of them, those beyond NETSCAN_ARMED, which time alone can change
 * @evictions: groups that had to make room while they still counted
 * @pool: entries for the windows of these groups
 */
struct netscan_bucket {
	raw_spinlock_t lock;
	struct netscan_group *group;
	u16 *head;
	u16 free;
	u16 used;
	u16 busy;
	u32 evictions;
	struct netscan_pool pool;
} ____cacheline_aligned_in_smp;

/**
 * struct netscan_table - all buckets
 * @bucket: array of @nr_buckets
 * @group: all groups, NETSCAN_BUCKET_GROUPS of each bucket in turn
 * @head: all buckets' indexes
 * @pools: all buckets' entries
 * @nr_buckets: how many
 * @slots: entries that one window may hold
 * @bytes: memory of the arrays
 *
 * Lifetime: allocated once at load, freed at unload; written at no other time.
 */
struct netscan_table {
	struct netscan_bucket *bucket;
	struct netscan_group *group;
	u16 *head;
	void *pools;
	u32 nr_buckets;
	u32 slots;
	size_t bytes;
};

/* A hook for a group that must go while it is in a scan. */
typedef void (*netscan_evict_fn)(void *ctx, struct netscan_bucket *b,
				 struct netscan_group *g);

int netscan_table_create(struct netscan_table *t, u32 groups, u32 slots);
void netscan_table_destroy(struct netscan_table *t);
struct netscan_group *netscan_table_get(struct netscan_bucket *b, u64 key,
					u32 account, u64 now,
					netscan_evict_fn evict, void *ctx);
void netscan_table_make_room(struct netscan_bucket *b, struct netscan_group *g,
			     u64 now, netscan_evict_fn evict, void *ctx);
bool netscan_table_idle(const struct netscan_group *g, u64 now);
void netscan_table_remove(struct netscan_bucket *b, struct netscan_group *g);

/**
 * netscan_table_in_scan() - has a scan begun that has not ended?
 * @g: a group
 */
static inline bool netscan_table_in_scan(const struct netscan_group *g)
{
	return g->state >= NETSCAN_OWED;
}

/**
 * netscan_table_set_state() - move a group on in its life
 * @b: its bucket
 * @g: the group
 * @state: the new state
 */
static inline void netscan_table_set_state(struct netscan_bucket *b,
					   struct netscan_group *g,
					   enum netscan_state state)
{
	if (g->state == state)
		return;
	b->busy += (state > NETSCAN_ARMED) - (g->state > NETSCAN_ARMED);
	g->state = state;
}

/**
 * netscan_table_set_window() - learn the rule's window
 * @g: a group
 * @window: seconds
 *
 * What was pushed out was counted by halves of the window there was, so that it
 * is forgotten where that changes.
 */
static inline void netscan_table_set_window(struct netscan_group *g, u32 window)
{
	if (g->window != window)
		g->pushed = (struct netscan_pushed){};
	g->window = window;
}

/**
 * netscan_table_bucket() - the bucket of a key
 * @t: the table
 * @key: group key; its upper half chooses the bucket, its lower one the index
 */
static inline struct netscan_bucket *
netscan_table_bucket(const struct netscan_table *t, u64 key)
{
	return &t->bucket[(key >> 32) * t->nr_buckets >> 32];
}

/**
 * netscan_table_find() - find a group
 * @b: its bucket
 * @key: its key
 *
 * Return: the group or NULL.
 */
static inline struct netscan_group *
netscan_table_find(struct netscan_bucket *b, u64 key)
{
	u16 i = b->head[key % NETSCAN_BUCKET_GROUPS];

	while (i != NETSCAN_NIL && b->group[i].key != key)
		i = b->group[i].hash_next;
	return i == NETSCAN_NIL ? NULL : &b->group[i];
}

/**
 * netscan_table_add() - add a fingerprint that netscan_window_see() missed
 * @b: the bucket
 * @g: the group; never evicted by this
 * @w: one of its windows
 * @fp: the fingerprint, mixed with the group's key
 * @weight: what it counts for, at least 1
 * @terms: the terms
 * @evict: as for netscan_table_get()
 * @ctx: handed to @evict
 */
static inline void netscan_table_add(struct netscan_bucket *b,
				     struct netscan_group *g,
				     struct netscan_window *w, u64 fp,
				     u16 weight,
				     const struct netscan_terms *terms,
				     netscan_evict_fn evict, void *ctx)
{
	/*
	 * One group's two windows hold at most two of the bucket's four, so
	 * another group is there to make room until the add succeeds.
	 */
	while (netscan_window_add(&b->pool, w, fp, weight, terms))
		netscan_table_make_room(b, g, terms->now, evict, ctx);
}

#endif
