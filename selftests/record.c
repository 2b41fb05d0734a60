// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - an independent, strict parser of records and of key=value lines
 *
 * Design: it accepts the documented format and not one byte more, so that whatever an argument
 * could smuggle into a line is an error here: a stray quote, a byte that should have been escaped,
 * an escape of a byte that need not be, a key twice, two spaces, a second newline.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netscan_test.h"

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The byte that the escape at @s spells, or -1. Lower-case digits only: one spelling a byte. */
static int escaped_byte(const char *s)
{
	int high, low;

	if (s[0] != '\\' || s[1] != 'x')
		return -1;
	high = hex_digit(s[2]);
	low = high < 0 ? -1 : hex_digit(s[3]);
	return low < 0 ? -1 : high * 16 + low;
}

/* The end of the quoted value that starts at @s, at its closing quote, or NULL. */
static char *quoted_end(char *s)
{
	while (*s != '"') {
		int byte = escaped_byte(s);

		if (byte >= 0) {
			/* A space may be, inside an argument; all else only when it has to. */
			if (is_plain(byte) && byte != ' ')
				return NULL;
			s += 4;
		} else if (is_plain(*s)) {
			s++;
		} else {
			return NULL;
		}
	}
	return s;
}

/* The end of the bare value that starts at @s, or NULL when it is empty or not bare. */
static char *bare_end(char *s)
{
	char *start = s;

	while (isalnum((unsigned char)*s) || (*s && strchr(".,:*_-", *s)))
		s++;
	return s > start ? s : NULL;
}

static char *skip_word(char *s)
{
	s += strcspn(s, " =\n");
	return *s == ' ' ? s + 1 : NULL;
}

const char *line_parse(struct record *r, const char *line, size_t len, unsigned int skip_words)
{
	char *s = r->text;

	r->npairs = 0;
	r->len = len;
	if (len >= LINE_SIZE)
		return "longer than any line may be";
	memcpy(r->line, line, len);
	r->line[len] = '\0';
	memcpy(r->text, line, len + 1);
	r->text[len] = '\0';
	if (!len || line[len - 1] != '\n')
		return "no newline at its end";
	if (memchr(line, '\0', len) || memchr(line, '\n', len - 1))
		return "a NUL or a second newline";
	while (skip_words--) {
		s = skip_word(s);
		if (!s)
			return "a leading word is missing";
	}
	for (;;) {
		struct pair *pair = &r->pairs[r->npairs];
		char *end, separator;

		if (r->npairs == MAX_PAIRS)
			return "too many keys";
		pair->key = s;
		while (islower((unsigned char)*s) || isdigit((unsigned char)*s) || *s == '_')
			s++;
		if (s == pair->key || *s != '=')
			return "a key that is none";
		*s++ = '\0';
		pair->quoted = *s == '"';
		s += pair->quoted;
		pair->raw = s;
		end = pair->quoted ? quoted_end(s) : bare_end(s);
		if (!end)
			return "a value that is none";
		s = end + pair->quoted;
		separator = *s;
		*end = '\0';
		if (record_raw(r, pair->key)[0] != '<')
			return "a key twice";
		r->npairs++;
		if (separator == '\n')
			return NULL;
		if (separator != ' ')
			return "no space after a value";
		s++;
	}
}

const char *record_parse(struct record *r, const char *line, size_t len)
{
	static const char * const first[] = { "type", "seq", "time", "rule", "scan_id" };
	const char *why = line_parse(r, line, len, 0);
	unsigned int i;

	if (why)
		return why;
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		if (i >= r->npairs || strcmp(r->pairs[i].key, first[i]))
			return "type seq time rule scan_id do not come first";
	}
	if (record_u64(r, "seq") == UINT64_MAX || record_u64(r, "scan_id") == UINT64_MAX)
		return "seq or scan_id is no number";
	if (record_ns(r, "time") == UINT64_MAX)
		return "time is not seconds.nanoseconds";
	return NULL;
}

static const struct pair *find_pair(const struct record *r, const char *key)
{
	unsigned int i;

	for (i = 0; i < r->npairs; i++) {
		if (!strcmp(r->pairs[i].key, key))
			return &r->pairs[i];
	}
	return NULL;
}

const char *record_raw(const struct record *r, const char *key)
{
	const struct pair *pair = find_pair(r, key);

	return pair ? pair->raw : "<absent>";
}

bool record_is(const struct record *r, const char *key, const char *raw)
{
	return !strcmp(record_raw(r, key), raw);
}

/* Reads a number without sign, leading zeros or anything after it. */
static bool parse_u64(const char *s, const char *end, uint64_t *value)
{
	char *stop;

	if (!isdigit((unsigned char)*s) || (s[0] == '0' && s + 1 != end))
		return false;
	errno = 0;
	*value = strtoull(s, &stop, 10);
	return !errno && stop == end;
}

uint64_t record_u64(const struct record *r, const char *key)
{
	const struct pair *pair = find_pair(r, key);
	uint64_t value;

	if (!pair || pair->quoted || !parse_u64(pair->raw, pair->raw + strlen(pair->raw), &value))
		return UINT64_MAX;
	return value;
}

uint64_t record_ns(const struct record *r, const char *key)
{
	const struct pair *pair = find_pair(r, key);
	uint64_t seconds, nanoseconds;
	const char *dot;

	if (!pair || pair->quoted)
		return UINT64_MAX;
	dot = strchr(pair->raw, '.');
	if (!dot || strlen(dot) != 10 || strspn(dot + 1, "0123456789") != 9)
		return UINT64_MAX;
	if (!parse_u64(pair->raw, dot, &seconds))
		return UINT64_MAX;
	nanoseconds = strtoull(dot + 1, NULL, 10);
	return seconds * NSEC_PER_SEC + nanoseconds;
}

/* Decodes @len bytes of a value that line_parse() has accepted; returns the number of bytes. */
static size_t decode(const char *raw, size_t len, char *out)
{
	const char *end = raw + len;
	size_t n = 0;

	while (raw < end) {
		int byte = *raw == '\\' ? escaped_byte(raw) : -1;

		out[n++] = byte >= 0 ? byte : *raw;
		raw += byte >= 0 ? 4 : 1;
	}
	out[n] = '\0';
	return n;
}

ssize_t record_bytes(const struct record *r, const char *key, char *out)
{
	const struct pair *pair = find_pair(r, key);

	if (!pair || !pair->quoted)
		return -1;
	return decode(pair->raw, strlen(pair->raw), out);
}

bool record_argv_is(const struct record *r, const char *key, char *const argv[])
{
	static char out[LINE_SIZE];
	const struct pair *pair = find_pair(r, key);
	const char *s;
	unsigned int i;

	if (!pair || !pair->quoted) {
		fprintf(stderr, "# no %s\n", key);
		return false;
	}
	s = pair->raw;
	for (i = 0; argv[i]; i++) {
		size_t len = strcspn(s, " ");
		size_t got = decode(s, len, out);

		if (got != strlen(argv[i]) || memcmp(out, argv[i], got)) {
			fprintf(stderr, "# %s: argument %u is not what was exec'ed: %.*s\n", key, i,
				(int)len, s);
			return false;
		}
		s += len;
		if (argv[i + 1] && *s++ != ' ') {
			fprintf(stderr, "# %s: %u arguments, more were exec'ed\n", key, i + 1);
			return false;
		}
	}
	if (*s) {
		fprintf(stderr, "# %s: more arguments than the %u exec'ed:%s\n", key, i, s);
		return false;
	}
	return true;
}
