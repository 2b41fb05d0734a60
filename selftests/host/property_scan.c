// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the whole scanner against the model on random traces
 *
 * The table is large enough that nothing which still counts is ever evicted, so
 * that every record must come with the very event, or tick, where the model has
 * it, and say the same.
 */
#include "flow.h"
#include "model.h"

#define STEPS		320000
#define TRACES		80
#define MAX_TOOLS	9
#define SLOTS		128
#define MAX_SCANS	65536

static const char * const names[] = { "scan", "session", "third" };

static const char * const fields[] = {
	"parent", "exe", "session", "cgroup", "uid", "tool",
};

static const char * const tools[] = {
	"ping", "nping", "hping", "hping2", "hping3", "nc", "ncat", "netcat",
	"socat",
};

static struct test_random r;
static u64 argument[MODEL_ARGS];
static u16 heavy[MODEL_ARGS];	/* what each weighs in the event */
static u64 session_start[8];
static u32 scan_id[MAX_SCANS];	/* by the model's number */
static u64 step;

/* How lively a trace is; drawn anew for each. */
static struct {
	u32 parents;
	u32 exes;
	u32 sessions;
	u32 args;
	u32 args_each;
	u32 pause;
} scope;

static void print_rule(char *text, size_t size, u32 i)
{
	const struct model_rule *m = &model.rule[i];
	size_t len = 0;
	u32 n, some;

	len += snprintf(text, size, "%s enabled=%u count=%s distinct=%u events=%u window=%llu by=",
			names[i], m->enabled, m->span ? "span" : "args", m->distinct, m->events,
			m->window / SEC);
	for (n = some = 0; n < MODEL_FIELDS; n++)
		if (m->by >> n & 1)
			len += snprintf(text + len, size - len, "%s%s",
					some++ ? "," : "", fields[n]);
	len += snprintf(text + len, size - len, " tools=");
	for (n = some = 0; n < MAX_TOOLS; n++)
		if (m->tools >> n & 1)
			len += snprintf(text + len, size - len, "%s%s",
					some++ ? "," : "", tools[n]);
}

static void draw_thresholds(struct model_rule *m)
{
	m->distinct = 1 + test_below(&r, test_below(&r, 3) ? 12 : 40);
	if (m->span)
		m->distinct *= 1 + test_below(&r, 500);
	m->events = test_below(&r, 3) ? 1 : 1 + test_below(&r, 8);
	m->window = (1 + test_below(&r, 6)) * SEC;
}

static void change_rule(u32 i, bool new)
{
	struct model_rule *m = &model.rule[i];
	struct model_rule old = *m;
	char text[256];

	if (new || !test_below(&r, 4))
		m->span = !test_below(&r, 3);
	if (new || m->span != old.span || test_below(&r, 2))
		draw_thresholds(m);
	if (!new && !test_below(&r, 3))
		m->enabled = !m->enabled;
	if (new || !test_below(&r, 4)) {
		m->by = 1 + test_below(&r, 63);
		m->tools = test_below(&r, 2) ? 0x1ff : 1 + test_below(&r, 511);
	}
	print_rule(text, sizeof(text), i);
	flow_rules(text);
	if (!new && (m->by != old.by || m->tools != old.tools ||
		     m->span != old.span ||
		     (m->events + SLOTS - 1) / SLOTS != (old.events + SLOTS - 1) / SLOTS))
		model_clear(i);
}

static void begin_trace(u64 seed)
{
	char text[256];
	u32 i;

	test_seed(&r, seed);
	flow_start(4096, SLOTS);
	flow_rules("-scan\n-session\n-span");
	model_reset();
	model.nr_rules = 1 + test_below(&r, ARRAY_SIZE(names));
	for (i = 0; i < model.nr_rules; i++) {
		model.rule[i].enabled = true;
		change_rule(i, true);
	}
	if (test_below(&r, 2)) {	/* as built in */
		model.rule[0].by = BIT(MODEL_PARENT) | BIT(MODEL_EXE);
		model.rule[1].by = BIT(MODEL_SESSION);
		for (i = 0; i < min(model.nr_rules, 2U); i++) {
			model.rule[i].tools = 0x1ff;
			print_rule(text, sizeof(text), i);
			flow_rules(text);
		}
	}
	for (i = 0; i < MODEL_ARGS; i++) {
		argument[i] = test_next(&r);
		model.weight[i] = test_below(&r, 2) ? 1 :
				  1 + test_below(&r, test_below(&r, 4) ? 300 : 65535);
	}
	memset(session_start, 0, sizeof(session_start));
	memset(scan_id, 0, sizeof(scan_id));
	scope.parents = 1 + test_below(&r, 6);
	scope.exes = 1 + test_below(&r, 3);
	scope.sessions = 1 + test_below(&r, 3);
	scope.args = 4 + test_below(&r, MODEL_ARGS - 4);
	scope.args_each = 1 + test_below(&r, 6);
	scope.pause = test_below(&r, 4) ? 5 : 12;
}

/* Steps of a quarter second, so that edges are met, and one off them. */
static void pass_time(void)
{
	u32 kind = test_below(&r, 40);

	if (kind < scope.pause)
		flow.now += SEC / 4;
	else if (kind == 38)
		flow.now += test_below(&r, 3);
	else if (kind == 39)
		flow.now += test_below(&r, 4) * SEC;
}

static void draw_event(struct model_event *ev)
{
	u32 i, sid = test_below(&r, scope.sessions);

	memset(ev, 0, sizeof(*ev));
	if (!test_below(&r, 300))
		session_start[sid] = flow.now;
	ev->now = flow.now;
	ev->pid = flow.next_pid;
	ev->session_start = test_below(&r, 30) ? session_start[sid] : 0;
	ev->field[MODEL_PARENT] = test_below(&r, scope.parents);
	ev->field[MODEL_EXE] = test_below(&r, scope.exes);
	ev->field[MODEL_SESSION] = sid;
	ev->field[MODEL_CGROUP] = test_below(&r, 2);
	ev->field[MODEL_UID] = test_below(&r, 2);
	ev->field[MODEL_TOOL] = test_below(&r, test_below(&r, 2) ? 9 : 2);
	ev->nr_args = test_below(&r, 25) ? test_below(&r, 1 + scope.args_each) :
		      test_below(&r, scope.args);
	for (i = 0; i < ev->nr_args; i++)
		ev->arg[i] = test_below(&r, scope.args);
	ev->unread = !test_below(&r, 60);
	ev->excepted = test_below(&r, 8) ? 0 : test_below(&r, 8);
}

static void feed_event(const struct model_event *ev)
{
	u64 fp[MODEL_ARGS];
	u32 i;

	for (i = 0; i < ev->nr_args; i++)
		fp[i] = argument[ev->arg[i]];
	for (i = 0; i < ev->nr_args; i++)
		heavy[i] = model.weight[ev->arg[i]];
	flow.weight = heavy;
	flow.ev.excepted = ev->excepted;
	/* Parents differ in pid or in start alone. */
	flow.ev.from.parent_pid = 100 + ev->field[MODEL_PARENT] / 2;
	flow.ev.from.parent_start = 7 + ev->field[MODEL_PARENT] % 2;
	flow.ev.exe_ino = 9 + ev->field[MODEL_EXE] / 2;
	flow.ev.exe_dev = ev->field[MODEL_EXE] % 2;
	flow.ev.from.sid = 300 + ev->field[MODEL_SESSION];
	flow.ev.session_start = ev->session_start;
	flow.ev.cgroup = ev->field[MODEL_CGROUP];
	flow.ev.from.uid = ev->field[MODEL_UID];
	flow.ev.from.tool = ev->field[MODEL_TOOL];
	flow.ev.truncated = ev->unread && ev->pid % 2;
	flow.ev.read_fault = ev->unread && !flow.ev.truncated;
	flow_feed(fp, ev->nr_args);
}

static u32 rule_index(const struct netscan_record *n)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(n->rule, names[i]))
			return i;
	return U32_MAX;
}

static const struct netscan_record *find_record(const struct model_record *m)
{
	u32 i;

	for (i = 0; i < flow.nr; i++)
		if ((u32)flow.record[i].type == (u32)m->type &&
		    rule_index(&flow.record[i]) == m->rule &&
		    flow.record[i].from.pid == m->pid)
			return &flow.record[i];
	return NULL;
}

static void compare_record(const struct model_record *m, u32 at, bool ordered)
{
	const struct netscan_record *n = find_record(m);

	if (!n) {
		test_fail(__FILE__, __LINE__, "no type %u by %s, pid %u",
			  m->type, names[m->rule], m->pid);
		return;
	}
	if (ordered)
		EQUAL(n - flow.record, at);
	EQUAL(n->distinct, m->distinct);
	EQUAL(n->events, m->events);
	EQUAL(n->first, m->first);
	EQUAL(n->last, m->last);
	EQUAL(n->now, flow.now);
	EQUAL(n->evicted, 0);
	if (m->type == MODEL_ALERT)
		scan_id[m->scan % MAX_SCANS] = n->scan_id;
	CHECK(n->scan_id);
	EQUAL(n->scan_id, scan_id[m->scan % MAX_SCANS]);
}

static void compare(bool ordered)
{
	u32 i;

	EQUAL(flow.nr, model.nr);
	for (i = 0; i < model.nr; i++)
		compare_record(&model.record[i], i, ordered);
	EQUAL(STAT(COVERED), model.covered);
	EQUAL(STAT(EVICTED_ARMED) + STAT(EVICTED_COVERED) + STAT(EVICTED_OPEN),
	      0);
	flow_forget();
	model.nr = 0;
}

static void take_step(void)
{
	struct model_event ev;
	u32 kind = test_below(&r, 400);
	u64 deferred;
	bool done;

	pass_time();
	model.full = !test_below(&r, 25);
	flow.full = model.full;
	if (kind < 30) {
		deferred = STAT(DEFERRED);
		done = flow_tick();
		EQUAL(done, STAT(DEFERRED) == deferred);
		model_tick(flow.now);
		compare(false);
		return;
	}
	if (kind == 30 && !test_below(&r, 5)) {
		model.full = false;
		flow.full = false;
		change_rule(test_below(&r, model.nr_rules), false);
		compare(false);
		return;
	}
	if (kind == 31 && !test_below(&r, 3)) {
		flow_sweep();
		model_sweep(flow.now);
	}
	draw_event(&ev);
	feed_event(&ev);
	model_exec(&ev);
	compare(true);
}

static void random_traces(void)
{
	u64 seed, steps = test_scale(STEPS) / TRACES;

	for (seed = 1; seed <= TRACES && !test_failed(); seed++) {
		begin_trace(seed);
		for (step = 0; step < steps && !test_failed(); step++)
			take_step();
		flow_check();
		if (test_failed())
			printf("# seed %llu, step %llu, rules %u\n", seed,
			       step, model.nr_rules);
		flow_stop();
	}
}

static const struct test tests[] = {
	{ "320,000 events and ticks agree with the model", random_traces },
};

int main(void)
{
	return test_main("property_scan", tests, ARRAY_SIZE(tests));
}
