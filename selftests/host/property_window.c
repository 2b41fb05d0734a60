// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the window against a plain model on random traces
 *
 * The model remembers of every fingerprint when it was last seen, in an array,
 * and looks through all of it for every question.
 */
#include "window.h"
#include "test.h"

#define STEPS		600000
#define MAX_VALUES	96
#define MAX_SLOTS	64
#define WINDOWS		3
#define NR		(WINDOWS * MAX_SLOTS)
#define HEADS		32

/* When each value was last seen; 0 is never, or pushed out. */
static struct {
	u64 last[MAX_VALUES];
	u32 weight[MAX_VALUES];
} model[WINDOWS];

static u64 memory[64 * NR];
static struct netscan_pool pool;
static struct netscan_window window[WINDOWS];

static u32 model_count(u32 i, u64 cutoff)
{
	u32 v, n = 0;

	for (v = 0; v < MAX_VALUES; v++)
		n += model[i].last[v] && model[i].last[v] >= cutoff;
	return n;
}

static u32 model_sum(u32 i, u64 cutoff)
{
	u32 v, sum = 0;

	for (v = 0; v < MAX_VALUES; v++)
		if (model[i].last[v] && model[i].last[v] >= cutoff)
			sum += model[i].weight[v];
	return sum;
}

static void model_expire(u32 i, u64 cutoff)
{
	u32 v;

	for (v = 0; v < MAX_VALUES; v++) {
		if (!model[i].last[v] || model[i].last[v] >= cutoff)
			continue;
		model[i].last[v] = 0;
	}
}

/* All values were seen at different times, so the oldest is one. */
static bool model_see(u32 i, u32 value, u64 now, u32 slots, u32 weight)
{
	bool new = !model[i].last[value];
	u32 v, oldest = MAX_VALUES;

	if (new && model_count(i, 1) == slots) {
		for (v = 0; v < MAX_VALUES; v++)
			if (model[i].last[v] &&
			    (oldest == MAX_VALUES ||
			     model[i].last[v] < model[i].last[oldest]))
				oldest = v;
		model[i].last[oldest] = 0;
	}
	model[i].last[value] = now;
	/* It weighs what it did when it came. */
	if (new)
		model[i].weight[value] = weight;
	return new;
}

static bool see(u32 i, u64 fp, u64 now, u32 slots, u16 weight)
{
	const struct netscan_terms terms = { .now = now, .slots = slots };

	if (netscan_window_see(&pool, &window[i], &fp, 1, 0, now))
		return false;
	EQUAL(netscan_window_add(&pool, &window[i], fp, weight, &terms), 0);
	return true;
}

static u64 fingerprint(u32 i, u32 value)
{
	/* Some share an index, some all of their upper half. */
	return value % 3 ? (u64)value << 40 | i << 20 :
			   (u64)value << 56 | i << 7 | 9;
}

static void check_state(u32 i)
{
	u32 v, n = 0;
	u16 at;

	EQUAL(window[i].count, model_count(i, 1));
	EQUAL(netscan_window_distinct(&window[i]), model_sum(i, 1));
	for (at = pool.link[NR + i].older; at != NR + i; at = pool.link[at].older) {
		for (v = 0; v < MAX_VALUES; v++)
			if (pool.entry[at].tag >> 7 == fingerprint(i, v) >> 7) {
				EQUAL(pool.entry[at].last, model[i].last[v]);
				EQUAL(pool.weight[at], model[i].weight[v]);
			}
		n++;
	}
	EQUAL(n, window[i].count);
}

static void run_trace(u64 seed, u64 steps)
{
	struct test_random r;
	u64 now = 1, span, cutoff, later;
	u32 slots, values, i, v, weights, weight;

	test_seed(&r, seed);
	slots = 1 + test_below(&r, MAX_SLOTS);
	values = 1 + test_below(&r, MAX_VALUES);
	span = 1 + test_below(&r, 4 * values);
	weights = test_below(&r, 3) ? 1 + test_below(&r, 65535) : 1;
	memset(model, 0, sizeof(model));
	netscan_pool_init(&pool, memory, MAX_SLOTS * WINDOWS / 4);
	pool.shift = 64 - ilog2(HEADS);
	for (i = 0; i < WINDOWS; i++)
		netscan_window_init(&pool, &window[i], i);
	while (steps-- && !test_failed()) {
		now += 1 + (test_below(&r, 50) ? test_below(&r, 3) :
			    test_below(&r, 2 * span));
		i = test_below(&r, WINDOWS);
		v = test_below(&r, values);
		cutoff = now > span ? now - span : 0;
		later = cutoff + test_below(&r, span + 2);
		model_expire(i, cutoff);
		netscan_window_expire(&pool, &window[i], cutoff);
		weight = 1 + test_below(&r, weights);
		EQUAL(see(i, fingerprint(i, v), now, slots, weight),
		      model_see(i, v, now, slots, weight));
		check_state(i);
		EQUAL(netscan_window_since(&pool, &window[i], later),
		      model_sum(i, later));
		if (!test_below(&r, 500)) {
			netscan_window_clear(&pool, &window[i]);
			memset(&model[i], 0, sizeof(model[i]));
		}
	}
	for (i = 0; i < WINDOWS; i++)
		netscan_window_clear(&pool, &window[i]);
	for (v = 0, i = pool.free; i != NETSCAN_NIL && v <= NR; v++)
		i = pool.next[i];
	EQUAL(v, NR);
	if (test_failed())
		printf("# seed %llu\n", seed);
}

static void random_traces(void)
{
	u64 seed, steps = test_scale(STEPS);

	for (seed = 1; seed <= 60 && !test_failed(); seed++)
		run_trace(seed, steps / 60);
}

static const struct test tests[] = {
	{ "600,000 steps agree with the model", random_traces },
};

int main(void)
{
	return test_main("property_window", tests, ARRAY_SIZE(tests));
}
