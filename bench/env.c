// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/env.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CPU_DIR "/sys/devices/system/cpu"

/* The first line of a file as a string; null if it cannot be read. */
static json_t *line_of(const char *path)
{
	char line[1024];

	return file_read_line(path, line, sizeof(line)) ? json_null() : json_string(line);
}

/* ---- the processor ---- */

/* The value behind "KEY :" of the first processor in /proc/cpuinfo; points into @text. */
static const char *cpuinfo_value(char *text, const char *key)
{
	char *line = strstr(text, key), *value;

	if (!line)
		return NULL;
	value = strchr(line, ':');
	if (!value)
		return NULL;
	value += 1 + (value[1] == ' ');
	return value;
}

static json_t *cpu_flags(const char *all)
{
	static const char *const wanted[] = { "clwb", "clflushopt", "clflush",
					      "erms", "fsrm",	    "hypervisor" };
	json_t *list = json_array();

	for (size_t i = 0; all && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t len = strlen(wanted[i]), line = strcspn(all, "\n");

		for (const char *p = all; p < all + line; p += strcspn(p, " \n") + 1)
			if (!strncmp(p, wanted[i], len) && strchr(" \n", p[len])) {
				json_array_append_new(list, json_string(wanted[i]));
				break;
			}
	}
	return list;
}

static json_t *describe_cpu(void)
{
	AUTO_FREE char *text = NULL;
	const char *model, *flags;

	if (file_read(AT_FDCWD, "/proc/cpuinfo", 8 << 20, &text, NULL))
		return json_null();
	model = cpuinfo_value(text, "model name");
	flags = cpuinfo_value(text, "\nflags");
	return json_pack("{s:s#, s:o, s:i, s:o, s:o}", "model", model ? model : "",
			 model ? (int)strcspn(model, "\n") : 0, "flags", cpu_flags(flags), "online",
			 (int)sysconf(_SC_NPROCESSORS_ONLN), "smt", line_of(CPU_DIR "/smt/active"),
			 "governor", line_of(CPU_DIR "/cpu0/cpufreq/scaling_governor"));
}

static json_t *describe_mitigations(void)
{
	AUTO_CLOSEDIR DIR *dir = opendir(CPU_DIR "/vulnerabilities");
	json_t *j = json_object();
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), CPU_DIR "/vulnerabilities/%s", entry->d_name);
		json_object_set_new(j, entry->d_name, line_of(path));
	}
	return j;
}

/* ---- the kernel ---- */

/*
 * Of the configuration as text: tells two builds apart. In a guest the host
 * knows it (@facts).
 */
static json_t *config_hash(const char *release, const json_t *facts)
{
	json_t *known = json_object_get(facts, "config_hash");
	char path[PATH_MAX], text[24];
	AUTO_FREE char *config = NULL;
	size_t len;

	if (known)
		return json_incref(known);
	snprintf(path, sizeof(path), "/boot/config-%s", release);
	if (file_read(AT_FDCWD, path, 16 << 20, &config, &len))
		return json_null();
	snprintf(text, sizeof(text), "%016llx",
		 (unsigned long long)hash_add(HASH_START, config, len));
	return json_string(text);
}

static json_t *describe_kernel(const json_t *facts)
{
	struct utsname name;

	uname(&name);
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "release", name.release, "version",
			 name.version, "config_hash", config_hash(name.release, facts),
			 "command_line", line_of("/proc/cmdline"), "transparent_hugepages",
			 line_of("/sys/kernel/mm/transparent_hugepage/enabled"));
}

/* Share of the CPUs' time since boot that a hypervisor gave to others; negative if not known. */
static double steal_percent(void)
{
	char line[512], *p = line + 3, *end;
	unsigned long long sum = 0, steal = 0;

	if (file_read_line("/proc/stat", line, sizeof(line)))
		return -1;
	for (int i = 0; i < 8; i++, p = end) {
		unsigned long long n = strtoull(p, &end, 10);

		if (end == p)
			return -1;
		sum += n;
		steal = n; /* the eighth */
	}
	return sum ? 100.0 * (double)steal / (double)sum : -1;
}

static json_t *describe_steal(void)
{
	double percent = steal_percent();

	return percent < 0 ? json_null() : json_real(percent);
}

json_t *env_describe(bool deterministic)
{
	json_t *facts = json_load_file(GUEST_FACTS, JSON_REJECT_DUPLICATES, NULL);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:o}", "daxbench",
			 DAXBENCH_VERSION, "kernel", describe_kernel(facts), "cpu", describe_cpu(),
			 "mitigations", describe_mitigations(), "load_average",
			 deterministic ? json_null() : line_of("/proc/loadavg"), "steal_percent",
			 deterministic ? json_null() : describe_steal(), "page_bytes",
			 (int)sysconf(_SC_PAGESIZE), "memory_bytes",
			 (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE), "emulation",
			 facts ? facts : json_null());
}

/* ---- what makes figures untrustworthy ---- */

static void __attribute__((format(printf, 2, 3))) warn(json_t *list, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(list, json_string(text));
}

static void warn_governor(json_t *list)
{
	char governor[32], path[PATH_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int slow = 0;

	for (long i = 0; i < cpus; i++) {
		snprintf(path, sizeof(path), CPU_DIR "/cpu%ld/cpufreq/scaling_governor", i);
		if (!file_read_line(path, governor, sizeof(governor)))
			slow += strcmp(governor, "performance") != 0;
	}
	if (slow)
		warn(list, "the governor is not \"performance\" on %d of %ld CPUs", slow, cpus);
}

static void warn_smt(json_t *list)
{
	char text[8];

	if (!file_read_line(CPU_DIR "/smt/active", text, sizeof(text)) && text[0] == '1')
		warn(list, "SMT is on: a sibling thread shares the core");
}

static void warn_load(json_t *list)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load;

	/* The load that we make ourselves is one. */
	if (getloadavg(&load, 1) == 1 && load > 0.5 * (double)cpus && load > 1.2)
		warn(list, "load average %.1f on %ld CPUs", load, cpus);
}

static void warn_steal(json_t *list)
{
	double percent = steal_percent();

	if (percent > 0.5)
		warn(list, "steal time since boot %.1f %%: other guests use this CPU", percent);
}

json_t *env_warnings(bool deterministic)
{
	json_t *list = json_array();

	/* One vCPU that counts: nothing of all this can be, or changes a count. */
	if (deterministic || !list)
		return list;
	warn_governor(list);
	warn_smt(list);
	warn_load(list);
	warn_steal(list);
	return list;
}

/* ---- pinning ---- */

/* CPUs of a node: "0-3,8". False if there is no such node. */
static bool cpus_of_node(int node, cpu_set_t *ret)
{
	char path[PATH_MAX], text[1024], *p = text;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist", node);
	if (node < 0 || file_read_line(path, text, sizeof(text)))
		return false;
	CPU_ZERO(ret);
	while (isdigit((unsigned char)*p)) {
		long first = strtol(p, &p, 10), last = first;

		if (*p == '-')
			last = strtol(p + 1, &p, 10);
		for (long i = first; i <= last && i < CPU_SETSIZE; i++)
			CPU_SET(i, ret);
		p += *p == ',';
	}
	return true;
}

/* Takes from @set what is not of the node. True if nothing would be left: @set stays. */
static bool restrict_to_node(int node, cpu_set_t *set)
{
	cpu_set_t of_node, both;

	if (!cpus_of_node(node, &of_node))
		return false;
	CPU_AND(&both, set, &of_node);
	if (!CPU_COUNT(&both))
		return true;
	*set = both;
	return false;
}

int env_pin(int numa_node, int *ret_cpu, bool *ret_far, struct err *e)
{
	cpu_set_t set, one;
	int cpu = CPU_SETSIZE - 1;
	bool far;

	if (sched_getaffinity(0, sizeof(set), &set))
		return err_sys(e, -errno, "CPU", "read the affinity");
	far = restrict_to_node(numa_node, &set);
	if (ret_far)
		*ret_far = far;
	while (cpu > 0 && !CPU_ISSET(cpu, &set))
		cpu--;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return err_sys(e, -errno, "CPU", "pin");
	if (ret_cpu)
		*ret_cpu = cpu;
	return 0;
}
