// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of the configuration: printed, parsed, printed again
 */
#include "../exceptions.h"
#include "../rules.h"
#include "../tools.h"
#include "selftest.h"

struct bench {
	struct netscan_config first;
	struct netscan_config second;
	u64 hits[NETSCAN_MAX_EXCEPTIONS];
	char text[2048];
	char parsed[2048];
};

enum { TOOLS, RULES, EXCEPTIONS, NR_FILES };

static const char * const more[] __initconst = {
	[TOOLS] = "own o2 o2.* buildid=0123456789abcdef,fedcba9876543210",
	[RULES] = "mine by=uid,tool count=span distinct=500 tools=nc,own",
	[EXCEPTIONS] = "a exe=\"/\\x22b c\\xff\" uid=7 rule=mine hits=3\n"
		       "b tool=own,nc args=\"own -\\x2a ?*\" cgroup=/c/",
};

static int __init parse(struct bench *b, struct netscan_config *cfg, u32 file,
			const char *text)
{
	const char *why;

	strscpy(b->parsed, text, sizeof(b->parsed));
	if (file == TOOLS)
		return netscan_tools_parse(cfg, b->parsed, &why);
	if (file == RULES)
		return netscan_rules_parse(cfg, b->parsed, &why);
	return netscan_exceptions_parse(cfg, b->parsed, &why);
}

static void __init print(const struct bench *b,
			 const struct netscan_config *cfg, u32 file, char *buf)
{
	struct netscan_text t;

	netscan_text_init(&t, buf, sizeof(b->text));
	if (file == TOOLS)
		netscan_tools_print(&cfg->tools, &t);
	else if (file == RULES)
		netscan_rules_print(cfg, &t);
	else
		netscan_exceptions_print(cfg, &t, b->hits);
	NETSCAN_EXPECT(t.len && !t.cut);
}

int __init netscan_selftest_config(void)
{
	struct bench *b = netscan_calloc(1, sizeof(*b));
	u32 i;

	if (!b)
		return -ENOMEM;
	NETSCAN_EXPECT(!netscan_tools_init(&b->first));
	NETSCAN_EXPECT(!netscan_rules_init(&b->first, NETSCAN_DEF_SLOTS));
	b->second.slots = NETSCAN_DEF_SLOTS;
	for (i = 0; i < NR_FILES; i++) {
		NETSCAN_EXPECT(!parse(b, &b->first, i, more[i]));
		print(b, &b->first, i, b->text);
		NETSCAN_EXPECT(!parse(b, &b->second, i, b->text));
		print(b, &b->second, i, b->parsed);
		NETSCAN_EXPECT(!strcmp(b->text, b->parsed));
	}
	netscan_free(b);
	return 0;
}
