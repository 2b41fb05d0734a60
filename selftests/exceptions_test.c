// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - exceptions: what they take out, what they do not, and that none is borrowed
 *
 * Design: an exec that was taken out has left nothing. So the same prober execs once more when the
 * exception is gone: that alert is the first of its session, and of one event.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define EXCEPTIONS	PROC("exceptions")
#define USER		4711

static struct record r;
static char text[FILE_SIZE];
static struct testbed bed;

FIXTURE(exceptions) {
	char nc[300];
	char line[1024];
};

static int exceptions_write(const char *line)
{
	return file_write(EXCEPTIONS, line, strlen(line));
}

static const char *below(const char *name)
{
	return testbed_path(&bed, name);
}

/* All that a test has made is called t_…. */
static int remove_all(void)
{
	char *line, *next, name[64];
	int err = 0;

	if (file_read(EXCEPTIONS, text, sizeof(text)) < 0)
		return -EIO;
	for (line = text; *line && !err; line = next) {
		next = strchr(line, '\n') + 1;
		if (sscanf(line, "t_%50s", name) != 1)
			continue;
		snprintf(name, sizeof(name), "-%.*s\n", (int)strcspn(line, " "), line);
		err = exceptions_write(name);
	}
	return err;
}

FIXTURE_SETUP(exceptions)
{
	const char *path;

	ASSERT_EQ(0, testbed_open(&bed));
	path = tool_path(&bed, "nc");
	ASSERT_NE(NULL, path);
	strcpy(self->nc, path);
	ASSERT_EQ(0, remove_all());
	ASSERT_EQ(0, rules_write("t_one by=parent,exe distinct=6 events=1 window=60 tools=nc\n"));
}

FIXTURE_TEARDOWN(exceptions)
{
	umount2(below("also"), MNT_DETACH);
	umount2(below("over"), MNT_DETACH);
	umount2(below("up"), MNT_DETACH);
	umount2(below("low"), MNT_DETACH);
	EXPECT_EQ(0, remove_all());
	EXPECT_EQ(0, testbed_close(&bed));
}

/* A field of an exception; UINT64_MAX when there is none. */
static uint64_t exception_number(const char *name, const char *key)
{
	size_t len = strlen(name);
	char *line, *next;

	if (file_read(EXCEPTIONS, text, sizeof(text)) < 0)
		return UINT64_MAX;
	for (line = text; *line; line = next) {
		next = strchr(line, '\n') + 1;
		if (!strncmp(line, name, len) && line[len] == ' ' &&
		    !line_parse(&r, line, next - line, 1))
			return record_u64(&r, key);
	}
	return UINT64_MAX;
}

/* Seven distinct arguments, for a threshold of six. */
static int sweep(struct prober *p, const char *path)
{
	return probe(p, path, "nc", "-z", "h1", "h2", "h3", "h4", "h5", NULL);
}

static bool alerted(const struct prober *p)
{
	return record_next(bed.dev, &r, "sid", p->pid, PATIENCE_MS) == 1 &&
	       record_is(&r, "type", "alert") && record_is(&r, "rule", "t_one") &&
	       record_u64(&r, "pid") == (uint64_t)p->probe_pid && record_u64(&r, "events") == 1;
}

/* Is what such a prober does taken out? -1 when that cannot be told. */
static int is_excepted(const char *line, const char *path, int (*setup)(void *), void *arg)
{
	struct prober p;
	int excepted = -1;

	if (exceptions_write(line) || prober_start(&p, setup, arg))
		return -1;
	if (sweep(&p, path))
		goto stop;
	switch (exception_number("t_e", "hits")) {
	case 0:
		excepted = alerted(&p) ? 0 : -1;
		break;
	case 1:
		if (!exceptions_write("-t_e\n") && !sweep(&p, path) && alerted(&p))
			excepted = 1;
		break;
	}
stop:
	prober_stop(&p);
	return remove_all() ? -1 : excepted;
}

static int as_user(void *arg)
{
	(void)arg;
	return setuid(USER) ? -errno : 0;
}

TEST_F(exceptions, by_tool)
{
	EXPECT_EQ(1, is_excepted("t_e tool=nc\n", self->nc, NULL, NULL));
	EXPECT_EQ(1, is_excepted("t_e tool=socat,nc\n", self->nc, NULL, NULL));
	EXPECT_EQ(0, is_excepted("t_e tool=ncat\n", self->nc, NULL, NULL));
}

TEST_F(exceptions, by_uid)
{
	EXPECT_EQ(1, is_excepted("t_e uid=4711\n", self->nc, as_user, NULL));
	EXPECT_EQ(0, is_excepted("t_e uid=4711\n", self->nc, NULL, NULL));
	EXPECT_EQ(0, is_excepted("t_e uid=471\n", self->nc, as_user, NULL));
}

TEST_F(exceptions, by_args)
{
	EXPECT_EQ(1, is_excepted("t_e args=\"nc -z h1*\"\n", self->nc, NULL, NULL));
	EXPECT_EQ(1, is_excepted("t_e args=\"nc -? h1 h2 h3 h4 h5\"\n", self->nc, NULL, NULL));
	EXPECT_EQ(0, is_excepted("t_e args=\"nc -z h1\"\n", self->nc, NULL, NULL));
	EXPECT_EQ(0, is_excepted("t_e args=\"z h1*\"\n", self->nc, NULL, NULL));
}

TEST_F(exceptions, by_exe)
{
	snprintf(self->line, sizeof(self->line), "t_e exe=%s\n", self->nc);
	EXPECT_EQ(1, is_excepted(self->line, self->nc, NULL, NULL));
	EXPECT_EQ(0, is_excepted("t_e exe=/bin/sh\n", self->nc, NULL, NULL));
}

TEST_F(exceptions, by_parent_exe)
{
	char self_path[256] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", self_path, sizeof(self_path) - 1));
	snprintf(self->line, sizeof(self->line), "t_e parent_exe=%s\n", self_path);
	EXPECT_EQ(1, is_excepted(self->line, self->nc, NULL, NULL));
	snprintf(self->line, sizeof(self->line), "t_e parent_exe=%s\n", self->nc);
	EXPECT_EQ(0, is_excepted(self->line, self->nc, NULL, NULL));
}

static int enter_cgroup(void *directory)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/cgroup.procs", (char *)directory);
	return file_write(path, "0", 1);
}

TEST_F(exceptions, by_cgroup)
{
	static const char * const names[] = { "t_in", "t_in/below", "t_inner" };
	char top[200], path[3][256];
	int i;

	snprintf(top, sizeof(top), "%s/cgroup", bed.dir);
	ASSERT_EQ(0, mkdir(top, 0755));
	ASSERT_EQ(0, mount("none", top, "cgroup2", 0, NULL));
	for (i = 0; i < 3; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%s", top, names[i]);
		EXPECT_EQ(0, mkdir(path[i], 0755));
	}
	EXPECT_EQ(1, is_excepted("t_e cgroup=/t_in\n", self->nc, enter_cgroup, path[0]));
	EXPECT_EQ(1, is_excepted("t_e cgroup=/t_in\n", self->nc, enter_cgroup, path[1]));
	EXPECT_EQ(0, is_excepted("t_e cgroup=/t_in\n", self->nc, enter_cgroup, path[2]));
	EXPECT_EQ(0, is_excepted("t_e cgroup=/t_in\n", self->nc, NULL, NULL));
	for (i = 2; i >= 0; i--) {
		rmdir(path[1]);
		EXPECT_TRUE(!rmdir(path[i]) || errno == ENOENT);
	}
	EXPECT_EQ(0, umount(top));
	EXPECT_EQ(0, rmdir(top));
}

TEST_F(exceptions, all_that_a_line_names_must_apply)
{
	EXPECT_EQ(1, is_excepted("t_e uid=4711 tool=nc args=\"* h5\"\n", self->nc, as_user, NULL));
	EXPECT_EQ(0, is_excepted("t_e uid=4711 tool=ncat args=\"*5\"\n", self->nc, as_user, NULL));
	EXPECT_EQ(0, is_excepted("t_e uid=4711 tool=nc args=\"* h6\"\n", self->nc, as_user, NULL));
	EXPECT_EQ(0, is_excepted("t_e uid=4712 tool=nc args=\"* h5\"\n", self->nc, as_user, NULL));
}

TEST_F(exceptions, for_one_rule_others_still_count)
{
	EXPECT_EQ(1, is_excepted("t_e tool=nc rule=t_one\n", self->nc, NULL, NULL));
	/* It counts as a hit of the other rule's exception, and alerts all the same. */
	ASSERT_EQ(0, exceptions_write("t_e tool=nc rule=scan\n"));
	ASSERT_EQ(0, sweep(&bed.prober, self->nc));
	EXPECT_TRUE(alerted(&bed.prober));
	EXPECT_EQ(1u, exception_number("t_e", "hits"));
}

/* Whatever a scanner calls itself or its file, it is another file. */
TEST_F(exceptions, is_not_borrowed_by_a_name)
{
	char other[300], copy[300];

	snprintf(other, sizeof(other), "%s/other", bed.dir);
	snprintf(copy, sizeof(copy), "%s/other/nc", bed.dir);
	ASSERT_EQ(0, mkdir(other, 0755));
	ASSERT_NE(NULL, tool_copy(&bed, self->nc, "other/nc"));
	snprintf(self->line, sizeof(self->line), "t_e exe=%s\n", self->nc);
	EXPECT_EQ(0, is_excepted(self->line, copy, NULL, NULL));
	ASSERT_EQ(0, exceptions_write(self->line));
	ASSERT_EQ(0, probe(&bed.prober, copy, self->nc, "-z", "1", "2", "3", "4", NULL));
	EXPECT_TRUE(alerted(&bed.prober));
	EXPECT_EQ(0u, exception_number("t_e", "hits"));
	EXPECT_EQ(0, unlink(copy));
	EXPECT_EQ(0, rmdir(other));
}

static bool wait_found(uint64_t found)
{
	int i;

	for (i = 0; i < PATIENCE_MS / 100; i++) {
		if (exception_number("t_e", "found") == found)
			return true;
		usleep(100000);
	}
	return false;
}

/* A package is upgraded: the path is another file, which is looked up again. */
static int mount_on(const char *name, const char *type, const char *options)
{
	if (mkdir(below(name), 0755) || mount("none", below(name), type, 0, options))
		return -errno;
	return 0;
}

static ino_t inode_of(const char *name)
{
	struct stat st;

	return stat(below(name), &st) ? 0 : st.st_ino;
}

/* tmpfs counts inodes: make those before @ino in the upper layer. */
static int use_up_to(ino_t ino)
{
	ino_t made;
	int fd;

	do {
		fd = open(below("over/t"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		made = inode_of("up/u/t");
		if (fd < 0 || close(fd) || unlink(below("over/t")))
			return -errno;
	} while (made && made < ino - 1);
	return made == ino - 1 ? 0 : -ERANGE;
}

/* Layers of an overlay may be file systems that count their inodes alike. */
TEST_F(exceptions, is_not_borrowed_by_a_file_of_another_layer)
{
	char options[1700], line[600], low[512], up[512];
	int i;

	ASSERT_EQ(0, mount_on("low", "tmpfs", "mode=755"));
	ASSERT_EQ(0, mount_on("up", "tmpfs", "mode=755"));
	ASSERT_EQ(0, mkdir(below("up/u"), 0755) | mkdir(below("up/w"), 0755) |
		     mkdir(below("up/e"), 0755));
	for (i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "low/%d", i);
		ASSERT_EQ(0, mkdir(below(line), 0755));
	}
	ASSERT_NE(NULL, tool_copy(&bed, self->nc, "low/nc"));
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", below("low"),
		 below("up/u"), below("up/w"));
	i = mount_on("over", "overlay", options);
	if (!i) {
		ASSERT_EQ(0, use_up_to(inode_of("low/nc")));
		ASSERT_NE(NULL, tool_copy(&bed, self->nc, "over/nc.x"));
		ASSERT_EQ(inode_of("low/nc"), inode_of("up/u/nc.x"));
		strcpy(low, below("over/nc"));
		strcpy(up, below("over/nc.x"));
		snprintf(line, sizeof(line), "t_e exe=%s\n", low);
		EXPECT_EQ(1, is_excepted(line, low, NULL, NULL));
		EXPECT_EQ(0, is_excepted(line, up, NULL, NULL));
		/* Where two mounts share a layer, as containers do, there are two files. */
		snprintf(options, sizeof(options), "lowerdir=%s:%s", below("up/e"), below("low"));
		ASSERT_EQ(0, mount_on("also", "overlay", options));
		strcpy(up, below("also/nc"));
		EXPECT_EQ(0, is_excepted(line, up, NULL, NULL));
	}
	if (i == -ENODEV)
		SKIP(return, "this kernel has no overlayfs");
	EXPECT_EQ(0, i);
}

TEST_F(exceptions, keeps_up_with_a_file_that_is_replaced)
{
	char next[300];
	uint64_t hits = 0;
	int i;

	snprintf(next, sizeof(next), "%s/next", bed.dir);
	snprintf(self->line, sizeof(self->line), "t_e exe=%s\n", next);
	ASSERT_EQ(0, exceptions_write(self->line));
	EXPECT_EQ(0u, exception_number("t_e", "found"));
	ASSERT_EQ(0, sweep(&bed.prober, self->nc));
	EXPECT_TRUE(alerted(&bed.prober));
	/* An own nc, which must have another name in between. */
	ASSERT_NE(NULL, tool_copy(&bed, self->nc, "next"));
	EXPECT_TRUE(wait_found(1));
	ASSERT_EQ(0, probe(&bed.prober, next, "nc", "x", NULL));
	EXPECT_EQ(0u, exception_number("t_e", "hits"));
	ASSERT_EQ(0, rename(next, self->nc));
	EXPECT_TRUE(wait_found(0));
	snprintf(self->line, sizeof(self->line), "-t_e\nt_e exe=%s\n", self->nc);
	ASSERT_EQ(0, exceptions_write(self->line));
	ASSERT_NE(NULL, tool_copy(&bed, self->nc, "next"));
	ASSERT_EQ(0, rename(next, self->nc));
	for (i = 0; i < PATIENCE_MS / 100 && !hits; i++) {
		usleep(100000);
		ASSERT_EQ(0, probe(&bed.prober, self->nc, "nc", "x", NULL));
		hits = exception_number("t_e", "hits");
	}
	EXPECT_EQ(1u, hits);
}

/* A path there waits as long as it will: nothing else does. */
TEST_F(exceptions, dead_file_system_holds_up_no_change)
{
	char dir[300];
	uint64_t began;
	int fuse;

	snprintf(dir, sizeof(dir), "%s/dead", bed.dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	/* Its server never answers, until the descriptor is closed. */
	fuse = fuse_mount(dir);
	if (fuse == -ENOENT || fuse == -ENODEV)
		SKIP(rmdir(dir); return, "this kernel has no FUSE");
	ASSERT_LE(0, fuse);
	snprintf(self->line, sizeof(self->line), "t_dead exe=%s/x\n", dir);
	began = now_ns();
	EXPECT_EQ(0, exceptions_write(self->line));
	EXPECT_EQ(0, exceptions_write("t_e tool=nc\n"));
	EXPECT_EQ(0, rules_write("t_one window=61\n"));
	EXPECT_GT(PATIENCE_MS * 1000000ULL, now_ns() - began);
	EXPECT_EQ(0u, exception_number("t_dead", "found"));
	EXPECT_EQ(0, sweep(&bed.prober, self->nc));
	EXPECT_EQ(1u, exception_number("t_e", "hits"));
	EXPECT_EQ(0, close(fuse));
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
	EXPECT_EQ(0, rmdir(dir));
}

/* Whoever writes back what was read takes no exception out of force for a while. */
TEST_F(exceptions, stays_in_force_while_it_is_written_again)
{
	int i;

	snprintf(self->line, sizeof(self->line), "t_e exe=%s\n", self->nc);
	ASSERT_EQ(0, exceptions_write(self->line));
	for (i = 1; i <= 20; i++) {
		pid_t writer = fork();

		if (!writer)
			_exit(exceptions_write(self->line) != 0);
		ASSERT_EQ(0, probe(&bed.prober, self->nc, "nc", "x", NULL));
		ASSERT_EQ(writer, waitpid(writer, NULL, 0));
	}
	EXPECT_EQ(20u, exception_number("t_e", "hits"));
	EXPECT_EQ(1u, exception_number("t_e", "found"));
}

TEST_F(exceptions, bad_writes_are_refused_and_change_nothing)
{
	static const struct {
		const char *line;
		int err;
	} bad[] = {
		{ "t_x\n", -EINVAL },
		{ "t_x rule=scan\n", -EINVAL },
		{ "t_x tool=nosuchtool\n", -EINVAL },
		{ "t_x uid=-1\n", -EINVAL },
		{ "t_x uid=4294967296\n", -ERANGE },
		{ "t_x uid=1 uid=2\n", -EINVAL },
		{ "t_x exe=relative\n", -EINVAL },
		{ "t_x cgroup=relative\n", -EINVAL },
		{ "t_x tool=nc rule=nosuchrule\n", -EINVAL },
		{ "t_x nonsense=1\n", -EINVAL },
		{ "t_x args=\"open\n", -EINVAL },
		{ "t_x args=\"\\x0g\"\n", -EINVAL },
		{ "-t_x\n", -EINVAL },
		{ "t_x tool=nc\nt_y nonsense=1\n", -EINVAL },
		{ "t_keep uid=2\nt_x\n", -EINVAL },
	};
	static char before[FILE_SIZE];
	size_t i;

	ASSERT_EQ(0, exceptions_write("t_keep uid=1 args=\"a\\x20b *\" hits=7 found=0\n"));
	ASSERT_LT(0, file_read(EXCEPTIONS, before, sizeof(before)));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(bad[i].err, exceptions_write(bad[i].line))
			TH_LOG("%s", bad[i].line);
		ASSERT_LT(0, file_read(EXCEPTIONS, text, sizeof(text)));
		EXPECT_STREQ(before, text);
	}
}

TEST_F(exceptions, sixty_four_and_no_more)
{
	char line[64];
	int i;

	for (i = 0; i < 64; i++) {
		snprintf(line, sizeof(line), "t_%d uid=%d\n", i, i + 5000);
		ASSERT_EQ(0, exceptions_write(line));
	}
	EXPECT_EQ(-ERANGE, exceptions_write("t_64 uid=1\n"));
	EXPECT_EQ(0, exceptions_write("-t_0\nt_64 tool=nc\n"));
	/* The last of them still acts, and with a count of its own. */
	ASSERT_EQ(0, sweep(&bed.prober, self->nc));
	EXPECT_EQ(1u, exception_number("t_64", "hits"));
	EXPECT_EQ(0u, exception_number("t_63", "hits"));
}

/* Long patterns that nearly match everywhere; what cannot be told is counted. */
TEST_F(exceptions, that_take_too_long_are_given_up)
{
	static const char * const names[] = { "t_a", "t_b", "t_c" };
	uint64_t undecided = stats_get("undecided");
	char many[501], line[200];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(line, sizeof(line), "%s args=\"*%0120dx\"\n", names[i], 0);
		ASSERT_EQ(0, exceptions_write(line));
	}
	snprintf(many, sizeof(many), "%0500d", 0);
	ASSERT_EQ(0, probe(&bed.prober, self->nc, "nc", many, NULL));
	EXPECT_EQ(undecided + 1, stats_get("undecided"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		EXPECT_EQ(0u, exception_number(names[i], "hits"));
	EXPECT_EQ(1, group_find(&r, "t_one", "sid", bed.prober.pid));
}

TEST_F(exceptions, what_they_name_stays)
{
	ASSERT_EQ(0, exceptions_write("t_e tool=nc rule=t_one\n"));
	EXPECT_EQ(-EINVAL, rules_write("-t_one\n"));
	EXPECT_EQ(0, exceptions_write("-t_e\n"));
	EXPECT_EQ(0, rules_write("-t_one\n"));
}

TEST_F(exceptions, are_in_the_ledger)
{
	uint64_t excepted = stats_get("excepted");

	ASSERT_EQ(0, exceptions_write("t_e tool=nc\n"));
	ASSERT_EQ(0, sweep(&bed.prober, self->nc));
	ASSERT_EQ(0, sweep(&bed.prober, self->nc));
	EXPECT_EQ(excepted + 2, stats_get("excepted"));
	EXPECT_EQ(2u, exception_number("t_e", "hits"));
	/* Set anew, it counts anew. */
	ASSERT_EQ(0, exceptions_write("-t_e\n"));
	ASSERT_EQ(0, exceptions_write("t_e tool=nc\n"));
	EXPECT_EQ(0u, exception_number("t_e", "hits"));
}

TEST_HARNESS_MAIN
