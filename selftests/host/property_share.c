// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - who makes room, against a plain model of one bucket of many users
 *
 * The model keeps every group and argument in arrays and works out anew, for
 * each place that is needed, what every user holds and which group is the least
 * of those that may go. After each event the bucket must hold the model's groups.
 */
#include "flow.h"

#define STEPS		60000
#define TRACES		50
#define KEYS		160
#define VALUES		40
#define USERS		24
#define GROUPS		64U
#define WINDOW		60U
#define MAX_SLOTS	24

/* A window: when each value was seen last, 0 for never, and what it weighs. */
struct list {
	u64 at[VALUES];
	u32 weight[VALUES];
	u32 nr;
};

struct plain {
	bool used;
	enum netscan_state state;
	u32 uid;
	u64 last;
	u64 events;
	struct list args;
	struct list execs;
};

static struct plain plain[KEYS];
static u32 slots;
static u64 gone[KEYS];		/* open scans that had to go, in their order */
static u32 nr_gone, nr_told;

/* How often each kind of choice was made: none may go untested. */
static struct {
	u32 idle, own, others, least, open, own_open, entries;
	u32 new, wide, rare, again, spared;
} made;

static struct test_random r;
static struct netscan_bucket *b;

/* ---- the model ---- */

static bool is_idle(const struct plain *g)
{
	return g->state == NETSCAN_ARMED && g->last + WINDOW * SEC < flow.now;
}

static u32 all_entries(void)
{
	u32 i, n = 0;

	for (i = 0; i < KEYS; i++)
		if (plain[i].used)
			n += plain[i].args.nr + plain[i].execs.nr;
	return n;
}

static bool is_over(u32 uid, bool entries)
{
	u32 i, held = 0;

	for (i = 0; i < KEYS; i++) {
		if (!plain[i].used || plain[i].uid != uid || is_idle(&plain[i]))
			continue;
		held += entries ? plain[i].args.nr + plain[i].execs.nr : 1;
	}
	return 4 * held > (entries ? 4 * slots : GROUPS);
}

static bool is_new(const struct plain *g)
{
	return g->state == NETSCAN_ARMED && g->events == 1;
}

/* Do groups of one exec hold more than a quarter of the bucket? */
static bool many_are_new(bool entries)
{
	u32 i, sum = 0;

	for (i = 0; i < KEYS; i++)
		if (plain[i].used && is_new(&plain[i]) && !is_idle(&plain[i]))
			sum += entries ? plain[i].args.nr + plain[i].execs.nr : 1;
	return 4 * sum > (entries ? 4 * slots : GROUPS);
}

/* In the order in which they go: of an eighth of a window, one is wide. */
enum kind { NEW_WIDE, NEW, AGAIN, NEW_RARE, BEYOND };

static enum kind kind_of(const struct plain *g, bool entries)
{
	if (g->state != NETSCAN_ARMED)
		return BEYOND + g->state;
	if (!is_new(g))
		return AGAIN;
	if (!many_are_new(entries))
		return NEW_RARE;
	return entries && 8 * g->args.nr > slots ? NEW_WIDE : NEW;
}

static bool is_less(const struct plain *a, const struct plain *than,
		    bool entries)
{
	enum kind one = kind_of(a, entries), other = kind_of(than, entries);

	return one == other ? a->last < than->last : one < other;
}

enum pick { IDLE, OWN, OTHERS, ANYBODY };

static bool may_go(const struct plain *g, enum pick from, u32 uid, bool entries)
{
	switch (from) {
	case IDLE:
		return is_idle(g);
	case OWN:
		return g->uid == uid && is_over(uid, entries);
	case OTHERS:
		return is_over(g->uid, entries);
	default:
		return true;
	}
}

static struct plain *least_of(enum pick from, const struct plain *spare,
			      u32 uid, bool entries)
{
	struct plain *least = NULL;
	u32 i;

	for (i = 0; i < KEYS; i++) {
		if (!plain[i].used || &plain[i] == spare ||
		    (entries && !plain[i].args.nr && !plain[i].execs.nr) ||
		    !may_go(&plain[i], from, uid, entries))
			continue;
		if (!least || (from == IDLE ? plain[i].last < least->last :
			       is_less(&plain[i], least, entries)))
			least = &plain[i];
	}
	return least;
}

static struct plain *choose(const struct plain *spare, u32 uid, bool entries,
			    enum pick *from)
{
	struct plain *least, *other;

	for (*from = IDLE; ; ++*from) {
		least = least_of(*from, spare, uid, entries);
		if (!least)
			continue;
		/* Before a scan of one's own goes what others have too much of. */
		if (*from == OWN && least->state >= NETSCAN_OWED) {
			other = least_of(OTHERS, spare, uid, entries);
			if (other->state < NETSCAN_OWED) {
				*from = OTHERS;
				made.spared++;
				return other;
			}
		}
		return least;
	}
}

static bool has_other(u32 uid, const struct plain *spare, bool entries)
{
	u32 i;

	for (i = 0; i < KEYS; i++)
		if (plain[i].used && plain[i].uid == uid && &plain[i] != spare &&
		    (!entries || plain[i].args.nr || plain[i].execs.nr))
			return true;
	return false;
}

static void make_room(const struct plain *spare, u32 uid, bool entries)
{
	enum pick from;
	struct plain *g = choose(spare, uid, entries, &from);
	enum kind kind = kind_of(g, entries);

	/* A user with no more than a share loses nothing to one with more. */
	if (is_over(uid, entries) && !is_idle(g) && !is_over(g->uid, entries))
		CHECK(from == ANYBODY && !has_other(uid, spare, entries));
	if (from != IDLE) {
		made.new += kind == NEW;
		made.wide += kind == NEW_WIDE;
		made.again += kind == AGAIN;
		made.rare += kind == NEW_RARE;
	}
	made.idle += from == IDLE;
	made.own += from == OWN;
	made.others += from == OTHERS;
	made.least += from == ANYBODY;
	made.entries += entries;
	made.open += g->state == NETSCAN_OPEN;
	made.own_open += g->state == NETSCAN_OPEN && from == OWN;
	if (g->state >= NETSCAN_OWED)
		gone[nr_gone++] = g - plain;
	g->used = false;
}

static void expire(struct list *l)
{
	u64 cutoff = flow.now - WINDOW * SEC;
	u32 i;

	for (i = 0; i < VALUES; i++) {
		if (!l->at[i] || l->at[i] >= cutoff)
			continue;
		l->at[i] = 0;
		l->nr--;
	}
}

static void push_out(struct list *l)
{
	u32 i, oldest = VALUES;

	for (i = 0; i < VALUES; i++)
		if (l->at[i] && (oldest == VALUES || l->at[i] < l->at[oldest]))
			oldest = i;
	l->at[oldest] = 0;
	l->nr--;
}

static void add(struct plain *g, struct list *l, u32 value, u32 weight)
{
	if (l->at[value]) {
		l->at[value] = flow.now;
		return;
	}
	if (l->nr == slots)
		push_out(l);
	while (all_entries() == 4 * slots)
		make_room(g, g->uid, true);
	l->at[value] = flow.now;
	l->weight[value] = weight;
	l->nr++;
}

static struct plain *get(u32 key, u32 uid)
{
	struct plain *g = &plain[key];
	u32 i, n = 0;

	if (g->used)
		return g;
	for (i = 0; i < KEYS; i++)
		n += plain[i].used;
	if (n == GROUPS)
		make_room(NULL, uid, false);
	memset(g, 0, sizeof(*g));
	g->used = true;
	g->state = NETSCAN_ARMED;
	return g;
}

/* ---- an event in both ---- */

struct step {
	u32 key;
	u32 uid;
	u32 nr;
	bool exec;
	enum netscan_state state;
	u32 value[VALUES];
	u32 weight[VALUES];
};

/* One at a time, so that none was seen at the time of another. */
static void step_plain(const struct step *s)
{
	struct plain *g = get(s->key, s->uid);
	u32 i;

	expire(&g->args);
	expire(&g->execs);
	g->uid = s->uid;
	g->events++;
	g->last = flow.now;
	if (s->exec)
		add(g, &g->execs, g->events % VALUES, 1);
	for (i = 0; i < s->nr; i++, flow.now++)
		add(g, &g->args, s->value[i], s->weight[i]);
	g->state = s->state;
}

static void note_evicted(void *ctx, struct netscan_bucket *from,
			 struct netscan_group *g)
{
	CHECK(g->state >= NETSCAN_OWED);
	CHECK(nr_told < nr_gone);
	EQUAL(g->key, gone[nr_told] << 20);
	nr_told++;
}

static void put(struct netscan_group *g, struct netscan_window *w, u32 value,
		u32 weight)
{
	const struct netscan_terms terms = { .now = flow.now, .slots = slots };
	u64 fp = (value + 1) * 0x9e3779b97f4a7c15ULL;

	if (!netscan_window_see(&b->pool, w, &fp, 1, g->key, flow.now))
		netscan_table_add(b, g, w, fp ^ g->key, weight, &terms,
				  note_evicted, NULL);
}

static void step_module(const struct step *s)
{
	struct netscan_group *g = netscan_table_get(b, (u64)s->key << 20, s->uid,
						    flow.now, note_evicted, NULL);
	u64 cutoff = flow.now - WINDOW * SEC;
	u32 i;

	netscan_window_expire(&b->pool, &g->args, cutoff);
	netscan_window_expire(&b->pool, &g->execs, cutoff);
	if (g->args.count < slots)
		g->pushed = (struct netscan_pushed){};
	g->from.account = s->uid;
	g->run.events++;
	g->last = flow.now;
	g->window = WINDOW;
	if (s->exec)
		put(g, &g->execs, g->run.events % VALUES, 1);
	for (i = 0; i < s->nr; i++, flow.now++)
		put(g, &g->args, s->value[i], s->weight[i]);
	netscan_table_set_state(b, g, s->state);
	WRITE_ONCE(g->scan_id, s->state >= NETSCAN_OWED ? s->key + 1 : 0);
}

static void compare(void)
{
	struct netscan_group *g;
	u32 i, n = 0;

	for (i = 0; i < KEYS; i++) {
		g = netscan_table_find(b, (u64)i << 20);
		n += plain[i].used;
		EQUAL(plain[i].used, !!g);
		if (!plain[i].used || !g)
			continue;
		EQUAL(plain[i].args.nr, g->args.count);
		EQUAL(plain[i].execs.nr, g->execs.count);
		EQUAL(plain[i].state, g->state);
		EQUAL(plain[i].events, g->run.events);
	}
	EQUAL(n, b->used);
	EQUAL(nr_told, nr_gone);
}

/* How a trace is; drawn anew for each. */
static struct {
	u32 users;
	u32 keys;
	u32 each;
	u32 execs;
	bool weights;
	bool moves;
} scope;

static void draw(struct step *s)
{
	u32 i, kind = test_below(&r, 40);

	s->key = test_below(&r, scope.keys);
	/* The first of the users holds most of the keys. */
	s->uid = s->key % 3 ? 0 : s->key / 3 % scope.users;
	if (scope.moves && !test_below(&r, 20))
		s->uid = test_below(&r, scope.users);
	s->exec = test_below(&r, 4) < scope.execs;
	s->state = kind == 0 ? NETSCAN_OWED : kind == 1 ? NETSCAN_COVERED :
		   kind < 6 ? NETSCAN_OPEN : NETSCAN_ARMED;
	s->nr = test_below(&r, 1 + (test_below(&r, 15) ? scope.each : VALUES));
	for (i = 0; i < s->nr; i++) {
		s->value[i] = test_below(&r, VALUES);
		s->weight[i] = scope.weights ? 1 + test_below(&r, 200) : 1;
	}
}

static void run_step(const struct step *s)
{
	u64 now = flow.now;

	nr_gone = 0;
	nr_told = 0;
	step_plain(s);
	flow.now = now;
	step_module(s);
	compare();
}

static void take_step(void)
{
	struct step s;

	flow.now += 100 + test_below(&r, test_below(&r, 10) ? SEC : 10 * SEC);
	draw(&s);
	run_step(&s);
}

static void begin(u32 nr_slots)
{
	slots = nr_slots;
	flow_start(GROUPS, slots);
	b = &flow.s.table.bucket[0];
	memset(plain, 0, sizeof(plain));
}

static void run_trace(u64 seed, u64 steps)
{
	u64 step;

	test_seed(&r, seed);
	begin(16 + test_below(&r, MAX_SLOTS - 15));
	scope.users = 1 + test_below(&r, test_below(&r, 2) ? 6 : USERS);
	scope.keys = 20 + test_below(&r, KEYS - 20);
	scope.each = test_below(&r, 2) ? 1 : 6;
	scope.execs = test_below(&r, 5);
	scope.weights = test_below(&r, 2);
	scope.moves = test_below(&r, 2);
	for (step = 0; step < steps && !test_failed(); step++) {
		take_step();
		if (!(step % 64))
			flow_check();
	}
	if (test_failed())
		printf("# seed %llu, step %llu\n", seed, step);
	flow_stop();
}

static void random_traces(void)
{
	u64 seed, steps = test_scale(STEPS) / TRACES;

	for (seed = 1; seed <= TRACES && !test_failed(); seed++)
		run_trace(seed, steps);
	CHECK(made.idle > 100 && made.own > 100 && made.others > 100);
	CHECK(made.least > 100 && made.open > 100 && made.own_open > 20);
	CHECK(made.entries > 100);
	CHECK(made.new > 100 && made.wide > 100 && made.again > 100);
	CHECK(made.rare > 20 && made.spared > 20);
}

/* An event of one user's with so many arguments. */
static void event(u32 key, u32 uid, u32 nr, bool exec)
{
	struct step s = {
		.key = key,
		.uid = uid,
		.nr = nr,
		.exec = exec,
		.state = NETSCAN_ARMED,
	};

	for (; nr; nr--) {
		s.value[nr - 1] = nr;
		s.weight[nr - 1] = 1;
	}
	run_step(&s);
}

/* However many users have a group each, who has the most makes room. */
static void one_with_a_share_among_many(void)
{
	u32 i;

	begin(24);
	for (i = 0; i < 40; i++)
		event(i, 0, 2, false);
	for (; i < GROUPS; i++)
		event(i, i, 1, false);
	for (; i < GROUPS + 20; i++)
		event(i, i, 1, false);
	for (i = 40; i < GROUPS + 20; i++)
		CHECK(plain[i].used);
	EQUAL(made.others, 20);
	flow_stop();
}

/* Who has more than a share and nothing that may go takes from one like it. */
static void a_share_in_one_group(void)
{
	u32 i;

	begin(16);
	event(0, 1, 16, true);
	event(1, 2, 15, false);
	event(2, 2, 15, false);
	for (i = 3; i < 20; i++)
		event(i, 3 + i, 1, false);
	event(0, 1, 0, true);
	for (i = 3; i < 20; i++)
		CHECK(plain[i].used);
	CHECK(!plain[1].used);
	flow_stop();
}

static const struct test tests[] = {
	{ "one with a share among many users", one_with_a_share_among_many },
	{ "a share in one group", a_share_in_one_group },
	{ "60,000 steps evict what the model evicts", random_traces },
};

int main(void)
{
	return test_main("property_share", tests, ARRAY_SIZE(tests));
}
