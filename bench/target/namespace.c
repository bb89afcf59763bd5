// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A namespace without labels is made over by writing an info block through the
 * region's seed device: disable what is there, give the seed a uuid, a place
 * for its struct pages, an alignment and the namespace, and enable it (what
 * `ndctl create-namespace -f -e` does; ndctl's ndctl/namespace.c).
 *
 * Struct pages go to RAM: on the medium, the kernel's own stores to them would
 * be among those that are measured and checked, and nobody flushes them.
 */
#include "bench/target/namespace.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <daxctl/libdaxctl.h>
#include <errno.h>
#include <limits.h>
#include <ndctl/libndctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#define SMALL_ALIGN 4096UL
#define BTT_SECTOR  4096
#define LOAD_MS	    60000

/* ---- finding ---- */

/* The handle that firmware gave the (only) module of a region; 0: not known. */
static unsigned int module_handle(struct ndctl_region *region)
{
	struct ndctl_mapping *mapping = ndctl_mapping_get_first(region);
	struct ndctl_dimm *dimm = mapping ? ndctl_mapping_get_dimm(mapping) : NULL;

	return dimm ? ndctl_dimm_get_handle(dimm) : 0;
}

static struct ndctl_region *find_legacy_region(struct ndctl_ctx *ctx)
{
	struct ndctl_bus *bus = ndctl_bus_get_by_provider(ctx, "e820");

	return bus ? ndctl_region_get_first(bus) : NULL;
}

/*
 * The region of the @index-th NVDIMM on QEMU's command line. Regions are not
 * numbered in that order (three are seen as 0, 2, 1): what tells is the handle
 * of the module, its slot plus one (qemu: hw/acpi/nvdimm.c,
 * nvdimm_slot_to_handle()). Slots are given out in the order of the command line.
 */
static struct ndctl_region *find_region(struct ndctl_ctx *ctx, unsigned int index)
{
	struct ndctl_bus *bus;
	struct ndctl_region *region;

	if (index == NAMESPACE_LEGACY)
		return find_legacy_region(ctx);
	ndctl_bus_foreach(ctx, bus)
		ndctl_region_foreach(bus, region)
			if (module_handle(region) == index + 1)
				return region;
	return NULL;
}

/* The region's one namespace that has a size. */
static struct ndctl_namespace *find_namespace(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	ndctl_namespace_foreach(region, ndns)
		if (ndctl_namespace_get_size(ndns))
			return ndns;
	return NULL;
}

static int devdax_node(struct ndctl_dax *dax, char *buf, size_t len)
{
	struct daxctl_region *region = dax ? ndctl_dax_get_daxctl_region(dax) : NULL;
	struct daxctl_dev *dev;

	if (!region)
		return -ENODEV;
	daxctl_dev_foreach(region, dev)
	{
		if (!daxctl_dev_get_size(dev))
			continue;
		snprintf(buf, len, "/dev/%s", daxctl_dev_get_devname(dev));
		return 0;
	}
	return -ENODEV;
}

/* The node of @ndns as it is now. */
static int current_node(struct ndctl_namespace *ndns, char *buf, size_t len)
{
	struct ndctl_pfn *pfn = ndctl_namespace_get_pfn(ndns);
	struct ndctl_btt *btt = ndctl_namespace_get_btt(ndns);
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);
	const char *block;

	if (dax)
		return devdax_node(dax, buf, len);
	block = pfn   ? ndctl_pfn_get_block_device(pfn)
		: btt ? ndctl_btt_get_block_device(btt)
		      : ndctl_namespace_get_block_device(ndns);
	if (!block || !block[0])
		return -ENODEV;
	snprintf(buf, len, "/dev/%s", block);
	return 0;
}

static const char *mode_name(struct ndctl_namespace *ndns)
{
	switch (ndctl_namespace_get_mode(ndns)) {
	case NDCTL_NS_MODE_FSDAX:
		return "fsdax";
	case NDCTL_NS_MODE_DEVDAX:
		return "devdax";
	case NDCTL_NS_MODE_SECTOR:
		return "sector";
	case NDCTL_NS_MODE_RAW:
		return "raw";
	default:
		return "unknown";
	}
}

static unsigned long namespace_align(struct ndctl_namespace *ndns)
{
	struct ndctl_pfn *pfn = ndctl_namespace_get_pfn(ndns);
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);

	return pfn ? ndctl_pfn_get_align(pfn) : dax ? ndctl_dax_get_align(dax) : 0;
}

/* ---- making, in our guest ---- */

static int make_fsdax(struct ndctl_region *region, struct ndctl_namespace *ndns, uuid_t uuid,
		      unsigned long align)
{
	struct ndctl_pfn *pfn = ndctl_region_get_pfn_seed(region);
	int r;

	if (!pfn)
		return -ENODEV;
	r = ndctl_pfn_set_uuid(pfn, uuid);
	if (!r)
		r = ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_RAM);
	if (!r)
		r = ndctl_pfn_set_align(pfn, align);
	if (!r)
		r = ndctl_pfn_set_namespace(pfn, ndns);
	return r ? r : ndctl_pfn_enable(pfn);
}

static int make_devdax(struct ndctl_region *region, struct ndctl_namespace *ndns, uuid_t uuid,
		       unsigned long align)
{
	struct ndctl_dax *dax = ndctl_region_get_dax_seed(region);
	int r;

	if (!dax)
		return -ENODEV;
	r = ndctl_dax_set_uuid(dax, uuid);
	if (!r)
		r = ndctl_dax_set_location(dax, NDCTL_PFN_LOC_RAM);
	if (!r)
		r = ndctl_dax_set_align(dax, align);
	if (!r)
		r = ndctl_dax_set_namespace(dax, ndns);
	return r ? r : ndctl_dax_enable(dax);
}

static int make_sector(struct ndctl_region *region, struct ndctl_namespace *ndns, uuid_t uuid)
{
	struct ndctl_btt *btt = ndctl_region_get_btt_seed(region);
	int r;

	if (!btt)
		return -ENODEV;
	r = ndctl_btt_set_uuid(btt, uuid);
	if (!r)
		r = ndctl_btt_set_sector_size(btt, BTT_SECTOR);
	if (!r)
		r = ndctl_btt_set_namespace(btt, ndns);
	return r ? r : ndctl_btt_enable(btt);
}

static int make_mode(struct ndctl_region *region, struct ndctl_namespace *ndns, const char *mode,
		     unsigned long align, uuid_t uuid)
{
	if (!strcmp(mode, "devdax"))
		return make_devdax(region, ndns, uuid, align);
	if (!strcmp(mode, "sector"))
		return make_sector(region, ndns, uuid);
	return make_fsdax(region, ndns, uuid, align);
}

/*
 * Nothing in a guest that we booted need be unique but among its own regions; but the
 * kernel takes an info block with another alignment and the same uuid for a mistake
 * (drivers/nvdimm/pfn_devs.c, nd_pfn_validate()).
 */
static void make_uuid(unsigned int index, unsigned long align, uuid_t uuid)
{
	static const uuid_t base = { 0x64, 0x61, 0x78, 0x62, 0x65, 0x6e, 0x43, 0x68,
				     0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };

	uuid_copy(uuid, base);
	uuid[14] = align == SMALL_ALIGN;
	uuid[15] = (unsigned char)(index + 1);
}

static int make(struct ndctl_ctx *ctx, unsigned int index, const char *mode, unsigned long align,
		char *node, size_t len, struct err *e)
{
	struct ndctl_region *region = find_region(ctx, index);
	struct ndctl_namespace *ndns = region ? find_namespace(region) : NULL;
	char name[32];
	uuid_t uuid;
	int r;

	if (index == NAMESPACE_LEGACY)
		snprintf(name, sizeof(name), "legacy pmem");
	else
		snprintf(name, sizeof(name), "NVDIMM %u", index);
	if (!ndns) {
		err_set(e, -ENODEV, name, "this machine has no such namespace");
		return err_hint(e, "the modules nfit and nd_pmem have to be there");
	}
	if (!strcmp(mode_name(ndns), mode) && namespace_align(ndns) == align &&
	    !current_node(ndns, node, len))
		return 0;
	make_uuid(index, align, uuid);
	r = ndctl_namespace_disable_invalidate(ndns);
	if (r < 0)
		return err_sys(e, r, name, "disable its namespace");
	r = make_mode(region, ndns, mode, align, uuid);
	if (r < 0)
		return err_set(e, r, name, "make it %s: %s", mode, strerror(-r));
	r = current_node(ndns, node, len);
	return r ? err_set(e, r, name, "is %s, but has no node", mode) : 0;
}

/* There is no udev to load the driver of what the memory map has. */
static char *const load_legacy[] = { (char *)"modprobe", (char *)"nd_e820", NULL };

int namespace_make(unsigned int index, const char *mode, unsigned long align, char *ret_node,
		   size_t len, struct err *e)
{
	struct ndctl_ctx *ctx;
	int r;

	if (!guest_is_ours()) {
		err_set(e, -EPERM, mode, "namespaces are only made in a guest of our own");
		return err_hint(e, "ndctl create-namespace makes one");
	}
	r = index == NAMESPACE_LEGACY ? proc_run(load_legacy, NULL, 0, LOAD_MS, e) : 0;
	if (r)
		return r;
	r = ndctl_new(&ctx);
	if (r)
		return err_sys(e, r, "libndctl", "open");
	r = make(ctx, index, mode, align, ret_node, len, e);
	ndctl_unref(ctx);
	return r;
}

int namespace_find_fsdax(unsigned int index, char *ret_node, size_t len, struct err *e)
{
	struct ndctl_ctx *ctx;
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;
	char name[32];
	int r = ndctl_new(&ctx);

	if (r)
		return err_sys(e, r, "libndctl", "open");
	snprintf(name, sizeof(name), "NVDIMM %u", index);
	region = find_region(ctx, index);
	ndns = region ? find_namespace(region) : NULL;
	if (!ndns || strcmp(mode_name(ndns), "fsdax") != 0 || current_node(ndns, ret_node, len))
		r = err_set(e, -ENODEV, name, "is no fsdax namespace%s%s", ndns ? ", but " : "",
			    ndns ? mode_name(ndns) : "");
	ndctl_unref(ctx);
	return r;
}

static int set_switch(const char *node, const char *file, const char *to, struct err *e)
{
	const char *base = strrchr(node, '/');
	char path[PATH_MAX];
	int r;

	if (!guest_is_ours())
		return err_set(e, -EPERM, node, "what it does is only changed in a guest of ours");
	snprintf(path, sizeof(path), "/sys/class/block/%s/%s", base ? base + 1 : node, file);
	r = file_poke(path, to);
	return r ? err_sys(e, r, path, "set") : 0;
}

int namespace_set_write_cache(const char *node, enum namespace_cache which, bool on, struct err *e)
{
	static const struct {
		const char *file, *on, *off;
	} switches[] = {
		[NAMESPACE_CPU_CACHE] = { "dax/write_cache", "1", "0" },
		[NAMESPACE_DEVICE_CACHE] = { "queue/write_cache", "write back", "write through" },
	};
	return set_switch(node, switches[which].file, on ? switches[which].on : switches[which].off,
			  e);
}

int namespace_set_bdev_dax(const char *node, bool on, struct err *e)
{
	return set_switch(node, "bdev_dax", on ? "1" : "0", e);
}

/* ---- describing ---- */

static const char *domain_name(struct ndctl_region *region)
{
	switch (ndctl_region_get_persistence_domain(region)) {
	case PERSISTENCE_CPU_CACHE:
		return "cpu_cache";
	case PERSISTENCE_MEM_CTRL:
		return "memory_controller";
	case PERSISTENCE_NONE:
		return "none";
	default:
		return "unknown";
	}
}

/* The uuid of the info block, which names this content; else the label's. "" if neither. */
static void namespace_uuid(struct ndctl_namespace *ndns, char text[40])
{
	struct ndctl_pfn *pfn = ndctl_namespace_get_pfn(ndns);
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);
	uuid_t uuid;

	uuid_clear(uuid);
	if (pfn)
		ndctl_pfn_get_uuid(pfn, uuid);
	else if (dax)
		ndctl_dax_get_uuid(dax, uuid);
	else
		ndctl_namespace_get_uuid(ndns, uuid);
	if (uuid_is_null(uuid))
		text[0] = '\0';
	else
		uuid_unparse_lower(uuid, text);
}

static json_t *describe_badblocks(struct ndctl_region *region)
{
	struct badblock *block;
	json_int_t n = 0;

	ndctl_region_badblock_foreach(region, block) n += block->len;
	return json_integer(n);
}

static json_t *describe_namespace(struct ndctl_namespace *ndns)
{
	char node[64] = "", uuid[40];
	int cache = ndctl_namespace_write_cache_is_enabled(ndns);

	current_node(ndns, node, sizeof(node));
	namespace_uuid(ndns, uuid);
	return json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:o}", "namespace",
			 ndctl_namespace_get_devname(ndns), "mode", mode_name(ndns), "size_bytes",
			 (json_int_t)ndctl_namespace_get_size(ndns), "align_bytes",
			 (json_int_t)namespace_align(ndns), "node", node, "uuid", uuid, "name",
			 ndctl_namespace_get_alt_name(ndns) ? ndctl_namespace_get_alt_name(ndns)
							    : "",
			 "write_cache", cache < 0 ? json_null() : json_boolean(cache));
}

/* What tells the modules from others: "8089-a2-1837-00000c25"; QEMU's have none. */
static json_t *describe_dimms(struct ndctl_region *region)
{
	json_t *list = json_array();
	struct ndctl_mapping *mapping;

	ndctl_mapping_foreach(region, mapping)
	{
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		const char *id = dimm ? ndctl_dimm_get_unique_id(dimm) : NULL;

		if (id && id[0])
			json_array_append_new(list, json_string(id));
	}
	return list;
}

static json_t *describe_region(struct ndctl_region *region)
{
	json_t *list = json_array();
	struct ndctl_namespace *ndns;

	ndctl_namespace_foreach(region, ndns)
		if (ndctl_namespace_get_size(ndns))
			json_array_append_new(list, describe_namespace(ndns));
	return json_pack("{s:s, s:I, s:I, s:i, s:s, s:b, s:o, s:o, s:o}", "region",
			 ndctl_region_get_devname(region), "size_bytes",
			 (json_int_t)ndctl_region_get_size(region), "align_bytes",
			 (json_int_t)ndctl_region_get_align(region), "numa_node",
			 ndctl_region_get_numa_node(region), "persistence_domain",
			 domain_name(region), "deep_flush", ndctl_region_deep_flush(region) == 1,
			 "badblocks_sectors", describe_badblocks(region), "dimms",
			 describe_dimms(region), "namespaces", list);
}

int namespace_describe(json_t **ret, struct err *e)
{
	struct ndctl_ctx *ctx;
	struct ndctl_bus *bus;
	struct ndctl_region *region;
	json_t *list;
	int r = ndctl_new(&ctx);

	if (r)
		return err_sys(e, r, "libndctl", "open");
	list = json_array();
	ndctl_bus_foreach(ctx, bus)
		ndctl_region_foreach(bus, region)
			json_array_append_new(list, describe_region(region));
	ndctl_unref(ctx);
	*ret = list;
	return 0;
}

json_t *namespace_region_of(const char *node)
{
	json_t *regions, *region, *ns, *found = NULL;
	size_t i, k;

	if (namespace_describe(&regions, NULL))
		return NULL;
	json_array_foreach(regions, i, region) {
		json_array_foreach(json_object_get(region, "namespaces"), k, ns) {
			const char *name = json_string_value(json_object_get(ns, "node"));

			if (name && !strcmp(name, node))
				found = region;
		}
	}
	json_incref(found);
	json_decref(regions);
	return found;
}

/* Its data: behind the info block of an fsdax or devdax one; all of a raw one. */
static int place_of(struct ndctl_namespace *ndns, uint64_t *ret_physical, uint64_t *ret_size)
{
	struct ndctl_pfn *pfn = ndctl_namespace_get_pfn(ndns);
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);

	if (ndctl_namespace_get_btt(ndns))
		return -ENODEV;
	*ret_physical = pfn   ? ndctl_pfn_get_resource(pfn)
			: dax ? ndctl_dax_get_resource(dax)
			      : ndctl_namespace_get_resource(ndns);
	*ret_size = pfn	  ? ndctl_pfn_get_size(pfn)
		    : dax ? ndctl_dax_get_size(dax)
			  : ndctl_namespace_get_size(ndns);
	return *ret_physical == ULLONG_MAX || !*ret_size ? -EACCES : 0;
}

int namespace_place(const char *node, uint64_t *ret_physical, uint64_t *ret_size)
{
	struct ndctl_ctx *ctx;
	struct ndctl_bus *bus;
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;
	char name[64];
	int r = ndctl_new(&ctx);

	if (r)
		return r;
	r = -ENODEV;
	ndctl_bus_foreach(ctx, bus)
		ndctl_region_foreach(bus, region)
			ndctl_namespace_foreach(region, ndns)
				if (!current_node(ndns, name, sizeof(name)) && !strcmp(name, node))
					r = place_of(ndns, ret_physical, ret_size);
	ndctl_unref(ctx);
	return r;
}
