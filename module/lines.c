// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - lines that change rules, tools or exceptions
 *
 * Design: the one write protocol of /proc/netscan. A line sets one thing,
 * `-name` removes it; empty lines and those that begin with '#' are passed
 * over. What a line holds is for rules.c, names.c and exceptions.c to say.
 *
 * Context: process.
 */
#include "lines.h"
#include "text.h"

/**
 * netscan_lines_valid_name() - may this be the name of a rule or an exception?
 * @name: the name
 */
bool netscan_lines_valid_name(const char *name)
{
	return netscan_text_is_name(name, strlen(name), "-_") &&
	       isalpha(name[0]);
}

/**
 * netscan_lines_field() - which field a key names
 * @fields: those there are
 * @nr: how many, at most 32
 * @key: the key
 * @given: bit per field that the line has named, this one afterwards as well
 * @why: what is wrong, or will be with a value that is not taken
 *
 * Return: the index, or -EINVAL.
 */
int netscan_lines_field(const struct netscan_field *fields, u32 nr,
			const char *key, u32 *given, const char **why)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!strcmp(key, fields[i].name))
			break;
	*why = "unknown field";
	if (i == nr)
		return -EINVAL;
	*why = "a field is given twice";
	if (*given & BIT(i))
		return -EINVAL;
	*given |= BIT(i);
	*why = fields[i].hint;
	return i;
}

/**
 * netscan_lines_parse() - take a text line by line, up to the first bad one
 * @cfg: a copy of the configuration; on error it is of no more use
 * @text: the lines; taken apart
 * @set: called with a line that begins with a name
 * @remove: called with what stands behind a '-'
 * @why: on error, what was wrong
 *
 * Return: 0, or what @set or @remove returned.
 */
int netscan_lines_parse(struct netscan_config *cfg, char *text,
			netscan_line_fn set, netscan_line_fn remove,
			const char **why)
{
	char *line;
	int err;

	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!*line || *line == '#')
			continue;
		err = *line == '-' ? remove(cfg, line + 1, why) :
				     set(cfg, line, why);
		if (err)
			return err;
	}
	return 0;
}
