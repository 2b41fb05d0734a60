/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - who exec's: the task, its parent, session, cgroup and file
 */
#ifndef NETSCAN_TASK_H
#define NETSCAN_TASK_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>

#include "config.h"
#include "event.h"

struct task_struct;

struct task_struct *netscan_task_parent(void);
void netscan_task_fill(struct netscan_event *ev, const struct file *file,
		       const struct task_struct *parent);
struct file *netscan_task_exe_file(struct task_struct *task);
bool netscan_task_exe_id(struct task_struct *task, struct netscan_file_id *id);
enum netscan_file netscan_task_file(const struct file *file);

/**
 * netscan_task_inode() - the inode whose pages are run
 * @dentry: of an open file, or where sleeping is allowed
 *
 * For overlayfs that is the one below it: an open file has all that is needed
 * to tell without sleeping.
 */
static inline struct inode *netscan_task_inode(const struct dentry *dentry)
{
	if (unlikely(dentry->d_sb->s_magic == OVERLAYFS_SUPER_MAGIC))
		return d_real_inode(dentry);
	return d_backing_inode(dentry);
}

/**
 * netscan_task_file_id() - tell a file apart from all others
 * @dentry: as for netscan_task_inode(); of overlayfs, inodes of two layers
 *          may have the same number
 */
static inline struct netscan_file_id
netscan_task_file_id(const struct dentry *dentry)
{
	const struct inode *inode = netscan_task_inode(dentry);

	return (struct netscan_file_id) {
		.dev = (u64)inode->i_sb->s_dev << 32 | inode->i_generation,
		.ino = inode->i_ino,
	};
}

#endif
