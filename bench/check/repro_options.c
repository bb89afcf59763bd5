// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/repro.h"

#include "lib/units.h"

#include <inttypes.h>

static void add(json_t *words, const char *option, const char *value)
{
	json_array_append_new(words, json_string(option));
	json_array_append_new(words, json_string(value));
}

static void add_number(json_t *words, const char *option, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	add(words, option, text);
}

json_t *repro_options(const struct repro_run *run, const char *fs, uint64_t seed)
{
	const struct session *s = run->session;
	json_t *words = json_array();

	if (fs[0] && target_kind_named(fs) == TARGET_FS)
		add(words, "--fs", fs);
	add(words, "--kernel", run->kernel);
	if (s->modules)
		add(words, "--modules", s->modules);
	add_number(words, "--seed", seed);
	add(words, "--rules", persist_mode_names[run->rules]);
	add(words, "--write-cache", s->no_write_cache ? "off" : "on");
	if (s->no_barriers)
		add(words, "--barriers", "off");
	add(words, "--flush", session_flush_name(s));
	add(words, "--persistence", s->cpu_cache_persists ? "cpu" : "mem-ctrl");
	if (s->layer)
		add(words, "--layer", layer_name(s->layer));
	if (s->nvdimm_bytes) {
		char size[32];

		add(words, "--nvdimm-size", units_format_size(s->nvdimm_bytes, size, sizeof(size)));
	}
	for (size_t i = 0; s->sysfs[i]; i++)
		add(words, "--sysfs", s->sysfs[i]);
	if (s->cpus)
		add_number(words, "--cpus", s->cpus);
	return words;
}
