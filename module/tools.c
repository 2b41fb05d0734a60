// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tool identity: which execs are watched
 *
 * Design: a tool is recognised by any sign: the name typed, the name of the
 * file it resolved to, that file's build-id, or, where the file is a multi-call
 * binary or a dynamic loader, the applet or program named in its arguments
 * (applet.c). A sign can add a match and never takes one away. An exec of
 * something else is ruled out by a hash of (length, first byte, last byte),
 * whose cost does not depend on the length of a name.
 *
 * Context: netscan_tools_match(), kprobe; all else, any.
 */
#include "tools.h"
#include "word.h"

#define COMM_LEN	15	/* bytes of a task's name, without its NUL */

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
	case NETSCAN_MATCH_LOADER:
		return "loader";
	case NETSCAN_MATCH_SCRIPT:
		return "script";
	case NETSCAN_MATCH_BUILD_ID:
		return "buildid";
	default:
		return "name";
	}
}

/* The kernel's memcmp() of a few bytes takes twice as long. */
static __always_inline bool is_same(const char *a, const char *b, size_t len)
{
	const char *end = a + len;

	while (a < end)
		if (*a++ != *b++)
			return false;
	return true;
}

/* Not inlined, so that what is no tool costs little. */
static noinline int search_exact(const struct netscan_tools *tools, u32 i,
				 const char *name, size_t len)
{
	const struct netscan_name *n;

	for (; i < tools->nr_exact; i++) {
		n = &tools->name[i];
		if (n->len == len && is_same(n->text, name, len))
			return n->tool;
	}
	return NETSCAN_NO_TOOL;
}

static noinline int search_prefixes(const struct netscan_tools *tools,
				    const char *name, size_t len)
{
	const struct netscan_name *n;
	u32 i;

	for (i = tools->nr_exact; i < tools->nr_names; i++) {
		n = &tools->name[i];
		if (n->text[0] == name[0] && len > n->len &&
		    !memcmp(n->text, name, n->len))
			return n->tool;
	}
	return NETSCAN_NO_TOOL;
}

static __always_inline int find_name(const struct netscan_tools *tools,
				     const char *name, size_t len)
{
	int tool = NETSCAN_NO_TOOL;
	u8 first;

	if (!len)
		return tool;
	first = tools->first[netscan_tools_hash(name, len)];
	if (unlikely(first))
		tool = search_exact(tools, first - 1, name, len);
	if (unlikely(tool == NETSCAN_NO_TOOL &&
		     tools->prefixes >> (name[0] & 31) & 1))
		tool = search_prefixes(tools, name, len);
	return tool;
}

/**
 * netscan_tools_find() - which tool has a name
 * @tools: the tools
 * @name: a basename, need not end in NUL
 * @len: its length
 *
 * Return: index of the tool, NETSCAN_NO_TOOL, or NETSCAN_ASK_ARGV for a
 * multi-call binary and NETSCAN_ASK_LOADER for a dynamic loader.
 */
int netscan_tools_find(const struct netscan_tools *tools, const char *name,
		       size_t len)
{
	return netscan_tools_ask(find_name(tools, name, len));
}

/**
 * netscan_tools_find_build_id() - which tool has a build-id
 * @tools: the tools
 * @id: the build-id
 * @len: its length
 *
 * Return: as netscan_tools_find().
 */
int netscan_tools_find_build_id(const struct netscan_tools *tools,
				const u8 *id, size_t len)
{
	const struct netscan_build_id *b;
	u32 i;

	for (i = 0; i < tools->nr_build_ids; i++) {
		b = &tools->build_id[i];
		if (b->len == len && !memcmp(b->bytes, id, len))
			return netscan_tools_ask(b->tool);
	}
	return NETSCAN_NO_TOOL;
}

/**
 * netscan_tools_base_name() - the part of a path after its last slash
 * @path: the path
 * @len: at most how many bytes of it there are, if no NUL ends it; then the
 *       length of the part
 */
const char *netscan_tools_base_name(const char *path, size_t *len)
{
	const char *base = path;
	size_t i, n = strnlen(path, *len);

	for (i = 0; i < n; i++)
		if (path[i] == '/')
			base = path + i + 1;
	*len = path + n - base;
	return base;
}

/* How long a task's name is, which is in two words. */
static size_t comm_len(const char *comm)
{
	u64 zeroes;
	u32 i;

	for (i = 0; i < 16; i += 8) {
		zeroes = netscan_word_zeroes(netscan_word_load(comm + i));
		if (zeroes)
			return i + netscan_word_before(zeroes);
	}
	return COMM_LEN;
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
 * @runner: set where one sign names a tool and the other what runs a tool that
 *          its arguments name: which that is, as of netscan_tools_find()
 *
 * Return: the tool by the first sign that matches; else as
 * netscan_tools_find().
 */
int netscan_tools_match(const struct netscan_tools *tools, const char *path,
			const char *comm, const char *file, size_t file_len,
			enum netscan_match *match, u32 *all, int *runner)
{
	size_t len = comm_len(comm);
	int by_path, by_file;

	if (len == COMM_LEN && may_be_longer(tools, comm)) {
		len = PATH_MAX;
		comm = netscan_tools_base_name(path, &len);
	}
	by_path = netscan_tools_find(tools, comm, len);
	/* Most tools are called by the name of their file. */
	if (by_path >= 0 && file_len == len && is_same(file, comm, len)) {
		*match = NETSCAN_MATCH_NAME;
		*all = BIT(by_path);
		return by_path;
	}
	by_file = netscan_tools_find(tools, file, file_len);
	if (by_path < 0 && by_file < 0)
		return by_file == NETSCAN_NO_TOOL ? by_path : by_file;
	if (by_path < NETSCAN_NO_TOOL || by_file < NETSCAN_NO_TOOL)
		*runner = min(by_path, by_file);
	*match = by_path < 0 ? NETSCAN_MATCH_FILE : NETSCAN_MATCH_NAME;
	*all = (by_path < 0 ? 0 : BIT(by_path)) |
	       (by_file < 0 ? 0 : BIT(by_file));
	return by_path < 0 ? by_file : by_path;
}
