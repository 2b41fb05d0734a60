// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - libFuzzer target: any bytes, read in any portions, as lines
 *
 * Beside the sanitizers it checks that the pieces are the bytes in their order, that
 * lines are whole where they could be a record, and that no part of another is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../splitter.h"

static void need(bool ok)
{
	if (!ok)
		abort();
}

/**
 * struct input - what is read
 * @pos: what was not taken yet
 * @end: its end
 * @begin: where the line begins of which a part was taken, or NULL
 */
struct input {
	const char *pos;
	const char *end;
	const char *begin;
};

/* Takes what can be taken, which has to be what comes next. */
static void take(struct splitter *s, bool all, struct input *in)
{
	const char *newline;
	struct piece piece;

	while (splitter_next(s, all, &piece)) {
		newline = memchr(in->pos, '\n', in->end - in->pos);
		if (!in->begin)
			in->begin = in->pos;
		need(piece.len <= NETSCAN_RECORD_MAX);
		need(piece.len <= (size_t)(in->end - in->pos));
		need(!memcmp(piece.p, in->pos, piece.len));
		need(piece.whole == (piece.ended && in->begin == in->pos));
		in->pos += piece.len;
		/* A part as long as can be may end where the line does. */
		if (!piece.ended) {
			need(piece.len == NETSCAN_RECORD_MAX);
			continue;
		}
		need(in->pos == (newline ? newline : in->end));
		in->pos += !!newline;
		in->begin = NULL;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[64 * 1024];
	static struct splitter s;
	struct input in = { .pos = bytes };
	const char *next = bytes;
	size_t room, portion, i;
	char *to;

	/* The first eight bytes are the portions, the others, repeated, are what is read. */
	if (size < 9)
		return 0;
	size -= 8;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = data[8 + i % size];
	size *= 1 + data[0] % 16;
	in.end = bytes + (size < sizeof(bytes) ? size : sizeof(bytes));
	memset(&s, 0, sizeof(s));
	for (i = 0; next < in.end; i++) {
		to = splitter_room(&s, &room);
		need(room);
		portion = 1 + data[i % 8] * 64;
		portion = portion < room ? portion : room;
		portion = portion < (size_t)(in.end - next) ? portion : (size_t)(in.end - next);
		memcpy(to, next, portion);
		next += portion;
		s.len += portion;
		take(&s, false, &in);
	}
	take(&s, true, &in);
	need(in.pos == in.end);
	return 0;
}
