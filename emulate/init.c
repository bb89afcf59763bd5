// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of the guest: a static program of its own.
 *
 * Mounts what a program expects, loads the modules that the image lists, finds
 * the ports, says hello, runs the command of the job and reports its status.
 * It decides nothing: the host's verdict comes from the frames that it gets,
 * and no exit record is a verdict too. Whatever happens the machine ends.
 */
#include "emulate/frame.h"
#include "emulate/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 256

static int results = -1; /* the port; -1 before it is found */

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

/* Tells the host why nothing runs, as far as it can be told, and ends the machine. */
static void __attribute__((noreturn)) give_up(const char *what, const char *object)
{
	char line[256];

	snprintf(line, sizeof(line), "%s: %s: %s", object, what, strerror(errno));
	fprintf(stderr, "daxbench-init: %s\n", line);
	if (results >= 0 && frame_write(results, FRAME_ERROR, NULL, line, strlen(line)))
		fprintf(stderr, "daxbench-init: the host cannot be told\n");
	power_off();
}

static void mount_all(void)
{
	static const struct {
		const char *type, *dir;
	} mounts[] = {
		{ "proc", "/proc" },	{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" }, { "tracefs", "/sys/kernel/tracing" },
		{ "tmpfs", "/tmp" },	{ "tmpfs", "/run" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) &&
		    errno != EBUSY && strcmp(mounts[i].type, "tracefs") != 0)
			give_up("mount", mounts[i].dir);
	}
}

/* In the order of the list. What is built in or loaded already is no error. */
static void load_modules(void)
{
	FILE *list = fopen(GUEST_MODULES, "r");
	char path[256];

	while (list && fgets(path, sizeof(path), list)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			fprintf(stderr, "daxbench-init: %s: load: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	if (list)
		fclose(list);
}

/* Opens the virtio port @name; its node is found by name, there is no udev. -1: not there. */
static int open_port(const char *name, char *ret_node, size_t len)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	int fd = -1;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		char path[300], text[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(text, sizeof(text), f))
			text[strcspn(text, "\n")] = '\0';
		fclose(f);
		if (strcmp(text, name) != 0)
			continue;
		snprintf(ret_node, len, "/dev/%s", entry->d_name);
		fd = open(ret_node, O_WRONLY | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	return fd;
}

static void say_hello(void)
{
	struct utsname name;

	uname(&name);
	frame_write(results, FRAME_HELLO, NULL, name.release, strlen(name.release));
}

/* Words of the job. The text stays allocated: argv points into it. */
static void read_argv(char *argv[])
{
	static char text[65536];
	int fd = open(GUEST_ARGV, O_RDONLY | O_CLOEXEC), n = 0;
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (len <= 0)
		give_up("read", GUEST_ARGV);
	close(fd);
	for (char *p = text; p < text + len && n < MAX_ARGS - 1; p += strlen(p) + 1)
		argv[n++] = p;
	argv[n] = NULL;
}

/* A controlling terminal of the size that the host's has. */
static int open_terminal(void)
{
	struct winsize size = { 0 };
	FILE *f = fopen(GUEST_INTERACTIVE, "r");
	int fd = open("/dev/ttyS0", O_RDWR);

	if (f && fscanf(f, "%hu %hu", &size.ws_row, &size.ws_col) == 2)
		ioctl(fd, TIOCSWINSZ, &size);
	if (f)
		fclose(f);
	ioctl(fd, TIOCSCTTY, 1);
	return fd;
}

static void __attribute__((noreturn)) become(char *argv[], int out, int err)
{
	static char *const environment[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					     (char *)"HOME=/",
					     (char *)"TERM=linux",
					     (char *)"LC_ALL=C",
					     (char *)"TZ=UTC0",
					     NULL };
	int in;

	setsid();
	if (!access(GUEST_INTERACTIVE, F_OK))
		in = out = err = open_terminal();
	else
		in = open("/dev/null", O_RDWR);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	environ = (char **)environment;
	execvp(argv[0], argv);
	fprintf(stderr, "daxbench-init: %s: execute: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Waits for @command, and for every orphan that comes to PID 1 meanwhile. */
static int wait_for(pid_t command)
{
	int status;

	for (;;) {
		pid_t pid = wait(&status);

		if (pid < 0 && errno == ECHILD)
			return 127;
		if (pid == command)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

/* What the command left running would keep the port and the file systems busy. */
static void end_others(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "daxbench-init: %s: write: %s\n", path, strerror(errno));
	close(fd);
}

int main(void)
{
	static char *argv[MAX_ARGS];
	char node[64], status[16];
	int out, err;
	pid_t pid;

	mount_all();
	load_modules();
	results = open_port("res", node, sizeof(node));
	if (results < 0)
		give_up("open", "results port");
	if (symlink(node, GUEST_RESULTS))
		give_up("symlink", GUEST_RESULTS);
	out = open_port("out", node, sizeof(node));
	err = open_port("err", node, sizeof(node));
	if (out < 0 || err < 0)
		give_up("open", "output ports");
	say_hello();
	if (!access(GUEST_DETERMINISTIC, F_OK))
		write_text("/proc/sys/kernel/randomize_va_space", "0");
	read_argv(argv);
	/* The port is given back: a port opens once at a time, and daxbench sends frames too. */
	close(results);
	results = -1;
	pid = fork();
	if (pid < 0)
		give_up("fork", argv[0]);
	if (!pid)
		become(argv, out, err);
	snprintf(status, sizeof(status), "%d", wait_for(pid));
	end_others();
	results = open_port("res", node, sizeof(node));
	if (frame_write(results, FRAME_EXIT, NULL, status, strlen(status)))
		give_up("tell the host", "exit status");
	power_off();
}
