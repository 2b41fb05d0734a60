// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - from exec events to scans
 *
 * Design: an event is entered under every rule that watches its tool, in the
 * rules' order, in one group each, and moves these groups on at once. What
 * only time moves, an end and what follows from it, is in tick.c.
 *
 * Locking: one bucket at a time.
 *
 * Context: kprobe with preemption off; netscan_scan_fill() also process.
 */
#include "key.h"
#include "life.h"
#include "scan.h"
#include "stats.h"

static void start_run(const struct netscan_turn *t, struct netscan_group *g)
{
	const struct netscan_event *ev = t->ev;

	WRITE_ONCE(g->rule_id, t->rule->id);
	g->run = (struct netscan_run){
		.first = t->now,
		.evicted = t->bucket->evictions,
	};
	g->unread = (struct netscan_unread){};
	g->seen = 0;
	g->text_len = min_t(u32, ev->text_len, NETSCAN_FIRST_TEXT);
	g->text_cut = ev->text_cut || g->text_len < ev->text_len;
	memcpy(g->text, ev->text, g->text_len);
}

/* Returns the weight. */
static __always_inline u32 add_fp(struct netscan_turn *t,
				  struct netscan_group *g,
				  struct netscan_window *w, u64 fp,
				  u16 weight)
{
	t->terms.pushed = w == &g->args ? &g->pushed : NULL;
	t->terms.span = g->window * NETSCAN_SEC;
	netscan_table_add(t->bucket, g, w, fp ^ g->key, weight, &t->terms,
			  netscan_life_evicted, t);
	return weight;
}

/* As an argument never seen before. */
static noinline u32 add_unique(struct netscan_turn *t, struct netscan_group *g,
			       struct netscan_window *w)
{
	return add_fp(t, g, w, netscan_key_unique(&t->s->key, t->now,
						  t->ev->from.pid), 1);
}

static void count_exec(struct netscan_turn *t, struct netscan_group *g)
{
	if (g->run.events != U32_MAX)
		g->run.events++;
	if (t->rule->events > 1 && g->run.events % netscan_life_stride(t) == 0)
		add_unique(t, g, &g->execs);
}

/* Does a new run begin? What is long past says nothing about a scan. */
static bool begins_anew(const struct netscan_turn *t,
			const struct netscan_group *g)
{
	u64 span = t->rule->window * NETSCAN_SEC;

	if (!g->args.count)
		return true;
	return netscan_life_below_half(t, g) && t->now > g->run.first + span;
}

/* What time has brought about, whether or not the clock has looked since. */
static void settle(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_life_expire(t, g);
	if (netscan_life_below_half(t, g)) {
		if (!netscan_table_in_scan(g))
			netscan_table_set_state(t->bucket, g, NETSCAN_ARMED);
		else if (!netscan_life_end(t, g, "idle") &&
			 g->state == NETSCAN_OPEN)
			netscan_life_drop(t, g);
	} else if (g->state == NETSCAN_COVERED &&
		   !netscan_life_is_covered(t, g)) {
		netscan_table_set_state(t->bucket, g,
					netscan_life_is_over(t, g) ?
					NETSCAN_OWED : NETSCAN_ARMED);
	}
}

/* Time first, then the event. */
static void begin_event(struct netscan_turn *t, struct netscan_group *g)
{
	netscan_assert_held(&t->bucket->lock);
	settle(t, g);
	if (g->state == NETSCAN_ARMED && g->run.events && begins_anew(t, g))
		netscan_life_close(t, g);
	if (!g->run.events)
		start_run(t, g);
	count_exec(t, g);
	g->last = t->now;
	netscan_table_set_window(g, t->rule->window);
	g->from = t->ev->from;
}

/* What was not read of an argv counts as one argument never seen before. */
static u32 add_unread(struct netscan_turn *t, struct netscan_group *g)
{
	const struct netscan_event *ev = t->ev;

	if (!ev->truncated && !ev->read_fault)
		return 0;
	g->unread.faults += ev->read_fault && g->unread.faults != U8_MAX;
	g->unread.truncated += ev->truncated && g->unread.truncated != U8_MAX;
	return add_unique(t, g, &g->args);
}

/* Returns the weight of the fingerprints that are new to the group's window. */
static u32 add_args(struct netscan_turn *t, struct netscan_group *g,
		    const u64 *fp, u32 nr)
{
	const u16 *weight = t->rule->span ? t->ev->weight : NULL;
	u32 i = 0, new = 0;

	for (;;) {
		i += netscan_window_see(&t->bucket->pool, &g->args, fp + i,
					nr - i, g->key, t->now);
		if (i == nr)
			return new;
		new += add_fp(t, g, &g->args, fp[i], weight ? weight[i] : 1);
		if (++i == nr)
			return new;
	}
}

/*
 * The event is entered whole: does it move the group on? A covered group waits
 * for the end of the scan that covered it, not of others that it meets.
 */
static void judge(struct netscan_turn *t, struct netscan_group *g)
{
	netscan_assert_held(&t->bucket->lock);
	if (g->state == NETSCAN_OPEN) {
		netscan_life_update(t, g);
	} else if (g->state == NETSCAN_COVERED &&
		   netscan_life_is_covered(t, g)) {
		return;
	} else if (g->state == NETSCAN_OWED) {
		netscan_life_alert(t, g);
	} else if (!netscan_life_is_over(t, g)) {
		netscan_table_set_state(t->bucket, g, NETSCAN_ARMED);
	} else if (t->cover_id) {
		netscan_count(COVERED);
		g->cover = t->cover;
		g->cover_id = t->cover_id;
		netscan_table_set_state(t->bucket, g, NETSCAN_COVERED);
	} else {
		netscan_life_alert(t, g);
	}
}

/* Or did the session's number go to a new one? That may have lost its leader. */
static bool same_session(const struct netscan_group *g,
			 const struct netscan_event *ev)
{
	return g->from.session == ev->from.session &&
	       g->last >= ev->session_start;
}

/* Begin the event's group, in place of one that is another session's. */
static noinline struct netscan_group *
new_group(struct netscan_turn *t, u64 key, struct netscan_group *old)
{
	if (old) {
		netscan_count(REUSED);
		if (netscan_table_in_scan(old))
			netscan_life_cut(t, old, "reused");
		netscan_table_remove(t->bucket, old);
	}
	return netscan_table_get(t->bucket, key, t->ev->from.account, t->now,
				 netscan_life_evicted, t);
}

/* Find the event's group, or begin one that it shares with nobody before it. */
static __always_inline struct netscan_group *get_group(struct netscan_turn *t,
						       u64 key)
{
	struct netscan_group *g = netscan_table_find(t->bucket, key);

	if (g && (!(t->rule->by & NETSCAN_BY_SESSION) || same_session(g, t->ev)))
		return g;
	return new_group(t, key, g);
}

/* Is it silent for a scan that this event is no part of? */
static bool covered_by_another(const struct netscan_turn *t,
			       const struct netscan_group *g)
{
	return g->state == NETSCAN_COVERED && g->cover_id != t->cover_id;
}

/* If that scan is over by now, it ends before the event counts. */
static void lapse_cover(const struct netscan_turn *t, u32 cover, u32 cover_id)
{
	struct netscan_group *g = &t->s->table.group[cover];
	struct netscan_turn turn = { .s = t->s, .cfg = t->cfg, .now = t->now };

	turn.bucket = &t->s->table.bucket[cover / NETSCAN_BUCKET_GROUPS];
	raw_spin_lock(&turn.bucket->lock);
	turn.rule = netscan_rules_by_id(t->cfg, g->rule_id);
	if (turn.rule && g->scan_id == cover_id)
		netscan_life_lapse(&turn, g);
	raw_spin_unlock(&turn.bucket->lock);
}

static __always_inline void feed_rule(struct netscan_turn *t, const u64 *fp,
				      u32 nr, bool last)
{
	u64 key = netscan_key_group(&t->s->key, t->rule, t->ev);
	struct netscan_group *g;
	u32 new, cover, cover_id;

	t->bucket = netscan_table_bucket(&t->s->table, key);
	raw_spin_lock(&t->bucket->lock);
	g = get_group(t, key);
	if (covered_by_another(t, g)) {
		cover = g->cover;
		cover_id = g->cover_id;
		raw_spin_unlock(&t->bucket->lock);
		lapse_cover(t, cover, cover_id);
		raw_spin_lock(&t->bucket->lock);
		g = get_group(t, key);
	}
	if (!t->ev->begun || !g->run.events)
		begin_event(t, g);
	new = add_args(t, g, fp, nr);
	if (last)
		new += add_unread(t, g);
	if (g->scan_id)
		g->seen += min(new, U32_MAX - g->seen);
	if (last)
		judge(t, g);
	if (g->scan_id && !t->cover_id) {
		t->cover = g - t->s->table.group;
		t->cover_id = g->scan_id;
	}
	raw_spin_unlock(&t->bucket->lock);
}

/**
 * netscan_scan_feed() - enter an event, or a part of it, under all rules
 * @s: the scanner
 * @cfg: the configuration
 * @ev: the event; its @begun is set
 * @fp: fingerprints of some of its arguments
 * @nr: how many, at most NETSCAN_ARGV_BATCH, may be 0
 * @last: these are the last; only then do groups cross
 */
void netscan_scan_feed(struct netscan_scanner *s,
		       const struct netscan_config *cfg,
		       struct netscan_event *ev, const u64 *fp, u32 nr,
		       bool last)
{
	struct netscan_turn t = {
		.s = s,
		.cfg = cfg,
		.ev = ev,
		.now = ev->now,
		.terms = { .now = ev->now, .slots = s->table.slots },
	};
	const struct netscan_rule *r = cfg->rule;
	u32 i;

	for (i = 0; i < cfg->nr_rules; i++, r++) {
		if (!r->enabled || !(r->tools & ev->tools) ||
		    ev->excepted >> i & 1)
			continue;
		t.rule = r;
		feed_rule(&t, fp, nr, last);
	}
	ev->begun = true;
}

/**
 * netscan_scan_fill() - make a record of a note
 * @r: the record, overwritten
 * @note: the note
 *
 * Context: @note->group's bucket is locked. @to_real is left to the caller.
 */
void netscan_scan_fill(struct netscan_record *r,
		       const struct netscan_note *note)
{
	const struct netscan_group *g = note->group;
	const struct netscan_event *ev = note->ev;
	bool same = ev && g->run.events == 1;

	memcpy(r->rule, note->rule->name, sizeof(r->rule));
	memcpy(r->tool, note->cfg->tools.tool[g->from.tool], sizeof(r->tool));
	r->type = note->type;
	r->reason = note->reason;
	r->first = g->run.first;
	r->last = g->last;
	r->now = note->now;
	r->from = g->from;
	r->scan_id = g->scan_id;
	r->distinct = g->seen;
	r->events = g->run.events;
	r->window = note->rule->window;
	r->by = note->rule->by;
	r->argc = ev ? ev->argc : 0;
	r->read_faults = g->unread.faults;
	r->truncated = g->unread.truncated;
	r->evicted = note->evictions - g->run.evicted;
	r->from_event = ev;
	r->last_len = ev ? ev->text_len : 0;
	r->last_cut = ev && ev->text_cut;
	if (ev)
		memcpy(r->last_text, ev->text, ev->text_len);
	r->first_len = same ? ev->text_len : g->text_len;
	r->first_cut = same ? ev->text_cut : g->text_cut;
	memcpy(r->first_text, same ? ev->text : g->text, r->first_len);
}
