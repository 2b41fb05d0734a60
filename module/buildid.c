// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the GNU build-id of an ELF file
 *
 * Design: the program headers name ranges of notes, one of which is the
 * build-id. All of that is looked at in the beginning of the file alone, where
 * every linker puts it. The file may say anything: each number is taken out of
 * it once, and is compared with what is left before it is used. A file of the
 * other byte order is none that this machine runs.
 *
 * Context: any. The bytes at @head do not change meanwhile.
 */
#include "buildid.h"

#define TYPE_BUILD_ID	3	/* NT_GNU_BUILD_ID */

static const char gnu[] = "GNU";

/**
 * struct search - a search under way
 * @head: the beginning of the file
 * @len: bytes of it
 * @id: where the build-id is
 * @left: notes that may still be looked at
 * @beyond: something may be behind what was looked at
 */
struct search {
	const u8 *head;
	size_t len;
	const u8 *id;
	u32 left;
	bool beyond;
};

/* What both classes of program headers say. */
struct segment {
	u32 type;
	u64 offset;
	u64 size;
	u64 align;
};

/*
 * Look through the notes from @at to @end, whose parts are padded to @align
 * bytes. Returns the length of the build-id, or 0.
 */
static int search_notes(struct search *s, size_t at, size_t end, size_t align)
{
	size_t name, desc;
	Elf32_Nhdr note;

	while (end - at >= sizeof(note)) {
		if (!s->left) {
			s->beyond = true;
			return 0;
		}
		s->left--;
		memcpy(&note, s->head + at, sizeof(note));
		name = at + sizeof(note);
		if (note.n_namesz > end - name)
			return 0;
		desc = at + round_up(sizeof(note) + note.n_namesz, align);
		if (desc > end || note.n_descsz > end - desc)
			return 0;
		if (note.n_type == TYPE_BUILD_ID &&
		    note.n_namesz == sizeof(gnu) &&
		    !memcmp(s->head + name, gnu, sizeof(gnu)) &&
		    note.n_descsz >= NETSCAN_MIN_BUILD_ID &&
		    note.n_descsz <= NETSCAN_MAX_BUILD_ID) {
			s->id = s->head + desc;
			return note.n_descsz;
		}
		at = desc + round_up((size_t)note.n_descsz, align);
		if (at > end)
			return 0;
	}
	return 0;
}

static int search_segment(struct search *s, const struct segment *seg)
{
	size_t size;

	if (seg->type != PT_NOTE)
		return 0;
	if (seg->offset >= s->len) {
		s->beyond |= seg->size > 0;
		return 0;
	}
	size = s->len - seg->offset;
	if (seg->size > size)
		s->beyond = true;
	else
		size = seg->size;
	return search_notes(s, seg->offset, seg->offset + size,
			    seg->align == 8 ? 8 : 4);
}

static bool read_segment(const struct search *s, bool wide, u64 at,
			 struct segment *seg)
{
	Elf64_Phdr p64;
	Elf32_Phdr p32;

	if (at > s->len || s->len - at < (wide ? sizeof(p64) : sizeof(p32)))
		return false;
	if (wide) {
		memcpy(&p64, s->head + at, sizeof(p64));
		*seg = (struct segment){ p64.p_type, p64.p_offset, p64.p_filesz,
					 p64.p_align };
	} else {
		memcpy(&p32, s->head + at, sizeof(p32));
		*seg = (struct segment){ p32.p_type, p32.p_offset, p32.p_filesz,
					 p32.p_align };
	}
	return true;
}

static u8 native_order(void)
{
	const u32 one = 1;

	return *(const u8 *)&one ? ELFDATA2LSB : ELFDATA2MSB;
}

/* Where the program headers are. False if this is no file that runs here. */
static bool read_header(const u8 *head, size_t len, bool *wide, u64 *at,
			u32 *nr)
{
	Elf64_Ehdr e64;
	Elf32_Ehdr e32;

	if (len < sizeof(e32) || memcmp(head, ELFMAG, SELFMAG) ||
	    head[EI_DATA] != native_order())
		return false;
	*wide = head[EI_CLASS] == ELFCLASS64;
	if (*wide) {
		if (len < sizeof(e64))
			return false;
		memcpy(&e64, head, sizeof(e64));
		*at = e64.e_phoff;
		*nr = e64.e_phnum;
		return e64.e_phentsize == sizeof(Elf64_Phdr);
	}
	memcpy(&e32, head, sizeof(e32));
	*at = e32.e_phoff;
	*nr = e32.e_phnum;
	return head[EI_CLASS] == ELFCLASS32 &&
	       e32.e_phentsize == sizeof(Elf32_Phdr);
}

/**
 * netscan_buildid_find() - the build-id in the beginning of a file
 * @head: the beginning
 * @len: bytes of it; the file may be longer
 * @id: receives where in @head the build-id is, where there is one
 *
 * Return: its length, NETSCAN_MIN_BUILD_ID to NETSCAN_MAX_BUILD_ID; 0 where the
 * file has none, or none of such a length; -ENODATA where it may have one
 * further on, or behind more notes than are looked at.
 */
int netscan_buildid_find(const u8 *head, size_t len, const u8 **id)
{
	struct search s = {
		.head = head,
		.len = len,
		.left = NETSCAN_ELF_NOTES,
	};
	struct segment seg;
	u32 i, nr;
	bool wide;
	u64 at;
	int found;

	if (!read_header(head, len, &wide, &at, &nr))
		return 0;
	for (i = 0; i < nr; i++) {
		if (!read_segment(&s, wide, at, &seg))
			return -ENODATA;
		found = search_segment(&s, &seg);
		if (found) {
			*id = s.id;
			return found;
		}
		at += wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	}
	return s.beyond ? -ENODATA : 0;
}
