// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file system without a journal, repaired by e2fsck -fy before it is mounted. All that holds
 * there is of what is settled (settled.h). Sources are of Linux 6.12.117.
 */
#include "checker/states/oracle_rules.h"
#include "checker/states/oracle.h"

struct row {
	bool ext4, ext2; /* both without a journal */
};

static const struct row rows[ORACLE_RULES] = {
	/* e2fsck(8): with -y it mends all it finds, or says 4. What it left mounts as any. */
	[ORACLE_RECOVERS] = { true, true },
	/* The same once more: e2fsck -fn finds nothing in what was mended, mounted, unmounted. */
	[ORACLE_CONSISTENT] = { true, true },
	/*
	 * fsync of a directory writes its blocks, which are on its list of buffers
	 * (fs/ext4/namei.c, ext4_handle_dirty_dirblock(): ext4_handle_dirty_metadata() with the
	 * directory; fs/buffer.c, sync_mapping_buffers()), sync all of the device's. That the
	 * entry leads to something is the affair of a sync of that (is_kept in history.h): its
	 * inode's block is on no list (ext4_do_update_inode(): inode NULL), and e2fsck clears an
	 * entry of an inode that was never written.
	 * On ext4 the sync of a file writes its directory as well, if a name was added to the
	 * file since: fs/ext4/fsync.c, ext4_sync_parent() (ORACLE_ADDED, below). ext2 has
	 * nothing of the kind: fs/ext2/file.c, ext2_fsync().
	 */
	[ORACLE_NAME] = { true, true },
	/*
	 * Of more than that there is nothing: a rename onto a name that was there only changes the
	 * number in its entry (ext4_setent()), and sets no EXT4_STATE_NEWENTRY as ext4_add_entry()
	 * does; the end of a name is written with its own directory alone; of a file of several
	 * names the directory of any of them is written (d_find_any_alias()).
	 */
	[ORACLE_STRICT_NAME] = { false, false },
	/*
	 * A file whose names change may lose all of them: the block with the old one is written,
	 * that with the new one is not, and e2fsck gives it a name in lost+found. Of one whose
	 * names do not change ORACLE_NAME says the same.
	 */
	[ORACLE_REACHED] = { false, false },
	/* In the inode, which fsync, fdatasync and msync write: ext4_fsync_nojournal(),
	 * ext4_write_inode() with WB_SYNC_ALL; fs/fs-writeback.c, sync_inode_metadata(). */
	[ORACLE_SIZE] = { true, true },
	/*
	 * file_write_and_wait_range() before that, the blocks of its extents by
	 * sync_mapping_buffers(), a flush behind it all (ext4_sync_file()). A block that was freed
	 * and is the file's now may still be another's, whose change was not written: e2fsck
	 * copies it for the other, and leaves the file its own.
	 */
	[ORACLE_DATA] = { true, true },
	/*
	 * There is no ordered mode without a journal (ext4_should_order_data()): what a file that
	 * was not synced shows may be what the block held before, and another file's.
	 */
	[ORACLE_FOREIGN] = { false, false },
	/*
	 * In the inode, which is written as a whole; on ext4 small attributes, as ours are, too.
	 * ext2 has a block for them that its fsync does not know (fs/ext2/xattr.c,
	 * ext2_xattr_set2(): mark_buffer_dirty()).
	 */
	[ORACLE_MODE] = { true, true },
	[ORACLE_XATTR] = { true, false },
	/* In the inode, or in a block of its own that sync(2) writes: that of a settled name. */
	[ORACLE_TARGET] = { true, true },
	/* e2fsck, pass 4, counts. That two names are one file's is only asked of settled ones. */
	[ORACLE_LINKS] = { true, true },
};

unsigned int oracle_rules_of(enum oracle_kind kind)
{
	unsigned int rules = ORACLE_SETTLED;

	if (kind == ORACLE_JOURNAL)
		return ORACLE_ALL_RULES;
	for (unsigned int i = 0; i < ORACLE_RULES; i++)
		rules |= (unsigned int)(kind == ORACLE_EXT2 ? rows[i].ext2 : rows[i].ext4) << i;
	return kind == ORACLE_EXT2 ? rules : rules | ORACLE_ADDED;
}
