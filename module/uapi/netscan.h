/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * netscan - what a program that reads /dev/netscan relies on
 *
 * One read(2) returns one whole record: one line of text that ends in '\n'.
 * A buffer shorter than the record fails with EINVAL and loses nothing; one
 * of NETSCAN_RECORD_MAX bytes is always long enough.
 *
 * A record is a list of key=value, separated by one space each. A value is a
 * bare token (letters, digits and .,:*_-) or a string in double quotes in
 * which every byte outside 0x20..0x7e, '"' and '\' is written \xNN. The order
 * of keys is fixed; a later version may append keys and never moves one.
 *
 * Every record begins with
 *
 *	type	alert, update, end, lost or health
 *	seq	number of the record since load, from 1, without gaps
 *	time	CLOCK_REALTIME, seconds.nanoseconds
 *	rule	name of the rule, '-' where there is none
 *	scan_id	number of the scan, only growing since load, 0 where there is
 *		none
 *
 * alert and update go on with
 *
 *	by distinct events window first last tool match exe parent_pid
 *	parent_start parent_comm parent_exe pid sid tty uid euid auid ses pid_ns
 *	mnt_ns cgroup args_first args_last read_faults truncated evicted argc
 *	args_first_cut args_last_cut paths_cut orphan file
 *
 * end, which no process causes, with
 *
 *	by distinct events window first last tool match parent_pid parent_start
 *	parent_comm pid sid uid args_first read_faults truncated evicted
 *	args_first_cut reason orphan file
 *
 * where reason is idle (fewer than half of the threshold are left in the
 * window), cleared (its rule was changed or removed), evicted (its place was
 * needed and nothing lesser was there) or reused (the session's number went to
 * a new session).
 *
 * lost, which is made for one reader that was overtaken, with
 *
 *	lost	number of records that this reader can no longer have; seq is
 *		the number of the last of them
 *
 * health, on a change of the probe's state, with
 *
 *	state	ok or failed
 *	reason	a string
 *	missed	execs since load that came while their CPU was inside another
 *		probe
 */
#ifndef _UAPI_NETSCAN_H
#define _UAPI_NETSCAN_H

#define NETSCAN_ABI		1	/* "abi" in /proc/netscan/status */
#define NETSCAN_RECORD_MAX	8192	/* bytes of a record with its '\n' */

#endif
