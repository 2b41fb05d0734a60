// SPDX-License-Identifier: GPL-2.0-only
/*
 * netscan selftests - every sign by which a tool is known, each alone, with real execs
 *
 * Design: each variant makes files in a directory of its own, a tmpfs, and execs one of them in a
 * way of its own, so that one sign and no other says what it is. One exec is one alert, by a rule
 * of five distinct arguments; the alert says the tool and the sign.
 */
#include <fcntl.h>
#include <linux/memfd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "session.h"

#define BUSYBOX	"/usr/bin/busybox"
#define TOYBOX	"/usr/bin/toybox"
#define PING	"/usr/bin/ping"
#ifdef __aarch64__
#define LOADER	"/lib/ld-linux-aarch64.so.1"
#else
#define LOADER	"/lib64/ld-linux-x86-64.so.2"
#endif

/* The lines of /proc/netscan/tools that the tests add build-ids to. */
#define PING_LINE	"ping ping4 ping6"
#define MULTICALL_LINE	"@multicall busybox toybox busybox* toybox*"
#define LOADER_LINE	"@loader ld.so ld.so.1 ld64.so.1 ld64.so.2 ld-*"

static struct record r;
static char decoded[LINE_SIZE];

/* The testbed, for what runs below it; each test is a process of its own. */
static struct testbed bed;

/* What most of them are exec'ed with: six distinct arguments, none of which names a tool. */
static char *plain[] = { "x", "a0", "a1", "a2", "a3", "a4", NULL };

static const char *in_dir(const char *name)
{
	return testbed_path(&bed, name);
}

/* A program that does nothing and has no build-id. */
static int put(const char *name)
{
	return tool_path(&bed, name) ? 0 : -EIO;
}

static int put_copy(const char *from, const char *name)
{
	return tool_copy(&bed, from, name) ? 0 : -EIO;
}

static int put_link(const char *target, const char *name)
{
	return symlink(target, in_dir(name)) ? -errno : 0;
}

static int put_dir(const char *name)
{
	return mkdir(in_dir(name), 0755) ? -errno : 0;
}

static int put_text(const char *name, const char *text)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t len = strlen(text);
	int err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, len) == len ? 0 : -EIO;
	close(fd);
	return err;
}

static int exec_in_dir(const char *name)
{
	return exec_program(in_dir(name), plain);
}

/* ---- names ---- */

static int by_name(void *arg)
{
	(void)arg;
	return put("ping") ?: exec_in_dir("ping");
}

static int by_chain_from_a_tool(void *arg)
{
	(void)arg;
	return put("file") ?: put_link("file", "one") ?: put_link("one", "two") ?:
	       put_link("two", "ping") ?: exec_in_dir("ping");
}

static int by_chain_to_a_tool(void *arg)
{
	(void)arg;
	return put("ping") ?: put_link("ping", "one") ?: put_link("one", "two") ?:
	       put_link("two", "three") ?: exec_in_dir("three");
}

static int by_hard_link(void *arg)
{
	(void)arg;
	if (put("file") || link(in_dir("file"), in_dir("ping")))
		return -EIO;
	return exec_in_dir("ping");
}

static int by_link_to_a_hard_link(void *arg)
{
	(void)arg;
	if (put("file") || link(in_dir("file"), in_dir("ping")))
		return -EIO;
	return put_link("ping", "one") ?: exec_in_dir("one");
}

static int bind(const char *from, const char *to)
{
	return mount(in_dir(from), in_dir(to), NULL, MS_BIND, NULL) ? -errno : 0;
}

static int by_bind_mount_of_a_tool(void *arg)
{
	(void)arg;
	return put("ping") ?: put("file") ?: bind("ping", "file") ?: exec_in_dir("file");
}

static int by_bind_mount_over_a_tool(void *arg)
{
	(void)arg;
	return put("ping") ?: put("file") ?: bind("file", "ping") ?: exec_in_dir("ping");
}

static int make_layers(void)
{
	return put_dir("low") ?: put_dir("empty") ?: put_dir("over");
}

static int mount_layers(void)
{
	char options[1200];

	snprintf(options, sizeof(options), "lowerdir=%s:%s", in_dir("empty"), in_dir("low"));
	return mount("none", in_dir("over"), "overlay", 0, options) ? -errno : 0;
}

/* "over" is one directory made of two, of which the lower one holds @name. */
static int mount_overlay(const char *name)
{
	return make_layers() ?: put(name) ?: mount_layers();
}

static int by_name_in_overlay(void *arg)
{
	(void)arg;
	return mount_overlay("low/ping") ?: exec_in_dir("over/ping");
}

static int by_file_in_overlay(void *arg)
{
	(void)arg;
	return mount_overlay("low/ping") ?: put_link("over/ping", "one") ?: exec_in_dir("one");
}

static int enter_root(void)
{
	return chroot(in_dir("root")) || chdir("/") ? -errno : 0;
}

static int by_name_in_chroot(void *arg)
{
	(void)arg;
	return put_dir("root") ?: put("root/ping") ?: enter_root() ?: exec_program("/ping", plain);
}

static int by_file_in_chroot(void *arg)
{
	(void)arg;
	return put_dir("root") ?: put("root/ping") ?: put_link("/ping", "root/one") ?:
	       enter_root() ?: exec_program("/one", plain);
}

/* ---- descriptors ---- */

static int open_file(const char *name, int flags)
{
	int fd = open(in_dir(name), flags);

	return fd < 0 ? -errno : fd;
}

static int by_fexecve(void *arg)
{
	(void)arg;
	return put("ping") ?: exec_descriptor(open_file("ping", O_RDONLY | O_CLOEXEC), "", plain);
}

static int by_fexecve_of_a_path(void *arg)
{
	(void)arg;
	return put("ping") ?: exec_descriptor(open_file("ping", O_PATH | O_CLOEXEC), "", plain);
}

static int by_directory_and_name(void *arg)
{
	(void)arg;
	return put("file") ?: put_link("file", "ping") ?:
	       exec_descriptor(open_file("", O_RDONLY | O_DIRECTORY), "ping", plain);
}

static int exec_fd_path(int fd)
{
	char path[64];

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return exec_program(path, plain);
}

static int by_path_of_a_descriptor(void *arg)
{
	(void)arg;
	return put("ping") ?: exec_fd_path(open_file("ping", O_RDONLY));
}

/* A shell named as a tool runs itself again; two events of which the second alerts. */
static int by_proc_self_exe(void *arg)
{
	char *argv[] = { "sh", "-c", "exec /proc/self/exe a0 a1 a2 a3", NULL };

	(void)arg;
	return put_copy("/bin/dash", "ping") ?: exec_program(in_dir("ping"), argv);
}

static int by_deleted_file(void *arg)
{
	int err = put("ping"), fd;

	(void)arg;
	if (err)
		return err;
	fd = open_file("ping", O_RDONLY | O_CLOEXEC);
	if (unlink(in_dir("ping")))
		return -errno;
	return exec_descriptor(fd, "", plain);
}

static int by_path_of_a_deleted_file(void *arg)
{
	int err = put("ping"), fd;

	(void)arg;
	if (err)
		return err;
	fd = open_file("ping", O_RDONLY);
	if (unlink(in_dir("ping")))
		return -errno;
	return exec_fd_path(fd);
}

static int make_memfd(const char *name, const char *from, unsigned int flags)
{
	static char buf[256 * 1024];
	ssize_t len = file_read(from, buf, sizeof(buf));
	int fd = memfd_create(name, flags);

	if (len < 0 || len + 1 == sizeof(buf) || fd < 0)
		return -EIO;
	return write(fd, buf, len) == len ? fd : -EIO;
}

static int by_memfd(void *arg)
{
	(void)arg;
	return exec_descriptor(make_memfd("ping", program_beside("noop"), MFD_CLOEXEC), "", plain);
}

static int by_path_of_a_memfd(void *arg)
{
	(void)arg;
	return exec_fd_path(make_memfd("ping", program_beside("noop"), 0));
}

static int by_link_to_a_memfd(void *arg)
{
	char target[64];
	int fd = make_memfd("", program_beside("noop"), 0);

	(void)arg;
	snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	return put_link(target, "ping") ?: exec_in_dir("ping");
}

/* ---- multi-call binaries ---- */

static char *busybox_nc[] = { BUSYBOX, "nc", "a0", "a1", "a2", "a3", NULL };
static char *busybox_busybox_nc[] = { BUSYBOX, "busybox", "nc", "a0", "a1", "a2", NULL };
static char *box_nc[] = { "box", "nc", "a0", "a1", "a2", "a3", NULL };
static char *as_ping[] = { "ping", "a0", "a1", "a2", "a3", "a4", NULL };
static char *as_ping_path[] = { "/bin/ping", "a0", "a1", "a2", "a3", "a4", NULL };

static int by_applet_link(void *path)
{
	return put_link(path, "ping") ?: exec_in_dir("ping");
}

static int by_argv0_of_busybox(void *path)
{
	return exec_program(path, as_ping);
}

static int by_argv0_path_of_busybox(void *path)
{
	return exec_program(path, as_ping_path);
}

/* It is an applet of its own. */
static int by_busybox_of_busybox(void *path)
{
	return exec_program(path, busybox_busybox_nc);
}

static int by_argv1_of_busybox(void *path)
{
	return exec_program(path, busybox_nc);
}

static char *toybox_nice[] = { "toybox", "nice", "-n", "5", "nc", "a0", "a1", NULL };
static char *toybox_taskset[] = { "toybox", "taskset", "1", "nohup", "nc", "a0", NULL };
static char *as_timeout[] = { "timeout", "--signal", "KILL", "1", "nc", "a0", "a1", NULL };

static int by_argv_of_toybox(void *argv)
{
	return exec_program(TOYBOX, argv);
}

static int by_link_to_a_runner(void *argv)
{
	return put_link(TOYBOX, "timeout") ?: exec_program(in_dir("timeout"), argv);
}

/* ---- build-ids ---- */

/* The file @path under the name @name, and its build-id in the tools' line @line. */
static int put_known(const char *path, const char *name, const char *line)
{
	return build_id_tell(path, line) ?: put_copy(path, name);
}

static int by_build_id(void *arg)
{
	(void)arg;
	return put_known(PING, "pong", PING_LINE) ?: exec_in_dir("pong");
}

static int by_build_id_of_a_hard_link(void *arg)
{
	(void)arg;
	if (put_known(PING, "pong", PING_LINE) || link(in_dir("pong"), in_dir("peng")))
		return -EIO;
	return exec_in_dir("peng");
}

static int by_build_id_of_a_deleted_file(void *arg)
{
	int err = put_known(PING, "pong", PING_LINE), fd;

	(void)arg;
	if (err)
		return err;
	fd = open_file("pong", O_RDONLY | O_CLOEXEC);
	if (unlink(in_dir("pong")))
		return -errno;
	return exec_descriptor(fd, "", plain);
}

static int by_build_id_of_a_memfd(void *arg)
{
	(void)arg;
	return build_id_tell(PING, PING_LINE) ?:
	       exec_descriptor(make_memfd("any", PING, MFD_CLOEXEC), "", plain);
}

static int by_build_id_in_lower(void *arg)
{
	(void)arg;
	return make_layers() ?: put_known(PING, "low/pong", PING_LINE) ?: mount_layers() ?:
	       exec_in_dir("over/pong");
}

static int by_build_id_in_upper(void *arg)
{
	char options[1800];
	int err;

	(void)arg;
	err = put_dir("low") ?: put_dir("upper") ?: put_dir("work") ?: put_dir("over");
	if (err)
		return err;
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", in_dir("low"),
		 in_dir("upper"), in_dir("work"));
	if (mount("none", in_dir("over"), "overlay", 0, options))
		return -errno;
	return put_known(PING, "over/pong", PING_LINE) ?: exec_in_dir("over/pong");
}

static int by_build_id_of_an_interpreter(void *arg)
{
	char text[600];

	(void)arg;
	snprintf(text, sizeof(text), "#!%s\n", in_dir("pong"));
	return put_known(PING, "pong", PING_LINE) ?: put_text("script", text) ?:
	       exec_in_dir("script");
}

static int by_argv0_of_renamed_busybox(void *path)
{
	return put_known(path, "box", MULTICALL_LINE) ?: exec_program(in_dir("box"), as_ping);
}

static int by_argv1_of_renamed_busybox(void *path)
{
	return put_known(path, "box", MULTICALL_LINE) ?: exec_program(in_dir("box"), busybox_nc);
}

static int by_argv0_of_hard_linked_busybox(void *path)
{
	if (put_known(path, "first", MULTICALL_LINE) || link(in_dir("first"), in_dir("box")))
		return -EIO;
	return exec_program(in_dir("box"), as_ping);
}

/* They themselves take any name that begins so for their own. */
static int by_argv1_of_lengthened(void *name)
{
	char *argv[] = { name, "nc", "a0", "a1", "a2", "a3", NULL };

	return put(name) ?: exec_program(in_dir(name), argv);
}

/* What its name says it is, it is not. */
static int by_argv0_of_busybox_called_a_loader(void *path)
{
	return put_known(path, "ld-x", MULTICALL_LINE) ?: exec_program(in_dir("ld-x"), as_ping);
}

static int by_loader_called_busybox(void *argv)
{
	return put_known(LOADER, "busybox", LOADER_LINE) ?:
	       exec_program(in_dir("busybox"), argv);
}

static int by_renamed_loader(void *argv)
{
	return put_known(LOADER, "run", LOADER_LINE) ?: exec_program(in_dir("run"), argv);
}

/* ---- the loader, scripts ---- */

static char *loader[] = { "ld.so", PING, "-V", "a0", "a1", "a2", "a3", NULL };

static char *loader_path[] = {
	"ld.so", "--library-path", "/lib:/usr/lib", PING, "-V", "a0", "a1", "a2", "a3", NULL
};

static char *loader_preload[] = {
	"ld.so", "--preload", "", PING, "-V", "a0", "a1", "a2", "a3", NULL
};

static char *loader_argv0[] = {
	"ld.so", "--argv0", "other", PING, "-V", "a0", "a1", "a2", "a3", NULL
};

static char *loader_many[] = {
	"ld.so", "--inhibit-cache", "--inhibit-rpath", "/x", "--library-path", "/lib",
	"--argv0", "other", "--glibc-hwcaps-mask", "none",
	PING, "-V", "a0", "a1", "a2", "a3", NULL
};

static char *loader_argv0_nc[] = {
	"ld.so", "--argv0", "nc", BUSYBOX, "a0", "a1", "a2", "a3", NULL
};

static char *loader_dash[] = { "ld.so", "-/ping", "-V", "a0", "a1", "a2", "a3", NULL };

/* What begins with one '-' is no option. */
static int by_loader_of_a_dash(void *argv)
{
	if (put_dir("-") || put_copy(PING, "-/ping") || chdir(bed.dir))
		return -EIO;
	return exec_program(LOADER, argv);
}

static int by_loader(void *argv)
{
	return exec_program(LOADER, argv);
}

static int by_loader_of_another_name(void *argv)
{
	return put_link(LOADER, "run") ?: exec_program(in_dir("run"), argv);
}

static int by_fexecve_of_the_loader(void *argv)
{
	return exec_descriptor(open(LOADER, O_RDONLY | O_CLOEXEC), "", argv);
}

static int by_script(void *arg)
{
	char text[600];

	(void)arg;
	snprintf(text, sizeof(text), "#!%s\n", in_dir("interpreter"));
	return put("interpreter") ?: put_text("ping", text) ?: exec_in_dir("ping");
}

static int by_script_with_env(void *arg)
{
	(void)arg;
	return put_text("ping", "#!/usr/bin/env sh\n:\n") ?: exec_in_dir("ping");
}

static int by_link_to_a_script(void *arg)
{
	(void)arg;
	return put_text("script", "#!/bin/sh\n:\n") ?: put_link("script", "ping") ?:
	       exec_in_dir("ping");
}

static int by_interpreter(void *arg)
{
	char text[600];

	(void)arg;
	snprintf(text, sizeof(text), "#!%s\n", in_dir("socat"));
	return put("socat") ?: put_text("script", text) ?: exec_in_dir("script");
}

/* ---- one exec, one sign ---- */

FIXTURE(sign) {
	struct testbed *tb;
};

/*
 * @exec is called with @arg and ends in the exec of what is @tool, NULL for ping, by the sign
 * @match. @needs has to be there. The record says @file, NULL for normal, and the file @exe, in the
 * directory, NULL where that says nothing more.
 */
FIXTURE_VARIANT(sign) {
	int (*exec)(void *arg);
	void *arg;
	const char *needs;
	const char *tool;
	const char *match;
	const char *file;
	const char *exe;
};

FIXTURE_VARIANT_ADD(sign, by_name) {
	.exec = by_name, .match = "name", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_chain_from_a_tool) {
	.exec = by_chain_from_a_tool, .match = "name", .exe = "file",
};

FIXTURE_VARIANT_ADD(sign, by_chain_to_a_tool) {
	.exec = by_chain_to_a_tool, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_hard_link) {
	.exec = by_hard_link, .match = "name", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_link_to_a_hard_link) {
	.exec = by_link_to_a_hard_link, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_bind_mount_of_a_tool) {
	.exec = by_bind_mount_of_a_tool, .match = "file", .exe = "file",
};

FIXTURE_VARIANT_ADD(sign, by_bind_mount_over_a_tool) {
	.exec = by_bind_mount_over_a_tool, .match = "name", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_name_in_overlay) {
	.exec = by_name_in_overlay, .match = "name", .exe = "over/ping",
};

FIXTURE_VARIANT_ADD(sign, by_file_in_overlay) {
	.exec = by_file_in_overlay, .match = "file", .exe = "over/ping",
};

FIXTURE_VARIANT_ADD(sign, by_name_in_chroot) {
	.exec = by_name_in_chroot, .match = "name", .exe = "root/ping",
};

FIXTURE_VARIANT_ADD(sign, by_file_in_chroot) {
	.exec = by_file_in_chroot, .match = "file", .exe = "root/ping",
};

FIXTURE_VARIANT_ADD(sign, by_fexecve) {
	.exec = by_fexecve, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_fexecve_of_a_path) {
	.exec = by_fexecve_of_a_path, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_directory_and_name) {
	.exec = by_directory_and_name, .match = "name", .exe = "file",
};

FIXTURE_VARIANT_ADD(sign, by_path_of_a_descriptor) {
	.exec = by_path_of_a_descriptor, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_proc_self_exe) {
	.exec = by_proc_self_exe, .match = "file", .exe = "ping",
};

FIXTURE_VARIANT_ADD(sign, by_deleted_file) {
	.exec = by_deleted_file, .match = "file", .file = "deleted",
};

FIXTURE_VARIANT_ADD(sign, by_path_of_a_deleted_file) {
	.exec = by_path_of_a_deleted_file, .match = "file", .file = "deleted",
};

FIXTURE_VARIANT_ADD(sign, by_memfd) {
	.exec = by_memfd, .match = "file", .file = "memfd",
};

FIXTURE_VARIANT_ADD(sign, by_path_of_a_memfd) {
	.exec = by_path_of_a_memfd, .match = "file", .file = "memfd",
};

FIXTURE_VARIANT_ADD(sign, by_link_to_a_memfd) {
	.exec = by_link_to_a_memfd, .match = "name", .file = "memfd",
};

FIXTURE_VARIANT_ADD(sign, busybox_by_link) {
	.exec = by_applet_link, .arg = BUSYBOX, .needs = BUSYBOX, .match = "name",
};

FIXTURE_VARIANT_ADD(sign, busybox_by_argv0) {
	.exec = by_argv0_of_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .match = "argv",
};

FIXTURE_VARIANT_ADD(sign, busybox_by_argv0_path) {
	.exec = by_argv0_path_of_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .match = "argv",
};

FIXTURE_VARIANT_ADD(sign, busybox_by_argv1) {
	.exec = by_argv1_of_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, busybox_by_busybox) {
	.exec = by_busybox_of_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, busybox_renamed_by_argv0) {
	.exec = by_argv0_of_renamed_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .match = "argv",
	.exe = "box",
};

FIXTURE_VARIANT_ADD(sign, busybox_renamed_by_argv1) {
	.exec = by_argv1_of_renamed_busybox, .arg = BUSYBOX, .needs = BUSYBOX, .tool = "nc",
	.match = "argv", .exe = "box",
};

FIXTURE_VARIANT_ADD(sign, busybox_called_a_loader) {
	.exec = by_argv0_of_busybox_called_a_loader, .arg = BUSYBOX, .needs = BUSYBOX,
	.match = "argv", .exe = "ld-x",
};

FIXTURE_VARIANT_ADD(sign, busybox_linked_by_argv0) {
	.exec = by_argv0_of_hard_linked_busybox, .arg = BUSYBOX, .needs = BUSYBOX,
	.match = "argv", .exe = "box",
};

FIXTURE_VARIANT_ADD(sign, busybox_lengthened_by_argv1) {
	.exec = by_argv1_of_lengthened, .arg = "busybox-x", .tool = "nc", .match = "argv",
	.exe = "busybox-x",
};

FIXTURE_VARIANT_ADD(sign, toybox_lengthened_by_argv1) {
	.exec = by_argv1_of_lengthened, .arg = "toybox-x", .tool = "nc", .match = "argv",
	.exe = "toybox-x",
};

FIXTURE_VARIANT_ADD(sign, toybox_by_link) {
	.exec = by_applet_link, .arg = TOYBOX, .needs = TOYBOX, .match = "name",
};

FIXTURE_VARIANT_ADD(sign, toybox_by_argv0) {
	.exec = by_argv0_of_busybox, .arg = TOYBOX, .needs = TOYBOX, .match = "argv",
};

FIXTURE_VARIANT_ADD(sign, toybox_by_runner) {
	.exec = by_argv_of_toybox, .arg = toybox_nice, .needs = TOYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, toybox_by_two_runners) {
	.exec = by_argv_of_toybox, .arg = toybox_taskset, .needs = TOYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, toybox_by_link_of_a_runner) {
	.exec = by_link_to_a_runner, .arg = as_timeout, .needs = TOYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, loader) {
	.exec = by_loader, .arg = loader, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, loader_library_path) {
	.exec = by_loader, .arg = loader_path, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, loader_preload) {
	.exec = by_loader, .arg = loader_preload, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, loader_argv0) {
	.exec = by_loader, .arg = loader_argv0, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, loader_argv0_of_busybox) {
	.exec = by_loader, .arg = loader_argv0_nc, .needs = BUSYBOX, .tool = "nc",
	.match = "argv",
};

FIXTURE_VARIANT_ADD(sign, loader_of_a_dash) {
	.exec = by_loader_of_a_dash, .arg = loader_dash, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, loader_many_options) {
	.exec = by_loader, .arg = loader_many, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, by_loader_of_another_name) {
	.exec = by_loader_of_another_name, .arg = loader, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, by_fexecve_of_the_loader) {
	.exec = by_fexecve_of_the_loader, .arg = loader, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, by_renamed_loader) {
	.exec = by_renamed_loader, .arg = loader, .needs = LOADER, .match = "loader",
};

FIXTURE_VARIANT_ADD(sign, by_loader_called_busybox) {
	.exec = by_loader_called_busybox, .arg = loader, .needs = LOADER, .match = "loader",
	.exe = "busybox",
};

FIXTURE_VARIANT_ADD(sign, by_build_id) {
	.exec = by_build_id, .needs = PING, .match = "buildid", .exe = "pong",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_of_a_hard_link) {
	.exec = by_build_id_of_a_hard_link, .needs = PING, .match = "buildid", .exe = "peng",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_of_a_deleted_file) {
	.exec = by_build_id_of_a_deleted_file, .needs = PING, .match = "buildid",
	.file = "deleted",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_of_a_memfd) {
	.exec = by_build_id_of_a_memfd, .needs = PING, .match = "buildid", .file = "memfd",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_in_lower) {
	.exec = by_build_id_in_lower, .needs = PING, .match = "buildid", .exe = "over/pong",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_in_upper) {
	.exec = by_build_id_in_upper, .needs = PING, .match = "buildid", .exe = "over/pong",
};

FIXTURE_VARIANT_ADD(sign, by_build_id_of_an_interpreter) {
	.exec = by_build_id_of_an_interpreter, .needs = PING, .match = "buildid", .exe = "pong",
};

FIXTURE_VARIANT_ADD(sign, by_script) {
	.exec = by_script, .match = "script", .exe = "interpreter",
};

FIXTURE_VARIANT_ADD(sign, by_script_with_env) {
	.exec = by_script_with_env, .match = "script",
};

FIXTURE_VARIANT_ADD(sign, by_link_to_a_script) {
	.exec = by_link_to_a_script, .match = "script",
};

FIXTURE_VARIANT_ADD(sign, by_interpreter) {
	.exec = by_interpreter, .tool = "socat", .match = "file", .exe = "socat",
};

static int set_up(void)
{
	int err = testbed_open(&bed);

	if (!err && mount("none", bed.dir, "tmpfs", 0, "mode=755"))
		err = -errno;
	return err ?: rules_write("t_id by=parent,exe distinct=5 events=1 window=60 tools=all");
}

static int tear_down(void)
{
	prober_stop(&bed.prober);
	umount2(bed.dir, MNT_DETACH);
	return testbed_close(&bed);
}

FIXTURE_SETUP(sign)
{
	self->tb = &bed;
	ASSERT_EQ(0, set_up());
}

FIXTURE_TEARDOWN(sign)
{
	EXPECT_EQ(0, tear_down());
}

TEST_F(sign, is_enough)
{
	if (variant->needs && access(variant->needs, F_OK))
		SKIP(return, "%s is not installed", variant->needs);
	ASSERT_EQ(0, session_exec(&bed, variant->exec, variant->arg));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_id", record_raw(&r, "rule"));
	EXPECT_STREQ(variant->tool ?: "ping", record_raw(&r, "tool"));
	EXPECT_STREQ(variant->match, record_raw(&r, "match"));
	EXPECT_STREQ(variant->file ?: "normal", record_raw(&r, "file"));
	EXPECT_EQ((uint64_t)bed.prober.pid, record_u64(&r, "parent_pid"));
	if (variant->exe) {
		ASSERT_LT(0, record_bytes(&r, "exe", decoded));
		EXPECT_STREQ(in_dir(variant->exe), decoded);
	}
}

/* ---- names and no names ---- */

FIXTURE(names) {
	struct testbed *tb;
};

FIXTURE_SETUP(names)
{
	self->tb = &bed;
	ASSERT_EQ(0, set_up());
}

FIXTURE_TEARDOWN(names)
{
	EXPECT_EQ(0, tear_down());
}

static char *as_nc[] = { "nc", "a0", "a1", "a2", "a3", "a4", NULL };

static int as_nc_by_link_ping(void *path)
{
	return put_link(path, "ping") ?: exec_program(in_dir("ping"), as_nc);
}

/* The link's name says ping, and busybox goes by argument 0. */
TEST_F(names, of_a_link_and_an_applet_are_both_seen)
{
	ASSERT_EQ(0, rules_write("-t_id\n"
				 "t_nc by=parent,exe distinct=5 events=1 window=60 tools=nc"));
	ASSERT_EQ(0, session_exec(&bed, as_nc_by_link_ping, BUSYBOX));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("alert", record_raw(&r, "type"));
	EXPECT_STREQ("t_nc", record_raw(&r, "rule"));
	EXPECT_STREQ("ping", record_raw(&r, "tool"));
}

static int as_nc_by_copy_ping(void *path)
{
	return put_known(path, "ping", MULTICALL_LINE) ?: exec_program(in_dir("ping"), as_nc);
}

static int nc_by_loader_ping(void *path)
{
	char *argv[] = { "ping", "/bin/nc", "a0", "a1", "a2", "a3", NULL };

	return put_link(path, "ping") ?: exec_program(in_dir("ping"), argv);
}

/* The same where the file is a copy that is called ping, and where it is the loader. */
TEST_F(names, of_a_file_and_of_what_it_runs_are_both_seen)
{
	static const struct {
		int (*exec)(void *path);
		char *path;
	} cases[] = { { as_nc_by_copy_ping, BUSYBOX }, { nc_by_loader_ping, LOADER } };
	unsigned int i;

	ASSERT_EQ(0, rules_write("-t_id\n"
				 "t_nc by=parent,exe distinct=5 events=1 window=60 tools=nc"));
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (access(cases[i].path, X_OK))
			SKIP(return, "%s is not there", cases[i].path);
		ASSERT_EQ(0, session_exec(&bed, cases[i].exec, cases[i].path));
		ASSERT_EQ(1, testbed_next(&bed, &r));
		EXPECT_STREQ("alert", record_raw(&r, "type"));
		EXPECT_STREQ("t_nc", record_raw(&r, "rule"));
		EXPECT_STREQ("ping", record_raw(&r, "tool"));
		unlink(in_dir("ping"));
	}
}

/* The tool that @name was taken for, "" if for none. */
static const char *tool_named(const char *name)
{
	const char *path = tool_path(&bed, name);

	prober_stop(&bed.prober);
	if (!path || prober_start(&bed.prober, NULL, NULL) ||
	    probe_argv(&bed.prober, 0, path, plain))
		return "<error>";
	unlink(path);
	if (group_find(&r, "t_id", "sid", bed.prober.pid) != 1)
		return "";
	return record_raw(&r, "tool");
}

TEST_F(names, of_tools_and_their_aliases)
{
	static const char * const names[][2] = {
		{ "ping", "ping" }, { "ping4", "ping" }, { "ping6", "ping" },
		{ "nping", "nping" }, { "hping", "hping" }, { "hping2", "hping2" },
		{ "hping3", "hping3" }, { "nc", "nc" }, { "nc.openbsd", "nc" },
		{ "nc.traditional", "nc" }, { "nc.other", "nc" }, { "ncat", "ncat" },
		{ "netcat", "netcat" }, { "netcat.openbsd", "netcat" },
		{ "netcat.traditional", "netcat" }, { "socat", "socat" },
		{ "socat1", "socat" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_STREQ(names[i][1], tool_named(names[i][0]));
	}
}

TEST_F(names, that_are_nearly_those_of_tools)
{
	static const char * const names[] = {
		"pin", "pings", "xping", "PING", "ping.", "ping-", " ping", "ping ", "nc.", "ncx",
		"socat2", "hping4", "busybo", "ld.so", "toybox2",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_STREQ("", tool_named(names[i]));
	}
}

TEST_F(names, can_be_added_and_taken_away)
{
	EXPECT_STREQ("", tool_named("mysweep"));
	ASSERT_EQ(0, file_write(PROC("tools"), "t_sweep mysweep\n", 16));
	EXPECT_STREQ("t_sweep", tool_named("mysweep"));
	EXPECT_STREQ("t_sweep", tool_named("t_sweep"));
	ASSERT_EQ(0, file_write(PROC("tools"), "-t_sweep\n", 9));
	EXPECT_STREQ("", tool_named("mysweep"));
}

TEST_F(names, in_argv0_of_what_is_no_multicall_binary)
{
	const char *path = tool_path(&bed, "other");

	ASSERT_NE(NULL, path);
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, path, as_ping));
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, path, box_nc));
	EXPECT_EQ(0, group_find(&r, "t_id", "sid", bed.prober.pid));
}

TEST_F(names, of_applets_that_are_no_tools)
{
	char *applet[] = { "busybox", "true", "ping", "a1", "a2", "a3", NULL };

	if (access(BUSYBOX, X_OK))
		SKIP(return, "busybox is not installed");
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, BUSYBOX, applet));
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, BUSYBOX, &applet[1]));
	EXPECT_EQ(0, group_find(&r, "t_id", "sid", bed.prober.pid));
}

TEST_F(names, of_what_the_loader_runs_that_is_no_tool)
{
	char *argv[] = { "ping", "--argv0", "ping", "/bin/true", "ping", "a1", "a2", NULL };

	if (access(LOADER, X_OK))
		SKIP(return, "%s is not there", LOADER);
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, LOADER, argv));
	EXPECT_EQ(0, group_find(&r, "t_id", "sid", bed.prober.pid));
}

/* ---- behind other arguments, and what is not seen ---- */

/* Execs of the prober that were of a tool. */
static uint64_t events(void)
{
	return group_find(&r, "t_id", "sid", bed.prober.pid) == 1 ? record_u64(&r, "events") : 0;
}

/* What an applet runs that runs another, and what the arguments of that are. */
TEST_F(names, of_no_tool_that_an_applet_runs)
{
	char *argvs[][7] = {
		{ "toybox", "nice", "true", "nc", "a0", "a1", NULL },
		{ "toybox", "nice", "-n", "5", "true", "nc", NULL },
		{ "toybox", "timeout", "1", "true", "nc", "a0", NULL },
		{ "toybox", "chroot", "nc", "true", "ping", "a0", NULL },
		{ "toybox", "time", "true", "nc", "a0", "a1", NULL },
		{ "grep", "nc", "a0", "a1", "a2", "a3", NULL },
	};
	unsigned int i;

	if (access(TOYBOX, X_OK))
		SKIP(return, "toybox is not installed");
	for (i = 0; i < ARRAY_SIZE(argvs); i++)
		ASSERT_EQ(0, probe_argv(&bed.prober, 0, TOYBOX, argvs[i]));
	EXPECT_EQ(0u, events());
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, TOYBOX, toybox_nice));
	EXPECT_EQ(1u, events());
}

/* The last of these stands behind what is read of so long a command line. */
static const unsigned int lengths[] = { 480, 520, 3000, 30000, 45000 };

static char *padding(unsigned int len, const char *end)
{
	static char pad[45100];

	strcpy(memset(pad, '/', len) + len, end);
	return pad;
}

TEST_F(names, of_applets_behind_other_arguments)
{
	char *argv[] = { NULL, "nc", "a0", "a1", "a2", "a3", NULL };
	unsigned int i;

	if (access(BUSYBOX, X_OK))
		SKIP(return, "busybox is not installed");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		argv[0] = padding(lengths[i], "busybox");
		ASSERT_EQ(0, probe_argv(&bed.prober, 0, BUSYBOX, argv));
		EXPECT_EQ(lengths[i] < 32768 ? i + 1 : i, events());
	}
	EXPECT_EQ(7u, record_u64(&r, "distinct"));
}

TEST_F(names, of_what_the_loader_runs_behind_other_arguments)
{
	char *argv[] = {
		"ld.so", "--library-path", NULL, PING, "-V", "a0", "a1", "a2", NULL
	};
	unsigned int i;

	if (access(LOADER, X_OK))
		SKIP(return, "%s is not there", LOADER);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		argv[2] = padding(lengths[i], "");
		ASSERT_EQ(0, probe_argv(&bed.prober, 0, LOADER, argv));
		EXPECT_EQ(lengths[i] < 32768 ? i + 1 : i, events());
	}
}

/* Debian's has no build-id, and another name says nothing. */
TEST_F(names, of_applets_of_a_renamed_toybox)
{
	if (access(TOYBOX, X_OK))
		SKIP(return, "toybox is not installed");
	ASSERT_EQ(NULL, build_id_of(TOYBOX, NULL));
	ASSERT_EQ(0, put_copy(TOYBOX, "box"));
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, in_dir("box"), as_ping));
	EXPECT_EQ(0u, events());
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, TOYBOX, as_ping));
	EXPECT_EQ(1u, events());
}

static int exec_script(void *arg)
{
	(void)arg;
	return exec_descriptor(open_file("ping", O_RDONLY), "", plain);
}

/* The file of the exec is the interpreter; of the script, only what it was called remains. */
TEST_F(names, of_a_script_that_is_called_by_none)
{
	char script[512];

	ASSERT_EQ(0, put_text("ping", "#!/bin/sh\n:\n"));
	ASSERT_EQ(0, put_link("ping", "one"));
	ASSERT_EQ(0, session_exec(&bed, exec_script, NULL));
	EXPECT_EQ(0u, events());
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, in_dir("one"), plain));
	EXPECT_EQ(0u, events());
	strcpy(script, in_dir("ping"));
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, script, plain));
	EXPECT_EQ(1u, events());
}

/* The loader opens it, and nobody looks into what is no executable of an exec. */
TEST_F(names, of_a_known_copy_that_the_loader_runs)
{
	char pong[512];
	char *argv[] = { "ld.so", pong, "-V", "a0", "a1", "a2", NULL };

	if (access(LOADER, X_OK))
		SKIP(return, "%s is not there", LOADER);
	ASSERT_EQ(0, put_known(PING, "pong", PING_LINE));
	strcpy(pong, in_dir("pong"));
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, LOADER, argv));
	EXPECT_EQ(0u, events());
	ASSERT_EQ(0, probe_argv(&bed.prober, 0, pong, argv));
	EXPECT_EQ(1u, events());
}

/* ---- containers ---- */

FIXTURE(container) {
	struct testbed *tb;
};

FIXTURE_SETUP(container)
{
	self->tb = &bed;
	ASSERT_EQ(0, set_up());
}

FIXTURE_TEARDOWN(container)
{
	EXPECT_EQ(0, tear_down());
}

/* The numbers a container's child finds for itself: the test compares them. */
struct inside {
	uint64_t pid;
	uint64_t parent;
	uint64_t pid_ns;
	uint64_t mnt_ns;
};

static struct inside *inside;

static uint64_t inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* The pid that the namespace of @proc, a procfs, has for who asks. */
static uint64_t pid_seen_in(const char *proc)
{
	char path[256], target[32] = "";

	snprintf(path, sizeof(path), "%s/self", proc);
	return readlink(path, target, sizeof(target) - 1) > 0 ? strtoull(target, NULL, 10) : 0;
}

static int exec_inside(void *link)
{
	inside->pid = pid_seen_in("/outer");
	inside->pid_ns = inode_of("/outer/self/ns/pid");
	inside->mnt_ns = inode_of("/outer/self/ns/mnt");
	return exec_program(link, plain);
}

static int bind_into(const char *what, const char *root, const char *name)
{
	char to[600];

	snprintf(to, sizeof(to), "%s/%s", root, name);
	return mkdir(to, 0755) || mount(what, to, NULL, MS_BIND, NULL) ? -errno : 0;
}

/* First process of the container, with a root of its own that the host has no path to. */
static int be_init(void *link)
{
	const char *root = in_dir("root");
	int err;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", root, "tmpfs", 0, "mode=755"))
		return -errno;
	err = put("root/ping") ?: put_link("/ping", "root/one") ?:
	      bind_into("/proc", root, "outer") ?: bind_into("/dev", root, "dev");
	if (err)
		return err;
	/* An initramfs cannot be pivoted away from. */
	if (chdir(root) || mount(root, "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return -errno;
	inside->parent = pid_seen_in("/outer");
	return child_run(exec_inside, link);
}

static int fork_init(void *link)
{
	int fds[2], err = -EIO;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) || pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		err = be_init(link);
		_exit(write(fds[1], &err, sizeof(err)) != sizeof(err));
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = -EPIPE;
	waitpid(pid, NULL, 0);
	return err;
}

static int exec_in_container(const char *link)
{
	int err;

	inside = shared_memory(sizeof(*inside));
	if (!inside)
		return -errno;
	err = put_dir("root");
	return err ?: session_run(&bed, fork_init, (void *)link);
}

#define EXPECT_INSIDE() do {							\
	EXPECT_STREQ("ping", record_raw(&r, "tool"));				\
	EXPECT_STREQ("normal", record_raw(&r, "file"));				\
	EXPECT_LT(1u, inside->pid);						\
	EXPECT_EQ(inside->pid, record_u64(&r, "pid"));				\
	EXPECT_EQ(inside->parent, record_u64(&r, "parent_pid"));		\
	EXPECT_EQ(inside->pid_ns, record_u64(&r, "pid_ns"));			\
	EXPECT_EQ(inside->mnt_ns, record_u64(&r, "mnt_ns"));			\
	EXPECT_NE(inode_of("/proc/self/ns/pid"), record_u64(&r, "pid_ns"));	\
	EXPECT_NE(inode_of("/proc/self/ns/mnt"), record_u64(&r, "mnt_ns"));	\
} while (0)

TEST_F(container, tool_by_name)
{
	ASSERT_EQ(0, exec_in_container("/ping"));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("name", record_raw(&r, "match"));
	EXPECT_INSIDE();
}

TEST_F(container, tool_by_file)
{
	ASSERT_EQ(0, exec_in_container("/one"));
	ASSERT_EQ(1, testbed_next(&bed, &r));
	EXPECT_STREQ("file", record_raw(&r, "match"));
	EXPECT_INSIDE();
}

TEST_HARNESS_MAIN
