// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of text that never overflows and of its escapes
 */
#include "test.h"
#include "text.h"

static char buf[4096];
static struct netscan_text t;

static void begin(size_t size)
{
	memset(buf, 0x7a, sizeof(buf));
	netscan_text_init(&t, buf, size);
}

static bool is_plain(u32 byte)
{
	return byte >= 0x20 && byte <= 0x7e && byte != '"' && byte != '\\';
}

static void quotes_all_bytes(void)
{
	char expect[64];
	u32 byte;
	u8 c;

	for (byte = 0; byte < 256; byte++) {
		c = byte;
		begin(sizeof(buf));
		netscan_text_quote(&t, "k", &c, 1);
		snprintf(expect, sizeof(expect),
			 is_plain(byte) ? " k=\"%c\"" : " k=\"\\x%02x\"", byte);
		TEXT_EQUAL(buf, expect);
		EQUAL(t.len, strlen(expect));
	}
	begin(sizeof(buf));
	netscan_text_quote(&t, "k", "a b\0c\n", 6);
	TEXT_EQUAL(buf, " k=\"a b\\x00c\\x0a\"");
	begin(sizeof(buf));
	netscan_text_quote(&t, "key", "", 0);
	TEXT_EQUAL(buf, " key=\"\"");
	CHECK(!t.cut);
}

static void args_of_all_bytes(void)
{
	char expect[64];
	char arg[3] = "xx";
	u32 byte;

	for (byte = 1; byte < 256; byte++) {
		arg[1] = byte;
		begin(sizeof(buf));
		netscan_text_args(&t, "k", arg, 3);
		snprintf(expect, sizeof(expect),
			 is_plain(byte) && byte != ' ' ? " k=\"x%c\"" :
			 " k=\"x\\x%02x\"", byte);
		TEXT_EQUAL(buf, expect);
	}
}

static void args_keep_their_borders(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} cases[] = {
		{ "", 0, " a=\"\"" },
		{ "\0", 1, " a=\"\"" },
		{ "\0\0", 2, " a=\" \"" },
		{ "ping\0-c\0", 8, " a=\"ping -c\"" },
		{ "ping\0-c", 7, " a=\"ping -c\"" },
		{ "ping\0\0x\0", 8, " a=\"ping  x\"" },
		{ "ping\0\0", 6, " a=\"ping \"" },
		{ "a b\0c\0", 6, " a=\"a\\x20b c\"" },
		{ "\0a\0", 3, " a=\" a\"" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(sizeof(buf));
		netscan_text_args(&t, "a", cases[i].bytes, cases[i].len);
		TEXT_EQUAL(buf, cases[i].text);
	}
}

static void never_overflows(void)
{
	size_t size, i;

	for (size = 1; size < 64; size++) {
		begin(size);
		netscan_text_add(&t, "%s", "seven77");
		netscan_text_quote(&t, "key", "a\"\n\xff", 4);
		netscan_text_args(&t, "args", "ping\0a b\0", 9);
		netscan_text_time(&t, "at", 123456789012ULL);
		CHECK(t.len < size);
		EQUAL(strlen(buf), t.len);
		for (i = size; i < sizeof(buf); i++)
			CHECK(buf[i] == 0x7a);
		EQUAL(t.cut, size <= 7 + 21 + 19 + 17);
	}
}

static void cut_adds_nothing_of_what_did_not_fit(void)
{
	begin(8);
	netscan_text_add(&t, "%s", "1234567");
	CHECK(!t.cut);
	EQUAL(t.len, 7);
	netscan_text_add(&t, "8");
	CHECK(t.cut);
	TEXT_EQUAL(buf, "1234567");
	begin(1);
	netscan_text_add(&t, "%s", "");
	CHECK(!t.cut);
	netscan_text_add(&t, "x");
	CHECK(t.cut);
	TEXT_EQUAL(buf, "");
}

static void times(void)
{
	static const struct {
		u64 ns;
		const char *text;
	} cases[] = {
		{ 0, " t=0.000000000" },
		{ 1, " t=0.000000001" },
		{ 999999999, " t=0.999999999" },
		{ 1000000000, " t=1.000000000" },
		{ 1795484423123456789ULL, " t=1795484423.123456789" },
		{ U64_MAX, " t=18446744073.709551615" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(sizeof(buf));
		netscan_text_time(&t, "t", cases[i].ns);
		TEXT_EQUAL(buf, cases[i].text);
	}
}

static const struct test tests[] = {
	{ "quotes all 256 bytes", quotes_all_bytes },
	{ "arguments of all bytes", args_of_all_bytes },
	{ "arguments keep their borders", args_keep_their_borders },
	{ "never overflows", never_overflows },
	{ "cut adds nothing of what did not fit", cut_adds_nothing_of_what_did_not_fit },
	{ "times", times },
};

int main(void)
{
	return test_main("text", tests, ARRAY_SIZE(tests));
}
