/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - a scanner of the tests' own, fed as the probe feeds the real one
 *
 * There is one, `flow`. Execs go in by flow_exec() and its like; the records
 * that come out are kept in order until flow_forget().
 */
#ifndef NETSCAN_FLOW_H
#define NETSCAN_FLOW_H

#include "args.h"
#include "scan.h"
#include "stats.h"
#include "test.h"
#include "tools.h"

#define FLOW_RECORDS	256

/**
 * struct flow - a scanner with its surroundings
 * @s: the scanner
 * @cfg: the configuration in force
 * @now: time of the next exec or tick
 * @ev: what the next exec is like: all but time, process and arguments
 * @next_pid: process of the next exec
 * @full: the queue has no room
 * @hole: where in the next argvs a page faults, 0 for nowhere; a multiple of the
 *        page size
 * @weight: what the fingerprints given to flow_feed() weigh; may be NULL
 * @watch: called before a record is kept or refused; may be NULL
 * @nr: records kept
 * @record: they
 * @rule_id: the rules they are about
 */
struct flow {
	struct netscan_scanner s;
	struct netscan_config cfg;
	u64 now;
	struct netscan_event ev;
	u32 next_pid;
	bool full;
	u32 hole;
	const u16 *weight;
	void (*watch)(const struct netscan_note *note);
	u32 nr;
	struct netscan_record record[FLOW_RECORDS];
	u32 rule_id[FLOW_RECORDS];
};

extern struct flow flow;

void flow_start(u32 groups, u32 slots);
void flow_stop(void);
void flow_rules(const char *text);
int flow_rules_only(const char *text);
void flow_argv(const void *argv, size_t len);
void flow_exec(const char *args);
void flow_targets(u32 from, u32 to);
void flow_feed(const u64 *fp, u32 nr);
bool flow_tick(void);
void flow_sweep(void);
void flow_forget(void);
u32 flow_count(enum netscan_type type);
const struct netscan_record *flow_last(void);
struct netscan_group *flow_group(const char *rule);
void flow_check(void);
void flow_key(struct netscan_hash_key *key, u64 seed);

/* How often a counter of the ledger stands above where it was at flow_start(). */
#define STAT(id)	netscan_stats_host[NETSCAN_STAT_##id]

#endif
