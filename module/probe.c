// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the kprobe on exec
 *
 * Design: finalize_exec() runs once per successful exec, in the task itself,
 * after argv was laid out in the new memory map and before the program's first
 * instruction. Its argument says which file it is; argv is read from the map.
 * That is later than a program that lies about what it is about to run could
 * rely on, but a tracer, or who may write to this process's memory, can still
 * change argv before this or put it back after it: reading argv at exec cannot
 * tell. What is no tool leaves after a look at two names. This is the only
 * file that knows registers and struct linux_binprm.
 *
 * Lifetime: per-CPU buffers from netscan_probe_init() to netscan_probe_exit();
 * no handler runs before netscan_probe_arm() or after netscan_probe_disarm().
 *
 * Locking: rcu_read_lock() for the configuration and for other tasks.
 *
 * Context: the handler runs with preemption off, and with interrupts off where
 * the probe is a breakpoint. It does not sleep, allocate, or wake; a second
 * probe hit inside it is not entered but counted by kprobes (nmissed), so a
 * CPU's buffer has one user.
 */
#include <linux/anon_inodes.h>
#include <linux/binfmts.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "applet.h"
#include "args.h"
#include "compat.h"
#include "control.h"
#include "exempt.h"
#include "image.h"
#include "probe.h"
#include "queue.h"
#include "stats.h"
#include "task.h"
#include "tools.h"

#define SYMBOL	"finalize_exec"
#define MEMFD	"memfd:"	/* what a memfd's name begins with */

/* What a CPU looks at an exec in, first the file, then argv; too large for a stack. */
union buffer {
	u8 head[NETSCAN_ELF_HEAD];
	struct netscan_args args;
};

static union buffer __percpu *buffers;

/*
 * NULL where the kernel has no such function. In data, since arm64 loads no
 * code that asks for the address of what may be missing.
 */
static void *probed __ro_after_init = finalize_exec;

/*
 * What the self-test passes where an exec passes its own. Whoever else probes
 * the function gets to see it, and finds what an exec has there: two names and
 * a file, of which nobody has a descriptor. That the task is a kernel thread,
 * without a map, is left for them to be told by.
 */
static struct linux_binprm test_bprm = {
	.filename = "netscan-self-test",
	.interp = "netscan-self-test",
};

static unsigned long test_hits;
static unsigned long forgiven;	/* of probe.nmissed */

/*
 * Which tool the arguments name: the program that a loader runs, the applet of
 * a multi-call binary, or both. Most say it at once. @unread tells whether more
 * than is looked at might have.
 */
static int match_argv(const struct netscan_tools *tools, int ask,
		      struct netscan_args *args, enum netscan_match *match,
		      bool *unread)
{
	struct netscan_applet applet;
	size_t used;
	int tool;

	netscan_applet_begin(&applet, ask);
	do {
		tool = netscan_applet_look(tools, &applet,
					   (const char *)args->buf, args->have,
					   &used);
	} while (tool == NETSCAN_ASK_ARGV && netscan_args_read_on(args, used));
	*match = applet.match;
	*unread |= !applet.left || (tool == NETSCAN_ASK_ARGV && args->truncated);
	return tool;
}

static void feed_args(const struct netscan_config *cfg,
		      struct netscan_event *ev, struct netscan_args *args)
{
	u32 nr;

	args->weigh = cfg->span_tools & ev->tools;
	ev->weight = args->weigh ? args->weight : NULL;
	do {
		nr = netscan_args_next(args, &netscan_scanner.key);
		ev->read_fault = args->read_fault;
		ev->truncated = args->truncated;
		ev->text = args->text;
		netscan_scan_feed(&netscan_scanner, cfg, ev, args->fp, nr,
				  args->done);
	} while (!args->done);
	if (args->truncated)
		netscan_count(TRUNCATED);
	if (args->read_fault)
		netscan_count(READ_FAULTS);
}

static void begin_args(struct netscan_args *args,
		       const struct linux_binprm *bprm)
{
	const struct mm_struct *mm = current->mm;

	netscan_args_begin(args, mm->arg_start, mm->arg_end, bprm->argc);
}

/*
 * Which tool is run, where names do not tell, or not all of it: @runner is what
 * else to ask besides @tool. By itself, since most execs do without.
 */
static noinline int ask_argv(const struct netscan_config *cfg,
			     const struct linux_binprm *bprm, int tool,
			     int runner, u32 *tools, enum netscan_match *match)
{
	struct netscan_args *args = &this_cpu_ptr(buffers)->args;
	bool unread = false, fault = false;
	enum netscan_match sign;
	int as;

	if (tool < 0) {
		tool = match_argv(&cfg->tools, tool, args, match, &unread);
		fault = args->read_fault;
		if (args->read_on)
			begin_args(args, bprm);
	}
	if (runner != NETSCAN_NO_TOOL) {
		/* Called by one tool's name, it may run as another. */
		as = match_argv(&cfg->tools, runner, args, &sign, &unread);
		fault |= args->read_fault;
		if (args->read_on)
			begin_args(args, bprm);
		*tools |= as < 0 ? 0 : BIT(as);
		if (tool < 0) {
			tool = as;
			*match = sign;
		}
	}
	if (tool >= 0) {
		*tools |= BIT(tool);
		return tool;
	}
	if (fault)
		netscan_count(READ_FAULTS);
	if (unread)
		netscan_count(TRUNCATED);
	return NETSCAN_NO_TOOL;
}

static void watch_exec(const struct netscan_config *cfg,
		       const struct linux_binprm *bprm, int tool, int runner,
		       u32 tools, enum netscan_match match)
{
	struct netscan_args *args = &this_cpu_ptr(buffers)->args;
	struct netscan_source source = {
		.file = bprm->file,
		.parent = netscan_task_parent(),
	};
	struct netscan_event ev;

	begin_args(args, bprm);
	if (unlikely(tool < 0 || runner != NETSCAN_NO_TOOL)) {
		tool = ask_argv(cfg, bprm, tool, runner, &tools, &match);
		if (tool < 0)
			return;
	}
	netscan_count(EVENTS);
	netscan_task_fill(&ev, bprm->file, source.parent);
	ev.from.tool = tool;
	ev.from.match = match;
	ev.tools = tools;
	ev.argc = bprm->argc;
	ev.begun = false;
	ev.text = args->text;
	ev.text_len = args->text_len;
	ev.text_cut = args->text_cut;
	ev.source = &source;
	ev.excepted = cfg->exceptions.nr ?
		      netscan_exempt_rules(cfg, &ev, source.parent) : 0;
	feed_args(cfg, &ev, args);
	if (source.nr_slots)
		netscan_queue_finish(&source);
}

/* A name by which nobody called the program is no sign by that name. */
static enum netscan_match name_sign(const struct linux_binprm *bprm,
				    enum netscan_match match)
{
	if (match != NETSCAN_MATCH_NAME)
		return match;
	if (bprm->fdpath && strncmp(kbasename(bprm->filename), current->comm,
				    TASK_COMM_LEN - 1))
		return NETSCAN_MATCH_FILE;
	return bprm->interp == bprm->filename ? match : NETSCAN_MATCH_SCRIPT;
}

/*
 * The name of a file that may be renamed meanwhile. Up to 32 bytes are there
 * whichever name and length were caught: a name is kept in the dentry, in an
 * array of at least that size, or elsewhere because it is longer.
 */
static const char *file_name(const struct file *file, size_t *len)
{
	const struct dentry *dentry = file->f_path.dentry;
	const char *name;

	BUILD_BUG_ON(DNAME_INLINE_LEN < NETSCAN_MAX_NAME);
	*len = min_t(size_t, READ_ONCE(dentry->d_name.len), NETSCAN_MAX_NAME);
	name = (const char *)READ_ONCE(dentry->d_name.name);
	if (unlikely(dentry->d_sb->s_flags & SB_KERNMOUNT) &&
	    *len > strlen(MEMFD) && !memcmp(name, MEMFD, strlen(MEMFD))) {
		*len -= strlen(MEMFD);
		name += strlen(MEMFD);
	}
	return name;
}

/*
 * What is a tool by no name may be one, or run one, by its file's build-id. What
 * its name has it run may differ from that: then both are asked.
 */
static int match_image(const struct netscan_config *cfg,
		       const struct linux_binprm *bprm, int tool, int *runner,
		       enum netscan_match *match, u32 *all)
{
	int by_id = netscan_image_tool(&cfg->tools, bprm->file, bprm->buf,
				       this_cpu_ptr(buffers)->head);

	if (by_id >= 0)
		*all |= BIT(by_id);
	if (by_id == NETSCAN_NO_TOOL || by_id == tool)
		return tool;
	if (by_id < 0) {
		if (tool == NETSCAN_NO_TOOL)
			return by_id;
		*runner = by_id;
		return tool;
	}
	if (tool >= 0)
		return tool;
	*runner = tool;
	*match = NETSCAN_MATCH_BUILD_ID;
	return by_id;
}

static int on_exec(struct kprobe *p, struct pt_regs *regs)
{
	const struct linux_binprm *bprm = (void *)netscan_first_argument(regs);
	const struct netscan_config *cfg;
	enum netscan_match match = NETSCAN_MATCH_NAME;
	int tool, runner = NETSCAN_NO_TOOL;
	const char *name;
	u32 tools = 0;
	size_t len;

	/*
	 * While ftrace puts its call in or takes it out, the place holds a
	 * breakpoint. One that was hit just before and is handled just after
	 * is no longer known to be ftrace's, and x86 offers it to us: then it
	 * would step an instruction of which a probe through ftrace has no
	 * copy. What is there now is to be executed instead. Only in that case
	 * are interrupts off here.
	 */
	if (kprobe_ftrace(p) && irqs_disabled()) {
		netscan_count(REPLAYED);
		instruction_pointer_set(regs, (unsigned long)p->addr);
		return 1;
	}
	if (bprm == &test_bprm) {
		test_hits++;
		return 0;
	}
	netscan_count(EXECS);
	rcu_read_lock();
	cfg = netscan_control_config();
	name = file_name(bprm->file, &len);
	tool = netscan_tools_match(&cfg->tools, bprm->filename, current->comm,
				   name, len, &match, &tools, &runner);
	if (cfg->tools.nr_build_ids)
		tool = match_image(cfg, bprm, tool, &runner, &match, &tools);
	if (tool != NETSCAN_NO_TOOL)
		watch_exec(cfg, bprm, tool, runner, tools,
			   name_sign(bprm, match));
	rcu_read_unlock();
	return 0;
}

static struct kprobe probe = {
	.symbol_name = SYMBOL,
	.pre_handler = on_exec,
};

/**
 * netscan_probe_init() - make what the handler and the self-test need
 *
 * Context: process, may sleep.
 * Return: 0 or an error.
 */
int netscan_probe_init(void)
{
	struct file *file;

	buffers = alloc_percpu(union buffer);
	if (!buffers)
		return -ENOMEM;
	/* Operations that stay, where this module does not. */
	file = anon_inode_getfile("[netscan-self-test]", &generic_ro_fops, NULL,
				  O_RDONLY);
	if (IS_ERR(file)) {
		free_percpu(buffers);
		return PTR_ERR(file);
	}
	test_bprm.file = file;
	return 0;
}

/**
 * netscan_probe_exit() - free it
 *
 * Context: process; the probe is disarmed.
 */
void netscan_probe_exit(void)
{
	fput(test_bprm.file);
	free_percpu(buffers);
}

/**
 * netscan_probe_arm() - from here on execs are seen
 *
 * Context: process, may sleep.
 * Return: 0, or why the kernel does not take the probe.
 */
int netscan_probe_arm(void)
{
	bool found = READ_ONCE(probed);
	int err = found ? register_kprobe(&probe) : -ENOENT;

	if (!found)
		pr_err("this kernel has no function %s to probe\n", SYMBOL);
	else if (!IS_ENABLED(CONFIG_KPROBES))
		pr_err("this kernel has no kprobes (CONFIG_KPROBES)\n");
	else if (err)
		pr_err("this kernel refuses a kprobe on %s: error %d\n",
		       SYMBOL, err);
	return err;
}

/**
 * netscan_probe_disarm() - from here on no handler runs
 *
 * Context: process, may sleep.
 */
void netscan_probe_disarm(void)
{
	unregister_kprobe(&probe);
}

/**
 * netscan_probe_test() - does the probe fire?
 *
 * Calls the probed function as an exec would, with a limit to store that is
 * the one stored already.
 *
 * Context: process; one caller at a time.
 */
bool netscan_probe_test(void)
{
	unsigned long before = READ_ONCE(test_hits);

	test_bprm.rlim_stack = current->signal->rlim[RLIMIT_STACK];
	finalize_exec(&test_bprm);
	return READ_ONCE(test_hits) != before;
}

/**
 * netscan_probe_disabled() - has something else disabled or unregistered it?
 *
 * Kprobes keep that in the probe itself, whoever asked for it.
 */
bool netscan_probe_disabled(void)
{
	return kprobe_disabled(&probe);
}

/**
 * netscan_probe_missed() - execs that came while this CPU was in another probe
 *
 * No program is exec'ed there: a handler runs with preemption off. So what is
 * counted was done by a module that calls what is probed. Kprobes count without
 * a lock, and of two that are missed at once on two CPUs may count one.
 *
 * Execs while kprobes are switched off are not among them; the self-test says
 * for how long that was.
 */
unsigned long netscan_probe_missed(void)
{
	return READ_ONCE(probe.nmissed) - READ_ONCE(forgiven);
}

/**
 * netscan_probe_forgive() - some of what was missed were no execs
 * @n: how many
 *
 * Context: process; one caller at a time.
 */
void netscan_probe_forgive(unsigned long n)
{
	WRITE_ONCE(forgiven, forgiven + n);
}

/**
 * netscan_probe_kind() - how the kernel reaches the handler
 */
const char *netscan_probe_kind(void)
{
	return kprobe_ftrace(&probe) ? "ftrace" : "breakpoint";
}

/**
 * netscan_probe_symbol() - the probed function
 */
const char *netscan_probe_symbol(void)
{
	return SYMBOL;
}

/**
 * netscan_probe_bytes() - memory of the buffers
 */
size_t netscan_probe_bytes(void)
{
	return sizeof(union buffer) * num_possible_cpus();
}
