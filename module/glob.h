/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - patterns of command lines
 */
#ifndef NETSCAN_GLOB_H
#define NETSCAN_GLOB_H

#include "core.h"

#define NETSCAN_GLOB_ESCAPE	4	/* characters of an escaped byte: \xNN */

u8 netscan_glob_escaped(const char *p);
int netscan_glob_make(const char *value, char *glob);
bool netscan_glob_match(const char *glob, const char *text, size_t len,
			u32 *steps);

#endif
