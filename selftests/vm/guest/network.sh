#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - a network for the guest to sweep: 10.0.0.0/24, where three hosts of four answer
#
# The hosts live in a network namespace behind a veth pair; the guest itself is 10.0.0.254.
set -eu

modprobe veth
ip netns add hosts
ip link add lan0 type veth peer name eth0 netns hosts
ip address add 10.0.0.254/24 dev lan0
ip link set lan0 up
{
	echo "link set lo up"
	for host in {1..253}; do
		((host % 4 == 0)) || echo "address add 10.0.0.$host/24 dev eth0"
	done
	echo "link set eth0 up"
} | ip -n hosts -batch -
