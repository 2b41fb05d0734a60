// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - fuzz the rendering of records
 *
 * Whatever the bytes of a path, a name or an argument are, a record is one line
 * of 0x20..0x7e, a strict reader takes it, and finds these very bytes in it.
 */
#include "fuzz.h"
#include "reader.h"
#include "record.h"

static const uint8_t *left;
static size_t nr_left;

static u8 take_byte(void)
{
	if (!nr_left)
		return 0;
	nr_left--;
	return *left++;
}

static u64 take_number(void)
{
	u64 n = 0;
	u32 i, bytes = take_byte() % 9;

	for (i = 0; i < bytes; i++)
		n = n << 8 | take_byte();
	return n;
}

static size_t take_bytes(void *to, size_t max)
{
	size_t len = (take_byte() | take_byte() << 8) % (max + 1);

	len = len < nr_left ? len : nr_left;
	memcpy(to, left, len);
	left += len;
	nr_left -= len;
	return len;
}

static void take_string(char *to, size_t size)
{
	to[take_bytes(to, size - 1)] = '\0';
}

/* Bytes of a path's end that fit into what a path may be in a record. */
static size_t end_that_fits(const char *path)
{
	size_t len, size = 0, all = strlen(path);
	u8 c;

	for (len = 0; len < all; len++) {
		c = path[all - 1 - len];
		size += c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? 4 : 1;
		if (size > NETSCAN_MAX_PATH)
			break;
	}
	return len;
}

/* Returns whether its beginning had to go. */
static bool check_path(const struct reader *got, const char *key,
		       const char *path)
{
	size_t len = end_that_fits(path), all = strlen(path);

	fail_unless(reader_is(got, key, path + all - len, len), key);
	return len < all;
}

static void check_args(const struct reader *got, const char *key,
		       const char *args, size_t len)
{
	u8 want[NETSCAN_TEXT];

	fail_unless(reader_is(got, key, want, reader_join(want, args, len)),
		    key);
}

/* A line without a bare byte that the strict reader takes. */
static void check_line(struct reader *got, const struct netscan_text *t,
		       const char *line)
{
	const char *why;
	size_t i;

	fail_unless(!t->cut && t->len <= NETSCAN_RECORD_MAX, "it fits");
	for (i = 0; i + 1 < t->len; i++)
		fail_unless(line[i] >= 0x20 && line[i] <= 0x7e, "a bare byte");
	why = reader_parse(got, line, t->len);
	fail_unless(!why, why ? why : "");
}

static void check_number(const struct reader *got, const char *key, u64 n)
{
	char text[24];

	fail_unless(reader_is(got, key, text,
			      sprintf(text, "%llu", (unsigned long long)n)),
		    key);
}

/* The two that are about netscan itself. */
static void check_own(bool health)
{
	char line[NETSCAN_RECORD_MAX + 1], reason[256];
	u64 seq = take_number(), real = take_number(), n = take_number();
	bool ok = take_byte() & 1;
	struct netscan_text t;
	struct reader got;

	take_string(reason, sizeof(reason));
	netscan_text_init(&t, line, sizeof(line));
	if (health)
		netscan_record_print_health(&t, seq, real, ok, reason, n);
	else
		netscan_record_print_lost(&t, seq, real, n);
	check_line(&got, &t, line);
	check_number(&got, "seq", seq);
	check_number(&got, health ? "missed" : "lost", n);
	if (!health)
		return;
	fail_unless(reader_is(&got, "reason", reason, strlen(reason)), "reason");
	fail_unless(reader_is(&got, "state", ok ? "ok" : "failed", ok ? 2 : 6),
		    "state");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char exe[4096], parent_exe[4096], cgroup[4096], tty[64];
	static char line[NETSCAN_RECORD_MAX + 1];
	struct netscan_details d = {
		.exe = exe,
		.parent_exe = parent_exe,
		.cgroup = cgroup,
		.tty = tty,
	};
	struct netscan_record r = { .rule = "scan" };
	struct netscan_text t;
	struct reader got;
	u8 kind;
	bool cut;

	left = data;
	nr_left = size;
	kind = take_byte() % 5;
	if (kind > NETSCAN_END) {
		check_own(kind & 1);
		return 0;
	}
	r.type = kind;
	r.reason = "idle";
	r.by = 1 + take_byte() % 63;
	r.from.match = take_byte() % 5;
	r.from.file = take_byte() % 3;
	r.first_len = take_bytes(r.first_text, NETSCAN_TEXT);
	r.last_len = take_bytes(r.last_text, NETSCAN_TEXT);
	take_bytes(r.from.parent_comm, 16);
	take_string(r.tool, sizeof(r.tool));
	take_string(exe, sizeof(exe));
	take_string(parent_exe, sizeof(parent_exe));
	take_string(cgroup, sizeof(cgroup));
	take_string(tty, sizeof(tty));
	r.now = take_number();
	r.first = take_number();
	r.to_real = take_number();
	r.distinct = take_number();
	r.events = take_number();
	d.auid = take_number();
	netscan_text_init(&t, line, sizeof(line));
	netscan_record_print(&t, take_number(), &r, &d);
	check_line(&got, &t, line);
	check_args(&got, "args_first", r.first_text, r.first_len);
	fail_unless(reader_is(&got, "parent_comm", r.from.parent_comm,
			      strnlen(r.from.parent_comm, 16)), "parent_comm");
	if (r.type == NETSCAN_END)
		return 0;
	check_args(&got, "args_last", r.last_text, r.last_len);
	cut = check_path(&got, "exe", exe);
	cut |= check_path(&got, "parent_exe", parent_exe);
	cut |= check_path(&got, "cgroup", cgroup);
	fail_unless(reader_is(&got, "paths_cut", cut ? "1" : "0", 1),
		    "paths_cut");
	fail_unless(reader_is(&got, "tool", r.tool, strlen(r.tool)), "tool");
	fail_unless(reader_is(&got, "tty", tty, strlen(tty)), "tty");
	return 0;
}
