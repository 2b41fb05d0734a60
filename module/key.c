// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - what makes a group, as one number
 *
 * Context: any.
 */
#include "key.h"

/*
 * Places of the hash for a group's key, by what they hold, and for what is no
 * argument and may never equal one: no argument fills PLACE_LAST.
 */
enum {
	PLACE_RULE = 1,
	PLACE_PARENT_PID,
	PLACE_PARENT_START,
	PLACE_EXE_DEV,
	PLACE_EXE_INO,
	PLACE_SESSION,
	PLACE_CGROUP,
	PLACE_UID,
	PLACE_TOOL,
	PLACE_LAST = NETSCAN_HASH_WORDS,
};

/*
 * The hash is linear, and arguments are hashed with the same coefficients:
 * without this, who chooses sessions and arguments could have one make up for
 * the other. The steps are those of MurmurHash3's 64-bit finalizer.
 */
static u64 mix(u64 h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

/**
 * netscan_key_group() - the key of the group that an event belongs to
 * @key: coefficients of the hash
 * @r: the rule
 * @ev: the event
 */
u64 netscan_key_group(const struct netscan_hash_key *key,
		      const struct netscan_rule *r,
		      const struct netscan_event *ev)
{
	struct netscan_hash h;

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, PLACE_RULE, r->id);
	if (r->by & NETSCAN_BY_PARENT) {
		netscan_hash_add(&h, key, PLACE_PARENT_PID, ev->from.parent_pid);
		netscan_hash_add(&h, key, PLACE_PARENT_START, ev->from.parent_start);
	}
	if (r->by & NETSCAN_BY_EXE) {
		netscan_hash_add(&h, key, PLACE_EXE_DEV, ev->exe_dev);
		netscan_hash_add(&h, key, PLACE_EXE_INO, ev->exe_ino);
	}
	if (r->by & NETSCAN_BY_SESSION)
		netscan_hash_add(&h, key, PLACE_SESSION, ev->from.sid);
	if (r->by & NETSCAN_BY_CGROUP)
		netscan_hash_add(&h, key, PLACE_CGROUP, ev->cgroup);
	if (r->by & NETSCAN_BY_UID)
		netscan_hash_add(&h, key, PLACE_UID, ev->from.uid);
	if (r->by & NETSCAN_BY_TOOL)
		netscan_hash_add(&h, key, PLACE_TOOL, ev->from.tool);
	return mix(h.hi);
}

/**
 * netscan_key_unique() - a fingerprint that no argument has
 * @key: coefficients of the hash
 * @a: two numbers; each pair gives another fingerprint
 * @b: the second
 */
u64 netscan_key_unique(const struct netscan_hash_key *key, u64 a, u64 b)
{
	struct netscan_hash h;

	netscan_hash_start(&h, key);
	netscan_hash_add(&h, key, 1, a);
	netscan_hash_add(&h, key, 2, b);
	netscan_hash_add(&h, key, PLACE_LAST, U64_MAX);
	return h.hi;
}
