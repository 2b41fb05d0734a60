// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a module that has one call of another module into the kernel fail
 *
 * What the kernel has for this fails single attempts, and kvmalloc() makes a second one. Here the
 * whole call fails, of the functions that netscan is loaded by, on any kernel whose kprobes go by
 * way of ftrace: such a probe may say where to go on.
 *
 *   echo N > /sys/module/starve/parameters/nth    the N-th from here on that a module makes in the
 *                                                 task that writes this; 0: none
 *   cat /sys/module/starve/parameters/failed      has it come to that? Ask when it is 0 again
 *
 * No probe is entered inside another, where netscan reads the arguments of an exec. ftrace itself
 * knows no such bound, so that what reads is hooked by that.
 *
 *   echo N > /sys/module/starve/parameters/read   the N-th read of user space that a module makes
 *                                                 from here on, wherever page faults are off;
 *                                                 0: none, or it has failed
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>

static struct task_struct *starved;
static unsigned int nth;

static bool failed;
module_param(failed, bool, 0400);
MODULE_PARM_DESC(failed, "whether the last one that was to fail has failed");

/* What the kernel does of its own to load a module, it may do without. */
static bool is_module(unsigned long caller)
{
#ifdef CONFIG_X86_64
	return caller >= MODULES_VADDR && caller < MODULES_END;
#else
	return false;
#endif
}

static unsigned long caller_of(struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	return regs_get_kernel_stack_nth(regs, 0);
#else
	return 0;
#endif
}

/* ---- where a call that fails goes instead ---- */

static noinline void *return_null(void)
{
	return NULL;
}

static noinline void *return_error_pointer(void)
{
	return ERR_PTR(-ENOMEM);
}

static noinline int return_error(void)
{
	return -ENOMEM;
}

/* ---- calls that a load makes ---- */

/**
 * struct call - a function that may fail
 * @names: what different kernels call it; the first that this one has
 * @instead: where it goes when it fails
 * @probe: on it
 */
struct call {
	const char *names[3];
	void *instead;
	struct kprobe probe;
};

static struct call calls[] = {
	{ { "kvmalloc_node", "kvmalloc_node_noprof", "__kvmalloc_node_noprof" }, return_null },
	{ { "__alloc_percpu", "pcpu_alloc_noprof" }, return_null },
	{ { "kstrdup", "kstrdup_noprof" }, return_null },
	{ { "alloc_workqueue", "alloc_workqueue_noprof" }, return_null },
	{ { "anon_inode_getfile" }, return_error_pointer },
	{ { "proc_mkdir" }, return_null },
	{ { "proc_create" }, return_null },
	{ { "proc_create_single_data" }, return_null },
	{ { "misc_register" }, return_error },
};

static int on_call(struct kprobe *p, struct pt_regs *regs)
{
	struct call *call = container_of(p, struct call, probe);

	if (current != READ_ONCE(starved) || !nth || !is_module(caller_of(regs)) || --nth)
		return 0;
	failed = true;
	instruction_pointer_set(regs, (unsigned long)call->instead);
	return 1;
}

static int set_nth(const char *text, const struct kernel_param *param)
{
	int err = param_set_uint(text, param);

	starved = err ? NULL : current;
	if (nth)
		failed = false;
	return err;
}

static const struct kernel_param_ops nth_ops = {
	.set = set_nth,
	.get = param_get_uint,
};

module_param_cb(nth, &nth_ops, &nth, 0600);
MODULE_PARM_DESC(nth, "which call of the writing task fails, 0: none");

static int probe_call(struct call *call)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(call->names) && call->names[i]; i++) {
		call->probe = (struct kprobe) {
			.symbol_name = call->names[i],
			.pre_handler = on_call,
		};
		if (register_kprobe(&call->probe))
			continue;
		if (kprobe_ftrace(&call->probe))
			return 0;
		unregister_kprobe(&call->probe);
	}
	return -EOPNOTSUPP;
}

static void release_calls(unsigned int nr)
{
	while (nr--)
		unregister_kprobe(&calls[nr].probe);
}

static int probe_calls(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		err = probe_call(&calls[i]);
		if (err) {
			pr_notice("no such probe on %s here\n", calls[i].names[0]);
			release_calls(i);
			return err;
		}
	}
	return 0;
}

/* ---- reads ---- */

static atomic_t reads = ATOMIC_INIT(0);
static bool hooked;

/* Since 5.11 the arguments of such a hook are the same on all kernels. */
#if defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)

#define SYMBOL	"copy_from_user_nofault"

static noinline notrace long return_fault(void)
{
	return -EFAULT;
}

static void notrace on_read(unsigned long ip, unsigned long caller, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	if (is_module(caller) && !atomic_dec_if_positive(&reads))
		instruction_pointer_set(ftrace_get_regs(fregs), (unsigned long)return_fault);
}

/* Without protection from recursion, it is called inside netscan's probe, too. */
static struct ftrace_ops hook = {
	.func = on_read,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,
};

static int hook_reads(void)
{
	int err = ftrace_set_filter(&hook, SYMBOL, strlen(SYMBOL), 0);

	return err ?: register_ftrace_function(&hook);
}

static void release_reads(void)
{
	unregister_ftrace_function(&hook);
	ftrace_free_filter(&hook);
}

#else

static int hook_reads(void)
{
	return -EOPNOTSUPP;
}

static void release_reads(void)
{
}

#endif

static int set_read(const char *text, const struct kernel_param *param)
{
	unsigned int n;
	int err = hooked ? kstrtouint(text, 0, &n) : -EOPNOTSUPP;

	if (!err)
		atomic_set(&reads, n);
	return err;
}

static int get_read(char *text, const struct kernel_param *param)
{
	return scnprintf(text, PAGE_SIZE, "%d\n", atomic_read(&reads));
}

static const struct kernel_param_ops read_ops = {
	.set = set_read,
	.get = get_read,
};

module_param_cb(read, &read_ops, NULL, 0600);
MODULE_PARM_DESC(read, "which read of a module fails, 0: none");

static int __init init_starve(void)
{
	int err;

	if (!IS_ENABLED(CONFIG_X86_64))
		return -EOPNOTSUPP;
	err = probe_calls();
	if (!err)
		hooked = !hook_reads();
	return err;
}

static void __exit exit_starve(void)
{
	if (hooked)
		release_reads();
	release_calls(ARRAY_SIZE(calls));
}

module_init(init_starve);
module_exit(exit_starve);

MODULE_DESCRIPTION("Has one call into the kernel fail, for netscan's tests");
MODULE_LICENSE("GPL");
