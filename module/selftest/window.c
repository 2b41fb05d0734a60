// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of the window: against arrays, least recently seen first
 */
#include "../window.h"
#include "selftest.h"

#define SLOTS	NETSCAN_MIN_SLOTS
#define VALUES	24U	/* more than a window can hold */
#define SPAN	60U
#define BATCH	4U

struct model {
	struct netscan_window window;
	u32 nr;
	struct item {
		u64 fp;
		u64 last;
		u16 weight;
	} item[SLOTS];
};

struct bench {
	struct netscan_pool pool;
	struct model model[NETSCAN_BUCKET_WINDOWS];
	u64 memory[];
};

/* Take item @i out, put @it in as the most recently seen. */
static void __init replace(struct model *m, u32 i, struct item it)
{
	if (i < m->nr)
		memmove(&m->item[i], &m->item[i + 1],
			(--m->nr - i) * sizeof(it));
	m->item[m->nr++] = it;
}

/* Whether it was there. */
static bool __init model_see(struct model *m, struct item it)
{
	u32 i;

	for (i = 0; i < m->nr && m->item[i].fp != it.fp; )
		i++;
	if (i == m->nr) {
		replace(m, m->nr < SLOTS ? SLOTS : 0, it);
		return false;
	}
	it.weight = m->item[i].weight;
	if (m->item[i].last != it.last)
		replace(m, i, it);
	return true;
}

static void __init compare(const struct netscan_pool *pool,
			   const struct model *m, u64 later)
{
	const struct netscan_window *w = &m->window;
	u32 i, at = pool->nr + w->id, sum = 0, since = 0;

	NETSCAN_EXPECT(w->count == m->nr);
	for (i = 0; i < m->nr; i++) {
		at = pool->link[at].newer;
		if (!NETSCAN_EXPECT(at < pool->nr))
			return;
		NETSCAN_EXPECT(pool->entry[at].last == m->item[i].last);
		NETSCAN_EXPECT(pool->weight[at] == m->item[i].weight);
		sum += m->item[i].weight;
		since += m->item[i].last < later ? 0 : m->item[i].weight;
	}
	NETSCAN_EXPECT(netscan_window_distinct(w) == sum);
	NETSCAN_EXPECT(netscan_window_since(pool, w, later) == since);
}

/* An event of one to BATCH arguments, some with one index in the pool. */
static void __init step(struct netscan_pool *pool, struct model *m, u64 *seed,
			u64 now)
{
	struct item it = {
		.last = now, .weight = 1 + netscan_selftest_below(seed, 9),
	};
	const struct netscan_terms terms = { .now = now, .slots = SLOTS };
	u32 i, at, value = netscan_selftest_below(seed, VALUES);
	u32 nr = 1 + netscan_selftest_below(seed, BATCH);
	u64 fp[BATCH], key = (u64)m->window.id << 20;

	netscan_window_expire(pool, &m->window, now - SPAN);
	while (m->nr && m->item[0].last < now - SPAN) {
		replace(m, 0, it);
		m->nr--;
	}
	for (i = 0; i < nr; i++, value = (value + 1) % VALUES)
		fp[i] = (u64)(value % 5) << 60 | value << 8;
	for (i = 0, at = 0; i < nr; i++) {
		if (i == at)
			at += netscan_window_see(pool, &m->window, fp + at,
						 nr - at, key, now);
		it.fp = fp[i];
		NETSCAN_EXPECT(model_see(m, it) == (i < at));
		if (i == at)
			NETSCAN_EXPECT(!netscan_window_add(pool, &m->window,
							   fp[at++] ^ key,
							   it.weight, &terms));
	}
	compare(pool, m, now - netscan_selftest_below(seed, SPAN));
}

int __init netscan_selftest_window(void)
{
	u64 seed = 2, now = SPAN;
	struct bench *b;
	u32 i;

	b = netscan_calloc(1, sizeof(*b) + netscan_pool_bytes(SLOTS));
	if (!b)
		return -ENOMEM;
	netscan_pool_init(&b->pool, b->memory, SLOTS);
	for (i = 0; i < ARRAY_SIZE(b->model); i++)
		netscan_window_init(&b->pool, &b->model[i].window, i);
	for (i = 0; i < 1000 && !netscan_selftest_failed; i++) {
		now += 1 + netscan_selftest_below(&seed, 3);
		step(&b->pool, &b->model[netscan_selftest_random(&seed) %
					 ARRAY_SIZE(b->model)], &seed, now);
	}
	netscan_free(b);
	return 0;
}
