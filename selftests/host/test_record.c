// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of records as text: the ABI, word for word
 */
#include "flow.h"
#include "reader.h"

#define HEAD	"type seq time rule scan_id"

static char line[NETSCAN_RECORD_MAX + 1];
static struct netscan_text text;
static struct reader got;

static struct netscan_record record;
static struct netscan_details details;

static void begin(void)
{
	memset(&record, 0, sizeof(record));
	record = (struct netscan_record){
		.type = NETSCAN_ALERT,
		.rule = "scan",
		.tool = "ping",
		.first = 1 * SEC + 5,
		.last = 2 * SEC,
		.now = 3 * SEC + 123456789,
		.to_real = 1795484420 * SEC,
		.from = {
			.parent_start = 123456789012,
			.parent_pid = 812,
			.pid = 1013,
			.sid = 811,
			.uid = 1000,
			.match = NETSCAN_MATCH_FILE,
			.parent_comm = "bash",
		},
		.scan_id = 1,
		.distinct = 100,
		.events = 97,
		.window = 540,
		.by = NETSCAN_BY_PARENT | NETSCAN_BY_EXE,
		.argc = 4,
		.read_faults = 1,
		.truncated = 2,
		.evicted = 3,
		.from_event = true,
		.last_cut = true,
		.first_len = 18,
		.last_len = 19,
		.first_text = "ping\0-c\0001\00010.0.0.1",
		.last_text = "ping\0-c\0001\00010.0.0.97",
	};
	details = (struct netscan_details){
		.exe = "/usr/bin/ping",
		.parent_exe = "/usr/bin/bash",
		.tty = "pts/0",
		.cgroup = "/user.slice/x",
		.euid = 0,
		.auid = 1000,
		.ses = 3,
		.pid_ns = 4026531836,
		.mnt_ns = 4026531841,
	};
	netscan_text_init(&text, line, sizeof(line));
}

static void print(u64 seq)
{
	netscan_record_print(&text, seq, &record, &details);
	CHECK(!text.cut);
	CHECK(text.len <= NETSCAN_RECORD_MAX);
}

static void parse(const char *keys)
{
	const char *why = reader_parse(&got, line, text.len);

	if (why)
		test_fail(__FILE__, __LINE__, "%s: %s", why, line);
	CHECK(reader_keys(&got, keys));
}

#define ALERT_TAIL							\
	"by=parent,exe distinct=100 events=97 window=540 "		\
	"first=1795484421.000000005 last=1795484422.000000000 "		\
	"tool=\"ping\" match=file exe=\"/usr/bin/ping\" "		\
	"parent_pid=812 parent_start=123456789012 parent_comm=\"bash\" " \
	"parent_exe=\"/usr/bin/bash\" pid=1013 sid=811 tty=\"pts/0\" "	\
	"uid=1000 euid=0 auid=1000 ses=3 pid_ns=4026531836 "		\
	"mnt_ns=4026531841 cgroup=\"/user.slice/x\" "			\
	"args_first=\"ping -c 1 10.0.0.1\" "				\
	"args_last=\"ping -c 1 10.0.0.97\" "				\
	"read_faults=1 truncated=2 evicted=3 argc=4 args_first_cut=0 "	\
	"args_last_cut=1 paths_cut=0 orphan=0 file=normal\n"

#define ALERT_KEYS							\
	HEAD " by distinct events window first last tool match exe "	\
	"parent_pid parent_start parent_comm parent_exe pid sid tty uid " \
	"euid auid ses pid_ns mnt_ns cgroup args_first args_last "	\
	"read_faults truncated evicted argc args_first_cut args_last_cut " \
	"paths_cut orphan file"

static void alert_and_update(void)
{
	begin();
	print(7);
	TEXT_EQUAL(line,
		   "type=alert seq=7 time=1795484423.123456789 rule=scan scan_id=1 "
		   ALERT_TAIL);
	parse(ALERT_KEYS);
	begin();
	record.type = NETSCAN_UPDATE;
	record.scan_id = U32_MAX;
	print(U64_MAX);
	TEXT_EQUAL(line, "type=update seq=18446744073709551615 "
		   "time=1795484423.123456789 rule=scan scan_id=4294967295 "
		   ALERT_TAIL);
}

static void scan_end(void)
{
	begin();
	record.type = NETSCAN_END;
	record.reason = "idle";
	record.first_cut = true;
	netscan_record_print(&text, 9, &record, NULL);
	TEXT_EQUAL(line,
		   "type=end seq=9 time=1795484423.123456789 rule=scan scan_id=1 "
		   "by=parent,exe distinct=100 events=97 window=540 "
		   "first=1795484421.000000005 last=1795484422.000000000 "
		   "tool=\"ping\" match=file parent_pid=812 "
		   "parent_start=123456789012 parent_comm=\"bash\" pid=1013 "
		   "sid=811 uid=1000 args_first=\"ping -c 1 10.0.0.1\" "
		   "read_faults=1 truncated=2 evicted=3 args_first_cut=1 "
		   "reason=idle orphan=0 file=normal\n");
	parse(HEAD " by distinct events window first last tool match "
	      "parent_pid parent_start parent_comm pid sid uid args_first "
	      "read_faults truncated evicted args_first_cut reason orphan "
	      "file");
}

/* Every word of every sign, in each type of record. */
static void signs(void)
{
	static const char * const matches[] = {
		[NETSCAN_MATCH_NAME] = "name",
		[NETSCAN_MATCH_FILE] = "file",
		[NETSCAN_MATCH_ARGV] = "argv",
		[NETSCAN_MATCH_LOADER] = "loader",
		[NETSCAN_MATCH_SCRIPT] = "script",
		[NETSCAN_MATCH_BUILD_ID] = "buildid",
	};
	static const char * const files[] = {
		[NETSCAN_FILE_NORMAL] = "normal",
		[NETSCAN_FILE_DELETED] = "deleted",
		[NETSCAN_FILE_MEMFD] = "memfd",
	};
	u32 type, match, file;

	for (type = NETSCAN_ALERT; type <= NETSCAN_END; type++) {
		for (match = 0; match < ARRAY_SIZE(matches); match++) {
			for (file = 0; file < 2 * ARRAY_SIZE(files); file++) {
				begin();
				record.type = type;
				record.reason = "idle";
				record.from.match = match;
				record.from.file = file / 2;
				record.from.orphan = file % 2;
				print(1);
				CHECK(!reader_parse(&got, line, text.len));
				CHECK(reader_is(&got, "match", matches[match],
						strlen(matches[match])));
				CHECK(reader_is(&got, "file", files[file / 2],
						strlen(files[file / 2])));
				CHECK(reader_is(&got, "orphan",
						file % 2 ? "1" : "0", 1));
			}
		}
	}
}

static void lost_and_health(void)
{
	begin();
	netscan_record_print_lost(&text, 41, 5 * SEC, 40);
	TEXT_EQUAL(line, "type=lost seq=41 time=5.000000000 rule=- scan_id=0 lost=40\n");
	parse(HEAD " lost");
	begin();
	netscan_record_print_health(&text, 42, 5 * SEC, true, "", 0);
	TEXT_EQUAL(line,
		   "type=health seq=42 time=5.000000000 rule=- scan_id=0 "
		   "state=ok reason=\"\" missed=0\n");
	begin();
	netscan_record_print_health(&text, 42, 5 * SEC, false, "no \"probe\"\n", ~0ULL);
	TEXT_EQUAL(line,
		   "type=health seq=42 time=5.000000000 rule=- scan_id=0 "
		   "state=failed reason=\"no \\x22probe\\x22\\x0a\" "
		   "missed=18446744073709551615\n");
	parse(HEAD " state reason missed");
}

static void every_byte_in_every_string(void)
{
	char path[300];
	u32 i;

	begin();
	for (i = 0; i < 255; i++)
		path[i] = i + 1;
	path[255] = '\0';
	details.exe = path;
	details.parent_exe = path + 128;
	details.cgroup = path + 100;
	details.tty = path + 200;
	memcpy(record.from.parent_comm, "\n\"\\ x=\" y=\xff\x7f\x1f", 14);
	record.first_len = 512;
	record.last_len = 512;
	for (i = 0; i < 512; i++) {
		record.first_text[i] = i;
		record.last_text[i] = 255 - i;
	}
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "tty", path + 200, 55));
	CHECK(reader_is(&got, "parent_comm", record.from.parent_comm, 13));
	for (i = 0; i + 1 < text.len; i++)
		CHECK(line[i] >= 0x20 && line[i] <= 0x7e);
}

static void forged_record_stays_a_string(void)
{
	static const char forged[] =
		"x\" args_last_cut=0\ntype=alert seq=8 time=1.0 rule=scan";

	begin();
	details.exe = forged;
	details.tty = "\" uid=0 x=\"";
	memcpy(record.last_text, forged, sizeof(forged));
	record.last_len = sizeof(forged);
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "exe", forged, sizeof(forged) - 1));
	CHECK(reader_is(&got, "tty", details.tty, strlen(details.tty)));
	CHECK(reader_is(&got, "uid", "1000", 4));
	EQUAL(strchr(line, '\n') - line, text.len - 1);
}

/* A path loses its end where it would render to more than 512 bytes. */
static void paths_are_bounded(void)
{
	char path[4096];
	u32 i;

	memset(path, 'p', sizeof(path));
	path[4095] = '\0';
	begin();
	details.exe = path;
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "exe", path, 512));
	CHECK(reader_is(&got, "paths_cut", "1", 1));
	path[512] = '\0';
	begin();
	details.exe = path;
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "exe", path, 512));
	CHECK(reader_is(&got, "paths_cut", "0", 1));
	memset(path, '\n', sizeof(path));
	path[4095] = '\0';
	begin();
	details.parent_exe = path;
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "parent_exe", path, 128));
	CHECK(reader_is(&got, "paths_cut", "1", 1));
	for (i = 0; i < 4095; i++)
		path[i] = i < 4095 - 509 ? '"' : 'x';	/* 509 + 4 is too much */
	begin();
	details.cgroup = path;
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "cgroup", path + 4095 - 509, 509));
	CHECK(reader_is(&got, "paths_cut", "1", 1));
	for (i = 0; i < 4095; i++)
		path[i] = i < 4095 - 508 ? '"' : 'x';
	begin();
	details.cgroup = path;
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "cgroup", path + 4095 - 509, 509));
}

/* Everything at its longest, every byte escaped, fits into a reader's buffer. */
static void the_longest_record_fits(void)
{
	char path[4096], tty[64];

	memset(path, 0xff, sizeof(path));
	path[4095] = '\0';
	memset(tty, 0xff, sizeof(tty));
	tty[63] = '\0';
	begin();
	memset(&record, 0xff, sizeof(record));
	record.type = NETSCAN_UPDATE;
	record.from.file = NETSCAN_FILE_DELETED;
	memset(record.rule, 'r', 31);
	record.rule[31] = '\0';
	memset(record.tool, 't', 31);
	record.tool[31] = '\0';
	record.to_real = 0;
	record.by = 0x3f;
	record.from_event = true;
	record.first_cut = true;
	record.last_cut = true;
	record.first_len = NETSCAN_TEXT;
	record.last_len = NETSCAN_TEXT;
	memset(&details, 0xff, sizeof(details));
	details.cut = true;
	details.exe = path;
	details.parent_exe = path;
	details.cgroup = path;
	details.tty = tty;
	print(U64_MAX);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "args_last", record.last_text, NETSCAN_TEXT));
	/* An end has less. */
	begin();
	record.type = NETSCAN_END;
	record.reason = "cleared";
	print(1);
}

static void a_comm_without_a_nul(void)
{
	begin();
	memset(record.from.parent_comm, 'c', 16);
	print(1);
	parse(ALERT_KEYS);
	CHECK(reader_is(&got, "parent_comm", "cccccccccccccccc", 16));
}

static const struct test tests[] = {
	{ "alert and update", alert_and_update },
	{ "end", scan_end },
	{ "signs", signs },
	{ "lost and health", lost_and_health },
	{ "every byte in every string", every_byte_in_every_string },
	{ "a forged record stays a string", forged_record_stays_a_string },
	{ "paths are bounded", paths_are_bounded },
	{ "the longest record fits", the_longest_record_fits },
	{ "a comm without a NUL", a_comm_without_a_nul },
};

int main(void)
{
	return test_main("record", tests, ARRAY_SIZE(tests));
}
