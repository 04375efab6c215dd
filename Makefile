# SPDX-License-Identifier: GPL-2.0-only
# make            build ./rstblame
# make demo       replay the founding incident in a throw-away VM
# make test       all tests; make test-unit: the fast ones only
# make deps       install what the build needs (Debian, as root)
# make install    DESTDIR= and PREFIX= as usual
# O=DIR builds elsewhere, V=1 shows the commands, CROSS_COMPILE=aarch64-linux-gnu-
# builds for arm64, WERROR=1 is what CI sets.

O ?= build
V ?= 0
PREFIX ?= /usr/local
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

CC := $(CROSS_COMPILE)gcc
CLANG ?= clang
# bpftool runs here, whatever is built for.
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

machine := $(shell $(CC) -dumpmachine 2>/dev/null)
ifneq ($(filter aarch64-%,$(machine)),)
  arch := arm64
  bpf_arch := arm64
else
  arch := x86_64
  bpf_arch := x86
endif

# Goals that build need tools; the others install them, or need none.
ifneq ($(filter-out demo test test-vm deps clean,$(or $(MAKECMDGOALS),all)),)
  missing := $(foreach t,$(CC) $(CLANG) $(BPFTOOL),$(if $(shell command -v $(t)),,$(t)))
  ifneq ($(strip $(missing)),)
    $(error missing: $(missing); on Debian, as root: make deps)
  endif
endif

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(WERROR),-Werror)
all_cflags := -std=gnu11 -D_GNU_SOURCE -I$(O) $(warnings) $(CFLAGS) $(SANITIZE)
bpf_cflags := -target bpf -g -O2 -mcpu=v2 -Wall $(if $(WERROR),-Werror) \
	-D__TARGET_ARCH_$(bpf_arch) -Ivmlinux/$(arch) -Ibpf
libs := -lbpf -lelf -lz -ljansson -lcap-ng -lmnl

# Definitions first: libbpf 1.1's linker keeps the offset 0 of an extern map that it
# meets before its definition.
bpf_sources := bpf/shared.bpf.c $(filter-out bpf/shared.bpf.c,$(wildcard bpf/*.bpf.c))
bpf_objects := $(patsubst bpf/%.c,$(O)/bpf/%.o,$(bpf_sources))
user_objects := $(patsubst user/%.c,$(O)/user/%.o,$(wildcard user/*.c))
# What runs without libbpf and without privilege: the unit tests' half.
core_objects := $(filter-out $(addprefix $(O)/user/,main.o loader.o live.o session.o \
	session_run.o session_read.o session_check.o),$(user_objects))
skeleton := $(O)/rstblame.skel.h
program := $(if $(filter build,$(O)),rstblame,$(O)/rstblame)

.PHONY: all
all: $(program)
	@:

$(program): $(user_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(O)/user/%.o: user/%.c | $(O)/user
	$(call say,CC,$<)
	$(Q)$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(O)/user/loader.o: $(skeleton)

$(O)/bpf/%.o: bpf/%.c | $(O)/bpf
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(bpf_cflags) -MMD -MP -c -o $@ $<

$(O)/rstblame.bpf.o: $(bpf_objects)
	$(call say,GEN,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(skeleton): $(O)/rstblame.bpf.o
	$(call say,GEN,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name rstblame_bpf > $@.tmp && mv $@.tmp $@

$(O)/user $(O)/bpf:
	$(Q)mkdir -p $@

-include $(wildcard $(O)/user/*.d $(O)/bpf/*.d)

# ---- what a newcomer calls: each installs what is missing, then builds ----

.PHONY: demo test test-vm deps
demo:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)RSTBLAME=$(abspath $(program)) scripts/demo

test:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)RSTBLAME=$(abspath $(program)) MAKE="$(MAKE)" tests/all

# One kernel's scenarios, or some of them: make test-vm KERNEL=sid SCENARIOS=flap-ip TIMES=10
KERNEL ?= bookworm
TIMES ?= 1
test-vm:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)RSTBLAME=$(abspath $(program)) tests/vm/all -k $(KERNEL) -n $(TIMES) $(SCENARIOS)

deps:
	$(Q)scripts/install-deps build

# ---- upkeep ----

.PHONY: install format check-format vmlinux clean
install: all
	$(call say,INSTALL,$(DESTDIR)$(PREFIX)/sbin/rstblame)
	$(Q)install -D -m 755 $(program) $(DESTDIR)$(PREFIX)/sbin/rstblame

c_files := $(wildcard bpf/*.[ch] user/*.[ch] tests/*/*.[ch] scripts/*.[ch])
CLANG_FORMAT ?= $(firstword $(foreach f,clang-format-14 clang-format,$(shell command -v $(f))))
format:
	$(Q)$(CLANG_FORMAT) -i $(c_files)

check-format:
	$(Q)bad=; for f in $(c_files); do \
		$(CLANG_FORMAT) $$f | cmp -s - $$f || bad="$$bad $$f"; \
	done; [ -z "$$bad" ] || { echo "run make format:$$bad" >&2; exit 1; }

vmlinux:
	$(Q)scripts/gen-vmlinux

clean:
	$(Q)rm -rf $(O) $(program)

-include tests/unit/unit.mk tests/fuzz/fuzz.mk
