/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - text written into a buffer that never overflows
 */
#ifndef NETSCAN_TEXT_H
#define NETSCAN_TEXT_H

#include "core.h"

/**
 * struct netscan_text - a buffer being filled
 * @buf: where to
 * @size: its size; @len stays below it, so that a NUL always fits
 * @len: bytes written
 * @cut: something did not fit
 */
struct netscan_text {
	char *buf;
	size_t size;
	size_t len;
	bool cut;
};

bool netscan_text_is_name(const char *name, size_t len, const char *extra);
void netscan_text_init(struct netscan_text *t, char *buf, size_t size);
__printf(2, 3) void netscan_text_add(struct netscan_text *t, const char *fmt,
				     ...);
void netscan_text_quote(struct netscan_text *t, const char *key,
			const void *bytes, size_t len);
void netscan_text_args(struct netscan_text *t, const char *key,
		       const void *bytes, size_t len);
void netscan_text_time(struct netscan_text *t, const char *key, u64 ns);

#endif
