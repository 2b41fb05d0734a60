// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the rules parser
 *
 * What is accepted must print as text that gives the same rules again; what is
 * refused must be so with EINVAL or ERANGE and a reason.
 */
#include "fuzz.h"
#include "rules.h"
#include "tools.h"

static void check_rule(const struct netscan_config *cfg,
		       const struct netscan_rule *r)
{
	size_t i, len = strnlen(r->name, NETSCAN_MAX_NAME);

	fail_unless(len && len < NETSCAN_MAX_NAME, "a name's length");
	for (i = 0; i < len; i++)
		fail_unless(r->name[i] > 0x20 && r->name[i] < 0x7f,
			    "a name's byte");
	fail_unless(r->by && r->by < 64, "by");
	fail_unless(r->tools, "tools");
	fail_unless(r->window >= 1 && r->window <= 86400, "window");
	fail_unless(r->distinct >= 1 &&
		    r->distinct <= (r->span ? 1000000 : cfg->slots), "distinct");
	fail_unless(r->events >= 1 && r->events <= 0x7fffffff, "events");
	fail_unless(netscan_rules_by_id(cfg, r->id) == r, "id");
}

static void check_accepted(struct netscan_config *cfg)
{
	static char first[65536], again[65536], text[65536];
	struct netscan_config other;
	struct netscan_text t;
	const char *why = NULL;
	u32 i;

	fail_unless(cfg->nr_rules <= NETSCAN_MAX_RULES, "number of rules");
	for (i = 0; i < cfg->nr_rules; i++)
		check_rule(cfg, &cfg->rule[i]);
	netscan_text_init(&t, first, sizeof(first));
	netscan_rules_print(cfg, &t);
	fail_unless(!t.cut && t.len < NETSCAN_MAX_WRITE, "length of text");
	/* Into a configuration without rules. */
	other = *cfg;
	memset(other.rule, 0, sizeof(other.rule));
	other.nr_rules = 0;
	memcpy(text, first, t.len + 1);
	fail_unless(!netscan_rules_parse(&other, text, &why),
		    "what was printed is refused");
	netscan_text_init(&t, again, sizeof(again));
	netscan_rules_print(&other, &t);
	fail_unless(!strcmp(first, again), "round trip");
	for (i = 0; i < cfg->nr_rules; i++)
		other.rule[i].id = cfg->rule[i].id;
	fail_unless(!memcmp(other.rule, cfg->rule, sizeof(cfg->rule)),
		    "the same rules");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netscan_config cfg;

	if (fuzz_parse(netscan_rules_parse, &cfg, data, size))
		check_accepted(&cfg);
	return 0;
}
