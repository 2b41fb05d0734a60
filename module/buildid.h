/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the GNU build-id of an ELF file
 */
#ifndef NETSCAN_BUILDID_H
#define NETSCAN_BUILDID_H

#include "core.h"

int netscan_buildid_find(const u8 *head, size_t len, const u8 **id);

#endif
