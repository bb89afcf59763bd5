// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench new: a commented workload to start from, which runs as it is. */
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "bench/select.h"
#include "lib/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* @NAME@ is the workload's name, @IDENT@ the same with _ for -. */
static const char template[] =
	"// SPDX-License-Identifier: GPL-2.0-or-later\n"
	"/* What this measures, and what a reader should know before believing it. */\n"
	"#include \"daxbench/workload.h\"\n"
	"\n"
	"/* Everything that lives from prepare() to finish(): zeroed before each sample. */\n"
	"struct state {\n"
	"\tstruct dx_file file;\n"
	"\tstruct dx_map map;\n"
	"};\n"
	"\n"
	"/* Untimed, before each sample: makes true what run() needs for @n operations. */\n"
	"static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)\n"
	"{\n"
	"\tstruct state *s = dx_priv(dx);\n"
	"\tint r = dx_open(w, &s->file, \"file\", O_RDWR | O_CREAT | O_TRUNC);\n"
	"\n"
	"\tif (!r)\n"
	"\t\tr = dx_truncate(w, &s->file, n * DX_PAGE);\n"
	"\tif (!r)\n"
	"\t\tr = dx_fsync(w, &s->file); /* or run() would pay for the file's creation */\n"
	"\tif (!r)\n"
	"\t\tr = dx_map(w, &s->map, &s->file, 0, n * DX_PAGE,\n"
	"\t\t\t   DX_MAP_READ | DX_MAP_WRITE | DX_MAP_PTE);\n"
	"\treturn r;\n"
	"}\n"
	"\n"
	"/* Timed: exactly @n operations and nothing else. The harness chooses what is stored. */\n"
	"static int run(struct dx *dx, struct dx_worker *w, uint64_t n)\n"
	"{\n"
	"\tstruct state *s = dx_priv(dx);\n"
	"\n"
	"\tfor (uint64_t i = 0; i < n; i++)\n"
	"\t\tdx_store64(w, &s->map, i * DX_PAGE);\n"
	"\treturn 0;\n"
	"}\n"
	"\n"
	"/* Untimed, after each sample, also after a prepare() that failed half way. */\n"
	"static void finish(struct dx *dx, struct dx_worker *w)\n"
	"{\n"
	"\tstruct state *s = dx_priv(dx);\n"
	"\n"
	"\tdx_unmap(w, &s->map);\n"
	"\tif (s->file.id)\n"
	"\t\tdx_truncate(w, &s->file, 0); /* XFS frees an unlinked file's blocks later */\n"
	"\tdx_close(w, &s->file);\n"
	"\tdx_unlink(w, \"file\");\n"
	"}\n"
	"\n"
	"/* What the kernel's DAX code does in run(): the proof. DX_ANY where it is not known. */\n"
	"static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)\n"
	"{\n"
	"\t(void)dx;\n"
	"\tc->pte_faults = (int64_t)n;\n"
	"\tc->pmd_faults = 0;\n"
	"}\n"
	"\n"
	"DX_WORKLOAD(@IDENT@) = {\n"
	"\t.name = \"@NAME@\",\n"
	"\t.title = \"What happens, in the field's terms\",\n"
	"\t.op = \"store\",\n"
	"\t.groups = \"mine\",\n"
	"\t.needs = DX_NEED_DAX,\n"
	"\t.max_ops = 1024, /* the space that they need */\n"
	"\t.priv_size = sizeof(struct state),\n"
	"\t.prepare = prepare,\n"
	"\t.run = run,\n"
	"\t.finish = finish,\n"
	"\t.expect = expect,\n"
	"};\n";

static int check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len && len < 64 && islower((unsigned char)name[0]) &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
		return 0;
	err_set(e, -EINVAL, name, "is no name for a workload");
	return err_hint(e, "want lower-case letters, digits and -, such as pte-store-twice");
}

static char *fill_in(const char *name, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	for (const char *p = template; out && *p; p++) {
		bool ident = !strncmp(p, "@IDENT@", 7);

		if (!ident && strncmp(p, "@NAME@", 6) != 0) {
			fputc(*p, out);
			continue;
		}
		for (const char *c = name; *c; c++)
			fputc(ident && *c == '-' ? '_' : *c, out);
		p += ident ? 6 : 5;
	}
	return out && !fclose(out) ? text : NULL;
}

static int write_workload(const char *name, char *path, size_t path_len, struct err *e)
{
	size_t len;
	char *text;
	int fd, r;

	snprintf(path, path_len, "workloads/%s.c", name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		r = err_sys(e, -errno, path, "create");
		if (r == -ENOENT)
			err_hint(e, "call it in daxbench's source directory");
		return r;
	}
	text = fill_in(name, &len);
	r = text ? file_write_all(fd, text, len) : -ENOMEM;
	free(text);
	if (close(fd) && !r)
		r = -errno;
	if (r) {
		unlink(path);
		return err_sys(e, r, path, "write");
	}
	return 0;
}

int cmd_new(int argc, char **argv)
{
	char path[128];
	struct err e;
	int r;

	if (argc != 2 || argv[1][0] == '-') {
		err_set(&e, -EINVAL, "new", "want one name");
		err_hint(&e, "daxbench new NAME");
		say_error(&e);
		return EXIT_USAGE;
	}
	r = check_name(argv[1], &e);
	if (!r && select_find(LENS_BENCH, argv[1])) {
		r = err_set(&e, -EINVAL, argv[1], "there is a workload of this name");
		err_hint(&e, "look at workloads/%s.c", argv[1]);
	}
	if (!r)
		r = write_workload(argv[1], path, sizeof(path), &e);
	if (r) {
		say_error(&e);
		return say_exit_code(&e);
	}
	printf("%s is there, and runs as it is. Edit it, then:\n"
	       "  make && ./daxbench run %s\n",
	       path, argv[1]);
	return EXIT_OK;
}
