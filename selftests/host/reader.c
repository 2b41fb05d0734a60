// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a strict reader of records, written from the ABI's description
 *
 * It takes a record only if it is written in the one way that the description
 * leaves: no other byte, space or escape than must be.
 */
#include "reader.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr(".,:*_-", c));
}

static const char *read_string(struct reader_value *v, const char *p,
			       const char *end, const char **why)
{
	int high, low;
	u8 byte;

	for (v->len = 0; p < end && *p != '"'; v->len++) {
		if (v->len == sizeof(v->value)) {
			*why = "a string is too long";
			return NULL;
		}
		if ((u8)*p < 0x20 || (u8)*p > 0x7e) {
			*why = "a string has a bare byte";
			return NULL;
		}
		if (*p != '\\') {
			v->value[v->len] = *p++;
			continue;
		}
		high = end - p < 4 || p[1] != 'x' ? -1 : hex_digit(p[2]);
		low = high < 0 ? -1 : hex_digit(p[3]);
		if (low < 0) {
			*why = "an escape is not \\xNN";
			return NULL;
		}
		byte = high << 4 | low;
		if (!byte || (byte > 0x20 && byte <= 0x7e && byte != '"' &&
			      byte != '\\')) {
			*why = "an escape of what is never escaped";
			return NULL;
		}
		v->value[v->len] = byte == ' ' ? 0 : byte;
		p += 4;
	}
	if (p == end) {
		*why = "a string has no end";
		return NULL;
	}
	return p + 1;
}

/* Returns what follows the value, or NULL. */
static const char *read_value(struct reader_value *v, const char *p,
			      const char *end, const char **why)
{
	v->quoted = p < end && *p == '"';
	if (v->quoted)
		return read_string(v, p + 1, end, why);
	for (v->len = 0; p < end && is_token(*p); p++) {
		if (v->len == sizeof(v->value)) {
			*why = "a token is too long";
			return NULL;
		}
		v->value[v->len++] = *p;
	}
	if (!v->len) {
		*why = "a value is empty";
		return NULL;
	}
	return p;
}

/**
 * reader_parse() - take a record apart
 * @r: filled; refers to @line
 * @line: the record with its '\n'
 * @len: bytes
 *
 * In a string, a space that was escaped, for it stands inside of an argument,
 * comes out as NUL, which no string of a record holds.
 *
 * Return: NULL, or what is wrong.
 */
const char *reader_parse(struct reader *r, const char *line, size_t len)
{
	const char *p = line, *end = line + len, *why = NULL;
	struct reader_value *v;

	r->nr = 0;
	if (!len || end[-1] != '\n')
		return "it does not end in a newline";
	end--;
	for (;;) {
		if (r->nr == READER_KEYS)
			return "too many keys";
		v = &r->at[r->nr++];
		v->key = p;
		while (p < end && ((*p >= 'a' && *p <= 'z') || *p == '_'))
			p++;
		v->key_len = p - v->key;
		if (!v->key_len || p == end || *p != '=')
			return "a key is not followed by '='";
		p = read_value(v, p + 1, end, &why);
		if (!p)
			return why;
		if (p == end)
			return NULL;
		if (*p++ != ' ')
			return "a value is not followed by one space";
	}
}

const struct reader_value *reader_find(const struct reader *r, const char *key)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		if (r->at[i].key_len == strlen(key) &&
		    !memcmp(r->at[i].key, key, strlen(key)))
			return &r->at[i];
	return NULL;
}

/**
 * reader_is() - has a key these very bytes for its value?
 * @r: the record
 * @key: the key
 * @bytes: they; in a command line as reader_join() makes it
 * @len: how many
 */
bool reader_is(const struct reader *r, const char *key, const void *bytes,
	       size_t len)
{
	const struct reader_value *v = reader_find(r, key);

	return v && v->len == len && !memcmp(v->value, bytes, len);
}

/**
 * reader_keys() - are these the keys, in this order?
 * @r: the record
 * @keys: separated by one space each
 */
bool reader_keys(const struct reader *r, const char *keys)
{
	u32 i;

	for (i = 0; i < r->nr; i++) {
		if (strncmp(keys, r->at[i].key, r->at[i].key_len))
			return false;
		keys += r->at[i].key_len;
		if (i + 1 < r->nr && *keys++ != ' ')
			return false;
	}
	return !*keys;
}

/**
 * reader_join() - a command line as reader_parse() gives it
 * @out: filled, at most @len bytes
 * @args: arguments, each with its NUL, the last one's may be missing
 * @len: bytes
 *
 * Return: bytes of @out.
 */
size_t reader_join(u8 *out, const void *args, size_t len)
{
	const u8 *p = args;
	size_t i;

	if (len && !p[len - 1])
		len--;
	for (i = 0; i < len; i++)
		out[i] = p[i] == ' ' ? 0 : p[i] ? p[i] : ' ';
	return len;
}
