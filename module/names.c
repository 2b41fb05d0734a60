// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the names and build-ids of the tools: parse and print
 *
 * Design: one tool a line, `name alias... buildid=HEX,...`; a line replaces the
 * tool's aliases and build-ids, `+name ...` adds to them what is not there yet,
 * `-name` removes the tool. What runs a tool named in its arguments has the
 * lines `@multicall` and `@loader`, which are always there. Exact names come
 * before prefixes in the table, and the index that tools.c asks first is made
 * anew from them.
 *
 * Context: process.
 */
#include "exceptions.h"
#include "lines.h"
#include "tools.h"

static const char defaults[] =
	"@multicall busybox toybox busybox* toybox*\n"
	"@loader ld.so ld.so.1 ld64.so.1 ld64.so.2 ld-*\n"
	"ping ping4 ping6\n"
	"nping\n"
	"hping\n"
	"hping2\n"
	"hping3\n"
	"nc nc.openbsd nc.traditional nc.*\n"
	"ncat ncat.*\n"
	"netcat netcat.openbsd netcat.traditional netcat.*\n"
	"socat socat1\n";

#define BUILD_ID	"buildid="

/* What runs a tool that its arguments name. */
static const struct {
	const char *name;
	u8 tool;
} runners[] = {
	{ "@multicall", NETSCAN_TOOL_MULTICALL },
	{ "@loader", NETSCAN_TOOL_LOADER },
};

/* "all" is what a rule says for every tool; a line may begin with '+' or '-'. */
static bool valid_name(const char *name, size_t len)
{
	return netscan_text_is_name(name, len, "._+-") && name[0] != '-' &&
	       name[0] != '+' && (len != 3 || memcmp(name, "all", 3));
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

static void remove_build_ids(struct netscan_tools *tools, u8 tool)
{
	u32 i, kept = 0;

	for (i = 0; i < tools->nr_build_ids; i++)
		if (tools->build_id[i].tool != tool)
			tools->build_id[kept++] = tools->build_id[i];
	memset(&tools->build_id[kept], 0,
	       (tools->nr_build_ids - kept) * sizeof(tools->build_id[0]));
	tools->nr_build_ids = kept;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -EINVAL;
}

static int insert_build_id(struct netscan_tools *tools, const char *hex,
			   u8 tool, bool add, const char **why)
{
	struct netscan_build_id id = { .tool = tool };
	size_t i, len = strlen(hex);
	int value, owner;

	*why = "a build-id is 16 to 64 hexadecimal digits, two a byte";
	if (len % 2 || len / 2 < NETSCAN_MIN_BUILD_ID ||
	    len / 2 > NETSCAN_MAX_BUILD_ID)
		return -EINVAL;
	id.len = len / 2;
	for (i = 0; i < len; i++) {
		value = hex_value(hex[i]);
		if (value < 0)
			return -EINVAL;
		id.bytes[i / 2] = id.bytes[i / 2] << 4 | value;
	}
	*why = "a build-id stands for one tool only";
	owner = netscan_tools_find_build_id(tools, id.bytes, id.len);
	if (owner != NETSCAN_NO_TOOL)
		return add && owner == netscan_tools_ask(tool) ? 0 : -EINVAL;
	*why = "too many build-ids";
	if (tools->nr_build_ids == NETSCAN_MAX_BUILD_IDS)
		return -ERANGE;
	tools->build_id[tools->nr_build_ids++] = id;
	return 0;
}

static int insert_build_ids(struct netscan_tools *tools, char *list, u8 tool,
			    bool add, const char **why)
{
	char *hex;
	int err = 0;

	while (!err && (hex = strsep(&list, ",")))
		err = insert_build_id(tools, hex, tool, add, why);
	return err;
}

static void make_index(struct netscan_tools *tools)
{
	const struct netscan_name *n;
	u32 i;

	memset(tools->first, 0, sizeof(tools->first));
	tools->prefixes = 0;
	for (i = tools->nr_exact; i < tools->nr_names; i++)
		tools->prefixes |= BIT(tools->name[i].text[0] & 31);
	for (i = tools->nr_exact; i; i--) {
		n = &tools->name[i - 1];
		tools->first[netscan_tools_hash(n->text, n->len)] = i;
	}
}

/* Whose name this is, as netscan_name.tool has it, or -ENOENT. */
static int name_owner(const struct netscan_tools *tools, const char *text)
{
	size_t len = strlen(text);
	bool prefix = len && text[len - 1] == '*';
	u32 i;

	len -= prefix;
	for (i = 0; i < tools->nr_names; i++)
		if (tools->name[i].prefix == prefix &&
		    tools->name[i].len == len &&
		    !memcmp(tools->name[i].text, text, len))
			return tools->name[i].tool;
	return -ENOENT;
}

static int remove_tool(struct netscan_config *cfg, char *name, const char **why)
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
	if (netscan_exceptions_name_tool(cfg, tool)) {
		*why = "an exception names this tool";
		return -EINVAL;
	}
	/*
	 * Its place may go to another tool: no group may keep it. One of a rule
	 * for other tools may have it, too: by the first sign of an exec that
	 * was one of these by another.
	 */
	for (i = 0; i < cfg->nr_rules; i++)
		cfg->rule[i].id = cfg->next_id++;
	remove_names(tools, tool);
	remove_build_ids(tools, tool);
	memset(tools->tool[tool], 0, NETSCAN_MAX_NAME);
	return 0;
}

static int add_name(struct netscan_tools *tools, const char *name, u8 tool,
		    bool add, const char **why)
{
	int err, owner = name_owner(tools, name);

	if (owner >= 0) {
		*why = "a name stands for one tool only";
		return add && owner == tool ? 0 : -EINVAL;
	}
	err = insert_name(tools, name, tool);
	if (err)
		*why = err == -ERANGE ? "too many names" :
		       "an alias is a name, or one with '*' after two or more characters";
	return err;
}

/* The index of a tool, of a new one as well, or what a runner has in its place. */
static int tool_to_set(struct netscan_tools *tools, const char *name,
		       const char **why)
{
	int tool = tool_index(tools, name);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(runners); i++)
		if (!strcmp(runners[i].name, name))
			return runners[i].tool;
	if (!valid_name(name, strlen(name))) {
		*why = "a name is 1 to 31 letters, digits, '.', '_', '+' or '-', and not all";
		return -EINVAL;
	}
	if (tool >= 0)
		return tool;
	for (tool = 0; tool < NETSCAN_MAX_TOOLS; tool++)
		if (!tools->tool[tool][0])
			break;
	if (tool == NETSCAN_MAX_TOOLS) {
		*why = "too many tools";
		return -ERANGE;
	}
	memcpy(tools->tool[tool], name, strlen(name));
	return tool;
}

static int set_tool(struct netscan_config *cfg, char *line, const char **why)
{
	struct netscan_tools *tools = &cfg->tools;
	char *word = strsep(&line, " \t");
	bool add = *word == '+';
	int err = 0, tool = tool_to_set(tools, word + add, why);

	if (tool < 0)
		return tool;
	if (!add) {
		remove_names(tools, tool);
		remove_build_ids(tools, tool);
	}
	if (tool < NETSCAN_MAX_TOOLS)
		err = add_name(tools, word + add, tool, add, why);
	while (!err && (word = strsep(&line, " \t"))) {
		if (!strncmp(word, BUILD_ID, strlen(BUILD_ID)))
			err = insert_build_ids(tools, word + strlen(BUILD_ID),
					       tool, add, why);
		else if (*word)
			err = add_name(tools, word, tool, add, why);
	}
	return err;
}

/**
 * netscan_tools_parse() - change tools as a text says
 * @cfg: a copy of the configuration; on error it is of no more use
 * @text: lines `name alias... buildid=HEX,...`, `+name ...` or `-name`; taken
 *        apart
 * @why: on error, what was wrong
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int netscan_tools_parse(struct netscan_config *cfg, char *text,
			const char **why)
{
	int err = netscan_lines_parse(cfg, text, set_tool, remove_tool, why);

	if (err)
		return err;
	make_index(&cfg->tools);
	cfg->tools.serial++;
	return 0;
}

/**
 * netscan_tools_parse_list() - read a list of canonical names
 * @tools: the tools
 * @text: names with commas between; taken apart
 * @out: bit per tool; on error left alone
 *
 * Return: 0 or -EINVAL.
 */
int netscan_tools_parse_list(const struct netscan_tools *tools, char *text,
			     u32 *out)
{
	char *word;
	u32 mask = 0;
	int tool;

	while ((word = strsep(&text, ","))) {
		tool = tool_index(tools, word);
		if (tool < 0)
			return -EINVAL;
		mask |= BIT(tool);
	}
	*out = mask;
	return 0;
}

/**
 * netscan_tools_print_list() - write what netscan_tools_parse_list() reads
 * @tools: the tools
 * @mask: bit per tool
 * @t: where to
 */
void netscan_tools_print_list(const struct netscan_tools *tools, u32 mask,
			      struct netscan_text *t)
{
	const char *comma = "";
	u32 i;

	for (i = 0; i < NETSCAN_MAX_TOOLS; i++) {
		if (!(mask & BIT(i)))
			continue;
		netscan_text_add(t, "%s%s", comma, tools->tool[i]);
		comma = ",";
	}
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

	memcpy(text, defaults, sizeof(text));
	return netscan_tools_parse(cfg, text, &why);
}

/* A line, but for the tool's own name where it has one. */
static void print_words(const struct netscan_tools *tools, u8 tool,
			const char *own, struct netscan_text *t)
{
	const struct netscan_build_id *id;
	const struct netscan_name *n;
	const char *before = " " BUILD_ID;
	u32 i, k;

	for (i = 0; i < tools->nr_names; i++) {
		n = &tools->name[i];
		if (n->tool == tool && (n->prefix || strcmp(n->text, own)))
			netscan_text_add(t, " %s%s", n->text,
					 n->prefix ? "*" : "");
	}
	for (i = 0; i < tools->nr_build_ids; i++) {
		id = &tools->build_id[i];
		if (id->tool != tool)
			continue;
		netscan_text_add(t, "%s", before);
		for (k = 0; k < id->len; k++)
			netscan_text_add(t, "%02x", id->bytes[k]);
		before = ",";
	}
	netscan_text_add(t, "\n");
}

/**
 * netscan_tools_print() - the tools as netscan_tools_parse() reads them
 * @tools: the tools
 * @t: where to
 */
void netscan_tools_print(const struct netscan_tools *tools,
			 struct netscan_text *t)
{
	const char *name;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(runners); i++) {
		netscan_text_add(t, "%s", runners[i].name);
		print_words(tools, runners[i].tool, "", t);
	}
	for (i = 0; i < NETSCAN_MAX_TOOLS; i++) {
		name = tools->tool[i];
		if (!*name)
			continue;
		netscan_text_add(t, "%s", name);
		print_words(tools, i, name, t);
	}
}
