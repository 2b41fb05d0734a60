/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - bytes as they were read, split into lines
 */
#ifndef SPLITTER_H
#define SPLITTER_H

#include <stdbool.h>
#include <stddef.h>

#include "../module/uapi/netscan.h"

/**
 * struct splitter - what was read and not taken yet; all zero to begin with
 * @buf: the bytes; room for one record beside part of another
 * @len: how many there are
 * @pos: how many of these were taken
 * @in_line: they go on with a line of which a part was taken
 */
struct splitter {
	char buf[2 * NETSCAN_RECORD_MAX];
	size_t len;
	size_t pos;
	bool in_line;
};

/**
 * struct piece - a line, or a part of one that is longer than a record can be
 * @p: its bytes, without the newline; valid until splitter_room()
 * @len: how many, at most NETSCAN_RECORD_MAX
 * @whole: it is a line from its beginning to its end
 * @ended: the line ends here
 */
struct piece {
	const char *p;
	size_t len;
	bool whole;
	bool ended;
};

/**
 * splitter_room() - where the next bytes go
 * @s: nothing more can be taken from it
 * @size: receives how many there may be, at least 1
 *
 * Whoever has put them there adds their number to @s->len.
 */
char *splitter_room(struct splitter *s, size_t *size);

/**
 * splitter_next() - take a line
 * @s: what was read
 * @all: take what has no newline, too: nothing more will come
 * @piece: out
 *
 * Return: false if there is none.
 */
bool splitter_next(struct splitter *s, bool all, struct piece *piece);

#endif /* SPLITTER_H */
