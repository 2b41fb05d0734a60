// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - tools known by their build-id: what is remembered of a file, what is refused
 *
 * Design: a copy of a tool under a name of no tool is exec'ed, or one with another build-id written
 * into it. Each recognised exec is an event of the group of the prober, so the events of the group
 * tell what each exec was taken for.
 */
#include <elf.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "kselftest_harness.h"
#include "machine.h"
#include "session.h"

#define PING		"/usr/bin/ping"
#define PING_LINE	"ping ping4 ping6"
#define ID		"0011223344556677"

/* A file that has not been changed for so long is remembered, see module/image.c. */
#define SETTLED_NS	(4 * NSEC_PER_SEC)

static char *plain[] = { "x", "-V", NULL };
static char text[64 * 1024], again[64 * 1024];
static struct record r;

FIXTURE(image) {
	struct testbed tb;
	char path[300];
	off_t at;
};

static void __attribute__((constructor)) need_ping(void)
{
	program_needs(PING);
}

FIXTURE_SETUP(image)
{
	ASSERT_EQ(0, testbed_open(&self->tb));
	ASSERT_EQ(0, rules_write("t_image by=parent distinct=100 events=1 window=600 tools=ping"));
	ASSERT_NE(NULL, tool_copy(&self->tb, PING, "pong"));
	snprintf(self->path, sizeof(self->path), "%s/pong", self->tb.dir);
	ASSERT_NE(NULL, build_id_of(self->path, &self->at));
}

FIXTURE_TEARDOWN(image)
{
	EXPECT_EQ(0, testbed_close(&self->tb));
}

/* How many execs of the prober were events so far. */
static uint64_t events(struct testbed *tb)
{
	return group_find(&r, "t_image", "sid", tb->prober.pid) == 1 ? record_u64(&r, "events") : 0;
}

/* Is an exec of @path one of ping? */
static bool is_known(struct testbed *tb, const char *path)
{
	uint64_t before = events(tb);

	return !probe_argv(&tb->prober, 0, path, plain) && events(tb) == before + 1;
}

/* One byte of the build-id in the file is changed, or changed back. */
static int change(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char byte;
	bool ok = pread(fd, &byte, 1, at) == 1;

	byte ^= 1;
	ok = ok && pwrite(fd, &byte, 1, at) == 1;
	return close(fd) || !ok ? -EIO : 0;
}

static int change_mapped(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	volatile char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char byte;

	if (map == MAP_FAILED || pread(fd, &byte, 1, at) != 1)
		return -errno;
	close(fd);
	/* Not read before: that would let a tmpfs miss the write. */
	map[at] = byte ^ 1;
	return munmap((void *)map, 4096) ? -errno : 0;
}

static void settle(void)
{
	sleep_until(now_ns() + SETTLED_NS);
}

/* ---- what is remembered ---- */

TEST_F(image, is_looked_into_once)
{
	uint64_t reads;
	int i;

	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	settle();
	ASSERT_TRUE(is_known(&self->tb, self->path));
	reads = stats_get("buildid_reads");
	ASSERT_NE(UINT64_MAX, reads);
	for (i = 0; i < 40; i++)
		ASSERT_TRUE(is_known(&self->tb, self->path));
	/* Something else may be exec'ed meanwhile. */
	EXPECT_GT(reads + 20, stats_get("buildid_reads"));
}

TEST_F(image, is_looked_into_again_while_it_is_new)
{
	uint64_t reads;
	int i;

	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	reads = stats_get("buildid_reads");
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, chmod(self->path, 0755));
		ASSERT_TRUE(is_known(&self->tb, self->path));
	}
	EXPECT_LE(reads + 5, stats_get("buildid_reads"));
}

TEST_F(image, is_not_looked_into_without_build_ids)
{
	uint64_t reads = stats_get("buildid_reads");

	ASSERT_NE(UINT64_MAX, reads);
	ASSERT_FALSE(is_known(&self->tb, self->path));
	EXPECT_EQ(reads, stats_get("buildid_reads"));
}

TEST_F(image, that_has_changed_is_another)
{
	struct timespec times[2];
	struct stat st;

	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	settle();
	ASSERT_TRUE(is_known(&self->tb, self->path));
	ASSERT_EQ(0, stat(self->path, &st));
	ASSERT_EQ(0, change(self->path, self->at + 19));
	/* It looks as old as before to who asks for its times. */
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	ASSERT_EQ(0, utimensat(AT_FDCWD, self->path, times, 0));
	EXPECT_FALSE(is_known(&self->tb, self->path));
	settle();
	EXPECT_FALSE(is_known(&self->tb, self->path));
	EXPECT_FALSE(is_known(&self->tb, self->path));
	ASSERT_EQ(0, change(self->path, self->at + 19));
	EXPECT_TRUE(is_known(&self->tb, self->path));
	settle();
	EXPECT_TRUE(is_known(&self->tb, self->path));
	EXPECT_TRUE(is_known(&self->tb, self->path));
}

TEST_F(image, that_is_changed_all_the_time_is_what_it_is)
{
	int i;

	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(i % 2 == 0, is_known(&self->tb, self->path));
		ASSERT_EQ(0, change(self->path, self->at + i % 20));
		if (i % 2)
			ASSERT_EQ(0, change(self->path, self->at + (i - 1) % 20) ?:
				     change(self->path, self->at + i % 20));
	}
}

TEST_F(image, that_was_written_through_a_mapping)
{
	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	settle();
	ASSERT_TRUE(is_known(&self->tb, self->path));
	ASSERT_EQ(0, change_mapped(self->path, self->at + 3));
	EXPECT_FALSE(is_known(&self->tb, self->path));
	settle();
	EXPECT_FALSE(is_known(&self->tb, self->path));
}

TEST_F(image, is_what_the_tools_say_now)
{
	settle();
	ASSERT_EQ(0, build_id_tell(PING, "t-other"));
	ASSERT_FALSE(is_known(&self->tb, self->path));
	ASSERT_FALSE(is_known(&self->tb, self->path));
	ASSERT_EQ(0, file_write(PROC("tools"), "-t-other\n", 9));
	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	EXPECT_TRUE(is_known(&self->tb, self->path));
	EXPECT_TRUE(is_known(&self->tb, self->path));
	ASSERT_EQ(0, file_write(PROC("tools"), PING_LINE "\n", strlen(PING_LINE) + 1));
	EXPECT_FALSE(is_known(&self->tb, self->path));
}

/* ---- what else there is of it ---- */

TEST_F(image, of_a_tool_by_another_name_counts_as_both)
{
	const char *path = tool_copy(&self->tb, PING, "socat");

	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	ASSERT_EQ(0, probe_argv(&self->tb.prober, 0, path, plain));
	/* The rule is for ping alone. */
	EXPECT_EQ(1u, events(&self->tb));
	EXPECT_STREQ("socat", record_raw(&r, "tool"));
}

/* The program header that says nothing of memory becomes one of notes far behind. */
static int patch_stack_header(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	Elf64_Phdr p64;
	Elf64_Ehdr e64;
	int i, err = -ENOENT;

	if (pread(fd, &e64, sizeof(e64), 0) != sizeof(e64) || e64.e_ident[EI_CLASS] != ELFCLASS64)
		err = -ENOEXEC;
	for (i = 0; err == -ENOENT && i < e64.e_phnum; i++) {
		if (pread(fd, &p64, sizeof(p64), e64.e_phoff + i * sizeof(p64)) != sizeof(p64))
			err = -EIO;
		if (p64.p_type != PT_GNU_STACK)
			continue;
		p64.p_type = PT_NOTE;
		p64.p_offset = 0x10000;
		p64.p_filesz = 64;
		err = pwrite(fd, &p64, sizeof(p64), e64.e_phoff + i * sizeof(p64)) ==
			sizeof(p64) ? 0 : -EIO;
	}
	close(fd);
	return err;
}

TEST_F(image, with_notes_further_on_is_counted)
{
	const char *path = tool_path(&self->tb, "other");
	uint64_t beyond = stats_get("buildid_beyond");

	ASSERT_NE(UINT64_MAX, beyond);
	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	path = tool_copy(&self->tb, path, "far");
	ASSERT_EQ(0, patch_stack_header(path));
	ASSERT_FALSE(is_known(&self->tb, path));
	EXPECT_EQ(beyond + 1, stats_get("buildid_beyond"));
}

/* ---- the file of tools ---- */

static int tools_write(const char *line)
{
	return file_write(PROC("tools"), line, strlen(line));
}

TEST_F(image, tools_that_are_refused_change_nothing)
{
	static const char * const bad[] = {
		"t-a buildid=", "t-a buildid=00112233445566", "t-a buildid=001122334455667",
		"t-a buildid=001122334455667x", "t-a buildid=" ID ",", "buildid=" ID,
		"t-a buildid=" ID "," ID, "t-a buildid=" ID "\nt-b buildid=" ID,
		"t-a buildid=" ID "\nt-a t-b\nt-c t-a", "@other x", "-@multicall", "-@loader",
		"@loader ping", "ping buildid=" ID "\n-ping",
		"t-a buildid=" ID ID ID ID "00",
	};
	uint64_t refused = stats_get("refused");
	unsigned int i;

	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, tools_write(bad[i])) {
			TH_LOG("of %s", bad[i]);
		}
		ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
		ASSERT_STREQ(text, again);
	}
	EXPECT_EQ(refused + i, stats_get("refused"));
}

TEST_F(image, tools_have_at_most_64_build_ids)
{
	char line[4096] = "t-a buildid=" ID;
	unsigned int i;

	for (i = 1; i < 64; i++)
		sprintf(line + strlen(line), ",%016x", i);
	ASSERT_EQ(0, tools_write(line));
	EXPECT_EQ(-ERANGE, tools_write("t-b buildid=8899aabbccddeeff"));
	ASSERT_EQ(0, tools_write("-t-a"));
	EXPECT_EQ(0, tools_write("t-b buildid=8899aabbccddeeff"));
}

TEST_F(image, tools_read_back_can_be_written)
{
	ASSERT_EQ(0, tools_write(PING_LINE " buildid=" ID ",ABCDEF0123456789\n"
				 "@multicall busybox buildid=8899aabbccddeeff\nt-a t-b"));
	ASSERT_LT(0, file_read(PROC("tools"), text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "\n" PING_LINE " buildid=" ID ",abcdef0123456789\n"));
	EXPECT_EQ(0, strncmp(text, "@multicall busybox buildid=8899aabbccddeeff\n", 44));
	ASSERT_EQ(0, tools_write(text));
	ASSERT_LT(0, file_read(PROC("tools"), again, sizeof(again)));
	ASSERT_STREQ(text, again);
}

/* ---- what is not in memory ---- */

/* Any name leads to one file, of which nothing is cached. */
static void answer(int fuse, const struct fuse_in_header *in, const char *body, size_t len)
{
	const struct fuse_read_in *read_in = (const void *)(in + 1);
	struct fuse_attr attr = {
		.ino = 2, .size = len, .mode = S_IFREG | 0755, .nlink = 1, .blksize = 4096,
	};
	struct fuse_out_header out = { .unique = in->unique };
	union {
		struct fuse_init_out init;
		struct fuse_entry_out entry;
		struct fuse_attr_out attr;
		struct fuse_open_out open;
	} u = { 0 };
	struct iovec iov[] = { { &out, sizeof(out) }, { &u, 0 } };

	switch (in->opcode) {
	case FUSE_INIT:
		u.init.major = FUSE_KERNEL_VERSION;
		u.init.minor = FUSE_KERNEL_MINOR_VERSION;
		u.init.max_write = 4096;
		iov[1].iov_len = sizeof(u.init);
		break;
	case FUSE_LOOKUP:
		u.entry.nodeid = 2;
		u.entry.attr = attr;
		iov[1].iov_len = sizeof(u.entry);
		break;
	case FUSE_GETATTR:
		if (in->nodeid == FUSE_ROOT_ID)
			attr.mode = S_IFDIR | 0755;
		u.attr.attr = attr;
		iov[1].iov_len = sizeof(u.attr);
		break;
	case FUSE_OPEN:
		u.open.open_flags = FOPEN_DIRECT_IO;
		iov[1].iov_len = sizeof(u.open);
		break;
	case FUSE_READ:
		if (read_in->offset < len) {
			iov[1].iov_base = (void *)(body + read_in->offset);
			iov[1].iov_len = len - read_in->offset;
		}
		if (iov[1].iov_len > read_in->size)
			iov[1].iov_len = read_in->size;
		break;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
		break;
	default:
		out.error = -EOPNOTSUPP;
	}
	out.len = sizeof(out) + iov[1].iov_len;
	if (in->opcode != FUSE_FORGET && writev(fuse, iov, 2) < 0 && errno != ENOENT)
		_exit(1);
}

/* A child that serves @body until nobody has the file system mounted. */
static pid_t start_server(int fuse, const char *body, size_t len)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (read(fuse, again, sizeof(again)) > 0 || errno == EINTR)
		answer(fuse, (const void *)again, body, len);
	_exit(0);
}

TEST_F_TIMEOUT(image, that_is_not_in_memory_is_counted_and_not_waited_for, 60)
{
	uint64_t absent = stats_get("buildid_absent");
	const char *noop = tool_path(&self->tb, "noop");
	char dir[300], path[320];
	pid_t server;
	ssize_t len;
	int fuse;

	len = file_read(noop, text, sizeof(text));
	ASSERT_LT(0, len);
	snprintf(dir, sizeof(dir), "%s/fuse", self->tb.dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	fuse = fuse_mount(dir);
	if (fuse == -ENOENT || fuse == -ENODEV)
		SKIP(rmdir(dir); return, "this kernel has no FUSE");
	ASSERT_LE(0, fuse);
	server = start_server(fuse, text, len);
	snprintf(path, sizeof(path), "%s/pong", dir);
	ASSERT_EQ(0, build_id_tell(PING, PING_LINE));
	EXPECT_FALSE(is_known(&self->tb, path));
	EXPECT_FALSE(is_known(&self->tb, path));
	EXPECT_EQ(absent + 2, stats_get("buildid_absent"));
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
	close(fuse);
	EXPECT_EQ(server, waitpid(server, NULL, 0));
	EXPECT_EQ(0, rmdir(dir));
}

TEST_HARNESS_MAIN
