/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the file that is run, known by its build-id
 */
#ifndef NETSCAN_IMAGE_H
#define NETSCAN_IMAGE_H

#include "config.h"

struct file;

int netscan_image_tool(const struct netscan_tools *tools,
		       const struct file *file, const char *beginning,
		       u8 *head);
int netscan_image_init(void);
void netscan_image_exit(void);
size_t netscan_image_bytes(void);

#endif
