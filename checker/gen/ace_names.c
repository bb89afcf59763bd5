// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/ace_names.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>

struct ace_name *ace_names_find(struct ace_model *m, const char *name)
{
	for (unsigned int i = 0; i < ACE_NAMES; i++)
		if (m->name[i].name[0] && !strcmp(m->name[i].name, name))
			return &m->name[i];
	return NULL;
}

const struct ace_inode *ace_model_find(const struct ace_model *m, const char *name)
{
	const struct ace_name *n = ace_names_find((struct ace_model *)m, name);

	return n ? &m->inode[n->inode] : NULL;
}

enum ace_type ace_model_type(const struct ace_model *m, const char *name)
{
	const struct ace_inode *i = ace_model_find(m, name);

	return i ? i->type : ACE_ABSENT;
}

/* Is the directory there that @name is to be in? */
static int check_place(struct ace_model *m, const char *name)
{
	const char *slash = strrchr(name, '/');
	char dir[ACE_NAME];

	if (strlen(name) >= ACE_NAME)
		return -ENAMETOOLONG;
	if (!slash)
		return 0;
	memcpy(dir, name, (size_t)(slash - name));
	dir[slash - name] = '\0';
	switch (ace_model_type(m, dir)) {
	case ACE_DIR:
		return 0;
	case ACE_ABSENT:
		return -ENOENT;
	default:
		return -ENOTDIR;
	}
}

/* -EEXIST, or where it would be put: 0 and a free entry. */
static int new_name(struct ace_model *m, const char *name, struct ace_name **ret)
{
	int r = check_place(m, name);

	if (r)
		return r;
	if (ace_names_find(m, name))
		return -EEXIST;
	for (unsigned int i = 0; i < ACE_NAMES; i++)
		if (!m->name[i].name[0]) {
			*ret = &m->name[i];
			return 0;
		}
	return -ENOBUFS;
}

/* Its length has been checked. */
static void set_name(struct ace_name *n, const char *name)
{
	memcpy(n->name, name, strlen(name) + 1);
}

static void put_name(struct ace_model *m, struct ace_name *n, const char *name, unsigned int inode)
{
	set_name(n, name);
	n->inode = inode;
	m->inode[inode].links++;
}

void ace_names_put_inode(struct ace_inode *i)
{
	if (!i->links && !i->opens)
		memset(i, 0, sizeof(*i));
}

static void drop_name(struct ace_model *m, struct ace_name *n)
{
	struct ace_inode *i = &m->inode[n->inode];

	n->name[0] = '\0';
	i->links--;
	ace_names_put_inode(i);
}

static int new_inode(struct ace_model *m, enum ace_type type)
{
	for (unsigned int i = 0; i < ACE_INODES; i++)
		if (m->inode[i].type == ACE_ABSENT) {
			m->inode[i].type = type;
			return (int)i;
		}
	return -ENOBUFS;
}

/* A new inode of @type, under a name that is free. */
int ace_names_make(struct ace_model *m, const char *name, enum ace_type type)
{
	struct ace_name *n;
	int r = new_name(m, name, &n);

	if (r)
		return r;
	r = new_inode(m, type);
	if (r >= 0)
		put_name(m, n, name, (unsigned int)r);
	return r;
}

static bool is_in(const char *name, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(name, dir, len) && name[len] == '/';
}

static int do_unlink(struct ace_model *m, const char *name)
{
	struct ace_name *n = ace_names_find(m, name);

	if (!n)
		return -ENOENT;
	if (m->inode[n->inode].type == ACE_DIR)
		return -EISDIR;
	drop_name(m, n);
	return 0;
}

static int do_rmdir(struct ace_model *m, const char *name)
{
	struct ace_name *n = ace_names_find(m, name);

	if (!n)
		return -ENOENT;
	if (m->inode[n->inode].type != ACE_DIR)
		return -ENOTDIR;
	for (unsigned int i = 0; i < ACE_NAMES; i++)
		if (is_in(m->name[i].name, name))
			return -ENOTEMPTY;
	drop_name(m, n);
	return 0;
}

static int do_link(struct ace_model *m, const char *from, const char *to)
{
	struct ace_name *old = ace_names_find(m, from), *n;
	int r = new_name(m, to, &n);

	if (!old)
		return -ENOENT;
	if (m->inode[old->inode].type == ACE_DIR)
		return -EPERM;
	if (!r)
		put_name(m, n, to, old->inode);
	return r;
}

/* Everything under @from is under @to: the longest that a name becomes must fit. */
static int move_tree(struct ace_model *m, const char *from, const char *to)
{
	size_t len = strlen(from), more = strlen(to);
	char name[ACE_NAME];

	for (int pass = 0; pass < 2; pass++)
		for (unsigned int i = 0; i < ACE_NAMES; i++) {
			char *old = m->name[i].name;

			if (!is_in(old, from))
				continue;
			if (strlen(old) - len + more >= ACE_NAME)
				return -ENAMETOOLONG;
			if (!pass)
				continue;
			snprintf(name, sizeof(name), "%s%s", to, old + len);
			set_name(&m->name[i], name);
		}
	return 0;
}

static int check_rename(struct ace_model *m, const struct ace_name *old, const char *to,
			uint64_t flags)
{
	enum ace_type from_type = m->inode[old->inode].type, to_type = ace_model_type(m, to);

	if (flags & ~(uint64_t)RENAME_NOREPLACE)
		return -ENOSYS;
	if (is_in(to, old->name))
		return -EINVAL;
	if (to_type == ACE_ABSENT)
		return 0;
	if (flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (from_type == ACE_DIR && to_type == ACE_DIR)
		return -ENOSYS; /* ace only moves directories to where nothing is */
	if (to_type == ACE_DIR)
		return -EISDIR;
	return from_type == ACE_DIR ? -ENOTDIR : 0;
}

static int do_rename(struct ace_model *m, const char *from, const char *to, uint64_t flags)
{
	struct ace_name *old = ace_names_find(m, from), *over = ace_names_find(m, to);
	int r = check_place(m, to);

	if (!old)
		return -ENOENT;
	if (!r)
		r = check_rename(m, old, to, flags);
	if (r)
		return r;
	if (over && over->inode == old->inode)
		return ACE_NOTHING; /* two links of one file, or one name */
	r = move_tree(m, from, to);
	if (r)
		return r;
	if (over)
		drop_name(m, over);
	set_name(old, to);
	return 0;
}

void ace_model_init(struct ace_model *m, unsigned int features)
{
	memset(m, 0, sizeof(*m));
	m->features = features;
	m->inode[0].type = ACE_DIR;
	m->inode[0].links = 1;
	set_name(&m->name[0], ".");
}

int ace_names_do(struct ace_model *m, const struct dx_list_op *op)
{
	int r;

	switch (op->op) {
	case DX_OP_UNLINK:
		return do_unlink(m, op->text[0]);
	case DX_OP_RENAME:
		return do_rename(m, op->text[0], op->text[1], op->arg[0]);
	case DX_OP_LINK:
		return do_link(m, op->text[0], op->text[1]);
	case DX_OP_SYMLINK:
		r = ace_names_make(m, op->text[1], ACE_SYMLINK);
		return r < 0 ? r : 0;
	case DX_OP_MKDIR:
		r = ace_names_make(m, op->text[0], ACE_DIR);
		return r < 0 ? r : 0;
	case DX_OP_RMDIR:
		return do_rmdir(m, op->text[0]);
	default:
		return -ENOSYS;
	}
}
