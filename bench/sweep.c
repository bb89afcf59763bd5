// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/sweep.h"
#include "lib/cleanup.h"
#include "lib/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being read, for the errors, and what has come of it. */
struct sweep {
	const char *workload;
	const struct dx_param *param;
	uint64_t *values;
	size_t n;
};

static bool in_bytes(const struct dx_param *p)
{
	return !strcmp(p->unit, "bytes");
}

static void format_value(const struct dx_param *p, uint64_t value, char *buf, size_t len)
{
	if (in_bytes(p))
		units_format_size(value, buf, len);
	else
		snprintf(buf, len, "%llu", (unsigned long long)value);
}

static int parse_value(const struct sweep *s, const char *text, uint64_t *ret, struct err *e)
{
	const struct dx_param *p = s->param;
	int r = in_bytes(p) ? units_parse_size(text, ret) : units_parse_count(text, ret);
	char min[32], max[32];

	if (!r && *ret >= p->min && *ret <= p->max)
		return 0;
	format_value(p, p->min, min, sizeof(min));
	format_value(p, p->max, max, sizeof(max));
	err_set(e, -EINVAL, s->workload, "%s=%s: %s", p->name, text,
		r == -EINVAL ? "is not a number" : "is out of range");
	return err_hint(e, "want %s to %s %s", min, max, p->unit);
}

static int add_value(struct sweep *s, uint64_t value, struct err *e)
{
	if (s->n == SWEEP_MAX) {
		err_set(e, -EINVAL, s->workload, "%s: more than %d values", s->param->name,
			SWEEP_MAX);
		return err_hint(e, "take larger steps, or multiply: 1..100000*10");
	}
	s->values[s->n++] = value;
	return 0;
}

/* ---- ranges ---- */

/* From one value to the next: times @step, or plus it. */
struct step {
	bool times;
	uint64_t step;
};

/* What follows the end of a range, "*10" or "+4K"; "" is "+1". */
static int parse_step(const struct sweep *s, const char *text, struct step *ret, struct err *e)
{
	const struct dx_param *p = s->param;
	int r = 0;

	ret->times = text[0] == '*';
	ret->step = 1;
	if (text[0])
		r = in_bytes(p) && !ret->times ? units_parse_size(text + 1, &ret->step)
					       : units_parse_count(text + 1, &ret->step);
	if (r) {
		err_set(e, -EINVAL, s->workload, "%s: \"%s\" is no step", p->name, text);
		return err_hint(e, "want FROM..TO*FACTOR or FROM..TO+STEP, such as 1..100000*10");
	}
	if (ret->step >= (ret->times ? 2 : 1))
		return 0;
	err_set(e, -EINVAL, s->workload, "%s: \"%s\" gets nowhere", p->name, text);
	return err_hint(e, ret->times ? "want a factor of 2 or more" : "want a step of 1 or more");
}

static bool take_step(const struct step *step, uint64_t *value)
{
	return step->times ? !__builtin_mul_overflow(*value, step->step, value)
			   : !__builtin_add_overflow(*value, step->step, value);
}

/* From 0 no factor leads on. */
static int check_ends(const struct sweep *s, uint64_t from, uint64_t to, const struct step *step,
		      struct err *e)
{
	char a[32], b[32];

	format_value(s->param, from, a, sizeof(a));
	format_value(s->param, to, b, sizeof(b));
	if (from > to) {
		err_set(e, -EINVAL, s->workload, "%s: %s..%s ends before it begins", s->param->name,
			a, b);
		return err_hint(e, "the smaller one comes first: %s..%s", b, a);
	}
	if (!from && step->times) {
		err_set(e, -EINVAL, s->workload, "%s: 0 times %llu is 0 again", s->param->name,
			(unsigned long long)step->step);
		return err_hint(e, "begin with 1, or add: 0..%s+1; 0/1..%s*%llu has the 0 too", b,
				b, (unsigned long long)step->step);
	}
	return 0;
}

/* "FROM..TO*FACTOR", cut up at @dots, which is in @text. */
static int add_range(struct sweep *s, char *text, char *dots, struct err *e)
{
	char *last = dots + strlen(".."), *sign = last + strcspn(last, "*+");
	uint64_t from = 0, to = 0;
	struct step step;
	int r = parse_step(s, sign, &step, e);

	*dots = *sign = '\0';
	if (!r)
		r = parse_value(s, text, &from, e);
	if (!r)
		r = parse_value(s, last, &to, e);
	if (!r)
		r = check_ends(s, from, to, &step, e);
	for (uint64_t value = from; !r && value <= to;) {
		r = add_value(s, value, e);
		if (!take_step(&step, &value))
			break;
	}
	return r;
}

static int add_part(struct sweep *s, char *text, struct err *e)
{
	char *dots = strstr(text, "..");
	uint64_t value;
	int r;

	if (dots)
		return add_range(s, text, dots, e);
	r = parse_value(s, text, &value, e);
	return r ? r : add_value(s, value, e);
}

static int parse_parts(struct sweep *s, char *text, struct err *e)
{
	char *part;
	int r = 0;

	while (!r && (part = strsep(&text, "/")))
		r = add_part(s, part, e);
	return r;
}

int sweep_parse(const char *workload, const struct dx_param *p, const char *text, uint64_t **ret,
		size_t *ret_n, struct err *e)
{
	AUTO_FREE char *copy = strdup(text);
	AUTO_FREE uint64_t *values = calloc(SWEEP_MAX, sizeof(*values));
	struct sweep s = { .workload = workload, .param = p, .values = values };
	int r;

	if (!copy || !values)
		return err_sys(e, -ENOMEM, workload, "read its parameters");
	r = parse_parts(&s, copy, e);
	if (r)
		return r;
	*ret = steal_ptr(values);
	*ret_n = s.n;
	return 0;
}
