// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - text written into a buffer that never overflows
 *
 * Everything that netscan shows is written here, and the one place that makes
 * a hostile string harmless is escape_bytes(): no argument, name or path can
 * end a line, close a quote or begin a key.
 *
 * Context: process.
 */
#include "text.h"

/**
 * netscan_text_is_name() - may this be the name of a rule or a tool?
 * @name: the name
 * @len: its length
 * @extra: what it may hold beside ASCII letters and digits
 *
 * The kernel's isalnum() knows Latin-1, which no record may hold bare.
 */
bool netscan_text_is_name(const char *name, size_t len, const char *extra)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((u8)name[i] > 0x7f ||
		    (!isalnum(name[i]) && !strchr(extra, name[i])))
			return false;
	return len && len < NETSCAN_MAX_NAME;
}

/**
 * netscan_text_init() - begin an empty text
 * @t: the text
 * @buf: where it goes
 * @size: of @buf, at least 1
 */
void netscan_text_init(struct netscan_text *t, char *buf, size_t size)
{
	t->buf = buf;
	t->size = size;
	t->len = 0;
	t->cut = false;
	buf[0] = '\0';
}

/**
 * netscan_text_add() - add what a format gives
 * @t: the text
 * @fmt: as printf's; its arguments are netscan's own words and numbers, never
 *       a string from outside
 */
void netscan_text_add(struct netscan_text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->size - t->len) {
		t->cut = true;
		t->buf[t->len] = '\0';
		return;
	}
	t->len += n;
}

static bool is_plain(u8 c, bool args)
{
	return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\' &&
	       !(args && c == ' ');
}

/* Bytes that need no escape, all of them or none. */
static void add_plain(struct netscan_text *t, const u8 *p, size_t len)
{
	if (len >= t->size - t->len) {
		t->cut = true;
		return;
	}
	memcpy(t->buf + t->len, p, len);
	t->len += len;
	t->buf[t->len] = '\0';
}

static void escape_bytes(struct netscan_text *t, const u8 *p, size_t len,
			 bool args)
{
	size_t i, plain;

	for (i = 0; i < len; i++) {
		for (plain = i; plain < len && is_plain(p[plain], args); )
			plain++;
		add_plain(t, p + i, plain - i);
		i = plain;
		if (i < len && args && !p[i])
			netscan_text_add(t, " ");
		else if (i < len)
			netscan_text_add(t, "\\x%02x", p[i]);
	}
}

/**
 * netscan_text_quote() - add ` key="…"` with a string from outside
 * @t: the text
 * @key: the key
 * @bytes: the string, any bytes
 * @len: how many
 */
void netscan_text_quote(struct netscan_text *t, const char *key,
			const void *bytes, size_t len)
{
	netscan_text_add(t, " %s=\"", key);
	escape_bytes(t, bytes, len, false);
	netscan_text_add(t, "\"");
}

/**
 * netscan_text_args() - add ` key="…"` with a command line
 * @t: the text
 * @key: the key
 * @bytes: arguments, each with its NUL, the last one's may be missing
 * @len: how many bytes
 *
 * Arguments are joined by one space; a space inside one is written \x20, so
 * that splitting at spaces gives them back, empty ones included.
 */
void netscan_text_args(struct netscan_text *t, const char *key,
		       const void *bytes, size_t len)
{
	const u8 *p = bytes;

	if (len && !p[len - 1])
		len--;
	netscan_text_add(t, " %s=\"", key);
	escape_bytes(t, p, len, true);
	netscan_text_add(t, "\"");
}

/**
 * netscan_text_time() - add ` key=seconds.nanoseconds`
 * @t: the text
 * @key: the key
 * @ns: nanoseconds
 */
void netscan_text_time(struct netscan_text *t, const char *key, u64 ns)
{
	u32 rest;
	u64 sec = div_u64_rem(ns, (u32)NETSCAN_SEC, &rest);

	netscan_text_add(t, " %s=%llu.%09u", key, (unsigned long long)sec, rest);
}
