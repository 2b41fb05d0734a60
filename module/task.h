/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - who exec's: the task, its parent, session, cgroup and file
 */
#ifndef NETSCAN_TASK_H
#define NETSCAN_TASK_H

#include <linux/dcache.h>
#include <linux/fs.h>

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
 * netscan_task_file_id() - tell a file apart from all others
 * @dentry: of an open file, or where sleeping is allowed
 *
 * Of overlayfs it is the inode below it that tells: those of two layers may
 * have the same number. But where two mounts share a layer, the file is one in
 * each. An open file has all that is needed to find that inode without sleeping.
 */
static inline struct netscan_file_id
netscan_task_file_id(const struct dentry *dentry)
{
	const struct inode *inode = d_real_inode(dentry);
	struct netscan_file_id id = {
		.dev = (u64)inode->i_sb->s_dev << 32 | inode->i_generation,
		.ino = inode->i_ino,
	};

	/* Any odd number will do that is far from small ones. */
	if (unlikely(inode->i_sb != dentry->d_sb))
		id.dev += dentry->d_sb->s_dev * 0x9e3779b97f4a7c15ULL;
	return id;
}

#endif
