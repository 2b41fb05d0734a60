/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the life of one group: what an event or time may do to it
 */
#ifndef NETSCAN_LIFE_H
#define NETSCAN_LIFE_H

#include "scan.h"

/**
 * struct netscan_turn - one walk of an event, or of the clock, over the rules
 * @s: the scanner
 * @cfg: the rules
 * @ev: the event, NULL for the clock's
 * @now: nanoseconds since boot
 * @rule: the rule whose turn it is
 * @bucket: the bucket of its group, locked
 * @terms: on which terms windows take what is new
 * @cover: an earlier rule's group that is in a scan with this event
 * @cover_id: that scan, 0 while there is none
 */
struct netscan_turn {
	struct netscan_scanner *s;
	const struct netscan_config *cfg;
	struct netscan_event *ev;
	u64 now;
	const struct netscan_rule *rule;
	struct netscan_bucket *bucket;
	struct netscan_terms terms;
	u32 cover;
	u32 cover_id;
};

u32 netscan_life_stride(const struct netscan_turn *t);
bool netscan_life_is_covered(const struct netscan_turn *t,
			     const struct netscan_group *g);
void netscan_life_close(const struct netscan_turn *t, struct netscan_group *g);
bool netscan_life_alert(const struct netscan_turn *t, struct netscan_group *g);
void netscan_life_update(const struct netscan_turn *t, struct netscan_group *g);
bool netscan_life_end(const struct netscan_turn *t, struct netscan_group *g,
		      const char *reason);
void netscan_life_drop(const struct netscan_turn *t, struct netscan_group *g);
bool netscan_life_lapse(const struct netscan_turn *t, struct netscan_group *g);
void netscan_life_cut(const struct netscan_turn *t, struct netscan_group *g,
		      const char *reason);
void netscan_life_evicted(void *turn, struct netscan_bucket *b,
			  struct netscan_group *g);

/* Asked of every event. */

/**
 * netscan_life_expire() - drop what is older than the rule's window
 * @t: the turn
 * @g: the group
 */
static inline void netscan_life_expire(const struct netscan_turn *t,
				       struct netscan_group *g)
{
	struct netscan_pool *pool = &t->bucket->pool;
	u64 span = t->rule->window * NETSCAN_SEC;
	u64 cutoff = t->now > span ? t->now - span : 0;

	if (netscan_window_is_due(pool, &g->args, cutoff)) {
		netscan_window_expire(pool, &g->args, cutoff);
		/* What was pushed out was older still. */
		g->pushed = (struct netscan_pushed){};
	}
	if (netscan_window_is_due(pool, &g->execs, cutoff))
		netscan_window_expire(pool, &g->execs, cutoff);
}

/**
 * netscan_life_below_half() - is so little left that a scan is over?
 * @t: the turn
 * @g: the group, expired
 */
static inline bool netscan_life_below_half(const struct netscan_turn *t,
					   const struct netscan_group *g)
{
	return netscan_window_distinct(&g->args) < (t->rule->distinct + 1) / 2;
}

/**
 * netscan_life_is_over() - does the group reach the rule's thresholds?
 * @t: the turn
 * @g: the group, expired
 */
static inline bool netscan_life_is_over(const struct netscan_turn *t,
					const struct netscan_group *g)
{
	if (netscan_window_distinct(&g->args) < t->rule->distinct)
		return false;
	return t->rule->events == 1 ||
	       (u64)g->execs.count * netscan_life_stride(t) >= t->rule->events;
}

#endif
