// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - a probe where netscan has its own, that does nothing: what netscan is compared with
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static int on_exec(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "finalize_exec",
	.pre_handler = on_exec,
};

static int __init empty_init(void)
{
	return register_kprobe(&probe);
}
module_init(empty_init);

static void __exit empty_exit(void)
{
	unregister_kprobe(&probe);
}
module_exit(empty_exit);

MODULE_DESCRIPTION("A probe on exec that does nothing");
MODULE_LICENSE("GPL");
