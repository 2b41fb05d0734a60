/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the rule as a plain model, to compare the scanner with
 *
 * It keeps everything in arrays, looks through all of them for every question
 * and never has to make room. It knows nothing of the module's files.
 */
#ifndef NETSCAN_MODEL_H
#define NETSCAN_MODEL_H

#include "shim.h"

#define MODEL_RULES	4
#define MODEL_GROUPS	4096
#define MODEL_ARGS	64	/* arguments are numbers below this */
#define MODEL_TIMES	2048	/* events, or unread parts, in one window */
#define MODEL_RECORDS	256

enum model_field {
	MODEL_PARENT,		/* pid and start, one number here */
	MODEL_EXE,
	MODEL_SESSION,
	MODEL_CGROUP,
	MODEL_UID,
	MODEL_TOOL,
	MODEL_FIELDS
};

enum model_type { MODEL_ALERT, MODEL_UPDATE, MODEL_END };

enum model_state { MODEL_ARMED, MODEL_COVERED, MODEL_OWED, MODEL_OPEN };

/**
 * struct model_rule - a rule
 * @by: bit per enum model_field
 * @tools: bit per tool
 * @distinct: threshold
 * @events: threshold
 * @window: nanoseconds
 * @enabled: whether it is evaluated
 * @span: arguments count for what they weigh
 */
struct model_rule {
	u32 by;
	u32 tools;
	u32 distinct;
	u32 events;
	u64 window;
	bool enabled;
	bool span;
};

/**
 * struct model_event - an exec
 * @now: nanoseconds, above 0
 * @field: what makes groups
 * @session_start: nanoseconds
 * @pid: the process, another one for each event
 * @arg: its arguments
 * @nr_args: how many
 * @unread: a part of argv was not read
 * @excepted: bit per rule that does not count it
 */
struct model_event {
	u64 now;
	u32 field[MODEL_FIELDS];
	u64 session_start;
	u32 pid;
	u32 arg[MODEL_ARGS];
	u32 nr_args;
	bool unread;
	u32 excepted;
};

/**
 * struct model_record - what is reported
 * @type: kind
 * @rule: index of the rule
 * @pid: process of the group's latest event
 * @scan: number of the scan
 * @distinct: as the record's
 * @events: as the record's
 * @first: as the record's
 * @last: as the record's
 */
struct model_record {
	enum model_type type;
	u32 rule;
	u32 pid;
	u32 scan;
	u32 distinct;
	u32 events;
	u64 first;
	u64 last;
};

struct model_times {
	u64 at[MODEL_TIMES];
	u32 nr;
};

struct model_group {
	bool used;
	u32 rule;
	u32 field[MODEL_FIELDS];
	u64 seen_at[MODEL_ARGS];
	struct model_times unread;
	struct model_times execs;
	enum model_state state;
	u32 scan;
	struct model_group *cover;
	u32 cover_scan;
	u32 events;
	u32 seen;
	u32 told_events;
	u32 told_seen;
	u32 pid;
	u64 first;
	u64 last;
	u32 events_before;
	u64 first_before;
};

/**
 * struct model - all of it
 * @full: no record can be taken now
 * @rule: the rules, in their order
 * @nr_rules: how many
 * @weight: what each argument weighs where that is asked
 * @record: what was reported since model_forget()
 * @nr: how many
 * @covered: groups that have become covered
 * @scans: the latest scan's number
 * @group: groups, in no order
 */
struct model {
	bool full;
	struct model_rule rule[MODEL_RULES];
	u32 nr_rules;
	u32 weight[MODEL_ARGS];
	struct model_record record[MODEL_RECORDS];
	u32 nr;
	u32 covered;
	u32 scans;
	struct model_group group[MODEL_GROUPS];
};

extern struct model model;

void model_reset(void);
void model_exec(const struct model_event *ev);
void model_tick(u64 now);
void model_clear(u32 rule);
void model_sweep(u64 now);

#endif
