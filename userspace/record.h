/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - a line of /dev/netscan taken apart
 *
 * Design: a record is a view into the line it was parsed from. Nothing is
 * copied or allocated, values stay escaped as received and are decoded by the
 * one who needs them, so the same parser serves every output format.
 *
 * Lifetime: a struct record is valid as long as the line is.
 */
#ifndef NETSCAN_USERSPACE_RECORD_H
#define NETSCAN_USERSPACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../module/uapi/netscan.h"

/* The kernel writes about 40; what has more is no record of ours. */
#define RECORD_MAX_FIELDS	128

/**
 * struct record_text - a piece of a line
 * @p: first byte; NULL when there is nothing left to take from it
 * @len: bytes
 */
struct record_text {
	const char *p;
	size_t len;
};

/**
 * struct record_time - a point in CLOCK_REALTIME
 * @sec: seconds since the epoch
 * @nsec: 0..999999999
 */
struct record_time {
	int64_t sec;
	uint32_t nsec;
};

/**
 * struct record_field - one key and its value
 * @key: [a-z][a-z0-9_]*
 * @value: as received, without the quotes, bytes still as \xNN
 * @quoted: the value stood in quotes
 */
struct record_field {
	struct record_text key;
	struct record_text value;
	bool quoted;
};

enum record_type {
	RECORD_ALERT,
	RECORD_UPDATE,
	RECORD_END,
	RECORD_LOST,
	RECORD_HEALTH,
	RECORD_OTHER,
};

/**
 * struct record - a parsed line
 * @type: what the record tells; RECORD_OTHER is a well-formed record of a
 *        type that this program does not know
 * @seq: number of the record since the module was loaded, from 1
 * @time: when it was written
 * @scan_id: number of the scan since load; 0 where there is none
 * @nr_fields: used entries of @fields
 * @fields: all fields in the order of the line; no key stands twice
 */
struct record {
	enum record_type type;
	uint64_t seq;
	struct record_time time;
	uint64_t scan_id;
	size_t nr_fields;
	struct record_field fields[RECORD_MAX_FIELDS];
};

/**
 * record_parse() - take a line apart
 * @rec: filled in; undefined when the line is refused
 * @line: the line without its newline; need not be terminated
 * @len: bytes of the line
 *
 * The grammar is held to strictly: the five leading keys in their order, one
 * space between fields, no key twice. Keys and types that are not known are
 * let through.
 *
 * Return: true if the line is a record.
 */
bool record_parse(struct record *rec, const char *line, size_t len);

/**
 * record_get() - find a value
 * @rec: a parsed record
 * @key: name of the field
 *
 * Return: the value, still escaped; with p == NULL when the record has no such
 * field or the field is a bare '-', which stands for "none".
 */
struct record_text record_get(const struct record *rec, const char *key);

/**
 * record_get_u64() - find a decimal number
 * @rec: a parsed record
 * @key: name of the field
 * @value: written only on success
 *
 * Return: true if the field is there, is a number and fits.
 */
bool record_get_u64(const struct record *rec, const char *key, uint64_t *value);

/**
 * record_get_time() - find a point in time
 * @rec: a parsed record
 * @key: name of the field
 * @value: written only on success
 *
 * Return: true if the field is there and is seconds.nanoseconds.
 */
bool record_get_time(const struct record *rec, const char *key, struct record_time *value);

/**
 * record_decode() - turn \xNN back into bytes
 * @text: escaped text of a parsed record
 * @buf: receives the bytes, with no terminator; as long as @text is enough
 * @size: bytes of @buf
 *
 * Return: number of bytes written.
 */
size_t record_decode(struct record_text text, unsigned char *buf, size_t size);

/**
 * record_next_arg() - take the next argument off args_first or args_last
 * @rest: what is left of the value; advanced
 * @arg: the argument, still escaped
 *
 * Return: false when there are no more.
 */
bool record_next_arg(struct record_text *rest, struct record_text *arg);

#endif
