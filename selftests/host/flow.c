// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a scanner of the tests' own, fed as the probe feeds the real one
 */
#include "flow.h"
#include "key.h"

#define USER_ADDR	0x7ffd00000000UL

struct flow flow;

static bool keep_record(const struct netscan_note *note)
{
	if (flow.watch)
		flow.watch(note);
	if (flow.full) {
		netscan_count(DEFERRED);
		return false;
	}
	if (flow.nr == FLOW_RECORDS)
		shim_die("more records than a test keeps");
	if (!shim_locks_held())
		shim_die("a record is made without the bucket's lock");
	memset(&flow.record[flow.nr], 0xa5, sizeof(flow.record[0]));
	netscan_scan_fill(&flow.record[flow.nr], note);
	flow.record[flow.nr].to_real = 0;
	flow.rule_id[flow.nr++] = note->rule->id;
	return true;
}

/**
 * flow_key() - coefficients for the hash
 * @key: filled
 * @seed: which
 */
void flow_key(struct netscan_hash_key *key, u64 seed)
{
	struct test_random r;
	u32 i;

	test_seed(&r, seed);
	for (i = 0; i < ARRAY_SIZE(key->c); i++) {
		key->c[i].hi = test_next(&r);
		key->c[i].lo = test_next(&r);
	}
}

/**
 * flow_start() - begin with an empty table and the built-in rules
 * @groups: of the table
 * @slots: of a window
 */
void flow_start(u32 groups, u32 slots)
{
	memset(&flow, 0, sizeof(flow));
	memset(netscan_stats_host, 0, sizeof(netscan_stats_host));
	flow_key(&flow.s.key, 1);
	flow.s.emit = keep_record;
	if (netscan_tools_init(&flow.cfg) ||
	    netscan_rules_init(&flow.cfg, slots) ||
	    netscan_table_create(&flow.s.table, groups, slots))
		shim_die("no scanner to test");
	flow.now = 1000 * SEC;
	flow.next_pid = 5000;
	flow.ev = (struct netscan_event){
		.exe_dev = 8,
		.exe_ino = 77,
		.session_start = 1 * SEC,
		.cgroup = 3,
		.from = {
			.parent_start = 2 * SEC,
			.parent_pid = 812,
			.sid = 811,
			.uid = 1000,
			.account = 1000,
			.parent_comm = "bash",
		},
	};
}

void flow_stop(void)
{
	netscan_table_destroy(&flow.s.table);
	EQUAL(shim_allocations(), 0);
	EQUAL(shim_locks_held(), 0);
}

/* Change the configuration only; what it was counted under stays. */
int flow_rules_only(const char *text)
{
	struct netscan_config cfg = flow.cfg;
	char buf[NETSCAN_MAX_WRITE + 1];
	const char *why = NULL;
	int err;

	snprintf(buf, sizeof(buf), "%s", text);
	err = netscan_rules_parse(&cfg, buf, &why);
	if (!err)
		flow.cfg = cfg;
	return err;
}

/**
 * flow_rules() - change the rules as /proc/netscan/rules does
 * @text: lines that are accepted
 */
void flow_rules(const char *text)
{
	struct netscan_config old = flow.cfg;

	if (flow_rules_only(text))
		shim_die("a test's rules are refused: %s", text);
	CHECK(netscan_scan_clear(&flow.s, &old, &flow.cfg, flow.now, false));
}

/**
 * flow_argv() - one exec, its argv as it lies in memory
 * @argv: the arguments, each with its NUL
 * @len: bytes
 */
void flow_argv(const void *argv, size_t len)
{
	struct netscan_args args;
	struct netscan_event ev = flow.ev;
	const char *p;
	u32 nr;

	for (p = argv; p < (const char *)argv + len; p++)
		ev.argc += !*p;
	shim_user_set(USER_ADDR, argv, len);
	if (flow.hole)
		shim_user_hole(USER_ADDR + flow.hole);
	netscan_args_begin(&args, USER_ADDR, USER_ADDR + len, ev.argc);
	ev.now = flow.now;
	ev.from.pid = flow.next_pid++;
	ev.tools |= BIT(ev.from.tool);
	ev.text_cut = args.text_cut;
	ev.text_len = args.text_len;
	args.weigh = flow.cfg.span_tools & ev.tools;
	ev.weight = args.weigh ? args.weight : NULL;
	do {
		nr = netscan_args_next(&args, &flow.s.key);
		ev.read_fault = args.read_fault;
		ev.truncated = args.truncated;
		ev.text = args.text;
		netscan_scan_feed(&flow.s, &flow.cfg, &ev, args.fp, nr,
				  args.done);
	} while (!args.done);
}

/**
 * flow_exec() - one exec
 * @args: its arguments, separated by one space each
 */
void flow_exec(const char *args)
{
	char argv[1024];
	size_t len = strlen(args) + 1;
	char *p;

	if (len > sizeof(argv))
		shim_die("a command line is too long here");
	memcpy(argv, args, len);
	for (p = argv; *p; p++)
		if (*p == ' ')
			*p = '\0';
	flow_argv(argv, len);
}

/**
 * flow_targets() - an exec `ping T` for each T
 * @from: the first
 * @to: the last
 */
void flow_targets(u32 from, u32 to)
{
	char args[32];

	for (; from <= to; from++) {
		snprintf(args, sizeof(args), "ping %u", from);
		flow_exec(args);
	}
}

/**
 * flow_feed() - one exec, its arguments already as fingerprints
 * @fp: they
 * @nr: how many
 */
void flow_feed(const u64 *fp, u32 nr)
{
	struct netscan_event ev = flow.ev;
	u32 part;

	ev.now = flow.now;
	ev.from.pid = flow.next_pid++;
	ev.tools |= BIT(ev.from.tool);
	ev.argc = nr;
	ev.text = "ping";
	ev.text_len = 5;
	ev.weight = flow.cfg.span_tools & ev.tools ? flow.weight : NULL;
	do {
		part = min(nr, NETSCAN_ARGV_BATCH);
		netscan_scan_feed(&flow.s, &flow.cfg, &ev, fp, part, part == nr);
		fp += part;
		nr -= part;
		if (ev.weight)
			ev.weight += part;
	} while (nr);
}

bool flow_tick(void)
{
	return netscan_scan_tick(&flow.s, &flow.cfg, flow.now);
}

/**
 * flow_sweep() - let the clock sweep the whole table
 */
void flow_sweep(void)
{
	u32 i;

	for (i = 0; i < NETSCAN_SWEEPS; i++)
		netscan_scan_sweep(&flow.s, flow.now);
}

void flow_forget(void)
{
	flow.nr = 0;
}

u32 flow_count(enum netscan_type type)
{
	u32 i, n = 0;

	for (i = 0; i < flow.nr; i++)
		n += flow.record[i].type == type;
	return n;
}

/**
 * flow_last() - the latest record; one of nothing where there is none
 */
const struct netscan_record *flow_last(void)
{
	static const struct netscan_record none = {
		.rule = "(no record)",
		.reason = "(no record)",
	};

	return flow.nr ? &flow.record[flow.nr - 1] : &none;
}

/**
 * flow_group() - the group that an exec like @flow.ev belongs to
 * @rule: name of the rule
 *
 * Return: the group or NULL.
 */
struct netscan_group *flow_group(const char *rule)
{
	struct netscan_rule *r;
	u64 key;

	for (r = flow.cfg.rule; r < flow.cfg.rule + flow.cfg.nr_rules; r++) {
		if (strcmp(r->name, rule))
			continue;
		key = netscan_key_group(&flow.s.key, r, &flow.ev);
		return netscan_table_find(netscan_table_bucket(&flow.s.table,
							       key), key);
	}
	shim_die("no rule %s", rule);
}

static u32 check_window(const struct netscan_pool *pool,
			const struct netscan_window *w, u32 slots)
{
	u16 ring = pool->nr + w->id, newer = ring, i;
	u64 last = U64_MAX;
	u32 n = 0, sum = 0;

	for (i = pool->link[ring].older; i != ring && n <= pool->nr; n++) {
		CHECK(pool->entry[i].last <= last);
		EQUAL(pool->link[i].newer, newer);
		EQUAL(pool->entry[i].tag % NETSCAN_WINDOWS, w->id);
		last = pool->entry[i].last;
		sum += pool->weight[i];
		newer = i;
		i = pool->link[i].older;
	}
	EQUAL(pool->link[ring].newer, newer);
	EQUAL(w->sum, sum);
	EQUAL(w->count, n);
	CHECK(n <= slots);
	return n;
}

static u32 count_groups(const struct netscan_bucket *b, u16 at)
{
	u32 n = 0;

	for (; at != NETSCAN_NIL && n <= NETSCAN_BUCKET_GROUPS; n++)
		at = b->group[at].hash_next;
	return n;
}

static u32 count_entries(const struct netscan_pool *pool, u16 at)
{
	u32 n = 0;

	for (; at != NETSCAN_NIL && n <= pool->nr; n++)
		at = pool->next[at];
	return n;
}

static void check_bucket(const struct netscan_bucket *b, u32 slots)
{
	const struct netscan_pool *pool = &b->pool;
	const struct netscan_group *g;
	u32 i, used = 0, busy = 0, entries = 0;

	for (g = b->group; g < b->group + NETSCAN_BUCKET_GROUPS; g++) {
		if (g->state == NETSCAN_FREE)
			continue;
		used++;
		busy += g->state != NETSCAN_ARMED;
		entries += check_window(pool, &g->args, slots);
		CHECK((!g->pushed.young && !g->pushed.old) || g->args.count == slots);
		entries += check_window(pool, &g->execs, slots);
		EQUAL(g->state >= NETSCAN_OWED, g->scan_id != 0);
	}
	EQUAL(b->used, used);
	EQUAL(b->busy, busy);
	EQUAL(count_groups(b, b->free), NETSCAN_BUCKET_GROUPS - used);
	EQUAL(count_entries(pool, pool->free), pool->nr - entries);
	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++)
		used -= count_groups(b, b->head[i]);
	for (i = 0; i < 1U << (64 - pool->shift); i++)
		entries -= count_entries(pool, pool->head[i]);
	EQUAL(used, 0);
	EQUAL(entries, 0);
}

/**
 * flow_check() - is every bucket whole: nothing lost, nothing twice?
 */
void flow_check(void)
{
	u32 i;

	for (i = 0; i < flow.s.table.nr_buckets; i++)
		check_bucket(&flow.s.table.bucket[i], flow.s.table.slots);
}
