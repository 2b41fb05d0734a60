// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tool identity: which execs are watched
 *
 * Design: a tool is recognised by any sign: the name typed, the name of the
 * file it resolved to, or, where that file is a multi-call binary, the applet
 * named in its arguments. A sign can add a match and never takes one away. An
 * exec of something else is ruled out by a bit per (length, first byte, last
 * byte), whose cost does not depend on the length of a name.
 *
 * Context: netscan_tools_match*(), kprobe; the others, process.
 */
#include "tools.h"

#define MULTICALL	0xff	/* netscan_name.tool of what holds applets */
#define COMM_LEN	15	/* bytes of a task's name, without its NUL */

static const char defaults[] =
	"ping ping4 ping6\n"
	"nping\n"
	"hping\n"
	"hping2\n"
	"hping3\n"
	"nc nc.openbsd nc.traditional nc.*\n"
	"ncat ncat.*\n"
	"netcat netcat.openbsd netcat.traditional netcat.*\n"
	"socat socat1\n";

static const char * const multicall[] = { "busybox", "toybox" };

/**
 * netscan_tools_match_name() - the word for a sign
 * @match: the sign
 *
 * Return: what a record says after "match=".
 */
const char *netscan_tools_match_name(enum netscan_match match)
{
	switch (match) {
	case NETSCAN_MATCH_FILE:
		return "file";
	case NETSCAN_MATCH_ARGV:
		return "argv";
	default:
		return "name";
	}
}

static u8 filter_bit(const char *name, size_t len)
{
	return (u8)name[0] * 5 + (u8)name[len - 1] * 17 + len;
}

static int find_name(const struct netscan_tools *tools, const char *name,
		     size_t len)
{
	const struct netscan_name *n;
	u8 bit;
	u32 i;

	if (!len)
		return NETSCAN_NO_TOOL;
	bit = filter_bit(name, len);
	if (tools->filter[bit / 64] >> (bit % 64) & 1) {
		for (i = 0; i < tools->nr_exact; i++) {
			n = &tools->name[i];
			if (n->len == len && !memcmp(n->text, name, len))
				return n->tool;
		}
	}
	for (i = tools->nr_exact; i < tools->nr_names; i++) {
		n = &tools->name[i];
		if (n->text[0] == name[0] && len > n->len &&
		    !memcmp(n->text, name, n->len))
			return n->tool;
	}
	return NETSCAN_NO_TOOL;
}

/**
 * netscan_tools_find() - which tool has a name
 * @tools: the tools
 * @name: a basename, need not end in NUL
 * @len: its length
 *
 * Return: index of the tool, NETSCAN_NO_TOOL, or NETSCAN_ASK_ARGV for a
 * multi-call binary.
 */
int netscan_tools_find(const struct netscan_tools *tools, const char *name,
		       size_t len)
{
	int tool = find_name(tools, name, len);

	return tool == MULTICALL ? NETSCAN_ASK_ARGV : tool;
}

/* The part after the last slash, from at most @len bytes up to a NUL. */
static const char *base_name(const char *path, size_t *len)
{
	const char *base = path;
	size_t i, n = strnlen(path, *len);

	for (i = 0; i < n; i++)
		if (path[i] == '/')
			base = path + i + 1;
	*len = path + n - base;
	return base;
}

/* Is there a name that begins like this one that was cut to its length? */
static bool may_be_longer(const struct netscan_tools *tools, const char *comm)
{
	const struct netscan_name *n;

	for (n = tools->name; n < tools->name + tools->nr_names; n++)
		if (n->len >= COMM_LEN && !memcmp(n->text, comm, COMM_LEN))
			return true;
	return false;
}

/**
 * netscan_tools_match() - is this exec one of a tool, by its names
 * @tools: the tools
 * @path: the path given to execve, NUL-terminated, at most PATH_MAX
 * @comm: the task's new name, 16 bytes: the kernel made it of the last part of
 *        @path, which spares a walk along it unless that was cut short
 * @file: basename of the resolved file; may be a torn read of a file that is
 *        being renamed, so no byte beyond @file_len is looked at
 * @file_len: its length
 * @match: the first sign that matches
 * @all: bit per tool that any sign names
 *
 * Return: the tool by the first sign that matches; else as
 * netscan_tools_find().
 */
int netscan_tools_match(const struct netscan_tools *tools, const char *path,
			const char *comm, const char *file, size_t file_len,
			enum netscan_match *match, u32 *all)
{
	size_t len = strnlen(comm, COMM_LEN + 1);
	int by_path, by_file;

	if (len == COMM_LEN && may_be_longer(tools, comm)) {
		len = PATH_MAX;
		comm = base_name(path, &len);
	}
	by_path = netscan_tools_find(tools, comm, len);
	by_file = netscan_tools_find(tools, file, file_len);
	if (by_path < 0 && by_file < 0)
		return min(by_path, by_file);
	*match = by_path < 0 ? NETSCAN_MATCH_FILE : NETSCAN_MATCH_NAME;
	*all = (by_path < 0 ? 0 : BIT(by_path)) |
	       (by_file < 0 ? 0 : BIT(by_file));
	return by_path < 0 ? by_file : by_path;
}

/**
 * netscan_tools_match_argv() - which applet a multi-call binary was called as
 * @tools: the tools
 * @argv: the first arguments, each with its NUL
 * @len: bytes of @argv
 *
 * The applet is named by argument 0, or by argument 1 where argument 0 names
 * the binary itself. A login shell's leading '-' is skipped.
 *
 * Return: index of the tool or NETSCAN_NO_TOOL.
 */
int netscan_tools_match_argv(const struct netscan_tools *tools,
			     const char *argv, size_t len)
{
	size_t arg = strnlen(argv, len), n = arg;
	const char *base = base_name(argv, &n);
	int tool;

	if (n && base == argv && *base == '-') {
		base++;
		n--;
	}
	tool = netscan_tools_find(tools, base, n);
	if (tool != NETSCAN_ASK_ARGV)
		return tool;
	if (arg >= len)
		return NETSCAN_NO_TOOL;
	argv += arg + 1;
	n = len - arg - 1;
	base = base_name(argv, &n);
	tool = netscan_tools_find(tools, base, n);
	return tool >= 0 ? tool : NETSCAN_NO_TOOL;
}

/* "all" is what a rule says for every tool. */
static bool valid_name(const char *name, size_t len)
{
	return netscan_text_is_name(name, len, "._+-") && name[0] != '-' &&
	       (len != 3 || memcmp(name, "all", 3));
}

static int tool_index(const struct netscan_tools *tools, const char *name)
{
	int i;

	for (i = 0; i < NETSCAN_MAX_TOOLS; i++)
		if (*name && !strcmp(tools->tool[i], name))
			return i;
	return -ENOENT;
}

static int insert_name(struct netscan_tools *tools, const char *text, u8 tool)
{
	size_t len = strlen(text);
	bool prefix = len > 2 && text[len - 1] == '*';
	struct netscan_name *n;
	u32 at;

	len -= prefix;
	if (!valid_name(text, len))
		return -EINVAL;
	if (tools->nr_names == NETSCAN_MAX_NAMES)
		return -ERANGE;
	/* Exact names come first, then prefixes, the longest first. */
	at = tools->nr_exact;
	while (prefix && at < tools->nr_names && tools->name[at].len >= len)
		at++;
	n = &tools->name[at];
	memmove(n + 1, n, (tools->nr_names - at) * sizeof(*n));
	memset(n, 0, sizeof(*n));
	memcpy(n->text, text, len);
	n->len = len;
	n->tool = tool;
	n->prefix = prefix;
	tools->nr_names++;
	tools->nr_exact += !prefix;
	return 0;
}

static void remove_names(struct netscan_tools *tools, u8 tool)
{
	u32 i, kept = 0, exact = 0;

	for (i = 0; i < tools->nr_names; i++) {
		if (tools->name[i].tool == tool)
			continue;
		exact += !tools->name[i].prefix;
		tools->name[kept++] = tools->name[i];
	}
	memset(&tools->name[kept], 0,
	       (tools->nr_names - kept) * sizeof(tools->name[0]));
	tools->nr_names = kept;
	tools->nr_exact = exact;
}

static void make_filter(struct netscan_tools *tools)
{
	const struct netscan_name *n;
	u32 i;
	u8 bit;

	memset(tools->filter, 0, sizeof(tools->filter));
	for (i = 0; i < tools->nr_exact; i++) {
		n = &tools->name[i];
		bit = filter_bit(n->text, n->len);
		tools->filter[bit / 64] |= 1ULL << (bit % 64);
	}
}

static bool name_taken(const struct netscan_tools *tools, const char *text)
{
	size_t len = strlen(text);
	bool prefix = len && text[len - 1] == '*';
	u32 i;

	len -= prefix;
	for (i = 0; i < tools->nr_names; i++)
		if (tools->name[i].prefix == prefix &&
		    tools->name[i].len == len &&
		    !memcmp(tools->name[i].text, text, len))
			return true;
	return false;
}

static int remove_tool(struct netscan_config *cfg, const char *name,
		       const char **why)
{
	struct netscan_tools *tools = &cfg->tools;
	int tool = tool_index(tools, name);
	u32 i;

	if (tool < 0) {
		*why = "no such tool";
		return -EINVAL;
	}
	for (i = 0; i < cfg->nr_rules; i++) {
		if (cfg->rule[i].tools != U32_MAX &&
		    cfg->rule[i].tools & BIT(tool)) {
			*why = "a rule names this tool";
			return -EINVAL;
		}
	}
	/* Its place may go to another tool: no group may keep it. */
	for (i = 0; i < cfg->nr_rules; i++)
		if (cfg->rule[i].tools == U32_MAX)
			cfg->rule[i].id = cfg->next_id++;
	remove_names(tools, tool);
	memset(tools->tool[tool], 0, NETSCAN_MAX_NAME);
	return 0;
}

static int set_tool(struct netscan_tools *tools, char *line, const char **why)
{
	char *name = strsep(&line, " \t");
	char *alias = name;
	int err, tool = tool_index(tools, name);

	if (!valid_name(name, strlen(name))) {
		*why = "a name is 1 to 31 letters, digits, '.', '_', '+' or '-', and not all";
		return -EINVAL;
	}
	if (tool >= 0) {
		remove_names(tools, tool);
	} else {
		for (tool = 0; tool < NETSCAN_MAX_TOOLS; tool++)
			if (!tools->tool[tool][0])
				break;
		if (tool == NETSCAN_MAX_TOOLS) {
			*why = "too many tools";
			return -ERANGE;
		}
		memcpy(tools->tool[tool], name, strlen(name));
	}
	do {
		if (!*alias)
			continue;
		if (name_taken(tools, alias)) {
			*why = "a name stands for one tool only";
			return -EINVAL;
		}
		err = insert_name(tools, alias, tool);
		if (err) {
			*why = err == -ERANGE ? "too many names" :
			       "an alias is a name, or one with '*' after two or more characters";
			return err;
		}
	} while ((alias = strsep(&line, " \t")));
	return 0;
}

static int parse_line(struct netscan_config *cfg, char *line, const char **why)
{
	line = strim(line);
	if (!*line || *line == '#')
		return 0;
	if (*line == '-')
		return remove_tool(cfg, line + 1, why);
	return set_tool(&cfg->tools, line, why);
}

/**
 * netscan_tools_parse() - change tools as a text says
 * @cfg: a copy of the configuration; on error it is of no more use
 * @text: lines `name alias...` or `-name`; taken apart
 * @why: on error, what was wrong
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int netscan_tools_parse(struct netscan_config *cfg, char *text,
			const char **why)
{
	char *line;
	int err;

	while ((line = strsep(&text, "\n"))) {
		err = parse_line(cfg, line, why);
		if (err)
			return err;
	}
	make_filter(&cfg->tools);
	return 0;
}

/**
 * netscan_tools_init() - the built-in tools
 * @cfg: a zeroed configuration
 *
 * Return: 0, or the error of netscan_tools_parse().
 */
int netscan_tools_init(struct netscan_config *cfg)
{
	char text[sizeof(defaults)];
	const char *why = NULL;
	u32 i;

	memcpy(text, defaults, sizeof(text));
	for (i = 0; i < ARRAY_SIZE(multicall); i++)
		WARN_ON(insert_name(&cfg->tools, multicall[i], MULTICALL));
	return netscan_tools_parse(cfg, text, &why);
}

/**
 * netscan_tools_print() - the tools as netscan_tools_parse() reads them
 * @tools: the tools
 * @t: where to
 */
void netscan_tools_print(const struct netscan_tools *tools,
			 struct netscan_text *t)
{
	const struct netscan_name *n;
	u32 i, tool;

	for (tool = 0; tool < NETSCAN_MAX_TOOLS; tool++) {
		if (!tools->tool[tool][0])
			continue;
		netscan_text_add(t, "%s", tools->tool[tool]);
		for (i = 0; i < tools->nr_names; i++) {
			n = &tools->name[i];
			if (n->tool != tool ||
			    (!n->prefix && !strcmp(n->text, tools->tool[tool])))
				continue;
			netscan_text_add(t, " %s%s", n->text,
					 n->prefix ? "*" : "");
		}
		netscan_text_add(t, "\n");
	}
}
