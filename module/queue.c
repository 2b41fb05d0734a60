// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - records on their way from the probe to the worker
 *
 * Design: a fixed ring of slots. The probe fills one with what it knows and
 * with references to what paths are resolved from, which may sleep and is the
 * worker's to do. When the queue is full, the group that wanted to report
 * keeps its state and asks again.
 *
 * Lifetime: a slot's references are taken by the probe and dropped by the
 * worker as soon as it has made the record.
 *
 * Locking: queue_lock, which nests inside a bucket's lock.
 *
 * Context: netscan_queue_emit() and netscan_queue_finish(), kprobe with
 * preemption off; emit also process, under a bucket's lock. The rest, process.
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tty.h>

#include "clock.h"
#include "compat.h"
#include "queue.h"
#include "stats.h"
#include "task.h"

/* Slots [tail, head) are taken, modulo NETSCAN_PENDING; under queue_lock. */
static struct netscan_slot *queue;
static u32 queue_head;
static u32 queue_tail;
static DEFINE_RAW_SPINLOCK(queue_lock);

/* Wakes the worker from where waking is not allowed. */
static struct irq_work kick;
static void (*wake_worker)(void) __ro_after_init;

/* Whether netscan_mnt_ns_number() tells the truth on this kernel. */
static bool mnt_ns_known __ro_after_init;

static void run_kick(struct irq_work *unused)
{
	wake_worker();
}

/* References and numbers of the exec'ing task; under queue_lock. */
static void capture_task(struct netscan_slot *s, struct netscan_source *source)
{
	struct netscan_details *d = &s->details;

	get_task_struct(source->parent);
	s->parent = source->parent;
	s->parent_file = NULL;
	rcu_read_lock();
	s->cgroup = netscan_cgroup_get(current);
	rcu_read_unlock();
	get_task_struct(current);
	s->task = current;
	s->file = get_file(source->file);
	d->euid = __kuid_val(current_euid());
	d->auid = __kuid_val(audit_get_loginuid(current));
	d->ses = audit_get_sessionid(current);
	d->pid_ns = task_active_pid_ns(current)->ns.inum;
	d->mnt_ns = mnt_ns_known ?
		    netscan_mnt_ns_number(current->nsproxy->mnt_ns) : 0;
}

/**
 * netscan_queue_emit() - queue a record
 * @note: what it is about
 *
 * A record with an event is held back until netscan_queue_finish().
 *
 * Return: false when the queue is full; that is counted.
 */
bool netscan_queue_emit(const struct netscan_note *note)
{
	struct netscan_source *source = note->ev ? note->ev->source : NULL;
	struct netscan_slot *s;
	bool ready;

	raw_spin_lock(&queue_lock);
	if (queue_head - queue_tail == NETSCAN_PENDING) {
		raw_spin_unlock(&queue_lock);
		netscan_count(DEFERRED);
		return false;
	}
	s = &queue[queue_head % NETSCAN_PENDING];
	netscan_scan_fill(&s->record, note);
	s->record.to_real = netscan_clock_to_real();
	s->ready = true;
	s->tty[0] = '\0';
	if (source) {
		capture_task(s, source);
		if (source->nr_slots < ARRAY_SIZE(source->slot)) {
			source->slot[source->nr_slots++] =
				queue_head % NETSCAN_PENDING;
			s->ready = false;
		}
	}
	ready = s->ready;
	queue_head++;
	raw_spin_unlock(&queue_lock);
	if (ready)
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
		/* Another task's may have been replaced or given up. */
		tty = sighand == rcu_access_pointer(task->sighand) ?
		      task->signal->tty : NULL;
		if (tty && !strcmp(tty->driver->name, "pts"))
			snprintf(buf, size, "pts/%d", tty->index);
		else if (tty)
			strscpy(buf, tty->name, size);
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	rcu_read_unlock();
}

/* What takes locks that sleep under PREEMPT_RT; no raw lock is held. */
static void complete_slot(struct netscan_slot *s)
{
	copy_tty(s->task, s->tty, sizeof(s->tty));
	s->parent_file = netscan_task_exe_file(s->parent);
}

/**
 * netscan_queue_finish() - let the worker have an event's records
 * @source: the event's, which queued at least one
 *
 * The terminal and what the parent runs are looked up here, where no raw lock
 * is held. Under PREEMPT_RT their locks may not be taken here, and the worker
 * looks them up, if the processes are still there by then.
 *
 * Context: kprobe, preemption off, no lock held.
 */
void netscan_queue_finish(const struct netscan_source *source)
{
	struct netscan_slot *s;
	u32 i;

	for (i = 0; i < source->nr_slots; i++) {
		s = &queue[source->slot[i]];
		if (!IS_ENABLED(CONFIG_PREEMPT_RT))
			complete_slot(s);
		/* Release: pairs with netscan_queue_take(). */
		smp_store_release(&s->ready, true);
	}
	irq_work_queue(&kick);
}

/**
 * netscan_queue_take() - take the oldest record that is ready
 * @to: where to; its references are the caller's then
 *
 * Context: process.
 * Return: false when there is none.
 */
bool netscan_queue_take(struct netscan_slot *to)
{
	struct netscan_slot *s;
	bool taken = false;

	raw_spin_lock(&queue_lock);
	s = &queue[queue_tail % NETSCAN_PENDING];
	/* Acquire: pairs with netscan_queue_finish(). */
	if (queue_head != queue_tail && smp_load_acquire(&s->ready)) {
		*to = *s;
		queue_tail++;
		taken = true;
	}
	raw_spin_unlock(&queue_lock);
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && taken && to->record.from_event)
		complete_slot(to);
	return taken;
}

/**
 * netscan_queue_put() - drop the references of a record
 * @s: a record that was taken
 *
 * Context: process, may sleep.
 */
void netscan_queue_put(struct netscan_slot *s)
{
	if (!s->record.from_event)
		return;
	fput(s->file);
	if (s->parent_file)
		fput(s->parent_file);
	put_task_struct(s->task);
	put_task_struct(s->parent);
	netscan_cgroup_put(s->cgroup);
}

/**
 * netscan_queue_bytes() - memory of the queue
 */
size_t netscan_queue_bytes(void)
{
	return NETSCAN_PENDING * sizeof(*queue);
}

/* Believe netscan_mnt_ns_number() only if /proc says the same of us. */
static void __init check_mnt_ns(void)
{
	struct path path;

	if (kern_path("/proc/self/ns/mnt", LOOKUP_FOLLOW, &path))
		return;
	mnt_ns_known = d_inode(path.dentry)->i_ino ==
		       netscan_mnt_ns_number(current->nsproxy->mnt_ns);
	path_put(&path);
}

/**
 * netscan_queue_init() - allocate the queue
 * @wake: called, from an interrupt, when there is something to take
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init netscan_queue_init(void (*wake)(void))
{
	queue = netscan_calloc(NETSCAN_PENDING, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	wake_worker = wake;
	netscan_irq_work_init(&kick, run_kick);
	check_mnt_ns();
	return 0;
}

/**
 * netscan_queue_stop() - no call of @wake is under way or comes any more
 *
 * Context: process, may sleep; nobody emits.
 */
void netscan_queue_stop(void)
{
	irq_work_sync(&kick);
}

/**
 * netscan_queue_exit() - free the queue, which is empty
 */
void netscan_queue_exit(void)
{
	netscan_free(queue);
}
