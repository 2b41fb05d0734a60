/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - exceptions: parse, print, match
 */
#ifndef NETSCAN_EXCEPTIONS_H
#define NETSCAN_EXCEPTIONS_H

#include "config.h"
#include "text.h"

/**
 * struct netscan_subject - an exec event, as exceptions see it
 * @exe: the executable
 * @parent_exe: the parent's
 * @tools: bit per tool that any sign names; an exception by tool must name all
 * @uid: real user
 * @text: the command line, each argument with its NUL
 * @text_len: bytes of @text
 * @text_cut: @text is only the beginning of the command line
 * @in_cgroup: whether the task is in the cgroup of this path, which begins with
 *             '/' and ends without one, or below it; the root's path is "/".
 *             NULL where nobody knows. Asked after all that is cheaper
 * @gave_up: set where the globs took more than NETSCAN_GLOB_STEPS steps, or
 *           a cgroup is too deep to tell where; what
 *           was not compared does not match. May be NULL
 */
struct netscan_subject {
	struct netscan_file_id exe;
	struct netscan_file_id parent_exe;
	u32 tools;
	u32 uid;
	const char *text;
	u16 text_len;
	bool text_cut;
	bool (*in_cgroup)(const struct netscan_subject *s, const char *path,
			  size_t len);
	bool *gave_up;
};

/**
 * struct netscan_sought - a file that an exception names by its path
 * @id: of the exception
 * @which: which of its strings
 * @path: the string
 */
struct netscan_sought {
	u32 id;
	enum netscan_exception_text which;
	char path[NETSCAN_MAX_PATH];
};

/**
 * netscan_exceptions_text() - a string of an exception
 * @x: the exceptions
 * @e: one of them
 * @which: which string
 *
 * Return: the string, empty where there is none.
 */
static inline const char *
netscan_exceptions_text(const struct netscan_exceptions *x,
			const struct netscan_exception *e,
			enum netscan_exception_text which)
{
	return x->text + e->at[which];
}

int netscan_exceptions_parse(struct netscan_config *cfg, char *text,
			     const char **why);
void netscan_exceptions_print(const struct netscan_config *cfg,
			      struct netscan_text *t, const u64 *hits);
bool netscan_exceptions_seek(const struct netscan_config *cfg, u32 *at,
			     struct netscan_sought *s);
struct netscan_file_id *netscan_exceptions_file(struct netscan_config *cfg,
						const struct netscan_sought *s);
u64 netscan_exceptions_new_slots(const struct netscan_config *old,
				 const struct netscan_config *cfg);
bool netscan_exceptions_name_parent(const struct netscan_config *cfg);
bool netscan_exceptions_name_rule(const struct netscan_config *cfg,
				  const char *name);
bool netscan_exceptions_name_tool(const struct netscan_config *cfg, u32 tool);
u32 netscan_exceptions_match(const struct netscan_config *cfg,
			     const struct netscan_subject *s, u64 *hit_slots);

#endif
