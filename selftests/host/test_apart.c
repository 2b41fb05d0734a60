// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - is what two processors write apart?
 *
 * Of memory that processors share, an exec that raises no record is to write only
 * to its groups' buckets, and two buckets are to have no cache line in common. A
 * store of what was there already is not noticed here.
 */
#include "flow.h"
#include "test.h"

#define LINE	64	/* bytes of a cache line */
#define MIX	400	/* execs, each compared with what was before it */

/* One array of the table: @each bytes of it are a bucket's. */
struct array {
	const void *memory;
	void *before;
	size_t each;
};

static struct array arrays[4];

static void find_arrays(void)
{
	const struct netscan_table *t = &flow.s.table;

	arrays[0] = (struct array){ t->bucket, NULL, sizeof(*t->bucket) };
	arrays[1] = (struct array){ t->group, NULL,
				    NETSCAN_BUCKET_GROUPS * sizeof(*t->group) };
	arrays[2] = (struct array){ t->head, NULL,
				    NETSCAN_BUCKET_GROUPS * sizeof(*t->head) };
	arrays[3] = (struct array){ t->pools, NULL, netscan_pool_bytes(t->slots) };
}

/* The kernel gives arrays of a page and more on page borders. */
static void buckets_have_their_own_lines(void)
{
	static const u32 slots[] = {
		NETSCAN_MIN_SLOTS, NETSCAN_DEF_SLOTS, NETSCAN_MAX_SLOTS,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		flow_start(NETSCAN_DEF_GROUPS, slots[i]);
		find_arrays();
		for (j = 0; j < ARRAY_SIZE(arrays); j++) {
			EQUAL(arrays[j].each % LINE, 0);
			CHECK(arrays[j].each * flow.s.table.nr_buckets >=
			      PAGE_SIZE);
		}
		flow_stop();
	}
}

static void keep(struct array *a)
{
	size_t bytes = a->each * flow.s.table.nr_buckets;

	if (!a->before)
		a->before = malloc(bytes);
	if (!a->before)
		shim_die("no memory");
	memcpy(a->before, a->memory, bytes);
}

/* A bit per bucket of which something is not as it was. */
static u64 changed(void)
{
	const struct array *a;
	u64 mask = 0;
	u32 i;

	for (a = arrays; a < arrays + ARRAY_SIZE(arrays); a++)
		for (i = 0; i < flow.s.table.nr_buckets; i++)
			if (memcmp(a->before + i * a->each,
				   a->memory + i * a->each, a->each))
				mask |= 1ULL << i;
	return mask;
}

static u64 bucket_of(const char *rule)
{
	return 1ULL << (flow_group(rule) - flow.s.table.group) /
		       NETSCAN_BUCKET_GROUPS;
}

/* Of many parents and sessions, known arguments and new ones; none crosses. */
static void an_exec_writes_to_its_buckets(void)
{
	static struct netscan_scanner scanner;
	static struct netscan_config cfg;
	struct test_random r;
	u64 own, others = 0;
	char text[64];
	u32 i, j;

	flow_start(NETSCAN_DEF_GROUPS, NETSCAN_DEF_SLOTS);
	EQUAL(flow.s.table.nr_buckets, NETSCAN_DEF_GROUPS / NETSCAN_BUCKET_GROUPS);
	find_arrays();
	test_seed(&r, 1);
	for (i = 0; i < MIX; i++) {
		flow.ev.from.parent_pid = 100 + test_below(&r, 40);
		flow.ev.from.sid = 10 + test_below(&r, 40);
		flow.ev.session_start = 0;
		flow.now += SEC;
		snprintf(text, sizeof(text), "ping -c 1 10.0.0.%u", test_below(&r, 3));
		for (j = 0; j < ARRAY_SIZE(arrays); j++)
			keep(&arrays[j]);
		scanner = flow.s;
		cfg = flow.cfg;
		flow_exec(text);
		own = bucket_of("scan") | bucket_of("session");
		EQUAL(changed() & ~own, 0);
		CHECK(changed());
		others |= own;
		CHECK(!memcmp(&scanner, &flow.s, sizeof(scanner)));
		CHECK(!memcmp(&cfg, &flow.cfg, sizeof(cfg)));
	}
	EQUAL(flow.nr, 0);
	CHECK(others & (others - 1));
	for (j = 0; j < ARRAY_SIZE(arrays); j++)
		free(arrays[j].before);
	flow_stop();
}

static const struct test tests[] = {
	{ "buckets have their own cache lines", buckets_have_their_own_lines },
	{ "an exec writes to its groups' buckets only", an_exec_writes_to_its_buckets },
};

int main(void)
{
	return test_main("apart", tests, ARRAY_SIZE(tests));
}
