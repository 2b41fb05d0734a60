/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - a record as text
 */
#ifndef NETSCAN_RECORD_H
#define NETSCAN_RECORD_H

#include "event.h"
#include "text.h"

/**
 * enum netscan_type - kinds of record
 * @NETSCAN_ALERT: a group crossed its threshold
 * @NETSCAN_UPDATE: its scan has doubled since the last record
 * @NETSCAN_END: its scan is over
 */
enum netscan_type {
	NETSCAN_ALERT,
	NETSCAN_UPDATE,
	NETSCAN_END,
};

/**
 * struct netscan_record - what the counting side knows of a record
 * @type: kind of record
 * @rule: name of the rule
 * @tool: canonical name of the tool
 * @reason: why a scan ended, NULL but for NETSCAN_END
 * @first: when counting began, nanoseconds since boot
 * @last: the latest event
 * @now: when the record was raised
 * @to_real: what makes CLOCK_REALTIME of these
 * @from: who exec'ed what in the latest event
 * @scan_id: the scan
 * @distinct: distinct arguments
 * @events: exec events
 * @window: the rule's window, seconds
 * @by: the rule's NETSCAN_BY_*
 * @argc: arguments of the latest event
 * @read_faults: events since @first whose argv could not be read
 * @truncated: events since @first whose argv was not read whole
 * @evicted: groups that made room in the group's bucket since @first
 * @from_event: the process is there to be looked at; otherwise the record
 *              comes from the passing of time and @last_text is empty
 * @first_cut: @first_text is only the beginning
 * @last_cut: @last_text is only the beginning
 * @first_len: bytes of @first_text
 * @last_len: bytes of @last_text
 * @first_text: first command line, each argument with its NUL
 * @last_text: latest command line
 */
struct netscan_record {
	enum netscan_type type;
	char rule[NETSCAN_MAX_NAME];
	char tool[NETSCAN_MAX_NAME];
	const char *reason;
	u64 first;
	u64 last;
	u64 now;
	u64 to_real;
	struct netscan_origin from;
	u32 scan_id;
	u32 distinct;
	u32 events;
	u32 window;
	u8 by;
	u32 argc;
	u32 read_faults;
	u32 truncated;
	u32 evicted;
	bool from_event;
	bool first_cut;
	bool last_cut;
	u16 first_len;
	u16 last_len;
	char first_text[NETSCAN_TEXT];
	char last_text[NETSCAN_TEXT];
};

/**
 * struct netscan_details - what the worker adds to an alert or update
 * @exe: path of the tool's file, "" where unknown, and so the next three
 * @parent_exe: path of the parent's file
 * @tty: controlling terminal
 * @cgroup: path of the cgroup in the default hierarchy
 * @euid: effective user, 4294967295 where no process is there to ask
 * @auid: audit login user, 4294967295 where unset
 * @ses: audit session, 4294967295 where unset
 * @pid_ns: number of the pid namespace
 * @mnt_ns: number of the mount namespace, 0 where it can't be told
 * @cut: there is more of one of the paths
 */
struct netscan_details {
	const char *exe;
	const char *parent_exe;
	const char *tty;
	const char *cgroup;
	u32 euid;
	u32 auid;
	u32 ses;
	u32 pid_ns;
	u32 mnt_ns;
	bool cut;
};

void netscan_record_print(struct netscan_text *t, u64 seq,
			  const struct netscan_record *r,
			  const struct netscan_details *d);
void netscan_record_print_lost(struct netscan_text *t, u64 seq, u64 real,
			       u64 lost);
void netscan_record_print_health(struct netscan_text *t, u64 seq, u64 real,
				 bool ok, const char *reason, u64 missed);

#endif
