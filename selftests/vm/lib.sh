# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# netscan - what the harness scripts share: messages, apt, the cache
#
# Sourced, never run. Messages go to standard error, so that standard output
# is free for what a script answers. Needs TOP, the top of the source tree.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
export LC_ALL=C.UTF-8
umask 022

# Seconds are shown since the first script of a run started.
NETSCAN_START=${NETSCAN_START:-$(date +%s)}
export NETSCAN_START

# shellcheck source=selftests/vm/params.sh
. "$TOP/selftests/vm/params.sh"

# say TEXT... - one line of progress
say()
{
	printf '[%3ds] %s\n' "$(($(date +%s) - NETSCAN_START))" "$*" >&2
}

# die TEXT... - the reason, and out
die()
{
	echo "netscan: $*" >&2
	exit 1
}

mkdir -p "$CACHE" 2>/dev/null || true
[ -w "$CACHE" ] || die "cannot write to $CACHE; NETSCAN_CACHE can name another directory"

# as_root COMMAND... - run COMMAND as root, whoever we are
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "must be root, or have sudo, to run: $*"
	fi
}

# build_make ARGS... - make, free of what an outer make was told
build_make()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u ARCH -u CROSS_COMPILE \
		make --no-print-directory -j"$(nproc)" "$@"
}

# suite_apt COMMAND ARGS... - apt-get or apt-cache for SUITE and ARCH, writing only to the cache
#
# The host's own package lists serve when the guest is of the host's suite and
# architecture. For any other, lists are kept in the cache, taken from the
# mirrors the host uses.
suite_apt()
{
	_command=$1
	shift
	_state=$CACHE/apt/$SUITE-$ARCH
	mkdir -p "$_state/archives/partial"
	: >>"$_state/status"
	if [ "$SUITE" != "$HOST_SUITE" ] || [ "$ARCH" != "$HOST_ARCH" ]; then
		suite_lists "$_state"
		set -- -o Dir::Etc::sourcelist="$_state/sources.list" -o Dir::Etc::sourceparts=- \
			-o Dir::State::lists="$_state/lists" "$@"
	fi
	"$_command" -o APT::Architecture="$ARCH" -o APT::Architectures::="$ARCH" \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root \
		-o APT::Keep-Downloaded-Packages=true -o Acquire::Retries=3 \
		-o Dir::State::status="$_state/status" -o Dir::Cache="$_state" \
		-o Dir::Cache::archives="$_state/archives" -o Dir::Cache::pkgcache=pkgcache.bin \
		-o Dir::Cache::srcpkgcache=srcpkgcache.bin -o Debug::NoLocking=1 "$@"
}

# suite_mirrors - the Debian mirrors this machine uses, one a line
suite_mirrors()
{
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
		sed -n 's/^Debian //p' | sort -u
}

# suite_lists STATE [deb-src] - package lists of a suite that is not the host's, or of its sources
suite_lists()
{
	_type=${2:-deb}
	[ -z "$(find "$1/lists/done" -mtime -1 2>/dev/null)" ] || return 0
	say "fetching the package lists of $SUITE for $ARCH"
	mkdir -p "$1/lists/partial"
	_mirrors=$(suite_mirrors)
	_mirror=$(echo "$_mirrors" | grep -v security | head -n 1)
	_security=$(echo "$_mirrors" | grep security | head -n 1)
	[ -n "$_mirror" ] || die "no Debian mirror found in this machine's apt sources"
	{
		case $SUITE in
		sid | *-backports) _parts=$SUITE _security='' ;;
		*) _parts="$SUITE $SUITE-updates" ;;
		esac
		for _part in $_parts; do
			echo "$_type [arch=$ARCH] $_mirror $_part main"
		done
		[ -z "$_security" ] || echo "$_type [arch=$ARCH] $_security $SUITE-security main"
	} >"$1/sources.list"
	apt-get update -o APT::Architecture="$ARCH" -o APT::Architectures::="$ARCH" \
		-o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Dir::State="$1" -o Dir::Cache="$1" \
		-o Dir::Etc::sourcelist="$1/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$1/lists" -o APT::Update::Error-Mode=any -qq >&2 || {
		say "not all of $SUITE for $ARCH could be fetched; going on with what there is"
		return 0
	}
	touch "$1/lists/done"
}

# candidate PACKAGE - the version of PACKAGE that SUITE would install, empty if there is none
candidate()
{
	suite_apt apt-cache policy "$1" |
		awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# dependencies PACKAGE - the packages PACKAGE depends on, one a line; of alternatives the first
dependencies()
{
	_version=$(candidate "$1")
	[ -n "$_version" ] || return 0
	suite_apt apt-cache show "$1=$_version" | sed -n 's/^Depends: //p' | tr ',' '\n' |
		awk '{ print $1 }'
}

# depends PACKAGE PATTERN - the first of them whose name matches PATTERN
depends()
{
	dependencies "$1" | grep -m 1 -e "$2" || true
}

# fetch_deb PACKAGE VERSION DIR - download one package into DIR
fetch_deb()
{
	(cd "$3" && suite_apt apt-get -qq download "$1=$2" >&2) ||
		die "$1 $2 could not be fetched (are the package lists old? try apt-get update)"
}

# kernel_is_built - whether KERNEL names one that built.sh makes
kernel_is_built()
{
	[ -e "$TOP/selftests/vm/kernels/$KERNEL.config" ]
}

# kernel_says WHAT - what the line "# WHAT ..." of such a kernel's configuration says:
#
#   boot     words for its command line          make     arguments of a module's build
#   mem      MiB a guest needs                    refuses  whatever: it takes no netscan
#   slow     how many times slower it is      without  tests that make no sense on it
#
# and what built.sh looks for.
kernel_says()
{
	! kernel_is_built || sed -n "s/^# $1 //p" "$TOP/selftests/vm/kernels/$KERNEL.config"
}

# hash - a short name for what comes in on standard input
hash()
{
	sha256sum | cut -c1-12
}

# cache_entry KIND KEY BUILDER - print the directory of a cache entry, made by BUILDER if new
#
# With CACHE_NAME_ONLY set, it is only named.
#
# BUILDER is called with an empty directory to fill. What is half made never
# gets the entry's name, and two runs at once build an entry once. What no run
# has used for a month goes.
cache_entry()
{
	_entry=$CACHE/$1/$2
	if [ -n "${CACHE_NAME_ONLY:-}" ]; then
		echo "$_entry"
		return
	fi
	mkdir -p "$CACHE/$1"
	if [ ! -d "$_entry" ]; then
		exec 9>"$CACHE/$1/.lock"
		flock -n 9 || {
			say "waiting for another run that fills the cache ($1)"
			flock 9
		}
		if [ ! -d "$_entry" ]; then
			rm -rf "$CACHE/$1"/.new.*
			find "$CACHE/$1" -mindepth 1 -maxdepth 1 -type d -mtime +30 \
				-exec rm -rf {} +
			_new=$(mktemp -d "$CACHE/$1/.new.XXXXXX")
			chmod 755 "$_new"
			"$3" "$_new" 9>&-
			mv -T "$_new" "$_entry"
		fi
		exec 9>&-
	fi
	touch "$_entry"
	echo "$_entry"
}
