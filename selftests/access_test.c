// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - who may not read an alert or change a rule does neither, and learns no secret
 *
 * Design: a child becomes somebody, tries everything and says what it could do that it may not, or
 * could not that it may.
 */
#include <ctype.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define NOBODY	65534

static struct record r;
static char text[FILE_SIZE], before[FILE_SIZE];

/* What says what is looked for, what is not, and what is run. */
static const char * const secret[] = { "rules", "tools", "exceptions", "groups", "lock" };

/* Whose user is host's root may read this device, as the logger does without any capability. */
enum who { OTHERS, HOSTS_ROOT };

FIXTURE(access) {
	struct testbed tb;
};

FIXTURE_SETUP(access)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_LT(0, file_read(PROC("rules"), before, sizeof(before)));
}

FIXTURE_TEARDOWN(access)
{
	/* Whatever was tried, nothing has changed. */
	EXPECT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_STREQ(before, text);
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* ---- to become somebody; 0 or -errno ---- */

static int become_user(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	/* Or its own files in /proc would be root's. */
	return prctl(PR_SET_DUMPABLE, 1) ? -errno : 0;
}

/* Root of a new user namespace, who is @id outside. */
static int enter_user_namespace(unsigned int id)
{
	char map[64];
	int len = snprintf(map, sizeof(map), "0 %u 1", id);

	if (unshare(CLONE_NEWUSER))
		return -errno;
	return file_write("/proc/self/setgroups", "deny", 4) ?:
	       file_write("/proc/self/uid_map", map, len) ?:
	       file_write("/proc/self/gid_map", map, len);
}

static int become_root_of_users_namespace(void)
{
	return become_user() ?: enter_user_namespace(NOBODY);
}

static int become_root_of_roots_namespace(void)
{
	return enter_user_namespace(0);
}

static int become_root_without_cap_sys_admin(void)
{
	return sys_admin_set(false);
}

/* Goes on in a child of new pid and mount namespaces, and mounts their own /proc. */
static int enter_container(void)
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID))
		return -errno;
	pid = fork();
	if (pid) {
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			_exit(255);
		_exit(WEXITSTATUS(status));
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		return -errno;
	return getpid() == 1 ? 0 : -ESRCH;
}

static int become_root_of_users_container(void)
{
	return become_root_of_users_namespace() ?: enter_container();
}

static int become_root_of_roots_container(void)
{
	return enter_container() ?: sys_admin_set(false);
}

/* ---- to try everything; how much was not as it should be ---- */

static bool refused(int ret)
{
	return ret < 0 && (errno == EACCES || errno == EPERM);
}

static unsigned int wrong(const char *path, const char *what)
{
	fprintf(stderr, "# %s %s: %s\n", path, what, errno ? strerror(errno) : "done");
	return 1;
}

static unsigned int may_not_open(const char *path, int flags)
{
	int fd;

	errno = 0;
	fd = open(path, flags);
	if (refused(fd))
		return 0;
	return wrong(path, "was not refused");
}

static unsigned int may_read(const char *path)
{
	errno = 0;
	return file_read(path, text, sizeof(text)) > 0 ? 0 : wrong(path, "could not be read");
}

static unsigned int try_everything(enum who who)
{
	unsigned int i, bad = 0;
	char path[64];

	for (i = 0; i < ARRAY_SIZE(secret); i++) {
		snprintf(path, sizeof(path), PROC("%s"), secret[i]);
		bad += may_not_open(path, O_RDONLY);
		bad += may_not_open(path, O_WRONLY);
		bad += may_not_open(path, O_RDWR);
		bad += may_not_open(path, O_WRONLY | O_TRUNC);
	}
	bad += may_not_open(DEVICE, O_WRONLY);
	bad += may_not_open(DEVICE, O_RDWR);
	bad += may_read(PROC("status"));
	if (who == HOSTS_ROOT) {
		bad += may_read(PROC("stats"));
	} else {
		bad += may_not_open(PROC("stats"), O_RDONLY);
		bad += may_not_open(DEVICE, O_RDONLY);
	}
	if (!access("/sys/module/netscan/parameters/rules", F_OK))
		bad += wrong("/sys/module/netscan/parameters/rules", "is there");
	return bad;
}

/* In a child that has become somebody. Returns 0, or what was wrong. */
static int try_as(int (*become)(void), enum who who)
{
	int status, err;
	pid_t pid = fork();

	if (!pid) {
		err = become();
		if (err)
			fprintf(stderr, "# becoming somebody: %s\n", strerror(-err));
		_exit(err ? 254 : try_everything(who));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

TEST_F(access, of_a_user)
{
	EXPECT_EQ(0, try_as(become_user, OTHERS));
}

TEST_F(access, of_root_in_a_user_s_namespace)
{
	EXPECT_EQ(0, try_as(become_root_of_users_namespace, OTHERS));
}

TEST_F(access, of_root_in_a_user_s_container_with_its_own_proc)
{
	EXPECT_EQ(0, try_as(become_root_of_users_container, OTHERS));
}

TEST_F(access, of_root_in_a_user_namespace_of_root)
{
	EXPECT_EQ(0, try_as(become_root_of_roots_namespace, HOSTS_ROOT));
}

TEST_F(access, of_root_without_cap_sys_admin)
{
	EXPECT_EQ(0, try_as(become_root_without_cap_sys_admin, HOSTS_ROOT));
}

TEST_F(access, of_root_in_a_container_with_its_own_proc)
{
	EXPECT_EQ(0, try_as(become_root_of_roots_container, HOSTS_ROOT));
}

TEST_F(access, is_what_the_opener_had_whoever_writes)
{
	static const char change[] = "t_access by=uid distinct=7\n", back[] = "-t_access\n";
	int fd = open(PROC("rules"), O_RDWR), status;
	char again[32];
	pid_t pid;

	ASSERT_LE(0, fd);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	pid = fork();
	if (!pid) {
		if (become_user() || write(fd, change, strlen(change)) != (ssize_t)strlen(change))
			_exit(1);
		/* Nor does it help to open it once more. */
		_exit(may_not_open(again, O_RDWR) ||
		      may_not_open(PROC("rules"), O_RDWR) ? 2 : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_LT(0, file_read(PROC("rules"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "\nt_access "));
	EXPECT_EQ(0, rules_write(back));
	close(fd);
}

/* Root without a capability owns the files and can let everybody in: there is still the opener. */
TEST_F(access, does_not_hang_on_the_mode_of_a_file)
{
	struct stat st[ARRAY_SIZE(secret)];
	char path[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(secret); i++) {
		snprintf(path, sizeof(path), PROC("%s"), secret[i]);
		ASSERT_EQ(0, stat(path, &st[i]));
		ASSERT_EQ(0, chmod(path, 0666));
	}
	EXPECT_EQ(0, try_as(become_user, OTHERS));
	EXPECT_EQ(0, try_as(become_root_of_users_container, OTHERS));
	for (i = 0; i < ARRAY_SIZE(secret); i++) {
		snprintf(path, sizeof(path), PROC("%s"), secret[i]);
		EXPECT_EQ(0, chmod(path, st[i].st_mode & 07777));
	}
}

/* The longest run of hexadecimal digits: a pointer has 16, a fingerprint 64 bits. */
static unsigned int longest_number(const char *s)
{
	unsigned int run = 0, longest = 0;

	for (; *s; s++) {
		run = isxdigit((unsigned char)*s) ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* How many lines netscan has written to the kernel's log since boot; prints those with a secret. */
static unsigned int read_log(unsigned int *bad)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int lines = 0;
	char line[8192], *s;
	ssize_t len;

	/* One read is one line; EPIPE says that some were overwritten. */
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[len > 0 ? len : 0] = '\0';
		/* Behind number and time. */
		s = strchr(line, ';');
		/* In its name, the kernel repeats a parameter that is no number. */
		if (!s || strncmp(s, ";netscan: ", 10) || strstr(s, " invalid for parameter "))
			continue;
		lines++;
		if (longest_number(s) < 14 && !strstr(s, "0x"))
			continue;
		fprintf(stderr, "# %s", line);
		++*bad;
	}
	close(kmsg);
	return lines;
}

TEST_F(access, gives_no_pointers_and_no_fingerprints)
{
	static const char * const files[] = {
		"rules", "tools", "exceptions", "groups", "stats", "status",
	};
	const char *ping = tool_path(&self->tb, "ping");
	char path[64];
	unsigned int i, bad = 0;

	ASSERT_EQ(0, probe_burst(&self->tb.prober, 0, ping, "host-", 120));
	ASSERT_EQ(1, testbed_next(&self->tb, &r));
	EXPECT_GT(14u, longest_number(r.line)) TH_LOG("%s", r.line);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), PROC("%s"), files[i]);
		ASSERT_LT(-1, file_read(path, text, sizeof(text)));
		EXPECT_GT(14u, longest_number(text)) TH_LOG("%s: %s", path, text);
		EXPECT_EQ(NULL, strstr(text, "0x"));
	}
	/* What it says when it comes, is locked and goes; before that, what it has refused. */
	ASSERT_EQ(0, testbed_reload(&self->tb, "lock=1"));
	ASSERT_EQ(0, testbed_reload(&self->tb, ""));
	EXPECT_LE(3u, read_log(&bad));
	EXPECT_EQ(0u, bad);
}

TEST_HARNESS_MAIN
