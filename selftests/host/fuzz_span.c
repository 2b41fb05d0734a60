// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz how many targets an argument spells
 *
 * It is from one to the maximum, whatever the argument, and no byte behind the
 * argument makes a difference.
 */
#include "fuzz.h"
#include "span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char more[] = "-65535,0.0-255/0";
	char longer[NETSCAN_MAX_ARG + sizeof(more)];
	char *exact;
	u32 weight;

	if (size > NETSCAN_MAX_ARG)
		return 0;
	exact = malloc(size + !size);
	memcpy(exact, data, size);
	weight = netscan_span_weigh(exact, size);
	free(exact);
	fail_unless(weight >= 1 && weight <= NETSCAN_MAX_SPAN, "weight");
	memcpy(longer, data, size);
	memcpy(longer + size, more, sizeof(more));
	fail_unless(netscan_span_weigh(longer, size) == weight,
		    "what is behind it does not count");
	return 0;
}
