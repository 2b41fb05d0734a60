// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - the smallest program: exec'ed under the names of tools, ends at once
 *
 * It has no C runtime to set up, because tests exec it by the thousand on emulated machines, and no
 * build-id, because it stands for several tools and for none.
 */
#include <unistd.h>

void _start(void);

void _start(void)
{
	_exit(0);
}
