// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - a module that takes the time of what the probe does at an exec
 *
 * Probes on one function are called one after another with preemption off, the latest one first.
 * One that is there before netscan's and one that comes after it have netscan's in between. So they
 * count execs, too, and know nothing of netscan.
 *
 *   insmod stopwatch.ko; insmod netscan.ko; echo 1 > /sys/module/stopwatch/parameters/run
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#define SYMBOL	"finalize_exec"

/**
 * struct watch - what one CPU has taken
 * @since: when the one under way began, or 0
 * @count: how many
 * @sum: nanoseconds of all
 * @longest: nanoseconds of the longest
 * @least: nanoseconds of the shortest, or 0
 * @below: how many took less than 2^index nanoseconds, and not less than half of that
 */
struct watch {
	u64 since;
	u64 count;
	u64 sum;
	u64 longest;
	u64 least;
	u64 below[64];
};

static DEFINE_PER_CPU(struct watch, watches);

static int start_watch(struct kprobe *p, struct pt_regs *regs)
{
	this_cpu_write(watches.since, ktime_get_mono_fast_ns());
	return 0;
}

static int stop_watch(struct kprobe *p, struct pt_regs *regs)
{
	struct watch *w = this_cpu_ptr(&watches);
	u64 took;

	if (!w->since)
		return 0;
	took = ktime_get_mono_fast_ns() - w->since;
	w->since = 0;
	w->count++;
	w->sum += took;
	w->longest = max(w->longest, took);
	w->least = min_not_zero(w->least, took);
	w->below[took ? min(fls64(took), 63) : 0]++;
	return 0;
}

static struct kprobe before = {
	.symbol_name = SYMBOL,
	.pre_handler = start_watch,
};

static struct kprobe after = {
	.symbol_name = SYMBOL,
	.pre_handler = stop_watch,
};

static bool running;

/* When it runs already, it begins anew; what is under way on other CPUs may be counted or not. */
static int set_run(const char *text, const struct kernel_param *param)
{
	unsigned int cpu;
	int err = 0;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&watches, cpu), 0, sizeof(struct watch));
	if (!running)
		err = register_kprobe(&before);
	running |= !err;
	return err;
}

/* The number of nanoseconds, a power of two, that so many of 100 took less than. */
static u64 most_of(u64 count, unsigned int of_100)
{
	unsigned int cpu, bits;
	u64 seen = 0;

	for (bits = 0; bits < 63; bits++) {
		for_each_possible_cpu(cpu)
			seen += per_cpu(watches, cpu).below[bits];
		if (seen * 100 >= count * of_100)
			break;
	}
	return 1ULL << bits;
}

/* "COUNT SUM LONGEST", what 99 of 100 took less than, what half of them did, and the least. */
static int get_run(char *text, const struct kernel_param *param)
{
	u64 count = 0, sum = 0, longest = 0, least = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct watch *w = per_cpu_ptr(&watches, cpu);

		count += w->count;
		sum += w->sum;
		longest = max(longest, w->longest);
		least = min_not_zero(least, w->least);
	}
	return scnprintf(text, PAGE_SIZE, "%llu %llu %llu %llu %llu %llu\n", count, sum,
			 longest, most_of(count, 99), most_of(count, 50), least);
}

static const struct kernel_param_ops run_ops = {
	.set = set_run,
	.get = get_run,
};

module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "written: begin; read: how many, nanoseconds of all, the longest, 99 of 100, half, the least");

static int __init init_stopwatch(void)
{
	return register_kprobe(&after);
}

static void __exit exit_stopwatch(void)
{
	if (running)
		unregister_kprobe(&before);
	unregister_kprobe(&after);
}

module_init(init_stopwatch);
module_exit(exit_stopwatch);

MODULE_DESCRIPTION("Takes the time of netscan's probe, for its tests");
MODULE_LICENSE("GPL");
