#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tests of netscan-learn, with directories of programs made here
#
# usage: learn.sh PATH-OF-NETSCAN-LEARN
#
# The programs are real ones, each linked with a build-id of its own. In place of
# the module's file of tools there is a plain one, to which lines are appended;
# what the module makes of such lines is tested in the guest. Prints TAP.

set -u
# shellcheck source=userspace/tests/tap.sh
. "${0%/*}/tap.sh"

learn=$(realpath "${1:?usage: learn.sh NETSCAN-LEARN}")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
out=$dir/out err=$dir/err

told() { grep -q "$1" "$err"; }

hex() { # NUMBER: a build-id
	printf '%040x' "$1"
}

echo 'int main(void) { return 0; }' >main.c
"${CC:-cc}" -c -o main.o main.c || exit 1

program() { # FILE NUMBER: a program with that build-id, 0 for none
	mkdir -p "${1%/*}"
	case $2 in
	0) "${CC:-cc}" -Wl,--build-id=none -o "$1" main.o ;;
	*) "${CC:-cc}" -Wl,--build-id="0x$(hex "$2")" -o "$1" main.o ;;
	esac || exit 1
}

list_tools() { # what the module lists
	cat <<-END
	@multicall busybox toybox busybox*
	@loader ld.so ld-*
	ping ping4 ping6
	hping2
	hping3
	nc nc.openbsd nc.traditional nc.*
	ncat
	netcat netcat.openbsd netcat.*
	END
}

begin() { # a fresh place
	rm -rf a b tools
	mkdir a b
	list_tools >tools
}

run() { # STATUS NAME OPTION...
	want=$1 name=$2
	shift 2
	timeout 10 "$learn" "$@" >"$out" 2>"$err"
	[ $? -eq "$want" ]
	result $? "$name"
}

learns() { # NAME LINE...: those lines, and nothing else
	name=$1
	shift
	timeout 10 "$learn" --tools=tools --path=a:nowhere:b --dry-run >"$out" 2>"$err" &&
		[ "$(cat "$out")" = "$(printf '%s\n' "$@")" ]
	result $? "$name"
}

test_options() {
	run 0 '--help' --help
	grep -q '^Usage: ' "$out"
	result $? '--help shows the usage'
	run 0 '--version' --version
	grep -q '^netscan-learn [0-9]' "$out"
	result $? '--version shows a version'
	run 2 'an unknown option' --bogus
	run 2 'an argument' bogus
	run 1 'no file of tools' --tools="$dir/none"
	told 'none: No such file or directory (is the module loaded?)'
	result $? 'it is told what is missing'
	run 1 'a directory for a file of tools' --tools="$dir"
	head -c 70000 /dev/zero >zeroes
	run 1 'a file that is too long' --tools=zeroes
	begin
	program a/ping 1
	timeout 10 "$learn" --tools=tools --path=a --dry-run >/dev/full 2>"$err"
	[ $? -eq 1 ] && told 'No space left'
	result $? 'a full disk is told'
}

test_names() {
	begin
	program a/ping 1
	program a/other 2
	program b/nc.openbsd 3
	program b/nc.local 4
	program b/nc. 5
	ln -s ../b/nc.openbsd a/link
	ln -s link a/nc
	ln -s nc.openbsd b/netcat
	learns 'the file with the name of a tool' \
		"+ping buildid=$(hex 1)" "+nc buildid=$(hex 3),$(hex 4)"
	silent
	result $? 'and nothing is said of links to it'
	sed -i "s/^ping.*/& buildid=$(hex 99),$(hex 1)/
		s/^netcat.*/& buildid=$(hex 3 | tr a-f A-F)/
		s/^ncat.*/& buildid=$(hex 4)/" tools
	learns 'what is listed, for whatever tool, is not learned' ''
	begin
	program b/nc.traditional 0xAB
	sed -i "s/^nc .*/& buildid=$(hex 0xab | tr a-f A-F)/" tools
	learns 'in whatever case it is listed' ''
}

test_runners() {
	begin
	program b/busybox 1
	cp b/busybox a/ping
	ln -s ../b/busybox a/nc
	ln b/busybox a/ncat
	ln b/busybox a/ls
	program b/ld-linux.so.2 2
	ln -s b/ld-linux.so.2 ld.so
	learns 'busybox under the names of tools is busybox' \
		"+@multicall buildid=$(hex 1)" "+@loader buildid=$(hex 2)"
	silent
	result $? 'of which nothing is said'
}

test_strangers() {
	begin
	program a/wrapper 1
	ln -s wrapper a/ping
	learns 'a link to a program of another name' ''
	told 'a/ping: leads to .*/a/wrapper, which is no name of a tool: not learned'
	result $? 'is told'
	begin
	program a/ping 1
	ln a/ping b/ls
	learns 'a program with another name besides' ''
	told 'a/ping: is called ls as well, which is no name of a tool: not learned'
	result $? 'is told, too'
	rm b/ls
	ln a/ping b/ping4
	ln -s ../a/ping b/ls
	learns 'with names of tools alone, and links, it is learned' "+ping buildid=$(hex 1)"
}

test_others() {
	begin
	program a/ping 0
	learns 'a program without a build-id' ''
	# Some linkers leave other notes, further on.
	told 'a/ping: has no build-id\( where netscan looks for one\)*$'
	result $? 'is told'
	begin
	echo '#!/bin/sh' >a/ping
	chmod 755 a/ping
	program a/ping4 1
	chmod 644 a/ping4
	mkfifo -m 755 a/ncat
	mkdir a/nc
	ln -s nowhere a/hping3
	ln -s hping2 a/hping2
	: >a/ping6
	chmod 755 a/ping6
	learns 'what is no program is passed over' ''
	silent
	result $? 'without a word'
	if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
		skip 'what may not be read is told' 'takes root and setpriv(1)'
		return
	fi
	begin
	program a/ping 1
	program a/ncat 2
	chmod 711 a/ping
	chmod 755 "$dir" a
	cp "$learn" learn
	timeout 10 setpriv --reuid=65534 --clear-groups ./learn --tools=tools --path=a --dry-run \
		>"$out" 2>"$err"
	[ $? -eq 1 ] && told 'a/ping: Permission denied' && [ "$(wc -l <"$err")" -eq 1 ] &&
		[ "$(cat "$out")" = "+ncat buildid=$(hex 2)" ]
	result $? 'what may not be read is told'
}

test_write() {
	begin
	program a/ping 1
	program b/ncat 2
	run 0 'lines are written' --tools=tools --path=a:b
	{
		list_tools
		cat "$out"
	} | cmp -s - tools && [ "$(wc -l <"$out")" -eq 2 ]
	result $? 'behind what was there, and printed'
	run 0 'a second time' --tools=tools --path=a:b
	[ ! -s "$out" ] && [ "$(wc -l <tools)" -eq 10 ]
	result $? 'there is nothing to add'
	printf '# a remark\n-hping2\n+ping pong\n' >>tools
	program a/pong 3
	program a/remark 4
	run 0 'a file that is to be written to the module' --tools=tools --path=a:b
	tail -n 1 tools | grep -q "^+ping buildid=$(hex 3)\$"
	result $? 'is understood as well'
}

test_limits() {
	begin
	program a/ping 1
	program a/ncat 2
	sed -i "s/^hping2.*/& buildid=$(seq -f 'aaaaaaaaaaaaaaaa%04.0f' 63 | paste -sd,)/" tools
	run 1 'more build-ids than there can be' --tools=tools --path=a --dry-run
	[ "$(wc -l <"$out")" -eq 1 ] && told 'no room for its build-id, there are 64'
	result $? 'what finds no room is told'
	sed -i "s/^hping2.*/&,$(hex 3),$(hex 4)/" tools
	run 1 'a file with more than that' --tools=tools --path=a
	begin
	printf 'x%040d\n' 0 >>tools
	run 1 'a name that is too long' --tools=tools --path=a
	begin
	seq -f 'x%.0f' 40 >>tools
	run 1 'too many tools' --tools=tools --path=a
	begin
	echo "x $(seq -f 'x%.0f' 90 | paste -sd' ')" >>tools
	run 1 'too many names' --tools=tools --path=a
}

test_options
test_names
test_runners
test_strangers
test_others
test_write
test_limits
echo "1..$tests"
[ "$failures" -eq 0 ]
