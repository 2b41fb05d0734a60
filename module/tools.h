/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - tool identity: which execs are watched
 */
#ifndef NETSCAN_TOOLS_H
#define NETSCAN_TOOLS_H

#include "config.h"
#include "text.h"

/* netscan_name.tool of what runs a tool that its arguments name. */
#define NETSCAN_TOOL_MULTICALL	0xff
#define NETSCAN_TOOL_LOADER	0xfe

/* What netscan_tools_match() and others return besides a tool's index. */
#define NETSCAN_NO_TOOL		(-1)
#define NETSCAN_ASK_ARGV	(-2)
#define NETSCAN_ASK_LOADER	(-3)

/**
 * enum netscan_match - by which sign a tool was recognised
 * @NETSCAN_MATCH_NAME: basename of the path given to execve
 * @NETSCAN_MATCH_FILE: basename of the resolved file
 * @NETSCAN_MATCH_ARGV: an applet that a multi-call binary was called as
 * @NETSCAN_MATCH_LOADER: the program that the dynamic loader was told to run
 * @NETSCAN_MATCH_SCRIPT: basename of a script, whose file is its interpreter
 * @NETSCAN_MATCH_BUILD_ID: build-id of the file
 */
enum netscan_match {
	NETSCAN_MATCH_NAME,
	NETSCAN_MATCH_FILE,
	NETSCAN_MATCH_ARGV,
	NETSCAN_MATCH_LOADER,
	NETSCAN_MATCH_SCRIPT,
	NETSCAN_MATCH_BUILD_ID,
};

const char *netscan_tools_match_name(enum netscan_match match);
const char *netscan_tools_base_name(const char *path, size_t *len);
int netscan_tools_find(const struct netscan_tools *tools, const char *name,
		       size_t len);
int netscan_tools_find_build_id(const struct netscan_tools *tools,
				const u8 *id, size_t len);
int netscan_tools_match(const struct netscan_tools *tools, const char *path,
			const char *comm, const char *file, size_t file_len,
			enum netscan_match *match, u32 *all, int *runner);

/* What is to be done about what has a name or a build-id. */
static inline int netscan_tools_ask(int tool)
{
	if (tool == NETSCAN_TOOL_MULTICALL)
		return NETSCAN_ASK_ARGV;
	return tool == NETSCAN_TOOL_LOADER ? NETSCAN_ASK_LOADER : tool;
}

static inline u8 netscan_tools_hash(const char *name, size_t len)
{
	return (u8)name[0] * 5 + (u8)name[len - 1] * 17 + len;
}

/* names.c */
int netscan_tools_init(struct netscan_config *cfg);
int netscan_tools_parse(struct netscan_config *cfg, char *text,
			const char **why);
int netscan_tools_parse_list(const struct netscan_tools *tools, char *text,
			     u32 *out);
void netscan_tools_print_list(const struct netscan_tools *tools, u32 mask,
			      struct netscan_text *t);
void netscan_tools_print(const struct netscan_tools *tools,
			 struct netscan_text *t);

#endif
