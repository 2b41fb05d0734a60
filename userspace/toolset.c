// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the tools as /proc/netscan/tools lists them, and what is to be added
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolset.h"

#define BUILD_ID	"buildid="
#define BLANKS		" \t\r"

static int tool_of(struct toolset *set, const char *name)
{
	int i;

	for (i = 0; i < set->nr_tools; i++)
		if (!strcmp(set->tool[i], name))
			return i;
	if (strlen(name) >= NETSCAN_MAX_NAME)
		return -EINVAL;
	if (i == TOOLSET_LINES)
		return -E2BIG;
	set->tool[set->nr_tools++] = name;
	return i;
}

static int parse_ids(struct toolset *set, int tool, char *list)
{
	struct toolset_id *id;
	char *hex;

	while ((hex = strsep(&list, ","))) {
		if (set->nr_ids == NETSCAN_MAX_BUILD_IDS)
			return -E2BIG;
		id = &set->id[set->nr_ids++];
		snprintf(id->hex, sizeof(id->hex), "%s", hex);
		id->tool = tool;
	}
	return 0;
}

static int parse_name(struct toolset *set, int tool, const char *text)
{
	size_t len = strlen(text);
	bool prefix = len && text[len - 1] == '*';

	if (len >= NETSCAN_MAX_NAME)
		return -EINVAL;
	if (set->nr_names == NETSCAN_MAX_NAMES)
		return -E2BIG;
	set->name[set->nr_names++] = (struct toolset_name){ text, len - prefix, prefix, tool };
	return 0;
}

static int parse_line(struct toolset *set, char *line)
{
	char *word, *rest = line;
	int err = 0, tool = -1;

	while (!err && (word = strsep(&rest, BLANKS))) {
		if (!*word)
			continue;
		if (tool < 0) {
			/* One that goes is looked for no more; so is a remark. */
			if (*word == '#' || *word == '-')
				return 0;
			word += *word == '+';
			tool = tool_of(set, word);
			if (tool < 0)
				return tool;
			if (*word != '@')
				err = parse_name(set, tool, word);
		} else if (!strncmp(word, BUILD_ID, strlen(BUILD_ID))) {
			err = parse_ids(set, tool, word + strlen(BUILD_ID));
		} else {
			err = parse_name(set, tool, word);
		}
	}
	return err;
}

int toolset_parse(struct toolset *set, char *text)
{
	char *line;
	int err = 0;

	while (!err && (line = strsep(&text, "\n")))
		err = parse_line(set, line);
	return err;
}

int toolset_find(const struct toolset *set, const char *name)
{
	const struct toolset_name *n, *best = NULL;
	size_t len = strlen(name);

	for (n = set->name; n < set->name + set->nr_names; n++) {
		if (n->prefix ? len <= n->len : len != n->len)
			continue;
		if (memcmp(n->text, name, n->len))
			continue;
		if (!n->prefix)
			return n->tool;
		if (!best || n->len > best->len)
			best = n;
	}
	return best ? best->tool : -1;
}

bool toolset_is_runner(const struct toolset *set, int tool)
{
	return set->tool[tool][0] == '@';
}

static void to_hex(char *hex, const unsigned char *id, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", id[i]);
}

bool toolset_has_id(const struct toolset *set, const void *id, size_t len)
{
	char hex[2 * NETSCAN_MAX_BUILD_ID + 1];
	size_t i;

	to_hex(hex, id, len);
	for (i = 0; i < set->nr_ids; i++)
		if (!strcasecmp(set->id[i].hex, hex))
			return true;
	return false;
}

int toolset_add(struct toolset *set, int tool, const void *id, size_t len)
{
	struct toolset_id *new = &set->id[set->nr_ids];

	if (set->nr_ids == NETSCAN_MAX_BUILD_IDS)
		return -E2BIG;
	to_hex(new->hex, id, len);
	new->tool = tool;
	new->added = true;
	set->nr_ids++;
	return 0;
}

size_t toolset_line(const struct toolset *set, int tool, char *line)
{
	const char *before = " " BUILD_ID;
	size_t i, len = 0;

	for (i = 0; i < set->nr_ids; i++) {
		if (!set->id[i].added || set->id[i].tool != tool)
			continue;
		if (!len)
			len = snprintf(line, TOOLSET_LINE, "+%s", set->tool[tool]);
		len += snprintf(line + len, TOOLSET_LINE - len, "%s%s", before, set->id[i].hex);
		before = ",";
	}
	if (len)
		len += snprintf(line + len, TOOLSET_LINE - len, "\n");
	return len;
}
