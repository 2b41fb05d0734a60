// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a record as people like to read it
 *
 * Design: one headline that says what happened, with the time in front; under
 * an alert the evidence, one labelled line each, under an update the latest
 * command. A field that a record does not have leaves its line out. Everything
 * that came from the record passes output_word(), numbers are printed as parsed.
 */
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "pretty.h"

#define RED	"\033[1;31m"
#define YELLOW	"\033[1;33m"
#define GREEN	"\033[1;32m"
#define MAGENTA	"\033[1;35m"
#define RESET	"\033[0m"

/* An id that the kernel never gave out: no login, no user. */
#define ID_UNSET	UINT32_MAX

static void put_text(struct output *out, struct record_text text)
{
	unsigned char buf[NETSCAN_RECORD_MAX];
	size_t len = record_decode(text, buf, sizeof(buf));

	output_word(out, buf, len);
}

/* Adds the value of @key with @before in front, or nothing if it has none. */
static bool put_value(struct output *out, const struct record *rec, const char *before,
		      const char *key)
{
	struct record_text text = record_get(rec, key);

	if (!text.len)
		return false;
	output_add(out, "%s", before);
	put_text(out, text);
	return true;
}

static void put_label(struct output *out, const char *label)
{
	output_add(out, "    %-8s ", label);
}

static bool get_id(const struct record *rec, const char *key, uid_t *id)
{
	uint64_t value;

	if (!record_get_u64(rec, key, &value) || value >= ID_UNSET)
		return false;
	*id = (uid_t)value;
	return true;
}

static void put_user(struct output *out, uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw) {
		output_word(out, pw->pw_name, strlen(pw->pw_name));
		output_add(out, " (uid %" PRIu32 ")", uid);
	} else {
		output_add(out, "uid %" PRIu32, uid);
	}
}

static void put_who(struct output *out, const struct record *rec)
{
	uid_t uid, other;
	uint64_t ses;

	if (!get_id(rec, "uid", &uid))
		return;
	put_label(out, "user");
	put_user(out, uid);
	if (get_id(rec, "euid", &other) && other != uid) {
		output_add(out, " as ");
		put_user(out, other);
	}
	if (get_id(rec, "auid", &other) && other != uid) {
		output_add(out, ", logged in as ");
		put_user(out, other);
	}
	put_value(out, rec, ", on ", "tty");
	if (record_get_u64(rec, "ses", &ses) && ses < ID_UNSET)
		output_add(out, ", session %" PRIu64, ses);
	output_add(out, "\n");
}

static void put_parent(struct output *out, const struct record *rec)
{
	uint64_t pid;

	if (!record_get_u64(rec, "parent_pid", &pid))
		return;
	put_label(out, "parent");
	put_value(out, rec, "", "parent_comm");
	output_add(out, "[%" PRIu64 "]", pid);
	put_value(out, rec, " ", "parent_exe");
	output_add(out, "\n");
}

static void put_tool(struct output *out, const struct record *rec)
{
	uint64_t pid;

	if (!record_get(rec, "tool").len)
		return;
	put_label(out, "tool");
	put_value(out, rec, "", "tool");
	if (record_get_u64(rec, "pid", &pid))
		output_add(out, "[%" PRIu64 "]", pid);
	put_value(out, rec, " ", "exe");
	put_value(out, rec, ", known by its ", "match");
	output_add(out, "\n");
}

static void put_line(struct output *out, const struct record *rec, const char *label,
		     const char *key)
{
	if (!record_get(rec, key).len)
		return;
	put_label(out, label);
	put_value(out, rec, "", key);
	output_add(out, "\n");
}

static void put_command(struct output *out, const struct record *rec, const char *label,
			const char *key, const char *cut_key)
{
	struct record_text rest = record_get(rec, key), arg;
	const char *before = "";
	uint64_t cut;

	/* An alert that only the end of another scan let out has no latest exec. */
	if (!rest.len)
		return;
	put_label(out, label);
	while (record_next_arg(&rest, &arg)) {
		output_add(out, "%s", before);
		put_text(out, arg);
		before = " ";
	}
	if (record_get_u64(rec, cut_key, &cut) && cut)
		output_add(out, " (shortened)");
	output_add(out, "\n");
}

/* What was not seen since counting began: the true counts may be higher. */
static void put_unseen(struct output *out, const struct record *rec)
{
	static const struct {
		const char *key;
		const char *what;
	} ledger[] = {
		{ "read_faults", "runs with unreadable arguments" },
		{ "truncated", "runs with too many arguments to read" },
		{ "evicted", "other groups that made room" },
	};
	const char *before = "";
	uint64_t count;
	size_t i;

	for (i = 0; i < sizeof(ledger) / sizeof(ledger[0]); i++) {
		if (!record_get_u64(rec, ledger[i].key, &count) || !count)
			continue;
		if (!*before)
			put_label(out, "unseen");
		output_add(out, "%s%" PRIu64 " %s", before, count, ledger[i].what);
		before = ", ";
	}
	if (*before)
		output_add(out, "\n");
}

static void put_time(struct output *out, const struct record_time *when)
{
	time_t sec = when->sec;
	char buf[64];
	struct tm tm;

	if (localtime_r(&sec, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm))
		output_add(out, "%s.%03u", buf, (unsigned int)(when->nsec / 1000000));
	else
		output_add(out, "%" PRId64 ".%09u", when->sec, (unsigned int)when->nsec);
}

static void put_kind(struct output *out, const struct record *rec, const char *kind,
		     const char *colour)
{
	put_time(out, &rec->time);
	if (colour)
		output_add(out, "  %s%-6s" RESET "  ", colour, kind);
	else
		output_add(out, "  %-6s  ", kind);
}

static void put_span(struct output *out, const struct record *rec)
{
	struct record_time first, last;
	int64_t ms;

	if (!record_get_time(rec, "first", &first) || !record_get_time(rec, "last", &last))
		return;
	if (last.sec < first.sec || last.sec - first.sec > INT32_MAX)
		return;
	ms = (last.sec - first.sec) * 1000;
	ms += (int64_t)(last.nsec / 1000000) - (int64_t)(first.nsec / 1000000);
	if (ms < 0)
		return;
	output_add(out, " within %" PRId64 ".%03d s", ms / 1000, (int)(ms % 1000));
}

/* "ping: 100 distinct arguments in 97 runs within 3.214 s (rule scan, scan 1" without its ")" */
static void put_summary(struct output *out, const struct record *rec)
{
	uint64_t distinct, events;

	if (!put_value(out, rec, "", "tool"))
		output_add(out, "scan");
	output_add(out, ":");
	if (record_get_u64(rec, "distinct", &distinct))
		output_add(out, " %" PRIu64 " distinct arguments", distinct);
	if (record_get_u64(rec, "events", &events))
		output_add(out, " in %" PRIu64 " %s", events, events == 1 ? "run" : "runs");
	put_span(out, rec);
	if (!put_value(out, rec, " (rule ", "rule"))
		output_add(out, " (rule -");
	output_add(out, ", scan %" PRIu64, rec->scan_id);
}

static void put_alert(struct output *out, const struct record *rec)
{
	put_summary(out, rec);
	output_add(out, ")\n");
	put_who(out, rec);
	put_parent(out, rec);
	put_tool(out, rec);
	put_line(out, rec, "cgroup", "cgroup");
	put_command(out, rec, "first", "args_first", "args_first_cut");
	put_command(out, rec, "latest", "args_last", "args_last_cut");
	put_unseen(out, rec);
}

static void put_update(struct output *out, const struct record *rec)
{
	put_summary(out, rec);
	output_add(out, ")\n");
	put_command(out, rec, "latest", "args_last", "args_last_cut");
	put_unseen(out, rec);
}

static void put_end(struct output *out, const struct record *rec)
{
	put_summary(out, rec);
	put_value(out, rec, ", over: ", "reason");
	output_add(out, ")\n");
}

static void put_lost(struct output *out, const struct record *rec)
{
	uint64_t lost = 0;

	record_get_u64(rec, "lost", &lost);
	output_add(out, "%" PRIu64 " %s overwritten before they could be read\n", lost,
		   lost == 1 ? "record was" : "records were");
}

static void put_health(struct output *out, const struct record *rec)
{
	uint64_t missed = 0;

	output_add(out, "probe");
	put_value(out, rec, " ", "state");
	put_value(out, rec, ": ", "reason");
	if (record_get_u64(rec, "missed", &missed) && missed)
		output_add(out, " (%" PRIu64 " %s missed since load)", missed,
			   missed == 1 ? "exec" : "execs");
	output_add(out, "\n");
}

void pretty_record(struct output *out, const struct record *rec, bool colour)
{
	switch (rec->type) {
	case RECORD_ALERT:
		put_kind(out, rec, "ALERT", colour ? RED : NULL);
		put_alert(out, rec);
		break;
	case RECORD_UPDATE:
		put_kind(out, rec, "UPDATE", colour ? YELLOW : NULL);
		put_update(out, rec);
		break;
	case RECORD_END:
		put_kind(out, rec, "END", colour ? GREEN : NULL);
		put_end(out, rec);
		break;
	case RECORD_LOST:
		put_kind(out, rec, "LOST", colour ? MAGENTA : NULL);
		put_lost(out, rec);
		break;
	case RECORD_HEALTH:
		put_kind(out, rec, "HEALTH", colour ? MAGENTA : NULL);
		put_health(out, rec);
		break;
	case RECORD_OTHER:
		break;
	}
}

void pretty_unknown(struct output *out, const char *line, size_t len, bool colour)
{
	output_add(out, colour ? MAGENTA "?" RESET " " : "? ");
	output_escaped(out, line, len);
	output_add(out, "\n");
}
