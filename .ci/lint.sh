#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# netscan - the style and static checks that are quick; prints one verdict a tool
#
# Usage: lint.sh [CHECK...]; all checks, or those named as in their verdicts.
set -eu
TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/selftests/vm/lib.sh"

# files PATTERN... - the project's files that match, as git sees them
files()
{
	git -c safe.directory="$TOP" ls-files -co --exclude-standard -- "$@" |
		while IFS= read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# shell_files - what is written in shell, by its first line or its name
shell_files()
{
	files | while IFS= read -r file; do
		if [[ $file == *.sh ]] || head -n 1 "$file" | grep -aqE '^#!.*/(ba|da)?sh\b'; then
			echo "$file"
		fi
	done
}

check_spdx()
{
	local bad=0

	while IFS= read -r file; do
		head -n 3 "$file" | grep -q SPDX-License-Identifier || {
			echo "$file: no SPDX-License-Identifier in its first three lines"
			bad=1
		}
		case $file in
		*.[ch] | *.sh)
			head -n 6 "$file" | grep -q 'netscan.* - ' || {
				echo "$file: does not begin with what it is for, netscan - ..."
				bad=1
			}
			;;
		esac
	done < <(files '*.c' '*.h' '*.sh' '*.awk' '*Makefile' Kbuild '*.4' '*.8' '*.service*' '.ci/*')
	return $bad
}

# run_checkpatch IGNORE... - the kernel's style checker on the files of standard input
run_checkpatch()
{
	local IFS=,

	xargs -r -n 8 -P "$(nproc)" "$source/scripts/checkpatch.pl" --no-tree --strict --terse \
		--show-types --quiet --no-summary --max-line-length=100 --ignore="$*" --file
}

check_checkpatch()
{
	local bad=0
	# One file compares kernel versions: that is what it is for.
	local compat=(LINUX_VERSION_CODE CONSTANT_COMPARISON DEPRECATED_API)
	# One file is about ELF, which calls its structures so.
	local elf=(CAMELCASE)
	# The kernel's own types, attributes and helpers are not for programs. In tests, the
	# harness has macros that open a block, and texts with line ends are split there.
	local programs=(ARRAY_SIZE BRACES CAMELCASE NAKED_SSCANF PREFER_DEFINED_ATTRIBUTE_MACRO
		PREFER_KERNEL_TYPES QUOTED_WHITESPACE_BEFORE_NEWLINE SPLIT_STRING
		STATIC_CONST_CHAR_ARRAY STRCPY STRLCPY STRNCPY VOLATILE)

	files 'module/*.[ch]' | grep -v '^module/\(compat.h\|buildid.c\)$' | run_checkpatch NONE ||
		bad=1
	files module/buildid.c | run_checkpatch "${elf[@]}" || bad=1
	files module/compat.h | run_checkpatch "${compat[@]}" || bad=1
	files '*.[ch]' | grep -v '^module/' | run_checkpatch "${programs[@]}" || bad=1
	# It leaves lists of names it has met.
	rm -f .checkpatch-camelcase.*
	return $bad
}

check_kernel_doc()
{
	# shellcheck disable=SC2046 # one word a file
	"$source/scripts/kernel-doc" -none -Werror $(files 'module/*.c' 'module/*.h')
}

check_shellcheck()
{
	# shellcheck disable=SC2046 # one word a file
	shellcheck --external-sources --source-path="$TOP" $(shell_files)
}

check_codespell()
{
	# shellcheck disable=SC2046 # one word a file
	codespell --quiet-level=2 --ignore-words-list=nd $(files | grep -v '^COPYING$')
}

check_man()
{
	local said

	# shellcheck disable=SC2046 # one word a file
	said=$(groff -mandoc -ww -z -Tutf8 $(files 'userspace/*.[1-8]') 2>&1
		mandoc -T lint -W warning $(files 'userspace/*.[1-8]') 2>&1)
	[ -z "$said" ] || {
		echo "$said"
		return 1
	}
}

check_warnings()
{
	"$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" W=1 KCFLAGS=-Werror
}

# For a kernel without control groups, which nobody ships; only whether it compiles.
check_cgroups()
{
	mkdir -p build
	printf '#undef %s\n' CONFIG_CGROUPS CONFIG_CGROUP_BPF CONFIG_SOCK_CGROUP_DATA \
		>build/no-cgroups.h
	"$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" \
		KCFLAGS="-Werror -include $TOP/build/no-cgroups.h"
}

# What the probe puts on the stack of whoever execs, at the deepest, in bytes; what the kernel's
# own functions take that it calls comes on top.
check_stack()
{
	local flag=-fcallgraph-info=su built

	"$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" W=1 KCFLAGS=$flag >"$work/stack" 2>&1 || {
		cat "$work/stack"
		return 1
	}
	built=$(echo "$TOP/build/$release-W-1-KCFLAGS$flag" | tr "=" -)
	awk -v from=on_exec -v limit=2048 -f .ci/stack.awk "$built"/module/*.ci
}

check_sparse()
{
	"$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" SELFTEST=1 W=1 KCFLAGS=-Werror C=2 \
		>"$work/sparse" 2>&1 || {
		cat "$work/sparse"
		return 1
	}
	# Of the kernel's own headers sparse has complaints too.
	! grep -E 'module/[^:]*:[0-9]+:[0-9]+: (warning|error)' "$work/sparse"
}

check_cppcheck()
{
	build_make -C userspace cppcheck
}

# kernel_flags FILE - how the kernel compiles a file of module/: what of that is not gcc's alone
#
# Taken from what make has left beside the object, one a line. What is wrong in the
# kernel's own headers is not for us: they are given as the system's.
kernel_flags()
{
	sed -n '1s/^[^=]*:= *//p' "$built/module/.$1.o.cmd" | sed 's/ ; .*//' | xargs printf '%s\n' |
		sed 's/^-I/-isystem/' |
		awk '/^-include$/ { print; getline; print }
			/^-(isystem.*|D.*|nostdinc|std=.*|fshort-wchar|fno-builtin.*|m64|mcmodel=.*)$/'
}

# analyze_kernel_file FILE - clang's analyzer on a file of module/ that only the kernel compiles
analyze_kernel_file()
{
	local flags

	mapfile -t flags < <(kernel_flags "$1")
	[ ${#flags[@]} -gt 10 ] || die "no flags are known for module/$1.c"
	cd "$KDIR"
	clang --analyze --analyzer-output text "${flags[@]}" -iquote "$TOP/module/uapi" -w \
		-Xclang -analyzer-werror "$TOP/module/$1.c"
}

# Files that host programs are made of are compiled as there, the others as the kernel's.
check_clang_tidy()
{
	local bad=0 pure file

	"$TOP/selftests/vm/module.sh" "$release" "$work/netscan.ko" W=1 KCFLAGS=-Werror >/dev/null
	built=$TOP/build/$release-W-1-KCFLAGS-Werror/
	pure=" $(build_make -s -C selftests/host pure) "
	build_make -k -C selftests/host tidy || bad=1
	build_make -k -C userspace tidy || bad=1
	export built TOP KDIR
	export -f kernel_flags analyze_kernel_file die
	# shellcheck disable=SC2016 # that shell expands it
	for file in module/*.c; do
		file=$(basename "$file" .c)
		[[ $pure == *" $file "* ]] || echo "$file"
	done | xargs -r -n 1 -P "$(nproc)" bash -euc 'analyze_kernel_file "$0"' || bad=1
	return $bad
}

# run_cocci FILE - one of the kernel's semantic patches over module/; silent if it finds nothing
run_cocci()
{
	local options out

	options=$(sed -n 's/.*Options: *//p' "$1")
	# shellcheck disable=SC2086 # one word an option
	out=$(timeout 60 spatch -D report --no-show-diff --very-quiet --cocci-file "$1" $options \
		--dir module -I module 2>/dev/null) || out="$out
$1: spatch fails"
	[ -z "$out" ] || {
		echo "$out"
		return 1
	}
}

# All that report, but those with OCaml code, which needs its compiler: one is about a
# driver, one about pointers compared with 0, which sparse tells.
check_coccicheck()
{
	export -f run_cocci
	# shellcheck disable=SC2016 # that shell expands it
	grep -rlZ --include='*.cocci' '^virtual.*report' "$source/scripts/coccinelle" |
		xargs -0 grep -LZ ocaml |
		xargs -0 -n 1 -P "$(nproc)" bash -euc 'run_cocci "$0"'
}

# skip NAME WHY - the verdict of what is not run
skip()
{
	[ -z "$only" ] || [[ " $only " == *" $1 "* ]] || return 0
	echo "ok lint: $1 # SKIP $2"
}

# check NAME TOOL - run the function of that name, if its tool is here
check()
{
	local name=$1 tool=$2

	[ -z "$only" ] || [[ " $only " == *" $name "* ]] || return 0
	if [ ! -e "$tool" ] && ! command -v "$tool" >/dev/null; then
		echo "ok lint: $name # SKIP $tool is not installed"
	elif "check_${name//-/_}" >"$work/out" 2>&1; then
		echo "ok lint: $name"
		[ "$name" != stack ] || sed 's/^/    /' "$work/out"
	else
		echo "not ok lint: $name"
		head -n 100 "$work/out" | sed 's/^/    /'
	fi
}

only=$*
cd "$TOP"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$(selftests/vm/source.sh)
release=$(cat "$(selftests/vm/kernel.sh)/release")
[ -n "$KDIR" ] || KDIR=$(selftests/vm/headers.sh "$release")
export KDIR

check spdx git
check codespell codespell
check shellcheck shellcheck
check man mandoc
check checkpatch "$source/scripts/checkpatch.pl"
check kernel-doc "$source/scripts/kernel-doc"
skip clang-format "no settings leave the tree as it is (tables in columns, split lists); checkpatch --strict checks the layout"
check warnings make
check cgroups make
check stack make
check sparse sparse
check cppcheck cppcheck
check clang-tidy clang-tidy
check coccicheck spatch
