/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan selftests - execs of every kind, made in a session of their own
 *
 * Design: what posix_spawn() cannot do is written as a function that ends in an exec. It runs in a
 * child; that child's parent is the prober of the testbed, a fresh one, and so its session is.
 */
#ifndef SESSION_H
#define SESSION_H

#include "netscan_test.h"

/**
 * session_run() - run a function in a new prober of the testbed, which replaces the one before
 * @tb: the testbed
 * @fn: the function; 0 or -errno
 * @arg: for @fn
 *
 * File descriptors of the test are closed there: @fn opens what it needs.
 *
 * Return: what @fn returned.
 */
int session_run(struct testbed *tb, int (*fn)(void *arg), void *arg);

/**
 * child_run() - run a function in a child that it makes another program of, and wait for its end
 * @fn: ends in an exec, or returns a negative errno
 * @arg: for @fn
 *
 * The child's standard input, output and error are /dev/null.
 *
 * Return: 0 when the program was exec'ed, however it ended, or what @fn returned.
 */
int child_run(int (*fn)(void *arg), void *arg);

/**
 * session_exec() - session_run() of a child_run(): the prober is the parent of one exec
 * @tb: the testbed
 * @fn: as for child_run()
 * @arg: for @fn
 *
 * Return: as child_run().
 */
int session_exec(struct testbed *tb, int (*fn)(void *arg), void *arg);

/** exec_program() - exec @path with @argv and no environment; -errno */
int exec_program(const char *path, char *const argv[]);

/** exec_descriptor() - exec what is open as @fd, or @path below it; -errno */
int exec_descriptor(int fd, const char *path, char *const argv[]);

/**
 * decoys() - execs of a tool that have nothing in common but their session
 * @path: the tool
 * @uid: the user
 * @count: how many, each a parent of its own
 * @args: distinct arguments of each, at least 1, its name included; no other decoy has them
 * @execs: how often each runs the tool, with the same arguments
 * @from: number of the first decoy: later ones go on where those before have ended
 *
 * Return: 0 or -errno.
 */
int decoys(const char *path, uid_t uid, unsigned int count, unsigned int args, unsigned int execs,
	   unsigned int from);

/**
 * build_id_of() - the build-id that the linker left in a program
 * @path: the program
 * @at: NULL, or receives where in the file it is
 *
 * Found by its bytes alone.
 *
 * Return: hexadecimal digits in a static buffer, or NULL.
 */
const char *build_id_of(const char *path, off_t *at);

/** build_id_tell() - write the line @line of the tools file, and the build-id of @path in it */
int build_id_tell(const char *path, const char *line);

/** testbed_reload() - load the module anew with @params; the testbed's own reader would hold it */
int testbed_reload(struct testbed *tb, const char *params);

/** shared_memory() - @size zeroed bytes that children share; NULL if there are none */
void *shared_memory(size_t size);

/**
 * program_needs() - skip all tests of this program, if @path cannot be run
 *
 * To be called before main(): a test that is skipped in its fixture is run all the same.
 */
void program_needs(const char *path);

/** program_beside() - the path of @name in the directory of the test program; a static buffer */
const char *program_beside(const char *name);

/** test_is_full() - whether tests are to run at full size, see FULL in selftests/vm/params.sh */
bool test_is_full(void);

#endif /* SESSION_H */
