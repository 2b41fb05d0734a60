// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - plays a trace of execs with real processes and writes down what happened
 *
 * Usage: trace_run DIRECTORY <TRACE >LOG
 *
 * Design:
 *
 *  model/trace.py says what a trace is. Execs are played strictly one after the other, so that
 *  their order is known; each lies between two readings of CLOCK_REALTIME, the first just before
 *  execve(2) and the second when the program has ended. The log has a line for each:
 *
 *      rules ERRNO BEFORE AFTER
 *      exec ERRNO PID PARENT SESSION BEFORE AFTER
 *
 *  and at its end
 *
 *      stall NANOSECONDS
 *
 *  by how much at most a sleeper on any CPU woke too late: no worker can be more punctual.
 *
 *  Actors are forked where the trace wants them to be, the members of a session by its leader.
 *  Each waits for its semaphore; what it is to do and what came of it stands in shared memory.
 *
 *  If playing falls behind its times, all later ones are put off by a whole number of ticks, so
 *  that what was on the grid stays there.
 */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "netscan_test.h"

#define MAX_ACTORS	16384
#define MAX_STEP_ARGS	1024
#define NSEC_PER_MS	1000000ULL
#define TICK		(400 * NSEC_PER_MS)
#define NAP		(20 * NSEC_PER_MS)

/**
 * struct stage - what is to be done, and what came of it
 * @actor: the actor to be started, or 0 for an exec
 * @uid: its user
 * @kind: direct, fresh, orphan or setsid, by their first letters
 * @error: errno
 * @pid: of the exec
 * @parent: its parent as it exec'ed
 * @session: its session then
 * @before: when it was about to exec
 * @argc: how many arguments @text holds
 * @text: the path and the arguments, each with its NUL
 * @done: posted by an actor when it has done it
 * @go: one for each actor, to tell it
 * @stall: nanoseconds, see above
 */
struct stage {
	unsigned int actor;
	uid_t uid;
	char kind;
	int error;
	pid_t pid;
	pid_t parent;
	pid_t session;
	uint64_t before;
	unsigned int argc;
	char text[4 * LINE_SIZE];
	sem_t done;
	sem_t go[MAX_ACTORS];
	uint64_t stall;
};

static struct stage *stage;
static pid_t player;

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "# trace_run: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- in the actors ---- */

/* In the process that is to become the tool. */
static void __attribute__((noreturn)) become_tool(char *const argv[])
{
	static char * const no_environment[] = { NULL };

	if (stage->kind == 's')
		setsid();
	stage->pid = getpid();
	stage->parent = getppid();
	stage->session = getsid(0);
	stage->before = now_ns();
	execve(stage->text, argv, no_environment);
	stage->error = errno;
	_exit(127);
}

static void run_child(char *const argv[])
{
	pid_t pid = vfork();

	if (!pid)
		become_tool(argv);
	if (pid < 0)
		stage->error = errno;
	else
		waitpid(pid, NULL, 0);
}

static void run_fresh(char *const argv[])
{
	pid_t pid = fork();

	if (!pid) {
		run_child(argv);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* The player is a subreaper: it becomes the parent, and waits for the tool. */
static void run_orphan(char *const argv[])
{
	pid_t pid = fork();

	if (!pid) {
		if (fork())
			_exit(0);
		while (getppid() != player)
			usleep(100);
		become_tool(argv);
	}
	waitpid(pid, NULL, 0);
}

static void run_tool(void)
{
	static char *argv[MAX_STEP_ARGS + 1];
	char *text = stage->text;
	unsigned int i;

	for (i = 0; i < stage->argc; i++) {
		text += strlen(text) + 1;
		argv[i] = text;
	}
	argv[i] = NULL;
	switch (stage->kind) {
	case 'f':
		run_fresh(argv);
		break;
	case 'o':
		run_orphan(argv);
		break;
	default:
		run_child(argv);
	}
}

/* Forks the actor of the stage: a leader below the player, the others below their leaders. */
static void start_actor(void);

static void __attribute__((noreturn)) act(unsigned int self)
{
	if (getppid() == player)
		setsid();
	/* Root stays behind, in the saved user, for a leader's members; exec drops it. */
	if (setresuid(0, 0, 0) || setresuid(stage->uid, stage->uid, 0))
		stage->error = errno;
	/* After the change of user, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sem_post(&stage->done);
	for (;;) {
		while (sem_wait(&stage->go[self]))
			;
		if (stage->actor) {
			start_actor();
			continue;
		}
		run_tool();
		sem_post(&stage->done);
	}
}

static void start_actor(void)
{
	unsigned int self = stage->actor;
	pid_t pid = fork();

	if (!pid)
		act(self);
	if (pid < 0) {
		stage->error = errno;
		sem_post(&stage->done);
	}
}

/* ---- beside them ---- */

static void __attribute__((noreturn)) watch_cpu(unsigned int cpu)
{
	uint64_t then, late, most;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setaffinity(0, sizeof(set), &set))
		_exit(0);	/* there is no such CPU */
	for (;;) {
		then = now_ns() + NAP;
		sleep_until(then);
		late = now_ns() - then;
		most = __atomic_load_n(&stage->stall, __ATOMIC_RELAXED);
		while (late > most &&
		       !__atomic_compare_exchange_n(&stage->stall, &most, late, true,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			;
	}
}

static void watch_cpus(void)
{
	unsigned int cpu;
	pid_t pid;

	for (cpu = 0; cpu < (unsigned int)sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		pid = fork();
		if (!pid)
			watch_cpu(cpu);
		if (pid < 0)
			fail("a watcher does not start");
	}
}

/* ---- in the player ---- */

static void wait_done(void)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 60;
	while (sem_timedwait(&stage->done, &limit)) {
		if (errno != EINTR)
			fail("an actor does not answer");
	}
}

static void play_actor(const char *words)
{
	unsigned int self, leader;

	if (sscanf(words, "%u %u %u", &self, &leader, &stage->uid) != 3 || self >= MAX_ACTORS ||
	    leader >= MAX_ACTORS || sem_init(&stage->go[self], 1, 0))
		fail("not an actor");
	stage->actor = self;
	stage->error = 0;
	if (self == leader)
		start_actor();
	else
		sem_post(&stage->go[leader]);
	wait_done();
	errno = stage->error;
	if (errno)
		fail("an actor does not start");
	stage->actor = 0;
}

/* Decodes one word of a trace to @to; where the next goes, or NULL when it is not to be decoded. */
static char *put_word(char *to, const char *word)
{
	unsigned int c;

	if (!strcmp(word, "%"))
		word = "";
	while (*word) {
		c = (unsigned char)*word++;
		if (c == '%') {
			if (sscanf(word, "%2x", &c) != 1)
				return NULL;
			word += 2;
		}
		*to++ = c;
	}
	*to++ = '\0';
	return to;
}

/* The path and arguments of an exec onto the stage. */
static void stage_words(const char *dir, char *words)
{
	char *to = stage->text + sprintf(stage->text, "%s/", dir);
	char *word;

	stage->argc = 0;
	for (word = strtok(words, " "); word && to; word = strtok(NULL, " ")) {
		if (stage->argc++ > MAX_STEP_ARGS)
			fail("too many arguments");
		to = put_word(to, word);
	}
	if (!to || !stage->argc)
		fail("not an exec");
	/* The path is none. */
	stage->argc--;
}

static void play_exec(const char *dir, char *words)
{
	unsigned int actor;
	char kind[16];
	int used = 0;

	if (sscanf(words, "%u %15s %n", &actor, kind, &used) != 2 || !used || actor >= MAX_ACTORS)
		fail("not an exec");
	if (strlen(words) + strlen(dir) + 2 > sizeof(stage->text))
		fail("too long an exec");
	stage_words(dir, words + used);
	stage->kind = kind[0];
	stage->error = 0;
	sem_post(&stage->go[actor]);
	wait_done();
	if (stage->kind == 'o' && waitpid(-1, NULL, 0) != stage->pid)
		fail("another child ended");
	printf("exec %d %d %d %d %llu %llu\n", stage->error, stage->pid, stage->parent,
	       stage->session, (unsigned long long)stage->before, (unsigned long long)now_ns());
}

static void play_rules(char *text)
{
	uint64_t before = now_ns();
	char *c;
	int err;

	for (c = text; *c; c++) {
		if (*c == ';')
			*c = '\n';
	}
	err = rules_write(text);
	printf("rules %d %llu %llu\n", -err, (unsigned long long)before,
	       (unsigned long long)now_ns());
}

/* Waits until @ms after @start, which is moved by whole ticks if that has passed. */
static void play_at(uint64_t *start, uint64_t ms)
{
	uint64_t then = *start + ms * NSEC_PER_MS;
	uint64_t now = now_ns();
	uint64_t late = then < now ? (now - then + TICK - 1) / TICK * TICK : 0;

	*start += late;
	sleep_until(then + late);
}

static void play(const char *dir, char *line, uint64_t *start)
{
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, "exec ", 5))
		play_exec(dir, line + 5);
	else if (!strncmp(line, "at ", 3))
		play_at(start, strtoull(line + 3, NULL, 10));
	else if (!strncmp(line, "actor ", 6))
		play_actor(line + 6);
	else if (!strncmp(line, "rules ", 6))
		play_rules(line + 6);
	else
		fail("not a step");
}

int main(int argc, char *argv[])
{
	uint64_t start = now_ns();
	char *line = NULL;
	size_t size = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: trace_run DIRECTORY <TRACE >LOG\n");
		return 2;
	}
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (stage == MAP_FAILED || sem_init(&stage->done, 1, 0) || prctl(PR_SET_CHILD_SUBREAPER, 1))
		fail("setting the stage");
	player = getpid();
	watch_cpus();
	while (getline(&line, &size, stdin) > 0)
		play(argv[1], line, &start);
	printf("stall %llu\n", (unsigned long long)stage->stall);
	return 0;
}
