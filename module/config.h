/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what is looked for: tools and rules, one snapshot
 */
#ifndef NETSCAN_CONFIG_H
#define NETSCAN_CONFIG_H

#include "core.h"

/* The fields that may make a group; the order is that of their names. */
#define NETSCAN_BY_PARENT	BIT(0)
#define NETSCAN_BY_EXE		BIT(1)
#define NETSCAN_BY_SESSION	BIT(2)
#define NETSCAN_BY_CGROUP	BIT(3)
#define NETSCAN_BY_UID		BIT(4)
#define NETSCAN_BY_TOOL		BIT(5)

/**
 * struct netscan_rule - what makes an alert
 * @name: letters, digits, '-' and '_', begins with a letter
 * @id: unique since load; a new one when @by, @count or @tools change, so that
 *      groups counted under the old meaning are never taken for the new
 * @tools: bit per tool; all bits where the rule says "all"
 * @window: seconds, 1 to NETSCAN_MAX_WINDOW
 * @distinct: distinct arguments that make a scan, 1 to the number of slots; or,
 *            with @span, the sum of what they spell, 1 to NETSCAN_MAX_SUM
 * @events: exec events that it takes at least, 1 to NETSCAN_MAX_EVENTS
 * @by: NETSCAN_BY_*, at least one
 * @span: arguments weigh by the range they spell, "count=span"
 * @enabled: whether it is evaluated
 */
struct netscan_rule {
	char name[NETSCAN_MAX_NAME];
	u32 id;
	u32 tools;
	u32 window;
	u32 distinct;
	u32 events;
	u8 by;
	bool span;
	bool enabled;
};

/**
 * struct netscan_name - one name by which a tool is known
 * @text: the name; zero-padded
 * @len: its length, without the '*' of a prefix
 * @tool: index of the tool
 * @prefix: matches every name that begins with it
 */
struct netscan_name {
	char text[NETSCAN_MAX_NAME];
	u8 len;
	u8 tool;
	bool prefix;
};

/**
 * struct netscan_build_id - what a tool's file is known by, whatever its name
 * @bytes: the build-id; zero-padded
 * @len: bytes of it, NETSCAN_MIN_BUILD_ID to NETSCAN_MAX_BUILD_ID
 * @tool: index of the tool, or NETSCAN_TOOL_MULTICALL, NETSCAN_TOOL_LOADER
 */
struct netscan_build_id {
	u8 bytes[NETSCAN_MAX_BUILD_ID];
	u8 len;
	u8 tool;
};

/**
 * struct netscan_tools - the watched tools and a quick way to rule out others
 * @tool: canonical names; an empty one is a free place, so that the bits that
 *        rules hold stay right
 * @name: canonical names and aliases, exact ones, then prefixes
 * @nr_names: names in use
 * @nr_exact: of them, exact ones
 * @first: per hash of an exact name, one more than the index of the first name
 *         with it; 0 for none: what has that hash is no tool
 * @prefixes: bit per first byte, modulo 32, of a prefix
 * @build_id: build-ids of the tools and of what runs them
 * @nr_build_ids: how many
 * @serial: another one after each change of the tools
 */
struct netscan_tools {
	char tool[NETSCAN_MAX_TOOLS][NETSCAN_MAX_NAME];
	struct netscan_name name[NETSCAN_MAX_NAMES];
	u8 nr_names;
	u8 nr_exact;
	u8 first[256];
	u32 prefixes;
	struct netscan_build_id build_id[NETSCAN_MAX_BUILD_IDS];
	u32 nr_build_ids;
	u32 serial;
};

static_assert(NETSCAN_MAX_NAMES <= 255);	/* netscan_tools.first */

/**
 * struct netscan_file_id - a file, whatever it is called
 * @dev: device and generation of its inode
 * @ino: its number; both are 0 where the file is not known
 */
struct netscan_file_id {
	u64 dev;
	u64 ino;
};

/* The strings that an exception may have. */
enum netscan_exception_text {
	NETSCAN_EXCEPTION_NAME,
	NETSCAN_EXCEPTION_PARENT_EXE,
	NETSCAN_EXCEPTION_EXE,
	NETSCAN_EXCEPTION_CGROUP,
	NETSCAN_EXCEPTION_ARGS,
	NETSCAN_EXCEPTION_RULE,
	NETSCAN_EXCEPTION_TEXTS
};

/**
 * struct netscan_exception - what is not counted; all that is set must match
 * @parent_exe: the parent's executable, as its path was last resolved
 * @exe: the executable, likewise
 * @id: unique since load; tells two exceptions that had one slot apart
 * @tools: bit per tool; 0 for any
 * @uid: real user, if @by_uid
 * @at: where its strings begin in netscan_exceptions.text, 0 for none
 * @slot: index of its hit counter, its own as long as it exists
 * @by_uid: @uid must match
 */
struct netscan_exception {
	struct netscan_file_id parent_exe;
	struct netscan_file_id exe;
	u32 id;
	u32 tools;
	u32 uid;
	u16 at[NETSCAN_EXCEPTION_TEXTS];
	u8 slot;
	bool by_uid;
};

static_assert(sizeof(struct netscan_exception) <= 64);

/**
 * struct netscan_exceptions - all of them, with their strings
 * @one: in the order in which they were made
 * @nr: how many
 * @next_id: the id of the next one, less one
 * @busy: bit per slot that the configuration before had in use: events under it
 *        may count hits there yet
 * @len: bytes of @text in use
 * @text: the strings, each with its NUL, without gaps, behind one NUL that
 *        stands for none
 */
struct netscan_exceptions {
	struct netscan_exception one[NETSCAN_MAX_EXCEPTIONS];
	u32 nr;
	u32 next_id;
	u64 busy;
	u16 len;
	char text[NETSCAN_EXCEPTION_TEXT];
};

static_assert(NETSCAN_EXCEPTION_TEXT <= 65535);

/**
 * struct netscan_config - rules and tools as one exec event sees them
 * @rule: in the order of evaluation
 * @nr_rules: how many
 * @next_id: the id the next new rule gets
 * @slots: entries of a window, fixed at load; bounds netscan_rule.distinct
 * @span_tools: bit per tool that an enabled rule with count=span watches
 * @locked: nothing replaces this one
 * @tools: the tools
 * @exceptions: what is not counted
 *
 * Lifetime: never changed once published. A writer copies it, changes the
 * copy, publishes that and waits for a grace period before it uses the old one
 * again (control.c). Readers hold rcu_read_lock() or the writers' mutex.
 */
struct netscan_config {
	struct netscan_rule rule[NETSCAN_MAX_RULES];
	u32 nr_rules;
	u32 next_id;
	u32 slots;
	u32 span_tools;
	bool locked;
	struct netscan_tools tools;
	struct netscan_exceptions exceptions;
};

#endif
