/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - rules: parse and print
 */
#ifndef NETSCAN_RULES_H
#define NETSCAN_RULES_H

#include "config.h"
#include "text.h"

int netscan_rules_init(struct netscan_config *cfg, u32 slots);
int netscan_rules_find(const struct netscan_config *cfg, const char *name);
int netscan_rules_parse(struct netscan_config *cfg, char *text,
			const char **why);
void netscan_rules_print(const struct netscan_config *cfg,
			 struct netscan_text *t);
void netscan_rules_print_by(u8 by, struct netscan_text *t);
const struct netscan_rule *netscan_rules_by_id(const struct netscan_config *cfg,
					       u32 id);

#endif
