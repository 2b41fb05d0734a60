// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the last records, numbered
 *
 * Design: a new record overwrites the oldest ones. Records do not move, so a
 * reader's place stays right until its record is overwritten, and that shows
 * in its number: what it lost is the distance to the oldest kept one.
 *
 * Locking: the caller's, for every function.
 *
 * Context: any.
 */
#include "ring.h"

/* What stands before each record. */
typedef u16 ring_len_t;

static_assert(NETSCAN_RECORD_MAX <= U16_MAX);
static_assert(NETSCAN_RECORD_MAX + sizeof(ring_len_t) <= NETSCAN_MIN_RING);

/**
 * netscan_ring_init() - begin an empty ring
 * @r: the ring
 * @buf: its memory
 * @size: of @buf, a power of two from NETSCAN_MIN_RING
 */
void netscan_ring_init(struct netscan_ring *r, char *buf, u32 size)
{
	r->buf = buf;
	r->size = size;
	r->seq = 1;
	r->oldest = 1;
	r->head = 0;
	r->tail = 0;
}

static void put_bytes(struct netscan_ring *r, const void *from, u32 len)
{
	u32 at = r->head & (r->size - 1);
	u32 part = min(len, r->size - at);

	memcpy(r->buf + at, from, part);
	memcpy(r->buf, (const char *)from + part, len - part);
	r->head += len;
}

static void get_bytes(const struct netscan_ring *r, u64 pos, void *to, u32 len)
{
	u32 at = pos & (r->size - 1);
	u32 part = min(len, r->size - at);

	memcpy(to, r->buf + at, part);
	memcpy((char *)to + part, r->buf, len - part);
}

static ring_len_t length_at(const struct netscan_ring *r, u64 pos)
{
	ring_len_t len;

	get_bytes(r, pos, &len, sizeof(len));
	return len;
}

/**
 * netscan_ring_push() - add a record
 * @r: the ring
 * @text: the record
 * @len: 1 to NETSCAN_RECORD_MAX bytes
 *
 * Return: how many records were overwritten for it.
 */
u64 netscan_ring_push(struct netscan_ring *r, const char *text, u32 len)
{
	ring_len_t head = len;
	u64 before = r->oldest;

	while (r->head + sizeof(head) + len - r->tail > r->size) {
		r->tail += sizeof(head) + length_at(r, r->tail);
		r->oldest++;
	}
	put_bytes(r, &head, sizeof(head));
	put_bytes(r, text, len);
	WRITE_ONCE(r->seq, r->seq + 1);
	return r->oldest - before;
}

/**
 * netscan_ring_lost() - how many records a reader can no longer have
 * @r: the ring
 * @c: the reader's place
 */
u64 netscan_ring_lost(const struct netscan_ring *r,
		      const struct netscan_cursor *c)
{
	return c->seq < r->oldest ? r->oldest - c->seq : 0;
}

/**
 * netscan_ring_peek() - copy the record at a reader's place
 * @r: the ring
 * @c: the reader's place, which has lost nothing
 * @buf: where to
 * @size: of @buf
 *
 * Return: length of the record, 0 when there is none yet, -EINVAL when @buf is
 * too short for it.
 */
int netscan_ring_peek(const struct netscan_ring *r,
		      const struct netscan_cursor *c, char *buf, u32 size)
{
	u32 len;

	if (c->seq == r->seq)
		return 0;
	len = length_at(r, c->pos);
	if (len > size)
		return -EINVAL;
	get_bytes(r, c->pos + sizeof(ring_len_t), buf, len);
	return len;
}

/**
 * netscan_ring_next() - move a reader past the record it was given
 * @c: the reader's place
 * @len: what netscan_ring_peek() returned
 */
void netscan_ring_next(struct netscan_cursor *c, u32 len)
{
	c->seq++;
	c->pos += sizeof(ring_len_t) + len;
}

/**
 * netscan_ring_rewind() - move a reader to the oldest kept record
 * @r: the ring
 * @c: the reader's place
 */
void netscan_ring_rewind(const struct netscan_ring *r,
			 struct netscan_cursor *c)
{
	c->seq = r->oldest;
	c->pos = r->tail;
}
