/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - lines that change rules, tools or exceptions
 */
#ifndef NETSCAN_LINES_H
#define NETSCAN_LINES_H

#include "config.h"

/**
 * struct netscan_field - a field that a line may name
 * @name: what stands before the '='
 * @hint: what is said of a value that is not taken
 */
struct netscan_field {
	const char *name;
	const char *hint;
};

typedef int (*netscan_line_fn)(struct netscan_config *cfg, char *line,
			       const char **why);

bool netscan_lines_valid_name(const char *name);
int netscan_lines_field(const struct netscan_field *fields, u32 nr,
			const char *key, u32 *given, const char **why);
int netscan_lines_parse(struct netscan_config *cfg, char *text,
			netscan_line_fn set, netscan_line_fn remove,
			const char **why);

#endif
