#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - install netscan as README says, boot that with systemd, see it at work, uninstall it
#
# Prints one verdict a line. The root is made of Debian's packages, unpacked as the
# guest's are, with Debian's dkms, compiler and kernel headers. "make install" runs in
# there on this machine, since compiling in a guest takes minutes; the guest that is
# then booted is that root, with systemd as its first process.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# root_apt ARGS... - apt-get install of the root's packages on an empty system
root_apt()
{
	# shellcheck disable=SC2086 # a list of words
	suite_apt apt-get -qq -y "$@" install $packages
}

# build_root DIR - fetch, unpack, make what package scripts would have made
build_root()
{
	say "installed: fetching $(echo "$resolved" | grep -c .) packages of $SUITE"
	root_apt --download-only >&2
	say "installed: unpacking them"
	for _dir in bin sbin lib lib64; do
		mkdir -p "$1/usr/$_dir"
		ln -s "usr/$_dir" "$1/$_dir"
	done
	root_apt --print-uris -o Dir::Cache::archives="$1" | awk '{ print $2 }' >"$1/debs"
	while read -r _deb; do
		dpkg-deb --fsys-tarfile "$CACHE/apt/$SUITE-$ARCH/archives/$_deb" |
			tar -x -C "$1" --keep-directory-symlink --no-same-owner \
				--exclude='./usr/share/doc' --exclude='./usr/share/man' \
				--exclude='./usr/share/locale' --exclude='./usr/share/zoneinfo'
	done <"$1/debs"
	rm "$1/debs"
	ln -sf mawk "$1/usr/bin/awk"
	ln -sf dash "$1/usr/bin/sh"
	ln -sf gcc "$1/usr/bin/cc"
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	mkdir -p "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" "$1/root" "$1/var/log" \
		"$1/usr/local/bin" "$1/usr/local/lib" "$1/usr/local/sbin" "$1/usr/local/share/man"
	printf '%s: files\n' passwd group >"$1/etc/nsswitch.conf"
	: >"$1/etc/machine-id"
	: >"$1/var/lib/dpkg/status"
	# dkms does not begin the list of modules, and the guest needs none of the kernel's.
	rm -rf "$1/usr/lib/modules/$release/kernel" "${1:?}"/boot/*
	depmod -b "$1" "$release" 2>/dev/null
}

# enter COMMAND... - run it in the root, with what /dev and /proc show
enter()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- --mount --propagation private sh -euc '
		root=$1
		shift
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C "$@"
	' sh "$root" "$@"
	if [ "$(id -u)" -eq 0 ]; then
		unshare "$@"
	else
		unshare --map-root-user "$@"
	fi
}

# verdict WHAT COMMAND... - one line; for a failure, with what the command said
verdict()
{
	_what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "ok installed: $_what"
	else
		echo "not ok installed: $_what"
		tail -n 40 "$work/said" | sed 's/^/    /'
		return 1
	fi
}

# list_files - all files of the root, but for what depmod and dkms keep to themselves
list_files()
{
	(cd "$root" && find . -path ./root/netscan -prune -o ! -name 'modules.*' \
		! -path './var/lib/dkms*' ! -path './tmp/*' -print | sort)
}

# nothing_left - the same files as before, whatever was installed meanwhile
nothing_left()
{
	list_files >"$work/after"
	diff "$work/before" "$work/after"
}

# stage_guest - what the guest is to find: a change of its administrator's, and what is to be run
stage_guest()
{
	echo 'scan distinct=60 window=300' >>"$root/etc/netscan/rules"
	mkdir -p "$root/vm" "$root/etc/systemd/system/multi-user.target.wants"
	cp selftests/vm/guest/installed.sh selftests/vm/guest/tap.sh "$root/vm/"
	cat >"$root/etc/systemd/system/vm-check.service" <<-END
	[Unit]
	After=systemd-udev-settle.service
	[Service]
	Type=oneshot
	ExecStart=/bin/bash /vm/installed.sh
	END
	ln -s ../vm-check.service "$root/etc/systemd/system/multi-user.target.wants/"
	# Nothing is compiled in there.
	rm -rf "$root"/usr/lib/gcc "$root"/usr/src/linux-headers-* "$root"/usr/lib/linux-kbuild-*
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$work/initrd"
}

cd "$TOP"
kernel=$(selftests/vm/kernel.sh)
release=$(cat "$kernel/release")
packages="base-files base-passwd bash coreutils dash diffutils dkms findutils gcc grep gzip iputils-ping
	kmod libc-bin libc6-dev linux-headers-$release login make mawk mount openssl passwd perl-base procps
	sed systemd systemd-sysv tar udev util-linux xz-utils"
[ -z "$(candidate usr-is-merged)" ] || packages="$packages usr-is-merged"
resolved=$(root_apt -s | grep '^Inst ' | sort)
[ -n "$resolved" ] || die "apt could not resolve the packages for $SUITE"
key=$(printf '%s\n' "$resolved" | cat - "$0" | hash)
cached=$(cache_entry installed "$SUITE-$ARCH-$key" build_root)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
cp -a "$cached" "$root"
chmod 755 "$root"
list_files >"$work/before"
mkdir -p "$root/root/netscan" build
git -c safe.directory="$TOP" ls-files -co --exclude-standard | while IFS= read -r file; do
	[ ! -f "$file" ] || echo "$file"
done | cpio --quiet -pdm "$root/root/netscan"

say "installed: make install, for Linux $release, and make uninstall"
verdict "make install" enter make -C /root/netscan install KVER="$release"
verdict "dkms has a key to sign with" test -s "$root/var/lib/dkms/mok.pub"
verdict "systemctl enable netscan-logger" enter systemctl enable netscan-logger
cp -a "$root" "$work/installed"
verdict "make uninstall" enter make -C /root/netscan uninstall
verdict "which leaves nothing" nothing_left || true
root=$work/installed

stage_guest
say "installed: booting it with systemd"
{
	selftests/vm/boot.sh --kernel "$kernel/vmlinuz" --initrd "$work/initrd" --results - \
		--append "rdinit=/usr/lib/systemd/systemd systemd.unit=multi-user.target" \
		--mem "$((MEM > 3072 ? MEM : 3072))" --timeout 600 --log "$work/log" || true
} | tee build/installed.results | selftests/vm/judge.sh vm installed.sh
cp "$work/log" build/installed.log
verdict "guest log clean" selftests/vm/clean-log.sh "$work/log"
