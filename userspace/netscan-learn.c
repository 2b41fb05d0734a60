// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tells the module the build-ids of the tools that are installed
 *
 * Design: the names are those that the module itself lists. In the directories
 * of the standard path each file with such a name is looked at, links followed,
 * by the module's own parser: what that does not find there the module would not
 * find either. Files of what runs a tool named in its arguments come first, so
 * that a copy of busybox named ping is not taken for ping. For the same reason
 * a name that leads to a file of another name, which the module does not list, is
 * told and not learned: that may be a wrapper or a multi-call binary, and then
 * each of its commands would pass for the tool.
 *
 * Nothing is taken away from what the module lists.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../module/buildid.h"
#include "toolset.h"

#define TOOLS		"/proc/netscan/tools"
/* Programs, and dynamic loaders by the names that programs know them by. */
#define SEARCH_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" \
			"/lib:/lib32:/lib64:/libx32"

/* Exit codes, as in netscan-learn(8). */
#define EXIT_RUNTIME	1
#define EXIT_USAGE	2

#define MAX_DIRS	64
#define MAX_TEXT	(64 * 1024)

/**
 * struct learner - everything that the program knows
 * @tools: the file of tools
 * @path: directories to look in, separated by colons; taken apart
 * @dry_run: only print what would be written
 * @text: of @tools; taken apart
 * @set: what it says, and what is to be added
 * @dir: the directories of @path that are there, each once
 * @dir_id: device and number of each
 * @nr_dirs: how many
 * @runners: it is the turn of what runs a tool that its arguments name
 * @failed: something went wrong that was told
 */
struct learner {
	const char *tools;
	char *path;
	bool dry_run;
	char text[MAX_TEXT + 1];
	struct toolset set;
	const char *dir[MAX_DIRS];
	struct stat dir_id[MAX_DIRS];
	size_t nr_dirs;
	bool runners;
	bool failed;
};

static const char usage_text[] =
	"Usage: netscan-learn [OPTION]...\n"
	"Tell the netscan kernel module the ELF build-ids of the tools that are installed,\n"
	"so that a copy of one is known under any name.\n"
	"\n"
	"  -n, --dry-run     print what would be written, and write nothing\n"
	"      --tools=FILE  the tools are those in FILE, " TOOLS " by default\n"
	"      --path=DIRS   look in DIRS, separated by colons, instead of the usual ones\n"
	"  -h, --help        show this help and leave\n"
	"  -V, --version     show the version and leave\n"
	"\n"
	"Exit status: 0 if all went well, 1 on failure, 2 on wrong usage.\n"
	"See netscan-learn(8) and netscan(4).\n";

__attribute__((format(printf, 1, 2)))
static void say(const char *fmt, ...)
{
	va_list ap;

	fputs("netscan-learn: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

__attribute__((format(printf, 2, 3)))
static void fail(struct learner *l, const char *fmt, ...)
{
	char buf[PATH_MAX + 256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	say("%s", buf);
	l->failed = true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- the file of tools ---- */

static bool read_tools(struct learner *l)
{
	int fd = open(l->tools, O_RDONLY | O_CLOEXEC), err;
	size_t len = 0;
	ssize_t n = 0;

	while (fd >= 0 && len < MAX_TEXT) {
		n = read(fd, l->text + len, MAX_TEXT - len);
		if (n <= 0)
			break;
		len += n;
	}
	if (fd < 0 || n < 0) {
		fail(l, "%s: %s%s", l->tools, strerror(errno),
		     errno == ENOENT ? " (is the module loaded?)" :
		     errno == EACCES ? " (run as root)" : "");
	} else {
		err = len == MAX_TEXT ? -E2BIG : toolset_parse(&l->set, l->text);
		if (err)
			fail(l, "%s: not the tools of netscan " NETSCAN_VERSION ": %s", l->tools,
			     strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	return !l->failed;
}

/* One write(2) is one change. To a file that is no file of proc, lines are appended. */
static bool write_line(struct learner *l, const char *line, size_t len)
{
	int fd = open(l->tools, O_WRONLY | O_APPEND | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = write(fd, line, len);
		if (n >= 0 && (size_t)n != len)
			errno = EIO;
	}
	if (n < 0 || (size_t)n != len)
		fail(l, "%s: %s%s: %.*s", l->tools, strerror(errno),
		     errno == EACCES ? " (run as root)" : " (the kernel log says why)",
		     (int)len - 1, line);
	if (fd >= 0)
		close(fd);
	return n >= 0 && (size_t)n == len;
}

static void put_lines(struct learner *l)
{
	static char line[TOOLSET_LINE];
	size_t len;
	int tool;

	for (tool = 0; tool < l->set.nr_tools; tool++) {
		len = toolset_line(&l->set, tool, line);
		if (len && (l->dry_run || write_line(l, line, len)))
			fputs(line, stdout);
	}
}

/* ---- the files ---- */

/* The beginning of an ELF file that may be run; -1 if it is none, or cannot be read. */
static ssize_t read_head(struct learner *l, const char *path, u8 *head, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = -1;
	size_t len = 0;

	if (fd < 0 || fstat(fd, st))
		goto out;
	errno = 0;
	if (!S_ISREG(st->st_mode) || !(st->st_mode & 0111))
		goto out;
	while ((n = read(fd, head + len, NETSCAN_ELF_HEAD - len)) > 0)
		len += n;
out:
	if (n < 0 && errno)
		fail(l, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 || len < SELFMAG || memcmp(head, ELFMAG, SELFMAG) ? -1 : (ssize_t)len;
}

/* Another name of a file in a directory, one that the module does not list. */
static bool has_stray_name(struct learner *l, const char *dir, const struct stat *st,
			   char *name, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	bool found = false;
	struct stat other;

	while (d && !found && (entry = readdir(d))) {
		found = toolset_find(&l->set, entry->d_name) < 0 &&
			!fstatat(dirfd(d), entry->d_name, &other, AT_SYMLINK_NOFOLLOW) &&
			other.st_dev == st->st_dev && other.st_ino == st->st_ino;
		if (found)
			snprintf(name, size, "%s", entry->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/* May it be known by its build-id? If not, that is told. */
static bool may_learn(struct learner *l, const char *path, const char *real,
		      const struct stat *st, int tool)
{
	char name[NAME_MAX + 1];
	size_t i;

	if (tool < 0) {
		say("%s: leads to %s, which is no name of a tool: not learned", path, real);
		return false;
	}
	if (st->st_nlink == 1 || l->runners)
		return true;
	for (i = 0; i < l->nr_dirs; i++) {
		if (has_stray_name(l, l->dir[i], st, name, sizeof(name))) {
			say("%s: is called %s as well, which is no name of a tool: not learned",
			    real, name);
			return false;
		}
	}
	return true;
}

static void learn_file(struct learner *l, const char *path, int tool)
{
	static u8 head[NETSCAN_ELF_HEAD];
	char real[PATH_MAX];
	struct stat st;
	const u8 *id;
	int own, found;
	ssize_t len;

	if (!realpath(path, real)) {
		/* A link that leads nowhere is nobody's business. */
		if (errno != ENOENT && errno != ELOOP &&
		    toolset_is_runner(&l->set, tool) == l->runners)
			fail(l, "%s: %s", path, strerror(errno));
		return;
	}
	own = toolset_find(&l->set, base_name(real));
	if (toolset_is_runner(&l->set, own < 0 ? tool : own) != l->runners)
		return;
	len = read_head(l, real, head, &st);
	if (len < 0)
		return;
	found = netscan_buildid_find(head, len, &id);
	if (found <= 0)
		say("%s: has no build-id%s", real, found ? " where netscan looks for one" : "");
	else if (!toolset_has_id(&l->set, id, found) && may_learn(l, path, real, &st, own) &&
		 toolset_add(&l->set, own, id, found))
		fail(l, "%s: no room for its build-id, there are %d", real, NETSCAN_MAX_BUILD_IDS);
}

static void learn_dir(struct learner *l, const char *dir)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *d = opendir(dir);
	int tool;

	if (!d) {
		fail(l, "%s: %s", dir, strerror(errno));
		return;
	}
	while ((entry = readdir(d))) {
		tool = toolset_find(&l->set, entry->d_name);
		if (tool >= 0 &&
		    snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) < PATH_MAX)
			learn_file(l, path, tool);
	}
	closedir(d);
}

/* On most systems /bin is /usr/bin. */
static void find_dirs(struct learner *l)
{
	struct stat *st;
	char *dir;
	size_t i;

	while ((dir = strsep(&l->path, ":"))) {
		st = &l->dir_id[l->nr_dirs];
		if (!*dir || l->nr_dirs == MAX_DIRS || stat(dir, st) || !S_ISDIR(st->st_mode))
			continue;
		for (i = 0; i < l->nr_dirs; i++)
			if (l->dir_id[i].st_dev == st->st_dev && l->dir_id[i].st_ino == st->st_ino)
				break;
		if (i == l->nr_dirs)
			l->dir[l->nr_dirs++] = dir;
	}
}

static void learn(struct learner *l)
{
	size_t i;
	int turn;

	find_dirs(l);
	for (turn = 0; turn < 2; turn++) {
		l->runners = turn == 0;
		for (i = 0; i < l->nr_dirs; i++)
			learn_dir(l, l->dir[i]);
	}
	put_lines(l);
}

/* ---- the command line ---- */

enum {
	OPT_TOOLS = 256,
	OPT_PATH,
};

static const struct option long_options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "tools", required_argument, NULL, OPT_TOOLS },
	{ "path", required_argument, NULL, OPT_PATH },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int close_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	say("standard output: %s", strerror(errno));
	return EXIT_RUNTIME;
}

__attribute__((noreturn))
static void fail_usage(void)
{
	fputs("Try 'netscan-learn --help'.\n", stderr);
	exit(EXIT_USAGE);
}

static void parse_options(struct learner *l, int argc, char **argv)
{
	static char search_path[] = SEARCH_PATH;
	int opt;

	l->tools = TOOLS;
	l->path = search_path;
	while ((opt = getopt_long(argc, argv, "nhV", long_options, NULL)) != -1) {
		switch (opt) {
		case 'n':
			l->dry_run = true;
			break;
		case OPT_TOOLS:
			l->tools = optarg;
			break;
		case OPT_PATH:
			l->path = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(close_output(EXIT_SUCCESS));
		case 'V':
			puts("netscan-learn " NETSCAN_VERSION);
			exit(close_output(EXIT_SUCCESS));
		default:
			fail_usage();
		}
	}
	if (optind < argc) {
		say("unexpected argument: '%s'", argv[optind]);
		fail_usage();
	}
}

int main(int argc, char **argv)
{
	static struct learner l;

	parse_options(&l, argc, argv);
	if (read_tools(&l))
		learn(&l);
	return close_output(l.failed ? EXIT_RUNTIME : EXIT_SUCCESS);
}
