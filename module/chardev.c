// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - /dev/netscan
 *
 * Design: every open file has a cursor into the one ring and sees everything
 * from the oldest kept record on. A record is copied out of the ring into the
 * file's own buffer first, so that a reader whose memory is slow to fault in
 * holds up nobody else, and the cursor moves when user space has it.
 *
 * Lifetime: an open file holds the module.
 *
 * Locking: a file's mutex makes its readers take turns; inside it, ring_mutex
 * guards the ring.
 *
 * Context: process, may sleep.
 */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/wait.h>

#include "chardev.h"
#include "record.h"
#include "ring.h"
#include "stats.h"

/**
 * struct reader - an open file
 * @mutex: one read at a time
 * @cursor: the record it gets next
 * @text: that record, NETSCAN_RECORD_MAX bytes
 */
struct reader {
	struct mutex mutex;	/* one read at a time */
	struct netscan_cursor cursor;
	char text[NETSCAN_RECORD_MAX];
};

static struct netscan_ring ring;
static DEFINE_MUTEX(ring_mutex);
static DECLARE_WAIT_QUEUE_HEAD(ring_wait);

/**
 * netscan_chardev_seq() - the number that the next record gets
 *
 * Context: the one who pushes.
 */
u64 netscan_chardev_seq(void)
{
	return READ_ONCE(ring.seq);
}

/**
 * netscan_chardev_push() - give a record to all readers
 * @text: the record
 * @len: its length, 1 to NETSCAN_RECORD_MAX
 *
 * Context: process, may sleep; one caller at a time.
 */
void netscan_chardev_push(const char *text, u32 len)
{
	mutex_lock(&ring_mutex);
	netscan_count_n(OVERWRITTEN, netscan_ring_push(&ring, text, len));
	mutex_unlock(&ring_mutex);
	wake_up_interruptible(&ring_wait);
}

static bool has_record(const struct reader *reader)
{
	return READ_ONCE(reader->cursor.seq) != READ_ONCE(ring.seq);
}

/*
 * Get the next record into reader->text, and the place after it into @next.
 * Returns its length, 0 when there is none.
 */
static int fetch_record(struct reader *reader, struct netscan_cursor *next,
			u64 *lost)
{
	struct netscan_text t;
	u64 seq;
	int len;

	mutex_lock(&ring_mutex);
	*next = reader->cursor;
	*lost = netscan_ring_lost(&ring, next);
	if (*lost) {
		netscan_ring_rewind(&ring, next);
		seq = next->seq - 1;
	} else {
		len = netscan_ring_peek(&ring, next, reader->text,
					sizeof(reader->text));
		if (len > 0)
			netscan_ring_next(next, len);
	}
	mutex_unlock(&ring_mutex);
	if (!*lost)
		return len;
	netscan_text_init(&t, reader->text, sizeof(reader->text));
	netscan_record_print_lost(&t, seq, ktime_get_real_ns(), *lost);
	return t.len;
}

static ssize_t read_record(struct reader *reader, char __user *to, size_t size)
{
	struct netscan_cursor next;
	u64 lost;
	int len = fetch_record(reader, &next, &lost);

	if (len <= 0)
		return len;
	if (len > size)
		return -EINVAL;
	if (copy_to_user(to, reader->text, len))
		return -EFAULT;
	WRITE_ONCE(reader->cursor.seq, next.seq);
	reader->cursor.pos = next.pos;
	netscan_count_n(LOST, lost);
	return len;
}

static ssize_t read_chardev(struct file *file, char __user *to, size_t size,
			    loff_t *pos)
{
	struct reader *reader = file->private_data;
	ssize_t len;

	if (!size)
		return 0;
	for (;;) {
		if (mutex_lock_interruptible(&reader->mutex))
			return -ERESTARTSYS;
		len = read_record(reader, to, size);
		mutex_unlock(&reader->mutex);
		if (len)
			return len;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(ring_wait, has_record(reader)))
			return -ERESTARTSYS;
	}
}

static __poll_t poll_chardev(struct file *file, poll_table *table)
{
	struct reader *reader = file->private_data;

	poll_wait(file, &ring_wait, table);
	return has_record(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int open_chardev(struct inode *inode, struct file *file)
{
	struct reader *reader;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	reader = kvzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->mutex);
	mutex_lock(&ring_mutex);
	netscan_ring_rewind(&ring, &reader->cursor);
	mutex_unlock(&ring_mutex);
	file->private_data = reader;
	return stream_open(inode, file);
}

static int release_chardev(struct inode *inode, struct file *file)
{
	kvfree(file->private_data);
	return 0;
}

static const struct file_operations chardev_fops = {
	.owner = THIS_MODULE,
	.open = open_chardev,
	.release = release_chardev,
	.read = read_chardev,
	.poll = poll_chardev,
};

static struct miscdevice chardev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "netscan",
	.fops = &chardev_fops,
	.mode = 0400,
};

/**
 * netscan_chardev_bytes() - memory of the ring
 */
size_t netscan_chardev_bytes(void)
{
	return ring.size;
}

/**
 * netscan_chardev_init() - allocate the ring
 * @ring_size: bytes, NETSCAN_MIN_RING to NETSCAN_MAX_RING, rounded up to a
 *             power of two
 *
 * Return: 0 or -ENOMEM.
 */
int netscan_chardev_init(u32 ring_size)
{
	u32 size = roundup_pow_of_two(ring_size);
	char *buf = netscan_calloc(1, size);

	if (!buf)
		return -ENOMEM;
	netscan_ring_init(&ring, buf, size);
	return 0;
}

/**
 * netscan_chardev_exit() - free the ring
 */
void netscan_chardev_exit(void)
{
	netscan_free(ring.buf);
}

/**
 * netscan_chardev_register() - make the device appear
 *
 * Return: 0, or the error of misc_register().
 */
int netscan_chardev_register(void)
{
	return misc_register(&chardev);
}

/**
 * netscan_chardev_unregister() - make the device disappear
 */
void netscan_chardev_unregister(void)
{
	misc_deregister(&chardev);
}
