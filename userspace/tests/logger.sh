#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - tests of netscan-logger from end to end, with a FIFO for a device
#
# usage: logger.sh PATH-OF-NETSCAN-LOGGER
#
# A FIFO held open for reading and writing behaves like the device: a read gives
# what one write wrote, and nothing to read is no end. Closing it is the module
# being unloaded; a new node in its place is a new load. Prints TAP.

set -u
# shellcheck source=userspace/tests/tap.sh
. "${0%/*}/tap.sh"

logger=$(realpath "${1:?usage: logger.sh NETSCAN-LOGGER}")
dir=$(mktemp -d) || exit 1
dev=$dir/netscan out=$dir/out err=$dir/err
pid=''
export TZ=UTC0
unset NO_COLOR

clean_up() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	rm -rf "$dir"
}
trap clean_up EXIT
cd "$dir" || exit 1

same()
{
	[ "$1" = "$2" ]
}

# Tries a command for five seconds.
soon() {
	for _ in $(seq 100); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

record() { # SEQ [TYPE]
	echo "type=${2:-update} seq=$1 time=$((1000 + ${load:-0} + $1)).000000000 rule=scan" \
		"scan_id=1 distinct=9 events=9 tool=\"ping\" args_last=\"ping 10.0.0.$1\""
}

seqs() { sed -n 's/.* seq=\([0-9]*\) .*/\1/p' "$out" | tr '\n' ' '; }
has_seqs() { [ "$(seqs)" = "$1 " ]; }
told() { grep -q "$1" "$err"; }
told_twice() { [ "$(grep -c "$1" "$err")" -eq 2 ]; }
gone() { ! kill -0 "$pid" 2>/dev/null; }
sleeps() { [ "$(cut -d' ' -f3 "/proc/$pid/stat")" = S ]; }

node_appears() { # a new load: records are younger, numbers begin again
	rm -f "$dev"
	mkfifo "$dir/new"
	exec 3<>"$dir/new"
	mv "$dir/new" "$dev"
	load=$((${load:-0} + 1000))
}

node_goes() {
	exec 3>&-
	rm -f "$dev"
}

start() {
	: >"$out"
	: >"$err"
	env --default-signal=HUP "$logger" --device="$dev" >"$out" 2>"$err" 3>&- &
	pid=$!
}

stop() { # [SIGNAL]; Return: exit status of the logger
	kill "-${1:-TERM}" "$pid"
	wait "$pid"
	set -- $?
	pid=
	return "$1"
}

run() { # STATUS NAME OPTION...: the logger leaves by itself with STATUS
	want=$1 name=$2
	shift 2
	timeout 10 "$logger" "$@" >"$out" 2>"$err"
	[ $? -eq "$want" ]
	result $? "$name"
}

test_options() {
	run 0 '--help' --help
	grep -q '^Usage: ' "$out"
	result $? '--help shows the usage'
	run 0 '--version' --version
	grep -q '^netscan-logger [0-9]' "$out"
	result $? '--version shows a version'
	run 2 'an unknown option' --bogus
	run 2 'an unknown format' --format=xml
	run 2 'an argument' bogus
	run 1 '--once without a device' --once --device="$dev"
	told 'netscan: No such file or directory (is the module loaded?)'
	result $? 'it is told what is missing'
	run 1 'a directory for a device' --device="$dir"
}

test_once() {
	{ record 1; record 2 alert; echo 'no record'; } >saved
	run 0 'a file of saved records' --device=saved
	cmp -s saved "$out"
	result $? 'a pipe gets records as they are'
	run 0 'the same for people' --device=saved --format=pretty
	[ "$(cut -c1-34 "$out" | head -n1)" = '1970-01-01 00:16:41.000  UPDATE  p' ] &&
		grep -q '^? no record$' "$out"
	result $? 'they see the time, the kind and what is no record'
	node_appears
	{ record 1; record 2; } >&3
	run 0 '--once drains the device' --once --device="$dev"
	has_seqs '1 2'
	result $? '--once prints what is kept'
	run 0 '--once with nothing kept' --once --device="$dev"
	node_goes
}

test_follow() {
	node_appears
	start
	record 1 >&3
	soon has_seqs 1
	result $? 'a record is printed at once'
	soon sleeps
	switches=$(grep ctxt "/proc/$pid/status")
	sleep 1
	same "$switches" "$(grep ctxt "/proc/$pid/status")"
	result $? 'nothing runs while nothing happens'
	printf '%s' "$(record 2 | cut -c1-30)" >&3
	sleep 0.2
	has_seqs 1
	result $? 'half a record is kept back'
	record 2 | cut -c31- >&3
	soon has_seqs '1 2'
	result $? 'until the rest has come'
	stop TERM
	result $? 'SIGTERM ends it with 0'
	for signal in INT HUP; do
		start
		soon sleeps
		stop "$signal"
		result $? "SIG$signal ends it with 0"
	done
	node_goes
}

test_reload() {
	start
	soon told 'not there, waiting for the module'
	result $? 'it waits for a module that is not loaded yet'
	node_appears
	record 1 >&3
	record 2 >&3
	soon has_seqs '1 2'
	result $? 'it sees the device come'
	node_goes
	soon told 'has gone, waiting'
	result $? 'it tells that the device has gone'
	soon sleeps
	node_appears
	record 1 >&3
	soon has_seqs '1 2 1'
	result $? 'a new load is read from its beginning'
	told_twice ': open$'
	result $? 'it tells that the device is back'

	kill -USR1 "$pid"
	soon told 'can be unloaded'
	result $? 'SIGUSR1 makes it close the device'
	[ -z "$(find "/proc/$pid/fd" -lname "$dev")" ]
	result $? 'and the device is closed'
	record 1 >&3
	record 2 >&3
	mv "$dev" "$dev.away" && mv "$dev.away" "$dev"
	soon has_seqs '1 2 1 2'
	result $? 'in the same load it goes on where it was'
	kill -USR1 "$pid"
	soon told_twice 'can be unloaded'
	soon sleeps
	record 6 >&3
	mv "$dev" "$dev.away" && mv "$dev.away" "$dev"
	soon told '3 records were overwritten while'
	result $? 'it tells what was overwritten meanwhile'
	stop
	node_goes
}

test_output() {
	node_appears
	mkfifo "$dir/pipe"
	"$logger" --device="$dev" >"$dir/pipe" 2>"$err" 3>&- &
	pid=$!
	head -n 1 <"$dir/pipe" >"$out" &
	record 1 >&3
	soon gone
	result $? 'it leaves when nobody reads its output'
	wait "$pid" && ! [ -s "$err" ]
	result $? 'quietly'
	pid=
	record 1 >&3
	timeout 10 "$logger" --device="$dev" >/dev/full 2>"$err"
	[ $? -eq 1 ] && told 'No space left'
	result $? 'a full disk is told'
	timeout 10 "$logger" --device="$dev" >&- 2>"$err"
	[ $? -eq 1 ] && told 'output is closed'
	result $? 'a closed output is told'
	node_goes

	printf '\033]0;title\007\n\n%9000s\n' x >saved
	timeout 10 "$logger" --device=saved --format=pretty >"$out" 2>"$err" &&
		! LC_ALL=C grep -q '[^ -~]' "$out" && grep -q '^? \\x1b\]0;' "$out"
	result $? 'noise reaches nobody as it is'

	# A record has at most 8192 bytes, its newline among them.
	{ printf '%08192d' 0 && record 1 && printf '%016500d' 0 && record 2 && record 3; } >saved
	timeout 10 "$logger" --device=saved --format=pretty >"$out" 2>"$err" &&
		[ "$(grep -c UPDATE "$out")" -eq 1 ] && grep -q '^? type=update seq=1 ' "$out"
	result $? 'what stands in a line too long for a record is none'
	run 0 'such a line' --device=saved
	cmp -s saved "$out"
	result $? 'goes to a pipe as it is'
}

test_terminal() {
	record 1 >saved
	if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
		skip 'a terminal' 'takes script(1) and /dev/pts'
		return
	fi
	TERM=xterm script -qec "$logger --device=saved" /dev/null </dev/null >"$out"
	grep -q "$(printf '\033')\[1;33mUPDATE" "$out"
	result $? 'a terminal gets the form for people, in colour'
	NO_COLOR=1 TERM=xterm script -qec "$logger --device=saved" /dev/null </dev/null >"$out"
	grep -q 'UPDATE' "$out" && ! grep -q "$(printf '\033')" "$out"
	result $? 'NO_COLOR is honoured'
}

test_permission() {
	name='it tells who may read the device'
	if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
		skip "$name" 'takes root and setpriv(1)'
		return
	fi
	chmod 755 "$dir"
	cp "$logger" "$dir/logger"
	: >secret
	chmod 400 secret
	timeout 10 setpriv --reuid=65534 --clear-groups "$dir/logger" --device=secret \
		>"$out" 2>"$err"
	[ $? -eq 1 ] && told 'secret: Permission denied (run as root)'
	result $? "$name"
}

test_options
test_once
test_follow
test_reload
test_output
test_terminal
test_permission
echo "1..$tests"
[ "$failures" -eq 0 ]
