/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - how many targets an argument spells
 */
#ifndef NETSCAN_SPAN_H
#define NETSCAN_SPAN_H

#include "core.h"

u32 netscan_span_weigh(const char *arg, size_t len);

#endif
