// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - sums of targets beyond what a window has slots for, against the truth
 *
 * The truth is a log of all that was ever seen. A rule with count=span has to
 * cross at the very event where the arguments seen last, as many as there are
 * slots for, reach its threshold; so never where all of the window does not, and
 * always where all of it does and has slots. What was pushed out may tell of the
 * past, but not of what has left the window.
 */
#include "flow.h"

#define TRACES		100
#define STEPS		100000
#define LOG		16384	/* of the latest occurrences */
#define VALUES		4096
#define SLOTS		16
#define MAX_ARGS	40

static struct {
	u64 at;
	u32 value;
} seen[LOG];

static u64 nr_seen;
static u16 weight[VALUES];
static struct test_random r;

/* What a trace is like; drawn anew for each. */
static struct {
	u32 values;		/* that come up */
	bool in_turn;		/* one after the other, or at random */
	u32 args;		/* of an exec, at most */
	u64 pause;
	u64 window;
	u32 threshold;
} trace;

/* Alerts; those with more values than slots; events of which nothing false was told. */
static u32 nr_alerts, nr_beyond, nr_silent;

/**
 * struct truth - sums of weights at an event
 * @top: of the SLOTS values seen last
 * @all: of all values in the window
 * @half: of all values in the latest half of it
 * @times: of all occurrences in it, and those that come back count again
 * @distinct: values in the window
 */
struct truth {
	u64 top;
	u64 all;
	u64 half;
	u64 times;
	u32 distinct;
};

/* From the latest back, so that the first of a value is where it was seen last. */
static struct truth tell_truth(void)
{
	static u64 told[VALUES];
	static u64 round;
	struct truth t = {};
	u64 i, age;
	u32 v;

	round++;
	for (i = nr_seen; i-- && nr_seen - i <= LOG;) {
		age = flow.now - seen[i % LOG].at;
		v = seen[i % LOG].value;
		if (age > trace.window)
			break;
		t.times += weight[v];
		if (told[v] == round)
			continue;
		told[v] = round;
		t.all += weight[v];
		if (t.distinct++ < SLOTS)
			t.top += weight[v];
		if (age < trace.window / 2)
			t.half += weight[v];
	}
	if (nr_seen - i > LOG)
		shim_die("more in a window than the log keeps");
	return t;
}

static void begin_trace(u64 seed)
{
	char rules[128];
	u32 i, mean = 1;

	test_seed(&r, seed);
	nr_seen = 0;
	trace.values = 1 + test_below(&r, test_below(&r, 3) ? 3 * SLOTS : VALUES);
	trace.in_turn = test_below(&r, 2);
	trace.args = 1 + test_below(&r, test_below(&r, 4) ? 3 : MAX_ARGS);
	trace.window = (1 + test_below(&r, 6)) * SEC;
	trace.pause = SEC / (1 + test_below(&r, 30));
	if (!test_below(&r, 2))
		mean = 1 + test_below(&r, 300);
	for (i = 0; i < VALUES; i++)
		weight[i] = test_below(&r, 8) ? 1 : 1 + test_below(&r, 8 * mean);
	trace.threshold = 1 + mean * (SLOTS / 4 + test_below(&r, 2 * SLOTS));
	flow_start(64, SLOTS);
	snprintf(rules, sizeof(rules),
		 "-scan\n-session\nspan enabled=1 distinct=%u window=%llu",
		 trace.threshold, trace.window / SEC);
	flow_rules(rules);
}

/*
 * One exec sees an argument where it first stands, if it has it twice, unless as
 * many others have come in between as there are slots.
 */
static bool is_seen_now(u32 value)
{
	static u64 told[VALUES];
	static u64 round;
	u32 others = 0, v;
	u64 i;

	round++;
	for (i = nr_seen; i-- && seen[i % LOG].at == flow.now;) {
		v = seen[i % LOG].value;
		if (v == value)
			return others < SLOTS;
		others += told[v] != round;
		told[v] = round;
	}
	return false;
}

static void see(u32 value)
{
	if (is_seen_now(value))
		return;
	seen[nr_seen % LOG].at = flow.now;
	seen[nr_seen++ % LOG].value = value;
}

static void exec_some(void)
{
	static u32 turn;
	u64 fp[MAX_ARGS];
	u16 heavy[MAX_ARGS];
	u32 i, v, nr = 1 + test_below(&r, trace.args);

	for (i = 0; i < nr; i++) {
		v = (trace.in_turn ? turn++ : test_below(&r, VALUES)) % trace.values;
		fp[i] = (v + 1) * 0x9e3779b97f4a7c15ULL;
		heavy[i] = weight[v];
		see(v);
	}
	flow.weight = heavy;
	flow_feed(fp, nr);
}

static u64 told_by_group(void)
{
	const struct netscan_group *g = flow_group("span");

	return netscan_window_distinct(&g->args) +
	       netscan_pushed_weight(&g->pushed, flow.now, trace.window);
}

static void take_step(bool *open)
{
	u32 alerts = flow_count(NETSCAN_ALERT);
	struct truth t;

	flow.now += test_below(&r, 50) ? test_below(&r, 2 * trace.pause) :
		    test_below(&r, 2 * trace.window);
	if (*open && tell_truth().top < (trace.threshold + 1) / 2)
		*open = false;
	exec_some();
	t = tell_truth();
	alerts = flow_count(NETSCAN_ALERT) - alerts;
	EQUAL(alerts, !*open && t.top >= trace.threshold);
	if (alerts)
		CHECK(t.all >= trace.threshold);
	if (t.all >= trace.threshold && t.distinct <= SLOTS)
		CHECK(alerts || *open);
	*open |= alerts;
	nr_alerts += alerts;
	nr_beyond += alerts && t.distinct > SLOTS;
	nr_silent += !*open && t.times >= trace.threshold;
	EQUAL(flow_group("span")->state == NETSCAN_OPEN, *open);
	CHECK(told_by_group() >= t.top);
	CHECK(told_by_group() >= t.half);
	CHECK(told_by_group() <= t.times);
	flow_forget();
}

static void random_traces(void)
{
	u64 seed, step, steps = test_scale(STEPS) / TRACES;
	bool open;

	for (seed = 1; seed <= TRACES && !test_failed(); seed++) {
		begin_trace(seed);
		open = false;
		for (step = 0; step < steps && !test_failed(); step++)
			take_step(&open);
		flow_check();
		if (test_failed())
			printf("# seed %llu, step %llu\n", seed, step);
		flow_stop();
	}
	CHECK(nr_alerts > 100 && nr_beyond > 100 && nr_silent > 100);
}

/* Ever new ones at a steady pace, for hours: what has left counts no more. */
static void steady_and_new_for_ever(void)
{
	u32 i, v;
	u64 fp;
	u16 one = 1;

	flow_start(64, SLOTS);
	flow_rules("-scan\n-session\nspan enabled=1 distinct=200 window=60");
	flow.weight = &one;
	trace.window = 60 * SEC;
	for (i = 0, v = 1; i < 20000; i++, v++) {
		flow.now += SEC;
		fp = v * 0x9e3779b97f4a7c15ULL;
		flow_feed(&fp, 1);
	}
	EQUAL(flow.nr, 0);
	CHECK(told_by_group() >= 30);
	CHECK(told_by_group() <= 61);
	flow_stop();
}

static const struct test tests[] = {
	{ "ever new ones at a steady pace", steady_and_new_for_ever },
	{ "100,000 execs cross where the truth does", random_traces },
};

int main(void)
{
	return test_main("property_sum", tests, ARRAY_SIZE(tests));
}
