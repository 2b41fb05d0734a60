/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - from exec events to scans: counting, crossing, covering, ending
 */
#ifndef NETSCAN_SCAN_H
#define NETSCAN_SCAN_H

#include "event.h"
#include "hash.h"
#include "record.h"
#include "rules.h"
#include "table.h"

/**
 * struct netscan_note - a record that is due
 * @type: which kind
 * @cfg: the configuration that @rule is part of
 * @rule: the rule
 * @group: the group, its bucket locked
 * @evictions: of that bucket
 * @ev: the event that it tells of, NULL for an end and where time or a change of
 *      rules caused it
 * @reason: why a scan ended, else NULL
 * @now: nanoseconds since boot
 */
struct netscan_note {
	enum netscan_type type;
	const struct netscan_config *cfg;
	const struct netscan_rule *rule;
	const struct netscan_group *group;
	u32 evictions;
	const struct netscan_event *ev;
	const char *reason;
	u64 now;
};

/**
 * struct netscan_scanner - the counting side as a whole
 * @table: the groups
 * @key: coefficients of the hash
 * @scan_ids: the latest scan's id
 * @sweep: the part of the table that was swept last, the clock's
 * @emit: queues what netscan_scan_fill() makes of a note; called with a
 *        bucket's lock held. Returns false when there is no room, and the
 *        group asks again
 */
struct netscan_scanner {
	struct netscan_table table;
	struct netscan_hash_key key;
	atomic_t scan_ids;
	u32 sweep;
	bool (*emit)(const struct netscan_note *note);
};

void netscan_scan_fill(struct netscan_record *r,
		       const struct netscan_note *note);

void netscan_scan_feed(struct netscan_scanner *s,
		       const struct netscan_config *cfg,
		       struct netscan_event *ev, const u64 *fp, u32 nr,
		       bool last);
bool netscan_scan_tick(struct netscan_scanner *s,
		       const struct netscan_config *cfg, u64 now);
void netscan_scan_sweep(struct netscan_scanner *s, u64 now);
bool netscan_scan_busy(const struct netscan_scanner *s);
bool netscan_scan_clear(struct netscan_scanner *s,
			const struct netscan_config *old,
			const struct netscan_config *new, u64 now,
			bool force);

#endif
