/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - differences between kernel versions and architectures, all of them
 *
 * No other file asks for a version.
 */
#ifndef NETSCAN_COMPAT_H
#define NETSCAN_COMPAT_H

#include <linux/binfmts.h>
#include <linux/cgroup.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/highmem.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/namei.h>
#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/version.h>

#include "limits.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "netscan needs Linux 5.10 or later"
#endif

/*
 * Until 5.14 a fault that a handler takes, as for a page of argv that is not
 * there, is counted among the probe's misses.
 */
#define NETSCAN_FAULTS_ARE_MISSES \
	(LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0))

/* Weak, so that a kernel that does not export it is refused in words. */
extern typeof(finalize_exec) finalize_exec __weak;

/**
 * netscan_first_argument() - what the first argument of a function is, at its entry
 * @regs: the registers there
 *
 * Where the kernel has no regs_get_kernel_argument(), or what it calls is not
 * for modules, as on s390, the register's name stands here.
 *
 * Context: any.
 */
static inline unsigned long netscan_first_argument(struct pt_regs *regs)
{
#if defined(CONFIG_S390)
	return regs->gprs[2];
#elif defined(CONFIG_PPC)
	return regs->gpr[3];
#elif defined(CONFIG_ARM)
	return regs->ARM_r0;
#elif defined(CONFIG_RISCV)
	return regs->a0;
#else
	return regs_get_kernel_argument(regs, 0);
#endif
}

/**
 * netscan_mm_exe_file() - the file that a memory map runs
 * @mm: the map, which may not go away meanwhile
 *
 * Context: any.
 * Return: the file with a reference, or NULL.
 */
static inline struct file *netscan_mm_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#else
	file = get_file_rcu(&mm->exe_file);
#endif
	rcu_read_unlock();
	return file;
}

/**
 * netscan_find_path() - find a file as the first process would
 * @name: its path
 * @path: out, referenced
 *
 * From 7.0 on kernel threads may have a root of their own with nothing in it.
 *
 * Context: a kernel thread, may sleep.
 * Return: 0 or an error.
 */
static inline int netscan_find_path(const char *name, struct path *path)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	return kern_path(name, LOOKUP_FOLLOW, path);
#else
	struct task_struct *first;
	struct path root = {};
	int err = -ENOENT;

	rcu_read_lock();
	first = pid_task(find_vpid(1), PIDTYPE_TGID);
	if (first) {
		task_lock(first);
		if (first->fs)
			get_fs_root(first->fs, &root);
		task_unlock(first);
	}
	rcu_read_unlock();
	if (root.mnt) {
		err = vfs_path_lookup(root.dentry, root.mnt, name,
				      LOOKUP_FOLLOW, path);
		path_put(&root);
	}
	return err;
#endif
}

/**
 * netscan_irq_work_init() - what an interrupt is to call, under PREEMPT_RT too
 * @work: out
 * @func: the function
 *
 * There it would be a thread's to call it, which has to wait where a task of
 * higher priority does not rest.
 */
static inline void netscan_irq_work_init(struct irq_work *work,
					 void (*func)(struct irq_work *work))
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	init_irq_work(work, func);
	atomic_set(&work->flags, IRQ_WORK_HARD_IRQ);
#else
	*work = IRQ_WORK_INIT_HARD(func);
#endif
}

/* What the page cache holds: a page, that of large ones the first, or a folio. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define netscan_folio page

static inline bool netscan_folio_try_get(struct netscan_folio *folio)
{
	return get_page_unless_zero(folio);
}

static inline bool netscan_folio_uptodate(struct netscan_folio *folio)
{
	return PageUptodate(folio);
}

static inline bool netscan_folio_put_testzero(struct netscan_folio *folio)
{
	return put_page_testzero(folio);
}

/* What is left to do where that returned true. */
static inline void netscan_folio_free(struct netscan_folio *folio)
{
	__put_page(folio);
}

static inline void netscan_folio_read(struct netscan_folio *folio, void *to,
				      size_t len)
{
	void *from = kmap_atomic(folio);

	memcpy(to, from, len);
	kunmap_atomic(from);
}
#else
#define netscan_folio folio

static inline bool netscan_folio_try_get(struct netscan_folio *folio)
{
	return folio_try_get(folio);
}

static inline bool netscan_folio_uptodate(struct netscan_folio *folio)
{
	return folio_test_uptodate(folio);
}

static inline bool netscan_folio_put_testzero(struct netscan_folio *folio)
{
	return folio_put_testzero(folio);
}

static inline void netscan_folio_free(struct netscan_folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	__put_page(&folio->page);
#else
	__folio_put(folio);
#endif
}

static inline void netscan_folio_read(struct netscan_folio *folio, void *to,
				      size_t len)
{
	void *from = kmap_local_folio(folio, 0);

	memcpy(to, from, len);
	kunmap_local(from);
}
#endif

static inline struct timespec64 netscan_ctime(const struct inode *inode)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return inode->i_ctime;
#else
	return inode_get_ctime(inode);
#endif
}

/**
 * netscan_mnt_ns_number() - the number of a mount namespace
 * @ns: the namespace
 *
 * What a mount namespace looks like is the file system code's secret: since
 * 5.11 it begins with its struct ns_common, before that one counter comes
 * first. queue.c compares the answer with /proc/self/ns/mnt before it is used.
 *
 * Context: any.
 */
static inline u32 netscan_mnt_ns_number(const struct mnt_namespace *ns)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	const struct {
		atomic_t count;
		struct ns_common ns;
	} *inside = (const void *)ns;

	return READ_ONCE(inside->ns.inum);
#else
	return READ_ONCE(((const struct ns_common *)ns)->inum);
#endif
}

#ifdef CONFIG_CGROUPS
/* The caller holds rcu_read_lock(). */
static inline u64 netscan_cgroup_id(struct task_struct *task)
{
	return cgroup_id(task_dfl_cgroup(task));
}

/* The caller holds rcu_read_lock(). NULL when the cgroup is going away. */
static inline struct cgroup *netscan_cgroup_get(struct task_struct *task)
{
	struct cgroup *cgrp = task_dfl_cgroup(task);

	return cgroup_tryget(cgrp) ? cgrp : NULL;
}

static inline const char *netscan_cgroup_name(const struct cgroup *cgrp)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	return cgrp->kn->name;
#else
	return rcu_dereference(cgrp->kn->name);
#endif
}

/*
 * Is a task in the cgroup of the default hierarchy that has this path, or below
 * it? The caller holds rcu_read_lock(). Cgroups there are never renamed, and
 * one that has tasks has all its ancestors. Returns 1, 0 or, where that would
 * take too long to find out, an error.
 */
static inline int netscan_cgroup_below(struct task_struct *task,
				       const char *path, size_t len)
{
	struct cgroup *cgrp = task_dfl_cgroup(task);
	const char *name;
	int level = 0;
	size_t i, n;

	if (len == 1)
		return true;
	for (i = 0; i < len; i++)
		level += path[i] == '/';
	if (cgrp->level < level)
		return false;
	/* Before 6.1 that is a walk, as long as who nests cgroups wants it. */
	if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) &&
	    cgrp->level - level > NETSCAN_CGROUP_LEVELS)
		return -ELOOP;
	cgrp = cgroup_ancestor(cgrp, level);
	for (; len; cgrp = cgroup_parent(cgrp)) {
		name = netscan_cgroup_name(cgrp);
		n = strlen(name);
		if (n >= len || memcmp(path + len - n, name, n) ||
		    path[len - n - 1] != '/')
			return false;
		len -= n + 1;
	}
	return true;
}

static inline void netscan_cgroup_put(struct cgroup *cgrp)
{
	if (cgrp)
		cgroup_put(cgrp);
}

/* Returns whether there is more of it than fits. */
static inline bool netscan_cgroup_path(struct cgroup *cgrp, char *buf,
				       size_t size)
{
	int len = cgrp ? cgroup_path(cgrp, buf, size) : 0;

	if (len <= 0)
		buf[0] = '\0';
	return len < 0 || len >= (int)size - 1;
}
#else
static inline u64 netscan_cgroup_id(struct task_struct *task)
{
	return 0;
}

static inline struct cgroup *netscan_cgroup_get(struct task_struct *task)
{
	return NULL;
}

static inline int netscan_cgroup_below(struct task_struct *task,
				       const char *path, size_t len)
{
	return false;
}

static inline void netscan_cgroup_put(struct cgroup *cgrp)
{
}

static inline bool netscan_cgroup_path(struct cgroup *cgrp, char *buf,
				       size_t size)
{
	buf[0] = '\0';
	return false;
}
#endif

#endif
