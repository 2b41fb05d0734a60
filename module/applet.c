// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the tool that arguments name: applets, and what a loader runs
 *
 * Design: one argument after the other is looked at, and each says what the
 * next one is: an applet's name, an option, its value, a program. So arguments
 * may come in pieces, and nothing but that is kept between them. It ends with
 * the first argument that names a tool or something else that is run.
 *
 * Toybox has applets that run another applet without an exec, as `toybox nice
 * nc` does; those are known here with the options of theirs that take a value.
 * Busybox execs itself in such a case, and is a tool by both execs.
 *
 * Locking: none. The caller owns what is looked at.
 *
 * Context: kprobe, preemption off.
 */
#include "applet.h"

/* What an argument may be. */
enum argument {
	ARGV0,		/* argument 0 of a multi-call binary */
	APPLET,		/* the one behind its name */
	OPTION,		/* an option of a runner, or what follows them */
	VALUE,		/* the value of such an option */
	OPERAND,	/* an operand of a runner, or what it runs */
	LOADER,		/* argument 0 of a loader */
	LOADER_OPTION,	/* an option of a loader, or the program */
	LOADER_VALUE,	/* the value of such an option */
	LOADER_ARGV0,	/* the same, argument 0 of the program */
	PROGRAM,	/* what a loader runs */
};

/**
 * struct netscan_runner - an applet that runs another in its place
 * @name: its name
 * @operands: how many arguments precede that one's name, besides options
 * @values: letters of options with a value, or zeroes
 * @value: the long option with one, without "--"; may be abbreviated
 */
struct netscan_runner {
	char name[10];
	u8 operands;
	char values[2];
	char value[8];
};

/* As in toybox 0.8.9 to 0.8.13; its env, time and xargs exec what they run. */
static const struct netscan_runner runners[] = {
	{ "chroot", 1 },
	{ "chrt", 1 },
	{ "ionice", 0, "cn" },
	{ "linux32", 0 },
	{ "nice", 0, "n" },
	{ "nohup", 0 },
	{ "nsenter", 0, "t", "target" },
	{ "oneit", 0, "c" },
	{ "openvt", 0, "c" },
	{ "runcon", 1 },
	{ "setsid", 0 },
	{ "taskset", 1 },
	{ "timeout", 1, "ks", "signal" },
	{ "uclampset", 0, "mM" },
	{ "unshare", 0 },
};

static const struct netscan_runner *find_runner(const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(runners); i++)
		if (runners[i].name[0] == name[0] &&
		    !strncmp(runners[i].name, name, len) &&
		    !runners[i].name[len])
			return &runners[i];
	return NULL;
}

/* What is to be run has this name. */
static int look_at_name(const struct netscan_tools *tools,
			struct netscan_applet *ap, const char *name,
			size_t len)
{
	int tool = netscan_tools_find(tools, name, len);

	if (tool >= 0)
		return tool;
	ap->next = APPLET;
	ap->runner = NULL;
	if (tool == NETSCAN_ASK_ARGV)
		return tool;
	ap->runner = len ? find_runner(name, len) : NULL;
	if (!ap->runner)
		return NETSCAN_NO_TOOL;
	ap->next = OPTION;
	ap->operands = ap->runner->operands;
	return NETSCAN_ASK_ARGV;
}

static int look_at_applet(const struct netscan_tools *tools,
			  struct netscan_applet *ap, const char *arg,
			  size_t len)
{
	const char *base = netscan_tools_base_name(arg, &len);

	return look_at_name(tools, ap, base, len);
}

/* A login shell's name begins with '-'. */
static int look_at_argv0(const struct netscan_tools *tools,
			 struct netscan_applet *ap, const char *arg,
			 size_t len)
{
	const char *base = netscan_tools_base_name(arg, &len);

	if (len && base == arg && *base == '-') {
		base++;
		len--;
	}
	return look_at_name(tools, ap, base, len);
}

/* A path is exec'ed, where a name alone may be that of an applet. */
static int look_at_operand(const struct netscan_tools *tools,
			   struct netscan_applet *ap, const char *arg,
			   size_t len)
{
	ap->next = OPERAND;
	if (ap->operands) {
		ap->operands--;
		return NETSCAN_ASK_ARGV;
	}
	return look_at_name(tools, ap, arg, len);
}

/* Is the value of this option the next argument? */
static bool runner_wants_value(const struct netscan_runner *runner,
			       const char *arg, size_t len)
{
	size_t i;

	if (arg[1] == '-')
		return !strncmp(runner->value, arg + 2, len - 2);
	for (i = 1; i < len; i++)
		if (arg[i] == runner->values[0] || arg[i] == runner->values[1])
			break;
	return i == len - 1;
}

static int look_at_option(const struct netscan_tools *tools,
			  struct netscan_applet *ap, const char *arg,
			  size_t len)
{
	if (arg[0] != '-' || len == 1)
		return look_at_operand(tools, ap, arg, len);
	if (!strcmp(arg, "--"))
		ap->next = OPERAND;
	else if (runner_wants_value(ap->runner, arg, len))
		ap->next = VALUE;
	return NETSCAN_ASK_ARGV;
}

static int look_at_program(const struct netscan_tools *tools,
			   struct netscan_applet *ap, const char *arg,
			   size_t len)
{
	const char *base = netscan_tools_base_name(arg, &len);
	int tool = netscan_tools_find(tools, base, len);

	if (tool == NETSCAN_ASK_ARGV) {
		ap->match = NETSCAN_MATCH_ARGV;
		ap->next = ap->then;
		return ap->argv0;
	}
	if (tool != NETSCAN_ASK_LOADER)
		return tool;
	/* One C library's can run another's. */
	ap->argv0 = NETSCAN_ASK_ARGV;
	ap->then = APPLET;
	ap->next = LOADER_OPTION;
	return NETSCAN_ASK_ARGV;
}

/* Argument 0 of the program, which matters if that is a multi-call binary. */
static int keep_argv0(const struct netscan_tools *tools,
		      struct netscan_applet *ap, const char *arg, size_t len)
{
	ap->argv0 = look_at_argv0(tools, ap, arg, len);
	ap->then = ap->next;
	ap->next = LOADER_OPTION;
	return NETSCAN_ASK_ARGV;
}

/* Of the value of --library-path and the like, nothing is looked at. */
static bool loader_wants_value(const char *arg)
{
	static const char * const options[] = {
		"--library-path", "--preload", "--audit", "--inhibit-rpath",
		"--glibc-hwcaps-prepend", "--glibc-hwcaps-mask",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(arg, options[i]))
			return true;
	return false;
}

/* An option of musl's has its value behind '='. */
static bool loader_has_value(const char *arg)
{
	return !strncmp(arg, "--argv0=", 8) ||
	       !strncmp(arg, "--library-path=", 15) ||
	       !strncmp(arg, "--preload=", 10);
}

static bool loader_only_looks(const char *arg)
{
	return !strcmp(arg, "--list") || !strcmp(arg, "--list-tunables") ||
	       !strcmp(arg, "--list-diagnostics") ||
	       !strcmp(arg, "--verify") || !strcmp(arg, "--help") ||
	       !strcmp(arg, "--version");
}

/*
 * Until 2.33, glibc's took what it does not know as an option for the program.
 * What is an option to musl's is both, then: it counts where it names a tool.
 */
static int look_at_odd_option(const struct netscan_tools *tools,
			      struct netscan_applet *ap, const char *arg,
			      size_t len)
{
	const char *base = netscan_tools_base_name(arg, &len);
	int tool = netscan_tools_find(tools, base, len);

	if (base == arg)
		return NETSCAN_ASK_ARGV;
	if (tool >= 0 || loader_has_value(arg))
		return tool >= 0 ? tool : NETSCAN_ASK_ARGV;
	return look_at_program(tools, ap, base, len);
}

/*
 * Options begin with "--", of glibc's loader and of musl's, for which "--"
 * alone ends them and a value may come behind '='.
 */
static int look_at_loader_option(const struct netscan_tools *tools,
				 struct netscan_applet *ap, const char *arg,
				 size_t len)
{
	static const char argv0[] = "--argv0=";
	const size_t n = sizeof(argv0) - 1;
	int tool;

	if (strncmp(arg, "--", 2))
		return look_at_program(tools, ap, arg, len);
	if (loader_only_looks(arg))
		return NETSCAN_NO_TOOL;
	tool = look_at_odd_option(tools, ap, arg, len);
	if (tool != NETSCAN_ASK_ARGV)
		return tool;
	if (!strncmp(arg, argv0, n))
		return keep_argv0(tools, ap, arg + n, len - n);
	if (len == 2)
		ap->next = PROGRAM;
	else if (!strcmp(arg, "--argv0"))
		ap->next = LOADER_ARGV0;
	else if (loader_wants_value(arg))
		ap->next = LOADER_VALUE;
	return NETSCAN_ASK_ARGV;
}

static int look_at(const struct netscan_tools *tools,
		   struct netscan_applet *ap, const char *arg, size_t len)
{
	switch (ap->next) {
	case ARGV0:
		return look_at_argv0(tools, ap, arg, len);
	case APPLET:
		return look_at_applet(tools, ap, arg, len);
	case OPTION:
		return look_at_option(tools, ap, arg, len);
	case OPERAND:
		return look_at_operand(tools, ap, arg, len);
	case LOADER_OPTION:
		return look_at_loader_option(tools, ap, arg, len);
	case LOADER_ARGV0:
		return keep_argv0(tools, ap, arg, len);
	case PROGRAM:
		return look_at_program(tools, ap, arg, len);
	}
	ap->next = ap->next == VALUE ? OPTION : LOADER_OPTION;
	return NETSCAN_ASK_ARGV;
}

/**
 * netscan_applet_begin() - begin to look at arguments
 * @ap: overwritten
 * @ask: NETSCAN_ASK_ARGV, they are of a multi-call binary, or
 *       NETSCAN_ASK_LOADER, of a dynamic loader
 */
void netscan_applet_begin(struct netscan_applet *ap, int ask)
{
	bool loader = ask == NETSCAN_ASK_LOADER;

	ap->runner = NULL;
	ap->match = loader ? NETSCAN_MATCH_LOADER : NETSCAN_MATCH_ARGV;
	ap->argv0 = NETSCAN_ASK_ARGV;
	ap->left = NETSCAN_ASK_ARGS;
	ap->next = loader ? LOADER : ARGV0;
	ap->then = APPLET;
	ap->operands = 0;
}

/**
 * netscan_applet_look() - look at the next arguments
 * @tools: the tools
 * @ap: begun
 * @argv: arguments, each with its NUL
 * @len: bytes of @argv; an argument that is cut there is not looked at
 * @used: how many of them need not be shown again
 *
 * Return: index of the tool, NETSCAN_NO_TOOL, also where @ap->left has come to
 * 0, or NETSCAN_ASK_ARGV if that is not known before the next arguments.
 */
int netscan_applet_look(const struct netscan_tools *tools,
			struct netscan_applet *ap, const char *argv,
			size_t len, size_t *used)
{
	const char *arg = argv, *end = argv + len;
	int tool = NETSCAN_ASK_ARGV;
	size_t n;

	while (tool == NETSCAN_ASK_ARGV) {
		n = strnlen(arg, end - arg);
		if (arg + n == end)
			break;
		if (!ap->left)
			return NETSCAN_NO_TOOL;
		tool = look_at(tools, ap, arg, n);
		ap->left--;
		arg += n + 1;
	}
	*used = arg - argv;
	return tool;
}
