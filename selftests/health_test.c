// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a probe that was switched off from outside is noticed, and reported
 */
#include <fcntl.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char text[16 * 1024];

FIXTURE(health) {
	struct testbed tb;
	char found[16];
};

/* A switch that stops the probe, if this kernel lets it be turned. */
FIXTURE_VARIANT(health) {
	const char *path;
};

FIXTURE_VARIANT_ADD(health, kprobes) {
	.path = "/sys/kernel/debug/kprobes/enabled",
};

FIXTURE_VARIANT_ADD(health, ftrace) {
	.path = "/proc/sys/kernel/ftrace_enabled",
};

FIXTURE_SETUP(health)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	if (file_read(variant->path, self->found, sizeof(self->found)) <= 0)
		self->found[0] = '\0';
}

FIXTURE_TEARDOWN(health)
{
	if (self->found[0]) {
		EXPECT_EQ(0, file_write(variant->path, "1", 1));
	}
	EXPECT_EQ(0, testbed_close(&self->tb));
}

static bool status_says(const char *line)
{
	return file_read(PROC("status"), text, sizeof(text)) > 0 && strstr(text, line);
}

/* Waits for a record of type health; others are passed over. */
static int next_health(int dev)
{
	int ret;

	do {
		ret = record_read(dev, &r, PATIENCE_MS);
	} while (ret == 1 && !record_is(&r, "type", "health"));
	return ret;
}

TEST_F_TIMEOUT(health, probe_off_and_on_again, 60)
{
	const char *ping = tool_path(&self->tb, "ping");
	uint64_t fails = stats_get("selftest_fails");

	if (self->found[0] != '1')
		SKIP(return, "%s is not there", variant->path);
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
	if (file_write(variant->path, "0", 1))
		SKIP(return, "this kernel does not let %s be turned off", variant->path);

	ASSERT_EQ(1, next_health(self->tb.dev));
	EXPECT_STREQ("failed", record_raw(&r, "state"));
	EXPECT_STREQ("-", record_raw(&r, "rule"));
	EXPECT_EQ(0u, record_u64(&r, "scan_id"));
	EXPECT_LT(0u, strlen(record_raw(&r, "reason")));
	EXPECT_TRUE(status_says("\nhealth: failed"));
	EXPECT_LT(fails, stats_get("selftest_fails"));
	/* It is true: nothing is seen. */
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "unseen", 120));
	EXPECT_EQ(0, group_find(&r, "session", "sid", self->tb.prober.pid));

	ASSERT_EQ(0, file_write(variant->path, "1", 1));
	ASSERT_EQ(1, next_health(self->tb.dev));
	EXPECT_STREQ("ok", record_raw(&r, "state"));
	EXPECT_TRUE(status_says("\nhealth: ok\n"));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "seen", 99));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
}

TEST_HARNESS_MAIN
