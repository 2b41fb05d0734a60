// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the parts of shim.h that have a state, and the ledger's counters
 */
#include "stats.h"

/* What is measured is measured without the checks. */
#ifdef SHIM_UNCHECKED
#define CHECKED		0
#else
#define CHECKED		1
#endif

#define MAX_HOLES	16
#define MAX_USER	262144

u64 netscan_stats_host[NETSCAN_NR_STATS];

static int locks_held;

static int allocations;
static int fail_after = -1;

static struct {
	unsigned long addr;
	u8 bytes[MAX_USER];
	bool was_read[MAX_USER];
	size_t len;
	size_t nr_read;
	unsigned long hole[MAX_HOLES];
	u32 nr_holes;
} user;

void shim_die(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	abort();
}

void raw_spin_lock_init(raw_spinlock_t *lock)
{
	lock->ready = true;
	lock->held = false;
}

void raw_spin_lock(raw_spinlock_t *lock)
{
	if (CHECKED && (!lock->ready || lock->held || locks_held))
		shim_die("a lock is taken %s", !lock->ready ? "before its init" :
			 lock->held ? "twice" : "inside another");
	lock->held = true;
	locks_held++;
}

void raw_spin_unlock(raw_spinlock_t *lock)
{
	if (CHECKED && !lock->held)
		shim_die("a lock is given back that is not held");
	lock->held = false;
	locks_held--;
}

/* Where another is held, that is the wrong one. */
void shim_assert_held(const raw_spinlock_t *lock)
{
	if (!lock->held && locks_held)
		shim_die("another lock is held than is needed");
}

int shim_locks_held(void)
{
	return locks_held;
}

bool shim_isdigit(int c)
{
	return (u8)c >= '0' && (u8)c <= '9';
}

bool shim_isalpha(int c)
{
	u8 b = c;

	return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') ||
	       (b >= 0xc0 && b != 0xd7 && b != 0xf7);
}

bool shim_isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}

bool shim_isspace(int c)
{
	u8 b = c;

	return b == ' ' || (b >= '\t' && b <= '\r') || b == 0xa0;
}

char *strim(char *text)
{
	size_t len = strlen(text);

	while (len && isspace(text[len - 1]))
		len--;
	text[len] = '\0';
	while (isspace(*text))
		text++;
	return text;
}

/* A sign '+', digits, one newline; nothing else. */
int kstrtou32(const char *text, unsigned int base, u32 *out)
{
	u64 n = 0;

	if (base != 10)
		shim_die("numbers are read in base 10 only");
	if (*text == '+')
		text++;
	if (!isdigit(*text))
		return -EINVAL;
	for (; isdigit(*text); text++) {
		if (n > (U64_MAX - 9) / 10)
			return -ERANGE;
		n = 10 * n + (*text - '0');
	}
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;
	if (n > U32_MAX)
		return -ERANGE;
	*out = n;
	return 0;
}

void *netscan_calloc(size_t n, size_t size)
{
	void *p;

	if (fail_after >= 0 && fail_after-- == 0)
		return NULL;
	if (size && n > SIZE_MAX / size)
		return NULL;
	if (posix_memalign(&p, 64, n * size))
		return NULL;
	memset(p, 0, n * size);
	allocations++;
	return p;
}

void netscan_free(void *p)
{
	if (p)
		allocations--;
	free(p);
}

void shim_fail_at(int n)
{
	fail_after = n;
}

int shim_allocations(void)
{
	return allocations;
}

void shim_user_set(unsigned long addr, const void *bytes, size_t len)
{
	if (len > MAX_USER)
		shim_die("more user memory than there is");
	user.addr = addr;
	user.len = len;
	user.nr_read = 0;
	user.nr_holes = 0;
	memset(user.was_read, 0, len);
	if (len)
		memcpy(user.bytes, bytes, len);
}

/* The page that holds an address faults from now on. */
void shim_user_hole(unsigned long addr)
{
	if (user.nr_holes == MAX_HOLES)
		shim_die("too many holes");
	user.hole[user.nr_holes++] = addr / PAGE_SIZE;
}

size_t shim_user_read(void)
{
	return user.nr_read;
}

static bool in_hole(unsigned long page)
{
	u32 i;

	for (i = 0; i < user.nr_holes; i++)
		if (user.hole[i] == page)
			return true;
	return false;
}

long netscan_copy_user(void *to, unsigned long addr, unsigned long n)
{
	unsigned long page;
	size_t at = addr - user.addr, i;

	if (!n || addr < user.addr || at + n > user.len)
		shim_die("a read of user memory outside of what is there");
	for (page = addr / PAGE_SIZE; page <= (addr + n - 1) / PAGE_SIZE; page++)
		if (in_hole(page))
			return -EFAULT;
	for (i = at; CHECKED && i < at + n; i++) {
		if (user.was_read[i])
			shim_die("byte %zu of user memory is read twice", i);
		user.was_read[i] = true;
	}
	user.nr_read += n;
	memcpy(to, user.bytes + at, n);
	return 0;
}
