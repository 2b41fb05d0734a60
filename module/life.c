// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the life of one group: what an event or time may do to it
 *
 * Design: a group's states, and what moves it on:
 *
 *	armed	counts. Over its threshold it is in a scan, unless the event is
 *		part of an earlier rule's scan: then it becomes covered
 *	covered	when the scan that covers it has ended, is in one of its own if
 *		it is still over its threshold
 *	owed	is in a scan, but the queue has had no room for the alert; becomes
 *		open when there is room, however little is left by then
 *	open	is in a scan and has said so; updates as that doubles
 *
 * From the others, fewer than half of the threshold left in the window means
 * armed again, which for an open one is the end of its scan.
 *
 * Here are the questions and the steps; scan.c takes them for an event, tick.c
 * for the passing of time.
 *
 * Locking: the turn's bucket is locked. Whether the scan that covers a group
 * is still open is read from the other group without its lock: an id is never
 * used twice, so the answer is at worst a moment old.
 *
 * Context: kprobe with preemption off, and process.
 */
#include "life.h"
#include "rules.h"
#include "stats.h"

static bool emit_note(const struct netscan_turn *t,
		      const struct netscan_group *g, enum netscan_type type,
		      const char *reason)
{
	const struct netscan_note note = {
		.type = type,
		.cfg = t->cfg,
		.rule = t->rule,
		.group = g,
		.evictions = t->bucket->evictions,
		.ev = t->ev,
		.reason = reason,
		.now = t->now,
	};

	return t->s->emit(&note);
}

/**
 * netscan_life_stride() - exec events for which @execs keeps one entry
 * @t: the turn
 *
 * Return: 1 for a threshold up to the number of slots, so that events are
 * counted exactly; more above it, so that they are to one in slots.
 */
u32 netscan_life_stride(const struct netscan_turn *t)
{
	return DIV_ROUND_UP(t->rule->events, t->s->table.slots);
}

/**
 * netscan_life_is_covered() - is the scan that covers the group still open?
 * @t: the turn
 * @g: a covered group
 *
 * One of a rule that was switched off says nothing of what comes, and covers
 * nothing.
 */
bool netscan_life_is_covered(const struct netscan_turn *t,
			     const struct netscan_group *g)
{
	const struct netscan_group *cover = &t->s->table.group[g->cover];
	const struct netscan_rule *rule;

	if (READ_ONCE(cover->scan_id) != g->cover_id)
		return false;
	rule = netscan_rules_by_id(t->cfg, READ_ONCE(cover->rule_id));
	return rule && rule->enabled;
}

static u32 twice(u32 n)
{
	return n > U32_MAX / 2 ? U32_MAX : 2 * n;
}

static void set_next(struct netscan_group *g)
{
	g->next_seen = twice(g->seen);
	g->next_events = twice(g->run.events);
}

static u32 count_pushed(const struct netscan_turn *t,
			const struct netscan_group *g)
{
	return netscan_pushed_weight(&g->pushed, t->now,
				     g->window * NETSCAN_SEC);
}

/* Take in the run before, if anything counts that only it has seen. */
static void add_before(const struct netscan_turn *t, struct netscan_group *g)
{
	const struct netscan_pool *pool = &t->bucket->pool;
	const struct netscan_run *before = &g->before;
	struct netscan_run *run = &g->run;

	/* What was pushed out counts, and may be of either run. */
	if (!before->events ||
	    (!count_pushed(t, g) &&
	     min(netscan_window_oldest(pool, &g->args),
		 netscan_window_oldest(pool, &g->execs)) >= run->first))
		return;
	run->first = before->first;
	run->evicted = before->evicted;
	run->events += min(before->events, U32_MAX - run->events);
	g->unread.faults = min_t(u32, U8_MAX,
				 g->unread_before.faults + g->unread.faults);
	g->unread.truncated = min_t(u32, U8_MAX, g->unread_before.truncated +
						 g->unread.truncated);
}

/**
 * netscan_life_close() - the next event begins a new run
 * @t: the turn
 * @g: an armed group
 *
 * What the window still holds goes on counting, so an alert may have to speak
 * of the run that ends here, too.
 */
void netscan_life_close(const struct netscan_turn *t, struct netscan_group *g)
{
	add_before(t, g);
	g->before = g->run;
	g->unread_before = g->unread;
	g->run.events = 0;
}

static void begin_scan(const struct netscan_turn *t, struct netscan_group *g)
{
	add_before(t, g);
	g->before.events = 0;
	g->seen = netscan_window_distinct(&g->args) + count_pushed(t, g);
	WRITE_ONCE(g->scan_id, atomic_inc_return(&t->s->scan_ids));
	netscan_table_set_state(t->bucket, g, NETSCAN_OWED);
}

/**
 * netscan_life_alert() - begin a scan, if need be, and say so
 * @t: the turn
 * @g: a group over its thresholds, or one that owes its alert
 *
 * Return: false when there is no room for the record: it is owed.
 */
bool netscan_life_alert(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_assert_held(&t->bucket->lock);
	if (!g->scan_id)
		begin_scan(t, g);
	if (!emit_note(t, g, NETSCAN_ALERT, NULL))
		return false;
	netscan_table_set_state(t->bucket, g, NETSCAN_OPEN);
	set_next(g);
	return true;
}

/* One that stands at its end can double no more. */
static bool has_doubled(u32 n, u32 next)
{
	return n >= next && next != U32_MAX;
}

/**
 * netscan_life_update() - say so if the scan has doubled
 * @t: the turn
 * @g: a group with an open scan
 */
void netscan_life_update(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_assert_held(&t->bucket->lock);
	if (!has_doubled(g->seen, g->next_seen) &&
	    !has_doubled(g->run.events, g->next_events))
		return;
	if (emit_note(t, g, NETSCAN_UPDATE, NULL))
		set_next(g);
}

static void leave_scan(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_assert_held(&t->bucket->lock);
	WRITE_ONCE(g->scan_id, 0);
	netscan_table_set_state(t->bucket, g, NETSCAN_ARMED);
	netscan_life_close(t, g);
}

/**
 * netscan_life_end() - end a scan
 * @t: the turn
 * @g: a group in a scan; armed again afterwards, what is in its window still
 *     counts
 * @reason: the word for it
 *
 * Return: false when there is no room for the record, or for the alert that is
 * owed before it: the scan goes on.
 */
bool netscan_life_end(const struct netscan_turn *t, struct netscan_group *g,
		      const char *reason)
{
	struct netscan_turn turn = *t;

	/* Whatever event finds a scan over is no part of it. */
	turn.ev = NULL;
	if (g->state == NETSCAN_OWED && !netscan_life_alert(&turn, g))
		return false;
	if (!emit_note(&turn, g, NETSCAN_END, reason))
		return false;
	leave_scan(t, g);
	return true;
}

/**
 * netscan_life_drop() - end a scan without a record, so that the next is its own
 * @t: the turn
 * @g: a group with an open scan
 */
void netscan_life_drop(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_count(UNSENT);
	leave_scan(t, g);
}

/**
 * netscan_life_lapse() - end a scan of which too little is left
 * @t: the turn
 * @g: a group in a scan
 *
 * Return: false when there was no room for a record that is due.
 */
bool netscan_life_lapse(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_life_expire(t, g);
	if (g->state == NETSCAN_OWED && !netscan_life_alert(t, g))
		return false;
	return !netscan_life_below_half(t, g) || netscan_life_end(t, g, "idle");
}

/**
 * netscan_life_cut() - the last word on a scan whose group has to go
 * @t: the turn, of an event that is no part of it
 * @g: the group, in a scan
 * @reason: the word for it
 */
void netscan_life_cut(const struct netscan_turn *t, struct netscan_group *g,
		      const char *reason)
{
	struct netscan_turn turn = *t;

	turn.rule = netscan_rules_by_id(t->cfg, g->rule_id);
	if (!turn.rule || !netscan_life_end(&turn, g, reason))
		netscan_count(UNSENT);
}

/**
 * netscan_life_evicted() - netscan_life_cut() for the table
 * @turn: struct netscan_turn of the one who needs the place
 * @b: its bucket, which is the turn's
 * @g: the group with the scan
 */
void netscan_life_evicted(void *turn, struct netscan_bucket *b,
			  struct netscan_group *g)
{
	netscan_life_cut(turn, g, "evicted");
}
