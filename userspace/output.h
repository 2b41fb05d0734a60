/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - text gathered for one write, safe to send to a terminal
 *
 * Design: text of ours goes in through output_add(); whatever came from outside
 * goes in through output_word() or output_escaped(), which let nothing but
 * printable ASCII through. A terminal obeys the bytes it is sent, and an
 * argument of a scan is chosen by the one who scans.
 */
#ifndef NETSCAN_USERSPACE_OUTPUT_H
#define NETSCAN_USERSPACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "../module/uapi/netscan.h"

/* A record shown with every byte as \xNN, and room for what goes around it. */
#define OUTPUT_SIZE	(4 * NETSCAN_RECORD_MAX + 4096)

/**
 * struct output - a buffer that never overflows
 * @len: bytes in @data
 * @cut: something did not fit and was left out
 * @data: no terminator
 */
struct output {
	size_t len;
	bool cut;
	char data[OUTPUT_SIZE];
};

/** output_reset() - empty the buffer */
void output_reset(struct output *out);

/** output_bytes() - add bytes as they are */
void output_bytes(struct output *out, const void *bytes, size_t len);

/** output_add() - add formatted text; arguments must be safe to print */
__attribute__((format(printf, 2, 3)))
void output_add(struct output *out, const char *fmt, ...);

/**
 * output_word() - add bytes as one word of a shell
 *
 * What needs no quoting stands as it is, printable text in single quotes, all
 * else as $'...' of bash and ksh with \xNN. So a word cannot be taken for two
 * or for text of ours, and a command line can be pasted and means the same.
 */
void output_word(struct output *out, const void *bytes, size_t len);

/** output_escaped() - add bytes; the unprintable ones and '\' as \xNN */
void output_escaped(struct output *out, const void *bytes, size_t len);

/**
 * output_write() - write the buffer out
 * @out: what to write
 * @fd: where to; may be non-blocking
 *
 * Return: 0 when all was written, else a negative errno.
 */
int output_write(const struct output *out, int fd);

#endif
