// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a line of /dev/netscan taken apart
 *
 * Pure: reads only the line it is given, writes only what it is handed.
 */
#include <string.h>

#include "record.h"

/* The keys that every record begins with, in this order. */
static const char *const leading_keys[] = { "type", "seq", "time", "rule", "scan_id" };

#define NR_LEADING_KEYS		(sizeof(leading_keys) / sizeof(leading_keys[0]))

static const char *const type_names[] = {
	[RECORD_ALERT] = "alert",
	[RECORD_UPDATE] = "update",
	[RECORD_END] = "end",
	[RECORD_LOST] = "lost",
	[RECORD_HEALTH] = "health",
};

_Static_assert(sizeof(type_names) / sizeof(type_names[0]) == RECORD_OTHER,
	       "every type but RECORD_OTHER has a name");

static bool text_is(struct record_text text, const char *s)
{
	return text.len == strlen(s) && !memcmp(text.p, s, text.len);
}

static bool text_equal(struct record_text a, struct record_text b)
{
	return a.len == b.len && !memcmp(a.p, b.p, a.len);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_key_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

static bool is_bare_byte(char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/* Takes "key=" off the front of @line. */
static bool take_key(struct record_text *line, struct record_text *key)
{
	size_t n = 0;

	while (n < line->len && is_key_byte(line->p[n], n == 0))
		n++;
	if (n == 0 || n == line->len || line->p[n] != '=')
		return false;
	*key = (struct record_text){ line->p, n };
	line->p += n + 1;
	line->len -= n + 1;
	return true;
}

static bool take_bare(struct record_text *line, struct record_text *value)
{
	size_t n = 0;

	while (n < line->len && is_bare_byte(line->p[n]))
		n++;
	*value = (struct record_text){ line->p, n };
	line->p += n;
	line->len -= n;
	return n > 0;
}

/* Length of the character at @p, 1 or 4 bytes of the line; 0 if it is wrong. */
static size_t quoted_char(const char *p, size_t len)
{
	if (*p < ' ' || *p > '~')
		return 0;
	if (*p != '\\')
		return 1;
	if (len < 4 || p[1] != 'x' || hex_digit(p[2]) < 0 || hex_digit(p[3]) < 0)
		return 0;
	return 4;
}

/* Takes a string that ends in '"' off @line; its first quote is gone. */
static bool take_quoted(struct record_text *line, struct record_text *value)
{
	size_t n = 0, step;

	while (n < line->len && line->p[n] != '"') {
		step = quoted_char(line->p + n, line->len - n);
		if (!step)
			return false;
		n += step;
	}
	if (n == line->len)
		return false;
	*value = (struct record_text){ line->p, n };
	line->p += n + 1;
	line->len -= n + 1;
	return true;
}

static bool take_field(struct record_text *line, struct record_field *field)
{
	if (!take_key(line, &field->key))
		return false;
	field->quoted = line->len && *line->p == '"';
	if (!field->quoted)
		return take_bare(line, &field->value);
	line->p++;
	line->len--;
	return take_quoted(line, &field->value);
}

static const struct record_field *find_field(const struct record *rec, struct record_text key)
{
	size_t i;

	for (i = 0; i < rec->nr_fields; i++) {
		if (text_equal(rec->fields[i].key, key))
			return &rec->fields[i];
	}
	return NULL;
}

static bool take_fields(struct record *rec, struct record_text line)
{
	struct record_field *field;

	rec->nr_fields = 0;
	for (;;) {
		if (rec->nr_fields == RECORD_MAX_FIELDS)
			return false;
		field = &rec->fields[rec->nr_fields];
		if (!take_field(&line, field) || find_field(rec, field->key))
			return false;
		rec->nr_fields++;
		if (!line.len)
			return true;
		if (*line.p != ' ')
			return false;
		line.p++;
		line.len--;
	}
}

static bool has_leading_keys(const struct record *rec)
{
	size_t i;

	if (rec->nr_fields < NR_LEADING_KEYS)
		return false;
	for (i = 0; i < NR_LEADING_KEYS; i++) {
		if (!text_is(rec->fields[i].key, leading_keys[i]) || rec->fields[i].quoted)
			return false;
	}
	return true;
}

static enum record_type find_type(struct record_text name)
{
	unsigned int i;

	for (i = 0; i < RECORD_OTHER; i++) {
		if (text_is(name, type_names[i]))
			return i;
	}
	return RECORD_OTHER;
}

bool record_parse(struct record *rec, const char *line, size_t len)
{
	if (!take_fields(rec, (struct record_text){ line, len }) || !has_leading_keys(rec))
		return false;
	rec->type = find_type(rec->fields[0].value);
	return record_get_u64(rec, "seq", &rec->seq) &&
	       record_get_time(rec, "time", &rec->time) &&
	       record_get_u64(rec, "scan_id", &rec->scan_id);
}

struct record_text record_get(const struct record *rec, const char *key)
{
	const struct record_field *field;

	field = find_field(rec, (struct record_text){ key, strlen(key) });
	if (!field || (!field->quoted && text_is(field->value, "-")))
		return (struct record_text){ NULL, 0 };
	return field->value;
}

static bool parse_u64(struct record_text text, uint64_t *value)
{
	uint64_t v = 0;
	unsigned int digit;
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		digit = text.p[i] - '0';
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (!text.len)
		return false;
	*value = v;
	return true;
}

bool record_get_u64(const struct record *rec, const char *key, uint64_t *value)
{
	return parse_u64(record_get(rec, key), value);
}

bool record_get_time(const struct record *rec, const char *key, struct record_time *value)
{
	struct record_text text = record_get(rec, key);
	uint64_t sec, nsec;

	if (text.len < 11 || text.p[text.len - 10] != '.')
		return false;
	if (!parse_u64((struct record_text){ text.p, text.len - 10 }, &sec) || sec > INT64_MAX)
		return false;
	if (!parse_u64((struct record_text){ text.p + text.len - 9, 9 }, &nsec))
		return false;
	value->sec = (int64_t)sec;
	value->nsec = (uint32_t)nsec;
	return true;
}

size_t record_decode(struct record_text text, unsigned char *buf, size_t size)
{
	size_t i = 0, n = 0;
	unsigned int high;

	while (i < text.len && n < size) {
		if (text.p[i] != '\\') {
			buf[n++] = text.p[i++];
			continue;
		}
		high = hex_digit(text.p[i + 2]);
		buf[n++] = high << 4 | hex_digit(text.p[i + 3]);
		i += 4;
	}
	return n;
}

bool record_next_arg(struct record_text *rest, struct record_text *arg)
{
	const char *space;

	if (!rest->p)
		return false;
	space = memchr(rest->p, ' ', rest->len);
	if (!space) {
		*arg = *rest;
		*rest = (struct record_text){ NULL, 0 };
		return true;
	}
	*arg = (struct record_text){ rest->p, space - rest->p };
	rest->len -= arg->len + 1;
	rest->p = space + 1;
	return true;
}
