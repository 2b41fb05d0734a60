# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# netscan - what the demo and the shell begin with; sourced by both

# typed COMMAND... - show a command as if typed, and run it in this very shell
typed()
{
	printf '\nnetscan# %s\n' "$*"
	eval "$*"
}

# begin - a network, the module told of the tools that are here, a logger that prints to the terminal
begin()
{
	/vm/network.sh
	typed insmod /netscan.ko || exit
	typed cat /proc/netscan/status
	typed netscan-learn
	typed 'netscan-logger &'
}
