// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of how many targets an argument spells
 */
#include "span.h"
#include "test.h"

#include <sys/mman.h>

/* As the last bytes before a page that nobody may read. */
static u32 weigh_bytes(const void *arg, size_t len)
{
	static char *page;

	if (!page) {
		page = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED ||
		    mprotect(page + PAGE_SIZE, PAGE_SIZE, PROT_NONE))
			shim_die("no memory");
	}
	memcpy(page + PAGE_SIZE - len, arg, len);
	return netscan_span_weigh(page + PAGE_SIZE - len, len);
}

static void weighs(const char *arg, u32 expect)
{
	u32 got = weigh_bytes(arg, strlen(arg));

	if (got != expect)
		test_fail(__FILE__, __LINE__, "'%s' is %u targets, not %u", arg,
			  got, expect);
}

static void ports(void)
{
	weighs("80", 1);
	weighs("20-30", 11);
	weighs("1-1000", 1000);
	weighs("1-65535", 65535);
	weighs("0-65535", 65535);
	weighs("7-7", 1);
	weighs("22,80-81,443", 4);
	weighs("1,2,3-5,7", 6);
	weighs("80,80", 2);
	weighs("1-65535,1-65535,1-65535", 65535);
	weighs("60000-", 5536);
	weighs("1-5,60000-,80", 5542);
	weighs("443,-100", 101);
	/* nc and hping3 put it in order. */
	weighs("30-20", 11);
	weighs("65535-0", 65535);
}

static void lax_ports(void)
{
	weighs("1-1000,", 1000);
	weighs(",1-1000", 1000);
	weighs("1-1000,,80", 1001);
	weighs(" 1-1000", 1000);
	weighs("1- 1000", 1000);
	weighs("1 - 1000 , 80", 1001);
	weighs("1-+1000", 1000);
	weighs("1-\t1000", 1000);
	weighs("000001-00000000000000001000", 1000);
	weighs("0x1-0xFfff", 65535);
	weighs("0X10-0x1f", 16);
	weighs("[1-1000]", 1000);
	weighs("[1-10],[20-30]", 21);
}

static void hping(void)
{
	weighs("all", 65535);
	weighs("known", 256);
	weighs("1-1000,8888,known", 1257);
	weighs("1-1000,!22", 1000);
	weighs("1-1000,!2000-65535", 1000);
	weighs("all,!all", 65535);
	weighs("!22", 1);
	weighs("!1-1000", 1);
	weighs("+80", 65456);
	weighs("++80", 65456);
	weighs("++1", 65535);
	weighs("++0", 65535);
	weighs("+65535", 1);
	weighs("+++80", 1);
	weighs("++65536", 1);
	weighs("++", 1);
	weighs("+", 1);
	weighs("++80x", 1);
	weighs("10.0.0.x", 256);
	weighs("10.0.x.x", 65535);
	weighs("10.x.1.x", 65535);
	weighs("10.0.x.xx", 1);
	weighs("all5", 1);
	weighs("all-5", 1);
	weighs("ALL", 1);
}

static void octets(void)
{
	weighs("10.0.0.1", 1);
	weighs("10.0.0.1-254", 254);
	weighs("10.0.0-3.1", 4);
	weighs("10.0.0-3.1-254", 1016);
	weighs("10.0.0.*", 256);
	weighs("10.0.0-3.*", 1024);
	weighs("10.0.*.*", 65535);
	weighs("*.*.*.*", 65535);
	weighs("0-255.0-255.0-255.0-255", 65535);
	weighs("192.168.1-2.1,3,5-7", 10);
	weighs("10.0.0.-", 256);
	weighs("10.0.0.-9", 10);
	weighs("10.0.0.250-", 6);
	weighs("10.0.0.1-254-", 254);
	weighs("10.0.0.1-9-255", 9);
	weighs("10.0.0.1,2,3-4,*", 256);
	weighs("10.0.0.1-255,1-255,1-255", 256);
	weighs("10.0.0.9-1", 1);
	weighs("10.0.0.1-256", 1);
	weighs("10.0.0.256", 1);
	weighs("10.0.0.1--9", 1);
	weighs("10.0.0", 1);
	weighs("10.0.0.1-9.5", 1);
	weighs("10.0.0.1-9:80", 1);
	weighs("10.0.0.1-10.0.0.9", 1);
	weighs("10.0.0.1,10.0.0.2", 1);
}

static void networks(void)
{
	weighs("10.0.0.0/24", 256);
	weighs("10.0.0.0/32", 1);
	weighs("10.0.0.0/31", 2);
	weighs("10.0.0.0/30", 4);
	weighs("10.0.0.0/23", 512);
	weighs("10.0.0.0/20", 4096);
	weighs("10.0.0.0/17", 32768);
	weighs("10.0.0.0/16", 65535);
	weighs("10.0.0.0/8", 65535);
	weighs("0.0.0.0/0", 65535);
	weighs("10.0.0-3.0/24", 1024);
	weighs("10.0.0.1-9/32", 9);
	weighs("10.0.0.0/024", 256);
	weighs("10.0.0.0/33", 1);
	weighs("10.0.0.0/128", 1);
	weighs("10.0.0.0/4294967320", 1);
	weighs("10.0.0.0/", 1);
	weighs("10.0.0.0/x", 1);
	weighs("10.0.0.0/-8", 1);
	weighs("10.0.0.0/24/8", 1);
	weighs("10.0.0.0/24,80", 1);
	weighs("10.0.0.0/255.255.255.0", 1);
	weighs("2001:db8::/64", 65535);
	weighs("2001:db8::/113", 32768);
	weighs("2001:db8::/112", 65535);
	weighs("2001:db8::/120", 256);
	weighs("::1/128", 1);
	weighs("::ffff:10.0.0.0/120", 256);
	weighs("2001:db8::/129", 1);
	weighs("2001:db8::", 1);
	weighs("scanme.example.org/24", 256);
	weighs("host-1.example/30", 4);
	weighs("host.example/0", 65535);
	weighs("host.example/64", 1);
}

static void attached(void)
{
	weighs("-p1-1000", 1000);
	weighs("-p=1-1000", 1000);
	weighs("-p++80", 65456);
	weighs("-p80", 1);
	weighs("-p", 1);
	weighs("-p-", 65535);
	weighs("-p-100", 100);
	weighs("-81-1000", 1000);
	weighs("-8all", 65535);
	weighs("-8-100", 1);
	weighs("--dest-port=1-1000", 1000);
	weighs("-dest-port=1-1000", 1000);
	weighs("--scan=1-10,known", 266);
	weighs("--dest-ip=10.0.0.0/24", 256);
	weighs("--dest-ip=10.0.0.1-9", 9);
	weighs("--source-ip=10.0.0.0/24", 1);
	weighs("--allow=10.0.0.0/8", 1);
	weighs("-x1-1000", 1);
	weighs("-p10.0.0.0/24", 1);
}

static void ordinary(void)
{
	static const char * const args[] = {
		"", " ", ",", ",,,", "-", "--", "-c", "-5", "-80", "-100", "-1-5",
		"-1000", "-8", "-80", "-8192", "-W1", "-w5", "--help", "=", "-=",
		"2024-01-05", "2024-01-05T10:11:12", "11/24", "1/2", "5/10",
		"a-b", "file-1-5", "1-5.log", "1-a", "20-http", "ssh-http",
		"00:11:22:33:44:55", "00-11-22-33-44-55", "0.5", "1.2.3",
		"10.0.0.1:80", "2001:db8::1", "example.org", "http", "eth0",
		"./24", "../24", "/24", "dir/24", "a/b.c/24", "1.2.3/24",
		"10.1/16", "file.d/x24", "http://10.0.0.1/24", "1:2/24",
		"/dev/24", "65536", "1-65536", "65536-1", "99999999999999999999",
		"1-18446744073709551615", "1--5", "--5", "1-5-9", "1-5;80",
		"1-5 80", "0x-0x5", "0x", "x", "*", "!", "[", "]", "[]",
		"TCP:10.0.0.1:80", "TCP-LISTEN:80,range=10.0.0.0/8",
		"UDP4-RECVFROM:5-9", "OPEN:1-5,create", "fork,reuseaddr",
		"\xff-\xfe", "1-5\xff", "\xb1-5",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(args); i++)
		weighs(args[i], 1);
	EQUAL(weigh_bytes("1-5\0", 4), 1);
	EQUAL(weigh_bytes("\0001-5", 4), 1);
	EQUAL(weigh_bytes("1-1000", 4), 10);
}

/* Strings of what spans are made of: none is read beyond its end or wraps. */
static void any_string(void)
{
	static const char * const word[] = {
		"0", "1", "9", "255", "65535", "99999999999", "-", "-", ",", ",",
		".", ".", "/", "*", "x", ":", "::", "+", "!", "[", "]", " ",
		"all", "known", "0x", "ff", "-p", "--dest=", "=", "a", "\xff",
	};
	struct test_random r;
	u64 i, steps = test_scale(200000);
	char arg[256];
	u32 got, n;

	test_seed(&r, 1);
	for (i = 0; i < steps; i++) {
		arg[0] = '\0';
		for (n = test_below(&r, 16); n; n--)
			strcat(arg, word[test_below(&r, ARRAY_SIZE(word))]);
		got = weigh_bytes(arg, strlen(arg));
		if (got < 1 || got > NETSCAN_MAX_SPAN)
			test_fail(__FILE__, __LINE__, "'%s' weighs %u", arg,
				  got);
	}
}

/* A sum or product never wraps, however long the argument. */
static void long_ones(void)
{
	char arg[NETSCAN_MAX_ARG + 1];
	u32 i;

	for (i = 0; i + 8 <= NETSCAN_MAX_ARG; i += 8)
		memcpy(arg + i, "1-65535,", 8);
	EQUAL(weigh_bytes(arg, i), 65535);
	memset(arg, '9', NETSCAN_MAX_ARG);
	EQUAL(weigh_bytes(arg, NETSCAN_MAX_ARG), 1);
	memset(arg, ',', NETSCAN_MAX_ARG);
	EQUAL(weigh_bytes(arg, NETSCAN_MAX_ARG), 1);
	memcpy(arg, "10.0.0.*", 8);
	for (i = 8; i + 2 <= NETSCAN_MAX_ARG; i += 2)
		memcpy(arg + i, ",*", 2);
	EQUAL(weigh_bytes(arg, NETSCAN_MAX_ARG), 256);
}

static const struct test tests[] = {
	{ "ports", ports },
	{ "ports as laxly as tools read them", lax_ports },
	{ "spellings of hping3", hping },
	{ "ranges of octets", octets },
	{ "networks", networks },
	{ "values attached to options", attached },
	{ "ordinary arguments weigh one", ordinary },
	{ "any string weighs 1 to the most", any_string },
	{ "long arguments do not wrap", long_ones },
};

int main(void)
{
	return test_main("test_span", tests, ARRAY_SIZE(tests));
}
