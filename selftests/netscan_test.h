/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan selftests - what all test programs share: device, proc, module, records, probers
 *
 * Design:
 *
 *  The tests know netscan only from outside: its device, its proc files, its module parameters and
 *  the documented formats. Nothing of the module's code is used, so a mistake in it cannot hide
 *  in its own test.
 *
 *  Every group of a test is its own: probes run below a prober, a child in a session of its own, so
 *  records of other tests, which share the ring, are told apart by sid, parent_pid or scan_id.
 *
 *  "Nothing was reported" is never shown by waiting. Records come in the order of the execs, so a
 *  test that expects silence goes on until something must be reported and finds that it is first.
 *
 *  All functions here return 0 or a negative errno and print what went wrong as a TAP comment,
 *  unless their comment says otherwise.
 */
#ifndef NETSCAN_TEST_H
#define NETSCAN_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEVICE		"/dev/netscan"
#define PROC(name)	"/proc/netscan/" name

#define NSEC_PER_SEC	1000000000ULL

/* What a record, a proc file and an argument vector may take here; all beyond it is an error. */
#define LINE_SIZE	(64 * 1024)
#define FILE_SIZE	(1024 * 1024)
#define MAX_PAIRS	64
#define MAX_ARGS	256

/* How long a test waits for what must come: a slow emulated machine needs more than a real one. */
#define PATIENCE_MS	15000

/* ---- records and key=value lines (record.c) ---- */

/**
 * struct pair - one key=value of a line
 * @key: the key
 * @raw: the value as it stands in the line, without its quotes
 * @quoted: it stood in double quotes
 */
struct pair {
	const char *key;
	const char *raw;
	bool quoted;
};

/**
 * struct record - one parsed line
 * @line: the line as it was read, with its newline
 * @len: its length
 * @npairs: how many pairs it has
 * @pairs: the pairs in their order; they point into @text
 * @text: the storage of @pairs
 */
struct record {
	char line[LINE_SIZE];
	size_t len;
	unsigned int npairs;
	struct pair pairs[MAX_PAIRS];
	char text[LINE_SIZE];
};

/**
 * line_parse() - split one line into pairs, accepting nothing that the format does not allow
 * @r: out
 * @line: the line, which must end in its only newline
 * @len: its length
 * @skip_words: how many leading words without "=" to pass over, such as a rule's name
 *
 * Return: NULL, or what is wrong with the line.
 */
const char *line_parse(struct record *r, const char *line, size_t len, unsigned int skip_words);

/**
 * record_parse() - line_parse() and what holds for every record: the five first keys
 * @r: out
 * @line: the line
 * @len: its length
 *
 * Return: NULL, or what is wrong with the line.
 */
const char *record_parse(struct record *r, const char *line, size_t len);

/** record_raw() - the undecoded value of @key, or "<absent>" */
const char *record_raw(const struct record *r, const char *key);

/** record_u64() - the decimal value of @key; UINT64_MAX when absent or not a plain number */
uint64_t record_u64(const struct record *r, const char *key);

/** record_ns() - the value of @key, seconds.nanoseconds, in ns; UINT64_MAX when malformed */
uint64_t record_ns(const struct record *r, const char *key);

/** record_is() - whether @key has exactly the undecoded value @raw */
bool record_is(const struct record *r, const char *key, const char *raw);

/**
 * record_bytes() - decode a quoted value
 * @r: the record
 * @key: whose value
 * @out: at least LINE_SIZE bytes; a NUL is appended
 *
 * Return: the number of bytes, or -1 when @key is absent or not quoted.
 */
ssize_t record_bytes(const struct record *r, const char *key, char *out);

/**
 * record_argv_is() - whether @key (args_first or args_last) spells exactly @argv
 * @r: the record
 * @key: args_first or args_last
 * @argv: NULL-terminated
 *
 * The value is split at its literal spaces first and each part decoded then, so an argument that
 * holds a space, or forges one, is found out. Prints the difference.
 */
bool record_argv_is(const struct record *r, const char *key, char *const argv[]);

/* ---- the device ---- */

/** device_open() - open for reading, O_NONBLOCK, after all records kept so far; fd or -errno */
int device_open(void);

/** device_drain() - read until EAGAIN; the number of records, or -errno */
int device_drain(int dev);

/**
 * record_read() - wait for one record, read and parse it
 * @dev: a non-blocking descriptor
 * @r: out
 * @timeout_ms: how long to wait
 *
 * Return: 1, 0 when none came, -EBADMSG when what came is no record, or another -errno.
 */
int record_read(int dev, struct record *r, int timeout_ms);

/** record_next() - the next record in which @key is @value. As record_read() */
int record_next(int dev, struct record *r, const char *key, uint64_t value, int timeout_ms);

/* ---- proc and other small files ---- */

/** file_read() - the whole file into @buf, NUL-terminated; its length or -errno. Prints nothing */
ssize_t file_read(const char *path, char *buf, size_t size);

/** file_write() - write @len bytes by one write(2). Prints nothing. -EIO for a short write */
int file_write(const char *path, const char *text, size_t len);

/** rules_write() - file_write() of a string to the rules file */
int rules_write(const char *text);

/** stats_get() - the value of the counter @name in the stats file; UINT64_MAX when absent */
uint64_t stats_get(const char *name);

/** group_find() - the line of the groups file with @rule in which @key is @value; 1, 0 or -errno */
int group_find(struct record *r, const char *rule, const char *key, uint64_t value);

/** now_ns() - CLOCK_REALTIME in nanoseconds */
uint64_t now_ns(void);

/** sleep_until() - sleep until CLOCK_REALTIME has reached @ns */
void sleep_until(uint64_t ns);

/** start_ticks() - start of @pid in clock ticks since boot, from /proc/PID/stat; 0 on failure */
uint64_t start_ticks(pid_t pid);

/* ---- the module ---- */

/** module_load() - load netscan.ko with @params; 0 or -errno, prints nothing */
int module_load(const char *params);

/** module_unload() - remove the module if nothing uses it; 0 or -errno, prints nothing */
int module_unload(void);

/** module_loaded() - whether the module is there, by /proc/modules */
bool module_loaded(void);

/* ---- probers (prober.c) ---- */

/* Run the probe below a fresh child of the prober, as a subshell does. */
#define PROBE_FRESH_PARENT	1U
/* Run it from a fresh thread of the prober: the parent is the prober all the same. */
#define PROBE_FRESH_THREAD	2U

struct prober_shared;

/**
 * struct prober - a process in a session of its own that execs what it is told
 * @pid: its pid, which is its session's id and the parent of its probes
 * @sock: where its requests go
 * @shared: the request and the answer
 * @probe_pid: the pid the last probe had, as the prober saw it
 * @parent_pid: the last probe's parent: @pid, or the fresh child
 * @status: the last probe's wait status
 * @before_ns: when the last probe was started
 * @after_ns: when it had ended
 */
struct prober {
	pid_t pid;
	int sock;
	struct prober_shared *shared;
	pid_t probe_pid;
	pid_t parent_pid;
	int status;
	uint64_t before_ns;
	uint64_t after_ns;
};

/**
 * prober_start() - start a prober
 * @p: out
 * @setup: NULL, or what it does first in its session (change user, …); 0 or -errno
 * @arg: for @setup
 */
int prober_start(struct prober *p, int (*setup)(void *arg), void *arg);

/** prober_stop() - end a prober; a second call does nothing */
void prober_stop(struct prober *p);

/**
 * probe_argv() - have @p exec @path with @argv once and wait until it has ended
 *
 * Prints nothing.
 *
 * Return: 0, or -errno of the failed exec.
 */
int probe_argv(struct prober *p, unsigned int flags, const char *path, char *const argv[]);

/** probe() - probe_argv() with the arguments, argv[0] first, as a NULL-terminated list */
int probe(struct prober *p, const char *path, ...) __attribute__((sentinel));

/** probe_hosts() - "ping -c 1 10.0.x.y" for @count hosts from number @first on, an exec each */
int probe_hosts(struct prober *p, unsigned int flags, const char *path, unsigned int first,
		unsigned int count);

/** probe_burst() - one exec, "ping" and @count arguments made of @prefix and 0, 1, … */
int probe_burst(struct prober *p, unsigned int flags, const char *path, const char *prefix,
		unsigned int count);

/* ---- testbed ---- */

/**
 * struct testbed - what nearly every test needs
 * @dev: the device, read up to its newest record
 * @prober: a fresh prober
 * @dir: a directory for programs named as tools, mode 0755
 * @rules: the rules as found
 * @tools: the tools as found
 */
struct testbed {
	int dev;
	struct prober prober;
	char dir[64];
	char rules[16 * 1024];
	char tools[16 * 1024];
};

/** testbed_open() - load the module if need be, make all that @tb holds */
int testbed_open(struct testbed *tb);

/** testbed_close() - put rules and tools back as found, end the prober, remove the directory */
int testbed_close(struct testbed *tb);

/** testbed_next() - the next record of the testbed's prober's session. As record_next() */
int testbed_next(struct testbed *tb, struct record *r);

/**
 * testbed_alerts() - how many alerts of the prober's session are there up to now
 * @tb: where; records already read are not counted
 * @updates: NULL, or where to count the updates
 *
 * A scan of another session, made here, marks the "now" in the order of records.
 *
 * Return: the number, or -errno.
 */
int testbed_alerts(struct testbed *tb, unsigned int *updates);

/**
 * tool_path() - a program that does nothing, named @name
 * @tb: where
 * @name: such as "ping"
 *
 * Return: its path, in one of two static buffers used in turn, or NULL.
 */
const char *tool_path(struct testbed *tb, const char *name);

/** testbed_path() - a path in the testbed's directory; one of four static buffers in turn */
const char *testbed_path(const struct testbed *tb, const char *name);

/**
 * tool_copy() - an existing program under the name @name in the testbed's directory
 * @tb: where
 * @from: the program
 * @name: such as "ping"
 *
 * Return: as tool_path().
 */
const char *tool_copy(struct testbed *tb, const char *from, const char *name);

#endif /* NETSCAN_TEST_H */
