// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - who exec's: the task, its parent, session, cgroup and file
 *
 * Locking: rcu_read_lock() is held for other tasks.
 *
 * Context: kprobe, preemption off, in the exec'ing task, where no other is
 * given.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "stats.h"
#include "task.h"

/* Init, that of a pid namespace, or who asked for the orphans below it. */
static bool takes_orphans(const struct task_struct *parent)
{
	const struct pid *pid = READ_ONCE(parent->thread_pid);

	return parent->signal->is_child_subreaper ||
	       (pid && pid->numbers[pid->level].nr == 1);
}

static void fill_parent(struct netscan_origin *from,
			const struct task_struct *thread)
{
	const struct task_struct *parent = READ_ONCE(thread->group_leader);

	from->parent_pid = parent->pid;
	from->parent_start = parent->start_boottime;
	from->orphan = takes_orphans(parent);
	memcpy(from->parent_comm, parent->comm, sizeof(from->parent_comm));
	from->parent_comm[sizeof(from->parent_comm) - 1] = '\0';
}

static void fill_session(struct netscan_event *ev)
{
	struct pid *session = task_session(current);
	const struct task_struct *leader = pid_task(session, PIDTYPE_PID);

	ev->from.sid = pid_nr(session);
	/* Where it lies in memory stays the same as long as it has a process. */
	ev->from.session = (unsigned long)session / L1_CACHE_BYTES;
	ev->session_start = leader ? leader->start_boottime : 0;
}

/*
 * In a user namespace a process may be any of many users, so it takes up the
 * share of whoever made the outermost one. Root makes them for others: there
 * it is that of the user who is root within.
 */
static kuid_t find_account(void)
{
	struct user_namespace *ns = current_user_ns();
	kuid_t root;

	if (likely(!ns->level))
		return current_uid();
	while (ns->level > 1)
		ns = ns->parent;
	root = make_kuid(ns, 0);
	if (uid_eq(ns->owner, GLOBAL_ROOT_UID) && uid_valid(root))
		return root;
	return ns->owner;
}

/**
 * netscan_task_parent() - the process that this one is a child of
 *
 * Return: its leader, whichever thread started this one; that thread where the
 * leader has ended before the others, and has no map any more.
 */
struct task_struct *netscan_task_parent(void)
{
	struct task_struct *thread = rcu_dereference(current->real_parent);
	struct task_struct *leader = READ_ONCE(thread->group_leader);

	return likely(READ_ONCE(leader->mm)) ? leader : thread;
}

/**
 * netscan_task_file() - is a file there to be found under its name?
 * @file: the file that is run
 */
enum netscan_file netscan_task_file(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	if (likely(file_inode(file)->i_nlink && !d_unlinked(dentry)))
		return NETSCAN_FILE_NORMAL;
	if (dentry->d_sb->s_flags & SB_KERNMOUNT)
		return NETSCAN_FILE_MEMFD;
	return NETSCAN_FILE_DELETED;
}

/**
 * netscan_task_fill() - what an event says of who and when
 * @ev: the event; argv, tool and match are the caller's
 * @file: the file that is run
 * @parent: netscan_task_parent()
 */
void netscan_task_fill(struct netscan_event *ev, const struct file *file,
		       const struct task_struct *parent)
{
	const struct netscan_file_id id =
		netscan_task_file_id(file->f_path.dentry);

	ev->now = ktime_get_boottime_ns();
	ev->exe_dev = id.dev;
	ev->exe_ino = id.ino;
	ev->cgroup = netscan_cgroup_id(current);
	ev->from.pid = task_tgid_nr(current);
	ev->from.uid = __kuid_val(current_uid());
	ev->from.account = __kuid_val(find_account());
	ev->from.file = netscan_task_file(file);
	fill_parent(&ev->from, parent);
	fill_session(ev);
}

/*
 * The map's users are not held: the last one to let go of them would wait for
 * whatever that map still has under way. The task's lock is held.
 */
static struct file *get_exe_file(const struct task_struct *task)
{
	if (!task->mm || task->flags & PF_KTHREAD)
		return NULL;
	return netscan_mm_exe_file(task->mm);
}

/**
 * netscan_task_exe_file() - the file that a task runs
 * @task: the task
 *
 * Context: as for the task's lock, which sleeps under PREEMPT_RT.
 * Return: the file with a reference, or NULL.
 */
struct file *netscan_task_exe_file(struct task_struct *task)
{
	struct file *file;

	task_lock(task);
	file = get_exe_file(task);
	task_unlock(task);
	return file;
}

/**
 * netscan_task_exe_id() - which file a task runs
 * @task: the task
 * @id: the file; left alone where there is none
 *
 * Under PREEMPT_RT the task's lock may only be tried for here. fput() defers
 * what could sleep.
 *
 * Return: false where that failed.
 */
bool netscan_task_exe_id(struct task_struct *task, struct netscan_file_id *id)
{
	struct file *file;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		task_lock(task);
	else if (!spin_trylock(&task->alloc_lock))
		return false;
	file = get_exe_file(task);
	task_unlock(task);
	if (file) {
		*id = netscan_task_file_id(file->f_path.dentry);
		fput(file);
	}
	return true;
}
