// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the machine that the module runs on: its log, its modules, who may what
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "machine.h"
#include "session.h"

#define RUN	"/sys/module/stopwatch/parameters/run"

int sys_admin_set(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	if (on)
		data[0].effective |= 1U << CAP_SYS_ADMIN;
	else
		data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int log_open(void)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		return -errno;
	return kmsg;
}

unsigned int log_count(int kmsg, const char *words)
{
	char line[8192];
	unsigned int n = 0;
	ssize_t len;

	/* One read is one line; EPIPE says that some were overwritten. */
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[len > 0 ? len : 0] = '\0';
		n += !!strstr(line, words);
	}
	return n;
}

int ko_load(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return err;
}

int ko_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/* Its later probe comes before netscan, its earlier one after it. */
int stopwatch_load(const char *params)
{
	int err = module_unload();

	if (!err)
		err = ko_load(program_beside("stopwatch.ko"), "");
	if (!err)
		err = module_load(params);
	return err ?: file_write(RUN, "1", 1);
}

int stopwatch_read(struct stopwatch *watch)
{
	unsigned long long count, sum, longest, most, half;
	char text[128];
	int len = file_read(RUN, text, sizeof(text));

	if (len < 0)
		return len;
	if (sscanf(text, "%llu %llu %llu %llu %llu", &count, &sum, &longest, &most, &half) != 5)
		return -EBADMSG;
	*watch = (struct stopwatch){ count, sum, longest, most, half };
	return 0;
}

void rate_say(uint64_t execs, uint64_t took_ns)
{
	fprintf(stderr, "# figure: %llu execs on %d processors in %llu s, %llu a second\n",
		(unsigned long long)execs, get_nprocs(),
		(unsigned long long)(took_ns / NSEC_PER_SEC),
		(unsigned long long)(execs * NSEC_PER_SEC / took_ns));
}

void stopwatch_say(const struct stopwatch *watch)
{
	fprintf(stderr, "# figure: preemption off for %llu ns on average, every other below %llu, ",
		(unsigned long long)(watch->sum / watch->count), (unsigned long long)watch->half);
	fprintf(stderr, "99 of 100 below %llu, %llu at most\n",
		(unsigned long long)watch->most, (unsigned long long)watch->longest);
}

int fuse_mount(const char *where)
{
	char options[80];
	int err, fuse;

	/* It may be part of the kernel, or not there. */
	err = system("modprobe -q fuse");
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0)
		return -errno;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (!mount("netscan", where, "fuse", 0, options))
		return fuse;
	err = -errno;
	close(fuse);
	return err;
}
