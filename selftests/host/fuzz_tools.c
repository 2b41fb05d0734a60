// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the tools parser
 *
 * What is accepted must print as text that gives the same tools again; what is
 * refused must be so with EINVAL or ERANGE and a reason.
 */
#include "fuzz.h"
#include "rules.h"
#include "tools.h"

/* Every build-id and name, and one that each prefix matches, in both alike. */
static void check_same(const struct netscan_tools *a,
		       const struct netscan_tools *b)
{
	char name[NETSCAN_MAX_NAME + 1];
	const struct netscan_build_id *id;
	const struct netscan_name *n;
	u32 i;
	int tool;

	fail_unless(a->nr_build_ids == b->nr_build_ids, "as many build-ids");
	for (i = 0; i < a->nr_build_ids; i++) {
		id = &a->build_id[i];
		tool = netscan_tools_find_build_id(a, id->bytes, id->len);
		fail_unless(tool != NETSCAN_NO_TOOL, "a build-id is found");
		fail_unless(tool == netscan_tools_find_build_id(b, id->bytes,
								id->len),
			    "a build-id means the same");
		fail_unless(tool < 0 || (tool == id->tool && *a->tool[tool]),
			    "a build-id means its tool");
	}
	for (i = 0; i < a->nr_names; i++) {
		n = &a->name[i];
		fail_unless(n->len == strlen(n->text) && n->len, "a name");
		snprintf(name, sizeof(name), "%s%s", n->text,
			 n->prefix ? "x" : "");
		tool = netscan_tools_find(a, name, strlen(name));
		fail_unless(tool != NETSCAN_NO_TOOL, "a name is found");
		fail_unless(tool == netscan_tools_find(b, name, strlen(name)),
			    "a name means the same");
		if (!n->prefix && tool >= 0)
			fail_unless(tool == n->tool, "a name means its tool");
	}
}

static void check_accepted(const struct netscan_config *cfg)
{
	static char first[65536], again[65536], text[65536];
	struct netscan_config other = *cfg;
	struct netscan_text t;
	const char *why = NULL;

	netscan_text_init(&t, first, sizeof(first));
	netscan_tools_print(&cfg->tools, &t);
	fail_unless(!t.cut && t.len < NETSCAN_MAX_WRITE, "length of text");
	memcpy(text, first, t.len + 1);
	fail_unless(!netscan_tools_parse(&other, text, &why),
		    "what was printed is refused");
	netscan_text_init(&t, again, sizeof(again));
	netscan_tools_print(&other.tools, &t);
	fail_unless(!strcmp(first, again), "round trip");
	fail_unless(!memcmp(cfg->tools.tool, other.tools.tool,
			    sizeof(cfg->tools.tool)), "the same tools");
	check_same(&cfg->tools, &other.tools);
	check_same(&other.tools, &cfg->tools);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netscan_config cfg;

	if (fuzz_parse(netscan_tools_parse, &cfg, data, size))
		check_accepted(&cfg);
	return 0;
}
