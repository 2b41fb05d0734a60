// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - exceptions at work: asked at exec, kept up with the files they name
 *
 * Design: an exception names an executable by its path. That is looked up in
 * the first mount namespace, when the exception is written and every two
 * seconds from then on, and what an exec is compared with is the file itself,
 * by device, inode and generation: neither a name nor a copy of it will do.
 *
 * Context: netscan_exempt_rules(), kprobe, preemption off, rcu_read_lock()
 * held; the others, process.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "compat.h"
#include "exceptions.h"
#include "exempt.h"
#include "stats.h"
#include "task.h"

/* Exec events that each exception took out, by its slot. */
static DEFINE_PER_CPU(u64 [NETSCAN_MAX_EXCEPTIONS], hits);

static bool in_cgroup(const struct netscan_subject *s, const char *path,
		      size_t len)
{
	int below = netscan_cgroup_below(current, path, len);

	if (below < 0)
		*s->gave_up = true;
	return below > 0;
}

static void count_hits(u64 slots)
{
	u32 slot;

	for (slot = 0; slots; slot++, slots >>= 1)
		if (slots & 1)
			this_cpu_inc(hits[slot]);
}

/**
 * netscan_exempt_rules() - for which rules is an exec event not counted?
 * @cfg: the configuration
 * @ev: the event
 * @parent: its parent's leader
 *
 * Return: bit per index of netscan_config.rule.
 */
u32 netscan_exempt_rules(const struct netscan_config *cfg,
			 const struct netscan_event *ev,
			 struct task_struct *parent)
{
	bool gave_up = false;
	struct netscan_subject s = {
		.exe = { .dev = ev->exe_dev, .ino = ev->exe_ino },
		.tools = ev->tools,
		.uid = ev->from.uid,
		.text = ev->text,
		.text_len = ev->text_len,
		.text_cut = ev->text_cut,
		.in_cgroup = in_cgroup,
		.gave_up = &gave_up,
	};
	u64 slots;
	u32 rules;

	/* The one look that takes a lock, and only if it matters. */
	if (netscan_exceptions_name_parent(cfg) &&
	    !netscan_task_exe_id(parent, &s.parent_exe))
		netscan_count(UNDECIDED);
	rules = netscan_exceptions_match(cfg, &s, &slots);
	if (gave_up)
		netscan_count(UNDECIDED);
	count_hits(slots);
	if (rules)
		netscan_count(EXCEPTED);
	return rules;
}

/* Opened, since an overlay's file has nothing below it if that is gone. */
static struct netscan_file_id open_and_tell(const struct path *path)
{
	struct file *file = dentry_open(path, O_RDONLY | O_LARGEFILE,
					current_cred());
	struct netscan_file_id id = {};

	if (IS_ERR(file))
		return id;
	id = netscan_task_file_id(file->f_path.dentry);
	fput(file);
	return id;
}

/**
 * netscan_exempt_lookup() - find the file that an exception names
 * @path: its path
 *
 * Context: a kernel thread, for the sake of its mount namespace; may sleep.
 * Return: the file, all zero where there is none.
 */
struct netscan_file_id netscan_exempt_lookup(const char *path)
{
	struct netscan_file_id id = {};
	struct path found;

	if (netscan_find_path(path, &found))
		return id;
	if (d_is_reg(found.dentry))
		id = found.dentry->d_flags & DCACHE_OP_REAL ?
		     open_and_tell(&found) :
		     netscan_task_file_id(found.dentry);
	path_put(&found);
	return id;
}

/**
 * netscan_exempt_hits() - how often each exception took an event out
 * @sum: by slot, NETSCAN_MAX_EXCEPTIONS of them
 */
void netscan_exempt_hits(u64 *sum)
{
	u32 slot;
	int cpu;

	for (slot = 0; slot < NETSCAN_MAX_EXCEPTIONS; slot++) {
		sum[slot] = 0;
		for_each_possible_cpu(cpu)
			sum[slot] += READ_ONCE(per_cpu(hits, cpu)[slot]);
	}
}

/**
 * netscan_exempt_reset() - let counters begin at zero
 * @slots: bit per slot; no exception has one of these yet
 */
void netscan_exempt_reset(u64 slots)
{
	u32 slot;
	int cpu;

	for (slot = 0; slot < NETSCAN_MAX_EXCEPTIONS; slot++)
		if (slots >> slot & 1)
			for_each_possible_cpu(cpu)
				WRITE_ONCE(per_cpu(hits, cpu)[slot], 0);
}

/**
 * netscan_exempt_bytes() - memory of the counters
 */
size_t netscan_exempt_bytes(void)
{
	return sizeof(u64) * NETSCAN_MAX_EXCEPTIONS * num_possible_cpus();
}
