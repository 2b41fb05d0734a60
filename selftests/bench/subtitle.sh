#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - what a picture says of where its numbers are from
#
# Usage: subtitle.sh CSV
set -eu
sed -n 's/^# \(netscan .*\)/\1/p; s/^# .* on \([0-9-]*\), -icount.*/\1/p; s/^# QEMU.*version \([0-9.]*\).*/QEMU \1/p' "$1" |
	paste -sd , | sed 's/, */, /g; s/_/-/g'
