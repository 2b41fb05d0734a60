// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of what netscan-logger does to a record, on the host
 *
 * Prints TAP. The pure files are linked in; nothing is read but what is written
 * here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../pretty.h"
#include "../record.h"

#define HEAD	"type=alert seq=1 time=1795484423.123456789 rule=scan scan_id=1"
#define ALERT	HEAD " by=parent,exe distinct=100 events=97 window=540" \
	" first=1795484420.100000000 last=1795484423.123456789 tool=\"ping\" match=name" \
	" exe=\"/usr/bin/ping\" parent_pid=812 parent_start=77 parent_comm=\"bash\"" \
	" parent_exe=\"/usr/bin/bash\" pid=909 sid=812 tty=\"pts/0\" uid=4242424 euid=4242425" \
	" auid=4294967295 ses=4294967295 pid_ns=4026531836 mnt_ns=4026531841" \
	" cgroup=\"/user.slice\" args_first=\"ping -c 1 10.0.0.1\"" \
	" args_last=\"ping -c 1 10.0.0.97\" read_faults=0 truncated=0 evicted=0 argc=4" \
	" args_first_cut=0 args_last_cut=0"

static unsigned int tests, failures;

static void check(bool ok, const char *name)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %u - %s\n", ok ? "" : "not ", tests, name);
}

/* The line is copied to a block of its own size, so that ASan sees a read past its end. */
static bool parse(struct record *rec, const char *line, size_t len, char **copy)
{
	*copy = malloc(len ? len : 1);
	if (!*copy)
		abort();
	memcpy(*copy, line, len);
	return record_parse(rec, *copy, len);
}

static bool accepts(const char *line)
{
	struct record rec;
	char *copy;
	bool ok = parse(&rec, line, strlen(line), &copy);

	free(copy);
	return ok;
}

static void check_text(struct record_text text, const char *want, const char *name)
{
	check(text.p && text.len == strlen(want) && !memcmp(text.p, want, text.len), name);
}

static void test_alert(void)
{
	struct record_time when;
	struct record rec;
	uint64_t n = 0;
	char *copy;

	check(parse(&rec, ALERT, strlen(ALERT), &copy), "an alert is understood");
	check(rec.type == RECORD_ALERT && rec.seq == 1 && rec.scan_id == 1, "its head");
	check(rec.time.sec == 1795484423 && rec.time.nsec == 123456789, "its time");
	check_text(record_get(&rec, "exe"), "/usr/bin/ping", "a quoted value");
	check_text(record_get(&rec, "by"), "parent,exe", "a bare value");
	check(record_get_u64(&rec, "auid", &n) && n == 4294967295, "a number");
	check(!record_get_u64(&rec, "tool", &n), "a word is no number");
	check(record_get_time(&rec, "first", &when) && when.nsec == 100000000, "a time");
	check(!record_get_time(&rec, "seq", &when), "a number is no time");
	check(!record_get(&rec, "absent").p, "an absent key");
	free(copy);
}

static void test_types(void)
{
	static const char *const lines[] = {
		[RECORD_UPDATE] = "type=update seq=1 time=1.000000000 rule=a-b_C9 scan_id=1",
		[RECORD_END] = "type=end seq=1 time=1.000000000 rule=scan scan_id=1 reason=idle",
		[RECORD_LOST] = "type=lost seq=1 time=1.000000000 rule=- scan_id=0 lost=3",
		[RECORD_HEALTH] = "type=health seq=1 time=1.000000000 rule=- scan_id=0 state=ok",
		[RECORD_OTHER] = "type=later seq=1 time=1.000000000 rule=- scan_id=0 new=\"\"",
	};
	struct record rec;
	size_t i;

	for (i = RECORD_UPDATE; i <= RECORD_OTHER; i++) {
		check(record_parse(&rec, lines[i], strlen(lines[i])) && rec.type == i,
		      lines[i]);
	}
	check(!record_get(&rec, "rule").p, "a bare - is no value");
	check_text(record_get(&rec, "new"), "", "an empty string is one");
}

static void test_refused(void)
{
	static const char *const lines[] = {
		"",
		" ",
		"type",
		"type=",
		"type=alert",
		"type=alert seq=1 time=1.000000000 rule=scan",
		"seq=1 type=alert time=1.000000000 rule=scan scan_id=1",
		"type=\"alert\" seq=1 time=1.000000000 rule=scan scan_id=1",
		"type=alert seq=x time=1.000000000 rule=scan scan_id=1",
		"type=alert seq=-1 time=1.000000000 rule=scan scan_id=1",
		"type=alert seq=18446744073709551616 time=1.000000000 rule=scan scan_id=1",
		"type=alert seq=1 time=1 rule=scan scan_id=1",
		"type=alert seq=1 time=1.00000000 rule=scan scan_id=1",
		"type=alert seq=1 time=.000000000 rule=scan scan_id=1",
		"type=alert seq=1 time=9223372036854775808.000000000 rule=scan scan_id=1",
		"type=alert seq=1 time=1.0000000-0 rule=scan scan_id=1",
		HEAD " ",
		" " HEAD,
		HEAD "  a=1",
		HEAD " a",
		HEAD " a=",
		HEAD " =1",
		HEAD " a==1",
		HEAD " A=1",
		HEAD " 9a=1",
		HEAD " a=1 a=2",
		HEAD " type=end",
		HEAD " a=\"",
		HEAD " a=\"b",
		HEAD " a=\"b\"c",
		HEAD " a=\"b\"\"c\"",
		HEAD " a=b\"c\"",
		HEAD " a=\"\\\"",
		HEAD " a=\"\\x\"",
		HEAD " a=\"\\x1\"",
		HEAD " a=\"\\x1g\"",
		HEAD " a=\"\\n\"",
		HEAD " a=\"\t\"",
		HEAD " a=\"\x7f\"",
		HEAD " a=\"\xc3\xa9\"",
		HEAD " a=b\\x20",
		HEAD "\n",
		HEAD " a=\"b\nc\"",
	};
	static const char nul[] = HEAD " a=\"\0\"";
	char name[160];
	struct record rec;
	char *copy;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(name, sizeof(name), "refused line %zu", i);
		check(!accepts(lines[i]), name);
	}
	check(!parse(&rec, nul, sizeof(nul) - 1, &copy), "refused a NUL");
	free(copy);
}

/* Every beginning of an alert is refused, or is an alert with fewer fields. */
static void test_prefixes(void)
{
	size_t len, understood = 0;
	struct record rec;
	char *copy;

	for (len = 0; len < strlen(ALERT); len++) {
		if (parse(&rec, ALERT, len, &copy))
			understood += rec.type == RECORD_ALERT;
		free(copy);
	}
	check(understood > 30 && understood < 250, "beginnings of an alert");
}

static void test_many_fields(void)
{
	char line[NETSCAN_RECORD_MAX] = HEAD;
	size_t len = strlen(line), i;

	for (i = 5; i < RECORD_MAX_FIELDS; i++)
		len += snprintf(line + len, sizeof(line) - len, " k%zu=%zu", i, i);
	check(accepts(line), "as many fields as there is room for");
	snprintf(line + len, sizeof(line) - len, " one=more");
	check(!accepts(line), "one field more");
}

static void test_args(void)
{
	static const char line[] = HEAD " a=\"nc a\\x20b  \\x22\\xff \"";
	static const char *const want[] = { "nc", "a b", "", "\"\xff", "" };
	struct record_text rest, arg;
	unsigned char buf[64];
	struct record rec;
	bool same = true;
	size_t n = 0, len;

	check(record_parse(&rec, line, sizeof(line) - 1), "a command line");
	rest = record_get(&rec, "a");
	while (record_next_arg(&rest, &arg)) {
		len = record_decode(arg, buf, sizeof(buf));
		same = same && n < 5 && len == strlen(want[n]) && !memcmp(buf, want[n], len);
		n++;
	}
	check(same && n == 5, "its arguments, empty ones too");
	check(record_decode(record_get(&rec, "a"), buf, 3) == 3, "a small buffer is not overrun");
}

static void test_word(const char *bytes, size_t len, const char *want)
{
	static struct output out;

	output_reset(&out);
	output_word(&out, bytes, len);
	check(out.len == strlen(want) && !memcmp(out.data, want, out.len), want);
}

static void test_words(void)
{
	test_word("10.0.0.1/24", 11, "10.0.0.1/24");
	test_word("", 0, "''");
	test_word("a b", 3, "'a b'");
	test_word("[x]", 3, "'[x]'");
	test_word("a\\x1b", 5, "'a\\x1b'");
	test_word("it's", 4, "$'it\\'s'");
	test_word("\x1b[31m", 5, "$'\\x1b[31m'");
	test_word("a\0\n\\\x7f\xc3\xa9", 7, "$'a\\x00\\x0a\\\\\\x7f\\xc3\\xa9'");
}

/* Return: what pretty_record() makes of @line, as a string. */
static const char *pretty(const char *line, bool colour)
{
	static struct output out;
	static char text[OUTPUT_SIZE + 1];
	struct record rec;

	output_reset(&out);
	if (record_parse(&rec, line, strlen(line)))
		pretty_record(&out, &rec, colour);
	memcpy(text, out.data, out.len);
	text[out.len] = '\0';
	return text;
}

static void test_pretty(void)
{
	static const char want[] =
		"2026-11-24 01:40:23.123  ALERT   ping: 100 distinct arguments in 97 runs within"
		" 3.023 s (rule scan, scan 1)\n"
		"    user     uid 4242424 as uid 4242425, on pts/0\n"
		"    parent   bash[812] /usr/bin/bash\n"
		"    tool     ping[909] /usr/bin/ping, known by its name\n"
		"    cgroup   /user.slice\n"
		"    first    ping -c 1 10.0.0.1\n"
		"    latest   ping -c 1 10.0.0.97\n";

	check(!strcmp(pretty(ALERT, false), want), "a pretty alert");
	check(!strcmp(pretty(ALERT " new=1", false), want), "a later key changes nothing");
	check(strstr(pretty(ALERT, true), "\033[1;31mALERT \033[0m"), "a red alert");
	check(!strstr(pretty(HEAD " args_first=\"nc\" args_last=\"\"", false), "latest"),
	      "an alert without a latest exec");
	check(!strcmp(pretty(HEAD, false),
		      "2026-11-24 01:40:23.123  ALERT   scan: (rule scan, scan 1)\n"),
	      "an alert without evidence");
	check(!strcmp(pretty("type=update seq=2 time=0.000000001 rule=r scan_id=7 distinct=9"
			     " events=1 tool=\"nc\" args_last=\"nc \" args_last_cut=1"
			     " evicted=2 truncated=1", false),
		      "1970-01-01 00:00:00.000  UPDATE  nc: 9 distinct arguments in 1 run"
		      " (rule r, scan 7)\n"
		      "    latest   nc '' (shortened)\n"
		      "    unseen   1 runs with too many arguments to read,"
		      " 2 other groups that made room\n"), "an update");
	check(!strcmp(pretty("type=end seq=2 time=0.999999999 rule=r scan_id=7 distinct=9 events=8"
			     " first=1.000000000 last=0.500000000 reason=idle", false),
		      "1970-01-01 00:00:00.999  END     scan: 9 distinct arguments in 8 runs"
		      " (rule r, scan 7, over: idle)\n"), "an end");
	check(!strcmp(pretty("type=lost seq=2 time=0.0000000001 rule=- scan_id=0", false), ""),
	      "a time of ten decimals");
	check(!strcmp(pretty("type=lost seq=2 time=0.000000001 rule=- scan_id=0 lost=1", false),
		      "1970-01-01 00:00:00.000  LOST    1 record was overwritten before they"
		      " could be read\n"), "a lost record");
	check(!strcmp(pretty("type=health seq=2 time=0.000000001 rule=- scan_id=0 state=failed"
			     " reason=\"no kprobe\"", false),
		      "1970-01-01 00:00:00.000  HEALTH  probe failed: 'no kprobe'\n"),
	      "a health record");
	check(!strcmp(pretty("type=health seq=2 time=0.000000001 rule=- scan_id=0 state=ok"
			     " reason=fires missed=2", false),
		      "1970-01-01 00:00:00.000  HEALTH  probe ok: fires"
		      " (2 execs missed since load)\n"),
	      "a health record with what was missed");
	check(!strcmp(pretty("type=health seq=2 time=9223372036854775807.000000001 rule=-"
			     " scan_id=0 state=ok", false),
		      "9223372036854775807.000000001  HEALTH  probe ok\n"),
	      "a time beyond the calendar");
}

/* The longest that a record can become: every argument one byte that needs quoting. */
static void test_growth(void)
{
	static const char head[] = HEAD " args_first=\"";
	char line[NETSCAN_RECORD_MAX + 1];
	static struct output out;
	struct record rec;
	size_t i;

	for (i = 0; i < NETSCAN_RECORD_MAX; i++)
		line[i] = i % 2 ? '\'' : ' ';
	memcpy(line, head, sizeof(head) - 1);
	line[NETSCAN_RECORD_MAX - 1] = '"';
	check(record_parse(&rec, line, NETSCAN_RECORD_MAX), "a record of the greatest length");
	output_reset(&out);
	pretty_record(&out, &rec, true);
	check(!out.cut && out.data[out.len - 1] == '\n', "fits when it is pretty");

	memset(line, '\x1b', sizeof(line));
	output_reset(&out);
	pretty_unknown(&out, line, NETSCAN_RECORD_MAX, true);
	check(!out.cut && out.len > 4 * NETSCAN_RECORD_MAX, "noise of the greatest length fits");
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	test_alert();
	test_types();
	test_refused();
	test_prefixes();
	test_many_fields();
	test_args();
	test_words();
	test_pretty();
	test_growth();
	printf("1..%u\n", tests);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
