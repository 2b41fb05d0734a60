// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - an alert as evidence: its keys in their order, each value against reality
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "netscan_test.h"

static struct record r;
static char decoded[LINE_SIZE];

FIXTURE(record) {
	struct testbed tb;
	const char *ping;
};

FIXTURE_SETUP(record)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	self->ping = strdup(tool_path(&self->tb, "ping"));
	ASSERT_NE(NULL, self->ping);
	ASSERT_EQ(0, rules_write("t_record by=parent,exe distinct=5 window=60 tools=ping"));
}

FIXTURE_TEARDOWN(record)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* A prober that was set up by @setup completes a scan with 5 arguments. */
static int alert_from(struct testbed *tb, const char *ping, int (*setup)(void *arg), void *arg)
{
	int err;

	prober_stop(&tb->prober);
	err = prober_start(&tb->prober, setup, arg);
	if (!err)
		err = probe_burst(&tb->prober, 0, ping, "host", 4);
	return err ? err : testbed_next(tb, &r);
}

/* The number in a namespace link such as "pid:[4026531836]"; 0 on failure. */
static uint64_t ns_id(pid_t pid, const char *name)
{
	char path[64], text[64];
	ssize_t len;
	char *s;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	len = readlink(path, text, sizeof(text) - 1);
	if (len < 0)
		return 0;
	text[len] = '\0';
	s = strchr(text, '[');
	return s ? strtoull(s + 1, NULL, 10) : 0;
}

static uint64_t number_in(const char *path)
{
	char text[64];

	return file_read(path, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10) : UINT64_MAX;
}

#define EXPECT_KEYS(expected_keys) do {						\
	static const char * const keys[] = { expected_keys };			\
	unsigned int i;								\
	ASSERT_LE(ARRAY_SIZE(keys), r.npairs);					\
	for (i = 0; i < ARRAY_SIZE(keys); i++)					\
		EXPECT_STREQ(keys[i], r.pairs[i].key);				\
} while (0)

#define ALERT_KEYS								\
	"type", "seq", "time", "rule", "scan_id", "by", "distinct", "events",	\
	"window", "first", "last", "tool", "match", "exe", "parent_pid",	\
	"parent_start", "parent_comm", "parent_exe", "pid", "sid", "tty",	\
	"uid", "euid", "auid", "ses", "pid_ns", "mnt_ns", "cgroup",		\
	"args_first", "args_last", "read_faults", "truncated", "evicted",	\
	"argc", "args_first_cut", "args_last_cut"

#define END_KEYS								\
	"type", "seq", "time", "rule", "scan_id", "by", "distinct", "events",	\
	"window", "first", "last", "tool", "match", "parent_pid",		\
	"parent_start", "parent_comm", "pid", "sid", "uid", "args_first",	\
	"read_faults", "truncated", "evicted", "args_first_cut", "reason"

TEST_F(record, keys_are_pinned)
{
	static const char * const strings[] = {
		"tool", "exe", "parent_comm", "parent_exe", "tty", "cgroup", "args_first",
		"args_last",
	};
	static const char * const numbers[] = {
		"seq", "scan_id", "distinct", "events", "window", "parent_pid", "parent_start",
		"pid", "sid", "uid", "euid", "auid", "ses", "pid_ns", "mnt_ns", "read_faults",
		"truncated", "evicted", "argc",
	};
	unsigned int n;

	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_KEYS(ALERT_KEYS);
	for (n = 0; n < ARRAY_SIZE(strings); n++) {
		EXPECT_LE(0, record_bytes(&r, strings[n], decoded)) TH_LOG("%s", strings[n]);
	}
	for (n = 0; n < ARRAY_SIZE(numbers); n++) {
		EXPECT_NE(UINT64_MAX, record_u64(&r, numbers[n])) TH_LOG("%s", numbers[n]);
	}
}

TEST_F(record, update_has_an_alert_s_keys)
{
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 4));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	ASSERT_STREQ("update", record_raw(&r, "type"));
	EXPECT_KEYS(ALERT_KEYS);
}

TEST_F(record, end_when_its_rule_is_removed)
{
	uint64_t scan_id;

	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, self->ping, "host", 4));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	scan_id = record_u64(&r, "scan_id");
	ASSERT_EQ(0, rules_write("-t_record\n"));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("end", record_raw(&r, "type"));
	EXPECT_STREQ("t_record", record_raw(&r, "rule"));
	EXPECT_STREQ("cleared", record_raw(&r, "reason"));
	EXPECT_EQ(scan_id, record_u64(&r, "scan_id"));
	EXPECT_KEYS(END_KEYS);
	EXPECT_EQ(0, group_find(&r, "t_record", "sid", self->tb.prober.pid));
}

TEST_F(record, rule_and_count)
{
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, NULL, NULL));
	EXPECT_STREQ("t_record", record_raw(&r, "rule"));
	EXPECT_STREQ("parent,exe", record_raw(&r, "by"));
	EXPECT_EQ(5u, record_u64(&r, "distinct"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_EQ(60u, record_u64(&r, "window"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
	EXPECT_STREQ("name", record_raw(&r, "match"));
	EXPECT_EQ(5u, record_u64(&r, "argc"));
	EXPECT_EQ(record_ns(&r, "first"), record_ns(&r, "last"));
	EXPECT_LE(self->tb.prober.before_ns, record_ns(&r, "last"));
	EXPECT_GE(self->tb.prober.after_ns, record_ns(&r, "last"));
	EXPECT_EQ(0u, record_u64(&r, "read_faults"));
	EXPECT_EQ(0u, record_u64(&r, "truncated"));
}

/* What this program is, in a static buffer. */
static const char *self_exe(void)
{
	static char path[256];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[len < 0 ? 0 : len] = '\0';
	return path;
}

TEST_F(record, processes)
{
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, NULL, NULL));
	EXPECT_EQ((uint64_t)self->tb.prober.probe_pid, record_u64(&r, "pid"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "parent_pid"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "sid"));
	/* /proc/PID/stat gives the same in hundredths of a second. */
	ASSERT_LT(0u, start_ticks(self->tb.prober.pid));
	EXPECT_EQ(start_ticks(self->tb.prober.pid),
		  record_u64(&r, "parent_start") / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
	EXPECT_STREQ("record_test", record_raw(&r, "parent_comm"));
	EXPECT_STREQ(self_exe(), record_raw(&r, "parent_exe"));
	EXPECT_STREQ("", record_raw(&r, "tty"));
}

/* Once the main thread has ended; there for as long as the worker may take. */
static int thread_that_execs(void *path)
{
	char *argv[] = { "ping", "a", "b", "c", "d", "e", NULL };
	int status = -1;
	pid_t pid;

	usleep(200000);
	pid = fork();
	if (!pid) {
		execv(path, argv);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	usleep(500000);
	syscall(SYS_exit_group, status != 0);
	return 0;
}

static int exec_without_main_thread(void *path)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (clone(thread_that_execs, stack + sizeof(stack),
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
			  path) < 0)
			_exit(1);
		syscall(SYS_exit, 0);
	}
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -ECHILD;
}

TEST_F(record, parent_whose_main_thread_has_ended)
{
	ASSERT_EQ(0, session_run(&self->tb, exec_without_main_thread, self->ping));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("record_test", record_raw(&r, "parent_comm"));
	EXPECT_STREQ(self_exe(), record_raw(&r, "parent_exe"));
}

TEST_F(record, exe_is_the_resolved_file)
{
	char dir[300], link_path[320], resolved[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/a dir", self->tb.dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	snprintf(link_path, sizeof(link_path), "%s/a dir/ping", self->tb.dir);
	ASSERT_EQ(0, symlink(self->ping, link_path));
	ASSERT_NE(NULL, realpath(link_path, resolved));
	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, link_path, "host", 4));
	unlink(link_path);
	rmdir(dir);
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ(resolved, record_raw(&r, "exe"));
}

#define DEPTH	17

/* Where the path is longer than PATH_MAX. */
static int exec_here(void *unused)
{
	char *argv[] = { "ping", "a", "b", "c", "d", "e", NULL };

	(void)unused;
	return exec_program("./ping", argv);
}

static int go_far_below(const char *dir, const char *name)
{
	int i;

	if (chdir(dir))
		return -errno;
	for (i = 0; i < DEPTH; i++)
		if (mkdir(name, 0755) || chdir(name))
			return -errno;
	return 0;
}

static void come_back(const char *name)
{
	int i;

	for (i = 0; i < DEPTH; i++)
		if (chdir("..") || rmdir(name))
			return;
}

TEST_F(record, path_that_is_too_long_has_its_end)
{
	const char *exe;
	char name[251];

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ASSERT_EQ(0, go_far_below(self->tb.dir, name));
	EXPECT_EQ(0, link(self->ping, "ping"));
	EXPECT_EQ(0, session_exec(&self->tb, exec_here, NULL));
	EXPECT_EQ(0, unlink("ping"));
	come_back(name);
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	exe = record_raw(&r, "exe");
	ASSERT_LT(250u, strlen(exe));
	EXPECT_STREQ("ddd/ping", exe + strlen(exe) - 8);
	EXPECT_STREQ("1", record_raw(&r, "paths_cut"));
}

static int set_ids(void *arg)
{
	(void)arg;
	return setresuid(1234, 2345, 2345) ? -errno : 0;
}

TEST_F(record, real_and_effective_user)
{
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, set_ids, NULL));
	EXPECT_EQ(1234u, record_u64(&r, "uid"));
	EXPECT_EQ(2345u, record_u64(&r, "euid"));
}

static int log_in(void *arg)
{
	uint64_t *ids = arg;
	int err = file_write("/proc/self/loginuid", "4321", 4);

	ids[0] = number_in("/proc/self/loginuid");
	ids[1] = number_in("/proc/self/sessionid");
	return err;
}

TEST_F(record, audit_user_and_session)
{
	uint64_t *ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, ids);
	if (access("/proc/self/loginuid", W_OK))
		SKIP(return, "this kernel has no audit");
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, log_in, ids));
	EXPECT_EQ(4321u, ids[0]);
	EXPECT_EQ(ids[0], record_u64(&r, "auid"));
	EXPECT_EQ(ids[1], record_u64(&r, "ses"));
}

static int open_terminal(void *arg)
{
	int slave = open(arg, O_RDWR);

	if (slave < 0)
		return -errno;
	/* A session leader's first terminal becomes its controlling one, and no other session's. */
	return ioctl(slave, TIOCSCTTY, 1) ? -errno : 0;
}

TEST_F(record, controlling_terminal)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char *slave;

	if (master < 0)
		SKIP(return, "no pseudo-terminals here");
	ASSERT_EQ(0, grantpt(master));
	ASSERT_EQ(0, unlockpt(master));
	slave = ptsname(master);
	ASSERT_NE(NULL, slave);
	ASSERT_EQ(0, strncmp(slave, "/dev/pts/", 9));
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, open_terminal, slave));
	EXPECT_STREQ(slave + strlen("/dev/"), record_raw(&r, "tty"));
	close(master);
}

TEST_F(record, controlling_terminal_that_is_a_port)
{
	static const char key[] = "netscan.terminal=";
	static char words[4096];
	char path[64], *name;

	ASSERT_LT(0, file_read("/proc/cmdline", words, sizeof(words)));
	name = strstr(words, key);
	if (!name)
		SKIP(return, "no port here is known to be free");
	name += strlen(key);
	name[strcspn(name, " \n")] = '\0';
	snprintf(path, sizeof(path), "/dev/%s", name);
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, open_terminal, path));
	EXPECT_STREQ(name, record_raw(&r, "tty"));
}

TEST_F(record, namespaces_of_this_process)
{
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, NULL, NULL));
	ASSERT_LT(0u, ns_id(getpid(), "pid"));
	EXPECT_EQ(ns_id(getpid(), "pid"), record_u64(&r, "pid_ns"));
	EXPECT_EQ(ns_id(getpid(), "mnt"), record_u64(&r, "mnt_ns"));
}

static int new_namespaces(void *arg)
{
	(void)arg;
	return unshare(CLONE_NEWPID | CLONE_NEWNS) ? -errno : 0;
}

TEST_F(record, other_namespaces_and_initial_pids)
{
	ASSERT_EQ(1, alert_from(&self->tb, self->ping, new_namespaces, NULL));
	EXPECT_EQ(ns_id(self->tb.prober.pid, "mnt"), record_u64(&r, "mnt_ns"));
	EXPECT_NE(ns_id(getpid(), "mnt"), record_u64(&r, "mnt_ns"));
	EXPECT_EQ(ns_id(self->tb.prober.pid, "pid_for_children"), record_u64(&r, "pid_ns"));
	EXPECT_NE(ns_id(getpid(), "pid"), record_u64(&r, "pid_ns"));
	/* In its own namespace the probe is 1; the record has what its prober saw of it. */
	EXPECT_NE(1u, record_u64(&r, "pid"));
	EXPECT_EQ((uint64_t)self->tb.prober.probe_pid, record_u64(&r, "pid"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "parent_pid"));
	EXPECT_EQ((uint64_t)self->tb.prober.pid, record_u64(&r, "sid"));
}

static int enter_cgroup(void *arg)
{
	return file_write(arg, "0", 1);
}

TEST_F(record, cgroup_path)
{
	char mnt[300], dir[330], procs[360], text[4096], expected[400];
	bool mounted;
	char *s;
	int ret;

	snprintf(mnt, sizeof(mnt), "%s/cgroup", self->tb.dir);
	snprintf(dir, sizeof(dir), "%s/netscan test", mnt);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	ASSERT_EQ(0, mkdir(mnt, 0755));
	mounted = !mount("none", mnt, "cgroup2", 0, NULL);
	if (!mounted)
		SKIP(return, "no cgroup2 here");
	ASSERT_EQ(0, mkdir(dir, 0755));
	/* The probes are below where this process is only if that is the root. */
	ret = alert_from(&self->tb, self->ping, enter_cgroup, procs);
	snprintf(text, sizeof(text), "/proc/%d/cgroup", self->tb.prober.pid);
	EXPECT_LT(0, file_read(text, text, sizeof(text)));
	prober_stop(&self->tb.prober);
	rmdir(dir);
	umount(mnt);
	rmdir(mnt);
	ASSERT_EQ(1, ret);
	s = strstr(text, "0::");
	ASSERT_NE(NULL, s);
	snprintf(expected, sizeof(expected), "%.*s", (int)strcspn(s + 3, "\n"), s + 3);
	ASSERT_LT(0, record_bytes(&r, "cgroup", decoded));
	EXPECT_STREQ(expected, decoded);
	EXPECT_STREQ("/netscan test", decoded);
}

TEST_F(record, args_first_and_last)
{
	char *first[] = { "ping", "-c", "1", "10.0.0.1", NULL };
	char *last[] = { "ping", "10.0.0.2", NULL };

	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, self->ping, first));
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, self->ping, last));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_STREQ("ping -c 1 10.0.0.1", record_raw(&r, "args_first"));
	EXPECT_STREQ("ping 10.0.0.2", record_raw(&r, "args_last"));
	EXPECT_EQ(2u, record_u64(&r, "argc"));
	EXPECT_STREQ("0", record_raw(&r, "args_first_cut"));
	EXPECT_STREQ("0", record_raw(&r, "args_last_cut"));
}

TEST_F(record, long_argument_is_noted)
{
	uint64_t long_args = stats_get("long_args");
	char arg[1026];

	memset(arg, 'a', 1025);
	arg[1025] = '\0';
	ASSERT_NE(UINT64_MAX, long_args);
	ASSERT_EQ(0, probe(&self->tb.prober, self->ping, "ping", arg, "1", "2", "3", "4", NULL));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_EQ(5u, record_u64(&r, "distinct"));
	EXPECT_EQ(6u, record_u64(&r, "argc"));
	EXPECT_STRNE("0", record_raw(&r, "args_last_cut"));
	EXPECT_EQ(long_args + 1, stats_get("long_args"));
}

TEST_F(record, argv_not_read_whole_is_noted)
{
	static char args[60][1001];
	uint64_t truncated = stats_get("truncated");
	char *argv[62] = { "ping" };
	unsigned int i;

	/* 60 kB: more than any exec's share, so that one exec cannot hold up its processor. */
	ASSERT_NE(UINT64_MAX, truncated);
	for (i = 0; i < 60; i++) {
		memset(args[i], 'a', 1000);
		args[i][0] = ' ' + i;
		argv[i + 1] = args[i];
	}
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, self->ping, argv));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_LT(0u, record_u64(&r, "truncated"));
	EXPECT_EQ(61u, record_u64(&r, "argc"));
	EXPECT_EQ(truncated + 1, stats_get("truncated"));
}

TEST_HARNESS_MAIN
