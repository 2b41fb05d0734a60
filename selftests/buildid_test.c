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
#include <sys/mman.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
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

FIXTURE_SETUP(image)
{
	if (access(PING, X_OK))
		SKIP(return, "%s is not installed", PING);
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

TEST_HARNESS_MAIN
