# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets: the lines that begin with two hashes.
B	  ?= build
ifeq ($(origin CC),default)
CC	  := gcc
endif
CLANG	  ?= clang
CFLAGS	  ?= -O2 -g
WARNINGS  := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	     -Wpointer-arith -Wwrite-strings -Wvla -Wno-unknown-warning-option \
	     -Wno-format-truncation
CPPFLAGS  := -D_GNU_SOURCE -I. -Iinclude
STD	  := -std=gnu11 -pthread
PACKAGES  := libndctl libdaxctl uuid blkid mount jansson libtracefs libtraceevent smartcols libzstd \
	     devmapper libdw
# Workloads that need more are skipped without it.
PMEM2	   = $(shell pkg-config --exists libpmem2 && echo libpmem2)
# Only where it is needed: `make help` and `make setup` must work on a bare machine.
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES)) -lm
PMEM2_FLAGS = $(if $(PMEM2),-DDX_HAVE_PMEM2 $(shell pkg-config --cflags $(PMEM2)))
PMEM2_LIBS  = $(if $(PMEM2),$(shell pkg-config --libs $(PMEM2)))
VERSION	  := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)

SANITIZE ?=
ifneq ($(SANITIZE),)
CFLAGS	+= -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

# V=1 shows the commands.
QUIET	   = $(if $(V),,@echo '  $(if $(filter %.o,$@),CC,$(if $(filter %.a,$@),AR,LD))' $@;)
COMPILE	   = $(QUIET)$(CC) $(STD) $(CFLAGS) $(WARNINGS) $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP
BANNED	  := -include lib/banned.h

PLUGIN	  := $(sort $(wildcard checker/plugin/*.c)) checker/trace/trace_write.c lib/file.c
PARTS	  := $(sort $(wildcard lib/*.c bench/*.c bench/*/*.c) \
	     $(filter-out checker/plugin/%,$(wildcard checker/*/*.c)) \
	     $(filter-out emulate/init.c,$(wildcard emulate/*.c)))
WORKLOADS := $(sort $(wildcard workloads/*.c))
MANUAL	  := $(sort $(wildcard docs/man/*.md))
VARIANTS  := $(sort $(wildcard kernels/variants/*))
FIO_JOBS  := $(sort $(wildcard workloads/jobs/*.fio))

part_objects	  := $(PARTS:%.c=$(B)/%.o) $(B)/manual.o $(B)/fio_job_texts.o \
		     $(B)/variant_texts.o
# With what of the plugin needs no QEMU, for the tests.
library_objects	  := $(filter-out $(B)/bench/cmd/main.o,$(part_objects)) $(B)/checker/plugin/insn.o \
		     $(B)/checker/plugin/nvdimm.o $(B)/checker/plugin/reads.o
workload_objects  := $(WORKLOADS:%.c=$(B)/%.bench.o) $(WORKLOADS:%.c=$(B)/%.check.o)
unit_tests	  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/test-*.c)))
fuzz_targets	  := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))

.DEFAULT_GOAL := all
.PHONY: all help setup setup-check guest run check check-more check-full unit fuzz-replay fuzz lint format \
	sanitize compilers guest-tests man clean distclean FORCE
.DELETE_ON_ERROR:

## help: this list
help:
	@echo "daxbench: what you can make"
	@sed -n 's/^## \([^:]*\): /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

## run: install what is missing, build, run the default suite in a guest, print the table
run: setup
	@$(MAKE) --no-print-directory -s guest
	./daxbench run

## check: install what is missing, build, test: what to wait for (about 15 minutes)
check: setup-check
	@$(MAKE) --no-print-directory -s guest
	@$(MAKE) --no-print-directory test

## check-more: then the other compiler, the sanitizers and the longer guest tests
check-more: setup-check
	@$(MAKE) --no-print-directory -s guest
	@tests/run.sh rest

## all: build ./daxbench (needs the packages of `make setup`)
all: daxbench $(B)/daxbench-init $(B)/daxtrace.so $(B)/pin-punch

## setup: install the Debian packages that are missing (asks for root only for that)
setup:
	@scripts/setup.sh build

setup-check:
	@scripts/setup.sh check

## guest: build, and fetch the guest's kernels and QEMU into build/
guest: all
	@scripts/fetch-guest.sh

daxbench: $(part_objects) $(workload_objects)
	$(QUIET)$(CC) $(STD) $(CFLAGS) -o $@ $^ $(PKG_LIBS) $(PMEM2_LIBS)

# PID 1 of the guest: static, so that it needs nothing there.
$(B)/daxbench-init: emulate/init.c emulate/frame.c emulate/frame.h emulate/guest.h lib/err.h | $(B)/
	$(QUIET)$(CC) $(STD) -O2 -g $(WARNINGS) $(CPPFLAGS) $(BANNED) -static -o $@ \
		emulate/init.c emulate/frame.c

# What kernels/mutants runs that is no workload.
$(B)/pin-punch: kernels/programs/pin-punch.c | $(B)/
	$(QUIET)$(CC) $(STD) -O2 -g $(WARNINGS) $(CPPFLAGS) $(BANNED) -o $@ $<

# Loaded by QEMU, whose glib it uses: what is undefined here is QEMU's.
$(B)/daxtrace.so: $(PLUGIN) $(wildcard checker/plugin/*.h) checker/trace/trace_write.h \
		include/daxbench/trace.h include/daxbench/oplog.h | $(B)/
	$(QUIET)$(CC) $(STD) -O2 -g $(WARNINGS) $(CPPFLAGS) $(BANNED) -fPIC -shared \
		-fvisibility=hidden -o $@ $(PLUGIN) -lzstd

$(B)/%.bench.o: %.c Makefile $(B)/pmem2
	@mkdir -p $(@D)
	$(COMPILE) $(BANNED) $(PMEM2_FLAGS) -DDX_LENS_BENCH -c -o $@ $<

$(B)/%.check.o: %.c Makefile $(B)/pmem2
	@mkdir -p $(@D)
	$(COMPILE) $(BANNED) $(PMEM2_FLAGS) -DDX_LENS_CHECK -c -o $@ $<

# Workloads are built anew when the library comes or goes.
$(B)/pmem2: FORCE | $(B)/
	@echo '$(PMEM2)' | cmp -s - $@ || echo '$(PMEM2)' >$@

$(B)/bench/env.o: CPPFLAGS += -DDAXBENCH_VERSION='"$(VERSION)"'
$(B)/bench/cmd/main.o: CPPFLAGS += -DDAXBENCH_VERSION='"$(VERSION)"'
$(B)/bench/env.o $(B)/bench/cmd/main.o: $(B)/version

$(B)/version: FORCE | $(B)/
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) $(BANNED) -c -o $@ $<

$(B)/manual.c: $(MANUAL) scripts/embed-texts.sh | $(B)/
	@scripts/embed-texts.sh manual_pages .md $(MANUAL) >$@

$(B)/fio_job_texts.c: $(FIO_JOBS) scripts/embed-texts.sh | $(B)/
	@scripts/embed-texts.sh fio_job_texts .fio $(FIO_JOBS) >$@

# The directory too: a variant that is gone is one that changed.
$(B)/variant_texts.c: $(VARIANTS) kernels/variants scripts/embed-texts.sh | $(B)/
	@scripts/embed-texts.sh variant_texts '' $(VARIANTS) >$@

$(B)/manual.o $(B)/fio_job_texts.o $(B)/variant_texts.o: %.o: %.c
	$(COMPILE) -c -o $@ $<

$(B)/:
	@mkdir -p $@

# ---- tests ----

TEST_LIBS = $(shell pkg-config --libs criterion)

$(B)/libdaxbench.a: $(library_objects)
	@rm -f $@
	$(QUIET)ar rcs $@ $^

# Objects of bench/ pull in the table of commands only through main.c, which no test links.
$(B)/tests/%: tests/unit/%.c $(B)/libdaxbench.a
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(filter %.o,$^) $(B)/libdaxbench.a $(PKG_LIBS) $(TEST_LIBS)

$(B)/tests/test-litmus: $(B)/tests/unit/litmus.o

$(B)/tests/insn-classify: tests/insn-classify.c $(B)/libdaxbench.a
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(B)/libdaxbench.a

unit-programs: $(unit_tests)
fuzz-programs: $(fuzz_targets:%=$(B)/fuzz/%)

## unit: the unit tests alone (a few seconds)
unit: unit-programs
	@tests/run.sh unit $(unit_tests)

## lint: clang-format, clang-tidy, cppcheck, shellcheck
lint:
	@tests/lint.sh

## format: lay the sources out as .clang-format has it
format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

# One test at a time: with more, Criterion 2.4 now and then loses 48 bytes of its own.
sanitize:
	@CRITERION_JOBS=1 $(MAKE) --no-print-directory -s B=$(B)/sanitize SANITIZE=address,undefined unit fuzz-replay

# The other compiler builds everything too, into a directory of its own.
compilers:
	@$(MAKE) --no-print-directory -s B=$(B)/clang CC=$(CLANG) objects

objects: $(part_objects) $(workload_objects)

fuzz-replay: fuzz-programs
	@tests/run.sh fuzz $(fuzz_targets:%=$(B)/fuzz/%)

$(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(B)/libdaxbench.a
	@mkdir -p $(@D)
	$(COMPILE) -o $@ tests/fuzz/$*.c tests/fuzz/replay.c $(B)/libdaxbench.a $(PKG_LIBS)

# With libFuzzer's own main(), and objects that it can look into: for tests/full/fuzz.sh.
$(B)/fuzzer/%: tests/fuzz/%.c $(B)/libdaxbench.a
	@mkdir -p $(@D)
	$(COMPILE) -fsanitize=fuzzer -o $@ $< $(B)/libdaxbench.a $(PKG_LIBS)

$(B)/fuzz/make-linecheck $(B)/fuzz/make-dump: $(B)/fuzz/%: tests/fuzz/%.c $(B)/libdaxbench.a
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(B)/libdaxbench.a $(PKG_LIBS) $(TEST_LIBS)

# What of the corpus is made by a program.
fuzz-corpus: $(B)/fuzz/make-linecheck $(B)/fuzz/make-dump
	@mkdir -p tests/fuzz/corpus/linecheck tests/fuzz/corpus/dump
	@$(B)/fuzz/make-linecheck tests/fuzz/corpus/linecheck
	@$(B)/fuzz/make-dump tests/fuzz/corpus/dump

fuzzers: $(fuzz_targets:%=$(B)/fuzzer/%)

## fuzz: every parser under libFuzzer, FUZZ_SECONDS=300 each
fuzz: setup-check
	@tests/full/fuzz.sh

.PHONY: fuzzers fuzz-corpus test objects unit-programs fuzz-programs
test: all
	@tests/run.sh all

## guest-tests: the tests that boot QEMU
guest-tests: guest
	@tests/run.sh guest

## check-full: all of it: long fuzzing, more kills, every workload everywhere, twice
check-full: check check-more
	@tests/run.sh full

## clean: remove what was built, keep what was downloaded
clean:
	rm -rf daxbench $(B)/lib $(B)/bench $(B)/checker $(B)/emulate $(B)/workloads $(B)/tests \
		$(B)/fuzz $(B)/fuzzer $(B)/sanitize $(B)/clang $(B)/daxbench-init $(B)/pin-punch $(B)/manual.* \
		$(B)/fio_job_texts.* $(B)/variant_texts.* $(B)/libdaxbench.a $(B)/version $(B)/run

## distclean: remove build/ whole
distclean:
	rm -rf daxbench $(B)

-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d)
