// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench probe: what there is, what would be used, and why. */
#include "bench/cmd/command.h"
#include "bench/probe.h"
#include "bench/cmd/say.h"
#include "lib/units.h"

#include <argp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define COLUMNS	     80
#define NAME_COLUMNS 12

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "as JSON", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key == 'j') {
		*(bool *)state->input = true;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "%s: takes no argument", arg);
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Shows what this machine has, what would be used, and why.",
};

static const char *text(const json_t *object, const char *member)
{
	const char *value = json_string_value(json_object_get(object, member));

	return value ? value : "";
}

static const char *size(const json_t *object, const char *member, char *buf, size_t len)
{
	return units_format_size((uint64_t)json_integer_value(json_object_get(object, member)), buf,
				 len);
}

/* One row, folded at blanks so that it fits 80 columns. */
static void __attribute__((format(printf, 2, 3))) row(const char *name, const char *fmt, ...)
{
	const int room = COLUMNS - NAME_COLUMNS;
	char line[2048], *p = line;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	do {
		int len = (int)strlen(p), cut = len;

		if (len > room)
			for (cut = room; cut && p[cut] != ' '; cut--)
				;
		if (!cut) /* a word that is longer than the line: a path */
			cut = (int)strcspn(p, " ");
		printf("%-*s%.*s\n", NAME_COLUMNS, name, cut, p);
		p += cut + (p[cut] == ' ');
		name = "";
	} while (*p);
}

static void print_namespace(const json_t *ns)
{
	const json_t *cache = json_object_get(ns, "write_cache");
	char bytes[32], align[32];

	row("  namespace", "%s, %s, %s, %s, align %s, write cache %s", text(ns, "namespace"),
	    text(ns, "node"), text(ns, "mode"), size(ns, "size_bytes", bytes, sizeof(bytes)),
	    size(ns, "align_bytes", align, sizeof(align)),
	    json_is_null(cache)	  ? "unknown"
	    : json_is_true(cache) ? "on"
				  : "off");
}

static void print_regions(const json_t *regions)
{
	const json_t *region, *ns;
	char bytes[32];
	size_t i, k;

	json_array_foreach(regions, i, region) {
		row("region", "%s, %s, NUMA node %d, persistence domain %s, bad sectors %lld",
		    text(region, "region"), size(region, "size_bytes", bytes, sizeof(bytes)),
		    (int)json_integer_value(json_object_get(region, "numa_node")),
		    text(region, "persistence_domain"),
		    (long long)json_integer_value(json_object_get(region, "badblocks_sectors")));
		json_array_foreach(json_object_get(region, "namespaces"), k, ns)
			print_namespace(ns);
	}
	if (!i)
		row("regions", "none");
}

static void print_file_systems(const json_t *probe)
{
	const json_t *item, *dax;
	size_t i;

	json_array_foreach(json_object_get(probe, "filesystems"), i, item)
		row(i ? "" : "fs", "%s: %s%s%s%s", text(item, "fs"), text(item, "why"),
		    text(item, "driver")[0] ? ", driver " : "", text(item, "driver"),
		    json_is_false(json_object_get(item, "dax")) ? ", without DAX" : "");
	json_array_foreach(json_object_get(probe, "mounts"), i, item) {
		dax = json_object_get(item, "dax");
		row("mount", "%s: %s on %s, %s", text(item, "dir"), text(item, "fs"),
		    text(item, "device"),
		    json_is_null(dax)	? "each file says itself whether it is DAX"
		    : json_is_true(dax) ? "files are DAX"
					: "files are not DAX");
	}
}

static void print_claims(const json_t *claims)
{
	const json_t *claim;
	size_t i;

	json_array_foreach(claims, i, claim)
		row("claimed", "%s", text(claim, "path"));
	if (json_is_null(claims))
		row("claimed", "only root can tell");
}

static void print_emulator(const json_t *probe)
{
	const json_t *qemu = json_object_get(probe, "qemu"), *kernel;
	const json_t *kernels = json_object_get(probe, "guest_kernels");
	const char *flush = text(json_object_get(probe, "cpu"), "flush");
	size_t i;

	row("cpu", "flushes with %s", flush[0] ? flush : "something unknown");
	row("kvm", "%s", text(json_object_get(probe, "kvm"), "why"));
	if (text(qemu, "path")[0])
		row("qemu", "%s, %s", text(qemu, "version"), text(qemu, "path"));
	row(text(qemu, "path")[0] ? "" : "qemu", "%s", text(qemu, "why"));
	printf("%-*s", NAME_COLUMNS, "kernels");
	json_array_foreach(kernels, i, kernel)
		printf("%s%s", i ? ", " : "", json_string_value(kernel));
	puts(i ? "" : "none");
}

static void print_conclusion(const json_t *probe)
{
	const json_t *choice = json_object_get(probe, "choice"), *item;
	size_t i;

	json_array_foreach(json_object_get(probe, "missing"), i, item)
		row("missing", "%s (%s): %s", text(item, "what"), text(item, "why"),
		    text(item, "package"));
	row("will use", "%s: %s",
	    strcmp(text(choice, "target"), "emulate") ? text(choice, "object")
						      : "a guest with emulated NVDIMMs",
	    text(choice, "why"));
}

int cmd_probe(int argc, char **argv)
{
	bool as_json = false;
	struct err e;
	json_t *probe;

	argp_parse(&argp, argc, argv, 0, NULL, &as_json);
	if (probe_machine(&probe, &e)) {
		say_error(&e);
		return EXIT_NO_RUN;
	}
	if (as_json) {
		say_json(probe);
	} else {
		print_regions(json_object_get(probe, "regions"));
		print_file_systems(probe);
		print_claims(json_object_get(probe, "claims"));
		print_emulator(probe);
		print_conclusion(probe);
	}
	json_decref(probe);
	return EXIT_OK;
}
