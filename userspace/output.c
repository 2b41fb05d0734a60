// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - text gathered for one write, safe to send to a terminal
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

void output_reset(struct output *out)
{
	out->len = 0;
	out->cut = false;
}

void output_bytes(struct output *out, const void *bytes, size_t len)
{
	if (len > sizeof(out->data) - out->len) {
		len = sizeof(out->data) - out->len;
		out->cut = true;
	}
	memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

void output_add(struct output *out, const char *fmt, ...)
{
	char buf[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(buf)) {
		out->cut = true;
		return;
	}
	output_bytes(out, buf, n);
}

static bool is_printable(unsigned char c)
{
	return c >= ' ' && c <= '~';
}

/* What no shell gives a meaning to, wherever it stands. */
static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("%+,-./:=@_", c));
}

void output_word(struct output *out, const void *bytes, size_t len)
{
	bool plain = len > 0, printable = true;
	const unsigned char *p = bytes;
	size_t i;

	for (i = 0; i < len; i++) {
		plain = plain && is_plain(p[i]);
		printable = printable && is_printable(p[i]) && p[i] != '\'';
	}
	if (plain) {
		output_bytes(out, p, len);
		return;
	}
	if (printable) {
		output_add(out, "'");
		output_bytes(out, p, len);
		output_add(out, "'");
		return;
	}
	output_add(out, "$'");
	for (i = 0; i < len; i++) {
		if (!is_printable(p[i]))
			output_add(out, "\\x%02x", p[i]);
		else if (p[i] == '\'' || p[i] == '\\')
			output_add(out, "\\%c", p[i]);
		else
			output_add(out, "%c", p[i]);
	}
	output_add(out, "'");
}

void output_escaped(struct output *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t i;

	for (i = 0; i < len; i++) {
		if (is_printable(p[i]) && p[i] != '\\')
			output_add(out, "%c", p[i]);
		else
			output_add(out, "\\x%02x", p[i]);
	}
}

int output_write(const struct output *out, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	size_t done = 0;
	ssize_t n;

	while (done < out->len) {
		n = write(fd, out->data + done, out->len - done);
		if (n >= 0)
			done += n;
		else if (errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}
