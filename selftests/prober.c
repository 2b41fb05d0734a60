// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - probers: processes in sessions of their own that exec what they are told
 *
 * Design: a test asks by one byte over a socket pair and waits for one byte back; path, arguments
 * and the answer lie in shared memory. So a test knows at every step which execs have happened, and
 * each of them has the prober, or its fresh child, as its parent. A prober dies with the test.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netscan_test.h"

/**
 * struct prober_shared - one request and its answer
 * @flags: of the probe
 * @argc: how many arguments @text holds
 * @error: 0, or the errno of the failed exec or setup
 * @probe_pid: the probe
 * @parent_pid: its parent
 * @status: its wait status
 * @before_ns: when it was started
 * @after_ns: when it had ended
 * @text: the path and the arguments, each with its NUL
 */
struct prober_shared {
	unsigned int flags;
	unsigned int argc;
	int error;
	pid_t probe_pid;
	pid_t parent_pid;
	int status;
	uint64_t before_ns;
	uint64_t after_ns;
	char text[LINE_SIZE];
};

static void spawn_probe(struct prober_shared *shared)
{
	static char * const no_environment[] = { NULL };
	char *path = shared->text;
	char *arg = path + strlen(path) + 1;
	char *argv[MAX_ARGS + 1];
	unsigned int i;

	for (i = 0; i < shared->argc; i++) {
		argv[i] = arg;
		arg += strlen(arg) + 1;
	}
	argv[i] = NULL;
	shared->parent_pid = getpid();
	shared->before_ns = now_ns();
	shared->error = posix_spawn(&shared->probe_pid, path, NULL, NULL, argv, no_environment);
	if (!shared->error)
		waitpid(shared->probe_pid, &shared->status, 0);
	shared->after_ns = now_ns();
}

static void *spawn_in_thread(void *shared)
{
	spawn_probe(shared);
	return NULL;
}

static void spawn_from_thread(struct prober_shared *shared)
{
	pthread_t thread;

	shared->error = pthread_create(&thread, NULL, spawn_in_thread, shared);
	if (!shared->error)
		pthread_join(thread, NULL);
}

static void spawn_below_child(struct prober_shared *shared)
{
	pid_t child = fork();

	if (child < 0) {
		shared->error = errno;
		return;
	}
	if (!child) {
		spawn_probe(shared);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void serve(int sock, struct prober_shared *shared)
{
	char byte;

	while (read(sock, &byte, 1) == 1) {
		shared->error = 0;
		if (shared->flags & PROBE_FRESH_PARENT)
			spawn_below_child(shared);
		else if (shared->flags & PROBE_FRESH_THREAD)
			spawn_from_thread(shared);
		else
			spawn_probe(shared);
		if (write(sock, &byte, 1) != 1)
			break;
	}
}

static void __attribute__((noreturn))
run_prober(int sock, struct prober_shared *shared, int (*setup)(void *arg), void *arg)
{
	char byte = 0;

	/* The device, open in the test, would hold the module for as long as the prober lives. */
	syscall(SYS_close_range, 3, sock - 1, 0);
	syscall(SYS_close_range, sock + 1, ~0U, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	shared->error = setup ? -setup(arg) : 0;
	/* A change of user clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(sock, &byte, 1) == 1 && !shared->error)
		serve(sock, shared);
	_exit(0);
}

int prober_start(struct prober *p, int (*setup)(void *arg), void *arg)
{
	int sockets[2];
	char byte;

	memset(p, 0, sizeof(*p));
	p->sock = -1;
	p->shared = mmap(NULL, sizeof(*p->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->shared == MAP_FAILED) {
		p->shared = NULL;
		return -errno;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	p->pid = fork();
	if (!p->pid) {
		close(sockets[0]);
		run_prober(sockets[1], p->shared, setup, arg);
	}
	close(sockets[1]);
	p->sock = sockets[0];
	if (p->pid < 0 || read(p->sock, &byte, 1) != 1) {
		fprintf(stderr, "# no prober\n");
		return -ECHILD;
	}
	return -p->shared->error;
}

void prober_stop(struct prober *p)
{
	if (p->sock >= 0)
		close(p->sock);
	p->sock = -1;
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
	if (p->shared)
		munmap(p->shared, sizeof(*p->shared));
	p->shared = NULL;
}

/* Appends @s with its NUL to the request's text; false when it is full. */
static bool put_text(struct prober_shared *shared, size_t *at, const char *s)
{
	size_t len = strlen(s) + 1;

	if (*at + len > sizeof(shared->text))
		return false;
	memcpy(shared->text + *at, s, len);
	*at += len;
	return true;
}

int probe_argv(struct prober *p, unsigned int flags, const char *path, char *const argv[])
{
	struct prober_shared *shared = p->shared;
	unsigned int argc;
	size_t at = 0;
	char byte = 0;

	if (!put_text(shared, &at, path))
		return -E2BIG;
	for (argc = 0; argv[argc]; argc++) {
		if (argc == MAX_ARGS || !put_text(shared, &at, argv[argc]))
			return -E2BIG;
	}
	shared->argc = argc;
	shared->flags = flags;
	if (write(p->sock, &byte, 1) != 1 || read(p->sock, &byte, 1) != 1)
		return -EPIPE;
	p->probe_pid = shared->probe_pid;
	p->parent_pid = shared->parent_pid;
	p->status = shared->status;
	p->before_ns = shared->before_ns;
	p->after_ns = shared->after_ns;
	return -shared->error;
}

int probe(struct prober *p, const char *path, ...)
{
	char *argv[MAX_ARGS + 1];
	unsigned int argc = 0;
	va_list list;
	int err;

	va_start(list, path);
	do {
		argv[argc] = va_arg(list, char *);
	} while (argv[argc] && argc++ < MAX_ARGS);
	va_end(list);
	err = probe_argv(p, 0, path, argv);
	if (err)
		fprintf(stderr, "# exec of %s: %s\n", path, strerror(-err));
	return err;
}

int probe_hosts(struct prober *p, unsigned int flags, const char *path, unsigned int first,
		unsigned int count)
{
	char host[32];
	char *argv[] = { "ping", "-c", "1", host, NULL };
	int err = 0;

	while (!err && count--) {
		snprintf(host, sizeof(host), "10.0.%u.%u", first / 250, first % 250 + 1);
		err = probe_argv(p, flags, path, argv);
		first++;
	}
	if (err)
		fprintf(stderr, "# exec of %s for %s: %s\n", path, host, strerror(-err));
	return err;
}

int probe_burst(struct prober *p, unsigned int flags, const char *path, const char *prefix,
		unsigned int count)
{
	static char args[MAX_ARGS][32];
	char *argv[MAX_ARGS + 1];
	unsigned int i;
	int err;

	if (count >= MAX_ARGS)
		return -E2BIG;
	argv[0] = "ping";
	for (i = 0; i < count; i++) {
		snprintf(args[i], sizeof(args[i]), "%s%u", prefix, i);
		argv[i + 1] = args[i];
	}
	argv[count + 1] = NULL;
	err = probe_argv(p, flags, path, argv);
	if (err)
		fprintf(stderr, "# exec of %s: %s\n", path, strerror(-err));
	return err;
}
