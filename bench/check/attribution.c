// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/attribution.h"
#include "checker/names/frames.h"
#include "checker/names/lineinfo.h"
#include "checker/names/mapped.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

struct attribution {
	struct symbols *symbols; /* NULL: none */
	struct lineinfo *lines;	 /* NULL: no debug information */
	struct mapped *mapped;	 /* NULL: not known, or the program is our own */
	uint64_t text;
};

int attribution_open(struct attribution **ret, const char *kallsyms, uint64_t text,
		     const char *maps, struct err *e)
{
	struct attribution *a = calloc(1, sizeof(*a));
	struct err unknown;

	if (!a)
		return err_sys(e, -ENOMEM, "attribution", "begin");
	/* A report with numbers is worth more than none. */
	if (kallsyms && symbols_open(&a->symbols, kallsyms, &unknown))
		a->symbols = NULL;
	if (text && lineinfo_open(&a->lines, SELF, &unknown))
		a->lines = NULL;
	if (maps && mapped_open(&a->mapped, maps, &unknown))
		a->mapped = NULL;
	a->text = text;
	*ret = a;
	return 0;
}

void attribution_close(struct attribution *a)
{
	if (!a)
		return;
	symbols_close(a->symbols);
	lineinfo_close(a->lines);
	mapped_close(a->mapped);
	free(a);
}

static json_t *frame_to_json(const struct frame *f)
{
	char text[600];

	symbols_format(f->symbol, f->addr, text, sizeof(text));
	return json_sprintf("%s%s", f->link == FRAME_GUESSED ? "? " : "", text);
}

static void describe_kernel(const struct attribution *a, const struct linecheck *lc,
			    const struct linecheck_site *site, json_t *j)
{
	const struct dx_trace_frame *candidates;
	json_t *stack = json_array();
	struct frames frames;
	char origin[64] = "";
	size_t n = 0;

	candidates = linecheck_stack(lc, site->stack, &n);
	if (a->symbols) {
		frames_find(a->symbols, site->ip, candidates, n, &frames);
		for (size_t i = 0; i < frames.n; i++)
			json_array_append_new(stack, frame_to_json(&frames.frame[i]));
		frames_origin(&frames, origin, sizeof(origin));
	}
	json_object_set_new(j, "where",
			    a->symbols ? frame_to_json(frames_actor(&frames))
				       : json_sprintf("%#" PRIx64, site->ip));
	json_object_set_new(j, "entry", json_string(origin));
	json_object_set_new(j, "stack", stack);
}

static json_t *place_to_json(const struct lineinfo_place *place)
{
	return json_sprintf("%s:%d %s()", place->file, place->line, place->function);
}

json_t *attribution_where(const struct attribution *a, uint64_t ip)
{
	struct lineinfo_place place;
	char text[600];

	if (a->mapped)
		return json_string(mapped_describe(a->mapped, ip, text, sizeof(text)));
	if (a->lines && !lineinfo_find(a->lines, ip, a->text, "workloads/", &place))
		return place_to_json(&place);
	return json_sprintf("%#" PRIx64, ip);
}

static void describe_program(const struct attribution *a, const struct linecheck_site *site,
			     json_t *j)
{
	struct lineinfo_place chain[LINEINFO_MAX];
	json_t *stack = json_array();
	size_t n = a->lines ? lineinfo_chain(a->lines, site->ip, a->text, chain) : 0;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(stack, place_to_json(&chain[i]));
	json_object_set_new(j, "where", attribution_where(a, site->ip));
	json_object_set_new(j, "entry", json_string(""));
	json_object_set_new(j, "stack", stack);
}

static bool is_kernel(const struct linecheck_site *site)
{
	return site->ip >> 63;
}

json_t *attribution_describe(const struct attribution *a, const struct linecheck *lc,
			     const struct linecheck_site *site)
{
	json_t *j;

	if (site->seq == CONTENT_NEVER)
		return json_null();
	j = json_pack("{s:I, s:o, s:s}", "event", (json_int_t)site->seq, "ip",
		      json_sprintf("%#" PRIx64, site->ip), "by",
		      is_kernel(site) ? "kernel" : "program");
	if (is_kernel(site))
		describe_kernel(a, lc, site, j);
	else
		describe_program(a, site, j);
	return j;
}
