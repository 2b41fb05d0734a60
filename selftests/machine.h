/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan selftests - the machine that the module runs on: its log, its modules, who may what
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/** sys_admin_set() - take CAP_SYS_ADMIN out of the effective set, or put it back; 0 or -errno */
int sys_admin_set(bool on);

/** log_open() - the kernel's log from here on; a descriptor or -errno */
int log_open(void);

/** log_count() - how many lines with @words have come since the last call, or since log_open() */
unsigned int log_count(int kmsg, const char *words);

/** ko_load() - load the module that is in a file; 0 or -errno */
int ko_load(const char *path, const char *params);

/** ko_unload() - remove the module of that name if nothing uses it; 0 or -errno */
int ko_unload(const char *name);

/**
 * struct stopwatch - what selftests/stopwatch has taken the time of, one an exec
 * @count: how many
 * @sum: nanoseconds of all
 * @longest: nanoseconds of the longest
 * @most: nanoseconds that 99 of 100 took less than, a power of two
 * @half: and that half of them took less than
 */
struct stopwatch {
	uint64_t count;
	uint64_t sum;
	uint64_t longest;
	uint64_t most;
	uint64_t half;
};

/** stopwatch_load() - load netscan anew between the probes of the stopwatch; 0 or -errno */
int stopwatch_load(const char *params);

/** stopwatch_read() - what was taken up to now; 0 or -errno */
int stopwatch_read(struct stopwatch *watch);

/** rate_say() - print how many execs a second it were, as a figure; see selftests/vm/judge.sh */
void rate_say(uint64_t execs, uint64_t took_ns);

/** stopwatch_say() - print for how long the probe had preemption off, as a figure */
void stopwatch_say(const struct stopwatch *watch);

/** fuse_mount() - mount a file system whose server is who reads the descriptor; that, or -errno */
int fuse_mount(const char *where);

#endif /* MACHINE_H */
