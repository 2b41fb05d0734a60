/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - records on their way from the probe to the worker
 */
#ifndef NETSCAN_QUEUE_H
#define NETSCAN_QUEUE_H

#include "scan.h"

struct cgroup;
struct file;
struct task_struct;

/**
 * struct netscan_source - what one event's records are completed from
 * @file: the tool's file
 * @parent: its parent's leader, as the event has it
 * @nr_slots: records of this event in the queue
 * @slot: where they are
 */
struct netscan_source {
	struct file *file;
	struct task_struct *parent;
	u32 nr_slots;
	u32 slot[NETSCAN_MAX_RULES];
};

/**
 * struct netscan_slot - a record on its way
 * @record: what the counting side knows
 * @details: numbers of the process; strings are the worker's to resolve
 * @file: the tool's file, referenced
 * @task: the process, referenced
 * @parent: its parent's leader, referenced
 * @parent_file: the file that it runs, referenced, may be NULL
 * @cgroup: its cgroup in the default hierarchy, referenced, may be NULL
 * @tty: controlling terminal
 * @ready: the worker may have it
 *
 * Without @record.from_event there are no references and no details.
 */
struct netscan_slot {
	struct netscan_record record;
	struct netscan_details details;
	struct file *file;
	struct task_struct *task;
	struct task_struct *parent;
	struct file *parent_file;
	struct cgroup *cgroup;
	char tty[32];
	bool ready;
};

bool netscan_queue_emit(const struct netscan_note *note);
void netscan_queue_finish(const struct netscan_source *source);
bool netscan_queue_take(struct netscan_slot *to);
void netscan_queue_put(struct netscan_slot *s);
size_t netscan_queue_bytes(void);
int netscan_queue_init(void (*wake)(void));
void netscan_queue_stop(void);
void netscan_queue_exit(void);

#endif
