// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/ace.h"
#include "checker/gen/ace_cover.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- numbers: the steps are digits, the first the highest ---- */

static uint64_t n_steps(void)
{
	size_t n;

	ace_acts(&n);
	return n * ACE_PERSISTS;
}

uint64_t ace_number(const struct ace_case *c)
{
	uint64_t number = 0;

	for (unsigned int i = 0; i < c->length; i++)
		number = number * n_steps() + c->step[i].act * (uint64_t)ACE_PERSISTS +
			 c->step[i].persist;
	return number + 1;
}

bool ace_from_number(unsigned int length, uint64_t number, struct ace_case *ret)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);
	uint64_t rest = number - 1;

	if (!number || !length || length > ACE_MAX_LENGTH)
		return false;
	*ret = (struct ace_case){ .length = length };
	for (unsigned int i = length; i-- > 0; rest /= n_steps()) {
		ret->step[i].act = (uint16_t)(rest % n_steps() / ACE_PERSISTS);
		ret->step[i].persist = (uint16_t)(rest % ACE_PERSISTS);
		if (!ace_persist_fits(&acts[ret->step[i].act],
				      (enum ace_persist)ret->step[i].persist, i == length - 1))
			return false;
	}
	return !rest;
}

uint64_t ace_case_of_name(const char *name)
{
	uint64_t number = 0;
	size_t digits;

	if (name[0] != 'c')
		return 0;
	digits = strspn(name + 1, "0123456789");
	if (!digits || digits > 15 || name[1 + digits] != '-')
		return 0;
	for (size_t i = 1; i <= digits; i++)
		number = 10 * number + (uint64_t)(name[i] - '0');
	return number;
}

/* ---- counting ---- */

/* In how many ways can @a be made durable? */
static uint64_t count_persists(const struct ace_act *a, bool last, unsigned int features)
{
	uint64_t n = 0;

	for (unsigned int p = 0; p < ACE_PERSISTS; p++)
		n += ace_persist_fits(a, (enum ace_persist)p, last) &&
		     !(ace_step_needs(a, (enum ace_persist)p) & ~features);
	return n;
}

/*
 * Whether a case is refused depends on its acts, not on what makes them durable: so acts
 * are tried with what fits all of them, and the rest is multiplied.
 */
static int count_from(struct ace_case *c, unsigned int at, uint64_t ways, unsigned int features,
		      uint64_t *ret)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);
	bool last = at == c->length - 1;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		uint64_t more = ways * count_persists(&acts[i], last, features);

		c->step[at] = (struct ace_step){ (uint16_t)i, ACE_SYNCFS };
		if (!more)
			continue;
		if (!last) {
			r = count_from(c, at + 1, more, features, ret);
			continue;
		}
		r = ace_case_make(NULL, c, 1, features);
		*ret += r == ACE_MADE ? more : 0;
	}
	return r < 0 ? r : 0;
}

int ace_count(unsigned int length, unsigned int features, uint64_t *ret, struct err *e)
{
	struct ace_case c = { .length = length };
	uint64_t count = 0;
	int r;

	if (!length || length > ACE_MAX_LENGTH)
		return err_set(e, -EINVAL, "ace", "length %u: want 1 or 2", length);
	r = count_from(&c, 0, 1, features, &count);
	if (r)
		return err_sys(e, r, "ace", "count the cases");
	*ret = count;
	return 0;
}

/* ---- lists ---- */

unsigned int ace_shards(unsigned int length)
{
	return length == 1 ? 4 : 8;
}

/* All that are made of length 1, or the cover of length 2; the caller frees *@ret. */
static int choose_cases(const struct ace_options *o, struct ace_case **ret, size_t *ret_n,
			struct err *e)
{
	struct ace_cover cover;
	int r;

	if (o->length == 1)
		return ace_all_steps(o->features, ret, ret_n, e);
	r = ace_cover_make(&cover, o->seed, o->features, e);
	if (r)
		return r;
	*ret = cover.cases;
	*ret_n = cover.n;
	return 0;
}

static int add_case(struct oplist *list, const struct ace_case *c, unsigned int features,
		    struct err *e)
{
	uint64_t number = ace_number(c);
	int r = ace_case_make(list, c, number, features);

	if (r == ACE_REFUSED)
		return err_set(e, -EINVAL, "ace",
			       "case %" PRIu64 " is not possible on this file system", number);
	return r ? err_sys(e, r, "ace", "make a case") : 0;
}

static int add_cases(struct oplist *list, const struct ace_options *o, struct err *e)
{
	AUTO_FREE struct ace_case *cases = NULL;
	size_t n = 0;
	int r = choose_cases(o, &cases, &n, e);

	for (size_t i = o->shard - 1; !r && i < n; i += o->of)
		r = add_case(list, &cases[i], o->features, e);
	return r;
}

static int add_one(struct oplist *list, const struct ace_options *o, struct err *e)
{
	struct ace_case c;

	if (!ace_from_number(o->length, o->number, &c))
		return err_set(e, -EINVAL, "ace", "there is no case %" PRIu64 " of length %u",
			       o->number, o->length);
	return add_case(list, &c, o->features, e);
}

static int check_size(const struct oplist *list, struct err *e)
{
	size_t handles = 0;

	for (size_t i = 0; i < list->n; i++)
		handles += list->op[i].op == DX_OP_OPEN || list->op[i].op == DX_OP_MAP;
	if (list->n <= ACE_MAX_OPS && handles <= ACE_MAX_HANDLES)
		return 0;
	err_set(e, -E2BIG, "ace", "%zu operations that open or map %zu times: no log holds that",
		list->n, handles);
	return err_hint(e, "divide it into more lists: of=%d", ACE_MAX_SHARDS);
}

int ace_make(struct oplist *ret, const struct ace_options *o, struct err *e)
{
	struct oplist list = { 0 };
	int r;

	if (!o->length || o->length > ACE_MAX_LENGTH)
		return err_set(e, -EINVAL, "ace", "length %u: want 1 or 2", o->length);
	if (!o->shard || o->shard > o->of || o->of > ACE_MAX_SHARDS)
		return err_set(e, -EINVAL, "ace", "shard %u of %u: want 1 to %u", o->shard, o->of,
			       o->of);
	r = o->number ? add_one(&list, o, e) : add_cases(&list, o, e);
	if (!r)
		r = check_size(&list, e);
	if (r)
		oplist_release(&list);
	else
		*ret = list;
	return r;
}

/* ---- what of it was run ---- */

static void see_case(struct ace_seen *s, const struct ace_case *c)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);
	unsigned int values[ACE_MAX_LENGTH][ACE_STEP_VALUES], counts[ACE_MAX_LENGTH] = { 0 };

	s->cases++;
	for (unsigned int i = 0; i < c->length; i++) {
		const struct ace_act *a = &acts[c->step[i].act];
		enum ace_persist p = (enum ace_persist)c->step[i].persist;

		s->features |= ace_step_needs(a, p);
		counts[i] = ace_step_values(a, p, values[i]);
	}
	for (unsigned int i = 0; i < counts[0]; i++)
		for (unsigned int j = 0; j < counts[1]; j++)
			s->pair[values[0][i]][values[1][j]] = true;
}

void ace_seen_add(struct ace_seen *s, unsigned int length, const struct oplist *list)
{
	uint64_t last = 0;

	s->length = length;
	s->lists++;
	s->operations += list->n;
	for (size_t i = 0; i < list->n; i++) {
		const char *name = list->op[i].text[0];
		uint64_t number = name ? ace_case_of_name(name) : 0;
		struct ace_case c;

		/* The operations of a case stand together. */
		if (!number || number == last || !ace_from_number(length, number, &c))
			continue;
		last = number;
		see_case(s, &c);
	}
}
