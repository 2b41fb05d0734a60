// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of rules as text: parse, refuse, print
 */
#include "exceptions.h"
#include "rules.h"
#include "test.h"
#include "tools.h"

#define SLOTS	128

#define RULE(enabled, by, distinct, events, window, tools)		\
	"enabled=" enabled " by=" by " count=args distinct=" distinct	\
	" events=" events " window=" window " tools=" tools

#define BUILT_IN							\
	"scan enabled=1 by=parent,exe count=args distinct=100 events=1 " \
	"window=540 "							\
	"tools=ping,nping,hping,hping2,hping3,nc,ncat,netcat,socat\n"	\
	"session enabled=1 by=session count=args distinct=100 events=1 " \
	"window=540 tools=all\n"						\
	"span enabled=0 by=parent,exe count=span distinct=100 events=1 " \
	"window=540 tools=all\n"

static struct netscan_config cfg;
static const char *why;

static void begin(void)
{
	memset(&cfg, 0, sizeof(cfg));
	EQUAL(netscan_tools_init(&cfg), 0);
	EQUAL(netscan_rules_init(&cfg, SLOTS), 0);
}

static int parse(const char *text)
{
	char buf[NETSCAN_MAX_WRITE + 1];

	why = NULL;
	snprintf(buf, sizeof(buf), "%s", text);
	return netscan_rules_parse(&cfg, buf, &why);
}

static const char *print(void)
{
	static char buf[16384];
	struct netscan_text t;

	netscan_text_init(&t, buf, sizeof(buf));
	netscan_rules_print(&cfg, &t);
	CHECK(!t.cut);
	return buf;
}

/* A line is accepted and these rules are what comes of it. */
static void accept(const char *line, const char *expect)
{
	begin();
	EQUAL(parse(line), 0);
	TEXT_EQUAL(print(), expect);
}

static void refuse(const char *line, int err)
{
	int got;

	begin();
	got = parse(line);
	if (got != err || !why)
		test_fail(__FILE__, __LINE__, "'%s' gives %d (%s), not %d",
			  line, got, why ? why : "no reason", err);
}

static void built_in(void)
{
	begin();
	TEXT_EQUAL(print(), BUILT_IN);
	EQUAL(cfg.nr_rules, 3);
	EQUAL(cfg.slots, SLOTS);
	EQUAL(cfg.span_tools, 0);
	EQUAL(cfg.rule[0].tools, 0x1ff);
	EQUAL(cfg.rule[1].tools, U32_MAX);
	CHECK(cfg.rule[0].id && cfg.rule[1].id &&
	      cfg.rule[0].id != cfg.rule[1].id);
	/* Slots for less than the thresholds lower them. */
	memset(&cfg, 0, sizeof(cfg));
	netscan_tools_init(&cfg);
	EQUAL(netscan_rules_init(&cfg, 16), 0);
	EQUAL(cfg.rule[0].distinct, 16);
	EQUAL(cfg.rule[1].distinct, 16);
	EQUAL(cfg.rule[2].distinct, 100);
	EQUAL(parse("scan distinct=17"), -ERANGE);
}

static void one_field_at_a_time(void)
{
	static const struct {
		const char *line;
		const char *expect;
	} cases[] = {
		{ "one enabled=0",
		  RULE("0", "parent,exe", "100", "1", "540", "all") },
		{ "one by=uid",
		  RULE("1", "uid", "100", "1", "540", "all") },
		{ "one by=tool,uid,cgroup,session,exe,parent",
		  RULE("1", "parent,exe,session,cgroup,uid,tool", "100", "1", "540", "all") },
		{ "one by=uid,uid",
		  RULE("1", "uid", "100", "1", "540", "all") },
		{ "one count=args",
		  RULE("1", "parent,exe", "100", "1", "540", "all") },
		{ "one count=span distinct=1000000",
		  "enabled=1 by=parent,exe count=span distinct=1000000 "
		  "events=1 window=540 tools=all" },
		{ "one distinct=129 count=span",
		  "enabled=1 by=parent,exe count=span distinct=129 "
		  "events=1 window=540 tools=all" },
		{ "one distinct=1",
		  RULE("1", "parent,exe", "1", "1", "540", "all") },
		{ "one distinct=128",
		  RULE("1", "parent,exe", "128", "1", "540", "all") },
		{ "one events=2147483647",
		  RULE("1", "parent,exe", "100", "2147483647", "540", "all") },
		{ "one window=1",
		  RULE("1", "parent,exe", "100", "1", "1", "all") },
		{ "one window=86400",
		  RULE("1", "parent,exe", "100", "1", "86400", "all") },
		{ "one tools=socat,nc",
		  RULE("1", "parent,exe", "100", "1", "540", "nc,socat") },
		{ "one",
		  RULE("1", "parent,exe", "100", "1", "540", "all") },
	};
	char expect[512];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(expect, sizeof(expect), BUILT_IN "one %s\n",
			 cases[i].expect);
		accept(cases[i].line, expect);
	}
}

static void what_is_not_named_stays(void)
{
	struct netscan_rule old;

	begin();
	EQUAL(parse("scan distinct=50 window=60"), 0);
	EQUAL(cfg.rule[0].distinct, 50);
	EQUAL(cfg.rule[0].window, 60);
	EQUAL(cfg.rule[0].tools, 0x1ff);
	old = cfg.rule[0];
	EQUAL(parse("scan"), 0);
	CHECK(!memcmp(&old, &cfg.rule[0], sizeof(old)));
}

static void space_and_comments(void)
{
	accept("", BUILT_IN);
	accept("\n\n", BUILT_IN);
	accept("# scan distinct=1\n   # and this\n \t \n", BUILT_IN);
	accept("  scan \t distinct=100\t\n\tsession  window=540  ", BUILT_IN);
	accept("scan window=540\r\n", BUILT_IN);
}

static void removes(void)
{
	begin();
	EQUAL(parse("-scan"), 0);
	EQUAL(cfg.nr_rules, 2);
	TEXT_EQUAL(cfg.rule[0].name, "session");
	TEXT_EQUAL(cfg.rule[1].name, "span");
	EQUAL(cfg.rule[2].name[0], '\0');
	EQUAL(parse("-session\n-span\nnew distinct=3"), 0);
	EQUAL(cfg.nr_rules, 1);
	TEXT_EQUAL(cfg.rule[0].name, "new");
	refuse("-nothing", -EINVAL);
	refuse("-", -EINVAL);
	refuse("-scan distinct=3", -EINVAL);
	refuse("- scan", -EINVAL);
	refuse("-scan\n-scan", -EINVAL);
}

static int except(const char *text)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "%s", text);
	return netscan_exceptions_parse(&cfg, buf, &why);
}

/* A rule that an exception names stays until that is gone. */
static void removes_none_that_is_excepted(void)
{
	begin();
	EQUAL(except("one uid=3 rule=session\ntwo uid=4 rule=session\nthree uid=0"), 0);
	EQUAL(parse("-session"), -EINVAL);
	TEXT_EQUAL(why, "an exception names this rule");
	EQUAL(cfg.nr_rules, 3);
	/* Others go, and this one may change. */
	EQUAL(parse("-scan\nsession by=uid window=9"), 0);
	EQUAL(except("-two"), 0);
	EQUAL(parse("-session"), -EINVAL);
	EQUAL(except("-one\none uid=3 rule=span"), 0);
	EQUAL(parse("-session"), 0);
	EQUAL(parse("-span"), -EINVAL);
	TEXT_EQUAL(cfg.rule[0].name, "span");
}

static void sixteen_rules(void)
{
	char line[64];
	u32 i;

	begin();
	for (i = 3; i < 16; i++) {
		snprintf(line, sizeof(line), "r%u window=%u", i, i);
		EQUAL(parse(line), 0);
	}
	EQUAL(cfg.nr_rules, 16);
	EQUAL(parse("r16"), -ERANGE);
	CHECK(why);
	EQUAL(cfg.nr_rules, 16);
	EQUAL(parse("r15 window=7"), 0);
	EQUAL(parse("-scan\nr16"), 0);
	TEXT_EQUAL(cfg.rule[15].name, "r16");
	TEXT_EQUAL(cfg.rule[0].name, "session");
}

static void ids_follow_the_meaning(void)
{
	u32 id;

	begin();
	id = cfg.rule[0].id;
	EQUAL(parse("scan distinct=5 window=9 events=3 enabled=0 count=args"), 0);
	EQUAL(cfg.rule[0].id, id);
	EQUAL(parse("scan by=exe,parent "
		    "tools=socat,ping,nping,hping,hping2,hping3,nc,ncat,netcat"),
	      0);
	EQUAL(cfg.rule[0].id, id);
	CHECK(netscan_rules_by_id(&cfg, id) == &cfg.rule[0]);
	EQUAL(parse("scan by=exe"), 0);
	CHECK(cfg.rule[0].id > id);
	CHECK(!netscan_rules_by_id(&cfg, id));
	id = cfg.rule[0].id;
	EQUAL(parse("scan tools=ping"), 0);
	CHECK(cfg.rule[0].id > id);
	id = cfg.rule[0].id;
	EQUAL(parse("-scan\nscan by=exe tools=ping"), 0);
	CHECK(cfg.rule[2].id > id);
	CHECK(!netscan_rules_by_id(&cfg, id));
	CHECK(!netscan_rules_by_id(&cfg, 0));
	/* What is counted is part of what a rule means. */
	id = cfg.rule[2].id;
	EQUAL(parse("scan count=args"), 0);
	EQUAL(cfg.rule[2].id, id);
	EQUAL(parse("scan count=span"), 0);
	CHECK(cfg.rule[2].id > id);
	id = cfg.rule[2].id;
	EQUAL(parse("scan count=span distinct=5000"), 0);
	EQUAL(cfg.rule[2].id, id);
	EQUAL(parse("scan count=args distinct=5"), 0);
	CHECK(cfg.rule[2].id > id);
}

static void names(void)
{
	char line[64] = "a";

	begin();
	EQUAL(parse("A-b_9"), 0);
	memset(line + 1, 'x', 30);
	EQUAL(parse(line), 0);
	EQUAL(strlen(cfg.rule[4].name), 31);
	line[31] = 'x';
	refuse(line, -EINVAL);
	refuse("9a", -EINVAL);
	refuse("_a", -EINVAL);
	refuse("a.b", -EINVAL);
	refuse("a=1", -EINVAL);
	refuse("=", -EINVAL);
	refuse("a\"b", -EINVAL);
	refuse("distinct=5", -EINVAL);
}

/* A name goes into records as it is: no letter but ASCII's. */
static void names_are_ascii(void)
{
	char line[4] = "ab";
	u32 byte;

	for (byte = 128; byte < 256; byte++) {
		line[1] = byte;
		if (byte != 0xa0)
			refuse(line, -EINVAL);
		line[1] = 'b';
		line[0] = byte;
		if (byte != 0xa0)
			refuse(line, -EINVAL);
		line[0] = 'a';
	}
}

static void refuses(void)
{
	static const char * const invalid[] = {
		"scan x", "scan distinct", "scan =", "scan =5", "scan distinct=",
		"scan Distinct=5", "scan distinct=x", "scan distinct=5x",
		"scan distinct=+5", "scan distinct=-5", "scan distinct=0x5",
		"scan distinct=5=5", "scan distinct=5,6", "scan distinct=5.0",
		"scan distinct= 5", "scan by=", "scan by=parent,",
		"scan by=,parent", "scan by=pid", "scan by=parent;exe",
		"scan by=parents", "scan count=", "scan count=ranges",
		"scan tools=", "scan tools=ping,", "scan tools=,ping",
		"scan tools=nmap", "scan tools=ping,all", "scan tools=all,",
		"scan tools=ping4", "scan tools=busybox", "scan unknown=1",
		"scan enabled=yes", "scan enabled=", "new unknown=1",
		"scan window=540\nscan window=x", "scan window=60 window=60",
		"scan by=uid enabled=1 by=uid",
	};
	static const char * const range[] = {
		"scan distinct=0", "scan distinct=129",
		"scan distinct=4294967296", "scan distinct=4294967297",
		"scan distinct=99999999999999999999999999",
		"scan events=0", "scan events=2147483648",
		"scan events=4294967297", "scan window=0",
		"scan window=86401", "scan window=4294967356",
		"scan enabled=2",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(invalid); i++)
		refuse(invalid[i], -EINVAL);
	for (i = 0; i < ARRAY_SIZE(range); i++)
		refuse(range[i], -ERANGE);
}

/* A line with an error changes nothing of its rule. */
static void refused_line_changes_no_rule(void)
{
	begin();
	EQUAL(parse("scan distinct=5 window=0"), -ERANGE);
	TEXT_EQUAL(print(), BUILT_IN);
	EQUAL(parse("new distinct=5 window=0"), -ERANGE);
	TEXT_EQUAL(print(), BUILT_IN);
	EQUAL(cfg.nr_rules, 3);
}

static void prints_what_it_reads(void)
{
	char first[8192];
	u32 i;

	begin();
	EQUAL(parse("one by=uid,tool count=span distinct=700000 events=9 window=3 tools=nc\n"
		    "two enabled=0 by=cgroup\n-scan\nthree tools=all"), 0);
	snprintf(first, sizeof(first), "%s", print());
	EQUAL(parse(first), 0);
	TEXT_EQUAL(print(), first);
	/* On a clean slate, too. */
	begin();
	EQUAL(parse("-scan\n-session\n-span"), 0);
	TEXT_EQUAL(print(), "");
	EQUAL(parse(first), 0);
	TEXT_EQUAL(print(), first);
	for (i = 0; i < cfg.nr_rules; i++)
		CHECK(netscan_rules_by_id(&cfg, cfg.rule[i].id) ==
		      &cfg.rule[i]);
}

static void every_by(void)
{
	char line[64] = "x by=", *p = line + 5;
	struct netscan_text t;
	u32 by;

	begin();
	for (by = 1; by < 64; by++) {
		netscan_text_init(&t, p, sizeof(line) - 5);
		netscan_rules_print_by(by, &t);
		CHECK(t.len && !t.cut);
		EQUAL(parse(line), 0);
		EQUAL(cfg.rule[3].by, by);
	}
}

/* All 16 rules with every tool named fit into one write. */
static void the_longest_text(void)
{
	char line[256];
	u32 i;

	begin();
	EQUAL(parse("-scan\n-session\n-span"), 0);
	for (i = 0; i < 16; i++) {
		snprintf(line, sizeof(line),
			 "abcdefghijklmnopqrstuvwxyz_-%03u by=parent,exe,session,cgroup,uid,tool count=span distinct=1000000 events=2147483647 window=86400 tools=ping,nping,hping,hping2,hping3,nc,ncat,netcat,socat",
			 i);
		EQUAL(parse(line), 0);
	}
	CHECK(strlen(print()) < NETSCAN_MAX_WRITE);
}

/* A sum may be large, a number of arguments no more than a window holds. */
static void spans(void)
{
	begin();
	EQUAL(parse("scan distinct=129"), -ERANGE);
	EQUAL(parse("scan count=args distinct=129"), -ERANGE);
	EQUAL(parse("scan count=span distinct=0"), -ERANGE);
	EQUAL(parse("scan count=span distinct=1000001"), -ERANGE);
	EQUAL(parse("scan distinct=1000000"), -ERANGE);
	EQUAL(parse("new distinct=129 window=9"), -ERANGE);
	TEXT_EQUAL(print(), BUILT_IN);
	EQUAL(parse("scan count=span distinct=1000000"), 0);
	CHECK(cfg.rule[0].span);
	EQUAL(cfg.rule[0].distinct, 1000000);
	/* The threshold has to go down before the sum does. */
	EQUAL(parse("scan count=args"), -ERANGE);
	CHECK(cfg.rule[0].span);
	EQUAL(parse("scan distinct=1000000 count=args"), -ERANGE);
	EQUAL(parse("scan count=args distinct=128"), 0);
	CHECK(!cfg.rule[0].span);
	/* Whoever asks a rule asks it by name: the built-in one is no other. */
	EQUAL(parse("span distinct=200000 enabled=1"), 0);
	EQUAL(cfg.rule[2].distinct, 200000);
	EQUAL(parse("span count=arg"), -EINVAL);
	EQUAL(parse("span count=SPAN"), -EINVAL);
}

/* Arguments are weighed for tools that an enabled rule asks it for. */
static void tools_with_spans(void)
{
	begin();
	EQUAL(cfg.span_tools, 0);
	EQUAL(parse("span enabled=1"), 0);
	EQUAL(cfg.span_tools, U32_MAX);
	EQUAL(parse("span tools=ping,socat"), 0);
	EQUAL(cfg.span_tools, BIT(0) | BIT(8));
	EQUAL(parse("scan count=span tools=nping"), 0);
	EQUAL(cfg.span_tools, BIT(0) | BIT(1) | BIT(8));
	EQUAL(parse("-span"), 0);
	EQUAL(cfg.span_tools, BIT(1));
	EQUAL(parse("scan enabled=0"), 0);
	EQUAL(cfg.span_tools, 0);
	EQUAL(parse("scan enabled=1 count=args"), 0);
	EQUAL(cfg.span_tools, 0);
}

static const struct test tests[] = {
	{ "built-in rules", built_in },
	{ "one field at a time", one_field_at_a_time },
	{ "what is not named stays", what_is_not_named_stays },
	{ "space and comments", space_and_comments },
	{ "removal", removes },
	{ "none that an exception names", removes_none_that_is_excepted },
	{ "sixteen rules", sixteen_rules },
	{ "ids follow the meaning", ids_follow_the_meaning },
	{ "sums and numbers of arguments", spans },
	{ "tools with spans", tools_with_spans },
	{ "names", names },
	{ "names are ASCII", names_are_ascii },
	{ "refusals, EINVAL and ERANGE", refuses },
	{ "a refused line changes no rule", refused_line_changes_no_rule },
	{ "what is printed can be parsed", prints_what_it_reads },
	{ "every by", every_by },
	{ "the longest text", the_longest_text },
};

int main(void)
{
	return test_main("rules", tests, ARRAY_SIZE(tests));
}
