// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a module that tampers with netscan's probe as long as it is loaded
 *
 * Kprobes on one function are in one list: a probe of this module's own, put there for the moment,
 * leads to the other. Unloading takes back what was done, unless it is told to forget. Told to
 * watch, it is what another tracer of execs may be, and trusts in what an exec has.
 */
#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#define SYMBOL	"finalize_exec"
#define MISSES	3

static char *action = "";
module_param(action, charp, 0400);
MODULE_PARM_DESC(action, "disable, unregister, shadow, miss or watch");

static bool forget;
module_param(forget, bool, 0400);
MODULE_PARM_DESC(forget, "leave it so when this module is unloaded");

static unsigned int calls, strange;
static unsigned long sum;
module_param(calls, uint, 0400);
MODULE_PARM_DESC(calls, "what was watched");
module_param(strange, uint, 0400);
MODULE_PARM_DESC(strange, "those that were not what an exec is");

/* Not one that lacks something is looked into, as a tracer would. */
static void watch(const struct linux_binprm *bprm)
{
	calls++;
	if (!bprm->file || !bprm->filename || !bprm->interp || bprm->mm || bprm->cred) {
		strange++;
		return;
	}
	sum += strlen(bprm->filename) + strlen(bprm->interp);
	sum += file_inode(bprm->file)->i_ino + bprm->file->f_path.dentry->d_name.len;
}

/* What stands in the way leaves a probed function where a probe through ftrace would. */
static int pass(struct kprobe *p, struct pt_regs *regs)
{
#ifdef CONFIG_HAVE_FUNCTION_ARG_ACCESS_API
	if (!strcmp(action, "watch"))
		watch((void *)regs_get_kernel_argument(regs, 0));
#endif
#ifdef CONFIG_X86_64
	if (!strcmp(action, "shadow")) {
		instruction_pointer_set(regs, (unsigned long)p->addr + MCOUNT_INSN_SIZE);
		return 1;
	}
#endif
	return 0;
}

static struct kprobe own = {
	.symbol_name = SYMBOL,
	.pre_handler = pass,
};

static struct kprobe *theirs;

/* An exec that lacks nothing but one: if the probe saw it, after all, that is no harm. */
static struct linux_binprm nested_exec = {
	.filename = "/dev/null",
	.interp = "/dev/null",
};

static int exec_nested(struct kprobe *p, struct pt_regs *regs)
{
	finalize_exec(&nested_exec);
	return 0;
}

/* Probed, so that there is a probe to exec in. */
static noinline void be_probed(void)
{
	barrier();
}

static struct kprobe outer = {
	.addr = (kprobe_opcode_t *)be_probed,
	.pre_handler = exec_nested,
};

/* Execs on this processor, each inside a probe. Under PREEMPT_RT they would sleep there. */
static int miss_execs(void)
{
	unsigned int i;
	int err;

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return -EOPNOTSUPP;
	nested_exec.rlim_stack = current->signal->rlim[RLIMIT_STACK];
	nested_exec.file = filp_open(nested_exec.filename, O_RDONLY, 0);
	if (IS_ERR(nested_exec.file))
		return PTR_ERR(nested_exec.file);
	err = register_kprobe(&outer);
	for (i = 0; !err && i < MISSES; i++)
		be_probed();
	if (!err)
		unregister_kprobe(&outer);
	filp_close(nested_exec.file, NULL);
	return err;
}

/* The one that was asked for by name; the list's head, kprobes' own, was not. */
static struct kprobe *find_other(void)
{
	struct kprobe *p;

	list_for_each_entry(p, &own.list, list)
		if (p->symbol_name && !strcmp(p->symbol_name, SYMBOL))
			return p;
	return NULL;
}

static int tamper(void)
{
	if (!strcmp(action, "disable"))
		return disable_kprobe(theirs);
	if (!strcmp(action, "unregister"))
		unregister_kprobe(theirs);
	else
		return -EINVAL;
	return 0;
}

static int __init init_tamper(void)
{
	bool shadow = !strcmp(action, "shadow");
	int err;

	if (!strcmp(action, "watch"))
		return IS_ENABLED(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API) ?
		       register_kprobe(&own) : -EOPNOTSUPP;
	if (!strcmp(action, "miss"))
		return miss_execs();
	err = register_kprobe(&own);
	if (err)
		return err;
	theirs = find_other();
	if (!theirs)
		err = -ENOENT;
	else if (!shadow)
		err = tamper();
	else if (!IS_ENABLED(CONFIG_X86_64) || !kprobe_ftrace(&own))
		err = -EOPNOTSUPP;
	if (err || !shadow)
		unregister_kprobe(&own);
	return err;
}

static void __exit exit_tamper(void)
{
	int err = 0;

	if (!strcmp(action, "shadow") || !strcmp(action, "watch")) {
		unregister_kprobe(&own);
	} else if (forget) {
		return;
	} else if (!strcmp(action, "disable")) {
		err = enable_kprobe(theirs);
	} else if (!strcmp(action, "unregister")) {
		/* As it was before it was registered, so that it can be. */
		theirs->addr = NULL;
		theirs->flags = 0;
		err = register_kprobe(theirs);
	}
	if (err)
		pr_err("%s is not taken back: error %d\n", action, err);
}

module_init(init_tamper);
module_exit(exit_tamper);

MODULE_DESCRIPTION("Tampers with netscan's probe, for its tests");
MODULE_LICENSE("GPL");
