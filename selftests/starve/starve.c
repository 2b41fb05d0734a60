// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a module that has one allocation of a task fail
 *
 * What the kernel has for this fails single attempts, and kvmalloc() makes a second one. Here the
 * whole call returns NULL, of the functions that netscan allocates by, on any kernel whose kprobes
 * go by way of ftrace: such a probe may say where to go on.
 *
 *   echo N > /sys/module/starve/parameters/nth    the N-th from here on that a module makes in the
 *                                                 task that writes this; 0: none
 *   cat /sys/module/starve/parameters/failed      has it come to that? Ask when it is 0 again
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/sched.h>

static struct task_struct *starved;
static unsigned int nth;

static bool failed;
module_param(failed, bool, 0400);
MODULE_PARM_DESC(failed, "whether the last one that was to fail has failed");

static noinline void *no_memory(void)
{
	return NULL;
}

/* What the kernel allocates of its own to load a module, it may do without. */
static bool a_module_calls(struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	unsigned long caller = regs_get_kernel_stack_nth(regs, 0);

	return caller >= MODULES_VADDR && caller < MODULES_END;
#else
	return false;
#endif
}

static int on_allocation(struct kprobe *p, struct pt_regs *regs)
{
	if (current != READ_ONCE(starved) || !nth || !a_module_calls(regs) || --nth)
		return 0;
	failed = true;
	instruction_pointer_set(regs, (unsigned long)no_memory);
	return 1;
}

/* Those of one kind are names of different kernels for the same. */
static struct kprobe pages[] = {
	{ .symbol_name = "kvmalloc_node", .pre_handler = on_allocation },
	{ .symbol_name = "kvmalloc_node_noprof", .pre_handler = on_allocation },
	{ .symbol_name = "__kvmalloc_node_noprof", .pre_handler = on_allocation },
};

static struct kprobe percpu[] = {
	{ .symbol_name = "__alloc_percpu", .pre_handler = on_allocation },
	{ .symbol_name = "pcpu_alloc_noprof", .pre_handler = on_allocation },
};

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
MODULE_PARM_DESC(nth, "which allocation of the writing task fails, 0: none");

/* The first that this kernel has. */
static struct kprobe *probe_one(struct kprobe *probes, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (register_kprobe(&probes[i]))
			continue;
		if (kprobe_ftrace(&probes[i]))
			return &probes[i];
		unregister_kprobe(&probes[i]);
	}
	return NULL;
}

static struct kprobe *probed[2];

static void release(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probed); i++)
		if (probed[i])
			unregister_kprobe(probed[i]);
}

static int __init init_starve(void)
{
	if (!IS_ENABLED(CONFIG_X86_64))
		return -EOPNOTSUPP;
	probed[0] = probe_one(pages, ARRAY_SIZE(pages));
	probed[1] = probe_one(percpu, ARRAY_SIZE(percpu));
	if (probed[0] && probed[1])
		return 0;
	release();
	return -EOPNOTSUPP;
}

static void __exit exit_starve(void)
{
	release();
}

module_init(init_starve);
module_exit(exit_starve);

MODULE_DESCRIPTION("Has one allocation fail, for netscan's tests");
MODULE_LICENSE("GPL");
