// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - load and unload
 *
 * Order: memory first, then what shows and controls it, then the probe, and
 * the device last, so that who can open it finds everything at work. Unload
 * goes the other way, but that what changes the configuration goes first.
 * Self-tests, where there are any, come before all that.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>

#include "chardev.h"
#include "control.h"
#include "exempt.h"
#include "image.h"
#include "main.h"
#include "probe.h"
#include "proc.h"
#include "queue.h"
#include "report.h"
#include "selftest/selftest.h"
#include "stats.h"

struct netscan_info netscan_info;

static unsigned int groups = NETSCAN_DEF_GROUPS;
module_param(groups, uint, 0444);
MODULE_PARM_DESC(groups, "groups that are counted at once, 64 to 65536 (default 3840)");

static unsigned int slots = NETSCAN_DEF_SLOTS;
module_param(slots, uint, 0444);
MODULE_PARM_DESC(slots, "distinct arguments kept for a group, 16 to 4096 (default 128)");

static unsigned int ring = NETSCAN_DEF_RING;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "bytes of records kept for readers, 16384 to 16777216 (default 131072)");

static char *rules;
module_param(rules, charp, 0);
MODULE_PARM_DESC(rules, "changes to the built-in rules, as written to /proc/netscan/rules, separated by ';'");

static bool lock;
module_param(lock, bool, 0444);
MODULE_PARM_DESC(lock, "take no changes once loaded, as 1 written to /proc/netscan/lock (default 0)");

static bool disable;
module_param(disable, bool, 0444);
MODULE_PARM_DESC(disable, "refuse to be loaded, for the kernel's command line (default 0)");

static bool check_range(const char *name, unsigned int value, unsigned int low,
			unsigned int high)
{
	if (value >= low && value <= high)
		return true;
	pr_err("parameter %s=%u is not within %u to %u\n", name, value, low,
	       high);
	return false;
}

static int init_control(void)
{
	char *text = NULL;
	int err;

	if (rules) {
		text = kstrdup(rules, GFP_KERNEL);
		if (!text)
			return -ENOMEM;
		strreplace(text, ';', '\n');
	}
	err = netscan_control_init(slots, text, lock);
	kfree(text);
	return err;
}

static size_t sum_bytes(void)
{
	return sizeof(netscan_scanner) + netscan_scanner.table.bytes +
	       2 * sizeof(struct netscan_config) + netscan_chardev_bytes() +
	       netscan_queue_bytes() + netscan_report_bytes() +
	       netscan_probe_bytes() + netscan_image_bytes() +
	       netscan_exempt_bytes() +
	       sizeof(struct netscan_stats) * num_possible_cpus();
}

static int __init init_netscan(void)
{
	int err;

	if (disable) {
		pr_notice("not loaded: the parameter disable is set\n");
		return -ENODEV;
	}
	err = netscan_selftest();
	if (err)
		return err;
	if (!check_range("groups", groups, NETSCAN_MIN_GROUPS,
			 NETSCAN_MAX_GROUPS) ||
	    !check_range("slots", slots, NETSCAN_MIN_SLOTS,
			 NETSCAN_MAX_SLOTS) ||
	    !check_range("ring", ring, NETSCAN_MIN_RING, NETSCAN_MAX_RING))
		return -ERANGE;
	get_random_bytes(&netscan_scanner.key, sizeof(netscan_scanner.key));
	netscan_scanner.emit = netscan_queue_emit;
	netscan_info.loaded = ktime_get_boottime_ns();

	err = netscan_table_create(&netscan_scanner.table, groups, slots);
	if (err)
		return err;
	err = init_control();
	if (err)
		goto destroy_table;
	err = netscan_chardev_init(ring);
	if (err)
		goto exit_control;
	err = netscan_queue_init(netscan_report_wake);
	if (err)
		goto exit_chardev;
	err = netscan_report_init();
	if (err)
		goto exit_queue;
	err = netscan_image_init();
	if (err)
		goto exit_report;
	err = netscan_probe_init();
	if (err)
		goto exit_image;
	netscan_info.bytes = sum_bytes();
	err = netscan_proc_init();
	if (err)
		goto exit_probe;
	err = netscan_probe_arm();
	if (err)
		goto exit_proc;
	netscan_report_start();
	err = netscan_chardev_register();
	if (err)
		goto stop_clock;
	pr_info("version %s loaded: %s by %s, %zu bytes, %u groups of up to %u arguments%s\n",
		NETSCAN_VERSION, netscan_probe_symbol(), netscan_probe_kind(),
		netscan_info.bytes,
		netscan_scanner.table.nr_buckets * NETSCAN_BUCKET_GROUPS,
		slots, lock ? ", locked" : "");
	return 0;

stop_clock:
	netscan_report_stop_clock();
	netscan_probe_disarm();
	netscan_proc_exit();
	netscan_control_stop();
	netscan_report_stop();
	goto exit_probe;
exit_proc:
	netscan_proc_exit();
exit_probe:
	netscan_probe_exit();
exit_image:
	netscan_image_exit();
exit_report:
	netscan_report_exit();
exit_queue:
	netscan_queue_exit();
exit_chardev:
	netscan_chardev_exit();
exit_control:
	netscan_control_exit();
destroy_table:
	netscan_table_destroy(&netscan_scanner.table);
	return err;
}

static void __exit exit_netscan(void)
{
	/* First of all what may have to wait for a file system. */
	netscan_proc_exit();
	netscan_control_stop();
	netscan_chardev_unregister();
	netscan_report_stop_clock();
	netscan_probe_disarm();
	netscan_report_stop();
	netscan_probe_exit();
	netscan_image_exit();
	netscan_report_exit();
	netscan_queue_exit();
	netscan_chardev_exit();
	netscan_control_exit();
	netscan_table_destroy(&netscan_scanner.table);
	pr_info("unloaded\n");
}

module_init(init_netscan);
module_exit(exit_netscan);

MODULE_DESCRIPTION("Detects network scans by ordinary tools at exec");
MODULE_AUTHOR("The netscan developers");
MODULE_VERSION(NETSCAN_VERSION);
MODULE_LICENSE("GPL");
