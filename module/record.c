// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a record as text
 *
 * The format is the ABI that uapi/netscan.h describes: keys are appended, never
 * moved. A record always fits into NETSCAN_RECORD_MAX bytes, since every string
 * in it has a maximum.
 *
 * Context: process.
 */
#include "record.h"
#include "rules.h"
#include "tools.h"

/*
 * Four bytes each for two command lines and two names, paths at their
 * rendered maximum, and 1280 for all keys and numbers.
 */
static_assert(4 * (2 * NETSCAN_TEXT + 2 * 64) + 3 * NETSCAN_MAX_PATH + 1280 <=
	      NETSCAN_RECORD_MAX);

static const char * const type_names[] = { "alert", "update", "end" };

static void print_head(struct netscan_text *t, const char *type, u64 seq,
		       u64 real, const char *rule, u32 scan_id)
{
	netscan_text_add(t, "type=%s seq=%llu", type, (unsigned long long)seq);
	netscan_text_time(t, "time", real);
	netscan_text_add(t, " rule=%s scan_id=%u", rule, scan_id);
}

static size_t rendered(char c)
{
	return (u8)c < 0x20 || (u8)c > 0x7e || c == '"' || c == '\\' ? 4 : 1;
}

/* A path is cut at its beginning, since its end says more. True when it was. */
static bool quote_path(struct netscan_text *t, const char *key,
		       const char *path)
{
	size_t len = strlen(path), from = len, size = 0;

	while (from && size + rendered(path[from - 1]) <= NETSCAN_MAX_PATH)
		size += rendered(path[--from]);
	netscan_text_quote(t, key, path + from, len - from);
	return from;
}

static void print_scan(struct netscan_text *t, const struct netscan_record *r)
{
	netscan_text_add(t, " by=");
	netscan_rules_print_by(r->by, t);
	netscan_text_add(t, " distinct=%u events=%u window=%u", r->distinct,
			 r->events, r->window);
	netscan_text_time(t, "first", r->first + r->to_real);
	netscan_text_time(t, "last", r->last + r->to_real);
	netscan_text_quote(t, "tool", r->tool, strlen(r->tool));
	netscan_text_add(t, " match=%s", netscan_tools_match_name(r->from.match));
}

static void print_parent(struct netscan_text *t, const struct netscan_record *r)
{
	const struct netscan_origin *from = &r->from;

	netscan_text_add(t, " parent_pid=%u parent_start=%llu",
			 from->parent_pid,
			 (unsigned long long)from->parent_start);
	netscan_text_quote(t, "parent_comm", from->parent_comm,
			   strnlen(from->parent_comm,
				   sizeof(from->parent_comm)));
}

static void print_ledger(struct netscan_text *t, const struct netscan_record *r)
{
	netscan_text_add(t, " read_faults=%u truncated=%u evicted=%u",
			 r->read_faults, r->truncated, r->evicted);
}

static void print_signs(struct netscan_text *t, const struct netscan_record *r)
{
	static const char * const files[] = { "normal", "deleted", "memfd" };

	netscan_text_add(t, " orphan=%u file=%s\n", r->from.orphan,
			 files[r->from.file]);
}

static void print_end(struct netscan_text *t, const struct netscan_record *r)
{
	print_parent(t, r);
	netscan_text_add(t, " pid=%u sid=%u uid=%u", r->from.pid,
			 r->from.sid, r->from.uid);
	netscan_text_args(t, "args_first", r->first_text, r->first_len);
	print_ledger(t, r);
	netscan_text_add(t, " args_first_cut=%u reason=%s", r->first_cut,
			 r->reason);
	print_signs(t, r);
}

/**
 * netscan_record_print() - print an alert, update or end
 * @t: where to
 * @seq: number of the record
 * @r: the record
 * @d: its details, not looked at for an end
 */
void netscan_record_print(struct netscan_text *t, u64 seq,
			  const struct netscan_record *r,
			  const struct netscan_details *d)
{
	bool cut;

	print_head(t, type_names[r->type], seq, r->now + r->to_real,
		   r->rule, r->scan_id);
	print_scan(t, r);
	if (r->type == NETSCAN_END) {
		print_end(t, r);
		return;
	}
	cut = d->cut;
	cut |= quote_path(t, "exe", d->exe);
	print_parent(t, r);
	cut |= quote_path(t, "parent_exe", d->parent_exe);
	netscan_text_add(t, " pid=%u sid=%u", r->from.pid, r->from.sid);
	netscan_text_quote(t, "tty", d->tty, strlen(d->tty));
	netscan_text_add(t, " uid=%u euid=%u auid=%u ses=%u pid_ns=%u mnt_ns=%u",
			 r->from.uid, d->euid, d->auid, d->ses, d->pid_ns,
			 d->mnt_ns);
	cut |= quote_path(t, "cgroup", d->cgroup);
	netscan_text_args(t, "args_first", r->first_text, r->first_len);
	netscan_text_args(t, "args_last", r->last_text, r->last_len);
	print_ledger(t, r);
	netscan_text_add(t, " argc=%u args_first_cut=%u args_last_cut=%u paths_cut=%u",
			 r->argc, r->first_cut, r->last_cut, cut);
	print_signs(t, r);
}

/**
 * netscan_record_print_lost() - print what a reader gets for what it missed
 * @t: where to
 * @seq: number of the last record that was missed
 * @real: CLOCK_REALTIME, nanoseconds
 * @lost: how many
 */
void netscan_record_print_lost(struct netscan_text *t, u64 seq, u64 real,
			       u64 lost)
{
	print_head(t, "lost", seq, real, "-", 0);
	netscan_text_add(t, " lost=%llu\n", (unsigned long long)lost);
}

/**
 * netscan_record_print_health() - print a change of the probe's state
 * @t: where to
 * @seq: number of the record
 * @real: CLOCK_REALTIME, nanoseconds
 * @ok: whether the probe fires
 * @reason: one sentence
 * @missed: execs since load that came while their CPU was in another probe
 */
void netscan_record_print_health(struct netscan_text *t, u64 seq, u64 real,
				 bool ok, const char *reason, u64 missed)
{
	print_head(t, "health", seq, real, "-", 0);
	netscan_text_add(t, " state=%s", ok ? "ok" : "failed");
	netscan_text_quote(t, "reason", reason, strlen(reason));
	netscan_text_add(t, " missed=%llu\n", (unsigned long long)missed);
}
