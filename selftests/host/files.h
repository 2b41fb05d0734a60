/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - look up the files of exceptions as control.c does, by other means
 */
#ifndef NETSCAN_FILES_H
#define NETSCAN_FILES_H

#include "exceptions.h"

/**
 * files_look_up() - look up all files that exceptions name
 * @cfg: the configuration
 * @find: returns the file of a path
 */
static inline void
files_look_up(struct netscan_config *cfg,
	      struct netscan_file_id (*find)(const char *path))
{
	struct netscan_sought s;
	u32 at = 0;

	while (netscan_exceptions_seek(cfg, &at, &s))
		*netscan_exceptions_file(cfg, &s) = find(s.path);
}

#endif
