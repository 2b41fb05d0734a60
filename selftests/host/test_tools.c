// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of tool identity: names, signs, build-ids, text
 */
#include "exceptions.h"
#include "rules.h"
#include "test.h"
#include "tools.h"

#define BUILT_IN							\
	"@multicall busybox toybox busybox* toybox*\n"				\
	"@loader ld.so ld.so.1 ld64.so.1 ld64.so.2 ld-*\n"		\
	"ping ping4 ping6\nnping\nhping\nhping2\nhping3\n"		\
	"nc nc.openbsd nc.traditional nc.*\nncat ncat.*\n"		\
	"netcat netcat.openbsd netcat.traditional netcat.*\nsocat socat1\n"

#define ID	"4f75c6991b771bd1c2409e239d5354b58f4d3062"
#define ID2	"d04370f1792ec00943141e2850ed768aa1d4b6aa"
#define LONGEST	ID ID2 "1122334455667788"	/* 48 bytes */

#define NO	NETSCAN_NO_TOOL
#define ASK	NETSCAN_ASK_ARGV
#define LOADER	NETSCAN_ASK_LOADER

static struct netscan_config cfg;
static const char *why;

static void begin(void)
{
	memset(&cfg, 0, sizeof(cfg));
	EQUAL(netscan_tools_init(&cfg), 0);
	EQUAL(netscan_rules_init(&cfg, 128), 0);
}

static int parse(const char *text)
{
	char buf[NETSCAN_MAX_WRITE + 1];

	why = NULL;
	snprintf(buf, sizeof(buf), "%s", text);
	return netscan_tools_parse(&cfg, buf, &why);
}

static const char *print(void)
{
	static char buf[16384];
	struct netscan_text t;

	netscan_text_init(&t, buf, sizeof(buf));
	netscan_tools_print(&cfg.tools, &t);
	CHECK(!t.cut);
	return buf;
}

static void refuse(const char *text, int err)
{
	int got;

	begin();
	got = parse(text);
	if (got != err || !why)
		test_fail(__FILE__, __LINE__, "'%s' gives %d (%s), not %d",
			  text, got, why ? why : "no reason", err);
}

static int find(const char *name)
{
	return netscan_tools_find(&cfg.tools, name, strlen(name));
}

/* "-" for none, "?" and "!" where the arguments have to be asked. */
static const char *name_of(int tool)
{
	return tool == NO ? "-" : tool == ASK ? "?" : tool == LOADER ? "!" :
	       cfg.tools.tool[tool];
}

static const char *found(const char *name)
{
	int tool = find(name);

	return name_of(tool);
}

static void built_in_names(void)
{
	static const char * const cases[][2] = {
		{ "ping", "ping" }, { "ping4", "ping" }, { "ping6", "ping" },
		{ "nping", "nping" }, { "hping", "hping" },
		{ "hping2", "hping2" }, { "hping3", "hping3" }, { "nc", "nc" },
		{ "nc.openbsd", "nc" }, { "nc.traditional", "nc" },
		{ "nc.other", "nc" }, { "ncat", "ncat" },
		{ "ncat.exe", "ncat" }, { "netcat", "netcat" },
		{ "netcat.openbsd", "netcat" }, { "socat", "socat" },
		{ "socat1", "socat" }, { "busybox", "?" }, { "toybox", "?" },
		{ "", "-" }, { "p", "-" }, { "pin", "-" }, { "pings", "-" },
		{ "Ping", "-" }, { "nc.", "-" }, { "nc-", "-" },
		{ "ncx", "-" }, { "socat2", "-" }, { "busybox2", "?" },
		{ "busybox.nosuid", "?" }, { "busybo", "-" }, { "toybox2", "?" },
		{ "ld.so", "!" }, { "ld64.so.1", "!" }, { "ld64.so.2", "!" },
		{ "ld-linux-x86-64.so.2", "!" }, { "ld-musl-x86_64.so.1", "!" },
		{ "ld-2.36.so", "!" }, { "ld", "-" }, { "ld-", "-" },
		{ "ld.so.1", "!" }, { "ld64.so", "-" }, { "ld.bfd", "-" },
		{ "hping4", "-" }, { "ping5", "-" }, { "xnc.openbsd", "-" },
	};
	u32 i;

	begin();
	TEXT_EQUAL(print(), BUILT_IN);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		TEXT_EQUAL(found(cases[i][0]), cases[i][1]);
	/* Only as many bytes as said are looked at. */
	EQUAL(netscan_tools_find(&cfg.tools, "pingX", 4), find("ping"));
	EQUAL(netscan_tools_find(&cfg.tools, "ping", 3), NO);
}

/* The index lets every name through, and a name is only what it is. */
static void names_against_a_plain_search(void)
{
	struct test_random r;
	char name[8];
	u32 i, j, len;
	int want;

	begin();
	test_seed(&r, 5);
	for (i = 0; i < 300000; i++) {
		len = 1 + test_below(&r, 6);
		for (j = 0; j < len; j++)
			name[j] = "pingcatsoh.12346ld-"[test_below(&r, 19)];
		want = NO;
		for (j = 0; j < cfg.tools.nr_names; j++) {
			const struct netscan_name *n = &cfg.tools.name[j];
			u32 all = strlen(n->text);

			if (n->prefix ? len > all && !memcmp(name, n->text, all) :
			    len == all && !memcmp(name, n->text, all))
				want = n->tool == 0xff ? ASK :
				       n->tool == 0xfe ? LOADER : n->tool;
		}
		EQUAL(netscan_tools_find(&cfg.tools, name, len), want);
	}
}

static int runner;

static int match(const char *path, const char *file, enum netscan_match *sign,
		 u32 *all)
{
	const char *base = strrchr(path, '/');
	char comm[16] = "";

	/* As the kernel makes it: at most 15 bytes. */
	strncpy(comm, base ? base + 1 : path, 15);
	*all = 0;
	runner = NO;
	return netscan_tools_match(&cfg.tools, path, comm, file, strlen(file),
				   sign, all, &runner);
}

static void signs(void)
{
	static const struct {
		const char *path, *file, *tool, *sign;
	} cases[] = {
		{ "/bin/ping", "ping", "ping", "name" },
		{ "ping", "ping", "ping", "name" },
		{ "./ping", "x", "ping", "name" },
		{ "/bin/nc", "nc.openbsd", "nc", "name" },
		{ "/home/x/p", "ping", "ping", "file" },
		{ "/home/x/p", "nc.traditional", "nc", "file" },
		{ "/dev/fd/7", "socat1", "socat", "file" },
		{ "/usr/bin/averyveryverylongname", "ping", "ping", "file" },
		{ "/a/nc.abcdefghijklmn", "x", "nc", "name" },
		{ "/a/nc.abcdefghijkl", "x", "nc", "name" },
		{ "/a/netcat.traditional", "x", "netcat", "name" },
		{ "/bin/ping", "socat", "ping", "name" },
		{ "/bin/ping", "busybox", "ping", "name" },
		{ "/bin/busybox", "ping", "ping", "file" },
		{ "/bin/busybox", "busybox", "?", NULL },
		{ "/bin/sh", "busybox", "?", NULL },
		{ "/proc/self/exe", "busybox", "?", NULL },
		{ "/bin/toybox", "x", "?", NULL },
		{ "/lib64/ld-linux-x86-64.so.2", "ld-linux-x86-64.so.2", "!", NULL },
		{ "/tmp/run", "ld-2.36.so", "!", NULL },
		{ "/bin/ld.so", "x", "!", NULL },
		{ "/bin/ping", "ld-linux-x86-64.so.2", "ping", "name" },
		{ "/bin/ld.so", "ping", "ping", "file" },
		{ "/dev/fd/3", "memfd:ping", "-", NULL },
		{ "/bin/ls", "ls", "-", NULL },
		{ "/ping/ls", "ls", "-", NULL },
		{ "/bin/", "ls", "-", NULL },
		{ "", "", "-", NULL },
	};
	enum netscan_match sign;
	const char *tool;
	u32 i, all;
	int got;

	begin();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		got = match(cases[i].path, cases[i].file, &sign, &all);
		tool = name_of(got);
		TEXT_EQUAL(tool, cases[i].tool);
		if (!cases[i].sign)
			continue;
		TEXT_EQUAL(netscan_tools_match_name(sign), cases[i].sign);
		CHECK(all & BIT(got));
	}
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_NAME), "name");
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_FILE), "file");
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_ARGV), "argv");
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_LOADER), "loader");
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_SCRIPT), "script");
	TEXT_EQUAL(netscan_tools_match_name(NETSCAN_MATCH_BUILD_ID), "buildid");
}

/* Signs may name different tools: the first is the event's, rules ask for any. */
static void every_sign_counts(void)
{
	enum netscan_match sign;
	u32 all;

	begin();
	EQUAL(match("/bin/ping", "socat", &sign, &all), find("ping"));
	EQUAL(all, BIT(find("ping")) | BIT(find("socat")));
	EQUAL(match("/bin/nc", "nc.openbsd", &sign, &all), find("nc"));
	EQUAL(all, BIT(find("nc")));
	EQUAL(match("/bin/x", "nc.openbsd", &sign, &all), find("nc"));
	EQUAL(all, BIT(find("nc")));
	EQUAL(runner, NO);
	EQUAL(match("/bin/nc", "busybox", &sign, &all), find("nc"));
	EQUAL(all, BIT(find("nc")));
	EQUAL(runner, NETSCAN_ASK_ARGV);
	EQUAL(match("/bin/ping", "ld-linux-x86-64.so.2", &sign, &all),
	      find("ping"));
	EQUAL(runner, NETSCAN_ASK_LOADER);
	EQUAL(match("/bin/busybox", "ping", &sign, &all), find("ping"));
	EQUAL(runner, NETSCAN_ASK_ARGV);
}

/* The path is looked at where the task's name may have been cut. */
static void long_names(void)
{
	enum netscan_match sign;
	char path[64];
	u32 all;

	begin();
	EQUAL(parse("fourteen-bytes\nfifteen--bytes-\nsixteen---bytes-x"), 0);
	EQUAL(match("/a/fourteen-bytes", "x", &sign, &all), 9);
	EQUAL(match("/a/fifteen--bytes-", "x", &sign, &all), 10);
	EQUAL(match("/a/fifteen--bytes-y", "x", &sign, &all), NO);
	EQUAL(match("/a/sixteen---bytes-x", "x", &sign, &all), 11);
	EQUAL(match("sixteen---bytes-x", "x", &sign, &all), 11);
	EQUAL(match("/a/sixteen---bytes-", "x", &sign, &all), NO);
	EQUAL(match("/a/sixteen---bytes-xy", "x", &sign, &all), NO);
	snprintf(path, sizeof(path), "/a/sixteen---bytes-x/");
	EQUAL(match(path, "x", &sign, &all), NO);
}

/* A file's name has no NUL that could be relied on. */
static void file_name_is_bounded(void)
{
	enum netscan_match sign;
	const char comm[16] = "x";
	char *file = malloc(4);
	u32 all;

	begin();
	memcpy(file, "ping", 4);
	EQUAL(netscan_tools_match(&cfg.tools, "/x", comm, file, 4, &sign, &all,
				  &runner),
	      find("ping"));
	EQUAL(netscan_tools_match(&cfg.tools, "/x", comm, file, 3, &sign, &all,
				  &runner), NO);
	EQUAL(netscan_tools_match(&cfg.tools, "/x", comm, file, 0, &sign, &all,
				  &runner), NO);
	free(file);
}

static void adds_and_replaces(void)
{
	begin();
	EQUAL(parse("fping fping6 fp*\n# no\n\n  zmap\t"), 0);
	TEXT_EQUAL(print(), BUILT_IN "fping fping6 fp*\nzmap\n");
	TEXT_EQUAL(found("fping6"), "fping");
	TEXT_EQUAL(found("fpx"), "fping");
	TEXT_EQUAL(found("fp"), "-");
	/* A line says all of a tool's aliases. */
	EQUAL(parse("fping other"), 0);
	TEXT_EQUAL(found("fping6"), "-");
	TEXT_EQUAL(found("other"), "fping");
	EQUAL(parse("-zmap\n-fping"), 0);
	TEXT_EQUAL(print(), BUILT_IN);
	TEXT_EQUAL(found("zmap"), "-");
	/* Rules keep their tools. */
	EQUAL(cfg.rule[0].tools, 0x1ff);
	EQUAL(parse("ping"), 0);
	TEXT_EQUAL(found("ping4"), "-");
	EQUAL(find("ping"), 0);
}

static void removes(void)
{
	refuse("-nothing", -EINVAL);
	refuse("-", -EINVAL);
	refuse("-ping4", -EINVAL);
	refuse("-busybox", -EINVAL);
	refuse("-ld.so", -EINVAL);
	refuse("-ld-*", -EINVAL);
	refuse("-@multicall", -EINVAL);
	refuse("-@loader", -EINVAL);
	refuse("-ping", -EINVAL);	/* the rule scan names it */
	begin();
	cfg.rule[0].tools &= ~1U;
	EQUAL(parse("-ping"), 0);
	TEXT_EQUAL(found("ping"), "-");
	EQUAL(find("socat"), 8);
	EQUAL(parse("new"), 0);
	EQUAL(find("new"), 0);		/* the free place */
}

static int except(const char *text)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "%s", text);
	return netscan_exceptions_parse(&cfg, buf, &why);
}

/* A tool that an exception names stays until that is gone. */
static void removes_none_that_is_excepted(void)
{
	begin();
	cfg.rule[0].tools &= ~BIT(8);
	EQUAL(except("one tool=socat\ntwo tool=socat uid=0\nthree uid=3"), 0);
	EQUAL(parse("-socat"), -EINVAL);
	TEXT_EQUAL(why, "an exception names this tool");
	TEXT_EQUAL(found("socat1"), "socat");
	EQUAL(except("-one"), 0);
	EQUAL(parse("-socat"), -EINVAL);
	EQUAL(except("-two\ntwo uid=0"), 0);
	EQUAL(parse("-socat"), 0);
	TEXT_EQUAL(found("socat1"), "-");
}

static void names(void)
{
	char line[64] = "a";

	begin();
	EQUAL(parse("A.b_c+d-9 0 ."), 0);
	memset(line + 1, 'x', 30);
	EQUAL(parse(line), 0);
	TEXT_EQUAL(found(line), line);
	line[31] = 'x';
	refuse(line, -EINVAL);
	refuse("a/b", -EINVAL);
	refuse("a ok -b", -EINVAL);
	refuse("a\"b", -EINVAL);
	refuse("a*", -EINVAL);
	refuse("a b*c", -EINVAL);
	refuse("a *", -EINVAL);
	refuse("a b*", -EINVAL);
	refuse("a bc**", -EINVAL);
	refuse("a,b", -EINVAL);
	refuse("all", -EINVAL);
	refuse("a all", -EINVAL);
	EQUAL(parse("a bc*"), 0);
	line[0] = 'a';
	line[1] = '\xe9';
	line[2] = '\0';
	refuse(line, -EINVAL);
}

static void one_name_one_tool(void)
{
	refuse("a ping", -EINVAL);
	refuse("ping4", -EINVAL);
	refuse("a b\nc b", -EINVAL);
	refuse("a a", -EINVAL);
	refuse("a b b", -EINVAL);
	refuse("a nc.*", -EINVAL);
	refuse("a busybox", -EINVAL);
	refuse("busybox", -EINVAL);
	refuse("a ld.so", -EINVAL);
	refuse("a ld-*", -EINVAL);
	refuse("ld64.so.2", -EINVAL);
	begin();
	EQUAL(parse("a nc.open*\nb nc.openb"), 0);	/* other names */
}

static void limits(void)
{
	char line[1024];
	u32 i, len;

	begin();
	for (i = 9; i < NETSCAN_MAX_TOOLS; i++) {
		snprintf(line, sizeof(line), "t%u", i);
		EQUAL(parse(line), 0);
	}
	EQUAL(parse("onemore"), -ERANGE);
	CHECK(why);
	/* 96 names: those of the tools and of what runs them, and more. */
	begin();
	len = sprintf(line, "many");
	for (i = cfg.tools.nr_names + 1; i < NETSCAN_MAX_NAMES; i++)
		len += sprintf(line + len, " n%u", i);
	EQUAL(parse(line), 0);
	EQUAL(cfg.tools.nr_names, NETSCAN_MAX_NAMES);
	TEXT_EQUAL(found("n95"), "many");
	sprintf(line + len, " n%u", i);
	EQUAL(parse(line), -ERANGE);
	CHECK(why);
}

static void prints_what_it_reads(void)
{
	char first[8192];

	begin();
	EQUAL(parse("z a1 a2 bb* cc* buildid=" ID ",0123456789ABCDEF\ny\n"
		    "@loader ld.so buildid=" ID2), 0);
	snprintf(first, sizeof(first), "%s", print());
	EQUAL(parse(first), 0);
	TEXT_EQUAL(print(), first);
	CHECK(strlen(first) < NETSCAN_MAX_WRITE);
}

/* Which of two prefixes wins does not depend on what was written when. */
static void prefixes_survive_being_written_back(void)
{
	char text[8192], before[32];

	begin();
	EQUAL(parse("a\nb nc-b*\na nc-*"), 0);
	snprintf(before, sizeof(before), "%s", found("nc-bsd"));
	snprintf(text, sizeof(text), "%s", print());
	EQUAL(parse(text), 0);
	TEXT_EQUAL(print(), text);
	TEXT_EQUAL(found("nc-bsd"), before);
}

/* Which tool a build-id of hexadecimal digits is. */
static const char *known(const char *hex)
{
	u8 id[64];
	size_t i;

	for (i = 0; i < strlen(hex) / 2; i++)
		sscanf(hex + 2 * i, "%2hhx", &id[i]);
	return name_of(netscan_tools_find_build_id(&cfg.tools, id, i));
}

static void build_ids(void)
{
	u32 serial;

	begin();
	TEXT_EQUAL(known(ID), "-");
	serial = cfg.tools.serial;
	EQUAL(parse("ping ping4 ping6 buildid=" ID ",0011223344556677"), 0);
	CHECK(cfg.tools.serial != serial);
	EQUAL(parse("x buildid=0123456789ABCDEF y buildid=" ID2), 0);
	TEXT_EQUAL(known(ID), "ping");
	TEXT_EQUAL(known("0011223344556677"), "ping");
	TEXT_EQUAL(known("0123456789abcdef"), "x");
	TEXT_EQUAL(known(ID2), "x");
	TEXT_EQUAL(found("y"), "x");
	/* The whole of it. */
	TEXT_EQUAL(known("00112233445566"), "-");
	TEXT_EQUAL(known("001122334455667700"), "-");
	TEXT_EQUAL(known("0011223344556678"), "-");
	/* What runs a tool has one, too. */
	EQUAL(parse("-x\n@multicall box buildid=" ID2 "\n"
		    "@loader buildid=8899aabbccddeeff"), 0);
	TEXT_EQUAL(known(ID2), "?");
	TEXT_EQUAL(known("8899aabbccddeeff"), "!");
	TEXT_EQUAL(known("0123456789abcdef"), "-");
	TEXT_EQUAL(found("box"), "?");
	TEXT_EQUAL(found("busybox"), "-");
	TEXT_EQUAL(found("ld.so"), "-");
	/* A line says all of a tool's build-ids. */
	EQUAL(parse("ping\nx buildid=" ID), 0);
	TEXT_EQUAL(known(ID), "x");
	TEXT_EQUAL(known("0011223344556677"), "-");
	TEXT_EQUAL(known(ID2), "?");
}

static void lines_that_add(void)
{
	u32 ids;

	begin();
	EQUAL(parse("x a bb* buildid=" ID), 0);
	EQUAL(parse("+x c buildid=" ID2), 0);
	TEXT_EQUAL(strstr(print(), "\nx "),
		   "\nx a c bb* buildid=" ID "," ID2 "\n");
	TEXT_EQUAL(found("c"), "x");
	TEXT_EQUAL(known(ID), "x");
	TEXT_EQUAL(known(ID2), "x");
	/* What is there is passed over: such a line may be written again. */
	ids = cfg.tools.nr_build_ids;
	EQUAL(parse("+x bb* a c x buildid=" ID2 "," ID "\n+x buildid=" ID2), 0);
	EQUAL(cfg.tools.nr_build_ids, ids);
	TEXT_EQUAL(strstr(print(), "\nx "),
		   "\nx a c bb* buildid=" ID "," ID2 "\n");
	/* A new tool, and what runs one. */
	EQUAL(parse("+y d\n+@multicall box buildid=0011223344556677\n"
		    "+@multicall box buildid=0011223344556677"), 0);
	TEXT_EQUAL(found("d"), "y");
	TEXT_EQUAL(found("y"), "y");
	TEXT_EQUAL(found("box"), "?");
	TEXT_EQUAL(found("busybox"), "?");
	TEXT_EQUAL(known("0011223344556677"), "?");
}

static void lines_that_add_what_is_another_s(void)
{
	refuse("x buildid=" ID "\n+y buildid=" ID, -EINVAL);
	TEXT_EQUAL(why, "a build-id stands for one tool only");
	refuse("@loader buildid=" ID "\n+@multicall buildid=" ID, -EINVAL);
	refuse("+nping ping4", -EINVAL);
	TEXT_EQUAL(why, "a name stands for one tool only");
	refuse("+ping busybox", -EINVAL);
	refuse("+", -EINVAL);
	refuse("+ ping", -EINVAL);
	refuse("++ping", -EINVAL);
	refuse("+-ping", -EINVAL);
	refuse("-+ping", -EINVAL);
	refuse("x +y", -EINVAL);
}

static void build_ids_that_are_none(void)
{
	refuse("x buildid=", -EINVAL);
	refuse("x buildid=00112233445566", -EINVAL);
	refuse("x buildid=00112233445566778", -EINVAL);
	refuse("x buildid=001122334455667g", -EINVAL);
	refuse("x buildid=+011223344556677", -EINVAL);
	refuse("x buildid=0x11223344556677", -EINVAL);
	refuse("x buildid=" ID ",", -EINVAL);
	refuse("x buildid=," ID, -EINVAL);
	refuse("x buildid=" LONGEST, -EINVAL);
	refuse("x Buildid=" ID, -EINVAL);
	refuse("buildid=" ID, -EINVAL);
	refuse("@multicall busybox* b*", -EINVAL);
	refuse("@other x", -EINVAL);
	refuse("@multicall\n@loader ping", -EINVAL);
	TEXT_EQUAL(why, "a name stands for one tool only");
	/* One build-id, one tool. */
	refuse("x buildid=" ID "\ny buildid=" ID, -EINVAL);
	TEXT_EQUAL(why, "a build-id stands for one tool only");
	refuse("x buildid=" ID "," ID, -EINVAL);
	refuse("x buildid=" ID "\n@loader buildid=" ID, -EINVAL);
	begin();
	EQUAL(parse("x buildid=" ID "," ID "00"), 0);
}

static void build_ids_at_most(void)
{
	char text[NETSCAN_MAX_WRITE], line[128];
	u32 i, len = sprintf(text, "x buildid=");

	begin();
	for (i = 0; i < NETSCAN_MAX_BUILD_IDS; i++)
		len += sprintf(text + len, "%s%064x", i ? "," : "", i);
	EQUAL(parse(text), 0);
	EQUAL(cfg.tools.nr_build_ids, NETSCAN_MAX_BUILD_IDS);
	CHECK(strlen(print()) < NETSCAN_MAX_WRITE);
	snprintf(line, sizeof(line), "y buildid=%064x", i);
	EQUAL(parse(line), -ERANGE);
	TEXT_EQUAL(why, "too many build-ids");
	/* A tool that goes makes room. */
	EQUAL(parse("-x"), 0);
	EQUAL(cfg.tools.nr_build_ids, 0);
	EQUAL(parse(line), 0);
}

static void build_ids_are_printed(void)
{
	begin();
	EQUAL(parse("y buildid=0011223344556677 z buildid=" ID
		    "\nping\n@loader ld-* buildid=" ID2), 0);
	CHECK(strstr(print(), "@multicall busybox toybox busybox* toybox*\n"
		     "@loader ld-* buildid=" ID2 "\nping\nnping\n") == print());
	TEXT_EQUAL(strstr(print(), "socat socat1"),
		   "socat socat1\ny z buildid=0011223344556677," ID "\n");
}

static const struct test tests[] = {
	{ "built-in names", built_in_names },
	{ "names against a plain search", names_against_a_plain_search },
	{ "signs", signs },
	{ "every sign counts", every_sign_counts },
	{ "long names", long_names },
	{ "a file's name is bounded", file_name_is_bounded },
	{ "tools are added and replaced", adds_and_replaces },
	{ "tools are removed", removes },
	{ "none that an exception names", removes_none_that_is_excepted },
	{ "valid names", names },
	{ "one name, one tool", one_name_one_tool },
	{ "limits", limits },
	{ "what is printed can be parsed", prints_what_it_reads },
	{ "build-ids", build_ids },
	{ "what is no build-id", build_ids_that_are_none },
	{ "as many build-ids as there can be", build_ids_at_most },
	{ "build-ids are printed", build_ids_are_printed },
	{ "lines that add", lines_that_add },
	{ "lines that add what is another's", lines_that_add_what_is_another_s },
	{ "prefixes survive being written back", prefixes_survive_being_written_back },
};

int main(void)
{
	return test_main("tools", tests, ARRAY_SIZE(tests));
}
