// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - from the probe to the ring: the queue and its worker
 *
 * Design: the probe puts what it knows of a record into a slot of a fixed
 * queue, with references to what paths are resolved from, and the worker does
 * all that may sleep or take long: it resolves, renders and pushes into the
 * ring. The worker also runs once a second while scans are open, and every
 * other second otherwise, for what only time moves and to test the probe.
 *
 * Lifetime: a slot's references are taken by the probe and dropped by the
 * worker, within milliseconds.
 *
 * Locking: queue_lock guards the queue and nests inside a bucket's lock.
 * work_mutex makes the queue's work and the clock's take turns; it nests inside
 * control.c's mutex and outside that of the ring.
 *
 * Context: netscan_report_emit() and netscan_report_finish(), kprobe with
 * preemption off; emit also process, under a bucket's lock. The rest, process.
 */
#include <linux/audit.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

#include "chardev.h"
#include "compat.h"
#include "control.h"
#include "probe.h"
#include "report.h"
#include "stats.h"

#define BUSY_PERIOD	HZ		/* while a scan is open */
#define IDLE_PERIOD	(2 * HZ)

/**
 * struct slot - a record on its way
 * @record: what the counting side knows
 * @file: the tool's file, referenced
 * @task: the process, referenced
 * @parent: its parent's leader, referenced
 * @cgroup: its cgroup in the default hierarchy, referenced, may be NULL
 * @euid: see struct netscan_details, and so the next four
 * @auid: audit login user
 * @ses: audit session
 * @pid_ns: pid namespace
 * @mnt_ns: mount namespace
 * @tty: controlling terminal
 * @ready: the worker may have it
 *
 * Without @record.from_event there are no references and no details.
 */
struct slot {
	struct netscan_record record;
	struct file *file;
	struct task_struct *task;
	struct task_struct *parent;
	struct cgroup *cgroup;
	u32 euid;
	u32 auid;
	u32 ses;
	u32 pid_ns;
	u32 mnt_ns;
	char tty[32];
	bool ready;
};

/* The queue: slots [tail, head) are taken, modulo NETSCAN_PENDING. */
static struct slot *queue;
static u32 queue_head;
static u32 queue_tail;
static DEFINE_RAW_SPINLOCK(queue_lock);

/* The worker's own: one record, its paths, its text; under work_mutex. */
static struct {
	struct slot slot;
	char exe[PATH_MAX];
	char parent_exe[PATH_MAX];
	char cgroup[PATH_MAX];
	char text[NETSCAN_RECORD_MAX + 1];
} *work;
static DEFINE_MUTEX(work_mutex);
static bool healthy = true;

/* Whether netscan_mnt_ns_number() tells the truth on this kernel. */
static bool mnt_ns_known __ro_after_init;

static void run_queue(struct work_struct *unused);
static void run_clock(struct work_struct *unused);
static DECLARE_WORK(queue_work_item, run_queue);
static DECLARE_DELAYED_WORK(clock_work, run_clock);

static void kick_worker(struct irq_work *unused)
{
	queue_work(system_highpri_wq, &queue_work_item);
}

static struct irq_work kick;

/* References and numbers of the exec'ing task; under queue_lock. */
static void capture_task(struct slot *s, struct netscan_source *source)
{
	const struct cred *cred = current_cred();
	struct task_struct *parent;

	rcu_read_lock();
	parent = rcu_dereference(current->real_parent);
	s->parent = READ_ONCE(parent->group_leader);
	get_task_struct(s->parent);
	s->cgroup = netscan_cgroup_get(current);
	rcu_read_unlock();
	get_task_struct(current);
	s->task = current;
	s->file = get_file(source->file);
	s->euid = __kuid_val(cred->euid);
	s->auid = __kuid_val(audit_get_loginuid(current));
	s->ses = audit_get_sessionid(current);
	s->pid_ns = task_active_pid_ns(current)->ns.inum;
	s->mnt_ns = mnt_ns_known ?
		    netscan_mnt_ns_number(current->nsproxy->mnt_ns) : 0;
}

/**
 * netscan_report_emit() - queue a record
 * @note: what it is about
 *
 * A record with an event is held back until netscan_report_finish().
 *
 * Return: false when the queue is full; that is counted.
 */
bool netscan_report_emit(const struct netscan_note *note)
{
	struct netscan_source *source = note->ev ? note->ev->source : NULL;
	struct slot *s;

	raw_spin_lock(&queue_lock);
	if (queue_head - queue_tail == NETSCAN_PENDING) {
		raw_spin_unlock(&queue_lock);
		netscan_count(DEFERRED);
		return false;
	}
	s = &queue[queue_head % NETSCAN_PENDING];
	netscan_scan_fill(&s->record, note);
	s->record.real = ktime_get_real_ns();
	s->ready = true;
	s->tty[0] = '\0';
	if (s->record.from_event) {
		capture_task(s, source);
		if (source->nr_slots < ARRAY_SIZE(source->slot)) {
			source->slot[source->nr_slots++] =
				queue_head % NETSCAN_PENDING;
			s->ready = false;
		}
	}
	queue_head++;
	raw_spin_unlock(&queue_lock);
	irq_work_queue(&kick);
	return true;
}

/* "pts/3" or "ttyS0"; the lock is one that sleeps under PREEMPT_RT. */
static void copy_tty(struct task_struct *task, char *buf, size_t size)
{
	struct sighand_struct *sighand;
	struct tty_struct *tty;
	unsigned long flags;

	rcu_read_lock();
	sighand = rcu_dereference(task->sighand);
	if (sighand) {
		spin_lock_irqsave(&sighand->siglock, flags);
		tty = task->signal->tty;
		if (tty && !strcmp(tty->driver->name, "pts"))
			snprintf(buf, size, "pts/%d", tty->index);
		else if (tty)
			strscpy(buf, tty->name, size);
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	rcu_read_unlock();
}

/**
 * netscan_report_finish() - let the worker have an event's records
 * @source: the event's, which queued at least one
 *
 * The terminal is looked up here, where no raw lock is held. Under PREEMPT_RT
 * its lock may not be taken here, and the worker looks it up, if the process
 * is still there by then.
 *
 * Context: kprobe, preemption off, no lock held.
 */
void netscan_report_finish(const struct netscan_source *source)
{
	struct slot *s;
	u32 i;

	for (i = 0; i < source->nr_slots; i++) {
		s = &queue[source->slot[i]];
		if (!IS_ENABLED(CONFIG_PREEMPT_RT))
			copy_tty(current, s->tty, sizeof(s->tty));
		smp_store_release(&s->ready, true); /* pairs with take_slot() */
	}
	irq_work_queue(&kick);
}

static bool take_slot(struct slot *to)
{
	struct slot *s;
	bool taken = false;

	raw_spin_lock(&queue_lock);
	s = &queue[queue_tail % NETSCAN_PENDING];
	/* Acquire: pairs with netscan_report_finish(). */
	if (queue_head != queue_tail && smp_load_acquire(&s->ready)) {
		*to = *s;
		queue_tail++;
		taken = true;
	}
	raw_spin_unlock(&queue_lock);
	return taken;
}

static const char *resolve_file(struct file *file, char *buf)
{
	const char *path = file ? d_path(&file->f_path, buf, PATH_MAX) : "";

	return IS_ERR(path) ? "" : path;
}

static const char *resolve_parent(struct task_struct *parent, char *buf)
{
	struct mm_struct *mm = get_task_mm(parent);
	const char *path;
	struct file *file;

	if (!mm)
		return "";
	file = netscan_mm_exe_file(mm);
	path = resolve_file(file, buf);
	if (file)
		fput(file);
	mmput(mm);
	return path;
}

static void put_slot(struct slot *s)
{
	if (!s->record.from_event)
		return;
	fput(s->file);
	put_task_struct(s->task);
	put_task_struct(s->parent);
	netscan_cgroup_put(s->cgroup);
}

static void push_text(const struct netscan_text *t)
{
	WARN_ON_ONCE(t->cut);
	netscan_chardev_push(t->buf, t->len);
}

static void report_slot(struct slot *s)
{
	struct netscan_details d = {
		.exe = "", .parent_exe = "", .tty = "", .cgroup = "",
	};
	struct netscan_text t;

	if (s->record.from_event) {
		if (IS_ENABLED(CONFIG_PREEMPT_RT))
			copy_tty(s->task, s->tty, sizeof(s->tty));
		d.exe = resolve_file(s->file, work->exe);
		d.parent_exe = resolve_parent(s->parent, work->parent_exe);
		netscan_cgroup_path(s->cgroup, work->cgroup, PATH_MAX);
		d.cgroup = work->cgroup;
		d.tty = s->tty;
		d.euid = s->euid;
		d.auid = s->auid;
		d.ses = s->ses;
		d.pid_ns = s->pid_ns;
		d.mnt_ns = s->mnt_ns;
	}
	netscan_text_init(&t, work->text, sizeof(work->text));
	netscan_record_print(&t, netscan_chardev_seq(), &s->record, &d);
	push_text(&t);
	if (s->record.type == NETSCAN_ALERT)
		netscan_count(ALERTS);
	else if (s->record.type == NETSCAN_UPDATE)
		netscan_count(UPDATES);
	else
		netscan_count(ENDS);
}

static void drain_queue(void)
{
	lockdep_assert_held(&work_mutex);
	while (take_slot(&work->slot)) {
		report_slot(&work->slot);
		put_slot(&work->slot);
	}
}

static void run_queue(struct work_struct *unused)
{
	mutex_lock(&work_mutex);
	drain_queue();
	mutex_unlock(&work_mutex);
}

/* What waited for room gets it as long as there is any. */
static void tick_scans(void)
{
	bool done;

	do {
		rcu_read_lock();
		done = netscan_scan_tick(&netscan_scanner,
					 netscan_control_config(),
					 ktime_get_boottime_ns());
		rcu_read_unlock();
		drain_queue();
		cond_resched();
	} while (!done);
}

static void report_health(bool ok)
{
	const char *reason = ok ? "the probe fires" :
			     "the probe does not fire: kprobes or ftrace are switched off";
	struct netscan_text t;

	if (ok)
		pr_notice("%s\n", reason);
	else
		pr_warn("%s\n", reason);
	netscan_text_init(&t, work->text, sizeof(work->text));
	netscan_record_print_health(&t, netscan_chardev_seq(),
				    ktime_get_real_ns(), ok, reason);
	push_text(&t);
	netscan_count(HEALTH);
}

static void test_probe(void)
{
	bool ok = netscan_probe_test();

	if (ok)
		netscan_count(SELFTESTS);
	else
		netscan_count(SELFTEST_FAILS);
	if (ok != healthy)
		report_health(ok);
	WRITE_ONCE(healthy, ok);
}

static void run_clock(struct work_struct *unused)
{
	unsigned long period;

	mutex_lock(&work_mutex);
	tick_scans();
	test_probe();
	period = netscan_scan_busy(&netscan_scanner) ? BUSY_PERIOD :
						       IDLE_PERIOD;
	mutex_unlock(&work_mutex);
	schedule_delayed_work(&clock_work, period);
}

/**
 * netscan_report_flush() - wait until what is queued now is in the ring
 *
 * Context: process, may sleep.
 */
void netscan_report_flush(void)
{
	run_queue(NULL);
	cond_resched();
}

/**
 * netscan_report_healthy() - did the probe fire when it was last tested?
 */
bool netscan_report_healthy(void)
{
	return READ_ONCE(healthy);
}

/**
 * netscan_report_bytes() - memory of the queue and the worker
 */
size_t netscan_report_bytes(void)
{
	return NETSCAN_PENDING * sizeof(*queue) + sizeof(*work);
}

/* Believe netscan_mnt_ns_number() only if /proc says the same of us. */
static void check_mnt_ns(void)
{
	struct path path;

	if (kern_path("/proc/self/ns/mnt", LOOKUP_FOLLOW, &path))
		return;
	mnt_ns_known = d_inode(path.dentry)->i_ino ==
		       netscan_mnt_ns_number(current->nsproxy->mnt_ns);
	path_put(&path);
}

/**
 * netscan_report_init() - allocate the queue
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int netscan_report_init(void)
{
	queue = netscan_calloc(NETSCAN_PENDING, sizeof(*queue));
	work = netscan_calloc(1, sizeof(*work));
	if (!queue || !work) {
		netscan_report_exit();
		return -ENOMEM;
	}
	init_irq_work(&kick, kick_worker);
	check_mnt_ns();
	return 0;
}

/**
 * netscan_report_start() - test the probe and start the clock
 *
 * Context: process, may sleep; the probe is armed.
 */
void netscan_report_start(void)
{
	run_clock(NULL);
}

/**
 * netscan_report_stop() - stop the clock and the worker
 *
 * Context: process, may sleep; the probe is disarmed and no configuration
 * changes. What was queued is dropped with its references.
 */
void netscan_report_stop(void)
{
	cancel_delayed_work_sync(&clock_work);
	irq_work_sync(&kick);
	cancel_work_sync(&queue_work_item);
	while (take_slot(&work->slot))
		put_slot(&work->slot);
}

/**
 * netscan_report_exit() - free the queue
 */
void netscan_report_exit(void)
{
	netscan_free(queue);
	netscan_free(work);
}
