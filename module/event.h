/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - one exec event, as it goes from the probe to the rules
 */
#ifndef NETSCAN_EVENT_H
#define NETSCAN_EVENT_H

#include "core.h"

/**
 * enum netscan_file - what became of the file that is run
 * @NETSCAN_FILE_NORMAL: it has a name
 * @NETSCAN_FILE_DELETED: its name is gone, or it never had one
 * @NETSCAN_FILE_MEMFD: it is memory
 */
enum netscan_file {
	NETSCAN_FILE_NORMAL,
	NETSCAN_FILE_DELETED,
	NETSCAN_FILE_MEMFD,
};

/**
 * struct netscan_origin - who exec'ed what; numbers of the initial namespaces
 * @parent_start: start of the parent process, nanoseconds since boot
 * @parent_pid: the parent process
 * @pid: the process
 * @sid: its session
 * @uid: its real user
 * @session: tells that of @sid, but for chance, from earlier ones of the number
 * @tool: index of the tool
 * @match: enum netscan_match
 * @orphan: the parent is init or a child subreaper
 * @file: enum netscan_file
 * @parent_comm: the parent's name, NUL-terminated
 * @account: the user whose share of the table it takes up
 */
struct netscan_origin {
	u64 parent_start;
	u32 parent_pid;
	u32 pid;
	u32 sid;
	u32 uid;
	u16 session;
	u8 tool;
	u8 match : 4;
	u8 orphan : 1;
	u8 file : 3;
	char parent_comm[16];
	u32 account;
};

/**
 * struct netscan_event - one successful exec of a tool
 * @now: time of the event, nanoseconds since boot
 * @exe_dev: device and generation of the resolved file's inode
 * @exe_ino: its number
 * @session_start: start of the session's leader, 0 where it is gone
 * @cgroup: id of the task's cgroup in the default hierarchy
 * @from: who exec'ed what
 * @tools: bit per tool that any sign names, that of @from among them
 * @argc: number of arguments
 * @weight: what each fingerprint handed on with the event weighs by its span;
 *          NULL where no rule asks for it
 * @excepted: bit per index of netscan_config.rule that is not to count it
 * @read_fault: argv could not be read to its end
 * @truncated: argv was longer than netscan reads
 * @text_cut: @text is only the beginning of the command line
 * @begun: set by netscan_scan_feed() once the event was entered in its groups
 * @text_len: bytes of @text
 * @text: the command line, each argument with its NUL; lives as long as the
 *        event
 * @source: what the module needs to look up paths for a record, opaque here
 */
struct netscan_event {
	u64 now;
	u64 exe_dev;
	u64 exe_ino;
	u64 session_start;
	u64 cgroup;
	struct netscan_origin from;
	u32 tools;
	u32 argc;
	u32 excepted;
	bool read_fault;
	bool truncated;
	bool text_cut;
	bool begun;
	u16 text_len;
	const char *text;
	const u16 *weight;
	void *source;
};

#endif
