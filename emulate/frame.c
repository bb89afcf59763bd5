// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked into init too: nothing here but libc. */
#include "emulate/frame.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* CRC-32C (Castagnoli), reflected, bit by bit: frames are few and mostly small. */
static uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
	static uint32_t table[256];
	const unsigned char *p = data;

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;

			for (int bit = 0; bit < 8; bit++)
				v = v >> 1 ^ (v & 1 ? 0x82f63b78U : 0);
			table[i] = v;
		}
	crc = ~crc;
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return ~crc;
}

static bool name_is_fine(const char *name, size_t len)
{
	if (len > FRAME_MAX_NAME || (len && name[0] == '.'))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t put = write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		len -= (size_t)put;
	}
	return 0;
}

int frame_write(int fd, enum frame_type type, const char *name, const void *data, size_t len)
{
	char start[sizeof(struct frame_head) + FRAME_MAX_NAME];
	struct frame_head head = { .type = type };
	size_t name_len = name ? strlen(name) : 0;
	int r;

	if (len > FRAME_MAX_DATA)
		return -EFBIG;
	if (!name_is_fine(name, name_len))
		return -EINVAL;
	memcpy(head.magic, "DXFR", 4);
	head.name_len = (uint32_t)name_len;
	head.data_len = (uint32_t)len;
	head.crc = crc32c(crc32c(0, name, name_len), data, len);
	memcpy(start, &head, sizeof(head));
	for (size_t i = 0; i < name_len; i++) /* no terminator goes along */
		start[sizeof(head) + i] = name[i];
	r = write_all(fd, start, sizeof(head) + name_len);
	return r ? r : write_all(fd, data, len);
}

long frame_decode(const void *buf, size_t len, struct frame *ret)
{
	const char *p = buf;
	struct frame_head head;
	size_t whole;

	if (len < sizeof(head))
		return memcmp(p, "DXFR", len < 4 ? len : 4) ? -EBADMSG : 0;
	memcpy(&head, p, sizeof(head));
	if (memcmp(head.magic, "DXFR", 4) != 0 || head.type < FRAME_HELLO ||
	    head.type > FRAME_ERROR)
		return -EBADMSG;
	if (head.name_len > FRAME_MAX_NAME || head.data_len > FRAME_MAX_DATA)
		return -EFBIG;
	whole = sizeof(head) + head.name_len + head.data_len;
	if (len < whole)
		return 0;
	p += sizeof(head);
	if (!name_is_fine(p, head.name_len) ||
	    crc32c(crc32c(0, p, head.name_len), p + head.name_len, head.data_len) != head.crc)
		return -EBADMSG;
	ret->type = (enum frame_type)head.type;
	memcpy(ret->name, p, head.name_len);
	ret->name[head.name_len] = '\0';
	ret->data = p + head.name_len;
	ret->len = head.data_len;
	return (long)whole;
}
