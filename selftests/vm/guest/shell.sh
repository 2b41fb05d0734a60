#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - a root shell in the guest, with the module loaded and the logger printing
# shellcheck source=selftests/vm/guest/start.sh
. /vm/start.sh

begin
cat <<'END'

This is a virtual machine with netscan loaded; the logger prints below what is found.
10.0.0.1 to 10.0.0.253 is a network to sweep, where three of four answer. For example:

  for i in {1..254}; do ping -c 1 -W 0.1 10.0.0.$i > /dev/null; done
  cat /proc/netscan/groups
  echo 'scan distinct=50 window=60' > /proc/netscan/rules

Leave with "exit": the machine is then switched off. (Ctrl-a x stops it by force.)

END
cd /root || exit
PS1='netscan# ' bash --norc -i
