// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - decoys against a scan, in a table of default size: what README says of them
 *
 * A decoy is a parent of its own, of the scan's user. All stay in the window. What the kernel
 * selftest pressure_test does with real processes and a few of these cases, this does with all.
 */
#include "flow.h"

#define MSEC	1000000U

/**
 * struct decoys - what runs beside a scan
 * @before: decoys that there are when the scan begins
 * @each: decoys that run between two execs of the scan
 * @args: arguments of one exec of a decoy, argument 0 included, all of them its own
 * @execs: execs of a decoy, one after another
 * @again: those between are some of those before, in turn, and not new
 * @sessions: each has a session of its own
 */
struct decoys {
	u32 before, each, args, execs;
	bool again, sessions;
};

static const char * const scans[] = {
	"ping 10.0.0.%u", "ping -c 1 10.0.0.%u", "nc -z -w 1 10.0.0.%u 22",
};

/* The exec at which each of them has a hundred different arguments. */
static const u32 due[] = { 99, 97, 95 };

static void run_decoy(u32 nr, const struct decoys *d)
{
	struct netscan_event scanner = flow.ev;
	u64 fp[64] = { 4711 };
	u32 exec, i;

	flow.ev.from.parent_pid = 100000 + nr;
	if (d->sessions)
		flow.ev.from.sid = 100000 + nr;
	for (exec = 0; exec < d->execs; exec++) {
		for (i = 1; i < d->args; i++)
			fp[i] = ((u64)nr << 16 | exec << 8 | i) *
				0x9e3779b97f4a7c15ULL;
		flow.now += MSEC;
		flow_feed(fp, d->args);
	}
	flow.ev = scanner;
}

/* Returns the exec of the scan that alerted, 0 where none did in twice the time. */
static u32 run_scan(u32 which, u32 scanner, const struct decoys *d)
{
	u32 host, i, next = d->before, alert = 0;
	char text[64];

	flow_start(NETSCAN_DEF_GROUPS, NETSCAN_DEF_SLOTS);
	flow_rules("scan window=86400\nsession window=86400");
	if (!d->sessions)
		flow_rules("session enabled=0");
	for (i = 0; i < d->before; i++)
		run_decoy(i, d);
	flow.ev.from.parent_pid = scanner;
	for (host = 1; host < 2 * due[which] && !alert; host++) {
		flow.now += MSEC;
		flow_forget();
		snprintf(text, sizeof(text), scans[which], host);
		flow_exec(text);
		for (i = 0; i < flow.nr; i++)
			if (flow.record[i].type == NETSCAN_ALERT)
				alert = host;
		for (i = 0; i < d->each; i++, next++)
			run_decoy(d->again ? next % d->before : next, d);
	}
	flow_stop();
	return alert;
}

/* How many of the scans alert at the very exec; each is in a bucket of its own. */
static u32 seen(const struct decoys *d)
{
	static u32 scanner;
	u32 which, n = 0;

	for (which = 0; which < ARRAY_SIZE(scans); which++)
		n += run_scan(which, ++scanner, d) == due[which];
	return n;
}

#define ALL	ARRAY_SIZE(scans)

/* A hundred thousand, a thousand between two probes, in an empty table and in a full one. */
static void of_one_exec_each(void)
{
	EQUAL(seen(&(struct decoys){ 0, 1000, 2, 1 }), ALL);
	EQUAL(seen(&(struct decoys){ 0, 1000, 4, 1 }), ALL);
	EQUAL(seen(&(struct decoys){ 10000, 1000, 5, 1 }), ALL);
}

static void of_one_exec_and_session_each(void)
{
	EQUAL(seen(&(struct decoys){ 10000, 1000, 5, 1, .sessions = true }), ALL);
}

static void of_one_exec_of_50_arguments(void)
{
	EQUAL(seen(&(struct decoys){ 0, 1000, 50, 1 }), ALL);
	EQUAL(seen(&(struct decoys){ 2000, 1000, 50, 1 }), ALL);
	EQUAL(seen(&(struct decoys){ 2000, 1000, 50, 1, .sessions = true }), ALL);
}

static void that_run_twice(void)
{
	EQUAL(seen(&(struct decoys){ 0, 1000, 4, 2 }), ALL);
}

/* 13 execs of 5 arguments each make 53, one of which all have. */
static void that_go_to_50_arguments(void)
{
	EQUAL(seen(&(struct decoys){ 0, 100, 5, 13 }), ALL);
	EQUAL(seen(&(struct decoys){ 700, 100, 5, 13 }), ALL);
	EQUAL(seen(&(struct decoys){ 200, 200, 5, 13, .again = true }), ALL);
	/* Here is the bound. */
	EQUAL(seen(&(struct decoys){ 700, 400, 5, 13 }), 0);
}

/* Two groups each, by scan and by session: half as many fill as much. */
static void that_go_to_50_arguments_in_a_session_each(void)
{
	EQUAL(seen(&(struct decoys){ 0, 100, 5, 13, .sessions = true }), ALL);
	EQUAL(seen(&(struct decoys){ 700, 100, 5, 13, .sessions = true }), ALL);
	EQUAL(seen(&(struct decoys){ 100, 100, 5, 13, .again = true, .sessions = true }), ALL);
	EQUAL(seen(&(struct decoys){ 700, 200, 5, 13, .sessions = true }), 0);
}

static const struct test tests[] = {
	{ "of one exec each", of_one_exec_each },
	{ "of one exec and session each", of_one_exec_and_session_each },
	{ "of one exec of 50 arguments each", of_one_exec_of_50_arguments },
	{ "that run twice", that_run_twice },
	{ "that go to 50 arguments", that_go_to_50_arguments },
	{ "that go to 50 arguments in a session each", that_go_to_50_arguments_in_a_session_each },
};

int main(void)
{
	return test_main("decoys", tests, ARRAY_SIZE(tests));
}
