#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tests of netscan-setup with plain files in place of those of /proc/netscan
#
# usage: setup.sh PATH-OF-NETSCAN-SETUP
#
# A full device stands for a module that refuses all it is told; what the module
# itself makes of what it is told is tested in the guest. Prints TAP.

set -u
# shellcheck source=userspace/tests/tap.sh
. "${0%/*}/tap.sh"

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin"
cp "${1:?usage: setup.sh NETSCAN-SETUP}" "$dir/bin/netscan-setup" || exit 1
cp "${0%/*}"/../conf/* "$dir/" || exit 1
cd "$dir" || exit 1
out=$dir/out err=$dir/err

told() { grep -qF "$1" "$err"; }

run() { # STATUS NAME OPTION...
	want=$1 name=$2
	shift 2
	timeout 10 bin/netscan-setup --conf=conf --proc=proc "$@" >"$out" 2>"$err"
	[ $? -eq "$want" ]
	result $? "$name"
}

begin() { # a fresh place; the stand-in for netscan-learn notes what tools it finds
	rm -rf conf proc
	mkdir conf proc
	: >proc/tools
	: >proc/rules
	: >proc/exceptions
	printf '#!/bin/sh\necho "$@" >called\ncp proc/tools found\n' >bin/netscan-learn
	chmod 755 bin/*
}

test_options() {
	begin
	run 0 '--help' --help
	grep -q '^Usage: ' "$out"
	result $? '--help shows the usage'
	run 2 'an unknown option' --bogus
	run 2 'an argument' bogus
}

test_files() {
	begin
	printf '# remark\n\nnmap\n+ping pong' >conf/tools
	printf 'scan distinct=50\n' >conf/rules
	printf 'x uid=1 args="*  \\x41"\n' >conf/exceptions
	run 0 'files are written'
	cmp -s conf/tools proc/tools && cmp -s conf/rules proc/rules &&
		cmp -s conf/exceptions proc/exceptions && silent
	result $? 'as they are'
	[ "$(cat called)" = --tools=proc/tools ] && cmp -s conf/tools found
	result $? 'and the tools that are then listed are learned'
	begin
	cp tools rules exceptions conf/
	run 0 'files as they are installed'
	[ ! -s proc/tools ] && [ ! -s proc/rules ] && [ ! -s proc/exceptions ] && silent
	result $? 'change nothing'
	begin
	rmdir conf
	run 0 'no files at all'
}

test_refused() {
	begin
	printf '# remark\n\n  \n  scan distinct=1 \\x41\n  # remark\nmine' >conf/rules
	echo 'x uid=1' >conf/exceptions
	ln -sf /dev/full proc/rules
	run 1 'what is refused'
	told 'conf/rules:4: refused: scan distinct=1 \x41' && told 'conf/rules:6: refused: mine' &&
		[ "$(wc -l <"$err")" -eq 2 ]
	result $? 'is named by its line'
	cmp -s conf/exceptions proc/exceptions && [ -e called ]
	result $? 'the rest takes effect'
	begin
	echo scan >conf/rules
	rm -r proc
	mkdir proc
	run 1 'no module'
	told 'proc/rules: not there (is the module loaded?)'
	result $? 'is told'
	begin
	printf '#!/bin/sh\nexit 1\n' >bin/netscan-learn
	run 1 'what was not learned'
}

test_lock() {
	begin
	: >proc/lock
	echo 1 >conf/lock
	ln -sf /dev/full proc/rules
	echo mine >conf/rules
	run 1 'what is to be locked'
	[ "$(cat proc/lock)" = 1 ] && [ ! -s found ]
	result $? 'is, whatever was refused'
	begin
	echo nmap >conf/tools
	printf 'groups: 0/3840\nlocked: 1\n' >proc/status
	rm -f called
	run 0 'what is locked'
	told 'is locked' && [ ! -s proc/tools ] && [ ! -e called ]
	result $? 'is left as it is'
}

test_permission() {
	if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
		skip 'who may write is told' 'takes root and setpriv(1)'
		return
	fi
	begin
	echo scan >conf/rules
	chmod 755 "$dir"
	timeout 10 setpriv --reuid=65534 --clear-groups bin/netscan-setup --conf=conf --proc=proc \
		>"$out" 2>"$err"
	[ $? -eq 1 ] && told 'proc/rules: not to be written (run as root)'
	result $? 'who may write is told'
}

test_options
test_files
test_refused
test_lock
test_permission
echo "1..$tests"
[ "$failures" -eq 0 ]
