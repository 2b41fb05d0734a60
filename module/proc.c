// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - /proc/netscan
 *
 * Design: what is read from rules, tools and exceptions can be written back. A
 * write is one whole change: it begins at offset 0, has at most
 * NETSCAN_MAX_WRITE bytes, is checked in full on a copy of the configuration,
 * and either all of it takes effect or nothing.
 *
 * Who opens what says what is looked for, what is not and what all the host
 * runs needs CAP_SYS_ADMIN in the initial user namespace: root of a container
 * is not who may see or change it. Whoever is handed the open file has what its
 * opener had.
 *
 * Lifetime: an open file does not hold the module; procfs waits for calls
 * under way and lets no later one in.
 *
 * Context: process, may sleep.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "chardev.h"
#include "clock.h"
#include "control.h"
#include "exceptions.h"
#include "exempt.h"
#include "health.h"
#include "main.h"
#include "probe.h"
#include "proc.h"
#include "stats.h"
#include "tools.h"

static struct proc_dir_entry *dir;

/* Print straight into a seq_file, which grows and asks again when cut. */
static void begin_text(struct seq_file *m, struct netscan_text *t)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);

	t->cut = !size;
	if (size)
		netscan_text_init(t, buf, size);
}

static void end_text(struct seq_file *m, const struct netscan_text *t)
{
	seq_commit(m, t->cut ? -1 : (int)t->len);
}

static int show_rules(struct seq_file *m, void *unused)
{
	struct netscan_text t;

	begin_text(m, &t);
	if (!t.cut) {
		rcu_read_lock();
		netscan_rules_print(netscan_control_config(), &t);
		rcu_read_unlock();
	}
	end_text(m, &t);
	return 0;
}

static int show_tools(struct seq_file *m, void *unused)
{
	struct netscan_text t;

	begin_text(m, &t);
	if (!t.cut) {
		rcu_read_lock();
		netscan_tools_print(&netscan_control_config()->tools, &t);
		rcu_read_unlock();
	}
	end_text(m, &t);
	return 0;
}

static int show_exceptions(struct seq_file *m, void *unused)
{
	u64 hits[NETSCAN_MAX_EXCEPTIONS];
	struct netscan_text t;

	begin_text(m, &t);
	if (!t.cut) {
		netscan_exempt_hits(hits);
		rcu_read_lock();
		netscan_exceptions_print(netscan_control_config(), &t, hits);
		rcu_read_unlock();
	}
	end_text(m, &t);
	return 0;
}

static int show_stats(struct seq_file *m, void *unused)
{
	enum netscan_stat id;

	for (id = 0; id < NETSCAN_NR_STATS; id++)
		seq_printf(m, "%s %llu\n", netscan_stats_name(id),
			   netscan_stats_sum(id));
	seq_printf(m, "missed %lu\n", netscan_probe_missed());
	return 0;
}

static u32 count_groups(const struct netscan_table *table)
{
	u32 i, used = 0;

	for (i = 0; i < table->nr_buckets; i++)
		used += READ_ONCE(table->bucket[i].used);
	return used;
}

static int show_status(struct seq_file *m, void *unused)
{
	const struct netscan_table *table = &netscan_scanner.table;
	u64 now = ktime_get_boottime_ns();
	bool locked;
	u32 rules;

	rcu_read_lock();
	rules = netscan_control_config()->nr_rules;
	locked = netscan_control_config()->locked;
	rcu_read_unlock();
	seq_printf(m, "version: %s\n", NETSCAN_VERSION);
	seq_printf(m, "abi: %u\n", NETSCAN_ABI);
	seq_printf(m, "armed: %s %s%s\n", netscan_probe_symbol(),
		   netscan_probe_kind(), netscan_health_note());
	seq_printf(m, "health: %s\n", netscan_health_ok() ? "ok" : "failed");
	seq_printf(m, "memory: %zu\n", netscan_info.bytes);
	seq_printf(m, "groups: %u/%u\n", count_groups(table),
		   table->nr_buckets * NETSCAN_BUCKET_GROUPS);
	seq_printf(m, "slots: %u\n", table->slots);
	seq_printf(m, "ring: %zu\n", netscan_chardev_bytes());
	seq_printf(m, "rules: %u\n", rules);
	seq_printf(m, "locked: %u\n", locked);
	seq_printf(m, "uptime: %llu\n",
		   div_u64(now - netscan_info.loaded, NSEC_PER_SEC));
	return 0;
}

/* groups: one line for each group that counts, by its place in the table. */
static void *start_groups(struct seq_file *m, loff_t *pos)
{
	const struct netscan_table *table = &netscan_scanner.table;

	if (*pos >= (loff_t)table->nr_buckets * NETSCAN_BUCKET_GROUPS)
		return NULL;
	return &table->group[*pos];
}

static void *next_group(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return start_groups(m, pos);
}

static void stop_groups(struct seq_file *m, void *v)
{
}

/* A copy of a group as it stands now. False when it holds nothing. */
static bool copy_group(struct netscan_group *copy, u32 at, u32 *distinct)
{
	struct netscan_table *table = &netscan_scanner.table;
	struct netscan_bucket *b = &table->bucket[at / NETSCAN_BUCKET_GROUPS];
	const struct netscan_group *g = &table->group[at];
	u64 now = ktime_get_boottime_ns();
	u64 span;

	raw_spin_lock(&b->lock);
	*copy = *g;
	span = g->window * NETSCAN_SEC;
	if (g->state != NETSCAN_FREE) {
		*distinct = netscan_window_since(&b->pool, &g->args,
						 now > span ? now - span : 0);
		/* What was pushed out was older than all that is there. */
		if (*distinct == g->args.sum)
			*distinct += netscan_pushed_weight(&g->pushed, now, span);
	}
	raw_spin_unlock(&b->lock);
	return copy->state != NETSCAN_FREE &&
	       !netscan_table_idle(copy, now);
}

static const char * const state_names[] = {
	[NETSCAN_FREE] = "free",
	[NETSCAN_ARMED] = "armed",
	[NETSCAN_OWED] = "owed",
	[NETSCAN_COVERED] = "covered",
	[NETSCAN_OPEN] = "open",
};

static void print_group(struct netscan_text *t, const struct netscan_group *g,
			u32 distinct)
{
	const struct netscan_config *cfg = netscan_control_config();
	const struct netscan_rule *r = netscan_rules_by_id(cfg, g->rule_id);
	u64 to_real = netscan_clock_to_real();
	const char *tool = cfg->tools.tool[g->from.tool];

	netscan_text_add(t, "rule=%s state=%s scan_id=%u distinct=%u threshold=%u events=%u",
			 r ? r->name : "-", state_names[g->state], g->scan_id,
			 distinct, r ? r->distinct : 0, g->run.events);
	netscan_text_time(t, "first", g->run.first + to_real);
	netscan_text_time(t, "last", g->last + to_real);
	netscan_text_quote(t, "tool", tool, strlen(tool));
	netscan_text_add(t, " parent_pid=%u parent_start=%llu",
			 g->from.parent_pid, g->from.parent_start);
	netscan_text_quote(t, "parent_comm", g->from.parent_comm,
			   strlen(g->from.parent_comm));
	netscan_text_add(t, " sid=%u uid=%u", g->from.sid, g->from.uid);
	netscan_text_args(t, "args_first", g->text, g->text_len);
	netscan_text_add(t, "\n");
}

static int show_group(struct seq_file *m, void *v)
{
	struct netscan_group *at = v, g;
	struct netscan_text t;
	u32 distinct;

	if (!copy_group(&g, at - netscan_scanner.table.group, &distinct))
		return SEQ_SKIP;
	begin_text(m, &t);
	if (!t.cut) {
		rcu_read_lock();
		print_group(&t, &g, distinct);
		rcu_read_unlock();
	}
	end_text(m, &t);
	return 0;
}

static const struct seq_operations groups_ops = {
	.start = start_groups,
	.next = next_group,
	.stop = stop_groups,
	.show = show_group,
};

static ssize_t refuse_write(const struct file *file, int err, const char *why)
{
	netscan_count(REFUSED);
	pr_notice_ratelimited("%pD: write refused: %s\n", file, why);
	return err;
}

static int check_opener(const struct file *file)
{
	if (capable(CAP_SYS_ADMIN))
		return 0;
	if (file->f_mode & FMODE_WRITE)
		refuse_write(file, -EPERM, "opened without CAP_SYS_ADMIN");
	return -EPERM;
}

static int open_groups(struct inode *inode, struct file *file)
{
	return check_opener(file) ?: seq_open(file, &groups_ops);
}

static int open_rules(struct inode *inode, struct file *file)
{
	return check_opener(file) ?: single_open(file, show_rules, NULL);
}

static int open_tools(struct inode *inode, struct file *file)
{
	return check_opener(file) ?: single_open(file, show_tools, NULL);
}

static int open_exceptions(struct inode *inode, struct file *file)
{
	return check_opener(file) ?: single_open(file, show_exceptions, NULL);
}

static int open_lock(struct inode *inode, struct file *file)
{
	return check_opener(file);
}

static ssize_t change_config(struct file *file, const char __user *from,
			     size_t size, loff_t *pos,
			     netscan_parse_fn parse)
{
	const char *why = "not understood";
	char *text;
	int err;

	if (*pos)
		return refuse_write(file, -EINVAL,
				    "a change is one write at offset 0");
	if (!size || size > NETSCAN_MAX_WRITE)
		return refuse_write(file, -EINVAL,
				    "a write is 1 to 8192 bytes");
	text = memdup_user_nul(from, size);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (strlen(text) != size)
		err = -EINVAL;
	else
		err = netscan_control_change(parse, text, &why);
	kfree(text);
	if (err)
		return refuse_write(file, err, why);
	netscan_count(CHANGES);
	*pos += size;
	return size;
}

static ssize_t write_rules(struct file *file, const char __user *from,
			   size_t size, loff_t *pos)
{
	return change_config(file, from, size, pos, netscan_rules_parse);
}

static ssize_t write_tools(struct file *file, const char __user *from,
			   size_t size, loff_t *pos)
{
	return change_config(file, from, size, pos, netscan_tools_parse);
}

static ssize_t write_exceptions(struct file *file, const char __user *from,
				size_t size, loff_t *pos)
{
	ssize_t n = change_config(file, from, size, pos,
				  netscan_exceptions_parse);

	if (n > 0)
		netscan_control_lookup();
	return n;
}

static ssize_t write_lock_file(struct file *file, const char __user *from,
			       size_t size, loff_t *pos)
{
	return change_config(file, from, size, pos, netscan_control_lock);
}

static const struct proc_ops rules_ops = {
	.proc_open = open_rules,
	.proc_read = seq_read,
	.proc_write = write_rules,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops tools_ops = {
	.proc_open = open_tools,
	.proc_read = seq_read,
	.proc_write = write_tools,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops exceptions_ops = {
	.proc_open = open_exceptions,
	.proc_read = seq_read,
	.proc_write = write_exceptions,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops lock_ops = {
	.proc_open = open_lock,
	.proc_write = write_lock_file,
};

static const struct proc_ops groups_proc_ops = {
	.proc_open = open_groups,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
};

/**
 * netscan_proc_init() - make the files appear
 *
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int netscan_proc_init(void)
{
	dir = proc_mkdir("netscan", NULL);
	if (!dir)
		return -ENOMEM;
	if (proc_create("rules", 0600, dir, &rules_ops) &&
	    proc_create("tools", 0600, dir, &tools_ops) &&
	    proc_create("exceptions", 0600, dir, &exceptions_ops) &&
	    proc_create("lock", 0200, dir, &lock_ops) &&
	    proc_create("groups", 0400, dir, &groups_proc_ops) &&
	    proc_create_single("stats", 0400, dir, show_stats) &&
	    proc_create_single("status", 0444, dir, show_status))
		return 0;
	netscan_proc_exit();
	return -ENOMEM;
}

/**
 * netscan_proc_exit() - make the files disappear
 *
 * No call into this file is under way afterwards.
 */
void netscan_proc_exit(void)
{
	proc_remove(dir);
}
