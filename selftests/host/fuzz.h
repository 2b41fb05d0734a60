/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what every fuzz target needs
 */
#ifndef NETSCAN_FUZZ_H
#define NETSCAN_FUZZ_H

#include "rules.h"
#include "shim.h"
#include "tools.h"

/* Called by libFuzzer with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fail_unless(bool condition, const char *what)
{
	if (!condition)
		shim_die("%s", what);
}

/*
 * Have a parser change the built-in configuration as the input says. Returns
 * whether it took that; a refusal has an errno and a reason.
 */
static inline bool fuzz_parse(int (*parse)(struct netscan_config *cfg,
					   char *text, const char **why),
			      struct netscan_config *cfg, const uint8_t *data,
			      size_t size)
{
	static struct netscan_config base;
	const char *why = NULL;
	char *text;
	int err;

	if (!base.slots &&
	    (netscan_tools_init(&base) || netscan_rules_init(&base, 128)))
		shim_die("no configuration");
	/* proc.c takes no text with a NUL, and none longer. */
	if (size > NETSCAN_MAX_WRITE || memchr(data, 0, size))
		return false;
	text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	*cfg = base;
	err = parse(cfg, text, &why);
	free(text);
	if (!err)
		return true;
	fail_unless(err == -EINVAL || err == -ERANGE, "errno");
	fail_unless(why && *why, "a reason");
	return false;
}

#endif
