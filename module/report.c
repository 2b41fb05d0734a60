// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the worker: from the queue to the ring, and the clock
 *
 * Design: all that may sleep or take long is done here: a record's paths are
 * resolved, its text is made and pushed into the ring. Once a second while
 * scans are open, and every other second otherwise, the clock moves on what
 * only time moves and tests the probe.
 *
 * Priority: anybody can make an alert of each exec, so this is work like any
 * other. Of ever so many records it does a queue full at a time and takes its
 * turn among what else is to run; what then finds the queue full asks again.
 * It is bound to no processor: one that a task of real-time priority has for
 * itself holds up nothing.
 *
 * Locking: work_mutex makes the queue's work and the clock's take turns; it
 * nests inside control.c's mutex and outside that of the ring.
 *
 * Context: process, may sleep.
 */
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "chardev.h"
#include "compat.h"
#include "control.h"
#include "health.h"
#include "probe.h"
#include "queue.h"
#include "report.h"
#include "stats.h"

#define BUSY_PERIOD	HZ		/* while a scan is open */
#define IDLE_PERIOD	(2 * HZ)

/* The worker's own: one record, its paths, its text; under work_mutex. */
static struct {
	struct netscan_slot slot;
	char exe[PATH_MAX];
	char parent_exe[PATH_MAX];
	char cgroup[PATH_MAX];
	char text[NETSCAN_RECORD_MAX + 1];
} *work;
static DEFINE_MUTEX(work_mutex);

/* Both works', and nobody else's. */
static struct workqueue_struct *workqueue;

/* For a record that no process is there for any more. */
static const struct netscan_details no_details = {
	.exe = "",
	.parent_exe = "",
	.tty = "",
	.cgroup = "",
	.euid = U32_MAX,
	.auid = U32_MAX,
	.ses = U32_MAX,
};

static void run_queue(struct work_struct *unused);
static void run_clock(struct work_struct *unused);
static DECLARE_WORK(queue_work_item, run_queue);
static DECLARE_DELAYED_WORK(clock_work, run_clock);

/* The end of a path that is longer than PATH_MAX says most of it. */
static const char *resolve_file(struct file *file, char *buf, bool *cut)
{
	const char *path = file ? d_path(&file->f_path, buf, PATH_MAX) : "";

	if (!IS_ERR(path))
		return path;
	*cut = true;
	snprintf(buf, PATH_MAX, "%pD4", file);
	return buf;
}

static void push_text(const struct netscan_text *t)
{
	WARN_ON_ONCE(t->cut);
	netscan_chardev_push(t->buf, t->len);
}

static void report_slot(struct netscan_slot *s)
{
	struct netscan_details *d = &s->details;
	struct netscan_text t;

	if (s->record.from_event) {
		d->cut = netscan_cgroup_path(s->cgroup, work->cgroup, PATH_MAX);
		d->exe = resolve_file(s->file, work->exe, &d->cut);
		d->parent_exe = resolve_file(s->parent_file, work->parent_exe,
					     &d->cut);
		d->cgroup = work->cgroup;
		d->tty = s->tty;
	} else {
		*d = no_details;
	}
	netscan_text_init(&t, work->text, sizeof(work->text));
	netscan_record_print(&t, netscan_chardev_seq(), &s->record, d);
	push_text(&t);
	if (s->record.type == NETSCAN_ALERT)
		netscan_count(ALERTS);
	else if (s->record.type == NETSCAN_UPDATE)
		netscan_count(UPDATES);
	else
		netscan_count(ENDS);
}

/* Returns whether the queue was seen empty before it was drained once over. */
static bool drain_queue(void)
{
	u32 i;

	lockdep_assert_held(&work_mutex);
	for (i = 0; i < NETSCAN_PENDING; i++) {
		if (!netscan_queue_take(&work->slot))
			return true;
		report_slot(&work->slot);
		netscan_queue_put(&work->slot);
	}
	return false;
}

static void run_queue(struct work_struct *unused)
{
	bool empty;

	mutex_lock(&work_mutex);
	empty = drain_queue();
	mutex_unlock(&work_mutex);
	cond_resched();
	if (!empty)
		netscan_report_wake();
}

/* Returns false when something is due and the queue had no room for it. */
static bool tick_scans(void)
{
	bool done;

	rcu_read_lock();
	done = netscan_scan_tick(&netscan_scanner, netscan_control_config(),
				 ktime_get_boottime_ns());
	rcu_read_unlock();
	drain_queue();
	return done;
}

static void report_health(void)
{
	const char *reason = netscan_health_reason();
	bool ok = netscan_health_ok();
	struct netscan_text t;

	if (ok)
		pr_notice("%s\n", reason);
	else
		pr_warn("%s\n", reason);
	netscan_text_init(&t, work->text, sizeof(work->text));
	netscan_record_print_health(&t, netscan_chardev_seq(),
				    ktime_get_real_ns(), ok, reason,
				    netscan_probe_missed());
	push_text(&t);
	netscan_count(HEALTH);
}

static void run_clock(struct work_struct *unused)
{
	unsigned long period;
	bool done;

	mutex_lock(&work_mutex);
	done = tick_scans();
	netscan_scan_sweep(&netscan_scanner, ktime_get_boottime_ns());
	if (netscan_health_check())
		report_health();
	mutex_unlock(&work_mutex);
	if (!done)
		period = 1;
	else if (netscan_scan_busy(&netscan_scanner))
		period = BUSY_PERIOD;
	else
		period = IDLE_PERIOD;
	queue_delayed_work(workqueue, &clock_work, period);
}

/**
 * netscan_report_flush() - move what is queued into the ring, up to a queue full
 *
 * Context: process, may sleep.
 */
void netscan_report_flush(void)
{
	run_queue(NULL);
}

/**
 * netscan_report_bytes() - memory of the worker
 */
size_t netscan_report_bytes(void)
{
	return sizeof(*work);
}

/**
 * netscan_report_wake() - there is something in the queue
 *
 * Context: any but NMI.
 */
void netscan_report_wake(void)
{
	queue_work(workqueue, &queue_work_item);
}

/**
 * netscan_report_init() - allocate what the worker needs
 *
 * Return: 0 or -ENOMEM.
 */
int __init netscan_report_init(void)
{
	work = netscan_calloc(1, sizeof(*work));
	workqueue = alloc_workqueue("netscan", WQ_UNBOUND, 0);
	if (work && workqueue)
		return 0;
	netscan_report_exit();
	return -ENOMEM;
}

/**
 * netscan_report_start() - test the probe and start the clock
 *
 * Context: process, may sleep; the probe is armed.
 */
void netscan_report_start(void)
{
	queue_delayed_work(workqueue, &clock_work, 0);
	flush_delayed_work(&clock_work);
}

/**
 * netscan_report_stop_clock() - test the probe no more
 *
 * Context: process, may sleep; before the probe is disarmed, or that would be
 * found and told.
 */
void netscan_report_stop_clock(void)
{
	cancel_delayed_work_sync(&clock_work);
}

/**
 * netscan_report_stop() - stop the worker
 *
 * Context: process, may sleep; the clock is stopped, the probe is disarmed and
 * no configuration changes. What was queued is dropped with its references.
 */
void netscan_report_stop(void)
{
	netscan_queue_stop();
	cancel_work_sync(&queue_work_item);
	while (netscan_queue_take(&work->slot))
		netscan_queue_put(&work->slot);
}

/**
 * netscan_report_exit() - free what the worker needed
 */
void netscan_report_exit(void)
{
	if (workqueue)
		destroy_workqueue(workqueue);
	netscan_free(work);
}
