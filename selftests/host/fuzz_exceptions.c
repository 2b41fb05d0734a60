// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the exceptions parser, and match with what it accepts
 *
 * What is accepted must print as text that gives the same exceptions again;
 * what is refused must be so with EINVAL or ERANGE and a reason.
 */
#include "exceptions.h"
#include "fuzz.h"
#include "rules.h"
#include "tools.h"

#define TEXT_SIZE	131072

static const u64 hits[NETSCAN_MAX_EXCEPTIONS];

static void check_texts(const struct netscan_exceptions *x)
{
	const struct netscan_exception *e;
	size_t total = 0;
	u64 slots = 0;
	u32 i;

	for (e = x->one; e < x->one + x->nr; e++) {
		fail_unless(e->slot < 64 && !(slots >> e->slot & 1), "slot");
		slots |= 1ULL << e->slot;
		fail_unless(e->at[NETSCAN_EXCEPTION_NAME], "a name");
		for (i = 0; i < NETSCAN_EXCEPTION_TEXTS; i++) {
			if (!e->at[i])
				continue;
			fail_unless(e->at[i] < x->len, "inside of the pool");
			fail_unless(!x->text[e->at[i] - 1], "behind a NUL");
			total += strlen(x->text + e->at[i]) + 1;
		}
	}
	/* Nothing is shared, nothing lost. */
	fail_unless(total + (x->len > 0) == x->len, "a pool without gaps");
	for (i = x->len; i < sizeof(x->text); i++)
		fail_unless(!x->text[i], "nothing behind it");
}

static void print(const struct netscan_config *cfg, char *buf)
{
	struct netscan_text t;

	netscan_text_init(&t, buf, TEXT_SIZE);
	netscan_exceptions_print(cfg, &t, hits);
	fail_unless(!t.cut, "length of text");
}

static void check_round_trip(const struct netscan_config *cfg)
{
	static char first[TEXT_SIZE], again[TEXT_SIZE], text[TEXT_SIZE];
	static struct netscan_config other;
	const char *why = NULL;
	char *p;

	print(cfg, first);
	for (p = first; *p; p++)
		fail_unless(*p == '\n' || (*p >= ' ' && *p <= '~'),
			    "a byte that may not be printed");
	other = *cfg;
	memset(&other.exceptions, 0, sizeof(other.exceptions));
	strcpy(text, first);
	fail_unless(!netscan_exceptions_parse(&other, text, &why),
		    "what was printed is refused");
	check_texts(&other.exceptions);
	print(&other, again);
	fail_unless(!strcmp(first, again), "round trip");
}

static void check_match(const struct netscan_config *cfg, const uint8_t *data,
			size_t size)
{
	struct netscan_subject s = { .tools = size, .uid = size & 7 };
	u64 slots, used = 0;
	char *argv;
	u32 rules, i;

	s.text_len = size < NETSCAN_TEXT ? size : NETSCAN_TEXT;
	s.text_cut = size > NETSCAN_TEXT;
	argv = malloc(s.text_len + !s.text_len);
	for (i = 0; i < s.text_len; i++)
		argv[i] = data[i] == ' ' ? '\0' : data[i];
	s.text = argv;
	rules = netscan_exceptions_match(cfg, &s, &slots);
	free(argv);
	for (i = 0; i < cfg->exceptions.nr; i++)
		used |= 1ULL << cfg->exceptions.one[i].slot;
	fail_unless(!(slots & ~used), "a slot that matches is one in use");
	fail_unless(!slots == !rules, "a match is for some rule");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netscan_config cfg;

	if (!fuzz_parse(netscan_exceptions_parse, &cfg, data, size))
		return 0;
	check_texts(&cfg.exceptions);
	check_round_trip(&cfg);
	check_match(&cfg, data, size);
	return 0;
}
