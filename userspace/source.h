/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - the device that records are read from, which may come and go
 *
 * Design: the device is there as long as the module is loaded, and its file
 * system tells through inotify when its node comes or goes. A new open starts
 * at the oldest kept record. After the device has been let go and opened again
 * the source therefore has to know whether it is the same load, of which some
 * records have been handed out, or a new one: a new load makes a new node, and
 * its records are younger although their numbers start again.
 */
#ifndef NETSCAN_USERSPACE_SOURCE_H
#define NETSCAN_USERSPACE_SOURCE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record.h"

/**
 * struct source - a device being read
 * @path: of its node
 * @fd: open device, or -1
 * @watch_fd: inotify on the directory of @path, or -1
 * @name: last part of @path, as inotify calls it
 * @regular: @fd is a file of saved records, which has an end
 * @node: which node was opened last; all 0 before the first
 * @same_load: opened again; records up to @last_seq may have been seen
 * @last_seq: number of the last record that was handed out
 * @last_time: its time
 */
struct source {
	const char *path;
	int fd;
	int watch_fd;
	const char *name;
	bool regular;
	struct {
		dev_t dev;
		dev_t rdev;
		ino_t ino;
	} node;
	bool same_load;
	uint64_t last_seq;
	struct record_time last_time;
};

/** source_init() - name the device; nothing is opened */
void source_init(struct source *src, const char *path);

/**
 * source_open() - open the device
 *
 * Return: 0, or a negative errno; source_is_absent() tells whether waiting helps.
 */
int source_open(struct source *src);

/** source_close() - let go of the device, so that the module can be unloaded */
void source_close(struct source *src);

/** source_is_absent() - does this error of open or read mean "no module"? */
bool source_is_absent(int err);

/**
 * source_watch() - take note of every change to the node from now on
 *
 * Call it before the open that is to be retried, or a node made in between
 * would be noticed only after the timeout of source_wait().
 */
void source_watch(struct source *src);

/**
 * source_wait() - sleep until the node has come or gone
 * @src: watched by source_watch(); without inotify the timeout alone counts
 * @out_fd: output; its reader may go away meanwhile
 * @timeout_ms: longest sleep, counted anew when a signal was handled
 * @sigmask: signal mask while asleep
 *
 * Return: 0 to try again, -EPIPE when the reader of @out_fd has gone.
 */
int source_wait(struct source *src, int out_fd, int timeout_ms, const sigset_t *sigmask);

/**
 * source_is_new() - has this record not been handed out before?
 * @src: the device it was read from
 * @rec: every record has to pass here once
 * @skipped: how many records before it were overwritten while the device was
 *           closed
 *
 * Return: false for one that was read again after the device was opened again.
 */
bool source_is_new(struct source *src, const struct record *rec, uint64_t *skipped);

#endif
