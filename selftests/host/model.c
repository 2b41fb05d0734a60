// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the rule as a plain model, to compare the scanner with
 */
#include "model.h"

struct model model;

void model_reset(void)
{
	memset(&model, 0, sizeof(model));
}

static bool report(struct model_group *g, enum model_type type)
{
	struct model_record *r = &model.record[model.nr];

	if (model.full)
		return false;
	if (model.nr++ == MODEL_RECORDS)
		shim_die("more records than the model keeps");
	r->type = type;
	r->rule = g->rule;
	r->pid = g->pid;
	r->scan = g->scan;
	r->distinct = g->seen;
	r->events = g->events;
	r->first = g->first;
	r->last = g->last;
	return true;
}

static void drop_times(struct model_times *t, u64 now, u64 window)
{
	u32 i, kept = 0;

	for (i = 0; i < t->nr; i++)
		if (t->at[i] + window >= now)
			t->at[kept++] = t->at[i];
	t->nr = kept;
}

static void add_time(struct model_times *t, u64 now)
{
	if (t->nr == MODEL_TIMES)
		shim_die("more times than the model keeps");
	t->at[t->nr++] = now;
}

/* What was last seen at T counts up to and with T + window. */
static void drop_old(struct model_group *g, u64 now)
{
	u64 window = model.rule[g->rule].window;
	u32 i;

	for (i = 0; i < MODEL_ARGS; i++)
		if (g->seen_at[i] + window < now)
			g->seen_at[i] = 0;
	drop_times(&g->unread, now, window);
	drop_times(&g->execs, now, window);
}

static u32 worth(const struct model_group *g, u32 arg)
{
	return model.rule[g->rule].span ? model.weight[arg] : 1;
}

static u32 distinct(const struct model_group *g)
{
	u32 i, n = g->unread.nr;

	for (i = 0; i < MODEL_ARGS; i++)
		if (g->seen_at[i])
			n += worth(g, i);
	return n;
}

static bool is_over(const struct model_group *g)
{
	const struct model_rule *r = &model.rule[g->rule];

	return distinct(g) >= r->distinct &&
	       (r->events == 1 || g->execs.nr >= r->events);
}

/* Fewer than half of the threshold, rounded up, remain. */
static bool is_spent(const struct model_group *g)
{
	u32 threshold = model.rule[g->rule].distinct;
	u32 half = threshold / 2 + threshold % 2;

	return distinct(g) < half;
}

/* Is the scan that covered it still open? */
static bool cover_is_there(const struct model_group *g)
{
	return g->cover->used && g->cover->scan == g->cover_scan;
}

static bool is_covered(const struct model_group *g)
{
	return cover_is_there(g) && model.rule[g->cover->rule].enabled;
}

/* Is there anything in the window that was last seen in the run before? */
static bool needs_before(const struct model_group *g)
{
	u32 i;

	if (!g->events_before)
		return false;
	for (i = 0; i < MODEL_ARGS; i++)
		if (g->seen_at[i] && g->seen_at[i] < g->first)
			return true;
	return (g->unread.nr && g->unread.at[0] < g->first) ||
	       (g->execs.nr && g->execs.at[0] < g->first);
}

/* What was counted up to here is told apart from what comes. */
static void close_run(struct model_group *g)
{
	if (needs_before(g)) {
		g->events += g->events_before;
		g->first = g->first_before;
	}
	g->events_before = g->events;
	g->first_before = g->first;
	g->events = 0;
}

static void begin_scan(struct model_group *g)
{
	if (needs_before(g)) {
		g->events += g->events_before;
		g->first = g->first_before;
	}
	g->events_before = 0;
	g->seen = distinct(g);
	g->scan = ++model.scans;
	g->state = MODEL_OWED;
}

static bool alert(struct model_group *g)
{
	if (!report(g, MODEL_ALERT))
		return false;
	g->state = MODEL_OPEN;
	g->told_seen = g->seen;
	g->told_events = g->events;
	return true;
}

/* No end without an alert before it. */
static bool end_scan(struct model_group *g)
{
	if (g->state == MODEL_OWED && !alert(g))
		return false;
	if (!report(g, MODEL_END))
		return false;
	g->state = MODEL_ARMED;
	g->scan = 0;
	close_run(g);
	return true;
}

/* What comes next is no part of it, even if nobody can be told. */
static void end_before_event(struct model_group *g)
{
	if (end_scan(g) || g->state == MODEL_OWED)
		return;
	g->state = MODEL_ARMED;
	g->scan = 0;
	close_run(g);
}

static bool same_group(const struct model_group *g, u32 rule,
		       const struct model_event *ev)
{
	u32 f;

	if (!g->used || g->rule != rule)
		return false;
	for (f = 0; f < MODEL_FIELDS; f++)
		if (model.rule[rule].by >> f & 1 &&
		    g->field[f] != ev->field[f])
			return false;
	return true;
}

static struct model_group *begin_group(struct model_group *g, u32 rule,
				       const struct model_event *ev)
{
	memset(g, 0, sizeof(*g));
	g->used = true;
	g->rule = rule;
	memcpy(g->field, ev->field, sizeof(g->field));
	return g;
}

static struct model_group *find_group(u32 rule, const struct model_event *ev)
{
	struct model_group *g, *unused = NULL;

	for (g = model.group; g < model.group + MODEL_GROUPS; g++) {
		if (!g->used && !unused)
			unused = g;
		if (!same_group(g, rule, ev))
			continue;
		/* A session that began since is another one. */
		if (!(model.rule[rule].by >> MODEL_SESSION & 1) ||
		    g->last >= ev->session_start)
			return g;
		if (g->scan)
			end_scan(g);
		return begin_group(g, rule, ev);
	}
	if (!unused)
		shim_die("more groups than the model keeps");
	return begin_group(unused, rule, ev);
}

/* Time moves on to the event, which then is in the window. */
static u32 enter(struct model_group *g, const struct model_event *ev)
{
	u64 window = model.rule[g->rule].window;
	u32 i, new = 0;

	drop_old(g, ev->now);
	if (is_spent(g)) {
		if (g->scan)
			end_before_event(g);
		else
			g->state = MODEL_ARMED;
	}
	/* The scan that covered it has ended: from then on it may speak. */
	if (g->state == MODEL_COVERED && !is_covered(g))
		g->state = is_over(g) ? MODEL_OWED : MODEL_ARMED;
	if (g->state == MODEL_ARMED && g->events &&
	    (!distinct(g) || (is_spent(g) && ev->now > g->first + window)))
		close_run(g);
	if (!g->events)
		g->first = ev->now;
	g->events++;
	g->pid = ev->pid;
	g->last = ev->now;
	/* A threshold of 1 needs none: a higher one counts from when it is set. */
	if (model.rule[g->rule].events > 1)
		add_time(&g->execs, ev->now);
	for (i = 0; i < ev->nr_args; i++) {
		if (!g->seen_at[ev->arg[i]])
			new += worth(g, ev->arg[i]);
		g->seen_at[ev->arg[i]] = ev->now;
	}
	if (ev->unread) {
		new++;
		add_time(&g->unread, ev->now);
	}
	return new;
}

static void lapse(struct model_group *g, u64 now)
{
	drop_old(g, now);
	if (g->state == MODEL_OWED && !alert(g))
		return;
	if (is_spent(g))
		end_scan(g);
}

/* The scan that covers it may be over, though no clock has looked. */
static void lapse_cover(struct model_group *g, u64 now)
{
	if (g->state == MODEL_COVERED && cover_is_there(g))
		lapse(g->cover, now);
}

static void go_on(struct model_group *g)
{
	if ((g->seen >= 2 * g->told_seen || g->events >= 2 * g->told_events) &&
	    report(g, MODEL_UPDATE)) {
		g->told_seen = g->seen;
		g->told_events = g->events;
	}
}

/**
 * model_exec() - an exec under all rules
 * @ev: the exec
 */
void model_exec(const struct model_event *ev)
{
	struct model_group *g, *cover = NULL;
	u32 rule, new;

	for (rule = 0; rule < model.nr_rules; rule++) {
		if (!model.rule[rule].enabled ||
		    !(model.rule[rule].tools >> ev->field[MODEL_TOOL] & 1) ||
		    ev->excepted >> rule & 1)
			continue;
		g = find_group(rule, ev);
		lapse_cover(g, ev->now);
		new = enter(g, ev);
		if (g->scan)
			g->seen += new;
		if (g->state == MODEL_OPEN) {
			go_on(g);
		} else if (g->state == MODEL_COVERED && is_covered(g)) {
			/* It says nothing while that scan is open. */
		} else if (g->state != MODEL_OWED && !is_over(g)) {
			g->state = MODEL_ARMED;
		} else if (g->state != MODEL_OWED && cover) {
			g->state = MODEL_COVERED;
			g->cover = cover;
			g->cover_scan = cover->scan;
			model.covered++;
		} else {
			if (!g->scan)
				begin_scan(g);
			alert(g);
		}
		if (g->scan && !cover)
			cover = g;
	}
}

static void tick_covered(struct model_group *g)
{
	if (!model.rule[g->rule].enabled) {
		g->state = MODEL_ARMED;
		return;
	}
	if (is_covered(g) && !is_spent(g))
		return;
	if (!is_over(g)) {
		g->state = MODEL_ARMED;
		return;
	}
	begin_scan(g);
	alert(g);
}

/**
 * model_tick() - time passes
 * @now: nanoseconds
 */
void model_tick(u64 now)
{
	struct model_group *g;

	for (g = model.group; g < model.group + MODEL_GROUPS; g++) {
		if (g->used && g->scan)
			lapse(g, now);
	}
	for (g = model.group; g < model.group + MODEL_GROUPS; g++) {
		if (!g->used || g->state != MODEL_COVERED)
			continue;
		drop_old(g, now);
		tick_covered(g);
	}
}

/**
 * model_clear() - a rule has changed its meaning
 * @rule: index of the rule
 */
void model_clear(u32 rule)
{
	struct model_group *g;

	for (g = model.group; g < model.group + MODEL_GROUPS; g++) {
		if (!g->used || g->rule != rule)
			continue;
		if (g->scan)
			end_scan(g);
		g->used = false;
	}
}

/**
 * model_sweep() - groups of which nothing is left go
 * @now: nanoseconds
 */
void model_sweep(u64 now)
{
	struct model_group *g;

	for (g = model.group; g < model.group + MODEL_GROUPS; g++)
		if (g->state == MODEL_ARMED &&
		    g->last + model.rule[g->rule].window < now)
			g->used = false;
}
