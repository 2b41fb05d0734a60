// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the reading of an argv against the naive split
 *
 * The first bytes say where argv lies, where a page is missing, and how often
 * the rest is repeated, which makes it as long as it takes.
 */
#include "fuzz.h"
#include "split.h"
#include "test.h"

#define BASE	0x7ffd00000000UL
#define MAX	(SPLIT_MAX + 20000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct split got, want;
	static u8 argv[MAX];
	size_t len = 0, hole, repeat;
	unsigned long addr;

	if (size < 6)
		return 0;
	addr = BASE + (data[0] | data[1] << 8) % PAGE_SIZE;
	hole = (data[2] | data[3] << 8) % MAX;
	repeat = 1 + (data[4] & 1 ? data[5] : 0);
	data += 6;
	size -= 6;
	for (; repeat && len + size <= MAX; repeat--, len += size)
		memcpy(argv + len, data, size);
	shim_user_set(addr, argv, len);
	if (hole < len)
		shim_user_hole(addr + hole);
	else
		hole = SIZE_MAX;
	split_naively(&want, argv, len, addr, hole);
	split_by_module(&got, addr, len, split_count(argv, len));
	split_compare(&got, &want);
	if (test_failed() || memcmp(got.text, argv, want.text_len))
		shim_die("it is not as the naive split has it");
	return 0;
}
