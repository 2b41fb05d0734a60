// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - bytes as they were read, split into lines
 */
#include <string.h>

#include "splitter.h"

char *splitter_room(struct splitter *s, size_t *size)
{
	memmove(s->buf, s->buf + s->pos, s->len - s->pos);
	s->len -= s->pos;
	s->pos = 0;
	*size = sizeof(s->buf) - s->len;
	return s->buf + s->len;
}

bool splitter_next(struct splitter *s, bool all, struct piece *piece)
{
	const char *p = s->buf + s->pos, *end;
	size_t left = s->len - s->pos;
	size_t len = left < NETSCAN_RECORD_MAX ? left : NETSCAN_RECORD_MAX;

	if (!left)
		return false;
	end = memchr(p, '\n', len);
	if (end)
		len = end - p;
	else if (!all && len < NETSCAN_RECORD_MAX)
		return false;
	piece->p = p;
	piece->len = len;
	piece->ended = end || (all && len == left);
	piece->whole = piece->ended && !s->in_line;
	s->in_line = !piece->ended;
	s->pos += len + (end ? 1 : 0);
	return true;
}
