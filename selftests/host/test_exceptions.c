// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of exceptions as text: parse, refuse, print
 */
#include "exceptions.h"
#include "files.h"
#include "rules.h"
#include "test.h"
#include "tools.h"

static struct netscan_config cfg;
static const char *why;
static u64 hits[NETSCAN_MAX_EXCEPTIONS];

static void begin(void)
{
	memset(&cfg, 0, sizeof(cfg));
	EQUAL(netscan_tools_init(&cfg), 0);
	EQUAL(netscan_rules_init(&cfg, 128), 0);
}

static int parse(const char *text)
{
	char *buf = strdup(text);
	int err;

	why = NULL;
	err = netscan_exceptions_parse(&cfg, buf, &why);
	free(buf);
	return err;
}

static const char *print_config(const struct netscan_config *c)
{
	static char buf[131072];
	struct netscan_text t;

	netscan_text_init(&t, buf, sizeof(buf));
	netscan_exceptions_print(c, &t, hits);
	CHECK(!t.cut);
	return buf;
}

static const char *print(void)
{
	return print_config(&cfg);
}

/* What is printed gives the same exceptions in a configuration without any. */
static void check_round_trip(void)
{
	static struct netscan_config other;
	char *first = strdup(print()), *text = strdup(first);

	other = cfg;
	memset(&other.exceptions, 0, sizeof(other.exceptions));
	why = "";
	EQUAL(netscan_exceptions_parse(&other, text, &why), 0);
	EQUAL(other.exceptions.nr, cfg.exceptions.nr);
	EQUAL(other.exceptions.len, cfg.exceptions.len);
	TEXT_EQUAL(print_config(&other), first);
	free(first);
	free(text);
}

static void accept(const char *text, const char *expect)
{
	begin();
	EQUAL(parse(text), 0);
	TEXT_EQUAL(print(), expect);
}

static void refuse(const char *text, int err, const char *reason)
{
	int got;

	begin();
	got = parse(text);
	if (got != err || !why || !strstr(why, reason))
		test_fail(__FILE__, __LINE__, "'%s' gives %d (%s), not %d (%s)",
			  text, got, why ? why : "no reason", err, reason);
}

static void every_key(void)
{
	accept("a uid=0", "a uid=0 hits=0\n");
	accept("a uid=4294967294", "a uid=4294967294 hits=0\n");
	accept("a tool=nc", "a tool=nc hits=0\n");
	accept("a tool=socat,ping,nc,ping", "a tool=ping,nc,socat hits=0\n");
	accept("a exe=/bin/x", "a exe=\"/bin/x\" hits=0 found=0\n");
	accept("a parent_exe=/usr/sbin/n",
	       "a parent_exe=\"/usr/sbin/n\" hits=0 found=0\n");
	accept("a cgroup=/", "a cgroup=\"/\" hits=0\n");
	accept("a cgroup=/a.slice/b", "a cgroup=\"/a.slice/b\" hits=0\n");
	accept("a cgroup=/a.slice/", "a cgroup=\"/a.slice\" hits=0\n");
	accept("a args=*", "a args=\"*\" hits=0\n");
	accept("a uid=1 rule=scan", "a uid=1 rule=\"scan\" hits=0\n");
	accept("a rule=session args=\"ping -c 1 *\" cgroup=/c uid=7 tool=ping exe=/e parent_exe=/p",
	       "a parent_exe=\"/p\" exe=\"/e\" tool=ping uid=7 cgroup=\"/c\" args=\"ping -c 1 *\" rule=\"session\" hits=0 found=0\n");
	accept("a uid=1 hits=99 found=1", "a uid=1 hits=0\n");
	accept("a uid=1 hits=anything found=\"x y\"", "a uid=1 hits=0\n");
}

static void form(void)
{
	accept("", "");
	accept("\n \n# a comment uid=1\n\t# another\n", "");
	accept("  a\t uid=1 \n\nb  uid=\"2\"  ", "a uid=1 hits=0\nb uid=2 hits=0\n");
	accept("a uid=1\r\n", "a uid=1 hits=0\n");
	accept("a exe=\"/x y\"", "a exe=\"/x y\" hits=0 found=0\n");
	accept("a exe=\"/\\x41\\x20\\x22\\x5C\\xff\\x0a\"",
	       "a exe=\"/A \\x22\\x5c\\xff\\x0a\" hits=0 found=0\n");
	accept("a exe=\"/\xc3\xa0\"", "a exe=\"/\\xc3\\xa0\" hits=0 found=0\n");
	accept("a exe=/x=y", "a exe=\"/x=y\" hits=0 found=0\n");
	accept("a args=\"\\x41\\x20\\x2A\\x3f\\x22\\x5c\\xE4 ?*\"",
	       "a args=\"A\\x20\\x2a\\x3f\\x22\\x5c\\xe4 ?*\" hits=0\n");
	accept("a args=\"\xe4\t\"", "a args=\"\\xe4\\x09\" hits=0\n");
}

static void errors(void)
{
	refuse("a", -EINVAL, "needs");
	refuse("a rule=scan", -EINVAL, "needs");
	refuse("a hits=1 found=1", -EINVAL, "needs");
	refuse("a foo=1", -EINVAL, "unknown field");
	refuse("a UID=1", -EINVAL, "unknown field");
	refuse("a name=b uid=1", -EINVAL, "unknown field");
	refuse("a =1", -EINVAL, "unknown field");
	refuse("a uid", -EINVAL, "key=value");
	refuse("a uid=1 x", -EINVAL, "key=value");
	refuse("a uid=1 uid=1", -EINVAL, "twice");
	refuse("a uid=1 hits=1 hits=2", -EINVAL, "twice");
	refuse("a uid=", -EINVAL, "missing");
	refuse("a exe=\"\"", -EINVAL, "missing");
	refuse("a hits= uid=1", -EINVAL, "missing");
	refuse("a uid=-1", -EINVAL, "uid is");
	refuse("a uid=+1", -EINVAL, "uid is");
	refuse("a uid=root", -EINVAL, "uid is");
	refuse("a uid=1x", -EINVAL, "uid is");
	refuse("a uid=4294967295", -ERANGE, "uid is");
	refuse("a uid=4294967296", -ERANGE, "uid is");
	refuse("a uid=99999999999999999999", -ERANGE, "uid is");
	refuse("a tool=foo", -EINVAL, "tool is");
	refuse("a tool=all", -EINVAL, "tool is");
	refuse("a tool=nc.openbsd", -EINVAL, "tool is");
	refuse("a tool=busybox", -EINVAL, "tool is");
	refuse("a tool=nc,", -EINVAL, "tool is");
	refuse("a tool=,nc", -EINVAL, "tool is");
	refuse("a exe=ping", -EINVAL, "exe is");
	refuse("a exe=\"\\x00\"", -EINVAL, "exe is");
	refuse("a exe=\"/\\x00\"", -EINVAL, "exe is");
	refuse("a exe=\"/\\x\"", -EINVAL, "exe is");
	refuse("a exe=\"/\\x4\"", -EINVAL, "exe is");
	refuse("a exe=\"/\\x4g\"", -EINVAL, "exe is");
	refuse("a exe=\"/\\n\"", -EINVAL, "exe is");
	refuse("a parent_exe=./x", -EINVAL, "parent_exe is");
	refuse("a cgroup=system.slice", -EINVAL, "cgroup is");
	refuse("a cgroup=//", -EINVAL, "cgroup is");
	refuse("a cgroup=/a//b", -EINVAL, "cgroup is");
	refuse("a cgroup=/a//", -EINVAL, "cgroup is");
	refuse("a args=\"\\x00\"", -EINVAL, "args is");
	refuse("a args=\"\\y\"", -EINVAL, "args is");
	refuse("a args=\"a\\\"", -EINVAL, "args is");
	refuse("a uid=1 rule=nosuch", -EINVAL, "rule is");
	refuse("a exe=\"/x", -EINVAL, "quoted value");
	refuse("a exe=\"/x\"y", -EINVAL, "quoted value");
	refuse("a exe=\"/x\"uid=1", -EINVAL, "quoted value");
	refuse("a exe=/a\"b", -EINVAL, "is quoted");
	refuse("a exe=/a\\x20b", -EINVAL, "is quoted");
	refuse("a exe=/\xc3\xa4", -EINVAL, "is quoted");
	refuse("a exe=/\x7f", -EINVAL, "is quoted");
	refuse("-a", -EINVAL, "no such");
	refuse("-", -EINVAL, "no such");
	refuse("a uid=1\n-b", -EINVAL, "no such");
	refuse("1a uid=1", -EINVAL, "name");
	refuse("uid=1", -EINVAL, "name");
	refuse("\xe4 uid=1", -EINVAL, "name");
	refuse("a.b uid=1", -EINVAL, "name");
	refuse("a23456789012345678901234567890123 uid=1", -EINVAL, "name");
}

static void lengths(void)
{
	char line[2048], path[520], glob[160];

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[511] = '\0';
	snprintf(line, sizeof(line), "a exe=%s cgroup=%s/", path, path);
	begin();
	EQUAL(parse(line), 0);
	check_round_trip();
	path[511] = 'p';
	path[512] = '\0';
	snprintf(line, sizeof(line), "a exe=%s", path);
	refuse(line, -ERANGE, "exe is");
	snprintf(line, sizeof(line), "a cgroup=%s", path);
	refuse(line, -ERANGE, "cgroup is");

	memset(glob, 'g', sizeof(glob));
	glob[127] = '\0';
	snprintf(line, sizeof(line), "a args=%s", glob);
	begin();
	EQUAL(parse(line), 0);
	check_round_trip();
	glob[127] = 'g';
	glob[128] = '\0';
	snprintf(line, sizeof(line), "a args=%s", glob);
	refuse(line, -ERANGE, "args is");
	/* An escape counts as it is printed. */
	glob[124] = '\0';
	snprintf(line, sizeof(line), "a args=\"%s\xe4\"", glob);
	refuse(line, -ERANGE, "args is");
	snprintf(line, sizeof(line), "a args=\"%s\\x67\\x67\\x67\"", glob);
	begin();
	EQUAL(parse(line), 0);

	begin();
	EQUAL(parse("a234567890123456789012345678901 uid=1"), 0);
	refuse("a2345678901234567890123456789012 uid=1", -EINVAL, "name");
}

static void replace(void)
{
	begin();
	EQUAL(parse("a exe=/one uid=1 args=\"x *\"\nb cgroup=/c\n"), 0);
	EQUAL(parse("a exe=/a/longer/one"), 0);
	TEXT_EQUAL(print(),
		   "a exe=\"/a/longer/one\" uid=1 args=\"x *\" hits=0 found=0\n"
		   "b cgroup=\"/c\" hits=0\n");
	EQUAL(parse("a args=y exe=/1"), 0);
	EQUAL(parse("b rule=scan tool=nc"), 0);
	EQUAL(parse("b tool=ping rule=session"), 0);
	EQUAL(parse("a"), 0);
	TEXT_EQUAL(print(),
		   "a exe=\"/1\" uid=1 args=\"y\" hits=0 found=0\n"
		   "b tool=ping cgroup=\"/c\" rule=\"session\" hits=0\n");
	/* a, /1, y; b, /c, session; each with its NUL, behind one. */
	EQUAL(cfg.exceptions.len, 1 + 2 + 3 + 2 + 2 + 3 + 8);
	check_round_trip();
	EQUAL(parse("-a"), 0);
	TEXT_EQUAL(print(),
		   "b tool=ping cgroup=\"/c\" rule=\"session\" hits=0\n");
	EQUAL(parse("-b\nb uid=3"), 0);
	TEXT_EQUAL(print(), "b uid=3 hits=0\n");
	EQUAL(parse("-b"), 0);
	EQUAL(cfg.exceptions.nr, 0);
	EQUAL(cfg.exceptions.len, 1);
}

static struct netscan_file_id find_file(const char *path)
{
	struct netscan_file_id none = {}, id = { .dev = 7, .ino = path[1] };

	return strstr(path, "gone") ? none : id;
}

static void files(void)
{
	begin();
	EQUAL(parse("a exe=/x parent_exe=/y\nb exe=/x parent_exe=/gone\nc uid=1"), 0);
	files_look_up(&cfg, find_file);
	EQUAL(cfg.exceptions.one[0].exe.ino, 'x');
	EQUAL(cfg.exceptions.one[0].parent_exe.ino, 'y');
	EQUAL(cfg.exceptions.one[1].parent_exe.ino, 0);
	EQUAL(cfg.exceptions.one[2].exe.dev, 0);
	TEXT_EQUAL(print(),
		   "a parent_exe=\"/y\" exe=\"/x\" hits=0 found=1\n"
		   "b parent_exe=\"/gone\" exe=\"/x\" hits=0 found=0\n"
		   "c uid=1 hits=0\n");
	/* A path that is given anew is not known; the other one still is. */
	EQUAL(parse("a exe=/z"), 0);
	EQUAL(cfg.exceptions.one[0].exe.dev, 0);
	EQUAL(cfg.exceptions.one[0].parent_exe.ino, 'y');
	EQUAL(parse("a parent_exe=/gone"), 0);
	EQUAL(cfg.exceptions.one[0].parent_exe.dev, 0);
	files_look_up(&cfg, find_file);
	EQUAL(cfg.exceptions.one[0].exe.ino, 'z');
	EQUAL(cfg.exceptions.one[0].parent_exe.ino, 0);
}

/* Whoever writes back what was read takes nothing out of force meanwhile. */
static void same_file_stays_known(void)
{
	begin();
	EQUAL(parse("a exe=/x parent_exe=/y"), 0);
	files_look_up(&cfg, find_file);
	EQUAL(parse("a exe=/x parent_exe=\"/y\" uid=3"), 0);
	EQUAL(cfg.exceptions.one[0].exe.ino, 'x');
	EQUAL(cfg.exceptions.one[0].parent_exe.ino, 'y');
}

/* What was sought is found where it is still asked for, and there alone. */
static void sought_meanwhile(void)
{
	struct netscan_sought exe, parent, other;
	u32 at = 0;

	begin();
	CHECK(!netscan_exceptions_seek(&cfg, &at, &other));
	EQUAL(at, 0);
	EQUAL(parse("a exe=/x parent_exe=/x\nb uid=1\nc parent_exe=/z"), 0);
	CHECK(netscan_exceptions_seek(&cfg, &at, &exe));
	CHECK(netscan_exceptions_seek(&cfg, &at, &parent));
	CHECK(netscan_exceptions_seek(&cfg, &at, &other));
	TEXT_EQUAL(other.path, "/z");
	EQUAL(parse("-b"), 0);
	CHECK(netscan_exceptions_file(&cfg, &exe) == &cfg.exceptions.one[0].exe);
	CHECK(netscan_exceptions_file(&cfg, &parent) ==
	      &cfg.exceptions.one[0].parent_exe);
	CHECK(netscan_exceptions_file(&cfg, &other) ==
	      &cfg.exceptions.one[1].parent_exe);
	/* Another path, and another exception of that name. */
	EQUAL(parse("a exe=/y"), 0);
	CHECK(!netscan_exceptions_file(&cfg, &exe));
	CHECK(netscan_exceptions_file(&cfg, &parent));
	EQUAL(parse("-c\nc parent_exe=/z"), 0);
	CHECK(!netscan_exceptions_file(&cfg, &other));
	EQUAL(parse("-a\n-c"), 0);
	CHECK(!netscan_exceptions_file(&cfg, &parent));
}

static void slots(void)
{
	static struct netscan_config old;

	begin();
	old = cfg;
	EQUAL(parse("a uid=1\nb uid=2\nc uid=3"), 0);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 7);
	old = cfg;
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 0);
	/* A change keeps the slot and the counter. */
	EQUAL(parse("b uid=9 exe=/x"), 0);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 0);
	EQUAL(parse("-a"), 0);
	EQUAL(cfg.exceptions.one[0].slot, 1);
	EQUAL(cfg.exceptions.one[1].slot, 2);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 0);
	hits[0] = 5;
	hits[1] = 6;
	hits[2] = U64_MAX;
	TEXT_EQUAL(print(), "b exe=\"/x\" uid=9 hits=6 found=0\n"
			    "c uid=3 hits=18446744073709551615\n");
	EQUAL(parse("d uid=4\ne uid=5"), 0);
	EQUAL(cfg.exceptions.one[2].slot, 0);
	EQUAL(cfg.exceptions.one[3].slot, 3);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 9);
	/* Another one of the same name: events under the old one may count yet. */
	old = cfg;
	EQUAL(parse("-c\nc uid=3"), 0);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 16);
	/* By the next change they have ended. */
	old = cfg;
	EQUAL(parse("f uid=6"), 0);
	EQUAL(netscan_exceptions_new_slots(&old, &cfg), 4);
}

static void most(void)
{
	char line[64];
	u64 used = 0;
	u32 i;

	begin();
	for (i = 0; i < 64; i++) {
		snprintf(line, sizeof(line), "e%u uid=%u exe=/%u", i, i, i);
		EQUAL(parse(line), 0);
	}
	for (i = 0; i < 64; i++)
		used |= 1ULL << cfg.exceptions.one[i].slot;
	EQUAL(used, U64_MAX);
	EQUAL(parse("e64 uid=1"), -ERANGE);
	CHECK(why && strstr(why, "64"));
	/* It is of no more use after an error, but one can go and one come. */
	begin();
	for (i = 0; i < 64; i++) {
		snprintf(line, sizeof(line), "e%u uid=%u", i, i);
		EQUAL(parse(line), 0);
	}
	EQUAL(parse("-e63\ne64 uid=1"), 0);
	EQUAL(cfg.exceptions.one[63].slot, 63);
	EQUAL(parse("-e7"), 0);
	EQUAL(parse("-e8\ne8 uid=1\ne7 uid=1"), 0);
	EQUAL(cfg.exceptions.one[62].slot, 7);
	EQUAL(cfg.exceptions.one[63].slot, 8);
	EQUAL(parse("e20 uid=77"), 0);
	check_round_trip();
}

/* Text of exactly as many bytes as there are, and one more. */
static void pool(void)
{
	char line[2048], path[512];
	u32 i, left;

	begin();
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[500] = '\0';
	for (i = 0; i < 16; i++) {
		snprintf(line, sizeof(line), "e%c exe=%s", 'a' + i, path);
		EQUAL(parse(line), 0);
	}
	left = NETSCAN_EXCEPTION_TEXT - cfg.exceptions.len;
	CHECK(left > 4 && left < 500);
	path[left - 3 - 1] = '\0';
	snprintf(line, sizeof(line), "ez exe=%s", path);
	EQUAL(parse(line), 0);
	EQUAL(cfg.exceptions.len, NETSCAN_EXCEPTION_TEXT);
	check_round_trip();
	/* What is replaced makes room for what replaces it. */
	path[0] = '/';
	path[1] = 'q';
	snprintf(line, sizeof(line), "ez exe=%s", path);
	EQUAL(parse(line), 0);
	EQUAL(cfg.exceptions.len, NETSCAN_EXCEPTION_TEXT);
	path[left - 3 - 1] = 'p';
	path[left - 3] = '\0';
	snprintf(line, sizeof(line), "ez exe=%s", path);
	EQUAL(parse(line), -ERANGE);
	CHECK(why && strstr(why, "8191"));
}

static void named(void)
{
	begin();
	CHECK(!netscan_exceptions_name_rule(&cfg, "scan"));
	CHECK(!netscan_exceptions_name_tool(&cfg, 0));
	EQUAL(parse("a tool=ping,socat rule=scan\nb uid=1"), 0);
	CHECK(netscan_exceptions_name_rule(&cfg, "scan"));
	CHECK(!netscan_exceptions_name_rule(&cfg, "session"));
	CHECK(!netscan_exceptions_name_rule(&cfg, ""));
	CHECK(netscan_exceptions_name_tool(&cfg, 0));
	CHECK(!netscan_exceptions_name_tool(&cfg, 1));
	CHECK(netscan_exceptions_name_tool(&cfg, 8));
	EQUAL(parse("-a"), 0);
	CHECK(!netscan_exceptions_name_rule(&cfg, "scan"));
	CHECK(!netscan_exceptions_name_tool(&cfg, 8));
}

/* Lines at random, beside a table of what must be there. */
static void random_changes(void)
{
	static const char * const path[] = { "/a", "/bb/c", "/a/very/long/path" };
	u64 i, steps = test_scale(20000);
	char line[256], expect[8192];
	struct test_random r;
	int exe[8], cgroup[8];
	u32 n, k;

	begin();
	memset(exe, 0xff, sizeof(exe));
	test_seed(&r, 1);
	for (i = 0; i < steps && !test_failed(); i++) {
		n = test_below(&r, 8);
		if (exe[n] >= 0 && !test_below(&r, 3)) {
			snprintf(line, sizeof(line), "-n%u", n);
			exe[n] = -1;
		} else {
			exe[n] = test_below(&r, 3);
			cgroup[n] = test_below(&r, 3);
			snprintf(line, sizeof(line), "n%u cgroup=%s exe=%s", n,
				 path[cgroup[n]], path[exe[n]]);
		}
		EQUAL(parse(line), 0);
		for (n = 0, k = 0; n < 8; n++) {
			k += exe[n] >= 0;
			if (exe[n] < 0)
				continue;
			snprintf(expect, sizeof(expect),
				 "n%u exe=\"%s\" cgroup=\"%s\" ", n,
				 path[exe[n]], path[cgroup[n]]);
			CHECK(strstr(print(), expect));
		}
		EQUAL(cfg.exceptions.nr, k);
	}
	check_round_trip();
}

static const struct test tests[] = {
	{ "every key, as it is printed", every_key },
	{ "lines, quotes and escapes", form },
	{ "what is refused, and why", errors },
	{ "the longest values", lengths },
	{ "a line changes what it names", replace },
	{ "paths are found as files", files },
	{ "a file stays known when its path is written again", same_file_stays_known },
	{ "a file that was sought meanwhile", sought_meanwhile },
	{ "slots of hit counters", slots },
	{ "64 and no more", most },
	{ "text to the last byte", pool },
	{ "what an exception names", named },
	{ "random changes", random_changes },
};

int main(void)
{
	return test_main("test_exceptions", tests, ARRAY_SIZE(tests));
}
