/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - from the probe to the ring: the queue and its worker
 */
#ifndef NETSCAN_REPORT_H
#define NETSCAN_REPORT_H

#include "scan.h"

struct file;

/**
 * struct netscan_source - what one event's records are completed from
 * @file: the tool's file
 * @nr_slots: records of this event in the queue
 * @slot: where they are
 */
struct netscan_source {
	struct file *file;
	u32 nr_slots;
	u32 slot[4];
};

bool netscan_report_emit(const struct netscan_note *note);
void netscan_report_finish(const struct netscan_source *source);
void netscan_report_flush(void);
bool netscan_report_healthy(void);
size_t netscan_report_bytes(void);
int netscan_report_init(void);
void netscan_report_start(void);
void netscan_report_stop(void);
void netscan_report_exit(void);

#endif
