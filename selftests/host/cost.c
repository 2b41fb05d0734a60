// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what the pure files cost, in instructions
 *
 * Design: each work is a function that does it N times; cost.sh runs the
 * program under callgrind, reads there how many instructions each function
 * took with all that it called, and compares that with the bounds that
 * `cost list` prints. What is wanted is often the difference of two works. The
 * pure files are compiled much as the kernel compiles them, and the shim does
 * without its checks.
 *
 * The bounds are for gcc 12 on x86-64, two percent above what it gives, so
 * that a change that costs is seen by who makes it.
 */
#include "applet.h"
#include "exceptions.h"
#include "flow.h"
#include "key.h"

#define N		1000
#define USER_ADDR	0x7ffd00000000UL
#define FEW		4
#define MANY		36
#define HOSTILE_ARGS	(NETSCAN_HEAD_ARGS + NETSCAN_TAIL_ARGS)

/**
 * struct work - something that is measured
 * @name: of the function, cost_@name
 * @prepare: called before it, not counted; may be NULL
 * @run: does it N times
 */
struct work {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
};

/**
 * struct bound - what something may cost
 * @what: it, for people
 * @of: the work
 * @less: another whose instructions are taken off; may be empty
 * @per: how often @of does what is bounded, more often than @less does
 * @most: instructions
 */
struct bound {
	const char *what;
	const char *of;
	const char *less;
	u32 per;
	u32 most;
};

static struct netscan_args args;
static char argv[NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL];
static size_t argv_len;
static u64 fps[N];
static volatile u64 sink;

/* An argv of @nr different arguments of 16 bytes, behind the tool's name. */
static void make_argv(u32 nr, const char *fmt)
{
	u32 i;

	argv_len = 0;
	for (i = 0; i < nr; i++)
		argv_len += snprintf(argv + argv_len, sizeof(argv) - argv_len,
				     fmt, i) + 1;
	shim_user_set(USER_ADDR, argv, argv_len);
}

/* One exec, as the probe goes through it. */
static void exec_once(void)
{
	struct netscan_event ev = flow.ev;
	u32 nr;

	netscan_args_begin(&args, USER_ADDR, USER_ADDR + argv_len, U32_MAX);
	ev.now = flow.now++;
	ev.from.pid = flow.next_pid++;
	ev.tools = BIT(ev.from.tool);
	ev.text_len = args.text_len;
	args.weigh = flow.cfg.span_tools & ev.tools;
	ev.weight = args.weigh ? args.weight : NULL;
	do {
		nr = netscan_args_next(&args, &flow.s.key);
		ev.truncated = args.truncated;
		ev.text = args.text;
		netscan_scan_feed(&flow.s, &flow.cfg, &ev, args.fp, nr,
				  args.done);
	} while (!args.done);
}

static void read_argv(void)
{
	netscan_args_begin(&args, USER_ADDR, USER_ADDR + argv_len, U32_MAX);
	do
		sink += netscan_args_next(&args, &flow.s.key);
	while (!args.done);
}

static void start(void)
{
	flow_start(NETSCAN_DEF_GROUPS, NETSCAN_DEF_SLOTS);
}

static void prepare_few(void)
{
	start();
	make_argv(FEW, "argument-%07u");
	exec_once();
}

static void prepare_many(void)
{
	start();
	make_argv(MANY, "argument-%07u");
	exec_once();
}

static void cost_exec_few(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		exec_once();
}

static void cost_exec_many(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		exec_once();
}

static void cost_read_few(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		read_argv();
}

static void cost_read_many(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		read_argv();
}

/* Fingerprints, all of them new, from execs of one argument. */
static void prepare_new(void)
{
	struct test_random r;
	u32 i;

	start();
	test_seed(&r, 2);
	for (i = 0; i < N; i++)
		fps[i] = test_next(&r);
	for (i = 0; i < NETSCAN_DEF_SLOTS; i++)
		flow_feed(fps + i, 1);
}

static void cost_feed_known(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.now++;
		flow_feed(fps + NETSCAN_DEF_SLOTS - 1, 1);
	}
}

/* The windows are full, so that each pushes one out. */
static void cost_feed_new(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.now++;
		flow_feed(fps + i, 1);
	}
}

/* Known arguments, and the same in an order that is never that of the exec before. */
static void prepare_order(void)
{
	struct test_random r;
	u32 i;

	start();
	test_seed(&r, 3);
	for (i = 0; i < NETSCAN_ARGV_BATCH; i++) {
		fps[i] = test_next(&r);
		fps[2 * NETSCAN_ARGV_BATCH - 1 - i] = fps[i];
	}
	flow_feed(fps, NETSCAN_ARGV_BATCH);
}

static void cost_feed_one(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.now++;
		flow_feed(fps, 1);
	}
}

static void cost_feed_in_order(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.now++;
		flow_feed(fps, NETSCAN_ARGV_BATCH);
	}
}

static void cost_feed_reversed(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.now++;
		flow_feed(fps + (i % 2 ? 0 : NETSCAN_ARGV_BATCH),
			  NETSCAN_ARGV_BATCH);
	}
}

/* What most sweeps look like: one argument comes twice, one is new each time. */
static void set_target(u32 i)
{
	static const char command[] = "ping\0-c\0001\0-W\0001\00010.0.0.000";

	argv_len = sizeof(command);
	memcpy(argv, command, argv_len);
	argv[argv_len - 2] += i % 10;
	argv[argv_len - 3] += i / 10 % 10;
	argv[argv_len - 4] += i / 100;
	shim_user_set(USER_ADDR, argv, argv_len);
}

static void cost_targets(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		set_target(i);
}

static void cost_sweep(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		set_target(i);
		exec_once();
	}
}

/* One bucket, all its groups and entries in use, by as many users or by one. */
static void fill_bucket(bool users)
{
	u32 i;

	flow_start(NETSCAN_BUCKET_GROUPS, NETSCAN_DEF_SLOTS);
	flow_rules("-session");
	make_argv(NETSCAN_DEF_SLOTS * NETSCAN_BUCKET_WINDOWS /
		  NETSCAN_BUCKET_GROUPS, "argument-%07u");
	for (i = 0; i < NETSCAN_BUCKET_GROUPS; i++) {
		flow.ev.from.parent_pid = 1000 + i;
		flow.ev.from.account = users ? i : 0;
		exec_once();
	}
	flow.ev.from.account = 0;
	make_argv(FEW, "argument-%07u");
}

static void prepare_full(void)
{
	fill_bucket(false);
}

static void prepare_full_users(void)
{
	fill_bucket(true);
}

static void cost_lookup(void)
{
	struct netscan_bucket *b = flow.s.table.bucket;
	u32 i;

	for (i = 0; i < N; i++)
		sink += !netscan_table_find(b, b->group[i % 64].key);
}

static void run_evict(void)
{
	u32 i;

	for (i = 0; i < N; i++) {
		flow.ev.from.parent_pid = 2000 + i;
		exec_once();
	}
}

static void cost_evict(void)
{
	run_evict();
}

static void cost_evict_users(void)
{
	run_evict();
}

/* As many rules as there can be, all for the event's tool. */
static void prepare_rules(void)
{
	char text[32];
	u32 i;

	start();
	flow_rules("-session");
	for (i = flow.cfg.nr_rules; i < NETSCAN_MAX_RULES; i++) {
		snprintf(text, sizeof(text), "r%u tools=all", i);
		flow_rules(text);
	}
	make_argv(FEW, "argument-%07u");
	exec_once();
}

static void cost_exec_rules(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		exec_once();
}

static void prepare_names(void)
{
	start();
}

static void cost_no_tool(void)
{
	static const char comm[16] = "systemd-udevd";
	enum netscan_match match;
	int runner = NETSCAN_NO_TOOL;
	u32 i, all;

	for (i = 0; i < N; i++)
		sink += netscan_tools_match(&flow.cfg.tools,
					    "/usr/lib/systemd/systemd-udevd",
					    comm, comm, 13, &match, &all,
					    &runner);
}

static void cost_tool(void)
{
	static const char comm[16] = "ping";
	enum netscan_match match;
	int runner = NETSCAN_NO_TOOL;
	u32 i, all;

	for (i = 0; i < N; i++)
		sink += netscan_tools_match(&flow.cfg.tools, "/usr/bin/ping",
					    comm, comm, 4, &match, &all,
					    &runner);
}

/* As many as there can be, none of which is for the event. */
static void prepare_exceptions(void)
{
	char text[64];
	const char *why;
	u32 i;

	start();
	for (i = 0; i < NETSCAN_MAX_EXCEPTIONS; i++) {
		snprintf(text, sizeof(text), "e%u tool=ping uid=%u", i, i);
		if (netscan_exceptions_parse(&flow.cfg, text, &why))
			shim_die("%s", why);
	}
}

static void cost_exceptions(void)
{
	const struct netscan_subject s = {
		.tools = 1,
		.uid = 1000,
		.text = "ping",
		.text_len = 5,
	};
	u64 slots;
	u32 i;

	for (i = 0; i < N; i++)
		sink += netscan_exceptions_match(&flow.cfg, &s, &slots);
}

/*
 * The most that one exec can be: all that is read of argv, each one new, where
 * there is no room for any.
 */
static void prepare_hostile(void)
{
	fill_bucket(true);
	flow.ev.from.parent_pid = 2000;
	make_argv(HOSTILE_ARGS, "%u");
}

static void prepare_hostile_bytes(void)
{
	fill_bucket(true);
	argv_len = sizeof(argv);
	memset(argv, 'x', argv_len);
	argv[argv_len - 1] = '\0';
	shim_user_set(USER_ADDR, argv, argv_len);
}

static void cost_hostile_args(void)
{
	exec_once();
}

static void cost_hostile_bytes(void)
{
	exec_once();
}

/* Which tool a multi-call binary is called as, as the probe asks. */
static void look_at_argv(void)
{
	struct netscan_applet ap;
	size_t used;

	netscan_args_begin(&args, USER_ADDR, USER_ADDR + argv_len, U32_MAX);
	netscan_applet_begin(&ap, NETSCAN_ASK_ARGV);
	while (netscan_applet_look(&flow.cfg.tools, &ap,
				   (const char *)args.buf, args.have,
				   &used) == NETSCAN_ASK_ARGV &&
	       netscan_args_read_on(&args, used))
		;
}

/* Busybox as a shell: what most execs are on a host that has nothing else. */
static void prepare_applet(void)
{
	static const char command[] = "sh\0-c\0x";

	start();
	argv_len = sizeof(command);
	memcpy(argv, command, argv_len);
	shim_user_set(USER_ADDR, argv, argv_len);
}

static void cost_applet(void)
{
	u32 i;

	for (i = 0; i < N; i++)
		look_at_argv();
}

/* Arguments, or bytes of them, that might all be followed by an applet. */
static void prepare_applets(void)
{
	start();
	for (argv_len = 0; argv_len < sizeof(argv); argv_len += 8)
		memcpy(argv + argv_len, "nsenter", 8);
	shim_user_set(USER_ADDR, argv, argv_len);
}

static void prepare_options(void)
{
	start();
	argv_len = sizeof(argv);
	memset(argv, 'x', argv_len);
	memcpy(argv, "timeout", 8);
	for (argv_len = 8; argv_len + 1000 < sizeof(argv); argv_len += 1000) {
		argv[argv_len] = '-';
		argv[argv_len + 999] = '\0';
	}
	shim_user_set(USER_ADDR, argv, argv_len);
}

static void cost_applets(void)
{
	look_at_argv();
}

static void cost_options(void)
{
	look_at_argv();
}

#define WORK(of, prepared) { #of, prepared, cost_##of }

static const struct work works[] = {
	WORK(exec_few, prepare_few),
	WORK(exec_many, prepare_many),
	WORK(read_few, prepare_few),
	WORK(read_many, prepare_many),
	WORK(feed_new, prepare_new),
	WORK(feed_known, prepare_new),
	WORK(feed_one, prepare_order),
	WORK(feed_in_order, prepare_order),
	WORK(feed_reversed, prepare_order),
	WORK(targets, start),
	WORK(sweep, start),
	WORK(lookup, prepare_full),
	WORK(evict, prepare_full),
	WORK(evict_users, prepare_full_users),
	WORK(exec_rules, prepare_rules),
	WORK(no_tool, prepare_names),
	WORK(tool, prepare_names),
	WORK(exceptions, prepare_exceptions),
	WORK(applet, prepare_applet),
	WORK(applets, prepare_applets),
	WORK(options, prepare_options),
	WORK(hostile_args, prepare_hostile),
	WORK(hostile_bytes, prepare_hostile_bytes),
};

static const struct bound bounds[] = {
	{ "an exec with 4 arguments of 16 bytes, two rules",
	  "exec_few", "", N, 1560 },
	{ "an argument of 16 bytes more, two rules", "exec_many", "exec_few",
	  N * (MANY - FEW), 104 },
	{ "reading and hashing an argument of 16 bytes", "read_many", "read_few",
	  N * (MANY - FEW), 63 },
	{ "a rule more, 4 arguments", "exec_rules", "exec_few",
	  N * (NETSCAN_MAX_RULES - 2), 442 },
	{ "a new argument in place of a known one, two full windows",
	  "feed_new", "feed_known", N, 225 },
	{ "a known argument more, in the order of the exec before",
	  "feed_in_order", "feed_one", N * (NETSCAN_ARGV_BATCH - 1), 41 },
	{ "the same, in another order", "feed_reversed", "feed_one",
	  N * (NETSCAN_ARGV_BATCH - 1), 139 },
	{ "an exec of a sweep, ping -c 1 -W 1 and a new target, two rules",
	  "sweep", "targets", N, 2154 },
	{ "finding a group in a full bucket", "lookup", "", N, 29 },
	{ "evicting a group, one user", "evict", "", N, 11200 },
	{ "evicting a group, 64 users", "evict_users", "", N, 16860 },
	{ "two names, of no tool", "no_tool", "", N, 140 },
	{ "two names, of a tool", "tool", "", N, 198 },
	{ "64 exceptions, none for the event", "exceptions", "", N, 760 },
	{ "the applet of a multi-call binary, no tool", "applet", "", N, 610 },
	{ "the most arguments that may be followed by an applet", "applets", "",
	  1, 257500 },
	{ "the most bytes of options before one", "options", "", 1, 350000 },
	{ "the most arguments that are read, all new", "hostile_args", "", 1,
	  1155000 },
	{ "the most bytes that are read, one argument", "hostile_bytes", "", 1,
	  24800 },
};

static void print_bounds(void)
{
	const struct bound *b;

	for (b = bounds; b < bounds + ARRAY_SIZE(bounds); b++)
		printf("cost_%s\t%s%s\t%u\t%u\t%s\n", b->of,
		       *b->less ? "cost_" : "-", b->less, b->per, b->most,
		       b->what);
}

int main(int argc, char **argv)
{
	const struct work *w;

	if (argc > 1 && !strcmp(argv[1], "list")) {
		print_bounds();
		return 0;
	}
	for (w = works; w < works + ARRAY_SIZE(works); w++) {
		if (w->prepare)
			w->prepare();
		w->run();
		flow_stop();
	}
	return test_failed();
}
