// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the search for a build-id
 *
 * Whatever a file says: what is found lies in what was handed in, behind the
 * name GNU, and is found again in the same bytes when the file goes on.
 */
#define _GNU_SOURCE

#include "buildid.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u8 name[4] = "GNU";
	static u8 longer[2 * NETSCAN_ELF_HEAD];
	size_t at;
	const u8 *id = NULL, *again;
	int len, other;
	u8 *copy;

	if (size > NETSCAN_ELF_HEAD)
		return 0;
	/* Exactly as large, so that a byte behind it is noticed. */
	copy = malloc(size + !size);
	memcpy(copy, data, size);
	len = netscan_buildid_find(copy, size, &id);
	fail_unless(len == 0 || len == -ENODATA ||
		    (len >= (int)NETSCAN_MIN_BUILD_ID &&
		     len <= (int)NETSCAN_MAX_BUILD_ID), "length");
	memcpy(longer, data, size);
	memset(longer + size, 0, sizeof(longer) - size);
	other = netscan_buildid_find(longer, sizeof(longer), &again);
	if (len > 0) {
		at = id - copy;
		fail_unless(at >= 16 && at + len <= size, "place");
		fail_unless(!memcmp(copy, ELFMAG, SELFMAG), "an ELF file");
		fail_unless(memmem(copy, at, name, sizeof(name)), "name");
	} else if (!len && size >= sizeof(Elf64_Ehdr)) {
		fail_unless(other <= 0, "nothing is in what is not there");
	}
	free(copy);
	return 0;
}
