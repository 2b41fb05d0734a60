// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the device that records are read from, which may come and go
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

#define WATCHED		(IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM)

void source_init(struct source *src, const char *path)
{
	const char *slash = strrchr(path, '/');

	*src = (struct source){
		.path = path,
		.fd = -1,
		.watch_fd = -1,
		.name = slash ? slash + 1 : path,
	};
}

/* Tells a node that was opened before from one that a new load has made. */
static void note_node(struct source *src, const struct stat *st)
{
	src->same_load = src->node.dev == st->st_dev && src->node.rdev == st->st_rdev &&
			 src->node.ino == st->st_ino && src->last_seq;
	src->node.dev = st->st_dev;
	src->node.rdev = st->st_rdev;
	src->node.ino = st->st_ino;
	src->regular = S_ISREG(st->st_mode);
}

int source_open(struct source *src)
{
	struct stat st;
	int fd;

	fd = open(src->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		close(fd);
		return -EIO;
	}
	note_node(src, &st);
	src->fd = fd;
	return 0;
}

void source_close(struct source *src)
{
	if (src->fd >= 0)
		close(src->fd);
	src->fd = -1;
}

bool source_is_absent(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -ENXIO;
}

void source_watch(struct source *src)
{
	char dir[PATH_MAX] = ".";
	size_t len = src->name - src->path;

	if (src->watch_fd >= 0 || len >= sizeof(dir))
		return;
	if (len) {
		memcpy(dir, src->path, len);
		dir[len] = '\0';
	}
	src->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (src->watch_fd < 0)
		return;
	if (inotify_add_watch(src->watch_fd, dir, WATCHED) < 0) {
		close(src->watch_fd);
		src->watch_fd = -1;
	}
}

/* Empties the inotify queue. Return: true if the node was among the events. */
static bool node_has_changed(struct source *src)
{
	union {
		struct inotify_event aligned;
		char bytes[4096];
	} buf;
	const struct inotify_event *event;
	bool changed = false;
	ssize_t n, pos;

	while ((n = read(src->watch_fd, buf.bytes, sizeof(buf.bytes))) > 0) {
		for (pos = 0; pos < n; pos += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(buf.bytes + pos);
			if (event->mask & IN_IGNORED) {
				close(src->watch_fd);
				src->watch_fd = -1;
				return true;
			}
			if (event->mask & IN_Q_OVERFLOW || !strcmp(event->name, src->name))
				changed = true;
		}
	}
	return changed;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int source_wait(struct source *src, int out_fd, int timeout_ms, const sigset_t *sigmask)
{
	struct pollfd fds[2] = {
		{ .fd = out_fd, .events = 0 },
		{ .fd = src->watch_fd, .events = POLLIN },
	};
	long long end = now_ms() + timeout_ms, left;
	struct timespec timeout;

	while ((left = end - now_ms()) > 0) {
		timeout.tv_sec = left / 1000;
		timeout.tv_nsec = left % 1000 * 1000000;
		if (ppoll(fds, 2, &timeout, sigmask) < 0) {
			if (errno != EINTR)
				return -errno;
			end = now_ms() + timeout_ms;
			continue;
		}
		if (fds[0].revents)
			return -EPIPE;
		if (fds[1].revents && node_has_changed(src))
			return 0;
	}
	return 0;
}

static bool is_later(const struct record_time *a, const struct record_time *b)
{
	return a->sec != b->sec ? a->sec > b->sec : a->nsec > b->nsec;
}

bool source_is_new(struct source *src, const struct record *rec, uint64_t *skipped)
{
	*skipped = 0;
	if (src->same_load) {
		if (rec->seq <= src->last_seq && !is_later(&rec->time, &src->last_time))
			return false;
		if (rec->seq > src->last_seq && rec->type != RECORD_LOST)
			*skipped = rec->seq - src->last_seq - 1;
	}
	src->same_load = false;
	src->last_seq = rec->seq;
	src->last_time = rec->time;
	return true;
}
