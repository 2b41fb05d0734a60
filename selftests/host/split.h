/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what reading an argv should give, worked out the simple way
 */
#ifndef NETSCAN_SPLIT_H
#define NETSCAN_SPLIT_H

#include "args.h"

#define SPLIT_MAX	(NETSCAN_ARGV_HEAD + NETSCAN_ARGV_TAIL)

/**
 * struct split - an argv, read
 * @fp: fingerprints, in order
 * @weight: what each weighs by its span
 * @nr: how many
 * @long_args: arguments that were too long to count
 * @truncated: argv is longer than what is read
 * @read_fault: a page was not there
 * @text_cut: @text is only the beginning
 * @text_len: bytes of @text
 * @text: the beginning; of the naive split, not filled
 */
struct split {
	u64 fp[SPLIT_MAX];
	u16 weight[SPLIT_MAX];
	u32 nr;
	u32 long_args;
	bool truncated;
	bool read_fault;
	bool text_cut;
	u32 text_len;
	char text[NETSCAN_TEXT];
};

void split_by_module(struct split *s, unsigned long addr, size_t len,
		     u32 argc);
u32 split_count(const u8 *argv, size_t len);
void split_naively(struct split *s, const u8 *argv, size_t len,
		   unsigned long addr, size_t hole);
void split_compare(const struct split *got, const struct split *want);

#endif
