// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - prints the records of /dev/netscan
 *
 * Design: one thread that sleeps in ppoll() until there is a record, the reader
 * of the output has gone, or the device has come or gone. A record is written
 * out as soon as it was read. Nothing is kept that would have to be saved, so
 * SIGTERM, SIGINT and SIGHUP end the program right in the handler, even while
 * a write is stuck. SIGUSR1 comes through during ppoll() alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "output.h"
#include "pretty.h"
#include "record.h"
#include "source.h"
#include "splitter.h"

/* Where inotify cannot tell that the device has come, look this often. */
#define RETRY_MS	5000

/* After SIGUSR1 the device stays closed this long unless its node changes. */
#define RELEASE_MS	10000

/**
 * struct logger - everything that the program knows
 * @opts: the command line
 * @src: the device
 * @absence_told: it was said that the device is not open; say when it is again
 * @wait_mask: signal mask while asleep
 * @in: bytes read and not printed
 * @out: what goes out next
 */
struct logger {
	struct options opts;
	struct source src;
	bool absence_told;
	sigset_t wait_mask;
	struct splitter in;
	struct output out;
};

static volatile sig_atomic_t release_wanted;

__attribute__((format(printf, 1, 2)))
static void say(const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	fprintf(stderr, "netscan-logger: %s\n", buf);
}

static void say_device_error(const char *path, int err)
{
	const char *advice = "";

	if (err == -EACCES || err == -EPERM)
		advice = geteuid() ? " (run as root)" : " (denied by a sandbox or a policy)";
	else if (source_is_absent(err))
		advice = " (is the module loaded?)";
	say("%s: %s%s", path, strerror(-err), advice);
}

/* Return: 0; -EPIPE if nobody reads the output; -EIO after it was said why. */
static int put_out(struct logger *l)
{
	int ret = output_write(&l->out, STDOUT_FILENO);

	if (!ret || ret == -EPIPE)
		return ret;
	say("standard output: %s", strerror(-ret));
	return -EIO;
}

static int put_piece(struct logger *l, const struct piece *piece)
{
	struct record rec;
	bool known = piece->whole && record_parse(&rec, piece->p, piece->len);
	uint64_t skipped;

	if (known && !source_is_new(&l->src, &rec, &skipped))
		return 0;
	if (known && skipped)
		say("%" PRIu64 " records were overwritten while the device was closed", skipped);

	output_reset(&l->out);
	if (l->opts.format == FORMAT_RAW) {
		output_bytes(&l->out, piece->p, piece->len);
		output_bytes(&l->out, "\n", piece->ended);
	} else if (known && rec.type != RECORD_OTHER) {
		pretty_record(&l->out, &rec, l->opts.colour);
	} else {
		pretty_unknown(&l->out, piece->p, piece->len, l->opts.colour);
	}
	return put_out(l);
}

/*
 * Prints all whole lines; with @all also what has no newline. What is longer than a
 * record goes out in parts, and none of them is taken for one.
 */
static int put_records(struct logger *l, bool all)
{
	struct piece piece;
	int ret = 0;

	while (!ret && splitter_next(&l->in, all, &piece))
		ret = put_piece(l, &piece);
	return ret;
}

/* Sleeps until there is something to read. Return: 0 or a negative errno. */
static int wait_record(struct logger *l)
{
	struct pollfd fds[2] = {
		{ .fd = STDOUT_FILENO, .events = 0 },
		{ .fd = l->src.fd, .events = POLLIN },
	};

	if (ppoll(fds, 2, NULL, &l->wait_mask) < 0)
		return errno == EINTR ? 0 : -errno;
	return fds[0].revents ? -EPIPE : 0;
}

/* What it means that read() gave no record. @err is 0 at the end of a file. */
static int end_of_records(const struct logger *l, int err)
{
	if (l->opts.once && (err == 0 || err == -EAGAIN))
		return 0;
	if (err == 0)
		return l->src.regular ? 0 : -ENODEV;
	if (l->opts.once || !source_is_absent(err))
		say_device_error(l->src.path, err);
	return err;
}

/*
 * Prints records until there are no more.
 *
 * Return: 0 when all is printed and the program may leave, an error that
 * source_is_absent() knows when the device has gone or is wanted closed, any
 * other negative errno on failure.
 */
static int read_records(struct logger *l)
{
	int ret = -ENODEV, flush;
	size_t size;
	ssize_t n;
	char *room;

	l->in.in_line = false;
	while (!release_wanted) {
		room = splitter_room(&l->in, &size);
		n = read(l->src.fd, room, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && !l->opts.once) {
			ret = wait_record(l);
			if (ret)
				return ret;
			ret = -ENODEV;
			continue;
		}
		if (n <= 0) {
			ret = end_of_records(l, n ? -errno : 0);
			break;
		}
		l->in.len += n;
		flush = put_records(l, false);
		if (flush)
			return flush;
	}
	flush = put_records(l, true);
	return flush ? flush : ret;
}

/* Opens the device, waiting for it if need be. Return: 0 or a negative errno. */
static int open_device(struct logger *l)
{
	int ret;

	for (;;) {
		if (!l->opts.once)
			source_watch(&l->src);
		ret = source_open(&l->src);
		if (!ret || l->opts.once || !source_is_absent(ret))
			break;
		if (!l->absence_told)
			say("%s: not there, waiting for the module to be loaded", l->src.path);
		l->absence_told = true;
		ret = source_wait(&l->src, STDOUT_FILENO, RETRY_MS, &l->wait_mask);
		if (ret)
			return ret;
	}
	if (ret)
		say_device_error(l->src.path, ret);
	else if (l->absence_told)
		say("%s: open", l->src.path);
	l->absence_told = false;
	release_wanted = 0;
	return ret;
}

/* Closes the device and leaves the module time to be unloaded. */
static int close_device(struct logger *l)
{
	int timeout_ms = release_wanted ? RELEASE_MS : RETRY_MS;

	source_close(&l->src);
	if (release_wanted)
		say("%s: closed for %d s so that the module can be unloaded", l->src.path,
		    RELEASE_MS / 1000);
	else
		say("%s: has gone, waiting for it to come back", l->src.path);
	l->absence_told = true;
	return source_wait(&l->src, STDOUT_FILENO, timeout_ms, &l->wait_mask);
}

static int run(struct logger *l)
{
	int ret;

	do {
		ret = open_device(l);
		if (ret)
			break;
		ret = read_records(l);
		if (l->opts.once || !source_is_absent(ret))
			break;
		ret = close_device(l);
	} while (!ret);
	return ret;
}

static void leave(int sig)
{
	(void)sig;
	_exit(EXIT_SUCCESS);
}

static void want_release(int sig)
{
	(void)sig;
	release_wanted = 1;
}

static void set_up_signals(struct logger *l)
{
	struct sigaction leaving = { .sa_handler = leave };
	struct sigaction release = { .sa_handler = want_release };
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction old;
	sigset_t blocked;

	sigaction(SIGTERM, &leaving, NULL);
	sigaction(SIGINT, &leaving, NULL);
	/* nohup(1) has it ignored. */
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &leaving, NULL);
	sigaction(SIGPIPE, &ignored, NULL);

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, &l->wait_mask);
	sigdelset(&l->wait_mask, SIGUSR1);
	sigaction(SIGUSR1, &release, NULL);
}

/* The device must not take the place of a closed standard stream. */
static bool check_streams(void)
{
	int fd;

	if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		say("standard output is closed");
		return false;
	}
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return true;
}

int main(int argc, char **argv)
{
	static struct logger l;
	int ret;

	if (!check_streams())
		return EXIT_RUNTIME;
	options_parse(&l.opts, argc, argv);
	source_init(&l.src, l.opts.device);
	set_up_signals(&l);
	tzset();

	ret = run(&l);
	return !ret || ret == -EPIPE ? EXIT_SUCCESS : EXIT_RUNTIME;
}
