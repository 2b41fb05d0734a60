/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the tools as /proc/netscan/tools lists them, and what is to be added
 *
 * Design: only what it takes to look a name up is understood here; what is right
 * and what is too much is for the module to say, to which all that is added goes
 * back as lines of its own, "+name buildid=HEX,...".
 */
#ifndef NETSCAN_USERSPACE_TOOLSET_H
#define NETSCAN_USERSPACE_TOOLSET_H

#include <stdbool.h>
#include <stddef.h>

#include "../module/limits.h"

/* Lines: the tools, and two of what runs a tool that its arguments name. */
#define TOOLSET_LINES	(NETSCAN_MAX_TOOLS + 2)

/* A line with as many build-ids as there can be. */
#define TOOLSET_LINE	(NETSCAN_MAX_NAME + 16 + \
			 NETSCAN_MAX_BUILD_IDS * (2 * NETSCAN_MAX_BUILD_ID + 1))

/**
 * struct toolset_name - a name by which a tool is known
 * @text: the name
 * @len: its length, without the '*' of a prefix
 * @prefix: stands for every longer name that begins so
 * @tool: whose it is
 */
struct toolset_name {
	const char *text;
	size_t len;
	bool prefix;
	int tool;
};

/**
 * struct toolset_id - a build-id of a tool
 * @hex: in lower case
 * @tool: whose it is
 * @added: by toolset_add()
 */
struct toolset_id {
	char hex[2 * NETSCAN_MAX_BUILD_ID + 1];
	int tool;
	bool added;
};

/**
 * struct toolset - all of it; zeroed before toolset_parse()
 * @tool: what a line begins with
 * @nr_tools: how many
 * @name: names and aliases
 * @nr_names: how many
 * @id: build-ids, those that were added among them
 * @nr_ids: how many
 */
struct toolset {
	const char *tool[TOOLSET_LINES];
	int nr_tools;
	struct toolset_name name[NETSCAN_MAX_NAMES];
	size_t nr_names;
	struct toolset_id id[NETSCAN_MAX_BUILD_IDS];
	size_t nr_ids;
};

/**
 * toolset_parse() - take a text apart
 * @set: what it says is put here, pointing into @text
 * @text: lines as in the module's file, or to be written to it
 *
 * Return: 0, -EINVAL for a name that is none, -E2BIG for more than the module
 * can hold.
 */
int toolset_parse(struct toolset *set, char *text);

/** toolset_find() - the tool that is known by @name, or -1 */
int toolset_find(const struct toolset *set, const char *name);

/** toolset_is_runner() - does its line say what runs a tool that arguments name? */
bool toolset_is_runner(const struct toolset *set, int tool);

/** toolset_has_id() - is this build-id, of @len bytes, listed for any tool? */
bool toolset_has_id(const struct toolset *set, const void *id, size_t len);

/**
 * toolset_add() - add a build-id that is not listed
 *
 * Return: 0, or -E2BIG for more than the module can hold.
 */
int toolset_add(struct toolset *set, int tool, const void *id, size_t len);

/**
 * toolset_line() - the line that adds what was added to a tool
 * @set: the tools
 * @tool: which of them
 * @line: receives it, with its newline; at least TOOLSET_LINE bytes
 *
 * Return: its length, 0 if nothing was added.
 */
size_t toolset_line(const struct toolset *set, int tool, char *line);

#endif
