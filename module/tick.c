// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what only time, or a change of rules, does to scans
 *
 * Locking: one bucket at a time, for as long as its 64 groups take.
 *
 * Context: process.
 */
#include "life.h"
#include "scan.h"
#include "stats.h"

/* Returns false to be asked again. */
static bool tick_covered(const struct netscan_turn *t, struct netscan_group *g)
{
	netscan_life_expire(t, g);
	if (netscan_life_is_covered(t, g) && !netscan_life_below_half(t, g))
		return true;
	if (!t->rule->enabled || !netscan_life_is_over(t, g)) {
		netscan_table_set_state(t->bucket, g, NETSCAN_ARMED);
		return true;
	}
	return netscan_life_alert(t, g);
}

static bool tick_bucket(struct netscan_turn *t, bool in_scan)
{
	struct netscan_bucket *b = t->bucket;
	struct netscan_group *g;
	bool done = true;

	raw_spin_lock(&b->lock);
	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state <= NETSCAN_ARMED ||
		    netscan_table_in_scan(g) != in_scan)
			continue;
		t->rule = netscan_rules_by_id(t->cfg, g->rule_id);
		if (t->rule)
			done &= in_scan ? netscan_life_lapse(t, g) :
					  tick_covered(t, g);
	}
	raw_spin_unlock(&b->lock);
	return done;
}

static void free_idle(struct netscan_bucket *b, u64 now)
{
	struct netscan_group *g;

	raw_spin_lock(&b->lock);
	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++)
		if (netscan_table_idle(g, now))
			netscan_table_remove(b, g);
	raw_spin_unlock(&b->lock);
}

/**
 * netscan_scan_sweep() - free groups of which nothing is left
 * @s: the scanner
 * @now: nanoseconds since boot
 *
 * One call looks at a part of the table, NETSCAN_SWEEPS calls at all of it.
 */
void netscan_scan_sweep(struct netscan_scanner *s, u64 now)
{
	u32 i;

	s->sweep = (s->sweep + 1) % NETSCAN_SWEEPS;
	for (i = s->sweep; i < s->table.nr_buckets; i += NETSCAN_SWEEPS)
		if (READ_ONCE(s->table.bucket[i].used))
			free_idle(&s->table.bucket[i], now);
}

/**
 * netscan_scan_tick() - move on what only time moves
 * @s: the scanner
 * @cfg: the configuration
 * @now: nanoseconds since boot
 *
 * Scans end first, so that what they covered is judged in the same tick.
 *
 * Return: false when the queue had no room for a record that is due.
 */
bool netscan_scan_tick(struct netscan_scanner *s,
		       const struct netscan_config *cfg, u64 now)
{
	struct netscan_turn t = { .s = s, .cfg = cfg, .now = now };
	bool done = true;
	u32 i, pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < s->table.nr_buckets; i++) {
			t.bucket = &s->table.bucket[i];
			if (READ_ONCE(t.bucket->busy))
				done &= tick_bucket(&t, pass == 0);
		}
	}
	return done;
}

/**
 * netscan_scan_busy() - is there a group that time alone may move on?
 * @s: the scanner
 */
bool netscan_scan_busy(const struct netscan_scanner *s)
{
	u32 i;

	for (i = 0; i < s->table.nr_buckets; i++)
		if (READ_ONCE(s->table.bucket[i].busy))
			return true;
	return false;
}

static bool clear_bucket(struct netscan_turn *t,
			 const struct netscan_config *new, bool force)
{
	struct netscan_bucket *b = t->bucket;
	struct netscan_group *g;
	bool done = true;

	raw_spin_lock(&b->lock);
	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state == NETSCAN_FREE)
			continue;
		t->rule = netscan_rules_by_id(new, g->rule_id);
		if (t->rule) {
			netscan_table_set_window(g, t->rule->window);
			continue;
		}
		t->rule = netscan_rules_by_id(t->cfg, g->rule_id);
		if (netscan_table_in_scan(g) && t->rule &&
		    !netscan_life_end(t, g, "cleared")) {
			if (!force) {
				done = false;
				continue;
			}
			netscan_count(UNSENT);
		}
		netscan_count(CLEARED);
		netscan_table_remove(b, g);
	}
	raw_spin_unlock(&b->lock);
	return done;
}

/**
 * netscan_scan_clear() - bring the groups in line with changed rules
 * @s: the scanner
 * @old: the configuration that the groups may have been counted under
 * @new: the one that no event sees any other than
 * @now: nanoseconds since boot
 * @force: drop groups even where the queue has no room for a scan's end
 *
 * The groups of rules that are no more go; others learn of a new window.
 *
 * Return: false when there was no room and a group is left: call again once
 * there is.
 */
bool netscan_scan_clear(struct netscan_scanner *s,
			const struct netscan_config *old,
			const struct netscan_config *new, u64 now,
			bool force)
{
	struct netscan_turn t = { .s = s, .cfg = old, .now = now };
	bool done = true;
	u32 i;

	for (i = 0; i < s->table.nr_buckets; i++) {
		t.bucket = &s->table.bucket[i];
		if (READ_ONCE(t.bucket->used))
			done &= clear_bucket(&t, new, force);
	}
	return done;
}
