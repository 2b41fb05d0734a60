// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - from exec events to scans: counting, crossing, covering, ending
 *
 * Design: an event is entered under every rule that watches its tool, in the
 * rules' order, in one group each. The life of a group is
 *
 *	armed ──over the threshold──▶ open ──fewer than half left──▶ armed
 *	armed ──over, event also in an earlier rule's open scan──▶ covered
 *	covered ──that scan has ended──▶ open if still over, else armed
 *	armed ──over, no room in the queue──▶ owed ──room──▶ open
 *
 * An event moves its groups on at once. What only time moves, an end and what
 * follows from it, is done by netscan_scan_tick().
 *
 * Locking: one bucket at a time. Whether the scan that covers a group is still
 * open is read from the other group without its lock: an id is never used
 * twice, so the answer is at worst a moment old.
 *
 * Context: netscan_scan_feed(), kprobe with preemption off; netscan_scan_tick()
 * and netscan_scan_clear(), process.
 */
#include "scan.h"
#include "stats.h"
#include "tools.h"

/*
 * Places of the hash for a group's key, by what they hold, and for what is no
 * argument and may never equal one: an argument fills PLACE_LAST with its
 * length.
 */
enum {
	PLACE_RULE = 1,
	PLACE_PARENT_PID,
	PLACE_PARENT_START,
	PLACE_EXE_DEV,
	PLACE_EXE_INO,
	PLACE_SESSION,
	PLACE_CGROUP,
	PLACE_UID,
	PLACE_TOOL,
	PLACE_LAST = NETSCAN_HASH_WORDS,
};

/**
 * struct turn - one walk of an event, or of the clock, over the rules
 * @s: the scanner
 * @cfg: the rules
 * @ev: the event, NULL for the clock's
 * @now: nanoseconds since boot
 * @cover: an earlier rule's group that has an open scan with this event
 * @cover_id: that scan, 0 while there is none
 * @cover_owed: an earlier rule's alert for this event waits for room
 */
struct turn {
	struct netscan_scanner *s;
	const struct netscan_config *cfg;
	struct netscan_event *ev;
	u64 now;
	u32 cover;
	u32 cover_id;
	bool cover_owed;
};

static u64 group_key(const struct netscan_hash_key *key,
		     const struct netscan_rule *r,
		     const struct netscan_event *ev)
{
	struct netscan_hash h;

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, PLACE_RULE, r->id);
	if (r->by & NETSCAN_BY_PARENT) {
		netscan_hash_add(&h, key, PLACE_PARENT_PID, ev->parent_pid);
		netscan_hash_add(&h, key, PLACE_PARENT_START, ev->parent_start);
	}
	if (r->by & NETSCAN_BY_EXE) {
		netscan_hash_add(&h, key, PLACE_EXE_DEV, ev->exe_dev);
		netscan_hash_add(&h, key, PLACE_EXE_INO, ev->exe_ino);
	}
	if (r->by & NETSCAN_BY_SESSION)
		netscan_hash_add(&h, key, PLACE_SESSION, ev->sid);
	if (r->by & NETSCAN_BY_CGROUP)
		netscan_hash_add(&h, key, PLACE_CGROUP, ev->cgroup);
	if (r->by & NETSCAN_BY_UID)
		netscan_hash_add(&h, key, PLACE_UID, ev->uid);
	if (r->by & NETSCAN_BY_TOOL)
		netscan_hash_add(&h, key, PLACE_TOOL, ev->tool);
	return h.hi;
}

/* A fingerprint that no argument has and that differs with each @a and @b. */
static u64 unique_fp(const struct netscan_hash_key *key, u64 a, u64 b)
{
	struct netscan_hash h;

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, 1, a);
	netscan_hash_add(&h, key, 2, b);
	netscan_hash_add(&h, key, PLACE_LAST, U64_MAX);
	return h.hi;
}

static bool emit(const struct turn *t, struct netscan_bucket *b,
		 const struct netscan_rule *r, const struct netscan_group *g,
		 enum netscan_type type, const char *reason)
{
	const struct netscan_note note = {
		.type = type,
		.cfg = t->cfg,
		.rule = r,
		.group = g,
		.evictions = b->evictions,
		.ev = t->ev,
		.reason = reason,
		.now = t->now,
	};

	return t->s->emit(&note);
}

/* netscan_evict_fn: the last word on a scan whose place is needed. */
static void note_evicted(void *ctx, struct netscan_bucket *b,
			 struct netscan_group *g)
{
	struct turn *t = ctx;
	const struct netscan_rule *r = netscan_rules_by_id(t->cfg, g->rule_id);

	if (!r || !emit(t, b, r, g, NETSCAN_END, "evicted"))
		netscan_count(UNSENT);
}

static u64 cutoff(u64 now, u32 window)
{
	u64 span = window * NETSCAN_SEC;

	return now > span ? now - span : 0;
}

static void expire(struct netscan_bucket *b, struct netscan_group *g, u64 now,
		   u32 window)
{
	netscan_window_expire(&b->pool, &g->args, cutoff(now, window));
	netscan_window_expire(&b->pool, &g->execs, cutoff(now, window));
}

static bool below_half(const struct netscan_rule *r,
		       const struct netscan_group *g)
{
	return netscan_window_distinct(&g->args) < (r->distinct + 1) / 2;
}

/* Exec events per entry of g->execs: 1 up to the number of slots. */
static u32 stride(const struct netscan_scanner *s, const struct netscan_rule *r)
{
	return DIV_ROUND_UP(r->events, s->table.slots);
}

static bool is_over(const struct netscan_scanner *s,
		    const struct netscan_rule *r,
		    const struct netscan_group *g)
{
	if (netscan_window_distinct(&g->args) < r->distinct)
		return false;
	return r->events == 1 ||
	       (u64)g->execs.count * stride(s, r) >= r->events;
}

static u32 twice(u32 n)
{
	return n > U32_MAX / 2 ? U32_MAX : 2 * n;
}

static void set_next(struct netscan_group *g)
{
	g->next_seen = twice(g->seen);
	g->next_events = twice(g->events);
}

static void raise_alert(const struct turn *t, struct netscan_bucket *b,
			const struct netscan_rule *r, struct netscan_group *g)
{
	g->seen = netscan_window_distinct(&g->args);
	WRITE_ONCE(g->scan_id, atomic_inc_return(&t->s->scan_ids));
	if (emit(t, b, r, g, NETSCAN_ALERT, NULL)) {
		netscan_table_set_state(b, g, NETSCAN_OPEN);
		set_next(g);
		return;
	}
	WRITE_ONCE(g->scan_id, 0);
	netscan_table_set_state(b, g, NETSCAN_OWED);
}

static bool end_scan(const struct turn *t, struct netscan_bucket *b,
		     const struct netscan_rule *r, struct netscan_group *g,
		     const char *reason)
{
	if (!emit(t, b, r, g, NETSCAN_END, reason))
		return false;
	WRITE_ONCE(g->scan_id, 0);
	netscan_table_set_state(b, g, NETSCAN_ARMED);
	g->events = 0;
	return true;
}

/* Nothing of what a group counted is left, or what it was after has ended. */
static void start_run(struct netscan_bucket *b, struct netscan_group *g,
		      const struct netscan_rule *r,
		      const struct netscan_event *ev)
{
	g->rule_id = r->id;
	g->first = ev->now;
	g->seen = 0;
	g->evicted = b->evictions;
	g->read_faults = 0;
	g->truncated = 0;
	g->text_len = min_t(u32, ev->text_len, NETSCAN_FIRST_TEXT);
	g->text_cut = ev->text_cut || g->text_len < ev->text_len;
	memcpy(g->text, ev->text, g->text_len);
}

static void count_exec(const struct turn *t, struct netscan_bucket *b,
		       const struct netscan_rule *r, struct netscan_group *g)
{
	if (g->events != U32_MAX)
		g->events++;
	if (r->events == 1 || g->events % stride(t->s, r))
		return;
	netscan_table_add(b, g, &g->execs,
			  g->key ^ unique_fp(&t->s->key, g->events, g->first),
			  t->now, t->s->table.slots, note_evicted, (void *)t);
}

static void begin_event(const struct turn *t, struct netscan_bucket *b,
			const struct netscan_rule *r, struct netscan_group *g)
{
	const struct netscan_event *ev = t->ev;

	expire(b, g, t->now, r->window);
	if (g->state == NETSCAN_OPEN) {
		if (below_half(r, g))
			end_scan(t, b, r, g, "idle");
	} else if (g->state != NETSCAN_ARMED && below_half(r, g)) {
		netscan_table_set_state(b, g, NETSCAN_ARMED);
	}
	if (!g->args.count && g->state == NETSCAN_ARMED)
		g->events = 0;
	if (!g->events)
		start_run(b, g, r, ev);
	count_exec(t, b, r, g);
	g->last = ev->now;
	g->window = r->window;
	g->parent_pid = ev->parent_pid;
	g->parent_start = ev->parent_start;
	g->pid = ev->pid;
	g->sid = ev->sid;
	g->uid = ev->uid;
	g->tool = ev->tool;
	g->match = ev->match;
	memcpy(g->parent_comm, ev->parent_comm, sizeof(g->parent_comm));
}

static bool still_covered(const struct netscan_scanner *s,
			  const struct netscan_group *g)
{
	return READ_ONCE(s->table.group[g->cover].scan_id) == g->cover_id;
}

static void cover_group(const struct turn *t, struct netscan_bucket *b,
			struct netscan_group *g)
{
	g->cover = t->cover;
	g->cover_id = t->cover_id;
	netscan_table_set_state(b, g, NETSCAN_COVERED);
}

/* The event is entered whole: does it move the group on? */
static void judge(const struct turn *t, struct netscan_bucket *b,
		  const struct netscan_rule *r, struct netscan_group *g)
{
	if (g->state == NETSCAN_OPEN) {
		if ((g->seen >= g->next_seen || g->events >= g->next_events) &&
		    emit(t, b, r, g, NETSCAN_UPDATE, NULL))
			set_next(g);
		return;
	}
	if (g->state == NETSCAN_COVERED) {
		if (still_covered(t->s, g))
			return;
		netscan_table_set_state(b, g, NETSCAN_ARMED);
	}
	if (!is_over(t->s, r, g)) {
		netscan_table_set_state(b, g, NETSCAN_ARMED);
	} else if (t->cover_id) {
		netscan_count(COVERED);
		cover_group(t, b, g);
	} else if (!t->cover_owed) {
		raise_alert(t, b, r, g);
	}
}

/* The session's number went to a new session: nothing of this group is its. */
static struct netscan_group *renew_group(struct turn *t,
					 struct netscan_bucket *b,
					 const struct netscan_rule *r,
					 struct netscan_group *g)
{
	u64 key = g->key;

	netscan_count(REUSED);
	if (g->state == NETSCAN_OPEN && !end_scan(t, b, r, g, "reused"))
		netscan_count(UNSENT);
	netscan_table_remove(b, g);
	return netscan_table_get(b, key, t->now, note_evicted, t);
}

static void feed_rule(struct turn *t, const struct netscan_rule *r,
		      const u64 *fp, u32 nr, bool last)
{
	const struct netscan_event *ev = t->ev;
	u64 key = group_key(&t->s->key, r, ev);
	struct netscan_bucket *b = netscan_table_bucket(&t->s->table, key);
	u32 i, slots = t->s->table.slots, new = 0;
	struct netscan_group *g;

	raw_spin_lock(&b->lock);
	g = netscan_table_get(b, key, t->now, note_evicted, t);
	if (g->events && r->by & NETSCAN_BY_SESSION &&
	    g->last < ev->session_start)
		g = renew_group(t, b, r, g);
	if (!ev->begun || !g->events)
		begin_event(t, b, r, g);
	for (i = 0; i < nr; i++)
		new += netscan_table_add(b, g, &g->args, fp[i] ^ key, t->now,
					 slots, note_evicted, t);
	if (last && (ev->truncated || ev->read_fault)) {
		/* What was not read counts as one argument never seen. */
		new += netscan_table_add(b, g, &g->args,
					 key ^ unique_fp(&t->s->key, t->now,
							 ev->pid),
					 t->now, slots, note_evicted, t);
		g->read_faults += ev->read_fault && g->read_faults != U8_MAX;
		g->truncated += ev->truncated && g->truncated != U8_MAX;
	}
	if (g->state == NETSCAN_OPEN)
		g->seen += new;
	if (last)
		judge(t, b, r, g);
	if (g->state == NETSCAN_OPEN && !t->cover_id) {
		t->cover = g - t->s->table.group;
		t->cover_id = g->scan_id;
	}
	t->cover_owed |= g->state == NETSCAN_OWED;
	raw_spin_unlock(&b->lock);
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
	struct turn t = { .s = s, .cfg = cfg, .ev = ev, .now = ev->now };
	const struct netscan_rule *r;

	for (r = cfg->rule; r < cfg->rule + cfg->nr_rules; r++)
		if (r->enabled && r->tools & BIT(ev->tool))
			feed_rule(&t, r, fp, nr, last);
	ev->begun = true;
}

/* Time has passed for a group in a scan of its own. Returns false to retry. */
static bool tick_open(const struct turn *t, struct netscan_bucket *b,
		      const struct netscan_rule *r, struct netscan_group *g)
{
	expire(b, g, t->now, r->window);
	return !below_half(r, g) || end_scan(t, b, r, g, "idle");
}

/* Time has passed for a group that was silent so far. */
static bool tick_silent(const struct turn *t, struct netscan_bucket *b,
			const struct netscan_rule *r, struct netscan_group *g)
{
	expire(b, g, t->now, r->window);
	if (g->state == NETSCAN_COVERED && still_covered(t->s, g) &&
	    !below_half(r, g))
		return true;
	if (!is_over(t->s, r, g)) {
		netscan_table_set_state(b, g, NETSCAN_ARMED);
		return true;
	}
	raise_alert(t, b, r, g);
	return g->state == NETSCAN_OPEN;
}

static bool tick_bucket(const struct turn *t, struct netscan_bucket *b,
			bool open)
{
	const struct netscan_rule *r;
	struct netscan_group *g;
	bool done = true;

	raw_spin_lock(&b->lock);
	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state <= NETSCAN_ARMED ||
		    (g->state == NETSCAN_OPEN) != open)
			continue;
		r = netscan_rules_by_id(t->cfg, g->rule_id);
		if (r)
			done &= open ? tick_open(t, b, r, g) :
				       tick_silent(t, b, r, g);
	}
	raw_spin_unlock(&b->lock);
	return done;
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
	const struct turn t = { .s = s, .cfg = cfg, .now = now };
	struct netscan_bucket *b;
	bool done = true;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (b = s->table.bucket;
		     b < s->table.bucket + s->table.nr_buckets; b++)
			if (READ_ONCE(b->busy))
				done &= tick_bucket(&t, b, pass == 0);
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

static bool clear_bucket(const struct turn *t, struct netscan_bucket *b,
			 const struct netscan_config *new)
{
	const struct netscan_rule *r;
	struct netscan_group *g;
	bool done = true;

	raw_spin_lock(&b->lock);
	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state == NETSCAN_FREE ||
		    netscan_rules_by_id(new, g->rule_id))
			continue;
		r = netscan_rules_by_id(t->cfg, g->rule_id);
		if (g->state == NETSCAN_OPEN && r &&
		    !end_scan(t, b, r, g, "cleared")) {
			done = false;
			continue;
		}
		netscan_count(CLEARED);
		netscan_table_remove(b, g);
	}
	raw_spin_unlock(&b->lock);
	return done;
}

/**
 * netscan_scan_clear() - drop the groups of rules that are no more
 * @s: the scanner
 * @old: the configuration that the groups may have been counted under
 * @new: the one that no event sees any other than
 * @now: nanoseconds since boot
 *
 * Return: false when the queue had no room for a record that is due: call
 * again once it has.
 */
bool netscan_scan_clear(struct netscan_scanner *s,
			const struct netscan_config *old,
			const struct netscan_config *new, u64 now)
{
	const struct turn t = { .s = s, .cfg = old, .now = now };
	struct netscan_bucket *b;
	bool done = true;

	for (b = s->table.bucket; b < s->table.bucket + s->table.nr_buckets;
	     b++)
		if (READ_ONCE(b->used))
			done &= clear_bucket(&t, b, new);
	return done;
}

/**
 * netscan_scan_fill() - make a record of a note
 * @r: the record, overwritten
 * @note: the note
 *
 * Context: @note->group's bucket is locked. @real is left to the caller.
 */
void netscan_scan_fill(struct netscan_record *r,
		       const struct netscan_note *note)
{
	const struct netscan_group *g = note->group;
	const struct netscan_event *ev = note->ev;
	bool same = ev && g->events == 1 && note->type != NETSCAN_END;

	memcpy(r->rule, note->rule->name, sizeof(r->rule));
	memcpy(r->tool, note->cfg->tools.tool[g->tool], sizeof(r->tool));
	memcpy(r->parent_comm, g->parent_comm, sizeof(r->parent_comm));
	r->type = note->type;
	r->reason = note->reason;
	r->first = g->first;
	r->last = g->last;
	r->now = note->now;
	r->parent_start = g->parent_start;
	r->scan_id = g->scan_id;
	r->distinct = g->seen;
	r->events = g->events;
	r->window = note->rule->window;
	r->by = note->rule->by;
	r->match = g->match;
	r->parent_pid = g->parent_pid;
	r->pid = g->pid;
	r->sid = g->sid;
	r->uid = g->uid;
	r->argc = ev ? ev->argc : 0;
	r->read_faults = g->read_faults;
	r->truncated = g->truncated;
	r->evicted = note->evictions - g->evicted;
	r->from_event = ev && note->type != NETSCAN_END;
	r->last_len = ev ? ev->text_len : 0;
	r->last_cut = ev && ev->text_cut;
	if (ev)
		memcpy(r->last_text, ev->text, ev->text_len);
	r->first_len = same ? ev->text_len : g->text_len;
	r->first_cut = same ? ev->text_cut : g->text_cut;
	memcpy(r->first_text, same ? ev->text : g->text, r->first_len);
}
