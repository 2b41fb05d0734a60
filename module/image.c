// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the file that is run, known by its build-id
 *
 * Design: the kernel has just read the beginning of the file to see what it is,
 * so its first page is in the page cache, and the build-id is taken from there.
 * Where it is not (DAX, direct I/O) that is counted, and nothing is waited for.
 *
 * What came of it is remembered, so that the next exec of the same file costs
 * a hash of what tells it apart: device, number, generation, size, change time,
 * and which state of the tools it was compared with. One word a file, a keyed
 * tag and the answer, is written when a file is first run and only read after
 * that. Who runs many files pushes others out, which costs those a new look. A
 * file is in use by nobody who could write to it while it is exec'ed, and each
 * write moves its change time; the clock behind that is coarse, so that a file
 * that was changed a moment ago is not remembered. A write through a mapping
 * of a file in memory (tmpfs) may leave the change time alone: such a file is
 * taken for what it was, as is one with another build-id written into it, which
 * is easier to do.
 *
 * Lifetime: from netscan_image_init() to netscan_image_exit(), as the probe's.
 *
 * Locking: none; a word of the memory is written whole, and any may be lost.
 *
 * Context: kprobe, preemption off, unless another one is given. The page is
 * held while it is read; if everybody else has let go of it meanwhile, it is
 * given back from an irq_work, since that takes locks which sleep under
 * PREEMPT_RT. A page that somebody is about to move or free is not waited for.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "buildid.h"
#include "compat.h"
#include "image.h"
#include "stats.h"
#include "tools.h"

#define SETTLED		2	/* seconds without a change: it is remembered */
#define ANSWER		0xffULL	/* of a word, what is the answer */

static_assert(NETSCAN_ELF_HEAD <= PAGE_SIZE);
static_assert(NETSCAN_MAX_TOOLS < 128);

/**
 * struct reader - a CPU's look into files
 * @late: gives @folio back
 * @folio: the page of which nobody else is left, or NULL
 */
struct reader {
	struct irq_work late;
	struct netscan_folio *folio;
};

static struct reader __percpu *readers;

/*
 * What is remembered, at the index that a tag's highest bits are: the tag, and
 * in place of its lowest byte the complement of the answer, so that an empty
 * word says that a file is no tool.
 */
static atomic64_t *memory;

/*
 * What tags are made with: odd, so that a difference in one word never gets
 * lost, and random, so that nobody knows which differences in several do.
 */
static u64 factor[4];

static void free_late(struct irq_work *work)
{
	struct reader *r = container_of(work, struct reader, late);

	netscan_folio_free(r->folio);
	WRITE_ONCE(r->folio, NULL);
}

static void put_folio(struct reader *r, struct netscan_folio *folio)
{
	if (likely(!netscan_folio_put_testzero(folio)))
		return;
	WRITE_ONCE(r->folio, folio);
	irq_work_queue(&r->late);
}

/* Copy the beginning of a file, as far as it is in the first page. */
static bool read_head(struct reader *r, struct address_space *mapping,
		      u8 *head, size_t len)
{
	struct netscan_folio *folio;
	bool there;

	if (READ_ONCE(r->folio))
		return false;
	folio = xa_load(&mapping->i_pages, 0);
	if (!folio || xa_is_value(folio) || !netscan_folio_try_get(folio))
		return false;
	/* It may have gone to another file before it was held. */
	there = xa_load(&mapping->i_pages, 0) == folio &&
		netscan_folio_uptodate(folio);
	if (there)
		netscan_folio_read(folio, head, len);
	put_folio(r, folio);
	return there;
}

static u64 make_tag(const struct netscan_tools *tools,
		    const struct inode *inode, struct timespec64 changed)
{
	u64 file = (u64)inode->i_sb->s_dev << 32 | inode->i_generation;
	u64 time = ((u64)changed.tv_sec << 30) + changed.tv_nsec;
	u64 sum = file * factor[0] + inode->i_ino * factor[1] +
		  time * factor[2] + READ_ONCE(inode->i_size) * factor[3];

	return (sum ^ (u64)tools->serial << 8) & ~ANSWER;
}

static bool is_settled(struct timespec64 changed)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return changed.tv_sec < now.tv_sec - SETTLED;
}

/* Not inlined: what has been remembered is to be found quickly. */
static noinline int look_inside(const struct netscan_tools *tools,
				const struct inode *inode, u64 tag,
				struct timespec64 changed, u8 *head)
{
	struct reader *r = this_cpu_ptr(readers);
	size_t len = min_t(u64, i_size_read(inode), NETSCAN_ELF_HEAD);
	int tool = NETSCAN_NO_TOOL;
	const u8 *id;
	int found;

	if (!read_head(r, inode->i_mapping, head, len)) {
		netscan_count(BUILDID_ABSENT);
		return tool;
	}
	netscan_count(BUILDID_READS);
	found = netscan_buildid_find(head, len, &id);
	if (found > 0)
		tool = netscan_tools_find_build_id(tools, id, found);
	else if (found)
		netscan_count(BUILDID_BEYOND);
	if (is_settled(changed))
		atomic64_set(&memory[tag >> (64 - NETSCAN_IMAGE_BITS)],
			     tag | (u8)~tool);
	return tool;
}

/**
 * netscan_image_tool() - which tool a file is by its build-id
 * @tools: the tools
 * @file: the file that is run
 * @beginning: its first bytes, as the kernel has read them for this exec
 * @head: NETSCAN_ELF_HEAD bytes to work in
 *
 * Return: as netscan_tools_find().
 */
int netscan_image_tool(const struct netscan_tools *tools,
		       const struct file *file, const char *beginning,
		       u8 *head)
{
	const struct inode *inode = d_real_inode(file->f_path.dentry);
	struct timespec64 changed = netscan_ctime(inode);
	u64 tag = make_tag(tools, inode, changed);
	u64 word = atomic64_read(&memory[tag >> (64 - NETSCAN_IMAGE_BITS)]);

	word ^= tag;
	if (likely(word <= ANSWER))
		return ~(s8)word;
	if (memcmp(beginning, ELFMAG, SELFMAG))
		return NETSCAN_NO_TOOL;
	return look_inside(tools, inode, tag, changed, head);
}

/**
 * netscan_image_init() - allocate what is read and remembered
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int netscan_image_init(void)
{
	int cpu, i;

	readers = alloc_percpu(struct reader);
	memory = netscan_calloc(1U << NETSCAN_IMAGE_BITS, sizeof(*memory));
	if (!readers || !memory) {
		free_percpu(readers);
		netscan_free(memory);
		return -ENOMEM;
	}
	get_random_bytes(factor, sizeof(factor));
	for (i = 0; i < ARRAY_SIZE(factor); i++)
		factor[i] |= 1;
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(readers, cpu)->late, free_late);
	return 0;
}

/**
 * netscan_image_exit() - free it
 *
 * Context: process, may sleep; the probe is disarmed.
 */
void netscan_image_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(readers, cpu)->late);
	free_percpu(readers);
	netscan_free(memory);
}

/**
 * netscan_image_bytes() - memory of what is read and remembered
 */
size_t netscan_image_bytes(void)
{
	return sizeof(struct reader) * num_possible_cpus() +
	       (sizeof(*memory) << NETSCAN_IMAGE_BITS);
}
