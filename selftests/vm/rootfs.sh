#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the guest's userland: prints the cpio archive it is kept in
#
# It is made of real Debian packages, resolved by apt as for an empty system,
# and unpacked without running anything of theirs: no root is needed. The package
# scripts that make links for alternatives (nc, awk) run when the guest boots.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# guest_apt ARGS... - apt-get install of the guest's packages on an empty system
guest_apt()
{
	# shellcheck disable=SC2086 # a list of words
	suite_apt apt-get -qq -y "$@" install $packages
}

# build_rootfs DIR - fetch, unpack, trim, pack
build_rootfs()
{
	_root=$1/root
	say "guest: fetching $(echo "$resolved" | grep -c .) packages of $SUITE"
	guest_apt --download-only >&2
	say "guest: unpacking them"
	for _dir in bin sbin lib; do
		mkdir -p "$_root/usr/$_dir"
		ln -s "usr/$_dir" "$_root/$_dir"
	done
	mkdir -p "$_root/usr/lib64" "$_root/usr/share/netscan-guest"
	ln -s usr/lib64 "$_root/lib64"
	guest_apt --print-uris -o Dir::Cache::archives="$1" |
		awk '{ print $2 }' >"$1/debs"
	while read -r _deb; do
		unpack_deb "$CACHE/apt/$SUITE-$ARCH/archives/$_deb" "$_root"
	done <"$1/debs"
	say "guest: packing"
	trim_root "$_root"
	seed_etc "$_root"
	(cd "$_root" && find . | cpio --quiet -o -H newc -R 0:0) >"$1/rootfs.cpio"
	rm -rf "$_root"
}

# unpack_deb DEB ROOT - a package's files, and its script if that is to run in the guest
unpack_deb()
{
	# Packages of releases before the /usr merge name /bin and /lib: follow our links.
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner \
		--exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/info' \
		--exclude='./usr/share/locale' --exclude='./usr/share/lintian' \
		--exclude='./usr/share/zoneinfo' --exclude='./usr/lib/*/gconv'
	_name=${1##*/}
	_name=${_name%%_*}
	case " $GUEST_CONFIGURED " in
	*" $_name "*) dpkg-deb --info "$1" postinst >"$2/usr/share/netscan-guest/$_name.postinst" ;;
	esac
}

# trim_root ROOT - drop what no test looks at
trim_root()
{
	rm -rf "$1/usr/share/bash-completion" "$1/usr/share/bug" "$1/usr/share/debconf" \
		"$1/usr/share/perl5" "$1/usr/share/pixmaps" "$1/usr/share/common-licenses" \
		"$1/usr/share/zsh" "$1/usr/share/nmap" "$1/usr/bin/nmap" \
		"$1/etc/systemd" "$1/usr/lib/systemd" "$1/usr/lib/udev" \
		"$1/usr/lib/x86_64-linux-gnu/perl" "$1/usr/share/perl" "$1/usr/share/tcltk"
	find "$1/usr" -name '*.pyc' -delete
}

# seed_etc ROOT - the files that package scripts would have made
seed_etc()
{
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	sed -i 's/^root:[^:]*:/root::/' "$1/etc/passwd"
	echo 'user::1000:1000:a user:/home/user:/bin/bash' >>"$1/etc/passwd"
	echo 'user:x:1000:' >>"$1/etc/group"
	for _part in account auth password session; do
		echo "$_part required pam_permit.so" >"$1/etc/pam.d/common-$_part"
	done
	cp "$1/etc/pam.d/common-session" "$1/etc/pam.d/common-session-noninteractive"
	mkdir -p "$1/home/user" "$1/root" "$1/proc" "$1/sys" "$1/dev" "$1/run" "$1/tmp" \
		"$1/var/lib/dpkg/alternatives" "$1/etc/alternatives" "$1/var/log"
	printf '%s: files\n' passwd group shadow hosts services protocols >"$1/etc/nsswitch.conf"
	printf '127.0.0.1\tlocalhost netscan\n' >"$1/etc/hosts"
	echo netscan >"$1/etc/hostname"
	ln -sf /proc/mounts "$1/etc/mtab"
	: >"$1/var/lib/dpkg/status"
}

packages=$GUEST_PACKAGES
# Keeps perl out where it would come in only to merge /usr.
[ -z "$(candidate usr-is-merged)" ] || packages="$packages usr-is-merged"
resolved=$(guest_apt -s | grep '^Inst ' | sort)
[ -n "$resolved" ] || die "apt could not resolve the guest's packages for $SUITE"
key=$(printf '%s\n' "$resolved" "$GUEST_CONFIGURED" | cat - "$0" | hash)
entry=$(cache_entry rootfs "$SUITE-$ARCH-$key" build_rootfs)
echo "$entry/rootfs.cpio"
