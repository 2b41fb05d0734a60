/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - a strict reader of records, written from the ABI's description
 */
#ifndef NETSCAN_READER_H
#define NETSCAN_READER_H

#include "shim.h"

#define READER_KEYS	48

/**
 * struct reader_value - one key=value
 * @key: the key
 * @key_len: its length
 * @quoted: the value is a string
 * @value: the value, escapes undone
 * @len: its length
 */
struct reader_value {
	const char *key;
	size_t key_len;
	bool quoted;
	u8 value[2048];
	size_t len;
};

/**
 * struct reader - a record, taken apart
 * @nr: its keys
 * @at: they, in order
 */
struct reader {
	u32 nr;
	struct reader_value at[READER_KEYS];
};

const char *reader_parse(struct reader *r, const char *line, size_t len);
const struct reader_value *reader_find(const struct reader *r, const char *key);
bool reader_is(const struct reader *r, const char *key, const void *bytes,
	       size_t len);
bool reader_keys(const struct reader *r, const char *keys);
size_t reader_join(u8 *out, const void *args, size_t len);

#endif
