// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz which tool an exec is one of
 *
 * The first line is what the built-in tools are changed by, what comes behind it
 * up to a NUL the path, then the file's name, then argv. Whatever they are, no
 * byte is looked at that is not theirs, and a name that is a tool's is always
 * seen as that.
 */
#include "applet.h"
#include "fuzz.h"
#include "word.h"

#define COMM	16	/* bytes of a task's name, with its NUL */

/* Exactly as large, so that a byte behind it is noticed. */
static char *copy_of(const void *bytes, size_t size)
{
	char *copy = malloc(size + !size);

	memcpy(copy, bytes, size);
	return copy;
}

static void check_tool(const struct netscan_config *cfg, int tool)
{
	fail_unless(tool >= NETSCAN_ASK_LOADER && tool < NETSCAN_MAX_TOOLS,
		    "a tool");
	fail_unless(tool < 0 || *cfg->tools.tool[tool], "a tool that is known");
}

static void check_names(const struct netscan_config *cfg, const char *path,
			const char *file, size_t file_len)
{
	const struct netscan_tools *tools = &cfg->tools;
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	enum netscan_match match = NETSCAN_MATCH_ARGV;
	char comm[COMM] = "";
	int tool, by_path, by_file, runner = NETSCAN_NO_TOOL;
	u32 all = 0;

	memcpy(comm, base, strnlen(base, COMM - 1));
	tool = netscan_tools_match(tools, path, comm, file, file_len, &match,
				   &all, &runner);
	fail_unless(runner >= NETSCAN_ASK_LOADER && runner <= NETSCAN_NO_TOOL,
		    "a runner or none");
	by_path = netscan_tools_find(tools, base, strlen(base));
	by_file = netscan_tools_find(tools, file, file_len);
	check_tool(cfg, tool);
	if (by_path >= 0) {
		fail_unless(tool == by_path && match == NETSCAN_MATCH_NAME,
			    "the name typed");
		fail_unless(all >> by_path & 1, "it is among all");
	} else if (by_file >= 0) {
		fail_unless(tool == by_file && match == NETSCAN_MATCH_FILE,
			    "the file's name");
	} else {
		fail_unless(tool < 0, "no name, no tool");
	}
	if (by_file >= 0)
		fail_unless(all >> by_file & 1, "the file is among all");
}

/* Arguments in pieces say what they say all at once. */
static void check_argv(const struct netscan_config *cfg, const char *argv,
		       size_t len, int ask)
{
	struct netscan_applet whole, parts;
	size_t used, at = 0, end;
	int tool, piecewise;

	netscan_applet_begin(&whole, ask);
	tool = netscan_applet_look(&cfg->tools, &whole, argv, len, &used);
	check_tool(cfg, tool);
	fail_unless(tool != NETSCAN_ASK_LOADER, "a tool, none, or more to come");
	fail_unless(used <= len && (!used || !argv[used - 1]),
		    "as many as are whole");
	netscan_applet_begin(&parts, ask);
	piecewise = NETSCAN_ASK_ARGV;
	for (end = 0; end <= len && piecewise == NETSCAN_ASK_ARGV; end += 1 + end % 7) {
		piecewise = netscan_applet_look(&cfg->tools, &parts, argv + at,
						end - at, &used);
		at += used;
	}
	if (piecewise == NETSCAN_ASK_ARGV)
		piecewise = netscan_applet_look(&cfg->tools, &parts, argv + at,
						len - at, &used);
	fail_unless(piecewise == tool, "the same in pieces");
}

/* Up to the first @end: a part of the input, which then goes on behind it. */
static size_t take_part(const uint8_t **data, size_t *size, int end)
{
	const uint8_t *p = memchr(*data, end, *size);
	size_t len = p ? p - *data : *size;

	*data += len + !!p;
	*size -= len + !!p;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netscan_config cfg;
	const uint8_t *part = data;
	char *path, *file, *argv;
	size_t len;

	len = take_part(&data, &size, '\n');
	if (!fuzz_parse(netscan_tools_parse, &cfg, part, len))
		return 0;
	part = data;
	len = take_part(&data, &size, 0);
	path = malloc(len + 1);
	memcpy(path, part, len);
	path[len] = '\0';
	part = data;
	len = take_part(&data, &size, 0);
	file = copy_of(part, len);
	argv = copy_of(data, size);
	if (strlen(path) < PATH_MAX)
		check_names(&cfg, path, file, len);
	check_argv(&cfg, argv, size, NETSCAN_ASK_ARGV);
	check_argv(&cfg, argv, size, NETSCAN_ASK_LOADER);
	free(path);
	free(file);
	free(argv);
	return 0;
}
