// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - self-test of texts: every byte escaped, no buffer overflown
 */
#include "../text.h"
#include "selftest.h"

static void __init check_byte(u8 c)
{
	bool bare = c >= ' ' && c <= '~' && c != '"' && c != '\\';
	const u8 bytes[] = { 'a', c, 'b' };
	char got[32], expected[32];
	struct netscan_text t;

	snprintf(expected, sizeof(expected),
		 bare ? " k=\"a%cb\"" : " k=\"a\\x%02xb\"", c);
	netscan_text_init(&t, got, sizeof(got));
	netscan_text_quote(&t, "k", bytes, sizeof(bytes));
	NETSCAN_EXPECT(!strcmp(got, expected));

	netscan_text_init(&t, got, sizeof(got));
	netscan_text_args(&t, "k", bytes, sizeof(bytes));
	NETSCAN_EXPECT(!strcmp(got, !c ? " k=\"a b\"" :
			       c == ' ' ? " k=\"a\\x20b\"" : expected));
}

/* What fits is there, with its NUL, and nothing behind it. */
static void __init check_size(size_t size)
{
	struct netscan_text t;
	char buf[32] = {};

	memset(buf + size, 'z', sizeof(buf) - size);
	netscan_text_init(&t, buf, size);
	netscan_text_quote(&t, "key", "plain\xff\"", 7);
	netscan_text_time(&t, "time", NETSCAN_SEC);
	NETSCAN_EXPECT(t.cut && t.len < size && strlen(buf) == t.len);
	NETSCAN_EXPECT(!memchr_inv(buf + size, 'z', sizeof(buf) - size));
}

int __init netscan_selftest_text(void)
{
	u32 i;

	for (i = 0; i < 256; i++)
		check_byte(i);
	for (i = 1; i < 32; i++)
		check_size(i);
	return 0;
}
