/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - every maximum and every default, in one place
 *
 * A number that bounds work, memory or input stands here and nowhere else.
 */
#ifndef NETSCAN_LIMITS_H
#define NETSCAN_LIMITS_H

/* Rules and tools: both live in the configuration, replaced as a whole. */
#define NETSCAN_MAX_RULES	16	/* evaluated in their order */
#define NETSCAN_MAX_TOOLS	32	/* a rule holds them as bits of a u32 */
#define NETSCAN_MAX_NAMES	96	/* tool names and aliases together */
#define NETSCAN_MAX_NAME	32	/* bytes of a name, with its NUL */
#define NETSCAN_MAX_WRITE	8192	/* bytes of one write to /proc/netscan */

/* Build-ids, in bytes, and what of a file is looked at for one. */
#define NETSCAN_MAX_BUILD_IDS	64
#define NETSCAN_MIN_BUILD_ID	8U	/* below it, chance could give it twice */
#define NETSCAN_MAX_BUILD_ID	32U
#define NETSCAN_ELF_HEAD	4096U	/* bytes of the file, from its start */
#define NETSCAN_ELF_NOTES	64U	/* notes, of whatever kind */
#define NETSCAN_IMAGE_BITS	11	/* files whose tool is remembered: 2^n */

#define NETSCAN_MAX_WINDOW	86400U	/* seconds */
#define NETSCAN_MAX_EVENTS	0x7fffffffU

/* Table: load parameters with their ranges. */
#define NETSCAN_DEF_GROUPS	3840U	/* in all 2 MiB, see Documentation/cost.rst */
#define NETSCAN_MIN_GROUPS	64U
#define NETSCAN_MAX_GROUPS	65536U
#define NETSCAN_DEF_SLOTS	128U	/* fingerprints kept by one group */
#define NETSCAN_MIN_SLOTS	16U
#define NETSCAN_MAX_SLOTS	4096U

#define NETSCAN_BUCKET_GROUPS	64U	/* groups that share a lock */
/*
 * Fingerprints that the groups of one bucket share, in windows: four groups
 * may be full at once, or all 64 hold 8 each at the default of 128 slots.
 */
#define NETSCAN_BUCKET_WINDOWS	4U

#define NETSCAN_SWEEPS		16U	/* ticks in which all idle groups go */

/* Records: bytes. NETSCAN_RECORD_MAX, a reader's buffer, is in the uapi. */
#define NETSCAN_DEF_RING	131072U
#define NETSCAN_MIN_RING	16384U
#define NETSCAN_MAX_RING	16777216U
#define NETSCAN_MAX_PATH	512U	/* of an exe or a cgroup, when rendered */
#define NETSCAN_PENDING		32U	/* records between probe and worker */

/*
 * Arguments. What one exec may cost with preemption off is bounded by these
 * numbers of bytes read and of arguments counted.
 */
#define NETSCAN_MAX_ARG		1024U	/* bytes; a longer one is not counted */
#define NETSCAN_ARGV_HEAD	32768U	/* bytes from the start of argv */
#define NETSCAN_ARGV_TAIL	8192U	/* and, of a longer one, from its end */
#define NETSCAN_HEAD_ARGS	2048U	/* arguments from the start */
#define NETSCAN_TAIL_ARGS	512U	/* and, of more, from the tail */
#define NETSCAN_ARGV_CHUNK	2048U	/* copied at a time */
#define NETSCAN_ARGV_BATCH	64U	/* fingerprints handed on at a time */
#define NETSCAN_ASK_ARGS	512U	/* looked at for the tool that they name */
#define NETSCAN_TEXT		512U	/* of a command line, in a record */
#define NETSCAN_FIRST_TEXT	55U	/* of a group's first, in the group */

/* Exceptions: in the configuration, too; matched with preemption off. */
#define NETSCAN_MAX_EXCEPTIONS	64	/* a bit of a u64 each */
#define NETSCAN_EXCEPTION_TEXT	8192	/* bytes of all their strings */
#define NETSCAN_MAX_PATTERN	128	/* bytes of a glob as text, with its NUL */
#define NETSCAN_GLOB_STEPS	65536U	/* of all globs for one exec event */
#define NETSCAN_CGROUP_LEVELS	256	/* below one, where each is a step */

/* What an argument spells. */
#define NETSCAN_MAX_SPAN	65535U	/* targets; more count as this many */
#define NETSCAN_MAX_SUM		1000000U	/* a rule's threshold of such targets */
#define NETSCAN_KNOWN_PORTS	256U	/* what the word "known" stands for */

#endif
