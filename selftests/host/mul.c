// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan - the hash's multiplication, built with 128-bit integers and without
 */
#include "hash.h"
#include "mul.h"

#ifdef CONFIG_ARCH_SUPPORTS_INT128
u64 mul_wide(u64 a, u64 b)
#else
u64 mul_narrow(u64 a, u64 b)
#endif
{
	return netscan_mul_high(a, b);
}
