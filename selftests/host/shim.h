/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan - what the pure files take from the kernel, made of a C library
 *
 * Design: module/core.h includes this file outside of the kernel. What stands
 * here behaves as the kernel's thing of the same name does, down to what it
 * accepts, and checks its use where that is cheap: a lock taken twice, or
 * inside another one, and a byte of user memory that is read twice stop the
 * test.
 */
#ifndef NETSCAN_SHIM_H
#define NETSCAN_SHIM_H

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef unsigned long long __le64;

#define U8_MAX		((u8)~0U)
#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#ifndef PATH_MAX
#define PATH_MAX	4096
#endif
#define PAGE_SIZE	4096UL

#undef static_assert
#define static_assert(expr, ...) \
	shim_static_assert(expr, ##__VA_ARGS__, #expr)
#define shim_static_assert(expr, message, ...) _Static_assert(expr, message)

#define BIT(nr)			(1UL << (nr))
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, d)						\
({									\
	__typeof__(d) shim_d = (d);					\
	((n) + shim_d - 1) / shim_d;					\
})
#define round_up(n, d)							\
({									\
	__typeof__(d) shim_r = (d);					\
	((n) + shim_r - 1) / shim_r * shim_r;				\
})
#define ilog2(n)		(63 - __builtin_clzll(n))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((__noinline__))
#define __force
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#define ____cacheline_aligned_in_smp __attribute__((aligned(64)))

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

/* As in older kernels, both sides must be of one type. */
#define min(x, y)							\
({									\
	__typeof__(x) shim_x = (x);					\
	__typeof__(y) shim_y = (y);					\
	(void)(&shim_x == &shim_y);					\
	shim_x < shim_y ? shim_x : shim_y;				\
})
#define max(x, y)							\
({									\
	__typeof__(x) shim_x = (x);					\
	__typeof__(y) shim_y = (y);					\
	(void)(&shim_x == &shim_y);					\
	shim_x > shim_y ? shim_x : shim_y;				\
})
#define min_t(type, x, y)						\
({									\
	type shim_tx = (x);						\
	type shim_ty = (y);						\
	shim_tx < shim_ty ? shim_tx : shim_ty;				\
})
#define min3(x, y, z)							\
({									\
	__typeof__(x) shim_3x = (x);					\
	__typeof__(y) shim_3y = (y);					\
	__typeof__(z) shim_3z = (z);					\
	(void)(&shim_3x == &shim_3y);					\
	(void)(&shim_3x == &shim_3z);					\
	shim_3x = shim_3x < shim_3y ? shim_3x : shim_3y;		\
	shim_3x < shim_3z ? shim_3x : shim_3z;				\
})

/* The end of a program that does what a kernel must not. */
__printf(1, 2) void __attribute__((noreturn)) shim_die(const char *fmt, ...);

#define WARN_ON(condition)						\
({									\
	if (condition)							\
		shim_die("%s:%d: WARN_ON(%s)", __FILE__, __LINE__,	\
			 #condition);					\
	false;								\
})

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	unsigned long power = 1;

	while (power < n)
		power <<= 1;
	return power;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 le64_to_cpu(__le64 n)
{
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		return __builtin_bswap64(n);
	return n;
}

struct shim_atomic {
	int counter;
};

#define atomic_t	struct shim_atomic

static inline int atomic_inc_return(atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static inline int atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

/* Locks: one at a time, none twice. */
struct shim_lock {
	bool ready;
	bool held;
};

#define raw_spinlock_t	struct shim_lock

/* Tests that are about less than a scanner take no lock. */
#ifdef SHIM_UNCHECKED
#define netscan_assert_held(lock)	((void)(lock))
#else
#define netscan_assert_held(lock)	shim_assert_held(lock)
#endif

void raw_spin_lock_init(raw_spinlock_t *lock);
void raw_spin_lock(raw_spinlock_t *lock);
void raw_spin_unlock(raw_spinlock_t *lock);
void shim_assert_held(const raw_spinlock_t *lock);
int shim_locks_held(void);

/* The kernel's character classes are those of Latin-1. */
bool shim_isdigit(int c);
bool shim_isalpha(int c);
bool shim_isalnum(int c);
bool shim_isspace(int c);

#define isdigit		shim_isdigit
#define isalpha		shim_isalpha
#define isalnum		shim_isalnum
#define isspace		shim_isspace

char *strim(char *text);
int kstrtou32(const char *text, unsigned int base, u32 *out);

/*
 * Memory: all that was allocated must be freed, and an allocation can be made
 * to fail: shim_fail_at(n) lets n succeed before one fails, once.
 */
void *netscan_calloc(size_t n, size_t size);
void netscan_free(void *p);
void shim_fail_at(int n);
int shim_allocations(void);

/*
 * User memory: one range with pages that fault. Each byte may be read once
 * after shim_user_set().
 */
void shim_user_set(unsigned long addr, const void *bytes, size_t len);
void shim_user_hole(unsigned long addr);
size_t shim_user_read(void);
long netscan_copy_user(void *to, unsigned long addr, unsigned long n);

#endif
