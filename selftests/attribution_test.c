// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - to whom an exec is attributed, however it comes about
 *
 * Design: each test makes execs in an unusual way below a prober and compares what the record says
 * with what the processes know of themselves. Two groups where there should be one show as no
 * alert, one where there should be two as an alert that says too many events.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "session.h"

#define USER	4711
#define OWNER	4712

static struct record r;

/* The testbed, for what runs below it; each test is a process of its own. */
static struct testbed bed;

/* What processes of a test tell it: shared by all of them. */
struct seen {
	pid_t pid;
	pid_t parent;
	uint64_t parent_start;
	pid_t other;
	int first;
	int second;
};

static struct seen *seen;

/* The tool, which ends at once, and its arguments: six distinct in one exec. */
static char ping[300];
static char *first[] = { "ping", "a0", "a1", "a2", "a3", "a4", NULL };
static char *second[] = { "ping", "b0", "b1", "b2", "b3", "b4", NULL };

FIXTURE(attribution) {
	struct testbed *tb;
};

FIXTURE_SETUP(attribution)
{
	const char *path;

	self->tb = &bed;
	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "ping");
	ASSERT_NE(NULL, path);
	strcpy(ping, path);
	seen = shared_memory(sizeof(*seen));
	ASSERT_NE(NULL, seen);
	ASSERT_EQ(0, rules_write("t_one by=parent,exe distinct=6 events=1 window=60 tools=ping\n"));
}

FIXTURE_TEARDOWN(attribution)
{
	EXPECT_EQ(0, testbed_close(&bed));
}

/* An alert only for two execs of different arguments in one group. */
static int expect_two(void)
{
	return rules_write("-t_one\n"
			   "t_two by=parent,exe distinct=11 events=1 window=60 tools=ping\n");
}

static int exec_first(void *arg)
{
	(void)arg;
	seen->pid = getpid();
	return exec_program(ping, first);
}

static int exec_second(void *arg)
{
	(void)arg;
	seen->pid = getpid();
	return exec_program(ping, second);
}

#define EXPECT_PARENT(expected_pid) do {					\
	EXPECT_STREQ("alert", record_raw(&r, "type"));				\
	EXPECT_STREQ("ping", record_raw(&r, "tool"));				\
	EXPECT_EQ((uint64_t)seen->pid, record_u64(&r, "pid"));			\
	EXPECT_EQ((uint64_t)(expected_pid), record_u64(&r, "parent_pid"));	\
} while (0)

/* ---- a pid used again ---- */

static pid_t clone_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

/* A child of this very pid, the parent of one exec; which pid is taken, the first call says. */
static int exec_below(pid_t wanted, int (*exec)(void *arg))
{
	pid_t pid = wanted ? clone_as(wanted) : fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		seen->parent = getpid();
		seen->parent_start = start_ticks(getpid());
		_exit(-child_run(exec, NULL));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return -WEXITSTATUS(status);
}

static int exec_below_one_pid(void *arg)
{
	uint64_t start;
	int err = exec_below(0, exec_first);

	(void)arg;
	start = seen->parent_start;
	/* So that the start differs in what /proc shows of it as well. */
	usleep(50 * 1000);
	err = err ?: exec_below(seen->parent, exec_second);
	return !err && seen->parent_start <= start ? -ESTALE : err;
}

TEST_F(attribution, pid_used_again_is_another_parent)
{
	uint64_t scan_id, start;

	ASSERT_EQ(0, session_run(&bed, exec_below_one_pid, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ((uint64_t)seen->parent, record_u64(&r, "parent_pid"));
	scan_id = record_u64(&r, "scan_id");
	start = record_u64(&r, "parent_start");
	/* Were it the same group, this would be an update of its scan. */
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(seen->parent);
	EXPECT_NE(scan_id, record_u64(&r, "scan_id"));
	EXPECT_LT(start, record_u64(&r, "parent_start"));
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_EQ(6u, record_u64(&r, "distinct"));
	EXPECT_EQ(seen->parent_start,
		  record_u64(&r, "parent_start") / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
}

/* ---- parents and threads that exec ---- */

static int exec_shells(void *arg)
{
	char script[1200];
	char *argv[] = { "sh", "-c", script, NULL };

	(void)arg;
	snprintf(script, sizeof(script),
		 "%s a0 a1 a2 a3 a4; exec /bin/bash -c '%s b0 b1 b2 b3 b4; :'", ping, ping);
	seen->parent = getpid();
	seen->parent_start = start_ticks(getpid());
	return exec_program("/bin/dash", argv);
}

TEST_F(attribution, parent_that_execs_stays_one_parent)
{
	ASSERT_EQ(0, expect_two());
	ASSERT_EQ(0, session_exec(&bed, exec_shells, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ((uint64_t)seen->parent, record_u64(&r, "parent_pid"));
	EXPECT_EQ(seen->parent_start,
		  record_u64(&r, "parent_start") / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
	/* What it is now, not what it was. */
	EXPECT_STREQ("bash", record_raw(&r, "parent_comm"));
	EXPECT_STREQ("/usr/bin/bash", record_raw(&r, "parent_exe"));
}

static void *exec_in_thread(void *exec)
{
	seen->other = syscall(SYS_gettid);
	((int (*)(void *))exec)(NULL);
	return NULL;
}

/* A thread that is not the first execs; the process keeps its pid. */
static int exec_from_thread(void *exec)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_in_thread, exec))
		return -EAGAIN;
	pthread_join(thread, NULL);
	return -ENOEXEC;
}

TEST_F(attribution, thread_that_execs_is_its_process)
{
	ASSERT_EQ(0, session_exec(&bed, exec_from_thread, exec_first));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_NE(seen->other, seen->pid);
	EXPECT_TRUE(record_argv_is(&r, "args_last", first));
}

static int exec_dash_second(void *arg)
{
	char script[600];
	char *argv[] = { "sh", "-c", script, NULL };

	(void)arg;
	snprintf(script, sizeof(script), "%s b0 b1 b2 b3 b4; :", ping);
	return exec_program("/bin/dash", argv);
}

/* One exec below this process, and one below the program that a thread makes of it. */
static int exec_then_from_thread(void *arg)
{
	int err = child_run(exec_first, NULL);

	(void)arg;
	seen->parent = getpid();
	return err ?: exec_from_thread(exec_dash_second);
}

TEST_F(attribution, parent_whose_thread_execs_stays_one_parent)
{
	ASSERT_EQ(0, expect_two());
	ASSERT_EQ(0, session_exec(&bed, exec_then_from_thread, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_EQ(2u, record_u64(&r, "events"));
	EXPECT_EQ((uint64_t)seen->parent, record_u64(&r, "parent_pid"));
	EXPECT_STREQ("/usr/bin/dash", record_raw(&r, "parent_exe"));
}

/* ---- ways to be born ---- */

static int exec_by_vfork(void *arg)
{
	pid_t pid = vfork();

	(void)arg;
	if (!pid) {
		exec_first(NULL);
		_exit(1);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

TEST_F(attribution, vfork)
{
	ASSERT_EQ(0, session_run(&bed, exec_by_vfork, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
}

TEST_F(attribution, posix_spawn)
{
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, ping, first));
	seen->pid = bed.prober.probe_pid;
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(start_ticks(bed.prober.pid),
		  record_u64(&r, "parent_start") / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
}

/* A child of the prober makes a second one, of which it is not the parent itself. */
static int exec_as_sibling(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid) {
		struct clone_args args = { .flags = CLONE_PARENT };

		seen->other = getpid();
		if (!syscall(SYS_clone3, &args, sizeof(args)))
			_exit(-exec_first(NULL));
		_exit(0);
	}
	if (pid < 0)
		return -errno;
	while (wait(NULL) > 0)
		;
	return 0;
}

TEST_F(attribution, clone_parent)
{
	ASSERT_EQ(0, session_run(&bed, exec_as_sibling, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_NE(seen->other, bed.prober.pid);
}

/* ---- watched and confined ---- */

/* Stopped until the tracer has it. */
static int exec_when_continued(void *arg)
{
	(void)arg;
	raise(SIGSTOP);
	return exec_first(NULL);
}

/* Let @pid, just exec'ed, have the second arguments in place of the first: what it goes on with. */
static int change_argv(pid_t pid)
{
	static const char from[] = "ping\0a0\0a1\0a2\0a3\0a4", to[] = "ping\0b0\0b1\0b2\0b3\0b4";
	char path[64], stat[1024], *field;
	int i, mem, err = -EIO;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(path, stat, sizeof(stat)) < 0)
		return -EIO;
	/* The number of its arguments' address is 48; the name before the third has a ')'. */
	field = strrchr(stat, ')');
	for (i = 2; field && i < 48; i++)
		field = strchr(field + 1, ' ');
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDWR | O_CLOEXEC);
	if (field && pread(mem, stat, sizeof(to), strtoull(field, NULL, 10)) == sizeof(to) &&
	    !memcmp(stat, from, sizeof(from)) &&
	    pwrite(mem, to, sizeof(to), strtoull(field, NULL, 10)) == sizeof(to))
		err = 0;
	close(mem);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	return err ?: file_read(path, stat, sizeof(stat)) == sizeof(to) &&
		      !memcmp(stat, to, sizeof(to)) ? 0 : -ESTALE;
}

static void __attribute__((noreturn)) trace(pid_t pid, int (*at_exec)(pid_t pid))
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXEC))
		_exit(1);
	kill(pid, SIGCONT);
	while (waitpid(pid, &status, __WALL) == pid && !WIFEXITED(status)) {
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			seen->first++;
			seen->second = at_exec ? at_exec(pid) : 0;
		}
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	_exit(0);
}

static int exec_traced(void *at_exec)
{
	pid_t pid = fork();

	if (!pid)
		_exit(-exec_when_continued(NULL));
	waitpid(pid, NULL, WUNTRACED);
	seen->other = fork();
	if (!seen->other) {
		seen->other = getpid();
		trace(pid, at_exec);
	}
	while (wait(NULL) > 0)
		;
	return seen->first == 1 ? 0 : -ECHILD;
}

TEST_F(attribution, ptrace)
{
	ASSERT_EQ(0, session_run(&bed, exec_traced, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_NE((uint64_t)seen->other, record_u64(&r, "parent_pid"));
	EXPECT_TRUE(record_argv_is(&r, "args_last", first));
}

/* It counts as what it was exec'ed with, whatever it is told by who traces it. */
TEST_F(attribution, ptrace_that_changes_the_arguments)
{
	ASSERT_EQ(0, session_run(&bed, exec_traced, change_argv));
	ASSERT_EQ(0, seen->second);
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_TRUE(record_argv_is(&r, "args_last", first));
}

/* From here on @call does @action, everything else is let through. */
static int confine(unsigned int call, unsigned int action)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

static int exec_confined(void *arg)
{
	(void)arg;
	return confine(SYS_socket, SECCOMP_RET_ERRNO | EPERM) ?: exec_first(NULL);
}

static int exec_denied(void *arg)
{
	(void)arg;
	return confine(SYS_execve, SECCOMP_RET_ERRNO | ENOTTY) ?: exec_second(NULL);
}

static int exec_denied_and_confined(void *arg)
{
	(void)arg;
	seen->first = child_run(exec_denied, NULL);
	seen->second = child_run(exec_confined, NULL);
	return 0;
}

TEST_F(attribution, seccomp)
{
	ASSERT_EQ(0, session_run(&bed, exec_denied_and_confined, NULL));
	ASSERT_EQ(-ENOTTY, seen->first);
	ASSERT_EQ(0, seen->second);
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	/* What the filter denied is no event. */
	EXPECT_EQ(1u, record_u64(&r, "events"));
	EXPECT_TRUE(record_argv_is(&r, "args_first", first));
}

/* ---- users ---- */

static int be_user(void)
{
	return setresgid(USER, USER, USER) || setresuid(USER, USER, USER) ? -errno : 0;
}

static int exec_as_user(void *arg)
{
	(void)arg;
	return be_user() ?: exec_first(NULL);
}

static int exec_as_user_without_new_privileges(void *arg)
{
	(void)arg;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return be_user() ?: exec_first(NULL);
}

/* Root in a namespace of its own is the user that made it. */
static int exec_as_mapped_root(void *arg)
{
	int err = be_user();

	(void)arg;
	/* Who has changed user does not own its own files in /proc otherwise. */
	if (err || prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER))
		return err ?: -errno;
	err = file_write("/proc/self/uid_map", "0 4711 1", 8);
	if (err || setresuid(0, 0, 0))
		return err ?: -errno;
	return exec_first(NULL);
}

static int make_setuid(void)
{
	return chown(ping, OWNER, 0) || chmod(ping, 04755) ? -errno : 0;
}

TEST_F(attribution, setuid_tool)
{
	ASSERT_EQ(0, make_setuid());
	ASSERT_EQ(0, session_exec(&bed, exec_as_user, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(USER, record_u64(&r, "uid"));
	EXPECT_EQ(OWNER, record_u64(&r, "euid"));
}

TEST_F(attribution, setuid_tool_without_new_privileges)
{
	ASSERT_EQ(0, make_setuid());
	ASSERT_EQ(0, session_exec(&bed, exec_as_user_without_new_privileges, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_EQ(USER, record_u64(&r, "uid"));
	EXPECT_EQ(USER, record_u64(&r, "euid"));
}

TEST_F(attribution, setuid_tool_is_grouped_by_its_caller)
{
	ASSERT_EQ(0, rules_write("-t_one\nt_uid by=uid distinct=6 window=60 tools=ping\n"));
	ASSERT_EQ(0, make_setuid());
	ASSERT_EQ(0, session_exec(&bed, exec_as_user, NULL));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_EQ(USER, record_u64(&r, "uid"));
	ASSERT_EQ(1, group_find(&r, "t_uid", "uid", USER));
	EXPECT_EQ(0, group_find(&r, "t_uid", "uid", OWNER));
}

TEST_F(attribution, root_of_a_user_namespace)
{
	int err = session_exec(&bed, exec_as_mapped_root, NULL);

	if (err == -EPERM || err == -ENOSPC)
		SKIP(return, "users may not make user namespaces here");
	ASSERT_EQ(0, err);
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(USER, record_u64(&r, "uid"));
	EXPECT_EQ(USER, record_u64(&r, "euid"));
}

/* ---- 32 bits ---- */

TEST_F(attribution, program_of_32_bits)
{
	const char *noop32 = program_beside("noop32");
	const char *path;

	if (access(noop32, X_OK))
		SKIP(return, "no 32-bit program was built for this machine");
	unlink(ping);
	path = tool_copy(&bed, noop32, "ping");
	ASSERT_NE(NULL, path);
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, path, first));
	ASSERT_TRUE(WIFEXITED(bed.prober.status));
	seen->pid = bed.prober.probe_pid;
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_PARENT(bed.prober.pid);
	EXPECT_EQ(6u, record_u64(&r, "distinct"));
	EXPECT_EQ(6u, record_u64(&r, "argc"));
	EXPECT_TRUE(record_argv_is(&r, "args_last", first));
}

TEST_HARNESS_MAIN
