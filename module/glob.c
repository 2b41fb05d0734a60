// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - patterns of command lines
 *
 * Design: a glob is written as a record shows a command line: ' ' stands for
 * the end of an argument, `\xNN` for that byte, so `\x20` for a space inside an
 * argument. It is kept as that text, each byte in the one way in which it is
 * printed, and compared with the command line as that lies there, arguments
 * with their NULs: nothing is joined or escaped for it. '*' is any number of
 * bytes and ends of arguments, '?' is one of either; `\x2a` and `\x3f` are the
 * characters themselves.
 *
 * Context: netscan_glob_match(), any; the others, process.
 */
#include "glob.h"
#include "text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * netscan_glob_escaped() - the byte that `\xNN` stands for
 * @p: text that ends in NUL
 *
 * Return: the byte, or 0 if @p does not begin with an escape or with that of a
 * NUL, which no argument, name or path holds.
 */
u8 netscan_glob_escaped(const char *p)
{
	int high, low;

	if (p[0] != '\\' || p[1] != 'x')
		return 0;
	high = hex_digit(p[2]);
	low = high < 0 ? -1 : hex_digit(p[3]);
	return low < 0 ? 0 : high << 4 | low;
}

/**
 * netscan_glob_make() - a glob of what somebody wrote
 * @value: what was written
 * @glob: where it goes, NETSCAN_MAX_PATTERN bytes
 *
 * Return: 0, -EINVAL for a wrong escape, -ERANGE for a glob that is too long.
 */
int netscan_glob_make(const char *value, char *glob)
{
	struct netscan_text t;
	bool plain;
	u8 c;

	netscan_text_init(&t, glob, NETSCAN_MAX_PATTERN);
	while (*value) {
		c = *value;
		plain = c >= ' ' && c <= '~';
		if (c == '\\') {
			c = netscan_glob_escaped(value);
			if (!c)
				return -EINVAL;
			plain = c > ' ' && c <= '~' && !strchr("\"\\*?", c);
			value += NETSCAN_GLOB_ESCAPE - 1;
		}
		value++;
		netscan_text_add(&t, plain ? "%c" : "\\x%02x", c);
		if (t.cut)
			return -ERANGE;
	}
	return 0;
}

/* Does what stands first in the glob match a byte? Then go on behind it. */
static bool take_byte(const char **glob, char c)
{
	const char *p = *glob;
	size_t len = 1;
	char want = *p;

	if (want == ' ') {
		want = '\0';
	} else if (want == '\\') {
		want = netscan_glob_escaped(p);
		len = NETSCAN_GLOB_ESCAPE;
	} else if (!want) {
		return false;
	}
	if (*p != '?' && want != c)
		return false;
	*glob = p + len;
	return true;
}

/**
 * netscan_glob_match() - does a glob match all of a command line?
 * @glob: made by netscan_glob_make()
 * @text: arguments with NULs between them
 * @len: bytes of @text
 * @steps: how many more there may be; each is a comparison of one byte, and
 *         there are (number of '*' + 1) + @len of them for most globs, @len
 *         times the length of @glob at most
 *
 * Context: any.
 *
 * Return: whether it matches; false where @steps did not suffice, with 0 left.
 */
bool netscan_glob_match(const char *glob, const char *text, size_t len,
			u32 *steps)
{
	const char *star = NULL;
	size_t i = 0, mark = 0;

	while (i < len) {
		if (!*steps)
			return false;
		--*steps;
		if (*glob == '*') {
			star = ++glob;
			mark = i;
			if (!*glob)
				return true;
		} else if (take_byte(&glob, text[i])) {
			i++;
		} else if (star) {
			glob = star;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}
