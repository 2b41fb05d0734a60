// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the patterns of command lines: their parser, and their match
 *
 * The pattern comes up to a NUL, the command line behind it. What is made of a
 * pattern is printable and gives itself again; a match stays within its bounds,
 * and what has none left is no match.
 */
#include "fuzz.h"
#include "glob.h"

static void check_match(const char *glob, const uint8_t *data, size_t size)
{
	u32 steps = NETSCAN_GLOB_STEPS, taken, few;
	char *line;
	bool got;

	if (size > NETSCAN_TEXT)
		size = NETSCAN_TEXT;
	/* Exactly as large, so that a byte behind it is noticed. */
	line = malloc(size + !size);
	memcpy(line, data, size);
	got = netscan_glob_match(glob, line, size, &steps);
	taken = NETSCAN_GLOB_STEPS - steps;
	fail_unless(taken <= (size + 1) * (strlen(glob) + 1), "steps");
	few = taken;
	fail_unless(netscan_glob_match(glob, line, size, &few) == got && !few,
		    "as many steps suffice");
	if (taken) {
		few = taken - 1;
		fail_unless(!netscan_glob_match(glob, line, size, &few) && !few,
			    "one less does not");
	}
	steps = NETSCAN_GLOB_STEPS;
	fail_unless(netscan_glob_match("*", line, size, &steps), "all match *");
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char glob[NETSCAN_MAX_PATTERN], again[NETSCAN_MAX_PATTERN];
	size_t len = strnlen((const char *)data, size);
	char *written;
	const char *p;
	int err;

	written = malloc(len + 1);
	memcpy(written, data, len);
	written[len] = '\0';
	err = netscan_glob_make(written, glob);
	free(written);
	fail_unless(!err || err == -EINVAL || err == -ERANGE, "errno");
	if (err)
		return 0;
	for (p = glob; *p; p++)
		fail_unless(*p >= ' ' && *p <= '~', "a bare byte");
	fail_unless(!netscan_glob_make(glob, again) && !strcmp(glob, again),
		    "it gives itself again");
	len += len < size;
	check_match(glob, data + len, size - len);
	return 0;
}
