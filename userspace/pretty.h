/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - a record as people like to read it
 */
#ifndef NETSCAN_USERSPACE_PRETTY_H
#define NETSCAN_USERSPACE_PRETTY_H

#include "output.h"
#include "record.h"

/**
 * pretty_record() - describe a record in a few lines
 * @out: the lines are added here
 * @rec: parsed record of any type but RECORD_OTHER
 * @colour: mark the kind of record with terminal colours
 *
 * Times are in the local zone; user names come from the user database.
 */
void pretty_record(struct output *out, const struct record *rec, bool colour);

/**
 * pretty_unknown() - show a line that is no record or of an unknown type
 * @out: the line is added here
 * @line: the line without its newline
 * @len: bytes of the line
 * @colour: mark it
 */
void pretty_unknown(struct output *out, const char *line, size_t len, bool colour);

#endif
