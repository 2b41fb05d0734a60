// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of which exec events exceptions match
 */
#include "exceptions.h"
#include "files.h"
#include "rules.h"
#include "test.h"
#include "tools.h"

#define ARGV(literal)	.text = literal, .text_len = sizeof(literal)

#define PING	BIT(0)
#define NC	BIT(5)
#define SOCAT	BIT(8)

static struct netscan_config cfg;
static u64 slots;
static u32 asked;

static struct netscan_file_id find_file(const char *path)
{
	struct netscan_file_id none = {}, id = { .dev = 3, .ino = path[1] };

	return strcmp(path, "/unknown") ? id : none;
}

static void begin(const char *text)
{
	char *buf = strdup(text);
	const char *why = "";

	memset(&cfg, 0, sizeof(cfg));
	EQUAL(netscan_tools_init(&cfg), 0);
	EQUAL(netscan_rules_init(&cfg, 128), 0);
	if (netscan_exceptions_parse(&cfg, buf, &why))
		test_fail(__FILE__, __LINE__, "%s: %s", text, why);
	files_look_up(&cfg, find_file);
	free(buf);
}

/* All tasks are in /a.slice/b. */
static bool in_cgroup(const struct netscan_subject *s, const char *path,
		      size_t len)
{
	EQUAL(len, strlen(path));
	asked++;
	return !strcmp(path, "/") || !strcmp(path, "/a.slice") ||
	       !strcmp(path, "/a.slice/b");
}

static u32 match(const struct netscan_subject *s)
{
	u32 rules = netscan_exceptions_match(&cfg, s, &slots);

	CHECK(!rules == !slots);
	return rules;
}

/* Is this an event of which an exception of this line says so? */
static bool excepts(const char *line, const struct netscan_subject *s)
{
	begin(line);
	return match(s);
}

static const struct netscan_subject event = {
	.exe = { 3, 'e' },
	.parent_exe = { 3, 'p' },
	.tools = NC,
	.uid = 1000,
	ARGV("nc\0-z\0host a\0"),
	.in_cgroup = in_cgroup,
};

static void none(void)
{
	slots = 1;
	begin("");
	EQUAL(match(&event), 0);
	EQUAL(slots, 0);
	EQUAL(asked, 0);
}

static void by_file(void)
{
	struct netscan_subject s = event;

	CHECK(excepts("a exe=/e", &s));
	CHECK(!excepts("a exe=/p", &s));
	CHECK(excepts("a parent_exe=/p", &s));
	CHECK(!excepts("a parent_exe=/e", &s));
	CHECK(excepts("a parent_exe=/p exe=/e", &s));
	CHECK(!excepts("a parent_exe=/p exe=/x", &s));
	CHECK(!excepts("a parent_exe=/x exe=/e", &s));
	s.exe.dev = 4;
	CHECK(!excepts("a exe=/e", &s));
	/* Two files that nobody knows are not the same. */
	memset(&s.exe, 0, sizeof(s.exe));
	CHECK(!excepts("a exe=/e", &s));
	CHECK(!excepts("a exe=/unknown", &s));
	memset(&s.parent_exe, 0, sizeof(s.parent_exe));
	CHECK(!excepts("a parent_exe=/unknown", &s));
}

static void by_uid(void)
{
	struct netscan_subject s = event;

	CHECK(excepts("a uid=1000", &s));
	CHECK(!excepts("a uid=1001", &s));
	CHECK(!excepts("a uid=0", &s));
	s.uid = 0;
	CHECK(excepts("a uid=0", &s));
	CHECK(!excepts("a uid=1000", &s));
}

static void by_tool(void)
{
	struct netscan_subject s = event;

	CHECK(excepts("a tool=nc", &s));
	CHECK(excepts("a tool=ping,nc", &s));
	CHECK(!excepts("a tool=ping", &s));
	s.tools = NC | PING;
	CHECK(!excepts("a tool=nc", &s));
	CHECK(!excepts("a tool=ping", &s));
	CHECK(excepts("a tool=ping,nc", &s));
	CHECK(excepts("a tool=ping,nc,socat", &s));
	s.tools |= SOCAT;
	CHECK(!excepts("a tool=ping,nc", &s));
	s.tools = 0;
	CHECK(!excepts("a tool=ping,nc", &s));
}

static void by_cgroup(void)
{
	struct netscan_subject s = event;

	CHECK(excepts("a cgroup=/", &s));
	CHECK(excepts("a cgroup=/a.slice/", &s));
	CHECK(!excepts("a cgroup=/a.slice/b/c", &s));
	asked = 0;
	CHECK(!excepts("a cgroup=/a.slice uid=1", &s));
	CHECK(!excepts("a cgroup=/a.slice tool=ping", &s));
	CHECK(!excepts("a cgroup=/a.slice exe=/x", &s));
	EQUAL(asked, 0);
	s.in_cgroup = NULL;
	CHECK(!excepts("a cgroup=/", &s));
}

static void by_args(void)
{
	struct netscan_subject s = event;

	CHECK(excepts("a args=*", &s));
	CHECK(excepts("a args=\"nc -z host\\x20a \"", &s));
	CHECK(excepts("a args=\"nc -? h*\"", &s));
	CHECK(!excepts("a args=\"nc -z host a \"", &s));
	CHECK(!excepts("a args=\"nc -z host\\x20a\"", &s));
	CHECK(!excepts("a args=nc", &s));
	/* The NUL of the last argument is none of the joined line's. */
	s.text = "nc\0-z";
	s.text_len = 6;
	CHECK(excepts("a args=\"nc -z\"", &s));
	CHECK(!excepts("a args=\"nc -z \"", &s));
	s.text_len = 5;
	CHECK(excepts("a args=\"nc -z\"", &s));
	s.text_len = 4;
	CHECK(excepts("a args=\"nc -\"", &s));
	s.text_len = 0;
	CHECK(!excepts("a args=?", &s));
	CHECK(excepts("a args=*", &s));
}

static void cut_args(void)
{
	struct netscan_subject s = event;

	s.text_cut = true;
	CHECK(excepts("a args=\"nc -z *\"", &s));
	CHECK(excepts("a args=*", &s));
	CHECK(excepts("a args=\"*host*\"", &s));
	CHECK(!excepts("a args=\"*other*\"", &s));
	CHECK(!excepts("a args=\"nc -z host\\x20a \"", &s));
	CHECK(!excepts("a args=\"*a \"", &s));
	CHECK(!excepts("a args=\"nc -z host\\x20a ?\"", &s));
	/* A star that is one. */
	s.text = "nc\0*";
	s.text_len = 4;
	CHECK(!excepts("a args=\"nc \\x2a\"", &s));
	CHECK(!excepts("a args=\"*\\x2a\"", &s));
	CHECK(excepts("a args=\"nc \\x2a*\"", &s));
	s.text_cut = false;
	CHECK(excepts("a args=\"nc \\x2a\"", &s));
	/* A NUL that ends an argument may be the last byte there was room for. */
	s.text_cut = true;
	s.text = "nc\0-z";
	s.text_len = 6;
	CHECK(excepts("a args=\"nc -z *\"", &s));
	CHECK(!excepts("a args=\"nc -z\"", &s));
}

static void all_at_once(void)
{
	const char *line = "a exe=/e parent_exe=/p tool=nc uid=1000 "
			   "cgroup=/a.slice args=\"nc -z *\" rule=session";
	struct netscan_subject s = event;

	EQUAL(excepts(line, &s), 1);
	EQUAL(match(&s), BIT(1));
	s.exe.ino++;
	EQUAL(match(&s), 0);
	s = event;
	s.parent_exe.dev++;
	EQUAL(match(&s), 0);
	s = event;
	s.tools = PING;
	EQUAL(match(&s), 0);
	s = event;
	s.uid++;
	EQUAL(match(&s), 0);
	s = event;
	s.in_cgroup = NULL;
	EQUAL(match(&s), 0);
	s = event;
	s.text_len -= 12;
	EQUAL(match(&s), 0);
	s = event;
	EQUAL(match(&s), BIT(1));
}

static void rules(void)
{
	char more[] = "third by=uid";
	char gone[] = "-scan";
	char drop[] = "-a";
	char kept[] = "-session";
	const char *why;

	begin("a uid=1000 rule=scan\nb uid=0\nc tool=nc rule=session\nd exe=/e");
	EQUAL(match(&event), U32_MAX);
	EQUAL(slots, 1 | 4 | 8);
	begin("a uid=1000 rule=scan\nb uid=0\nc tool=nc rule=session");
	EQUAL(match(&event), BIT(0) | BIT(1));
	begin("a uid=0 rule=scan\nb tool=nc rule=session");
	EQUAL(match(&event), BIT(1));
	EQUAL(slots, 2);
	/* A rule that one names stays. */
	EQUAL(netscan_rules_parse(&cfg, kept, &why), -EINVAL);
	/* It goes by the name: another rule's going does not shift it. */
	EQUAL(netscan_rules_parse(&cfg, more, &why), 0);
	EQUAL(netscan_exceptions_parse(&cfg, drop, &why), 0);
	EQUAL(netscan_rules_parse(&cfg, gone, &why), 0);
	EQUAL(match(&event), BIT(0));
	TEXT_EQUAL(cfg.rule[0].name, "session");
}

static void last_slot(void)
{
	char text[8192] = "", line[32];
	u32 i;

	for (i = 0; i < 64; i++) {
		snprintf(line, sizeof(line), "e%u uid=%u rule=scan\n", i,
			 937 + i);
		strcat(text, line);
	}
	begin(text);
	EQUAL(match(&event), BIT(0));
	EQUAL(slots, 1ULL << 63);
}

/* Globs that cost the most take a known number of steps, then none matches. */
static void steps(void)
{
	char text[16384] = "", line[128], argv[512];
	struct netscan_subject s = event;
	bool gave_up = false;
	u32 i;

	memset(argv, 'a', sizeof(argv));
	s.text = argv;
	s.text_len = sizeof(argv);
	s.gave_up = &gave_up;
	/* A plain search through all of the text, 64 times. */
	for (i = 0; i < 63; i++) {
		snprintf(line, sizeof(line), "e%u args=*/%u*\n", i, i);
		strcat(text, line);
	}
	strcat(text, "last args=\"*aaa\"");
	begin(text);
	EQUAL(match(&s), U32_MAX);
	EQUAL(slots, 1ULL << 63);
	CHECK(!gave_up);
	text[0] = '\0';
	for (i = 0; i < 4; i++) {
		snprintf(line, sizeof(line), "e%u args=*%.*sb*\n", i, 100, argv);
		strcat(text, line);
	}
	strcat(text, "last args=a*\nuid uid=1000");
	begin(text);
	EQUAL(match(&s), U32_MAX);
	EQUAL(slots, BIT(5));
	CHECK(gave_up);
	s.gave_up = NULL;
	EQUAL(match(&s), U32_MAX);
}

static const struct test tests[] = {
	{ "no exceptions", none },
	{ "by executable and parent's", by_file },
	{ "by uid", by_uid },
	{ "by tool, all of them", by_tool },
	{ "by cgroup, asked last", by_cgroup },
	{ "by command line", by_args },
	{ "by the beginning of a command line", cut_args },
	{ "all that is set must match", all_at_once },
	{ "for one rule or for all", rules },
	{ "the last slot", last_slot },
	{ "a bound on the steps of globs", steps },
};

int main(void)
{
	return test_main("test_excepted", tests, ARRAY_SIZE(tests));
}
