// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - device, proc files, module and testbed, as every test program uses them
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>
#include <libgen.h>

#include "machine.h"
#include "netscan_test.h"

#define MODULE_NAME	"netscan"

/* ---- the device ---- */

int device_drain(int dev)
{
	static char line[LINE_SIZE];
	int n = 0;

	while (read(dev, line, sizeof(line)) > 0)
		n++;
	return errno == EAGAIN ? n : -errno;
}

int device_open(void)
{
	int dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (dev < 0) {
		err = -errno;
		fprintf(stderr, "# %s: %s\n", DEVICE, strerror(errno));
		return err;
	}
	err = device_drain(dev);
	if (err < 0) {
		fprintf(stderr, "# draining %s: %s\n", DEVICE, strerror(-err));
		close(dev);
		return err;
	}
	return dev;
}

int record_read(int dev, struct record *r, int timeout_ms)
{
	static char line[LINE_SIZE];
	struct pollfd pfd = { .fd = dev, .events = POLLIN };
	const char *why;
	ssize_t len;
	int n;

	n = poll(&pfd, 1, timeout_ms);
	if (n < 0)
		return -errno;
	if (!n)
		return 0;
	len = read(dev, line, sizeof(line));
	if (len < 0)
		return -errno;
	why = record_parse(r, line, len);
	if (why) {
		fprintf(stderr, "# not a record: %s: %.*s\n", why, (int)len, line);
		return -EBADMSG;
	}
	return 1;
}

int record_next(int dev, struct record *r, const char *key, uint64_t value, int timeout_ms)
{
	uint64_t deadline = now_ns() + timeout_ms * 1000000ULL;
	uint64_t now;
	int ret;

	do {
		now = now_ns();
		ret = record_read(dev, r, now < deadline ? (deadline - now) / 1000000 : 0);
	} while (ret == 1 && record_u64(r, key) != value);
	if (ret == 0)
		fprintf(stderr, "# no record with %s=%llu within %d ms\n", key,
			(unsigned long long)value, timeout_ms);
	else if (ret < 0)
		fprintf(stderr, "# waiting for a record: %s\n", strerror(-ret));
	return ret;
}

/* ---- proc and other small files ---- */

ssize_t file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (len + 1 < size) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0) {
			n = -errno;
			close(fd);
			return n;
		}
		if (!n)
			break;
		len += n;
	}
	buf[len] = '\0';
	close(fd);
	return len;
}

int file_write(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		n = -errno;
	else
		n = (size_t)n == len ? 0 : -EIO;
	close(fd);
	return n;
}

int rules_write(const char *text)
{
	return file_write(PROC("rules"), text, strlen(text));
}

uint64_t stats_get(const char *name)
{
	static char text[FILE_SIZE];
	size_t len = strlen(name);
	char *line = text;

	if (file_read(PROC("stats"), text, sizeof(text)) < 0)
		return UINT64_MAX;
	while (line) {
		if (!strncmp(line, name, len) && line[len] == ' ')
			return strtoull(line + len + 1, NULL, 10);
		line = strchr(line, '\n');
		line += !!line;
	}
	return UINT64_MAX;
}

int group_find(struct record *r, const char *rule, const char *key, uint64_t value)
{
	static char text[FILE_SIZE];
	ssize_t len = file_read(PROC("groups"), text, sizeof(text));
	char *line = text;

	if (len < 0)
		return len;
	while (*line) {
		size_t n = strcspn(line, "\n") + 1;
		const char *why = line_parse(r, line, n, 0);

		if (why) {
			fprintf(stderr, "# %s: %s: %.*s", PROC("groups"), why, (int)n, line);
			return -EBADMSG;
		}
		if (record_is(r, "rule", rule) && record_u64(r, key) == value)
			return 1;
		line += n;
	}
	return 0;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void sleep_until(uint64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };

	while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

uint64_t start_ticks(pid_t pid)
{
	char path[64], text[4096];
	unsigned int field;
	char *s;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(path, text, sizeof(text)) <= 0)
		return 0;
	/* comm, field 2, may hold spaces and parentheses; field 22 is the start time. */
	s = strrchr(text, ')');
	for (field = 2; s && field < 22; field++)
		s = strchr(s + 1, ' ');
	return s ? strtoull(s + 1, NULL, 10) : 0;
}

/* ---- the module ---- */

int module_load(const char *params)
{
	const char *path = getenv("NETSCAN_KO");

	return ko_load(path ? path : "/netscan.ko", params);
}

int module_unload(void)
{
	return ko_unload(MODULE_NAME);
}

bool module_loaded(void)
{
	static char text[FILE_SIZE];

	if (file_read("/proc/modules", text, sizeof(text)) < 0)
		return false;
	return !strncmp(text, MODULE_NAME " ", sizeof(MODULE_NAME)) ||
	       strstr(text, "\n" MODULE_NAME " ");
}

/* ---- testbed ---- */

static int copy_file(const char *from, const char *to)
{
	static char buf[64 * 1024];
	int in, out, err = 0;
	ssize_t n;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (out < 0) {
		err = -errno;
		close(in);
		return err;
	}
	while (!err && (n = read(in, buf, sizeof(buf)))) {
		if (n < 0 || write(out, buf, n) != n)
			err = -EIO;
	}
	if (!err && fchmod(out, 0755))
		err = -errno;
	close(in);
	close(out);
	return err;
}

const char *testbed_path(const struct testbed *tb, const char *name)
{
	static char paths[4][512];
	static unsigned int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", tb->dir, name);
	return path;
}

const char *tool_copy(struct testbed *tb, const char *from, const char *name)
{
	static char paths[2][256];
	static unsigned int turn;
	char *path = paths[turn++ % 2];
	int err;

	snprintf(path, sizeof(paths[0]), "%s/%s", tb->dir, name);
	if (!access(path, F_OK))
		return path;
	err = copy_file(from, path);
	if (err) {
		fprintf(stderr, "# %s to %s: %s\n", from, path, strerror(-err));
		return NULL;
	}
	return path;
}

const char *tool_path(struct testbed *tb, const char *name)
{
	char self[256], noop[300];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return NULL;
	self[len] = '\0';
	snprintf(noop, sizeof(noop), "%s/noop", dirname(self));
	return tool_copy(tb, noop, name);
}

static void remove_dir(const char *dir)
{
	struct dirent *entry;
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d)))
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
	rmdir(dir);
}

/* Whether @text has a line that begins with the same word as @line. */
static bool has_line_of(const char *text, const char *line)
{
	size_t len = strcspn(line, " \n");

	while (text && *text) {
		if (!strncmp(text, line, len) && strcspn(text, " \n") == len)
			return true;
		text = strchr(text, '\n');
		text += !!text;
	}
	return false;
}

/* Puts back @saved: removes the lines it lacks, or all where only that restores the order. */
static int restore_file(const char *path, const char *saved)
{
	static char now[16 * 1024], text[32 * 1024];
	bool all = false;
	const char *line;
	size_t n = 0;
	ssize_t len;

	len = file_read(path, now, sizeof(now));
	if (len < 0)
		return len;
	if (!strcmp(now, saved))
		return 0;
	for (line = saved; *line; line = strchr(line, '\n') + 1)
		all |= !has_line_of(now, line);
	for (line = now; *line; line = strchr(line, '\n') + 1) {
		if (all || !has_line_of(saved, line))
			n += snprintf(text + n, sizeof(text) - n, "-%.*s\n",
				      (int)strcspn(line, " \n"), line);
	}
	snprintf(text + n, sizeof(text) - n, "%s", saved);
	return file_write(path, text, strlen(text));
}

int testbed_open(struct testbed *tb)
{
	ssize_t len;
	int err;

	memset(tb, 0, sizeof(*tb));
	tb->dev = -1;
	tb->prober.sock = -1;
	if (!module_loaded()) {
		err = module_load("");
		if (err) {
			fprintf(stderr, "# loading the module: %s\n", strerror(-err));
			return err;
		}
	}
	len = file_read(PROC("rules"), tb->rules, sizeof(tb->rules));
	if (len >= 0)
		len = file_read(PROC("tools"), tb->tools, sizeof(tb->tools));
	if (len < 0) {
		fprintf(stderr, "# rules and tools: %s\n", strerror(-len));
		return len;
	}
	strcpy(tb->dir, "/tmp/netscan.XXXXXX");
	if (!mkdtemp(tb->dir) || chmod(tb->dir, 0755))
		return -errno;
	tb->dev = device_open();
	if (tb->dev < 0)
		return tb->dev;
	return prober_start(&tb->prober, NULL, NULL);
}

int testbed_close(struct testbed *tb)
{
	int err = 0;

	prober_stop(&tb->prober);
	if (tb->dev >= 0)
		close(tb->dev);
	if (tb->dir[0])
		remove_dir(tb->dir);
	if (module_loaded()) {
		err = restore_file(PROC("rules"), tb->rules);
		if (!err)
			err = restore_file(PROC("tools"), tb->tools);
	}
	if (err)
		fprintf(stderr, "# restoring rules and tools: %s\n", strerror(-err));
	return err;
}

int testbed_next(struct testbed *tb, struct record *r)
{
	return record_next(tb->dev, r, "sid", tb->prober.pid, PATIENCE_MS);
}

int testbed_alerts(struct testbed *tb, unsigned int *updates)
{
	static struct record r;
	const char *ping = tool_path(tb, "ping");
	uint64_t sid = tb->prober.pid;
	struct prober marker;
	int err, alerts = 0;

	err = prober_start(&marker, NULL, NULL);
	if (!err)
		err = ping ? probe_burst(&marker, 0, ping, "mark", 127) : -ENOENT;
	while (!err) {
		int ret = record_read(tb->dev, &r, PATIENCE_MS);

		if (ret <= 0)
			err = ret ? ret : -ETIMEDOUT;
		else if (record_u64(&r, "sid") == (uint64_t)marker.pid)
			break;
		else if (record_u64(&r, "sid") == sid && record_is(&r, "type", "alert"))
			alerts++;
		else if (record_u64(&r, "sid") == sid && record_is(&r, "type", "update"))
			*(updates ? updates : &(unsigned int){ 0 }) += 1;
	}
	prober_stop(&marker);
	if (err)
		fprintf(stderr, "# marking the end of the records: %s\n", strerror(-err));
	return err ? err : alerts;
}
