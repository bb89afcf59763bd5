// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench claim: the administrator's word that a device may be overwritten.
 * Everything that is known of it is shown, and its name has to be typed.
 */
#include "bench/target/claims.h"
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "lib/units.h"

#include <argp.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct claim {
	const char *device, *release;
	bool list;
};

static const struct argp_option options[] = {
	{ "list", 'l', NULL, 0, "show what is claimed", 0 },
	{ "release", 'r', "DEV", 0, "take a claim back", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct claim *c = state->input;

	switch (key) {
	case 'l':
		c->list = true;
		return 0;
	case 'r':
		c->release = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (c->device)
			argp_error(state, "one device at a time");
		c->device = arg;
		return 0;
	case ARGP_KEY_END:
		if (!c->device + !c->release + !c->list != 2)
			argp_error(state, "want a device, --list or --release DEV");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "DEV",
	.doc = "Allows daxbench to overwrite a device of this machine.",
};

/* Is what was claimed still there? A claim of another device is refused when it is used. */
static void print_claim(const json_t *claim)
{
	const char *path = json_string_value(json_object_get(claim, "path"));
	json_int_t bytes = json_integer_value(json_object_get(claim, "size_bytes"));
	struct guard_identity id;
	char size[32];
	struct err e;
	int r = guard_identify(path, &id, &e);

	if (!r)
		r = claims_check(CLAIMS_FILE, &id, &e);
	printf("%s  %s  %s\n", path, units_format_size((uint64_t)bytes, size, sizeof(size)),
	       r ? e.what : "claimed");
}

static int list_claims(struct err *e)
{
	json_t *list, *claim;
	size_t i;
	int r = claims_load(CLAIMS_FILE, &list, e);

	if (r)
		return r;
	json_array_foreach(list, i, claim)
		print_claim(claim);
	if (!i)
		puts("no device is claimed");
	json_decref(list);
	return 0;
}

/* A device that is gone has no canonical name any more: then it is taken as typed. */
static int release(const char *device, struct err *e)
{
	struct guard_identity id;

	return claims_remove(CLAIMS_FILE, guard_identify(device, &id, NULL) ? device : id.path, e);
}

static void show_row(const char *name, const char *text)
{
	if (text[0])
		printf("%-12s%s\n", name, text);
}

static void show_rule(void *data, const char *question, const char *answer)
{
	(void)data;
	show_row(question, answer);
}

static void show(const struct guard_identity *id)
{
	char size[32];

	show_row("device", id->path);
	show_row("kind", id->character ? "device-dax" : "block device");
	show_row("model", id->model);
	show_row("size", units_format_size(id->size, size, sizeof(size)));
	show_row("region", id->region);
	show_row("name", id->name);
	show_row("uuid", id->uuid);
	show_row("serial", id->serial);
	guard_survey(id, show_rule, NULL);
}

/* The name, typed: nothing else is a yes. */
static int ask(const struct guard_identity *id, struct err *e)
{
	char line[256];

	printf("Everything on it will be lost. Type %s to claim it: ", id->path);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (!isatty(STDIN_FILENO))
		putchar('\n');
	if (!strcmp(line, id->path))
		return 0;
	return err_set(e, -EINVAL, id->path, "is not claimed: its name was not typed");
}

static int claim_device(const char *device, struct err *e)
{
	struct guard_identity id;
	int r = guard_identify(device, &id, e);

	if (r)
		return r;
	if (geteuid()) {
		err_set(e, -EPERM, id.path, "only root can claim a device");
		return err_hint(e, "sudo daxbench claim %s", id.path);
	}
	show(&id);
	r = guard_check_unused(&id, e);
	if (!r)
		r = ask(&id, e);
	if (!r)
		r = claims_add(CLAIMS_FILE, &id, e);
	if (!r)
		printf("%s is claimed; daxbench claim --release %s takes it back\n", id.path,
		       id.path);
	return r;
}

int cmd_claim(int argc, char **argv)
{
	struct claim c = { 0 };
	struct err e;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	if (c.list)
		r = list_claims(&e);
	else if (c.release)
		r = release(c.release, &e);
	else
		r = claim_device(c.device, &e);
	if (r) {
		say_error(&e);
		return say_exit_code(&e);
	}
	return EXIT_OK;
}
