#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan selftests - a random trace of execs, and every record of it compared with a model
#
# trace.conf, if it is there, sets SEED and EXECS, as in
#
#     make check-vm TESTS=trace_test.sh SEED=7 EXECS=50000 FULL=1
#
# (FULL lifts the limit on a test's time). What is compared with what is described in
# model/model.py and model/judge.py. What a failed run has left is in
# build/check.results: model/judge.py --unpack judges it again.
set -u
cd "$(dirname "$0")" || exit
SEED='' EXECS=''
# shellcheck disable=SC1091
[ ! -e trace.conf ] || . ./trace.conf
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
EXECS=${EXECS:-3200}
export PYTHONDONTWRITEBYTECODE=1

# make_tools DIRECTORY - what trace.py says is there
make_tools()
{
	mkdir -p "$1/a" "$1/b" "$1/c" "$1/s" "$1/t" "$1/x" || return
	for name in a/ping b/ping a/nc.openbsd a/hping3 a/socat1 a/ncat a/other a/PING x/ping; do
		cp noop "$1/$name" || return
	done
	chmod 644 "$1/x/ping"
	ln -s nc.openbsd "$1/a/nc"
	ln -s socat1 "$1/a/socat"
	ln -s ping "$1/a/pong"
	ln -s ../a/nc.openbsd "$1/c/ping"
	echo "#!$1/a/other" >"$1/s/ping"
	echo "no program" >"$1/t/ping"
	chmod 755 "$1/s/ping" "$1/t/ping"
}

# reload PARAMETERS... - the module anew; with room for all groups there are, none must make room
reload()
{
	! grep -q '^netscan ' /proc/modules || rmmod netscan || exit
	insmod "${NETSCAN_KO:-/netscan.ko}" "$@" || exit
}

# drained - wait until nothing more comes out of the device
drained()
{
	local size=-1

	while [ "$size" != "$(stat -c %s "$work/records")" ]; do
		size=$(stat -c %s "$work/records")
		sleep 0.5
	done
}

work=$(mktemp -d /tmp/trace.XXXXXX)
chmod 755 "$work"
reload groups=32768
make_tools "$work"
echo "# seed $SEED, $EXECS execs"
python3 trace.py "$SEED" "$EXECS" >"$work/trace"

cat /proc/netscan/stats >"$work/stats.before"
cat /dev/netscan >"$work/records" &
reader=$!
./trace_run "$work" <"$work/trace" >"$work/log"
status=$?
drained
kill $reader
wait $reader 2>/dev/null
cat /proc/netscan/stats >"$work/stats.after"
reload

python3 judge.py "$work" $status
status=$?
rm -rf "$work"
exit $status
