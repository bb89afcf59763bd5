// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What do the CPUs do to persistent memory? A TCG plugin of QEMU that records
 * each store, cache-line write-back and fence, or only counts them.
 *
 *	-plugin daxtrace.so,out=DIR,range=BASE:SIZE:FILE[,range=...],keep=...[,loads=on]
 *	-plugin daxtrace.so,counts=BASE:SIZE:FILE,range=...[,functions=on]
 *	-plugin daxtrace.so,reads=BASE:SIZE:FILE,range=...[,out=DIR]
 *
 * range: an NVDIMM under test, its guest-physical place and its backing file.
 * out: at each START mark (daxbench/oplog.h) a trace begins, DIR/RUN.trace with
 * the mark's argument in 16 hex digits; it begins with what the NVDIMMs hold
 * then. keep: the NVDIMM of the operation log; what it holds is copied to
 * DIR/RUN.oplog when the trace ends. counts, reads: COUNTS or READS marks are answered in
 * this NVDIMM; with functions=on PROFILE marks too.
 *
 * Nearly all stores of a machine are not to persistent memory, so the first
 * question is the cheapest: kernel code stores to it through the direct map,
 * where a subtraction tells; only addresses of programs are looked up. (Through
 * another mapping the kernel writes no more than the namespace's info block, and
 * that before a file system is mounted.)
 *
 * QEMU calls back for a store once it is done, but for an instruction before it
 * is executed: a LOCKed one drains first and then stores, as it should be.
 *
 * All vCPUs run in one thread (thread=single, or one vCPU): there is one order
 * of events, and no lock here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "checker/plugin/insn.h"
#include "checker/plugin/machine.h"
#include "checker/plugin/nvdimm.h"
#include "checker/plugin/profile.h"
#include "checker/plugin/qemu_api.h"
#include "checker/plugin/reads.h"
#include "checker/plugin/stack.h"
#include "checker/trace/trace_write.h"
#include "lib/file.h"
#include "daxbench/oplog.h"

#define PAGE	   4096ULL
#define INSN_MAX   15
#define ACCESS_MAX 64ULL

QEMU_API_EXPORT int qemu_plugin_version = QEMU_API_VERSION;

/* What inline code of QEMU counts and tests. */
struct board {
	uint64_t instructions;
	uint64_t pending; /* not 0: something waits for a fence */
};

/* An instruction with a callback of its own, kept for good: there are few. */
struct site {
	struct site *next;
	uint64_t ip;
	struct insn insn;
};

static struct {
	const char *out;
	struct nvdimm nvdimm[DX_TRACE_RANGES], answers, log;
	unsigned int ranges;
	uint64_t low, span; /* all ranges lie in [low, low + span) */
	bool loads, counts, functions, wants_reads;
	struct reads *reads;	 /* NULL: nobody asks */
	struct profile *profile; /* NULL: nobody asks */
	unsigned int vcpus;

	struct trace_writer *writer;	      /* NULL: not recording */
	struct qemu_plugin_scoreboard *board; /* with one vCPU: see machine_vcpu() */
	bool pending[DX_TRACE_VCPUS];	      /* something waits for its fence */
	struct dx_trace_counts total;	      /* but the instructions: those are on the board */
	uint64_t run, last_nt_line, lost;
	unsigned char *answers_at; /* the mapped file of @answers */
	struct site *sites[1024];
} plugin;

/* Of the only vCPU. */
static struct board *the_board(void)
{
	return qemu_plugin_scoreboard_find(plugin.board, 0);
}

static void say(const char *what, const char *object, int error)
{
	char line[512];

	snprintf(line, sizeof(line), "daxtrace: %s: %s%s%s\n", object, what, error ? ": " : "",
		 error ? strerror(error) : "");
	qemu_plugin_outs(line);
	fputs(line, stderr);
}

/*
 * Something of @vcpu's waits for its fence, or nothing does. Of one vCPU QEMU's inline code
 * asks that, of several each fence's callback does.
 */
static void set_pending(unsigned int vcpu, bool is_pending)
{
	plugin.pending[vcpu] = is_pending;
	if (plugin.vcpus == 1)
		the_board()->pending = is_pending;
}

static bool in_ranges(uint64_t physical)
{
	if (physical - plugin.low >= plugin.span)
		return false;
	for (unsigned int i = 0; i < plugin.ranges; i++)
		if (physical - plugin.nvdimm[i].base < plugin.nvdimm[i].size)
			return true;
	return false;
}

/* ---- recording ---- */

/* The stack behind kernel code that begins a run; 0 for a program's. */
static uint32_t take_stack(uint8_t vcpu, uint64_t ip)
{
	static struct dx_trace_frame frames[DX_TRACE_FRAMES];
	struct dx_trace_rec rec = { .kind = DX_TRACE_STACK, .vcpu = vcpu };
	uint32_t n = 0, number;
	bool is_new;

	if (!machine_is_kernel(ip))
		return 0;
	number = stack_take(frames, &n, &is_new);
	if (is_new) {
		rec.addr = number;
		rec.length = n * (uint32_t)sizeof(frames[0]);
		trace_writer_extra(plugin.writer, &rec, frames);
	}
	return number;
}

static void record(struct dx_trace_rec *rec, const void *data)
{
	if (!machine_is_kernel(rec->ip))
		rec->flags |= DX_TRACE_USER;
	if (!trace_writer_continues(plugin.writer, rec))
		rec->stack = take_stack(rec->vcpu, rec->ip);
	trace_writer_event(plugin.writer, rec, data);
}

/* What a callback for a store is given: the instruction's address, flags in bits that it spares. */
static void *pack(uint64_t ip, const struct insn *insn)
{
	uint64_t wide = insn->width == 32 ? 2 : insn->width == 16;

	return (void *)(uintptr_t)((ip & 0xffffffffffffULL) | (uint64_t)insn->flags << 48 |
				   wide << 56);
}

static uint64_t unpack_ip(const void *data)
{
	return (uint64_t)((int64_t)((uintptr_t)data << 16) >> 16);
}

static unsigned int unpack_flags(const void *data)
{
	return (uintptr_t)data >> 48 & 0xff;
}

static unsigned int unpack_width(const void *data)
{
	return ((uintptr_t)data >> 56) * 16;
}

/* Is what happens to the NVDIMMs of interest to anybody? */
static bool is_watched(void)
{
	return plugin.writer || plugin.counts || plugin.reads;
}

static void count_store(uint64_t physical, unsigned int flags)
{
	plugin.total.stores++;
	if (flags & DX_TRACE_NT && physical / DX_TRACE_LINE != plugin.last_nt_line) {
		plugin.last_nt_line = physical / DX_TRACE_LINE;
		plugin.total.lines_stored_nt++;
	}
}

/*
 * A vector store comes in pieces; when all have come, what follows is another
 * instruction, even if it adjoins. One that faults half way begins anew.
 */
static void end_vector(uint64_t ip, uint32_t len, unsigned int width)
{
	static uint64_t last_ip;
	static unsigned int done;

	if (!width)
		return;
	done = last_ip == ip ? done + len : len;
	last_ip = ip;
	if (done < width)
		return;
	done = 0;
	trace_writer_break(plugin.writer);
}

/* A piece of one store within a page, of persistent memory. */
static void take_store(uint64_t physical, uint32_t len, unsigned int shift, const void *bytes,
		       void *data)
{
	unsigned int flags = unpack_flags(data), width = unpack_width(data);
	unsigned int vcpu = machine_vcpu();
	struct dx_trace_rec rec = {
		.kind = bytes ? DX_TRACE_STORE : DX_TRACE_LOAD,
		.vcpu = (uint8_t)vcpu,
		.flags = (uint8_t)flags,
		.detail = (uint8_t)shift,
		.length = len,
		.addr = physical,
		.ip = unpack_ip(data),
	};

	if (bytes)
		count_store(physical, flags);
	if (plugin.reads)
		(bytes ? reads_store : reads_load)(plugin.reads, physical, len);
	if (flags & DX_TRACE_NT)
		set_pending(vcpu, true);
	if (!plugin.writer || (!bytes && !plugin.loads))
		return;
	record(&rec, bytes);
	end_vector(rec.ip, len, width);
}

/* Where an access of a program goes, by what QEMU's TLB holds of it. */
static bool find_user(qemu_plugin_meminfo_t info, uint64_t vaddr, uint64_t *ret)
{
	const struct qemu_plugin_hwaddr *addr = qemu_plugin_get_hwaddr(info, vaddr);

	if (!addr || qemu_plugin_hwaddr_is_io(addr))
		return false;
	*ret = qemu_plugin_hwaddr_phys_addr(addr);
	return true;
}

/* One access of a kernel's or a program's, at most 64 bytes; it may go on in another page. */
static void take_access(qemu_plugin_meminfo_t info, uint64_t vaddr, uint64_t physical, void *data)
{
	unsigned int shift = qemu_plugin_mem_size_shift(info);
	uint64_t second, len = 1ULL << shift, here = PAGE - vaddr % PAGE;
	const unsigned char *bytes = NULL;
	qemu_plugin_mem_value value;

	if (here > len)
		here = len;
	if (qemu_plugin_mem_is_store(info)) {
		value = qemu_plugin_mem_get_value(info);
		bytes = (const unsigned char *)&value.data;
	}
	if (in_ranges(physical))
		take_store(physical, (uint32_t)here, shift, bytes, data);
	if (here < len && machine_translate(vaddr + here, &second) && in_ranges(second))
		take_store(second, (uint32_t)(len - here), shift, bytes ? bytes + here : NULL,
			   data);
}

static void on_access(unsigned int unused, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
	uint64_t physical;

	(void)unused;

	if (!is_watched())
		return;
	if (!machine_is_kernel(vaddr)) {
		if (find_user(info, vaddr, &physical))
			take_access(info, vaddr, physical, data);
		return;
	}
	/* One that ends beyond the beginning of a range: the direct map has the next page next. */
	physical = vaddr - MACHINE_DIRECT_MAP;
	if (physical + ACCESS_MAX - plugin.low < plugin.span + ACCESS_MAX)
		take_access(info, vaddr, physical, data);
}

static void on_write_back(unsigned int unused, void *data)
{
	const struct site *site = data;
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_WRITE_BACK,
		.detail = (uint8_t)site->insn.detail,
		.length = DX_TRACE_LINE,
		.ip = site->ip,
	};
	uint64_t vaddr, physical;

	(void)unused;
	if (!is_watched())
		return;
	vaddr = machine_operand(&site->insn, site->ip);
	if (!machine_translate(vaddr, &physical)) {
		plugin.lost++;
		return;
	}
	if (!in_ranges(physical))
		return;
	plugin.total.lines_written_back++;
	rec.vcpu = (uint8_t)machine_vcpu();
	set_pending(rec.vcpu, true);
	rec.addr = physical & ~(DX_TRACE_LINE - 1);
	if (plugin.writer)
		record(&rec, NULL);
}

static void on_fence(unsigned int unused, void *data)
{
	const struct site *site = data;
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_FENCE,
		.detail = (uint8_t)site->insn.detail,
		.ip = site->ip,
	};
	bool is_asked_for = rec.detail <= DX_TRACE_MFENCE;

	(void)unused;
	if (!is_watched())
		return;
	rec.vcpu = (uint8_t)machine_vcpu();
	if (!is_asked_for && !plugin.pending[rec.vcpu])
		return;
	set_pending(rec.vcpu, false);
	plugin.total.fences += is_asked_for;
	if (plugin.writer)
		record(&rec, NULL);
}

/* ---- marks ---- */

/* The operation log as it is now: the next run will overwrite it. */
static int keep_log(uint64_t run)
{
	char path[512];

	if (!plugin.log.file)
		return 0;
	snprintf(path, sizeof(path), "%s/%016llx.oplog", plugin.out, (unsigned long long)run);
	return file_copy_atomic(plugin.log.file, path);
}

static void stop(enum dx_trace_ended how)
{
	int r, s;

	if (!plugin.writer)
		return;
	r = trace_writer_close(plugin.writer, how, plugin.lost);
	plugin.writer = NULL;
	s = keep_log(plugin.run);
	if (r)
		say("the trace could not be written whole", plugin.out, -r);
	if (s)
		say("the operation log could not be kept", plugin.out, -s);
}

/* Without all of the image nothing that follows can be judged, and the trace says so. */
static int begin_trace(const char *path, const struct dx_trace_header *header)
{
	int r = trace_writer_open(&plugin.writer, path, header);

	if (r)
		return r;
	for (unsigned int i = 0; !r && i < plugin.ranges; i++)
		r = nvdimm_record(&plugin.nvdimm[i], plugin.writer);
	if (r)
		trace_writer_fail(plugin.writer, r);
	return r;
}

static void start(uint64_t run)
{
	struct dx_trace_header header = {
		.run = run,
		.vcpus = plugin.vcpus,
		.loads = plugin.loads,
		.ranges = plugin.ranges,
		.recorder = "QEMU plugin, API 4",
	};
	char path[512];
	int r;

	stop(DX_TRACE_EXITED);
	if (!plugin.out)
		return;
	for (unsigned int i = 0; i < plugin.ranges; i++)
		header.range[i] = (struct dx_trace_range){ plugin.nvdimm[i].base,
							   plugin.nvdimm[i].size };
	stack_forget();
	plugin.run = run;
	plugin.lost = 0;
	snprintf(path, sizeof(path), "%s/%016llx.trace", plugin.out, (unsigned long long)run);
	r = begin_trace(path, &header);
	if (r)
		say("cannot begin a trace", path, -r);
}

/* Where an answer of @bytes to @vaddr goes; NULL: to a place that is none. */
static void *answer_at(uint64_t vaddr, uint64_t bytes)
{
	const struct nvdimm *n = &plugin.answers;
	uint64_t physical;

	if (!machine_translate(vaddr, &physical) || physical - n->base >= n->size ||
	    bytes > n->size - (physical - n->base))
		return NULL;
	return plugin.answers_at + (physical - n->base);
}

static void answer_counts(uint64_t vaddr)
{
	struct dx_trace_counts *total = &plugin.total;
	void *at = plugin.counts ? answer_at(vaddr, sizeof(*total)) : NULL;

	if (!at)
		return;
	total->fills++;
	total->instructions = the_board()->instructions;
	memcpy(at, total, sizeof(*total));
}

static void answer_reads(uint64_t vaddr, uint64_t room)
{
	uint64_t most = plugin.answers.size / sizeof(struct dx_trace_range);
	struct dx_trace_reads *at;

	if (!plugin.reads || room > most)
		return;
	at = answer_at(vaddr, sizeof(*at) + room * sizeof(at->run[0]));
	if (!at)
		return;
	at->n = reads_runs(plugin.reads, at->run, room);
	at->fills = 1;
}

static void answer_profile(uint64_t vaddr, uint64_t room)
{
	uint64_t most = plugin.answers.size / sizeof(struct dx_trace_executed);
	struct dx_trace_profile *at;

	if (!plugin.profile || room > most)
		return;
	at = answer_at(vaddr, sizeof(*at) + room * sizeof(at->at[0]));
	if (at)
		profile_end(plugin.profile, at, room);
}

static void record_mark(const struct site *site, uint64_t what)
{
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_MARK,
		.vcpu = (uint8_t)machine_vcpu(),
		.flags = DX_TRACE_USER,
		.detail = (uint8_t)what,
		.length = (uint32_t)machine_register(7),
		.addr = machine_register(6),
		.ip = site->ip,
	};

	if (plugin.writer)
		trace_writer_event(plugin.writer, &rec, NULL);
}

static void on_mark(unsigned int unused, void *data)
{
	uint64_t what;

	(void)unused;
	if (machine_register(0) != DX_MARK_MAGIC)
		return;
	what = machine_register(2);
	switch (what) {
	case DX_MARK_START:
		start(machine_register(6));
		break;
	case DX_MARK_STOP:
		stop(DX_TRACE_STOPPED);
		break;
	case DX_MARK_COUNTS:
		answer_counts(machine_register(6));
		break;
	case DX_MARK_READS_BEGIN:
		if (plugin.reads)
			reads_begin(plugin.reads);
		break;
	case DX_MARK_READS:
		answer_reads(machine_register(6), machine_register(7));
		break;
	case DX_MARK_PROFILE_BEGIN:
		if (plugin.profile)
			profile_begin(plugin.profile);
		break;
	case DX_MARK_PROFILE:
		answer_profile(machine_register(6), machine_register(7));
		break;
	case DX_MARK_BEGIN:
	case DX_MARK_END:
		record_mark(data, what);
		break;
	default:
		break;
	}
}

/* ---- instrumentation ---- */

/* Code is translated again and again: one site for an address with one meaning. */
static struct site *find_site(uint64_t ip, const struct insn *insn)
{
	struct site **bucket = &plugin.sites[(ip ^ ip >> 10) % 1024], *s;

	for (s = *bucket; s; s = s->next)
		if (s->ip == ip && insn_equal(&s->insn, insn))
			return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort(); /* a trace with holes is worse than none */
	s->ip = ip;
	s->insn = *insn;
	s->next = *bucket;
	*bucket = s;
	return s;
}

static void watch_fence(struct qemu_plugin_insn *qemu_insn, struct site *site)
{
	qemu_plugin_u64 pending = { plugin.board, offsetof(struct board, pending) };

	if (site->insn.detail <= DX_TRACE_MFENCE || plugin.vcpus > 1)
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_insn, on_fence, QEMU_PLUGIN_CB_R_REGS,
						       site);
	else
		qemu_plugin_register_vcpu_insn_exec_cond_cb(qemu_insn, on_fence,
							    QEMU_PLUGIN_CB_R_REGS,
							    QEMU_PLUGIN_COND_NE, pending, 0, site);
}

static void watch(struct qemu_plugin_insn *qemu_insn)
{
	qemu_plugin_u64 instructions = { plugin.board, offsetof(struct board, instructions) };
	uint64_t ip = qemu_plugin_insn_vaddr(qemu_insn);
	bool loads = plugin.loads || plugin.reads;
	enum qemu_plugin_mem_rw rw = loads ? QEMU_PLUGIN_MEM_RW : QEMU_PLUGIN_MEM_W;
	uint8_t bytes[INSN_MAX];
	size_t len = qemu_plugin_insn_data(qemu_insn, bytes, sizeof(bytes));
	struct insn insn;

	insn_decode(bytes, len, &insn);
	if (plugin.counts)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			qemu_insn, QEMU_PLUGIN_INLINE_ADD_U64, instructions, 1);
	if (plugin.profile)
		profile_watch(plugin.profile, qemu_insn, ip);
	switch (insn.kind) {
	case INSN_MARK:
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_insn, on_mark, QEMU_PLUGIN_CB_R_REGS,
						       find_site(ip, &insn));
		return;
	case INSN_WRITE_BACK:
		qemu_plugin_register_vcpu_insn_exec_cb(qemu_insn, on_write_back,
						       QEMU_PLUGIN_CB_R_REGS, find_site(ip, &insn));
		return;
	case INSN_FENCE:
		watch_fence(qemu_insn, find_site(ip, &insn));
		break;
	case INSN_OTHER:
		break;
	}
	qemu_plugin_register_vcpu_mem_cb(qemu_insn, on_access, QEMU_PLUGIN_CB_R_REGS, rw,
					 pack(ip, &insn));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		watch(qemu_plugin_tb_get_insn(tb, i));
}

static void on_vcpu(qemu_plugin_id_t id, unsigned int vcpu)
{
	(void)id;
	(void)vcpu;
	machine_add_vcpu();
}

static void on_end(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	stop(DX_TRACE_EXITED);
}

/* ---- arguments ---- */

/* "BASE:SIZE:FILE", numbers as strtoull takes them. */
static bool parse_nvdimm(const char *text, struct nvdimm *ret)
{
	char *end;

	ret->base = strtoull(text, &end, 0);
	if (*end++ != ':')
		return false;
	ret->size = strtoull(end, &end, 0);
	if (*end++ != ':' || !ret->size || ret->base + ret->size < ret->base || !*end)
		return false;
	ret->file = end;
	return true;
}

static bool add_range(const char *text)
{
	uint64_t end = plugin.low + plugin.span;
	struct nvdimm *n = &plugin.nvdimm[plugin.ranges];

	if (plugin.ranges == DX_TRACE_RANGES || !parse_nvdimm(text, n))
		return false;
	if (!plugin.ranges || n->base < plugin.low)
		plugin.low = n->base;
	if (n->base + n->size > end)
		end = n->base + n->size;
	plugin.span = end - plugin.low;
	plugin.ranges++;
	return true;
}

/* The NVDIMM that answers go to. */
static bool take_answers(const char *text)
{
	return parse_nvdimm(text, &plugin.answers) &&
	       !nvdimm_map(&plugin.answers, PROT_READ | PROT_WRITE, &plugin.answers_at);
}

static bool take_argument(const char *arg)
{
	if (!strncmp(arg, "out=", 4))
		plugin.out = arg + 4;
	else if (!strncmp(arg, "range=", 6))
		return add_range(arg + 6);
	else if (!strncmp(arg, "counts=", 7))
		return (plugin.counts = take_answers(arg + 7));
	else if (!strncmp(arg, "reads=", 6))
		return (plugin.wants_reads = take_answers(arg + 6));
	else if (!strncmp(arg, "keep=", 5))
		return parse_nvdimm(arg + 5, &plugin.log);
	else if (!strcmp(arg, "functions=on"))
		plugin.functions = true;
	else if (!strcmp(arg, "loads=on"))
		plugin.loads = true;
	else
		return false;
	return true;
}

static int open_reads(void)
{
	struct dx_trace_range range[DX_TRACE_RANGES];

	for (unsigned int i = 0; i < plugin.ranges; i++)
		range[i] = (struct dx_trace_range){ plugin.nvdimm[i].base, plugin.nvdimm[i].size };
	plugin.reads = reads_open(range, plugin.ranges);
	return plugin.reads ? 0 : -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (!info->system_emulation || strcmp(info->target_name, "x86_64") != 0) {
		say("is not what this plugin looks at: it wants an x86_64 machine",
		    info->target_name, 0);
		return -1;
	}
	plugin.vcpus = (unsigned int)info->system.max_vcpus;
	if (plugin.vcpus > DX_TRACE_VCPUS) {
		say("more vCPUs than a trace can name", "-smp", 0);
		return -1;
	}
	for (int i = 0; i < argc; i++)
		if (!take_argument(argv[i])) {
			say("argument not understood, or its file cannot be mapped", argv[i], 0);
			return -1;
		}
	if (!plugin.ranges || (!plugin.out && !plugin.counts && !plugin.wants_reads)) {
		say("wants range= and one of out=, counts= and reads=", "arguments", 0);
		return -1;
	}
	if (plugin.vcpus > 1 && plugin.counts) {
		say("instructions are counted of one vCPU only", "-smp", 0);
		return -1;
	}
	if (plugin.wants_reads && open_reads()) {
		say("no memory to follow reads with", "reads=", 0);
		return -1;
	}
	if (plugin.functions && (!plugin.counts || !(plugin.profile = profile_open()))) {
		say("wants counts=, and memory", "functions=on", 0);
		return -1;
	}
	machine_set_vcpus(plugin.vcpus);
	plugin.board = qemu_plugin_scoreboard_new(sizeof(struct board));
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
