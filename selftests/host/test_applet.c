// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the tool that arguments name: applets, runners, loaders
 */
#include "applet.h"
#include "args.h"
#include "test.h"

#define NO	NETSCAN_NO_TOOL
#define ASK	NETSCAN_ASK_ARGV
#define LOADER	NETSCAN_ASK_LOADER

#define BASE	0x7ffd00000000UL

static struct netscan_config cfg;

static void begin(void)
{
	memset(&cfg, 0, sizeof(cfg));
	EQUAL(netscan_tools_init(&cfg), 0);
}

static int find(const char *name)
{
	return netscan_tools_find(&cfg.tools, name, strlen(name));
}

/* "-" for none, "?" where more arguments would have to be seen. */
static const char *name_of(int tool)
{
	return tool == NO ? "-" : tool == ASK ? "?" : cfg.tools.tool[tool];
}

/* A command line; it may hold NULs and lack the last. */
struct args {
	const char *text;
	size_t len;
};

#define ARGS(text)	((struct args){ text, sizeof(text) - 1 })

static enum netscan_match sign;

/* All at once, in memory of no byte more. */
static int look(int ask, struct args args)
{
	char *memory = malloc(args.len + !args.len);
	struct netscan_applet ap;
	size_t used;
	int got;

	memcpy(memory, args.text, args.len);
	netscan_applet_begin(&ap, ask);
	got = netscan_applet_look(&cfg.tools, &ap, memory, args.len, &used);
	CHECK(used <= args.len);
	sign = ap.match;
	free(memory);
	return got;
}

/* The same in pieces, each as large as it takes for one argument more. */
static int look_in_pieces(int ask, struct args args)
{
	struct netscan_applet ap;
	size_t at = 0, len = 0, used;
	int got = ASK;

	netscan_applet_begin(&ap, ask);
	while (got == ASK && at + len < args.len) {
		len++;
		got = netscan_applet_look(&cfg.tools, &ap, args.text + at, len,
					  &used);
		at += used;
		len -= used;
	}
	EQUAL(ap.match, sign);
	return got;
}

struct look_case {
	struct args args;
	const char *tool;
};

static void compare(int ask, const struct look_case *cases, u32 nr)
{
	const char *tool;
	u32 i;

	begin();
	for (i = 0; i < nr; i++) {
		tool = name_of(look(ask, cases[i].args));
		if (strcmp(tool, cases[i].tool))
			test_fail(__FILE__, __LINE__, "case %u: %s, not %s", i,
				  tool, cases[i].tool);
		TEXT_EQUAL(name_of(look_in_pieces(ask, cases[i].args)), tool);
	}
}

static void multi_call(void)
{
	static const struct look_case cases[] = {
		{ ARGS("ping\0-c\0001\0"), "ping" },
		{ ARGS("/bin/ping\0x\0"), "ping" },
		{ ARGS("-ping\0"), "ping" },
		{ ARGS("busybox\0ping\0x\0"), "ping" },
		{ ARGS("/bin/busybox\0nc\0x\0"), "nc" },
		{ ARGS("-busybox\0nc\0"), "nc" },
		{ ARGS("toybox\0ping\0"), "ping" },
		{ ARGS("busybox\0busybox\0ping\0"), "ping" },
		{ ARGS("busybox\0toybox\0/x/busybox\0nc\0"), "nc" },
		{ ARGS("busybox-x\0nc\0"), "nc" },
		{ ARGS("sh\0-c\0ping\0"), "-" },
		{ ARGS("busybox\0\0ping\0"), "-" },
		{ ARGS("busybox\0sh\0ping\0"), "-" },
		{ ARGS("busybox\0busybox\0-ping\0"), "-" },
		{ ARGS("busybox\0busybox\0sh\0ping\0"), "-" },
		{ ARGS("busybox\0ld.so\0ping\0"), "-" },
		{ ARGS("--ping\0"), "-" },
		{ ARGS("ls\0"), "-" },
		{ ARGS("\0"), "-" },
		/* Argument 1 is the applet only where argument 0 says so. */
		{ ARGS("grep\0ping\0/etc/hosts\0"), "-" },
		{ ARGS("which\0nc\0"), "-" },
		/* Nothing there, or cut before it can be told. */
		{ ARGS("ping"), "?" },
		{ ARGS("busybox\0ping"), "?" },
		{ ARGS("busybox\0"), "?" },
		{ ARGS("busybox\0busybox\0"), "?" },
		{ ARGS(""), "?" },
	};

	compare(ASK, cases, ARRAY_SIZE(cases));
	EQUAL(sign, NETSCAN_MATCH_ARGV);
}

/* Applets that run another in their place. */
static void runners(void)
{
	static const struct look_case cases[] = {
		{ ARGS("toybox\0nice\0nc\0-w\0001\0"), "nc" },
		{ ARGS("nice\0nc\0"), "nc" },
		{ ARGS("/bin/nice\0nc\0"), "nc" },
		{ ARGS("toybox\0chroot\0/\0nc\0"), "nc" },
		{ ARGS("toybox\0chroot\0ping\0nc\0"), "nc" },
		{ ARGS("toybox\0chrt\0-f\0-R\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0ionice\0-c\0002\0-n7\0nc\0"), "nc" },
		{ ARGS("toybox\0linux32\0nc\0"), "nc" },
		{ ARGS("toybox\0nice\0-n\0005\0nc\0"), "nc" },
		{ ARGS("toybox\0nice\0-n5\0nc\0"), "nc" },
		{ ARGS("toybox\0nice\0-n\0-5\0nc\0"), "nc" },
		{ ARGS("toybox\0nohup\0nc\0"), "nc" },
		{ ARGS("toybox\0nsenter\0-t\0001\0-m\0--\0nc\0"), "nc" },
		{ ARGS("toybox\0nsenter\0--target\0001\0--uts=x\0nc\0"), "nc" },
		{ ARGS("toybox\0nsenter\0--target=1\0nc\0"), "nc" },
		{ ARGS("toybox\0oneit\0-c\0/dev/tty\0nc\0"), "nc" },
		{ ARGS("toybox\0openvt\0-s\0-c\0009\0nc\0"), "nc" },
		{ ARGS("toybox\0runcon\0x\0nc\0"), "nc" },
		{ ARGS("toybox\0setsid\0-cw\0nc\0"), "nc" },
		{ ARGS("toybox\0taskset\0003\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0-s\0KILL\0-vk\0001\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0-sKILL\0-k1\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0--signal\0KILL\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0--sig\0KILL\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0--foreground\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0timeout\0--\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0uclampset\0-m\0001\0-M2\0nc\0"), "nc" },
		{ ARGS("toybox\0unshare\0-rm\0--uts=x\0nc\0"), "nc" },
		/* One that runs one that runs one. */
		{ ARGS("toybox\0nice\0nice\0timeout\0001\0nc\0"), "nc" },
		{ ARGS("toybox\0nohup\0toybox\0setsid\0nc\0"), "nc" },
		/* What is run is no tool, whatever its arguments are. */
		{ ARGS("toybox\0nice\0sh\0-c\0nc\0"), "-" },
		{ ARGS("busybox\0nice\0grep\0nc\0"), "-" },
		{ ARGS("toybox\0timeout\0001\0grep\0nc\0"), "-" },
		{ ARGS("toybox\0timeout\0nc\0grep\0x\0"), "-" },
		{ ARGS("toybox\0timeout\0-s\0nc\0001\0grep\0"), "-" },
		{ ARGS("toybox\0setsid\0-w\0grep\0nc\0"), "-" },
		{ ARGS("toybox\0nice\0-n\0nc\0grep\0"), "-" },
		{ ARGS("toybox\0nice\0--\0grep\0nc\0"), "-" },
		{ ARGS("toybox\0nice\0--\0-n\0nc\0"), "-" },
		{ ARGS("toybox\0nice\0-\0nc\0"), "-" },
		{ ARGS("toybox\0nice\0\0nc\0"), "-" },
		{ ARGS("toybox\0chroot\0nc\0"), "?" },
		{ ARGS("toybox\0chroot\0nc\0sh\0"), "-" },
		{ ARGS("toybox\0nice\0chroot\0nc\0sh\0"), "-" },
		/* No applet, but exec'ed. */
		{ ARGS("toybox\0nice\0/bin/nc\0"), "-" },
		{ ARGS("toybox\0nice\0./nc\0"), "-" },
		/* These run nothing, or exec it. */
		{ ARGS("toybox\0grep\0nc\0file\0"), "-" },
		{ ARGS("toybox\0time\0nc\0"), "-" },
		{ ARGS("toybox\0time\0grep\0nc\0"), "-" },
		{ ARGS("toybox\0env\0nc\0"), "-" },
		{ ARGS("toybox\0xargs\0nc\0"), "-" },
		{ ARGS("toybox\0nic\0nc\0"), "-" },
		{ ARGS("toybox\0nicer\0nc\0"), "-" },
		{ ARGS("toybox\0renice\0nc\0"), "-" },
		/* Nothing there, or cut before it can be told. */
		{ ARGS("toybox\0nice\0"), "?" },
		{ ARGS("toybox\0nice\0nc"), "?" },
		{ ARGS("toybox\0nice\0-n\0"), "?" },
	};

	compare(ASK, cases, ARRAY_SIZE(cases));
}

static void loader(void)
{
	static const struct look_case cases[] = {
		{ ARGS("ld.so\0ping\0"), "ping" },
		{ ARGS("ld.so\0/usr/bin/ping\0-c\0001\0"), "ping" },
		{ ARGS("/lib/ld-linux.so.2\0./nc.openbsd\0"), "nc" },
		{ ARGS("anything\0ping\0"), "ping" },
		{ ARGS("\0ping\0"), "ping" },
		/* Options with a value, and without. */
		{ ARGS("ld.so\0--library-path\0/lib\0ping\0"), "ping" },
		{ ARGS("ld.so\0--preload\0a.so\0ping\0"), "ping" },
		{ ARGS("ld.so\0--argv0\0ls\0ping\0"), "ping" },
		{ ARGS("ld.so\0--argv0=ls\0ping\0"), "ping" },
		{ ARGS("ld.so\0--audit\0a.so\0ping\0"), "ping" },
		{ ARGS("ld.so\0--inhibit-rpath\0x\0ping\0"), "ping" },
		{ ARGS("ld.so\0--glibc-hwcaps-prepend\0x\0ping\0"), "ping" },
		{ ARGS("ld.so\0--glibc-hwcaps-mask\0x\0ping\0"), "ping" },
		{ ARGS("ld.so\0--inhibit-cache\0ping\0"), "ping" },
		{ ARGS("ld.so\0--library-path=/lib\0ping\0"), "ping" },
		{ ARGS("ld.so\0--inhibit-cache\0--argv0\0ls\0--preload\0p\0nc\0"),
		  "nc" },
		/* "--" ends them, and one '-' begins none. */
		{ ARGS("ld.so\0--\0ping\0"), "ping" },
		{ ARGS("ld.so\0--\0--argv0/ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--\0--argv0\0ping\0"), "-" },
		{ ARGS("ld.so\0-/ping\0x\0"), "ping" },
		{ ARGS("ld.so\0--inhibit-cache\0-x/ping\0"), "ping" },
		{ ARGS("ld.so\0-\0ping\0"), "-" },
		{ ARGS("ld.so\0-x\0ping\0"), "-" },
		/* A value is not what is run, whatever it is called. */
		{ ARGS("ld.so\0--argv0\0ping\0ls\0"), "-" },
		{ ARGS("ld.so\0--argv0=ping\0ls\0"), "-" },
		{ ARGS("ld.so\0--preload\0--argv0\0ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--library-path\0--list\0ping\0"), "ping" },
		{ ARGS("ld.so\0--argv0\0\0ping\0"), "ping" },
		/* It runs nothing, or another program. */
		{ ARGS("ld.so\0--list\0ping\0"), "-" },
		{ ARGS("ld.so\0--list-tunables\0ping\0"), "-" },
		{ ARGS("ld.so\0--verify\0ping\0"), "-" },
		{ ARGS("ld.so\0--help\0ping\0"), "-" },
		{ ARGS("ld.so\0--version\0ping\0"), "-" },
		{ ARGS("ld.so\0--argv0\0x\0--list\0ping\0"), "-" },
		{ ARGS("ld.so\0ls\0ping\0"), "-" },
		{ ARGS("ld.so\0\0ping\0"), "-" },
		/* Another loader, with its own options. */
		{ ARGS("ld.so\0/lib/ld-musl-x86_64.so.1\0ping\0"), "ping" },
		{ ARGS("ld.so\0--preload\0x\0ld.so.1\0--argv0=x\0ping\0"), "ping" },
		{ ARGS("ld.so\0ld.so\0ls\0ping\0"), "-" },
		{ ARGS("ld.so\0ld.so\0--list\0ping\0"), "-" },
		/* No option that there is, but a path, for glibc before 2.33. */
		{ ARGS("ld.so\0--d/ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--d=x/ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--d/ls\0ping\0"), "-" },
		{ ARGS("ld.so\0--d/busybox\0ping\0"), "ping" },
		{ ARGS("ld.so\0--list/ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--listed/ping\0ls\0"), "ping" },
		/* The same where musl's has an option. */
		{ ARGS("ld.so\0--library-path=/d/ping\0ls\0"), "ping" },
		{ ARGS("ld.so\0--library-path=/d/lib\0ping\0"), "ping" },
		{ ARGS("ld.so\0--preload=/d/lib.so\0nc\0"), "nc" },
		{ ARGS("ld.so\0--argv0=/d/nc\0ls\0"), "nc" },
		{ ARGS("ld.so\0--argv0=/d/x\0ls\0"), "-" },
		{ ARGS("ld.so\0ping/\0"), "-" },
		/* Nothing there, or cut before it can be told. */
		{ ARGS("ld.so\0"), "?" },
		{ ARGS("ld.so"), "?" },
		{ ARGS("\0"), "?" },
		{ ARGS(""), "?" },
		{ ARGS("ping"), "?" },
		{ ARGS("ld.so\0ping"), "?" },
		{ ARGS("ld.so\0ping4"), "?" },
		{ ARGS("ld.so\0--argv0\0"), "?" },
		{ ARGS("ld.so\0--argv0\0x"), "?" },
		{ ARGS("ld.so\0--argv0\0x\0"), "?" },
		{ ARGS("ld.so\0--argv0\0x\0pin"), "?" },
		{ ARGS("ld.so\0--inhibit-cac"), "?" },
	};

	compare(LOADER, cases, ARRAY_SIZE(cases));
	EQUAL(look(LOADER, ARGS("ld.so\0ping\0")), find("ping"));
	EQUAL(sign, NETSCAN_MATCH_LOADER);
}

/* A loader may run a multi-call binary, by its path or by another argument 0. */
static void loader_of_a_multi_call_binary(void)
{
	static const struct look_case cases[] = {
		{ ARGS("ld.so\0/bin/busybox\0ping\0"), "ping" },
		{ ARGS("ld.so\0/bin/toybox\0nice\0ping\0"), "ping" },
		{ ARGS("ld.so\0/bin/busybox\0sh\0ping\0"), "-" },
		{ ARGS("ld.so\0--argv0\0nc\0/bin/busybox\0-w\0001\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0-nc\0/bin/busybox\0-w\0001\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0/x/nc\0/bin/busybox\0ping\0"), "nc" },
		{ ARGS("ld.so\0--argv0=nc\0--preload=x\0/bin/busybox\0-w\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0nc\0--audit\0x\0busybox\0-w\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0nc\0--\0-/busybox\0-w\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0ls\0--argv0\0nc\0busybox\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0nc\0--argv0\0ls\0busybox\0nc\0"), "-" },
		{ ARGS("ld.so\0--argv0\0x\0toybox\0nc\0"), "-" },
		{ ARGS("ld.so\0--argv0\0\0busybox\0nc\0"), "-" },
		{ ARGS("ld.so\0--argv0\0busybox\0/bin/busybox\0nc\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0toybox\0toybox\0timeout\0001\0nc\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0timeout\0toybox\0001\0nc\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0timeout\0toybox\0nc\0001\0"), "-" },
		{ ARGS("ld.so\0ld-musl\0busybox\0nc\0"), "nc" },
		{ ARGS("ld.so\0--argv0\0ls\0ld-musl\0busybox\0nc\0"), "nc" },
		{ ARGS("ld.so\0ld-musl\0--argv0\0nc\0busybox\0ls\0"), "nc" },
		{ ARGS("ld.so\0busybox"), "?" },
		{ ARGS("ld.so\0--argv0\0nc\0busybox"), "?" },
	};

	compare(LOADER, cases, ARRAY_SIZE(cases));
	EQUAL(look(LOADER, ARGS("ld.so\0busybox\0ping\0")), find("ping"));
	EQUAL(sign, NETSCAN_MATCH_ARGV);
	EQUAL(look(LOADER, ARGS("ld.so\0--argv0\0nc\0ping\0")), find("ping"));
	EQUAL(sign, NETSCAN_MATCH_LOADER);
}

/* Every beginning of a command line, in memory that ends with it. */
static void loader_at_any_cut(void)
{
	static const char args[] =
		"ld.so\0--library-path\0/lib:/usr/lib\0--inhibit-cache\0"
		"--argv0\0sh\0/usr/bin/nc.openbsd\0-z\0h\0001-99\0";
	size_t len, whole;

	begin();
	for (whole = 0; memcmp(args + whole, "-z", 3); whole++)
		;
	for (len = 0; len < sizeof(args); len++)
		EQUAL(look(LOADER, (struct args){ args, len }),
		      len < whole ? ASK : find("nc"));
}

/*
 * The same of a list of arguments, the last of which may have been cut: options
 * first, of which some take one more, then the program.
 */
static int plain_loader(const char * const *arg, u32 nr)
{
	static const char * const values[] = {
		"--library-path", "--preload", "--argv0", "--audit",
		"--inhibit-rpath", "--glibc-hwcaps-prepend",
		"--glibc-hwcaps-mask",
	};
	u32 i = 1, v;
	int tool;

again:
	while (i < nr && arg[i][0] == '-' && arg[i][1] == '-') {
		if (!strcmp(arg[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(arg[i], "--list") || !strcmp(arg[i], "--list-tunables") ||
		    !strcmp(arg[i], "--verify"))
			return NO;
		for (v = 0; v < ARRAY_SIZE(values); v++)
			if (!strcmp(arg[i], values[v]))
				break;
		i += v < ARRAY_SIZE(values) ? 2 : 1;
	}
	if (i >= nr)
		return ASK;
	tool = find(arg[i]);
	if (tool != LOADER)
		return tool;
	i++;
	goto again;
}

static void loader_against_a_plain_reading(void)
{
	static const char * const words[] = {
		"ping", "nc", "ls", "", "-", "--", "-ping", "--list", "--verify",
		"--library-path", "--preload", "--argv0", "--audit", "-nc",
		"--inhibit-rpath", "--glibc-hwcaps-prepend", "ld.so", "--lis",
		"--glibc-hwcaps-mask", "--inhibit-cache", "--list-tunables",
	};
	const char *arg[7];
	struct test_random r;
	u32 n, i, nr, cut;
	char text[256];
	size_t len;

	begin();
	test_seed(&r, 7);
	for (n = 0; n < 100000 && !test_failed(); n++) {
		nr = 1 + test_below(&r, ARRAY_SIZE(arg));
		for (i = len = 0; i < nr; i++) {
			arg[i] = words[test_below(&r, ARRAY_SIZE(words))];
			len += strlen(strcpy(text + len, arg[i])) + 1;
		}
		cut = test_below(&r, 3) ? 0 : 1 + test_below(&r, 4);
		cut = min_t(u32, cut, strlen(arg[nr - 1]) + 1);
		EQUAL(look(LOADER, (struct args){ text, len - cut }),
		      plain_loader(arg, nr - (cut > 0)));
	}
}

static char argv[NETSCAN_ARGV_HEAD + 2 * NETSCAN_ARGV_TAIL];
static struct netscan_args args;

/* As the probe does it, of argv[0..len) in user memory. */
static int look_at_memory(int ask, size_t len)
{
	struct netscan_applet ap;
	size_t used;
	int tool;

	netscan_args_begin(&args, BASE, BASE + len, U32_MAX);
	netscan_applet_begin(&ap, ask);
	do {
		tool = netscan_applet_look(&cfg.tools, &ap,
					   (const char *)args.buf, args.have,
					   &used);
	} while (tool == ASK && netscan_args_read_on(&args, used));
	return tool;
}

static size_t put(size_t at, const char *arg)
{
	return at + strlen(strcpy(argv + at, arg)) + 1;
}

/* An argument of @len bytes, slashes and then @end. */
static size_t put_path(size_t at, size_t len, const char *end)
{
	memset(argv + at, '/', len - strlen(end));
	return put(at + len - strlen(end), end);
}

/* Whatever stands before it, the applet is found, in all that is read. */
static void behind_other_arguments(void)
{
	size_t pad, len;

	begin();
	for (pad = 8; pad < NETSCAN_ARGV_HEAD - 16 && !test_failed();
	     pad += pad < 600 || pad % 2048 > 2020 || pad % 2048 < 20 ? 1 : 61) {
		len = put(put_path(0, pad, "busybox"), "nc");
		shim_user_set(BASE, argv, len);
		EQUAL(look_at_memory(ASK, len), find("nc"));
		EQUAL(args.read_on, len > NETSCAN_ARGV_CHUNK);
		len = put(put_path(put(0, "ld.so"), pad, "nc"), "-z");
		shim_user_set(BASE, argv, len);
		EQUAL(look_at_memory(LOADER, len), find("nc"));
		len = put(put(0, "ld.so"), "--library-path");
		len = put(put_path(len, pad, "nc"), "ping");
		shim_user_set(BASE, argv, len);
		EQUAL(look_at_memory(LOADER, len), find("ping"));
	}
	for (len = put(0, "nice"); len < NETSCAN_ARGV_HEAD / 8;)
		len = put(len, "--");
	len = put(len, "nc");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), NO);	/* the second is no option */
	for (len = put(0, "timeout"); len < 3 * (NETSCAN_ASK_ARGS - 5);)
		len = put(len, "-v");
	len = put(put(put(len, "1"), "nc"), "-z");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), find("nc"));
	/* An option of any length is none where it can be a path. */
	len = put(0, "ld.so");
	memset(argv + len, '-', 5000);
	len = put(put(len + 5000, "/ping"), "/bin/nc");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(LOADER, len), find("ping"));
}

/* A common exec reads nothing more, and what is counted is read from the start. */
static void reads_no_more_than_it_takes(void)
{
	size_t len = put(put(put(0, "busybox"), "sh"), "nc");

	begin();
	while (len < 3 * NETSCAN_ARGV_CHUNK)
		len = put(len, "more");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), NO);
	CHECK(!args.read_on);
	EQUAL(args.pos - BASE, NETSCAN_ARGV_CHUNK);
	len = put(put_path(0, 3 * NETSCAN_ARGV_CHUNK, "busybox"), "nc");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), find("nc"));
	CHECK(args.read_on);
	shim_user_set(BASE, argv, len);
	netscan_args_begin(&args, BASE, BASE + len, U32_MAX);
	CHECK(!args.read_on);
	CHECK(!memcmp(args.text, argv, args.text_len));
}

/* No more arguments than that, and no more bytes than are counted. */
static void is_bounded(void)
{
	size_t len = 0;
	u32 i;

	begin();
	for (i = 0; i < NETSCAN_ASK_ARGS - 1; i++)
		len = put(len, "busybox");
	len = put(len, "nc");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), find("nc"));
	len = put(put(len - 3, "busybox"), "nc");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), NO);
	/* Of an argv that is truncated, the head. */
	len = put(put_path(0, NETSCAN_ARGV_HEAD - 4, "busybox"), "nc");
	len = put_path(len, 2 * NETSCAN_ARGV_TAIL - 8, "x");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), find("nc"));
	len = put(put_path(0, NETSCAN_ARGV_HEAD - 3, "busybox"), "nc");
	len = put_path(len, 2 * NETSCAN_ARGV_TAIL - 8, "x");
	shim_user_set(BASE, argv, len);
	EQUAL(look_at_memory(ASK, len), ASK);
	CHECK(!args.read_fault);
}

/* A page that is not there ends it. */
static void faults(void)
{
	size_t len, hole;

	begin();
	len = put(put_path(0, 9000, "busybox"), "nc");
	for (hole = 0; hole < len; hole += 4096) {
		shim_user_set(BASE, argv, len);
		shim_user_hole(BASE + hole);
		EQUAL(look_at_memory(ASK, len), ASK);
		CHECK(args.read_fault);
	}
}

static const struct test tests[] = {
	{ "multi-call binaries", multi_call },
	{ "applets that run another", runners },
	{ "what a loader is told to run", loader },
	{ "a loader of a multi-call binary", loader_of_a_multi_call_binary },
	{ "a loader's arguments, cut anywhere", loader_at_any_cut },
	{ "and against a plain reading", loader_against_a_plain_reading },
	{ "behind other arguments", behind_other_arguments },
	{ "no more is read than it takes", reads_no_more_than_it_takes },
	{ "the work is bounded", is_bounded },
	{ "faults", faults },
};

int main(void)
{
	return test_main("applet", tests, ARRAY_SIZE(tests));
}
