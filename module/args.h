/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - argv, read once and fingerprinted
 */
#ifndef NETSCAN_ARGS_H
#define NETSCAN_ARGS_H

#include "hash.h"

/**
 * struct netscan_args - an argv being read
 * @fp: the batch that netscan_args_next() filled
 * @weight: what each of them weighs by its span, where @weigh
 * @pos: address of the next byte to copy
 * @end: where this part of argv ends
 * @tail_end: where argv ends; 0 once its tail is being read
 * @left: arguments that may still be counted of this part
 * @have: bytes in @buf
 * @at: of them, those dealt with
 * @text_len: bytes of @text
 * @weigh: set by the caller, between begin and next, to have @weight filled
 * @skip: the rest of an argument that is not counted comes first
 * @done: nothing is left after the batch
 * @read_fault: a copy failed: what came after it was not seen
 * @truncated: argv is longer than what is read of it
 * @text_cut: @text is only the beginning
 * @read_on: netscan_args_read_on() has gone on: to be begun anew
 * @text: the beginning of the command line: in @buf as long as that holds it,
 *        then in @kept
 * @kept: see @text
 * @buf: what was copied, with 16 zero bytes behind it
 */
struct netscan_args {
	u64 fp[NETSCAN_ARGV_BATCH];
	u16 weight[NETSCAN_ARGV_BATCH];
	unsigned long pos;
	unsigned long end;
	unsigned long tail_end;
	u32 left;
	u32 have;
	u32 at;
	u16 text_len;
	bool weigh;
	bool skip;
	bool done;
	bool read_fault;
	bool truncated;
	bool text_cut;
	bool read_on;
	const char *text;
	char kept[NETSCAN_TEXT];
	u8 buf[NETSCAN_ARGV_CHUNK + 16];
};

void netscan_args_begin(struct netscan_args *a, unsigned long start,
			unsigned long end, u32 argc);
bool netscan_args_read_on(struct netscan_args *a, u32 used);
u32 netscan_args_next(struct netscan_args *a,
		      const struct netscan_hash_key *key);

#endif
