// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - execs of every kind, made in a session of their own
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session.h"

static char * const no_environment[] = { NULL };

int session_run(struct testbed *tb, int (*fn)(void *arg), void *arg)
{
	prober_stop(&tb->prober);
	return prober_start(&tb->prober, fn, arg);
}

static void be_quiet(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

/* Told through a pipe that an exec closes: whatever comes is the errno of a failure. */
int child_run(int (*fn)(void *arg), void *arg)
{
	int fds[2], err = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		be_quiet();
		err = fn(arg);
		_exit(write(fds[1], &err, sizeof(err)) != sizeof(err));
	}
	close(fds[1]);
	if (pid < 0 || read(fds[0], &err, sizeof(err)) < 0)
		err = -errno;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return err;
}

const char *build_id_of(const char *path, off_t *at)
{
	static const char note[] = "\4\0\0\0\24\0\0\0\3\0\0\0GNU";
	static char head[4096], hex[41];
	const char *found = NULL;
	ssize_t len = file_read(path, head, sizeof(head));
	unsigned int i;

	if (len > 20)
		found = memmem(head, len - 20, note, sizeof(note));
	if (!found)
		return NULL;
	for (i = 0; i < 20; i++)
		sprintf(hex + 2 * i, "%02x", (unsigned char)found[sizeof(note) + i]);
	if (at)
		*at = found + sizeof(note) - head;
	return hex;
}

int build_id_tell(const char *path, const char *line)
{
	const char *id = build_id_of(path, NULL);
	char text[512];

	if (!id)
		return -ENODATA;
	snprintf(text, sizeof(text), "%s buildid=%s\n", line, id);
	return file_write(PROC("tools"), text, strlen(text));
}

/**
 * struct call - a function with its argument
 * @fn: the function
 * @arg: its argument
 */
struct call {
	int (*fn)(void *arg);
	void *arg;
};

static int run_call(void *arg)
{
	const struct call *call = arg;

	return child_run(call->fn, call->arg);
}

int session_exec(struct testbed *tb, int (*fn)(void *arg), void *arg)
{
	struct call call = { fn, arg };

	return session_run(tb, run_call, &call);
}

int exec_program(const char *path, char *const argv[])
{
	execve(path, argv, no_environment);
	return -errno;
}

int exec_descriptor(int fd, const char *path, char *const argv[])
{
	syscall(SYS_execveat, fd, path, argv, no_environment, *path ? 0 : AT_EMPTY_PATH);
	return -errno;
}

/* Execs with a parent of their own. All are vforks: this runs a hundred thousand times. */
static int __attribute__((noinline)) exec_decoy(const char *path, char *const argv[],
						unsigned int execs)
{
	volatile pid_t parent, tool;
	volatile unsigned int i;
	volatile int failed = 0;

	parent = vfork();
	if (!parent) {
		for (i = 0; i < execs; i++) {
			tool = vfork();
			if (!tool) {
				execve(path, argv, no_environment);
				failed = errno;
				_exit(1);
			}
			waitpid(tool, NULL, 0);
		}
		_exit(0);
	}
	if (parent < 0)
		return -errno;
	waitpid(parent, NULL, 0);
	return -failed;
}

/**
 * struct flood - decoys to be made, as said by decoys()
 * @path: the tool
 * @uid: the user
 * @count: how many
 * @args: arguments of each
 * @execs: execs of each
 * @from: number of the first
 */
struct flood {
	const char *path;
	uid_t uid;
	unsigned int count;
	unsigned int args;
	unsigned int execs;
	unsigned int from;
};

static int make_decoys(void *arg)
{
	const struct flood *flood = arg;
	char texts[MAX_ARGS][24], *argv[MAX_ARGS + 1] = { "ping" };
	unsigned int i, n;
	int err = 0;

	if (flood->args > MAX_ARGS)
		return -E2BIG;
	if (flood->uid && setresuid(flood->uid, flood->uid, flood->uid))
		return -errno;
	for (i = 1; i < flood->args; i++)
		argv[i] = texts[i];
	for (n = flood->from; !err && n < flood->from + flood->count; n++) {
		for (i = 1; i < flood->args; i++)
			snprintf(texts[i], sizeof(texts[i]), "d%u-%u", n, i);
		err = exec_decoy(flood->path, argv, flood->execs);
	}
	return err;
}

int decoys(const char *path, uid_t uid, unsigned int count, unsigned int args, unsigned int execs,
	   unsigned int from)
{
	struct flood flood = { path, uid, count, args, execs, from };
	struct prober prober;
	int err = prober_start(&prober, make_decoys, &flood);

	prober_stop(&prober);
	return err;
}

int testbed_reload(struct testbed *tb, const char *params)
{
	int err;

	if (tb->dev >= 0)
		close(tb->dev);
	err = module_unload() ?: module_load(params);
	tb->dev = err ? -1 : device_open();
	return err ?: (tb->dev < 0 ? tb->dev : 0);
}

void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void program_needs(const char *path)
{
	if (!access(path, X_OK))
		return;
	printf("TAP version 13\n1..0 # SKIP %s is not installed\n", path);
	exit(4);
}

const char *program_beside(const char *name)
{
	static char path[512];
	char self[256];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return NULL;
	self[len] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dirname(self), name);
	return path;
}

bool test_is_full(void)
{
	const char *mark = program_beside("full");

	return mark && !access(mark, F_OK);
}
