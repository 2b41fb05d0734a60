// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - tests of the search for a build-id: files of linkers and of liars
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buildid.h"
#include "test.h"

#define HEAD	NETSCAN_ELF_HEAD
#define NOTES	0x400	/* where the notes of made files are */

static const u8 bytes[64] = {
	0xd0, 0x43, 0x70, 0xf1, 0x79, 0x2e, 0xc0, 0x09, 0x43, 0x14, 0x1e,
	0x28, 0x50, 0xed, 0x76, 0x8a, 0xa1, 0xd4, 0xb6, 0xaa, 1, 2, 3, 4,
	5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
};

/* A file being made: its header, @nr program headers behind it, notes. */
static u8 file[2 * HEAD];
static bool wide;
static u32 nr;
static size_t at;

static void begin(bool is_wide)
{
	const u32 one = 1;
	const u8 order = *(const u8 *)&one ? ELFDATA2LSB : ELFDATA2MSB;
	Elf64_Ehdr e64 = {
		.e_phoff = sizeof(e64), .e_phentsize = sizeof(Elf64_Phdr),
	};
	Elf32_Ehdr e32 = {
		.e_phoff = sizeof(e32), .e_phentsize = sizeof(Elf32_Phdr),
	};

	wide = is_wide;
	nr = 0;
	at = NOTES;
	memset(file, 0, sizeof(file));
	if (wide)
		memcpy(file, &e64, sizeof(e64));
	else
		memcpy(file, &e32, sizeof(e32));
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	file[EI_DATA] = order;
}

static void segment(u32 type, u64 offset, u64 size, u64 align)
{
	Elf64_Phdr p64 = {
		.p_type = type, .p_offset = offset, .p_filesz = size,
		.p_align = align,
	};
	Elf32_Phdr p32 = {
		.p_type = type, .p_offset = offset, .p_filesz = size,
		.p_align = align,
	};
	Elf64_Ehdr *e64 = (void *)file;
	Elf32_Ehdr *e32 = (void *)file;

	if (wide) {
		memcpy(file + sizeof(*e64) + nr * sizeof(p64), &p64,
		       sizeof(p64));
		e64->e_phnum = ++nr;
	} else {
		memcpy(file + sizeof(*e32) + nr * sizeof(p32), &p32,
		       sizeof(p32));
		e32->e_phnum = ++nr;
	}
}

/* A note, whose sizes need not be true; no name is one of no bytes. */
static void note(u32 namesz, const char *name, u32 descsz, u32 type,
		 size_t align)
{
	Elf32_Nhdr n = {
		.n_namesz = namesz, .n_descsz = descsz, .n_type = type,
	};

	memcpy(file + at, &n, sizeof(n));
	memcpy(file + at + sizeof(n), name, strlen(name) + !!*name);
	at += round_up(sizeof(n) + strlen(name) + !!*name, align);
	memcpy(file + at, bytes, sizeof(bytes));
	at += round_up(min_t(size_t, descsz, sizeof(bytes)), align);
}

static void whole_segment(size_t align)
{
	segment(PT_NOTE, NOTES, at - NOTES, align);
}

/* In memory that ends where the file does. */
static int find_in(const u8 *from, size_t len, u8 *out)
{
	u8 *copy = malloc(len + !len);
	const u8 *id = NULL;
	int got;

	memcpy(copy, from, len);
	got = netscan_buildid_find(copy, len, &id);
	CHECK(got <= (int)NETSCAN_MAX_BUILD_ID);
	if (got > 0) {
		CHECK(id >= copy && id + got <= copy + len);
		memcpy(out, id, got);
	}
	free(copy);
	return got;
}

static int find(size_t len)
{
	u8 id[NETSCAN_MAX_BUILD_ID];
	int got = find_in(file, len, id);

	if (got > 0)
		CHECK(!memcmp(id, bytes, got));
	return got;
}

static void both_classes(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		begin(i);
		segment(PT_LOAD, 0, HEAD, 4096);
		note(4, "GNU", 20, 3, 4);
		whole_segment(4);
		EQUAL(find(HEAD), 20);
		EQUAL(find(at), 20);
		/* Another kind of machine, another class. */
		file[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
		EQUAL(find(HEAD), 0);
		begin(i);
		note(4, "GNU", 20, 3, 4);
		whole_segment(4);
		file[EI_CLASS] = 3;
		EQUAL(find(HEAD), 0);
		file[EI_CLASS] = i ? ELFCLASS32 : ELFCLASS64;
		EQUAL(find(HEAD), 0);
	}
}

static void no_elf_files(void)
{
	EQUAL(netscan_buildid_find((const u8 *)"", 0, NULL), 0);
	begin(true);
	note(4, "GNU", 20, 3, 4);
	whole_segment(4);
	file[0] = '#';
	EQUAL(find(HEAD), 0);
	begin(true);
	EQUAL(find(HEAD), 0);		/* no program headers */
	segment(PT_LOAD, 0, HEAD, 4096);
	EQUAL(find(HEAD), 0);		/* no notes */
}

static void lengths(void)
{
	static const u32 lengths[] = { 0, 1, 7, 8, 16, 20, 31, 32, 33, 64 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		begin(true);
		note(4, "GNU", lengths[i], 3, 4);
		whole_segment(4);
		EQUAL(find(HEAD), lengths[i] >= NETSCAN_MIN_BUILD_ID &&
		      lengths[i] <= NETSCAN_MAX_BUILD_ID ? lengths[i] : 0);
	}
}

static void among_other_notes(void)
{
	begin(true);
	note(4, "GNU", 16, 1, 4);	/* the ABI's version */
	note(4, "GNU", 20, 5, 4);	/* properties */
	note(4, "GNV", 20, 3, 4);
	note(3, "GN", 20, 3, 4);
	note(8, "GNUGNUX", 20, 3, 4);
	note(0, "", 0, 3, 4);
	note(4, "GNU", 9, 3, 4);	/* padded to 12 */
	whole_segment(4);
	EQUAL(find(HEAD), 9);
	/* The first counts. */
	begin(true);
	note(4, "GNU", 20, 3, 4);
	note(4, "GNU", 16, 3, 4);
	whole_segment(4);
	EQUAL(find(HEAD), 20);
	/* In the second segment; one that is none is passed over. */
	begin(true);
	note(4, "GNU", 20, 3, 4);
	segment(PT_LOAD, NOTES, at - NOTES, 4);
	segment(PT_NOTE, NOTES, 0, 4);
	segment(PT_NOTE, 0, 0, 4);
	whole_segment(4);
	EQUAL(find(HEAD), 20);
}

static void alignment(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		begin(i);
		note(4, "GNU", 20, 5, 8);	/* 20 bytes take 24 */
		note(4, "GNU", 20, 3, 8);
		whole_segment(8);
		EQUAL(find(HEAD), 20);
		/* Whatever is no 8 is 4. */
		begin(i);
		note(4, "GNU", 20, 5, 4);
		note(4, "GNU", 20, 3, 4);
		whole_segment(i ? 0 : ~0ULL);
		EQUAL(find(HEAD), 20);
	}
}

static void further_on(void)
{
	/* Notes behind what is looked at, in part or all. */
	begin(true);
	segment(PT_NOTE, HEAD, 36, 4);
	EQUAL(find(HEAD), -ENODATA);
	begin(true);
	segment(PT_NOTE, HEAD - 8, 36, 4);
	EQUAL(find(HEAD), -ENODATA);
	begin(true);
	segment(PT_NOTE, ~0ULL, ~0ULL, 4);
	EQUAL(find(HEAD), -ENODATA);
	begin(true);
	segment(PT_NOTE, 0x3f0, ~0ULL - 0x3f0, 4);
	EQUAL(find(HEAD), -ENODATA);
	/* One that is there, all the same. */
	begin(true);
	segment(PT_NOTE, HEAD, 36, 4);
	note(4, "GNU", 20, 3, 4);
	whole_segment(4);
	EQUAL(find(HEAD), 20);
	/* The last byte that is looked at. */
	begin(true);
	at = HEAD - 36;
	note(4, "GNU", 20, 3, 4);
	segment(PT_NOTE, HEAD - 36, 36, 4);
	EQUAL(find(HEAD), 20);
	EQUAL(find(HEAD - 1), -ENODATA);
	/* Program headers. */
	begin(true);
	segment(PT_LOAD, 0, HEAD, 4096);
	((Elf64_Ehdr *)file)->e_phoff = HEAD - sizeof(Elf64_Phdr) + 1;
	EQUAL(find(HEAD), -ENODATA);
	((Elf64_Ehdr *)file)->e_phoff = ~0ULL;
	EQUAL(find(HEAD), -ENODATA);
	((Elf64_Ehdr *)file)->e_phoff = HEAD - sizeof(Elf64_Phdr);
	EQUAL(find(HEAD), 0);
	((Elf64_Ehdr *)file)->e_phnum = 0xffff;
	EQUAL(find(HEAD), -ENODATA);
	((Elf64_Ehdr *)file)->e_phentsize = 1;
	EQUAL(find(HEAD), 0);
}

static void lies_about_sizes(void)
{
	static const u32 sizes[] = {
		21, 36, 0x3e4, 0x7ffffffc, 0x7fffffff, 0x80000000, 0xfffffff0,
		0xfffffffc, 0xfffffffd, 0xffffffff
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		/* A name, and a note before the build-id, that is too long. */
		begin(true);
		note(sizes[i], "GNU", 20, 3, 4);
		whole_segment(4);
		EQUAL(find(HEAD), 0);
		begin(true);
		note(4, "GNU", sizes[i] | 32, 1, 4);
		segment(PT_NOTE, NOTES, 40, 4);
		EQUAL(find(HEAD), 0);
	}
	/* A build-id that ends behind its segment. */
	begin(true);
	note(4, "GNU", 20, 3, 4);
	segment(PT_NOTE, NOTES, 35, 4);
	EQUAL(find(HEAD), 0);
}

static void many_notes(void)
{
	u32 i, k;

	for (k = 0; k < 2; k++) {
		begin(true);
		for (i = 0; i < NETSCAN_ELF_NOTES - 1 + k; i++)
			note(0, "", 0, 9, 4);
		note(4, "GNU", 20, 3, 4);
		whole_segment(4);
		EQUAL(find(HEAD), k ? -ENODATA : 20);
	}
	/* Many segments of the same notes come to an end. */
	begin(true);
	for (i = 0; i < 10; i++)
		segment(PT_NOTE, NOTES, HEAD - NOTES, 4);
	EQUAL(find(HEAD), -ENODATA);
}

static void at_any_cut(void)
{
	size_t len;
	u32 i;
	int got;

	for (i = 0; i < 2; i++) {
		begin(i);
		segment(PT_LOAD, 0, HEAD, 4096);
		note(4, "GNU", 16, 1, 4);
		note(4, "GNU", 20, 3, 4);
		whole_segment(4);
		for (len = 0; len <= at + 4; len++) {
			got = find(len);
			EQUAL(got > 0, len >= at);
		}
	}
}

static void noise(void)
{
	struct test_random r;
	u32 i, k;
	u8 id[NETSCAN_MAX_BUILD_ID];

	test_seed(&r, 11);
	for (i = 0; i < 100000 && !test_failed(); i++) {
		begin(i & 1);
		segment(PT_NOTE, NOTES, 200, test_below(&r, 2) ? 4 : 8);
		note(4, "GNU", 16, 1, 4);
		note(4, "GNU", 20, 3, 4);
		for (k = 0; k < 4; k++)
			file[test_below(&r, 2) ? test_below(&r, 128) :
			     NOTES + test_below(&r, 64)] = test_next(&r);
		find_in(file, 1 + test_below(&r, 2048), id);
	}
}

/* What the linker wrote, found by its bytes alone. */
static const u8 *plain_search(const u8 *head, size_t len)
{
	static const u32 note[] = { 4, 20, 3 };
	const u8 *found = memmem(head, len, note, sizeof(note));

	while (found && memcmp(found + 12, "GNU", 4))
		found = memmem(found + 1, head + len - found - 1, note,
			       sizeof(note));
	return found && found + 36 <= head + len ? found + 16 : NULL;
}

static bool same_in(int dir, const char *name, u32 *found, u32 *missed)
{
	int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	u8 head[HEAD], id[NETSCAN_MAX_BUILD_ID];
	const u8 *want;
	ssize_t len;
	int got;

	len = fd < 0 ? -1 : read(fd, head, sizeof(head));
	close(fd);
	if (len < 64 || memcmp(head, ELFMAG, SELFMAG))
		return true;
	want = plain_search(head, len);
	got = find_in(head, len, id);
	*found += got == 20;
	*missed += want && got != 20;
	return got != 20 || (want && !memcmp(id, want, 20));
}

static void in_the_programs_here(void)
{
	const struct dirent *entry;
	DIR *dir = opendir("/usr/bin");
	u32 found = 0, missed = 0;

	CHECK(dir);
	while (dir && (entry = readdir(dir)))
		if (!same_in(dirfd(dir), entry->d_name, &found, &missed))
			test_fail(__FILE__, __LINE__, "%s differs",
				  entry->d_name);
	/* Programs of Go have one that no program header names. */
	CHECK(found > 20 && missed < found / 4);
	if (dir)
		closedir(dir);
}

static const struct test tests[] = {
	{ "both classes", both_classes },
	{ "what is no ELF file", no_elf_files },
	{ "lengths", lengths },
	{ "among other notes", among_other_notes },
	{ "alignment", alignment },
	{ "further on in the file", further_on },
	{ "sizes that lie", lies_about_sizes },
	{ "many notes", many_notes },
	{ "cut anywhere", at_any_cut },
	{ "noise", noise },
	{ "in the programs of this machine", in_the_programs_here },
};

int main(void)
{
	return test_main("buildid", tests, ARRAY_SIZE(tests));
}
