/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netscan selftests - the smallest 32-bit program for x86: ends at once
 *
 * In assembly, so that it needs no 32-bit library to be built with.
 */
	.globl	_start
	.text
_start:
	movl	$1, %eax		/* exit */
	xorl	%ebx, %ebx
	int	$0x80
	.section .note.GNU-stack, "", @progbits
