/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what every fuzz target needs
 */
#ifndef NETSCAN_FUZZ_H
#define NETSCAN_FUZZ_H

#include "shim.h"

/* Called by libFuzzer with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fail_unless(bool condition, const char *what)
{
	if (!condition)
		shim_die("%s", what);
}

#endif
