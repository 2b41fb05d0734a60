// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fixed hashed buckets of groups
 *
 * Design: a keyed hash sends a group to one of groups/64 buckets. A bucket has
 * 64 groups and entries for four full windows, under one lock. Nothing is
 * allocated after load: when a bucket has no free group, or no free entry, one
 * of its groups makes room. Which one is decided in this order:
 *
 *	1. a group of which nothing is left in the window;
 *	2. a group of a user (netscan_origin.account) who holds more than a
 *	   quarter of the bucket: of the one who needs room, or else of another;
 *	3. armed groups before covered ones, those in a scan last;
 *	4. of the armed ones, those of one exec, as long as these hold more than a
 *	   quarter of the bucket; where it is entries that are wanted, first
 *	   those with more than twice their part; otherwise those of more execs;
 *	5. least recently seen.
 *
 * So parents that run a tool once take the place of their like, however many
 * there are and whatever they bring, and not that of a scan of two execs, unless
 * the bucket is full of groups that have all been seen again since: these leave
 * a quarter to new ones. To push out a scan, as many others have to be run again
 * between two of its execs as fill the rest. One user's decoys do not push out another's,
 * and an open scan that has to go has alerted. Every eviction is counted under
 * what the group was, and the record of a group says how many there were around
 * it.
 *
 * Lifetime: netscan_table_create() to netscan_table_destroy(). A group's
 * memory is never freed in between, so its scan_id can be read without lock.
 *
 * Locking: the caller holds the bucket's lock, but for create and destroy.
 *
 * Context: kprobe (preemption off) and process. Bounded: a choice of whom to
 * evict goes over the 64 groups up to five times, and over as many as there
 * are of them and users once.
 */
#include "stats.h"
#include "table.h"

static_assert(sizeof(struct netscan_group) <= 216);
static_assert((NETSCAN_BUCKET_GROUPS & (NETSCAN_BUCKET_GROUPS - 1)) == 0);

static void init_bucket(struct netscan_table *t, u32 i)
{
	struct netscan_bucket *b = &t->bucket[i];
	u32 j;

	raw_spin_lock_init(&b->lock);
	b->group = &t->group[(size_t)i * NETSCAN_BUCKET_GROUPS];
	b->head = &t->head[(size_t)i * NETSCAN_BUCKET_GROUPS];
	b->free = 0;
	for (j = 0; j < NETSCAN_BUCKET_GROUPS; j++) {
		b->group[j].hash_next =
			j + 1 < NETSCAN_BUCKET_GROUPS ? j + 1 : NETSCAN_NIL;
		b->head[j] = NETSCAN_NIL;
	}
	netscan_pool_init(&b->pool,
			  t->pools + i * netscan_pool_bytes(t->slots),
			  t->slots);
}

/**
 * netscan_table_create() - allocate everything
 * @t: the table
 * @groups: NETSCAN_MIN_GROUPS to NETSCAN_MAX_GROUPS, rounded up to whole
 *          buckets
 * @slots: NETSCAN_MIN_SLOTS to NETSCAN_MAX_SLOTS
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int netscan_table_create(struct netscan_table *t, u32 groups, u32 slots)
{
	u32 nr = DIV_ROUND_UP(groups, NETSCAN_BUCKET_GROUPS);
	size_t pool = netscan_pool_bytes(slots);
	u32 i;

	memset(t, 0, sizeof(*t));
	t->nr_buckets = nr;
	t->slots = slots;
	groups = nr * NETSCAN_BUCKET_GROUPS;
	t->bucket = netscan_calloc(nr, sizeof(*t->bucket));
	t->group = netscan_calloc(groups, sizeof(*t->group));
	t->head = netscan_calloc(groups, sizeof(*t->head));
	t->pools = netscan_calloc(nr, pool);
	if (!t->bucket || !t->group || !t->head || !t->pools) {
		netscan_table_destroy(t);
		return -ENOMEM;
	}
	t->bytes = nr * sizeof(*t->bucket) +
		   groups * (sizeof(*t->group) + sizeof(*t->head)) +
		   nr * pool;
	for (i = 0; i < nr; i++)
		init_bucket(t, i);
	return 0;
}

/**
 * netscan_table_destroy() - free everything
 * @t: a table that nobody uses any more, or one whose creation failed
 *
 * Context: process, may sleep.
 */
void netscan_table_destroy(struct netscan_table *t)
{
	netscan_free(t->bucket);
	netscan_free(t->group);
	netscan_free(t->head);
	netscan_free(t->pools);
	memset(t, 0, sizeof(*t));
}

/**
 * netscan_table_remove() - make a group free
 * @b: its bucket
 * @g: the group; what it counted is gone
 */
void netscan_table_remove(struct netscan_bucket *b, struct netscan_group *g)
{
	u16 i = g - b->group;
	u16 *link = &b->head[g->key % NETSCAN_BUCKET_GROUPS];

	netscan_assert_held(&b->lock);
	while (*link != i)
		link = &b->group[*link].hash_next;
	*link = g->hash_next;
	netscan_window_clear(&b->pool, &g->args);
	netscan_window_clear(&b->pool, &g->execs);
	WRITE_ONCE(g->scan_id, 0);
	netscan_table_set_state(b, g, NETSCAN_FREE);
	g->hash_next = b->free;
	b->free = i;
	b->used--;
}

/**
 * netscan_table_idle() - has all that a group counted left its window?
 * @g: a group
 * @now: nanoseconds since boot
 *
 * Return: false for a free group and for one that time may still move on.
 */
bool netscan_table_idle(const struct netscan_group *g, u64 now)
{
	return g->state == NETSCAN_ARMED &&
	       now > g->last + g->window * NETSCAN_SEC;
}

/**
 * struct need - what room is wanted for
 * @now: nanoseconds since boot
 * @entries: for entries, not for a group
 * @many_new: groups of one exec hold more than a quarter of it
 */
struct need {
	u64 now;
	bool entries;
	bool many_new;
};

/* What a group is worth to a bucket that is full; the least makes room. */
enum worth {
	WORTH_NOTHING,
	WORTH_NEW_AND_WIDE,
	WORTH_NEW,
	WORTH_SEEN_AGAIN,
	WORTH_NEW_AND_RARE,
	WORTH_COVERED,
	WORTH_OWED,
	WORTH_OPEN,
};

/* Of one exec, so far. */
static bool is_new(const struct netscan_group *g)
{
	return g->state == NETSCAN_ARMED &&
	       (u64)g->run.events + g->before.events < 2;
}

static enum worth judge_group(const struct netscan_bucket *b,
			      const struct netscan_group *g,
			      const struct need *need)
{
	if (g->state != NETSCAN_ARMED)
		return WORTH_COVERED + (g->state - NETSCAN_COVERED);
	if (netscan_table_idle(g, need->now))
		return WORTH_NOTHING;
	if (!is_new(g))
		return WORTH_SEEN_AGAIN;
	if (!need->many_new)
		return WORTH_NEW_AND_RARE;
	if (need->entries &&
	    g->args.count > 2 * b->pool.nr / NETSCAN_BUCKET_GROUPS)
		return WORTH_NEW_AND_WIDE;
	return WORTH_NEW;
}

static u32 held(const struct netscan_group *g, const struct need *need)
{
	if (g->state == NETSCAN_FREE || netscan_table_idle(g, need->now))
		return 0;
	return need->entries ? g->args.count + g->execs.count : 1;
}

static u32 quarter(const struct netscan_bucket *b, const struct need *need)
{
	return (need->entries ? b->pool.nr : NETSCAN_BUCKET_GROUPS) / 4;
}

static bool has_many_new(const struct netscan_bucket *b,
			 const struct need *need)
{
	const struct netscan_group *g;
	u32 sum = 0;

	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++)
		if (is_new(g))
			sum += held(g, need);
	return sum > quarter(b, need);
}

/* A bit per group of those who hold more than a quarter of the bucket. */
static u64 over_share(const struct netscan_bucket *b, const struct need *need)
{
	u64 seen = 0, over = 0, same;
	u32 i, j, sum;

	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++) {
		if (seen >> i & 1)
			continue;
		for (same = 0, sum = 0, j = i; j < NETSCAN_BUCKET_GROUPS; j++) {
			if (b->group[j].from.account != b->group[i].from.account)
				continue;
			same |= 1ULL << j;
			sum += held(&b->group[j], need);
		}
		seen |= same;
		if (sum > quarter(b, need))
			over |= same;
	}
	return over;
}

/* A bit per group that would give an entry back. */
static u64 with_entries(const struct netscan_bucket *b)
{
	u64 with = 0;
	u32 i;

	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++)
		if (b->group[i].args.count || b->group[i].execs.count)
			with |= 1ULL << i;
	return with;
}

/* The least of the groups with a bit in @among; where @account is given, of theirs. */
static struct netscan_group *find_least(struct netscan_bucket *b, u64 among,
					const u32 *account,
					const struct need *need)
{
	enum worth worth, lowest = WORTH_OPEN;
	struct netscan_group *g, *least = NULL;
	u32 i;

	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++) {
		g = &b->group[i];
		if (!(among >> i & 1) || g->state == NETSCAN_FREE ||
		    (account && g->from.account != *account))
			continue;
		worth = judge_group(b, g, need);
		if (!least || worth < lowest ||
		    (worth == lowest && g->last < least->last)) {
			lowest = worth;
			least = g;
		}
	}
	return least;
}

/*
 * A user with more than a share makes room for what is theirs; for a user
 * without, one who has more does, and also where all that is left of theirs are
 * scans. Where nobody has, the least of all goes.
 */
static struct netscan_group *choose_victim(struct netscan_bucket *b,
					   const struct netscan_group *spare,
					   u32 account, bool entries, u64 now)
{
	u64 others = spare ? ~(1ULL << (spare - b->group)) : U64_MAX;
	struct need need = { .now = now, .entries = entries };
	struct netscan_group *own, *least, *first;
	u64 over;

	if (entries)
		others &= with_entries(b);
	need.many_new = has_many_new(b, &need);
	first = find_least(b, others, NULL, &need);
	if (netscan_table_idle(first, now))
		return first;
	over = others & over_share(b, &need);
	own = find_least(b, over, &account, &need);
	if (own && !netscan_table_in_scan(own))
		return own;
	least = find_least(b, over, NULL, &need);
	return own && netscan_table_in_scan(least) ? own : least ?: first;
}

static void evict_group(struct netscan_bucket *b, struct netscan_group *g,
			u64 now, netscan_evict_fn evict, void *ctx)
{
	if (netscan_table_idle(g, now)) {
		netscan_count(EVICTED_IDLE);
	} else {
		b->evictions++;
		if (g->state == NETSCAN_ARMED)
			netscan_count(EVICTED_ARMED);
		else if (g->state == NETSCAN_COVERED)
			netscan_count(EVICTED_COVERED);
		else
			netscan_count(EVICTED_OPEN);
	}
	if (netscan_table_in_scan(g))
		evict(ctx, b, g);
	netscan_table_remove(b, g);
}

/**
 * netscan_table_get() - find a group or make it
 * @b: its bucket
 * @key: its key
 * @account: whose share it takes up, when it has to be made
 * @now: nanoseconds since boot
 * @evict: called for a group in a scan before it is removed
 * @ctx: handed to @evict
 *
 * Return: the group, never NULL. A new one is zeroed but for its key and its
 * state, NETSCAN_ARMED.
 */
struct netscan_group *netscan_table_get(struct netscan_bucket *b, u64 key,
					u32 account, u64 now,
					netscan_evict_fn evict, void *ctx)
{
	struct netscan_group *g = netscan_table_find(b, key);
	u16 *head = &b->head[key % NETSCAN_BUCKET_GROUPS];
	u16 i;

	netscan_assert_held(&b->lock);
	if (g)
		return g;
	if (b->free == NETSCAN_NIL)
		evict_group(b, choose_victim(b, NULL, account, false, now), now,
			    evict, ctx);
	i = b->free;
	g = &b->group[i];
	b->free = g->hash_next;
	memset(g, 0, offsetof(struct netscan_group, text));
	g->key = key;
	g->from.account = account;
	g->state = NETSCAN_ARMED;
	netscan_window_init(&b->pool, &g->args, 2 * i);
	netscan_window_init(&b->pool, &g->execs, 2 * i + 1);
	g->hash_next = *head;
	*head = i;
	b->used++;
	return g;
}

/**
 * netscan_table_make_room() - free entries by evicting a group
 * @b: the bucket
 * @g: the group that needs them; never evicted by this
 * @now: nanoseconds since boot
 * @evict: as for netscan_table_get()
 * @ctx: handed to @evict
 */
void netscan_table_make_room(struct netscan_bucket *b, struct netscan_group *g,
			     u64 now, netscan_evict_fn evict, void *ctx)
{
	netscan_assert_held(&b->lock);
	evict_group(b, choose_victim(b, g, g->from.account, true, now), now,
		    evict, ctx);
}
